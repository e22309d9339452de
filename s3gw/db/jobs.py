"""Background jobs as every gateway and command sees and steers them: one row a job."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from s3gw.db.pool import Database

SILENT = 15.0
"""Seconds after which a run that says nothing any more counts as cut off."""


@dataclass(frozen=True, slots=True)
class JobRow:
    """How a job is going, wherever it runs. Times are the database's."""

    name: str
    paused: bool
    wanted: bool
    """Somebody asked for a run that has not begun."""
    running: bool
    began_at: datetime | None
    ended_at: datetime | None
    counts: Mapping[str, int]
    done: int | None
    """Of `total`, where the present run knows how much there is to do."""
    total: int | None
    error: str | None
    """Why the last run failed."""

    @property
    def state(self) -> str:
        """In a word."""
        if self.running:
            return "running"
        return "paused" if self.paused else "waiting"


@dataclass(frozen=True, slots=True)
class Report:
    """What a run says of itself."""

    name: str
    counts: Mapping[str, int]
    done: int | None = None
    total: int | None = None


async def register(db: Database, names: Sequence[str]) -> None:
    """Make sure that these jobs have rows."""
    await db.execute(
        "INSERT INTO jobs (name) SELECT * FROM unnest($1::text[]) ON CONFLICT DO NOTHING", sorted(names)
    )


async def all_jobs(db: Database) -> list[JobRow]:
    """Every job that any gateway of this database ever had, by name."""
    rows = await db.fetch(
        """
        SELECT *, coalesce(seen_at > now() - make_interval(secs => $1), false) AS running
        FROM jobs ORDER BY name
        """,
        SILENT,
    )
    return [_row(row) for row in rows]


async def due(db: Database, intervals: Mapping[str, float]) -> dict[str, bool]:
    """The jobs to be run now, of those that run nowhere: somebody asked (True), or their last run ended
    `intervals` seconds ago and they are not paused (False)."""
    rows = await db.fetch(
        """
        SELECT j.name, j.wanted_at IS NOT NULL AS wanted
        FROM jobs j JOIN unnest($1::text[], $2::float8[]) AS i (name, seconds) USING (name)
        WHERE NOT coalesce(j.seen_at > now() - make_interval(secs => $3), false) AND (
            j.wanted_at IS NOT NULL
            OR j.paused_at IS NULL AND coalesce(j.ended_at <= now() - make_interval(secs => i.seconds), true)
        )
        """,
        list(intervals),
        list(intervals.values()),
        SILENT,
    )
    return {row["name"]: row["wanted"] for row in rows}


async def begin(db: Database, name: str) -> None:
    """A run begins, and with it whatever was asked for until now."""
    await db.execute(
        """
        INSERT INTO jobs (name, began_at, seen_at) VALUES ($1, now(), now())
        ON CONFLICT (name) DO UPDATE SET wanted_at = NULL, began_at = now(), seen_at = now(), counts = '{}',
            done = NULL, total = NULL
        """,
        name,
    )


async def say(db: Database, reports: Sequence[Report]) -> frozenset[str]:
    """The runs go on; those of them that were paused meanwhile, and are to end."""
    rows = await db.fetch(
        """
        UPDATE jobs j SET seen_at = now(), counts = r.counts, done = r.done, total = r.total
        FROM unnest($1::text[], $2::jsonb[], $3::bigint[], $4::bigint[]) AS r (name, counts, done, total)
        WHERE j.name = r.name RETURNING j.name, coalesce(j.paused_at > j.began_at, false) AS paused
        """,
        [report.name for report in reports],
        [dict(report.counts) for report in reports],
        [report.done for report in reports],
        [report.total for report in reports],
    )
    return frozenset(row["name"] for row in rows if row["paused"])


async def end(db: Database, report: Report, error: str | None) -> None:
    """A run ended, or failed with `error`."""
    await db.execute(
        """
        UPDATE jobs SET seen_at = NULL, ended_at = now(), counts = $2, done = $3, total = $4, error = $5
        WHERE name = $1
        """,
        report.name,
        dict(report.counts),
        report.done,
        report.total,
        error,
    )


async def want(db: Database, name: str) -> bool:
    """Ask for a run as soon as possible, also of a paused job; whether there is such a job."""
    return await _set(db, "wanted_at = now()", name)


async def pause(db: Database, name: str) -> bool:
    """Have the job break off, and not begin again until `resume`; whether there is such a job."""
    return await _set(db, "paused_at = now(), wanted_at = NULL", name)


async def resume(db: Database, name: str) -> bool:
    """Have a paused job go on at its next time; whether there is such a job."""
    return await _set(db, "paused_at = NULL", name)


async def _set(db: Database, change: str, name: str) -> bool:
    return await db.fetchval(f"UPDATE jobs SET {change} WHERE name = $1 RETURNING name", name) is not None


def _row(row: asyncpg.Record) -> JobRow:
    return JobRow(
        name=row["name"],
        paused=row["paused_at"] is not None,
        wanted=row["wanted_at"] is not None,
        running=row["running"],
        began_at=row["began_at"],
        ended_at=row["ended_at"],
        counts=row["counts"],
        done=row["done"],
        total=row["total"],
        error=row["error"],
    )
