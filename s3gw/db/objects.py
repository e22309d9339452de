"""Object versions: publish, find, copy, delete. Every mutation is one statement, hence one round trip.

The statements call functions of the schema that do the steps in the lock order of docs/architecture.md; a
step that fails raises inside the database, so that nothing of the whole call stays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import asyncpg

from s3gw import pauses
from s3gw.db import inline, whole
from s3gw.db.assumed import NOTHING, Assumed, holding
from s3gw.db.batches import batches
from s3gw.db.deletion import delete as delete
from s3gw.db.events import Wanted, telling
from s3gw.db.finding import get as get
from s3gw.db.found import Found as Found
from s3gw.db.inline import Inline
from s3gw.db.outcomes import Outcome as Outcome
from s3gw.db.outcomes import PublishResult as PublishResult
from s3gw.db.outcomes import judged
from s3gw.db.pool import Database
from s3gw.db.records import Body, Draft, Properties
from s3gw.db.rows import property_values
from s3gw.db.together import Entry
from s3gw.db.whole import Whole


@dataclass(frozen=True, slots=True)
class Precondition:
    """What must hold of the key's current version for a write to take place. At most one is given."""

    if_none_match_any: bool = False
    if_match: str | None = None
    """An ETag without quotes, or "*"."""


@dataclass(frozen=True, slots=True)
class ObjectPart:
    """A part of an object that was completed from parts; `offset` and `size` are bytes of the object."""

    number: int
    offset: int
    size: int
    checksums: Mapping[str, str]


# Whether the bucket keeps versions is read by the statement itself, under a lock: what a gateway looked up
# may have changed since. So is whether what the request was decided on still holds; where not, the statement
# returns no row and does nothing.
#
# Arguments: $1 to $3 what is assumed, $4 bucket, $5 key, $6 account, $7 size, $8 ETag, $9 count of parts,
# $10 storage class, $11 to $17 properties, $18 and $19 the precondition. The body's follow from $20.
_HELD = f"""
SELECT u.modified, u.version FROM (
    SELECT versioning FROM buckets WHERE {holding("$4", "$1::bigint", "$2::text", "$3::bigint")} FOR KEY SHARE
) AS held, {{source}} LATERAL put_version(
    held.versioning, $4, $5, $6, $7, {{chunk}}, {{manifest}}, {{pieces}}, $8, $9, $10, $11, $12, $13, $14,
    $15, $16, $17, $18, $19
) AS u"""


def _publish(chunk: str = "NULL", manifest: str = "NULL", pieces: str = "NULL", source: str = "") -> str:
    return _HELD.format(chunk=chunk, manifest=manifest, pieces=pieces, source=source)


_PUBLISH_INLINE = _publish(chunk="inline_chunk($20, $21, $22, $23, $24, $25)")
_PUBLISH_MANIFEST = _publish(manifest="claim_manifest($20, $7)")
_PUBLISH_WHOLE = _publish(manifest=f"whole_manifest($7, {whole.parameters(20)})")
_PUBLISH_BODY = _publish(chunk="$20", manifest="$21", pieces="$22")
_PUBLISH_COPY = _publish(
    "c.chunk", "c.manifest", "c.pieces", "copy_body($20, $21, $22, $7, 0, $7, $23) AS c,"
)

_PARTS = """
SELECT part_number, (sum(size) OVER (ORDER BY part_number) - size)::bigint AS position, size, checksums
FROM object_parts WHERE pieces_id = $1 ORDER BY part_number
"""


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
    wanted: Sequence[Wanted] = (),
    assumed: Assumed = NOTHING,
) -> PublishResult:
    """Make `content` the current version of `key`, in one statement, if what is assumed holds.

    A draft's inline chunk or whole manifest is inserted, or its manifest's lease cleared; what the key held
    before goes to the trash or, where the bucket keeps versions, becomes noncurrent. When it ends otherwise
    than DONE or raises, nothing of it stays, and the draft is the caller's to discard. Raises Unavailable
    when the draft's lease was lost, Outdated where something that is assumed does not hold. Inline drafts
    that come together without preconditions share a statement and its commit, and so do short whole ones.
    `wanted` are the events to be told with it.
    """
    if isinstance(content, Draft) and precondition is None and not wanted:
        entry = Entry(assumed.arguments, bucket_id, key, account_id, content.size, etag, properties)
        if content.inline is not None:
            return _compared(await batches(db, _publish_inline).ask(Inline(entry, content.inline)), assumed)
        if content.whole is not None and len(content.whole.rows) <= whole.FEW:
            return _compared(await batches(db, _publish_whole).ask(Whole(entry, content.whole)), assumed)
    if isinstance(content, Draft) and content.whole is not None:
        statement, body_arguments = _PUBLISH_WHOLE, whole.arguments(content.whole)
    else:
        statement, body_arguments = content_arguments(
            content, _PUBLISH_INLINE, _PUBLISH_MANIFEST, _PUBLISH_BODY
        )
    arguments = _upsert_arguments(
        assumed, bucket_id, key, account_id, content.size, etag, None, properties, precondition
    )
    result = await _published(db, *telling(statement, (*arguments, *body_arguments), wanted))
    return _compared(result, assumed)


