"""Lifecycle rules at work: passes through buckets, pages of what they judge, and what then happens to it.

Every action names what was judged, and happens only if that is still so; see schema/0012_lifecycle.sql.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

import asyncpg

from s3gw.db.events import Wanted, telling
from s3gw.db.pool import Database, retrying

_RULES_CHANGED = "S3RUL"
_LAST = (1 << 63) - 1


@dataclass(frozen=True, slots=True)
class Pass:
    """A bucket that a pass is due through, with its documents, and how far an interrupted one came."""

    bucket_id: int
    bucket: str
    owner: str
    """The canonical id."""
    document: Mapping[str, Any]
    notification: Mapping[str, Any] | None
    step: str | None = None
    place: str | None = None


class Candidate(NamedTuple):
    """A version that rules may be about. `since`: when it became noncurrent, or else when it was created."""

    key: str
    seq: int
    since: datetime
    size: int
    tags: Mapping[str, str] | None
    storage_class: str
    delete_marker: bool
    version_id: str | None
    etag: str
    alone: bool = False
    """Whether a delete marker is all that there is of the key."""
    successor: int = 0
    newer: int = 0
    """Newer noncurrent versions, up to as many as the page was asked to count."""


class Upload(NamedTuple):
    """An upload in progress."""

    key: str
    id: str
    begun_at: datetime


class Cursor(NamedTuple):
    """Where a page ended: the key, and within it the version or upload."""

    key: str
    seq: int = _LAST
    upload: str = ""


class Page(NamedTuple):
    """Of what was looked at, that which is old enough; `end`, behind which the next page begins, is None
    behind the last."""

    found: Sequence[Any]
    end: Cursor | None


class RulesChanged(Exception):
    """The rules of the bucket are others than those that were judged by."""


# A pass is due where none was by these rules, one was broken off, or a period has begun since: a day, which
# begins at midnight UTC.
_DUE = """
SELECT s.bucket_id, b.name, a.canonical_id, s.document,
    (SELECT n.document FROM bucket_settings n
     WHERE n.bucket_id = b.id AND n.kind = 'notification') AS notification,
    CASE WHEN p.ended_at IS NULL AND p.revision = s.document ->> 'revision' THEN p.step END AS step,
    CASE WHEN p.ended_at IS NULL AND p.revision = s.document ->> 'revision' THEN p.place END AS place
FROM bucket_settings s JOIN buckets b ON b.id = s.bucket_id JOIN accounts a ON a.id = b.account_id
LEFT JOIN lifecycle_passes p USING (bucket_id)
WHERE s.kind = 'lifecycle' AND s.bucket_id > $2 AND (
    p.bucket_id IS NULL OR p.ended_at IS NULL OR p.revision <> s.document ->> 'revision'
    OR floor(extract(epoch FROM now()) / $1) > floor(extract(epoch FROM p.began_at) / $1)
) ORDER BY s.bucket_id LIMIT 1
"""
_BEGIN = """
INSERT INTO lifecycle_passes (bucket_id, revision, began_at, step)
SELECT id, $2, now(), $3 FROM buckets WHERE id = $1
ON CONFLICT (bucket_id) DO UPDATE
SET revision = $2, began_at = now(), ended_at = NULL, step = $3, place = NULL
"""
_SAY = "UPDATE lifecycle_passes SET step = $2, place = $3 WHERE bucket_id = $1"
_END = "UPDATE lifecycle_passes SET ended_at = now() WHERE bucket_id = $1"

# A page looks at so many rows and returns those of them that are old enough, and in any case the last.
_CURRENT = """
WITH seen AS MATERIALIZED (
    SELECT key, version_seq, modified_at, size, tags, storage_class, delete_marker, version_id, etag
    FROM objects
    WHERE bucket_id = $1 AND key >= $2 AND key < coalesce(text_after($3), text_end())
    ORDER BY key LIMIT $4
)
SELECT s.*, modified_at <= $5 AS old, (SELECT count(*) FROM seen) AS looked_at,
    delete_marker
    AND NOT EXISTS (SELECT 1 FROM noncurrent n WHERE n.bucket_id = $1 AND n.key = s.key) AS alone
