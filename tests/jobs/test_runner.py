"""The shape that all jobs share."""

from __future__ import annotations

import asyncio

from s3gw.db import collection
from s3gw.db.pool import Database
from s3gw.errors import Unavailable
from s3gw.jobs.job import Job, Progress, Runner


async def test_a_job_runs_again_and_says_how_it_goes(database: Database) -> None:
    twice = asyncio.Event()
    runs = 0

    async def run(progress: Progress) -> None:
        nonlocal runs
        runs += 1
        progress.add(things=runs)
        if runs == 2:
            twice.set()

    runner = Runner(database, [Job("test", 0.0, run)])
    runner.start()
    await twice.wait()
    await runner.stop()
    (status,) = runner.statuses
    assert status.name == "test"
    assert status.runs >= 1
    assert not status.running


async def test_errors_stand_in_the_status_and_end_nothing(
    database: Database,
) -> None:
    errors: list[Exception] = [Unavailable("no database"), ValueError("a mistake")]
    over = asyncio.Event()

    async def run(progress: Progress) -> None:
        if errors:
            raise errors.pop(0)
        over.set()

    runner = Runner(database, [Job("test", 0.0, run)])
    assert (await runner.run_once("test")).error == "no database"
    runner.start()
    await over.wait()
    await runner.stop()


async def test_a_job_that_runs_elsewhere_is_left_alone(database: Database) -> None:
    async def run(progress: Progress) -> None:
        progress.add(runs=1)

    runner = Runner(database, [Job("one", 0.0, run), Job("two", 0.0, run)])
    async with collection.exclusive(database, "one") as alone:
        assert alone
        assert (await runner.run_once("one")).runs == 0
        assert (await runner.run_once("two")).runs == 1
    assert (await runner.run_once("one")).counts == {"runs": 1}


async def test_stopping_breaks_off(database: Database) -> None:
    began = asyncio.Event()

    async def run(progress: Progress) -> None:
        began.set()
        await asyncio.Event().wait()

    runner = Runner(database, [Job("test", 0.0, run)])
    runner.start()
    await began.wait()
    assert [status.running for status in runner.statuses] == [True]
    await runner.stop()
    assert [status.running for status in runner.statuses] == [False]
    async with collection.exclusive(database, "test") as alone:
        assert alone
