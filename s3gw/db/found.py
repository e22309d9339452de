"""What a look-up of a key is asked and finds, and the columns that its statements share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from s3gw.db import body_rows
from s3gw.db.body_rows import WHOLE, BodyRows, Stretch
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


def asked(columns: Mapping[str, str], *, keyed: bool, ranged: bool, behind: int = 0) -> str:
    """The rows `q` of several look-ups, one column for each array of arguments, in their order.

    They stand `behind` that many arguments of another kind. `ranged` adds the stretch that is wanted, `keyed`
    the access key that is compared.
    """
    columns = {
        **columns,
        **({"first": "bigint", "until": "bigint"} if ranged else {}),
        **({"access_key": "text", "revision": "bigint"} if keyed else {}),
    }
    arrays = ", ".join(f"${place}::{kind}[]" for place, kind in enumerate(columns.values(), behind + 1))
    return f"unnest({arrays}) WITH ORDINALITY AS q ({', '.join(columns)}, place)"


def bytes_each(*, ranged: bool) -> str:
    """Joined to `q` and `objects o`: the bytes where they are inline, else where they are."""
    until = "coalesce(q.until, o.size)" if ranged else "o.size"
    return f"""
        LEFT JOIN LATERAL (
            SELECT * FROM chunks WHERE id = o.chunk_id AND pack_id IS NULL LIMIT 1
        ) c ON true
        {body_rows.join("q.first" if ranged else "0", until)}
    """


def more_arguments(wanted: Sequence[Wanted], *, keyed: bool, ranged: bool) -> list[Sequence[Any]]:
    """The arrays behind those of `columns`, as `asked` has them."""
    more: list[Sequence[Any]] = []
    if ranged:
        more += zip(*(one.stretch for one in wanted), strict=True)
    if keyed:
        more += [[one.access_key for one in wanted], [one.revision for one in wanted]]
    return more


def needs(wanted: Sequence[Wanted], *, inline: bool) -> dict[str, bool]:
    """Whether any of them compares an access key (`keyed`), or wants not all bytes (`ranged`)."""
    keyed = ranged = False
    for one in wanted:
        keyed = keyed or one.access_key is not None
        ranged = ranged or one.stretch is not WHOLE
    return {"keyed": keyed, "ranged": inline and ranged}
