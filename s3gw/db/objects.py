"""Object versions: publish, find, copy, delete. Every mutation is one statement, hence one round trip.

The statements call functions of the schema that do the steps in the lock order of docs/architecture.md; a
step that fails raises inside the database, so that nothing of the whole call stays.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import asyncpg

from s3gw.db import whole
from s3gw.db.batches import batches
from s3gw.db.deletion import delete as delete
from s3gw.db.events import Wanted, telling
from s3gw.db.finding import Found as Found
from s3gw.db.finding import get as get
from s3gw.db.outcomes import Outcome as Outcome
from s3gw.db.outcomes import judged
from s3gw.db.pool import Database
from s3gw.db.records import Body, Draft, InlineChunk, Properties
from s3gw.db.rows import property_values


@dataclass(frozen=True, slots=True)
class Precondition:
    """What must hold of the key's current version for a write to take place. At most one is given."""

    if_none_match_any: bool = False
    if_match: str | None = None
    """An ETag without quotes, or "*"."""


@dataclass(frozen=True, slots=True)
class PublishResult:
    """`modified_at` is set where the outcome is DONE; `version_id`, as S3 shows it, where the bucket has had
    versioning."""

    outcome: Outcome
    modified_at: datetime | None = None
    version_id: str | None = None


@dataclass(frozen=True, slots=True)
class ObjectPart:
    """A part of an object that was completed from parts; `offset` and `size` are bytes of the object."""

    number: int
    offset: int
    size: int
    checksums: Mapping[str, str]


# Whether the bucket keeps versions is read by the statement itself, under a lock: what a gateway looked up
# may have changed since.
#
# Arguments of put_version behind the body: $1 bucket, $2 key, $3 account, $4 size, $5 ETag, $6 count of
# parts, $7 storage class, $8 to $14 properties, $15 and $16 the precondition. The body's follow from $17.
_UPSERT = """
put_version((SELECT versioning FROM buckets WHERE id = $1 FOR KEY SHARE),
    $1, $2, $3, $4, {chunk}, {manifest}, {pieces}, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)"""
_PUBLISH_INLINE = "SELECT modified, version FROM " + _UPSERT.format(
    chunk="inline_chunk($17, $18, $19, $20, $21, $22)", manifest="NULL", pieces="NULL"
)
# Several bodies that are inline, under one commit: all chunks in the order of their digests, then all keys in
# order. Of one key that comes twice the later is what stays.
_PUBLISH_INLINE_MANY = """
WITH wanted AS MATERIALIZED (
    SELECT * FROM unnest(
        $1::bigint[], $2::text[], $3::bigint[], $4::bigint[], $5::text[], $6::text[],
        $7::jsonb[], $8::jsonb[], $9::jsonb[], $10::jsonb[], $11::jsonb[], $12::jsonb[], $13::jsonb[],
        $14::integer[], $15::bytea[], $16::integer[], $17::smallint[], $18::bytea[], $19::integer[]
    ) WITH ORDINALITY AS w (
        bucket, key, account, size, etag, storage_class,
        headers, metadata, checksums, tags, acl, encryption, lock,
        domain, digest, length, codec, data, key_id, place
    )
), stored AS MATERIALIZED (
    SELECT place, inline_chunk(domain, digest, length, codec, data, key_id) AS chunk
    FROM (SELECT * FROM wanted ORDER BY domain, digest OFFSET 0) AS w
), sorted AS MATERIALIZED (
    SELECT * FROM wanted JOIN stored USING (place) ORDER BY bucket, key COLLATE "C", place
), states AS MATERIALIZED (
    SELECT id, versioning FROM buckets WHERE id = ANY ($1) ORDER BY id FOR KEY SHARE
)
SELECT u.modified, u.version
FROM (
    SELECT *, (SELECT versioning FROM states WHERE id = bucket) AS versioning FROM sorted OFFSET 0
) AS w, LATERAL (
    SELECT modified, NULL AS version FROM upsert_object(
        w.bucket, w.key, w.account, w.size, w.chunk, NULL, NULL, w.etag, NULL, w.storage_class,
        w.headers, w.metadata, w.checksums, w.tags, w.acl, w.encryption, w.lock, false, NULL
    ) WHERE w.versioning IS NULL
    UNION ALL
    SELECT modified, version FROM put_version(
        w.versioning,
        w.bucket, w.key, w.account, w.size, w.chunk, NULL, NULL, w.etag, NULL, w.storage_class,
        w.headers, w.metadata, w.checksums, w.tags, w.acl, w.encryption, w.lock, false, NULL
    ) WHERE w.versioning IS NOT NULL
) AS u
ORDER BY w.place
"""
_PUBLISH_MANIFEST = "SELECT modified, version FROM " + _UPSERT.format(
    chunk="NULL", manifest="claim_manifest($17, $4)", pieces="NULL"
)
_PUBLISH_WHOLE = "SELECT modified, version FROM " + _UPSERT.format(
    chunk="NULL",
    manifest=f"whole_manifest($4, {whole.parameters(17)})",
    pieces="NULL",
)
_PUBLISH_BODY = "SELECT modified, version FROM " + _UPSERT.format(chunk="$17", manifest="$18", pieces="$19")
_PUBLISH_COPY = (
    "SELECT u.modified, u.version FROM copy_body($17, $18, $19, $4, 0, $4, $20) AS c, LATERAL "
    + _UPSERT.format(chunk="c.chunk", manifest="c.manifest", pieces="c.pieces")
    + " AS u"
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
) -> PublishResult:
    """Make `content` the current version of `key`, in one statement.

    A draft's inline chunk or whole manifest is inserted, or its manifest's lease cleared; what the key held
    before goes to the trash or, where the bucket keeps versions, becomes noncurrent. When it ends otherwise
    than DONE or raises, nothing of it stays, and the draft is the caller's to discard. Raises Unavailable
    when the draft's lease was lost. Inline drafts that come together without preconditions share a statement
    and its commit. `wanted` are the events to be told with it.
    """
    if isinstance(content, Draft) and content.inline is not None and precondition is None and not wanted:
        key_and_properties = (bucket_id, key, account_id, content.size, etag, properties.storage_class)
        question = (*key_and_properties, *property_values(properties), *_chunk_arguments(content.inline))
        return await batches(db, _publish_inline).ask(question)
    if isinstance(content, Draft) and content.whole is not None:
        statement, body_arguments = _PUBLISH_WHOLE, whole.arguments(content.whole)
    else:
        statement, body_arguments = content_arguments(
            content, _PUBLISH_INLINE, _PUBLISH_MANIFEST, _PUBLISH_BODY
        )
    arguments = _upsert_arguments(
        bucket_id, key, account_id, content.size, etag, None, properties, precondition
    )
    return await _published(db, *telling(statement, (*arguments, *body_arguments), wanted))