FROM seen s WHERE modified_at <= $5 OR key = (SELECT max(key) FROM seen) ORDER BY key
"""
_NONCURRENT = """
WITH seen AS MATERIALIZED (
    SELECT *, row_number() OVER (ORDER BY key, version_seq DESC) AS place FROM (
        (
            SELECT key, version_seq, size, tags, storage_class, delete_marker, version_id, etag
            FROM noncurrent
            WHERE bucket_id = $1 AND key = $2 AND version_seq < $6
              AND key < coalesce(text_after($3), text_end())
            ORDER BY version_seq DESC LIMIT $4
        ) UNION ALL (
            SELECT key, version_seq, size, tags, storage_class, delete_marker, version_id, etag
            FROM noncurrent
            WHERE bucket_id = $1 AND key > $2 AND key < coalesce(text_after($3), text_end())
            ORDER BY key, version_seq DESC LIMIT $4
        )
        ORDER BY key, version_seq DESC LIMIT $4
    ) AS rows
)
SELECT s.*, n.since <= $5 AS old, (SELECT count(*) FROM seen) AS looked_at, n.seq AS successor, n.since,
    CASE WHEN n.since <= $5 THEN newer_versions($1, s.key, s.version_seq, $7) END AS newer
FROM seen s, LATERAL successor($1, s.key, s.version_seq) AS n
WHERE n.since <= $5 OR place = (SELECT max(place) FROM seen) ORDER BY place
"""
_UPLOADS = """
WITH seen AS MATERIALIZED (
    SELECT key, id, initiated_at FROM uploads
    WHERE bucket_id = $1 AND completed_at IS NULL AND (key, id) > ($2, $6)
      AND key < coalesce(text_after($3), text_end())
    ORDER BY key, id LIMIT $4
)
SELECT s.*, initiated_at <= $5 AS old, (SELECT count(*) FROM seen) AS looked_at FROM seen s
WHERE initiated_at <= $5 OR (key, id) = (SELECT key, id FROM seen ORDER BY key DESC, id DESC LIMIT 1)
ORDER BY key, id
"""


async def clock(db: Database) -> datetime:
    """The database's time."""
    now: datetime = await db.fetchval("SELECT now()")
    return now


async def next_due(db: Database, period: float, after: int = 0) -> Pass | None:
    """The next bucket, by id, through which a pass is due: one a period of so many seconds."""
    row = await db.fetchrow(_DUE, period, after)
    return None if row is None else Pass(*row)


async def begin(db: Database, bucket_id: int, revision: str, step: str) -> None:
    """A pass begins by these rules."""
    await db.execute(_BEGIN, bucket_id, revision, step)


async def say(db: Database, bucket_id: int, step: str, place: str | None) -> None:
    """The pass has come to the keys from `place` on, in that step."""
    await db.execute(_SAY, bucket_id, step, place)


async def end(db: Database, bucket_id: int) -> None:
    """The pass has come through the bucket."""
    await db.execute(_END, bucket_id)


async def current(
    db: Database, bucket_id: int, prefix: str, cursor: Cursor | None, limit: int, until: datetime
) -> Page:
    """A page of the keys with that prefix; those of them that were written by `until`."""
    place = prefix if cursor is None else cursor.key + "\x01"
    rows = await db.fetch(_CURRENT, bucket_id, place, prefix, limit, until)
    found = [
        Candidate(
            row["key"],
            row["version_seq"],
            row["modified_at"],
            row["size"],
            row["tags"],
            row["storage_class"],
            row["delete_marker"],
            row["version_id"],
            row["etag"],
            row["alone"],
        )
        for row in rows
        if row["old"]
    ]
    return _page(rows, found, limit, lambda row: Cursor(row["key"]))


async def noncurrent(
    db: Database, bucket_id: int, prefix: str, cursor: Cursor | None, limit: int, until: datetime, count: int
) -> Page:
    """A page of the noncurrent versions of such keys, of each key from the newest; those that became it by
    `until`, with how many newer ones there are, up to `count`."""
    at = cursor or Cursor(prefix)
    rows = await db.fetch(_NONCURRENT, bucket_id, at.key, prefix, limit, until, at.seq, count)
    found = [
        Candidate(
            row["key"],
            row["version_seq"],
            row["since"],
            row["size"],
            row["tags"],
            row["storage_class"],
            row["delete_marker"],
            row["version_id"],
            row["etag"],
            successor=row["successor"],
            newer=row["newer"],
        )
        for row in rows
        if row["old"]
    ]
    return _page(rows, found, limit, lambda row: Cursor(row["key"], row["version_seq"]))


