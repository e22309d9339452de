"""What a look-up of a key is asked and finds, and the columns that its statements share."""

from __future__ import annotations

from typing import NamedTuple

from s3gw.db.body_rows import BodyRows, Stretch
from s3gw.db.records import Bucket, InlineChunk, ObjectVersion


class Found(NamedTuple):
    """What one look-up found: the bucket or None, the key's current version or None, and of its bytes what
    the database knows: themselves where they are inline, or where they are."""

    bucket: Bucket | None
    version: ObjectVersion | None
    inline: InlineChunk | None = None
    """Of a body that is one chunk in the database; pass it on to `Store.read`, like `rows` of others."""
    rows: BodyRows | None = None
    holds: bool = True
    """Whether the access key that the request was taken to be signed with is still what it was."""


class Wanted(NamedTuple):
    """A key whose current version is looked up, and what is compared in the same snapshot."""

    bucket: str
    key: str
    stretch: Stretch
    access_key: str | None
    revision: int | None


_HOLDS = """({key} IS NULL OR EXISTS (
    SELECT FROM access_keys k WHERE k.access_key = {key} AND k.revision = {revision}
)) AS holds"""
HOLDS = _HOLDS.format(key="$2::text", revision="$3::bigint")
"""A column: whether the access key of the arguments 2 and 3 is what it was."""
HOLDS_EACH = _HOLDS.format(key="q.access_key", revision="q.revision")
"""The same of each row of `q`."""
INLINE_BYTES = """
    c.domain_id AS c_domain_id, c.digest AS c_digest, c.length AS c_length, c.codec AS c_codec,
    c.data AS c_data, c.key_id AS c_key_id"""
"""Of `chunks c`: what makes an InlineChunk."""
INLINE_COLUMNS = 6
