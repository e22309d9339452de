"""Records of server access logging, from the request until they are delivered as objects."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from s3gw.db.pool import Database, retrying

LOGGING = "logging"
"""Kind of the document by which a bucket is logged."""

_ADD = """
INSERT INTO access_log_records (bucket_id, at, line)
SELECT b.id, r.at, r.line
FROM unnest($1::text[], $2::timestamptz[], $3::text[]) AS r (name, at, line)
JOIN buckets b ON b.name = r.name
JOIN bucket_settings s ON s.bucket_id = b.id AND s.kind = 'logging'
"""
_WAITING = """
SELECT DISTINCT r.bucket_id, b.name FROM access_log_records r LEFT JOIN buckets b ON b.id = r.bucket_id
ORDER BY r.bucket_id
"""
# A batch is of one day, since keys may be made from the day; rows that another claims are left out.
_CLAIM = """
WITH first AS (
    SELECT (at AT TIME ZONE 'UTC')::date AS day FROM access_log_records
    WHERE bucket_id = $1 AND batch IS NULL ORDER BY id LIMIT 1
), mine AS (
    SELECT r.id FROM access_log_records r, first
    WHERE r.bucket_id = $1 AND r.batch IS NULL AND (r.at AT TIME ZONE 'UTC')::date = first.day
    ORDER BY r.id LIMIT $2 FOR UPDATE OF r SKIP LOCKED
)
UPDATE access_log_records SET batch = (SELECT max(id) FROM mine) WHERE id IN (SELECT id FROM mine)
"""
_NEXT = "SELECT min(batch) FROM access_log_records WHERE bucket_id = $1 AND batch IS NOT NULL"
_BATCH = "SELECT at, line FROM access_log_records WHERE bucket_id = $1 AND batch = $2 ORDER BY at, id"
_DELETE = "WITH d AS (DELETE FROM access_log_records WHERE {which} RETURNING 1) SELECT count(*) FROM d"


class Record(NamedTuple):
    """One request to a bucket."""

    bucket: str
    at: datetime
    line: str


class Waiting(NamedTuple):
    """A bucket of which records wait; without a name where it is gone."""

    bucket_id: int
    name: str | None


class Batch(NamedTuple):
    """The records of one object, oldest first."""

    id: int
    last: datetime
    lines: list[str]


async def add(db: Database, records: Sequence[Record]) -> None:
    """Keep records of those buckets that are logged; when it returns they are durable."""
    names, times, lines = zip(*records, strict=True)
    await retrying(lambda: db.execute(_ADD, names, times, lines))


async def waiting(db: Database) -> list[Waiting]:
    """The buckets of which there are records."""
    return [Waiting(row["bucket_id"], row["name"]) for row in await db.fetch(_WAITING)]


async def next_batch(db: Database, bucket_id: int, most: int) -> Batch | None:
    """The next `most` records of a bucket, or those of a delivery that was interrupted."""
    number = await db.fetchval(_NEXT, bucket_id)
    if number is None:
        await db.execute(_CLAIM, bucket_id, most)
        number = await db.fetchval(_NEXT, bucket_id)
    if number is None:
        return None
    rows = await db.fetch(_BATCH, bucket_id, number)
    return Batch(number, rows[-1]["at"], [row["line"] for row in rows]) if rows else None


async def delivered(db: Database, bucket_id: int, batch: int) -> int:
    """Forget the records of a batch; how many they were."""
    which = "bucket_id = $1 AND batch = $2"
    return int(await retrying(lambda: db.fetchval(_DELETE.format(which=which), bucket_id, batch)))


async def drop(db: Database, bucket_id: int, age: timedelta) -> int:
    """Forget records that are so old and cannot be delivered; how many they were."""
    which = "bucket_id = $1 AND at <= now() - $2::interval"
    return int(await retrying(lambda: db.fetchval(_DELETE.format(which=which), bucket_id, age)))