async def uploads(
    db: Database, bucket_id: int, prefix: str, cursor: Cursor | None, limit: int, until: datetime
) -> Page:
    """A page of the uploads in progress of such keys; those that were begun by `until`."""
    at = cursor or Cursor(prefix)
    rows = await db.fetch(_UPLOADS, bucket_id, at.key, prefix, limit, until, at.upload)
    found = [Upload(row["key"], row["id"], row["initiated_at"]) for row in rows if row["old"]]
    return _page(rows, found, limit, lambda row: Cursor(row["key"], upload=row["id"]))


def _page(rows: Sequence[asyncpg.Record], found: Sequence[Any], limit: int, end: Any) -> Page:
    if not rows:
        return Page([], None)
    return Page(found, end(rows[-1]) if rows[0]["looked_at"] == limit else None)


async def expire_current(
    db: Database, bucket_id: int, revision: str, found: Sequence[Candidate], wanted: Sequence[Wanted] = ()
) -> int:
    """Expire current versions; how many. Raises RulesChanged.

    `wanted`, here and below, are the events to be told, by the place among what was `found`.
    """
    call = "place, version FROM expire_current($1, $2, $3, $4, $5)"
    return await _acted(db, call, (bucket_id, revision, *_named(found)), wanted, _MADE)


async def expire_markers(
    db: Database, bucket_id: int, revision: str, found: Sequence[Candidate], wanted: Sequence[Wanted] = ()
) -> int:
    """Remove delete markers that are alone; how many. Raises RulesChanged."""
    call = "place, NULL AS version FROM expire_markers($1, $2, $3, $4)"
    return await _acted(db, call, (bucket_id, revision, *_named(found)[:2]), wanted)


async def expire_noncurrent(
    db: Database,
    bucket_id: int,
    revision: str,
    found: Sequence[tuple[Candidate, int]],
    wanted: Sequence[Wanted] = (),
) -> int:
    """Delete noncurrent versions, each if so many newer ones are there; how many. Raises RulesChanged."""
    named = _named([each for each, _ in found])
    successors, newer = [each.successor for each, _ in found], [count for _, count in found]
    call = "place, NULL AS version FROM expire_noncurrent($1, $2, $3, $4, $5, $6, $7)"
    return await _acted(db, call, (bucket_id, revision, *named, successors, newer), wanted)


async def move(
    db: Database,
    bucket_id: int,
    revision: str,
    found: Sequence[tuple[Candidate, str]],
    wanted: Sequence[Wanted] = (),
) -> int:
    """Show versions in these storage classes; how many. Raises RulesChanged."""
    named, classes = _named([each for each, _ in found]), [name for _, name in found]
    call = "place, NULL AS version FROM move_versions($1, $2, $3, $4, $5, $6)"
    return await _acted(db, call, (bucket_id, revision, *named, classes), wanted)


async def expire_uploads(db: Database, bucket_id: int, revision: str, found: Sequence[Upload]) -> int:
    """Abort uploads; how many. Raises RulesChanged."""
    keys, ids = [each.key for each in found], [each.id for each in found]
    call = "place FROM expire_uploads($1, $2, $3, $4)"
    return await _acted(db, call, (bucket_id, revision, keys, ids))


def _named(found: Sequence[Candidate]) -> tuple[list[Any], ...]:
    """Keys, versions and tags."""
    tags = [None if each.tags is None else dict(each.tags) for each in found]
    return [each.key for each in found], [each.seq for each in found], tags


_DONE = "w.place = done.place"
_MADE = f"{_DONE} AND w.marker = (done.version IS NOT NULL)"


async def _acted(
    db: Database,
    call: str,
    arguments: tuple[Any, ...],
    wanted: Sequence[Wanted] = (),
    happened: str = _DONE,
) -> int:
    if not arguments[2]:
        return 0
    statement, given = telling(f"SELECT {call}", arguments, wanted, happened=happened)
    try:
        rows = await retrying(lambda: db.fetch(statement, *given))
    except asyncpg.PostgresError as error:
        if error.sqlstate == _RULES_CHANGED:
            raise RulesChanged from error
        raise
    return len(rows)
