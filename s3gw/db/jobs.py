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
    runs: int
    """That ended, on any gateway."""
    failures: int
    """Of these."""
    succeeded_at: datetime | None
    """When the last one ended that was neither broken off nor failed."""
    rested: float
    """Seconds that the present run, or the last, has rested so far."""

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
    began_at: datetime
    """What `begin` returned: once another run has begun, it says nothing any more."""
    counts: Mapping[str, int]
    done: int | None = None
    total: int | None = None
    rested: float = 0.0


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
    `intervals` seconds ago, or was cut off, and they are not paused (False)."""
    found, _ = await look(db, intervals)
    return found


async def look(db: Database, intervals: Mapping[str, float]) -> tuple[dict[str, bool], frozenset[str]]:
    """What is `due`, and of all jobs those that are paused."""
    rows = await db.fetch(
        """
        SELECT j.name, j.paused_at IS NOT NULL AS paused, j.wanted_at IS NOT NULL AS wanted,
            i.name IS NOT NULL AND NOT coalesce(j.seen_at > now() - make_interval(secs => $3), false) AND (
                j.wanted_at IS NOT NULL
                OR j.paused_at IS NULL AND coalesce(
                    j.ended_at <= now() - make_interval(secs => i.seconds) OR j.began_at > j.ended_at, true
                )
            ) AS due
        FROM jobs j LEFT JOIN unnest($1::text[], $2::float8[]) AS i (name, seconds) USING (name)
        """,
        list(intervals),
        list(intervals.values()),
        SILENT,
    )
    found = {row["name"]: row["wanted"] for row in rows if row["due"]}
    return found, frozenset(row["name"] for row in rows if row["paused"])


async def begin(db: Database, name: str) -> datetime:
    """A run begins, and with it whatever was asked for until now; when that was."""
    began_at: datetime = await db.fetchval(
        """
        INSERT INTO jobs (name, began_at, seen_at) VALUES ($1, now(), now())
        ON CONFLICT (name) DO UPDATE SET wanted_at = NULL, began_at = now(), seen_at = now(), counts = '{}',
            done = NULL, total = NULL, rested = 0
        RETURNING began_at
        """,
        name,
    )
    return began_at


async def say(db: Database, reports: Sequence[Report]) -> frozenset[str]:
    """The runs go on; those of them that are to end: paused meanwhile, or taken over by others, to whom this
    process was silent."""
    rows = await db.fetch(
        """
        UPDATE jobs j SET seen_at = now(), counts = r.counts, done = r.done, total = r.total,
            rested = r.rested
        FROM unnest($1::text[], $2::jsonb[], $3::bigint[], $4::bigint[], $5::float8[], $6::timestamptz[])
            AS r (name, counts, done, total, rested, began_at)
        WHERE j.name = r.name AND j.began_at = r.began_at
        RETURNING j.name, coalesce(j.paused_at > j.began_at, false) AS paused
        """,
        [report.name for report in reports],
        [dict(report.counts) for report in reports],
        [report.done for report in reports],
        [report.total for report in reports],
        [report.rested for report in reports],
        [report.began_at for report in reports],
    )
    return frozenset(report.name for report in reports) - {row["name"] for row in rows if not row["paused"]}


async def end(db: Database, report: Report, error: str | None, *, whole: bool) -> None:
    """A run ended `whole`, or failed with `error`, or was broken off."""
    await db.execute(
        """
        UPDATE jobs SET seen_at = NULL, ended_at = now(), counts = $2, done = $3, total = $4,
            error = $5::text, rested = $6, runs = runs + 1,
            failures = failures + ($5::text IS NOT NULL)::integer,
            succeeded_at = CASE WHEN $7 THEN now() ELSE succeeded_at END
        WHERE name = $1 AND began_at = $8
        """,
        report.name,
        dict(report.counts),
        report.done,
        report.total,
        error,
        report.rested,
        whole,
        report.began_at,
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
        runs=row["runs"],
        failures=row["failures"],
        succeeded_at=row["succeeded_at"],
        rested=row["rested"],
    )
