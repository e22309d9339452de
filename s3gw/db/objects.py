"""Object versions: publish, find, copy, delete. Every mutation is one statement, hence one round trip.

The statements call functions of the schema that do the steps in the lock order of docs/architecture.md; a
step that fails raises inside the database, so that nothing of the whole call stays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from s3gw.db.pool import Database
from s3gw.db.records import Body, Bucket, Draft, InlineChunk, ObjectVersion, Properties


class Outcome(Enum):
    """How a conditional or concurrent change ended."""

    DONE = "done"
    NO_BUCKET = "no-bucket"
    """The bucket was deleted meanwhile."""
    PRECONDITION_FAILED = "precondition-failed"
    MISSING = "missing"
    """If-Match, and there is no such key."""
    SOURCE_GONE = "source-gone"
    """The copied body was replaced and collected meanwhile: look the source up again, once."""
    NO_UPLOAD = "no-upload"
    INVALID_PART = "invalid-part"
    """A part that Complete names is not there with that ETag."""


@dataclass(frozen=True, slots=True)
class Precondition:
    """What must hold of the key's current version for a write to take place. At most one is given."""

    if_none_match_any: bool = False
    if_match: str | None = None
    """An ETag without quotes, or "*"."""


@dataclass(frozen=True, slots=True)
class PublishResult:
    """`modified_at` is set where the outcome is DONE; `version_id` in versioned buckets."""

    outcome: Outcome
    modified_at: datetime | None = None
    version_id: str | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """What one look-up found: the bucket or None, the key's current version or None, its bytes if inline."""

    bucket: Bucket | None
    version: ObjectVersion | None
    inline: InlineChunk | None = None
    """Of a body that is one chunk in the database; pass it on to `Store.read`."""


@dataclass(frozen=True, slots=True)
class ObjectPart:
    """A part of an object that was completed from parts; `offset` and `size` are bytes of the object."""

    number: int
    offset: int
    size: int
    checksums: Mapping[str, str]


async def get(db: Database, bucket_name: str, key: str, *, inline: bool = True) -> Found:
    """The bucket, the key's current version, and its bytes where they are inline, in one round trip.

    `inline=False` leaves the bytes out, for HEAD.
    """
    raise NotImplementedError


async def publish(
    db: Database,
    bucket_id: int,
    key: str,
    account_id: int,
    content: Draft | Body,
    etag: str,
    properties: Properties,
    *,
    precondition: Precondition | None = None,
) -> PublishResult:
    """Make `content` the current version of `key`, in one statement.

    A draft's inline chunk is inserted, or its manifest's lease cleared; what the key held before goes to the
    trash. When it ends otherwise than DONE or raises, nothing of it stays, and the draft is the caller's to
    discard. Raises Unavailable when the draft's lease was lost.
    """
    raise NotImplementedError


async def publish_copy(
    db: Database,
    bucket_id: int,
    key: str,
    account_id: int,
    source: Body,
    etag: str,
    properties: Properties,
    *,
    parts_count: int | None = None,
    precondition: Precondition | None = None,
) -> PublishResult:
    """Make a copy of the body `source` the current version of `key`, by reference, in one statement.

    A body of one chunk or manifest is named again; pieces are copied, with the records of the parts when
    `parts_count` is given (pass the source's). Never touches chunk rows.
    """
    raise NotImplementedError


async def delete(
    db: Database, bucket_id: int, keys: Sequence[str], if_match: Mapping[str, str] | None = None
) -> dict[str, Outcome]:
    """Delete the keys of an unversioned bucket in one statement; their bodies go to the trash.

    `if_match` holds the ETag (without quotes, or "*") that a key must have. Each key ends as DONE, MISSING
    or PRECONDITION_FAILED.
    """
    raise NotImplementedError


async def part(db: Database, body: Body, number: int) -> ObjectPart | None:
    """Part `number` of a multipart object's body, or None where it has no such part."""
    raise NotImplementedError


async def parts(db: Database, body: Body, after: int = 0, limit: int = 10000) -> list[ObjectPart]:
    """Parts of a multipart object's body in order, those numbered above `after`."""
    raise NotImplementedError
