"""Multipart uploads: create, parts, complete, abort."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import asyncpg

from s3gw import pauses
from s3gw.db import whole
from s3gw.db.events import Wanted, telling
from s3gw.db.objects import Precondition, content_arguments, precondition_arguments
from s3gw.db.outcomes import Outcome, judged
from s3gw.db.pool import Database, retrying
from s3gw.db.records import Account, Body, Draft, Properties
from s3gw.db.rows import EXTRA, INITIATOR, OWNER, account, body, properties


@dataclass(frozen=True, slots=True)
class Upload:
    """A multipart upload. `completed` is what `complete` was given as answer, once it is completed."""

    id: str
    bucket_id: int
    key: str
    initiated_at: datetime
    properties: Properties
    checksum_algorithm: str | None
    checksum_type: str | None
    owner: Account
    """Of the object that it becomes."""
    initiator: Account
    """Who has begun it."""
    completed: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A part as it stands now."""

    number: int
    etag: str
    modified_at: datetime
    body: Body
    checksums: Mapping[str, str]

    @property
    def size(self) -> int:
        """Bytes of the part."""
        return self.body.size


@dataclass(frozen=True, slots=True)
class PartResult:
    """`modified_at` is set where the outcome is DONE."""

    outcome: Outcome
    modified_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Completion:
    """How `complete` ended; `answer` is the earlier one where the upload was completed before."""

    outcome: Outcome
    modified_at: datetime | None = None
    version_id: str | None = None
    answer: Mapping[str, Any] | None = None


_CREATE = """
INSERT INTO uploads (bucket_id, key, account_id, initiator_id, storage_class, checksum_algorithm,
    checksum_type, headers, metadata, tags, acl, encryption, lock)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)
RETURNING id
"""
_GET = f"""
SELECT u.*, {OWNER}, {INITIATOR} FROM uploads u JOIN accounts oo ON oo.id = u.account_id
JOIN accounts oi ON oi.id = coalesce(u.initiator_id, u.account_id)
WHERE u.id = $1 AND u.bucket_id = $2 AND u.key = $3
"""
_PARTS = """
SELECT part_number, size, chunk_id, manifest_id, pieces_id, etag, modified_at, checksums FROM parts
WHERE upload_id = $1 AND part_number > $2 ORDER BY part_number LIMIT $3
"""

# $1 upload, $2 number, $3 size, $4 ETag, $5 checksums; the body's arguments follow.
_PUT = "SELECT upsert_part($1, $2, $3, {chunk}, {manifest}, {pieces}, $4, $5) AS modified"
_PUT_INLINE = _PUT.format(chunk="inline_chunk($6, $7, $8, $9, $10, $11)", manifest="NULL", pieces="NULL")
_PUT_MANIFEST = _PUT.format(chunk="NULL", manifest="claim_manifest($6, $3)", pieces="NULL")
_PUT_WHOLE = _PUT.format(chunk="NULL", manifest=f"whole_manifest($3, {whole.parameters(6)})", pieces="NULL")
_PUT_BODY = _PUT.format(chunk="$6", manifest="$7", pieces="$8")
_PUT_COPY = (
    _PUT.format(chunk="c.chunk", manifest="c.manifest", pieces="c.pieces")
    + " FROM copy_body($6, $7, $8, $9, $10, $3, false) AS c"
)
_COMPLETE = "SELECT modified, version, answer FROM complete_version($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"


async def create(
    db: Database,
    bucket_id: int,
    key: str,
    account_id: int,
    properties: Properties,
    *,
    initiator_id: int | None = None,
    checksum_algorithm: str | None = None,
    checksum_type: str | None = None,
) -> str | None:
    """Begin an upload by `initiator_id`, else by the owner of what it becomes.

    Its id, or None where the bucket is gone. Ids of one key sort by time of creation.
    """
    row = await judged(
        lambda: db.fetchrow(
            _CREATE,
            bucket_id,
            key,
            account_id,
            account_id if initiator_id is None else initiator_id,
            properties.storage_class,
            checksum_algorithm,
            checksum_type,
            dict(properties.headers) or None,
            dict(properties.metadata) or None,
            *(properties.extra.get(name) for name in EXTRA),
        )
    )
    return None if isinstance(row, Outcome) else row["id"]


def begun_at(upload_id: str) -> datetime:
    """When an upload was begun, which its id begins with."""
    return datetime.fromtimestamp(int(upload_id[:14], 16) / 1_000_000, UTC)