async def _publish_inline(db: Database, wanted: Sequence[Inline]) -> list[PublishResult]:
    if len(wanted) > 1:
        # Whatever this raises, the batch is then published one by one: an outcome is never of all of them.
        results = await inline.publish(db, wanted)
        await pauses.reach("put.published")
        return results
    (one,) = wanted
    return [await _published(db, _PUBLISH_INLINE, (*_entry_arguments(one.entry), *one.chunk))]


async def _publish_whole(db: Database, wanted: Sequence[Whole]) -> list[PublishResult]:
    """As `_publish_inline`."""
    if len(wanted) > 1:
        results = await whole.publish(db, wanted)
        await pauses.reach("put.published")
        return results
    (one,) = wanted
    arguments = (*_entry_arguments(one.entry), *whole.arguments(one.manifest))
    return [await _published(db, _PUBLISH_WHOLE, arguments)]


def _entry_arguments(entry: Entry) -> tuple[Any, ...]:
    start = (*entry.assumed, entry.bucket_id, entry.key, entry.account_id, entry.size, entry.etag, None)
    properties = entry.properties
    return (*start, properties.storage_class, *property_values(properties), *precondition_arguments(None))


def _compared(result: PublishResult, assumed: Assumed) -> PublishResult:
    """The result of a statement that has compared what is assumed."""
    assumed.confirm(result.outcome is not Outcome.NO_BUCKET or assumed.bucket_id is None)
    return result


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
    wanted: Sequence[Wanted] = (),
    assumed: Assumed = NOTHING,
) -> PublishResult:
    """Make a copy of the body `source` the current version of `key`, by reference, in one statement.

    A body of one chunk or manifest is named again; pieces are copied, with the records of the parts when
    `parts_count` is given (pass the source's). Never touches chunk rows.
    """
    arguments = _upsert_arguments(
        assumed, bucket_id, key, account_id, source.size, etag, parts_count, properties, precondition
    )
    named = (source.chunk_id, source.manifest_id, source.pieces_id, parts_count is not None)
    await pauses.reach("copy.found")
    result = await _published(db, *telling(_PUBLISH_COPY, (*arguments, *named), wanted))
    await pauses.reach("copy.published")
    return _compared(result, assumed)


async def part(db: Database, body: Body, number: int) -> ObjectPart | None:
    """Part `number` of a multipart object's body, or None where it has no such part."""
    row = await db.fetchrow(f"SELECT * FROM ({_PARTS}) AS p WHERE part_number = $2", body.pieces_id, number)
    return _part(row) if row else None


async def parts(db: Database, body: Body, after: int = 0, limit: int = 10000) -> list[ObjectPart]:
    """Parts of a multipart object's body in order, those numbered above `after`."""
    rows = await db.fetch(
        f"SELECT * FROM ({_PARTS}) AS p WHERE part_number > $2 ORDER BY part_number LIMIT $3",
        body.pieces_id,
        after,
        limit,
    )
    return [_part(row) for row in rows]


def _part(row: asyncpg.Record) -> ObjectPart:
    return ObjectPart(row["part_number"], row["position"], row["size"], row["checksums"] or {})


def content_arguments(
    content: Draft | Body, in_row: str, manifest: str, body: str
) -> tuple[str, tuple[Any, ...]]:
    """Which of three statements stores that content, and the arguments that name its body."""
    if isinstance(content, Body):
        return body, (content.chunk_id, content.manifest_id, content.pieces_id)
    if content.manifest_id is not None:
        return manifest, (content.manifest_id,)
    chunk = content.inline
    if chunk is None:
        return body, (None, None, None)
    return in_row, tuple(chunk)


def precondition_arguments(precondition: Precondition | None) -> tuple[bool, str | None]:
    """p_absent and p_if_match."""
    if precondition is None:
        return False, None
    return precondition.if_none_match_any, precondition.if_match


def _upsert_arguments(
    assumed: Assumed,
    bucket_id: int,
    key: str,
    account_id: int,
    size: int,
    etag: str,
    parts_count: int | None,
    properties: Properties,
    precondition: Precondition | None,
) -> tuple[Any, ...]:
    values = property_values(properties)
    start = (bucket_id, key, account_id, size, etag, parts_count, properties.storage_class)
    return (*assumed.arguments, *start, *values, *precondition_arguments(precondition))


async def _published(db: Database, statement: str, arguments: Sequence[Any]) -> PublishResult:
    result = await judged(lambda: db.fetchrow(statement, *arguments))
    if isinstance(result, Outcome):
        return PublishResult(result)
    await pauses.reach("put.published")
    return PublishResult(Outcome.DONE, result["modified"], result["version"])
