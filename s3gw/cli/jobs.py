"""`s3gw jobs`: how the background jobs are going, on whatever gateway; run, pause and resume them."""

from __future__ import annotations

import argparse
import asyncio
import json
from datetime import UTC, datetime
from time import monotonic
from typing import TYPE_CHECKING, Any

from s3gw import app
from s3gw.cli.output import complain, say, table
from s3gw.config import Settings
from s3gw.db import jobs
from s3gw.db.jobs import JobRow
from s3gw.db.pool import Database

if TYPE_CHECKING:
    from s3gw.cli.options import Commands

_LOOK = 0.5
_TAKEN_WITHIN = 60.0
"""Seconds within which a gateway should take up what was asked for."""


def add(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Add the command and its own commands to the grammar."""
    parser = commands.add_parser(
        "jobs", parents=[common], help="background jobs: how they go; run, pause, resume"
    )
    parser.add_argument("--json", action="store_true", help="for machines")
    parser.set_defaults(run=show)
    actions = parser.add_subparsers(dest="action", metavar="ACTION")
    for name, run, text in (
        ("run", wanted, "have a gateway run the job as soon as it can, also a paused one"),
        ("pause", paused, "break the job off, and keep it from running until it is resumed"),
        ("resume", resumed, "let a paused job run again"),
    ):
        action = actions.add_parser(name, parents=[common], help=text)
        action.add_argument("job", metavar="NAME")
        action.set_defaults(run=run)
        if name == "run":
            action.add_argument(
                "--wait", action="store_true", help="until it has ended; fails where it failed"
            )


def show(settings: Settings, given: argparse.Namespace) -> int:
    """Print all jobs."""
    rows = asyncio.run(_all(settings))
    if given.json:
        say(json.dumps([as_json(row) for row in rows], indent=2))
        return 0
    head = ["job", "state", "last run", "last success", "runs", "failed", "rested", "done", "counts", "error"]
    for line in table([head, *([*_cells(row)] for row in rows)]):
        say(line)
    return 0


def wanted(settings: Settings, given: argparse.Namespace) -> int:
    """Ask for a run, and perhaps wait for its end."""
    return asyncio.run(_run(settings, given.job, wait=given.wait))


def paused(settings: Settings, given: argparse.Namespace) -> int:
    """Pause a job."""
    return asyncio.run(_change(settings, given.job, pause=True))


def resumed(settings: Settings, given: argparse.Namespace) -> int:
    """Resume a job."""
    return asyncio.run(_change(settings, given.job, pause=False))


def as_json(row: JobRow) -> dict[str, Any]:
    """A job for machines; times in UTC."""
    return {
        "name": row.name,
        "state": row.state,
        "paused": row.paused,
        "wanted": row.wanted,
        "began_at": row.began_at and row.began_at.astimezone(UTC).isoformat(),
        "ended_at": row.ended_at and row.ended_at.astimezone(UTC).isoformat(),
        "counts": dict(row.counts),
        "done": row.done,
        "total": row.total,
        "error": row.error,
        "runs": row.runs,
        "failures": row.failures,
        "succeeded_at": row.succeeded_at and row.succeeded_at.astimezone(UTC).isoformat(),
        "rested": round(row.rested, 3),
    }


def _cells(row: JobRow) -> list[str]:
    part = f"{100 * (row.done or 0) / row.total:.0f} %" if row.running and row.total else "-"
    counts = ", ".join(f"{name} {count}" for name, count in sorted(row.counts.items()) if count) or "-"
    state = f"{row.state}, wanted" if row.wanted else row.state
    figures = [str(row.runs), str(row.failures), f"{row.rested:.0f} s"]
    ago = [_ago(row.ended_at), _ago(row.succeeded_at)]
    return [row.name, state, *ago, *figures, part, counts, row.error or "-"]


def _ago(when: datetime | None) -> str:
    if when is None:
        return "never"
    return f"{max(0, int((datetime.now(UTC) - when).total_seconds()))} s ago"


async def _all(settings: Settings) -> list[JobRow]:
    async with app.database(settings) as db:
        return await jobs.all_jobs(db)


async def _change(settings: Settings, name: str, *, pause: bool) -> int:
    async with app.database(settings) as db:
        change = jobs.pause if pause else jobs.resume
        return 0 if await change(db, name) else await _unknown(db, name)


async def _run(settings: Settings, name: str, *, wait: bool) -> int:
    async with app.database(settings) as db:
        before = await _one(db, name)
        if before is None or not await jobs.want(db, name):
            return await _unknown(db, name)
        if not wait:
            return 0
        return await _wait(db, before)


async def _wait(db: Database, before: JobRow) -> int:
    """Wait for the end of a run that began after `before`."""
    give_up = monotonic() + _TAKEN_WITHIN
    while True:
        await asyncio.sleep(_LOOK)
        row = await _one(db, before.name)
        if row is None:
            return 1
        if row.running or not row.wanted:
            give_up = monotonic() + _TAKEN_WITHIN
        if not row.running and not row.wanted and row.ended_at != before.ended_at:
            if row.error is not None:
                complain(f"job {row.name}: {row.error}")
            return 0 if row.error is None else 1
        if monotonic() > give_up:
            complain(f"job {row.name}: no gateway takes it up; does one run?")
            return 1


async def _one(db: Database, name: str) -> JobRow | None:
    return next((row for row in await jobs.all_jobs(db) if row.name == name), None)


async def _unknown(db: Database, name: str) -> int:
    known = ", ".join(row.name for row in await jobs.all_jobs(db)) or "none before a gateway has started"
    complain(f"there is no job {name!r}; there are: {known}")
    return 2