async def get(db: Database, bucket_id: int, key: str, upload_id: str) -> Upload | None:
    """The upload, completed ones included; None unless it belongs to that bucket and key."""
    row = await db.fetchrow(_GET, upload_id, bucket_id, key)
    if row is None:
        return None
    return Upload(
        id=row["id"],
        bucket_id=row["bucket_id"],
        key=row["key"],
        initiated_at=row["initiated_at"],
        properties=properties(row, None),
        checksum_algorithm=row["checksum_algorithm"],
        checksum_type=row["checksum_type"],
        owner=account(row, "o_"),
        initiator=account(row, "i_"),
        completed=row["completed"],
    )


async def put_part(
    db: Database, upload_id: str, number: int, content: Draft | Body, etag: str, checksums: Mapping[str, str]
) -> PartResult:
    """Store a part, replacing what had its number, in one statement; like `objects.publish` otherwise.

    Outcomes: DONE, NO_UPLOAD (unknown, aborted or completed), CHUNKS_GONE.
    """
    if isinstance(content, Draft) and content.whole is not None:
        statement, named = _PUT_WHOLE, whole.arguments(content.whole)
    else:
        statement, named = content_arguments(content, _PUT_INLINE, _PUT_MANIFEST, _PUT_BODY)
    return await _stored(db, statement, upload_id, number, content.size, etag, checksums, *named)


async def copy_part(
    db: Database,
    upload_id: str,
    number: int,
    source: Body,
    start: int,
    length: int,
    etag: str,
    checksums: Mapping[str, str],
) -> PartResult:
    """Store `length` bytes of the body `source` from `start` as a part, by reference, in one statement.

    Outcomes: DONE, NO_UPLOAD, SOURCE_GONE.
    """
    named = (source.chunk_id, source.manifest_id, source.pieces_id, source.size, start)
    return await _stored(db, _PUT_COPY, upload_id, number, length, etag, checksums, *named)


async def parts(db: Database, upload_id: str, after: int = 0, limit: int = 10000) -> list[Part]:
    """Parts in order of their numbers, those above `after`."""
    return [_part(row) for row in await db.fetch(_PARTS, upload_id, after, limit)]


async def complete(
    db: Database,
    upload: Upload,
    account_id: int,
    chosen: Sequence[tuple[int, str]],
    etag: str,
    checksums: Mapping[str, str],
    answer: Mapping[str, Any],
    *,
    precondition: Precondition | None = None,
    wanted: Sequence[Wanted] = (),
) -> Completion:
    """Make the chosen parts (number and ETag, ascending) the current version of the upload's key.

    One transaction: builds the pieces and the records of the parts, publishes, sends what is unused to the
    trash, and keeps `answer` for a repetition, which ends as DONE with that answer and changes nothing.
    `checksums` as in `objects.checksums`. Outcomes: DONE, NO_UPLOAD, INVALID_PART, PRECONDITION_FAILED,
    MISSING, NO_BUCKET; nothing changes unless DONE. `wanted` are the events to be told with it.
    """
    arguments = (
        upload.bucket_id,
        upload.id,
        account_id,
        [number for number, _ in chosen],
        [part_etag for _, part_etag in chosen],
        etag,
        dict(checksums) or None,
        dict(answer),
        *precondition_arguments(precondition),
    )
    statement, given = telling(_COMPLETE, arguments, wanted)
    await pauses.reach("complete.checked")
    row = await judged(lambda: db.fetchrow(statement, *given))
    if isinstance(row, Outcome):
        return Completion(row)
    await pauses.reach("complete.published")
    return Completion(Outcome.DONE, row["modified"], row["version"], row["answer"])


async def abort(db: Database, bucket_id: int, key: str, upload_id: str) -> bool:
    """Abort an upload in progress; its parts go to the trash. False where there is none."""
    aborted: bool = await retrying(
        lambda: db.fetchval("SELECT abort_upload($1, $2, $3)", bucket_id, key, upload_id)
    )
    await pauses.reach("abort.done")
    return aborted


async def _stored(
    db: Database,
    statement: str,
    upload_id: str,
    number: int,
    size: int,
    etag: str,
    checksums: Mapping[str, str],
    *named: Any,
) -> PartResult:
    arguments = (upload_id, number, size, etag, dict(checksums) or None, *named)
    row = await judged(lambda: db.fetchrow(statement, *arguments))
    if isinstance(row, Outcome):
        return PartResult(row)
    await pauses.reach("part.published")
    return PartResult(Outcome.DONE, row["modified"])


def _part(row: asyncpg.Record) -> Part:
    return Part(row["part_number"], row["etag"], row["modified_at"], body(row), row["checksums"] or {})
