"""Object versions: publish, find, copy, delete. Every mutation is one statement, hence one round trip.

The statements call functions of the schema that do the steps in the lock order of docs/architecture.md; a
step that fails raises inside the database, so that nothing of the whole call stays.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any

import asyncpg

from s3gw.db import whole
from s3gw.db.batches import batches
from s3gw.db.finding import Found as Found
from s3gw.db.finding import get as get
from s3gw.db.pool import Database, retrying
from s3gw.db.records import Body, Draft, InlineChunk, Properties
from s3gw.db.rows import property_values
from s3gw.errors import Unavailable


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
    CHUNKS_GONE = "chunks-gone"
    """Chunks of a whole manifest, or their pack, were collected meanwhile: store the body again."""
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
class ObjectPart:
    """A part of an object that was completed from parts; `offset` and `size` are bytes of the object."""

    number: int
    offset: int
    size: int
    checksums: Mapping[str, str]


# Arguments of upsert_object behind the body: $1 bucket, $2 key, $3 account, $4 size, $5 ETag, $6 count of
# parts, $7 storage class, $8 to $14 properties, $15 and $16 the precondition. The body's follow from $17.
_UPSERT = """
upsert_object($1, $2, $3, $4, {chunk}, {manifest}, {pieces}, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14,
    $15, $16)"""
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
)
SELECT u.modified, u.version
FROM sorted AS w, LATERAL upsert_object(
    w.bucket, w.key, w.account, w.size, w.chunk, NULL, NULL, w.etag, NULL, w.storage_class,
    w.headers, w.metadata, w.checksums, w.tags, w.acl, w.encryption, w.lock, false, NULL
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

# The rows are locked in the order of their keys and judged as locked; the DELETE then follows each to its
# newest version.
_DELETE = """
WITH wanted AS (
    SELECT * FROM unnest($2::text[], $3::text[]) AS w (key, etag)
), locked AS MATERIALIZED (
    SELECT o.key, o.etag, o.delete_marker FROM objects o
    WHERE o.bucket_id = $1 AND o.key = ANY ($2)
    ORDER BY o.key FOR UPDATE
), judged AS MATERIALIZED (
    SELECT l.key, bool_and(w.etag IS NULL OR w.etag IN (l.etag, '*')) AS matches
    FROM locked l JOIN wanted w ON w.key = l.key GROUP BY l.key
), deleted AS (
    DELETE FROM objects o USING judged j WHERE o.bucket_id = $1 AND o.key = j.key AND j.matches
    RETURNING o.chunk_id, o.manifest_id, o.pieces_id
), trashed AS (
    INSERT INTO trash (chunk_id, manifest_id, pieces_id)
    SELECT chunk_id, manifest_id, pieces_id FROM deleted
    WHERE chunk_id IS NOT NULL OR manifest_id IS NOT NULL OR pieces_id IS NOT NULL
)
SELECT key, matches FROM judged
"""
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
) -> PublishResult:
    """Make `content` the current version of `key`, in one statement.

    A draft's inline chunk or whole manifest is inserted, or its manifest's lease cleared; what the key held
    before goes to the trash. When it ends otherwise than DONE or raises, nothing of it stays, and the draft
    is the caller's to discard. Raises Unavailable when the draft's lease was lost. Inline drafts that come
    together without preconditions share a statement and its commit.
    """
    if isinstance(content, Draft) and content.inline is not None and precondition is None:
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
    return await _published(db, statement, *arguments, *body_arguments)


async def _publish_inline(db: Database, wanted: Sequence[tuple[Any, ...]]) -> list[PublishResult]:
    if len(wanted) == 1:
        start, values, chunk = wanted[0][:5], wanted[0][5:13], wanted[0][13:]
        return [await _published(db, _PUBLISH_INLINE, *start, None, *values, False, None, *chunk)]
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
) -> PublishResult:
    """Make a copy of the body `source` the current version of `key`, by reference, in one statement.

    A body of one chunk or manifest is named again; pieces are copied, with the records of the parts when
    `parts_count` is given (pass the source's). Never touches chunk rows.
    """
    arguments = _upsert_arguments(
        bucket_id, key, account_id, source.size, etag, parts_count, properties, precondition
    )
    named = (source.chunk_id, source.manifest_id, source.pieces_id, parts_count is not None)
    return await _published(db, _PUBLISH_COPY, *arguments, *named)


async def delete(
    db: Database, bucket_id: int, keys: Sequence[str], if_match: Mapping[str, str] | None = None
) -> dict[str, Outcome]:
    """Delete the keys of an unversioned bucket in one statement; their bodies go to the trash.

    `if_match` holds the ETag (without quotes, or "*") that a key must have. Each key ends as DONE, MISSING
    or PRECONDITION_FAILED.
    """
    etags = [(if_match or {}).get(key) for key in keys]
    rows = await retrying(lambda: db.fetch(_DELETE, bucket_id, list(keys), etags))
    outcomes = dict.fromkeys(keys, Outcome.MISSING)
    for row in rows:
        outcomes[row["key"]] = Outcome.DONE if row["matches"] else Outcome.PRECONDITION_FAILED
    return outcomes


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


async def _published(db: Database, statement: str, *arguments: Any) -> PublishResult:
    result = await judged(lambda: db.fetchrow(statement, *arguments))
    if isinstance(result, Outcome):
        return PublishResult(result)
    return PublishResult(Outcome.DONE, result["modified"], result["version"])


_STATES = {
    "S3412": Outcome.PRECONDITION_FAILED,
    "S3404": Outcome.MISSING,
    "S3SRC": Outcome.SOURCE_GONE,
    "S3GON": Outcome.CHUNKS_GONE,
    "S3UPL": Outcome.NO_UPLOAD,
    "S3PRT": Outcome.INVALID_PART,
}
_LEASE_LOST = "S3LSE"


async def judged(attempt: Callable[[], Awaitable[asyncpg.Record | None]]) -> asyncpg.Record | Outcome:
    """The row that a mutation returns, or the outcome that the database raised; deadlocks are retried."""

    async def once() -> asyncpg.Record | Outcome:
        try:
            row = await attempt()
        except asyncpg.ForeignKeyViolationError as error:
            return _gone(error)
        assert row is not None
        return row

    try:
        return await retrying(once)
    except asyncpg.PostgresError as error:
        if error.sqlstate == _LEASE_LOST:
            raise Unavailable("the upload took too long, or the database crashed meanwhile") from error
        if error.sqlstate not in _STATES:
            raise
        return _STATES[error.sqlstate]


def _gone(error: asyncpg.ForeignKeyViolationError) -> Outcome:
    """What was deleted while a mutation was about to name it."""
    constraint = error.constraint_name or ""
    if constraint.endswith("_bucket_id_fkey"):
        return Outcome.NO_BUCKET
    if constraint == "chunks_pack_id_fkey":
        return Outcome.CHUNKS_GONE
    if constraint.endswith(("_chunk_id_fkey", "_manifest_id_fkey")):
        return Outcome.SOURCE_GONE
    raise error
