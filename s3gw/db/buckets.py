"""Buckets: create, find, list, delete."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any

import asyncpg

from s3gw.db.assumed import NOTHING, Assumed
from s3gw.db.batches import batches
from s3gw.db.found import HOLDS, HOLDS_EACH, Found
from s3gw.db.pool import Database, retrying
from s3gw.db.records import Bucket
from s3gw.db.rows import BUCKET, bucket
from s3gw.errors import Unavailable


class Deletion(Enum):
    """How DeleteBucket ended."""

    DELETED = "deleted"
    MISSING = "missing"
    NOT_EMPTY = "not-empty"


class Versioning(Enum):
    """How a change of a bucket's versioning ended."""

    SET = "set"
    MISSING = "missing"
    LOCKED = "locked"
    """The bucket has object lock, which needs versions."""


_GET = f"SELECT {BUCKET}, {HOLDS} FROM buckets b JOIN accounts bo ON bo.id = b.account_id WHERE b.name = $1"
_GET_MANY = f"""
SELECT {BUCKET}, {HOLDS_EACH}
FROM unnest($1::text[], $2::text[], $3::bigint[]) WITH ORDINALITY AS q (name, access_key, revision, place)
LEFT JOIN LATERAL (SELECT * FROM buckets WHERE name = q.name LIMIT 1) b ON true
LEFT JOIN LATERAL (SELECT * FROM accounts WHERE id = b.account_id LIMIT 1) bo ON true
ORDER BY q.place
"""
_CREATE = f"""
WITH b AS (
    INSERT INTO buckets (name, account_id, region, chunking, archive_hints, object_lock, versioning)
    VALUES ($1, $2, $3, $4, $5, $7, CASE WHEN $7 THEN 'Enabled' END)
    ON CONFLICT (name) DO NOTHING RETURNING *
), d AS (
    INSERT INTO bucket_settings (bucket_id, kind, document)
    SELECT b.id, e.key, e.value FROM b, jsonb_each($6) AS e
)
SELECT {BUCKET} FROM b JOIN accounts bo ON bo.id = b.account_id
"""
_LIST = f"""
SELECT {BUCKET} FROM buckets b JOIN accounts bo ON bo.id = b.account_id
WHERE b.account_id = $1 AND b.name > $2 AND starts_with(b.name, $3)
ORDER BY b.name LIMIT $4
"""


async def create(
    db: Database,
    name: str,
    account_id: int,
    region: str,
    chunking: str,
    archive_hints: bool,
    documents: Mapping[str, Any] | None = None,
    *,
    object_lock: bool = False,
) -> tuple[Bucket, bool]:
    """The bucket of that name, and whether this call created it; if not, compare its owner.

    A new one is created together with its `documents` by kind, which the returned record does not show. With
    `object_lock` it keeps versions and locks them.
    """
    for _ in range(3):  # one that exists may be deleted between the two statements
        row = await db.fetchrow(
            _CREATE, name, account_id, region, chunking, archive_hints, dict(documents or {}), object_lock
        )
        if row is not None:
            return bucket(row), True
        found = await get(db, name)
        if found is not None:
            return found, False
    raise Unavailable(f"bucket {name} is being created and deleted all the time")


async def get(db: Database, name: str) -> Bucket | None:
    """The bucket of that name with its owner."""
    return (await find(db, name)).bucket


async def find(db: Database, name: str, assumed: Assumed = NOTHING) -> Found:
    """The bucket of that name, or none, and whether the assumed access key holds."""
    return await batches(db, _find).ask((name, assumed.access_key, assumed.key_revision))


async def _find(db: Database, wanted: Sequence[tuple[str, str | None, int | None]]) -> list[Found]:
    if len(wanted) == 1:
        return [_found(db, await db.fetchrow(_GET, *wanted[0]))]
    return [_found(db, row) for row in await db.fetch(_GET_MANY, *map(list, zip(*wanted, strict=True)))]


def _found(db: Database, row: asyncpg.Record | None) -> Found:
    if row is None or row["b_id"] is None:
        return Found(None, None)
    found = bucket(row)
    db.memory.see_bucket(found)
    return Found(found, None, holds=row["holds"])


async def delete(db: Database, name: str) -> Deletion:
    """Delete an empty bucket; uploads in progress are aborted with it, as S3 does.

    Races safely with writes: a concurrent one either makes it NOT_EMPTY or finds no bucket.
    """

    async def attempt() -> Deletion:
        return Deletion(await db.fetchval("SELECT delete_bucket($1)", name))

    return await retrying(attempt)


async def set_versioning(db: Database, bucket_id: int, versioning: str) -> Versioning:
    """Have the bucket keep versions ("Enabled") or stop making new ones ("Suspended").

    Waits for writes into the bucket that have begun; those that come later heed it.
    """

    async def attempt() -> Versioning:
        return Versioning(await db.fetchval("SELECT set_versioning($1, $2)", bucket_id, versioning))

    return await retrying(attempt)


async def list_for(
    db: Database, account_id: int, prefix: str = "", after: str = "", limit: int = 10000
) -> list[Bucket]:
    """The account's buckets in byte order of their names, beginning with `prefix`, greater than `after`.

    Ask for one more than the page to know whether it is the last.
    """
    rows: list[asyncpg.Record] = await db.fetch(_LIST, account_id, after, prefix, limit)
    return [bucket(row) for row in rows]