async def _publish_inline(db: Database, wanted: Sequence[tuple[Any, ...]]) -> list[PublishResult]:
    if len(wanted) == 1:
        start, values, chunk = wanted[0][:5], wanted[0][5:13], wanted[0][13:]
        return [await _published(db, _PUBLISH_INLINE, (*start, None, *values, False, None, *chunk))]
    # Whatever this raises, the batch is then published one by one: no outcome but DONE is of all of them.
    rows = await db.fetch(_PUBLISH_INLINE_MANY, *map(list, zip(*wanted, strict=True)))
    return [PublishResult(Outcome.DONE, row["modified"], row["version"]) for row in rows]


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
) -> PublishResult:
    """Make a copy of the body `source` the current version of `key`, by reference, in one statement.

    A body of one chunk or manifest is named again; pieces are copied, with the records of the parts when
    `parts_count` is given (pass the source's). Never touches chunk rows.
    """
    arguments = _upsert_arguments(
        bucket_id, key, account_id, source.size, etag, parts_count, properties, precondition
    )
    named = (source.chunk_id, source.manifest_id, source.pieces_id, parts_count is not None)
    return await _published(db, *telling(_PUBLISH_COPY, (*arguments, *named), wanted))


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
    content: Draft | Body, inline: str, manifest: str, body: str
) -> tuple[str, tuple[Any, ...]]:
    """Which of three statements stores that content, and the arguments that name its body."""
    if isinstance(content, Body):
        return body, (content.chunk_id, content.manifest_id, content.pieces_id)
    if content.manifest_id is not None:
        return manifest, (content.manifest_id,)
    chunk = content.inline
    if chunk is None:
        return body, (None, None, None)
    return inline, _chunk_arguments(chunk)


def _chunk_arguments(chunk: InlineChunk) -> tuple[Any, ...]:
    return chunk.domain_id, chunk.digest, chunk.length, chunk.codec, chunk.data, chunk.key_id


def precondition_arguments(precondition: Precondition | None) -> tuple[bool, str | None]:
    """p_absent and p_if_match."""
    if precondition is None:
        return False, None
    return precondition.if_none_match_any, precondition.if_match


def _upsert_arguments(
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
    return (*start, *values, *precondition_arguments(precondition))


async def _published(db: Database, statement: str, arguments: Sequence[Any]) -> PublishResult:
    result = await judged(lambda: db.fetchrow(statement, *arguments))
    if isinstance(result, Outcome):
        return PublishResult(result)
    return PublishResult(Outcome.DONE, result["modified"], result["version"])
