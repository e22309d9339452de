"""Events that are to be told: written by the statement that makes them happen, taken out when they were told.

`Wanted` are the events that a statement would make happen, as the operation has found them among the rules of
the bucket; most have none, and then the statement is just what it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from s3gw.db.pool import Database, retrying


class Wanted(NamedTuple):
    """An event that is to be told to that target, if it happens."""

    target: str
    record: Mapping[str, Any]
    place: int = 1
    """Of what the statement does several times: to which it belongs, counted from 1."""
    marker: bool = False
    """Whether it is that a delete marker was made."""


@dataclass(frozen=True, slots=True)
class Event:
    """One that happened and was not told yet."""

    id: int
    record: Mapping[str, Any]
    version: str | None
    made_at: datetime


def telling(
    statement: str,
    arguments: Sequence[Any],
    wanted: Sequence[Wanted],
    *,
    happened: str = "true",
    version: str = "version",
) -> tuple[str, tuple[Any, ...]]:
    """The statement and its arguments, such that it also writes down the events that it makes happen.

    `happened` says of a row of the statement, `done`, and of an event, `w`, whether it did; `version` is the
    version that was made.
    """
    if not wanted:
        return statement, tuple(arguments)
    first = len(arguments) + 1
    columns = (
        [one.target for one in wanted],
        [dict(one.record) for one in wanted],
        [one.place for one in wanted],
        [one.marker for one in wanted],
    )
    wrapped = f"""
    WITH done AS MATERIALIZED ({statement}), told AS (
        INSERT INTO events (target, record, version)
        SELECT w.target, w.record, {version}
        FROM done, unnest(
            ${first}::text[], ${first + 1}::jsonb[], ${first + 2}::bigint[], ${first + 3}::boolean[]
        ) AS w (target, record, place, marker)
        WHERE {happened}
    )
    SELECT * FROM done
    """
    return wrapped, (*arguments, *columns)


_WAITING = "SELECT id, record, version, made_at FROM events WHERE target = $1 ORDER BY id LIMIT $2"
_RETRY = """
SELECT target, failures, retry_at > now() AS waits FROM event_targets WHERE target = ANY ($1)
"""
_FAILED = """
INSERT INTO event_targets (target, failures, retry_at, error)
VALUES ($1, 1, now() + make_interval(secs => $2), $3)
ON CONFLICT (target) DO UPDATE
SET failures = event_targets.failures + 1, retry_at = excluded.retry_at, error = excluded.error
"""
_EXPIRED = "DELETE FROM events WHERE made_at < now() - make_interval(secs => $1)"
_OVERFLOWING = """
DELETE FROM events WHERE target = $1 AND id <= (
    SELECT id FROM events WHERE target = $1 ORDER BY id DESC OFFSET $2 LIMIT 1
)
"""
_PUT = """
INSERT INTO bucket_settings (bucket_id, kind, document)
SELECT id, 'notification', $2 FROM buckets WHERE id = $1
ON CONFLICT (bucket_id, kind) DO UPDATE SET document = excluded.document RETURNING true AS put
"""


async def put_rules(
    db: Database, bucket_id: int, document: Mapping[str, Any], wanted: Sequence[Wanted]
) -> bool:
    """Set the bucket's rules, and tell these test events; False where the bucket is gone."""
    statement, arguments = telling(_PUT, (bucket_id, dict(document)), wanted, version="NULL")
    return bool(await retrying(lambda: db.fetchval(statement, *arguments)))


async def waiting(db: Database, target: str, limit: int) -> list[Event]:
    """The oldest events that wait for a target, in their order."""
    rows = await db.fetch(_WAITING, target, limit)
    return [Event(row["id"], row["record"], row["version"], row["made_at"]) for row in rows]


async def told(db: Database, ids: Sequence[int]) -> None:
    """These events were taken by their target."""
    await db.execute("DELETE FROM events WHERE id = ANY ($1)", list(ids))


async def failures(db: Database, targets: Sequence[str]) -> dict[str, tuple[int, bool]]:
    """How often in a row each target did not take an event, and whether it is to be left alone yet."""
    rows = await db.fetch(_RETRY, list(targets))
    return {row["target"]: (row["failures"], row["waits"]) for row in rows}


async def failed(db: Database, target: str, pause: float, error: str) -> None:
    """A target did not take an event; it is left alone for so many seconds."""
    await db.execute(_FAILED, target, pause, error)


async def works(db: Database, target: str) -> None:
    """A target takes events again."""
    await db.execute("DELETE FROM event_targets WHERE target = $1", target)


async def drop_expired(db: Database, age: float) -> int:
    """Give up events that are older, in seconds; how many."""
    return _count(await db.execute(_EXPIRED, age))


async def drop_overflowing(db: Database, target: str, most: int) -> int:
    """Give up the oldest events of a target that are more than `most`; how many."""
    return _count(await db.execute(_OVERFLOWING, target, most))


async def pending(db: Database) -> dict[str, tuple[int, float]]:
    """Events that wait by target, and the age of the oldest in seconds."""
    rows = await db.fetch(
        "SELECT target, count(*) AS number, extract(epoch FROM now() - min(made_at))::float8 AS age "
        "FROM events GROUP BY target"
    )
    return {row["target"]: (row["number"], max(0.0, row["age"])) for row in rows}


def _count(status: str) -> int:
    return int(status.rpartition(" ")[2])
