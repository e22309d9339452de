"""The shape that all jobs share."""

from __future__ import annotations

import asyncio

import pytest

from s3gw.db import jobs, leading
from s3gw.db.jobs import JobRow
from s3gw.db.pool import Database
from s3gw.errors import Unavailable
from s3gw.jobs.job import Job, Progress
from s3gw.jobs.runner import Runner


async def test_a_job_runs_again_and_says_how_it_goes(database: Database) -> None:
    twice = asyncio.Event()
    runs = 0

    async def run(progress: Progress) -> None:
        nonlocal runs
        runs += 1
        progress.add(things=runs)
        if runs == 2:
            twice.set()

    runner = Runner(database, [Job("test", 0.0, run)], look=0.01)
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

    runner = Runner(database, [Job("test", 0.0, run)], look=0.01)
    assert (await runner.run_once("test")).error == "no database"
    runner.start()
    await over.wait()
    await runner.stop()


async def test_a_job_that_runs_elsewhere_is_left_alone(database: Database) -> None:
    async def run(progress: Progress) -> None:
        progress.add(runs=1)

    runner = Runner(database, [Job("one", 0.0, run), Job("two", 0.0, run)])
    async with leading.exclusive(database, "one") as alone:
        assert alone
        assert (await runner.run_once("one")).runs == 0
        assert (await runner.run_once("two")).runs == 1
    assert (await runner.run_once("one")).counts == {"runs": 1}


async def test_stopping_breaks_off(database: Database) -> None:
    began = asyncio.Event()

    async def run(progress: Progress) -> None:
        began.set()
        await asyncio.Event().wait()

    runner = Runner(database, [Job("test", 0.0, run)], look=0.01)
    runner.start()
    await began.wait()
    assert [status.running for status in runner.statuses] == [True]
    await runner.stop()
    assert [status.running for status in runner.statuses] == [False]
    async with leading.exclusive(database, "test") as alone:
        assert alone


async def row_of(database: Database, name: str) -> JobRow:
    (found,) = [row for row in await jobs.all_jobs(database) if row.name == name]
    return found


async def until(database: Database, name: str, state: str) -> JobRow:
    async with asyncio.timeout(30):
        while (row := await row_of(database, name)).state != state:
            await asyncio.sleep(0.01)
    return row


async def test_everybody_sees_how_a_run_goes(database: Database) -> None:
    began, go_on = asyncio.Event(), asyncio.Event()

    async def run(progress: Progress) -> None:
        progress.expect(10)
        progress.advance(4)
        progress.add(things=3)
        began.set()
        await go_on.wait()

    runner = Runner(database, [Job("test", 3600.0, run)], look=0.01)
    runner.start()
    await began.wait()
    async with asyncio.timeout(30):
        while (row := await row_of(database, "test")).done is None:
            await asyncio.sleep(0.01)
    assert (row.state, row.done, row.total, row.counts) == ("running", 4, 10, {"things": 3})
    go_on.set()
    row = await until(database, "test", "waiting")
    assert row.ended_at is not None
    assert (row.counts, row.error) == ({"things": 3}, None)
    await runner.stop()


async def test_errors_are_told_but_not_their_inner_words(database: Database) -> None:
    errors: list[Exception] = [Unavailable("the upstream is away"), ValueError("secret details")]

    async def run(progress: Progress) -> None:
        raise errors.pop(0)

    runner = Runner(database, [Job("test", 3600.0, run)])
    await runner.run_once("test")
    assert (await row_of(database, "test")).error == "the upstream is away"
    await runner.run_once("test")
    assert (await row_of(database, "test")).error == "failed; see the log"


async def test_pausing_breaks_off_and_holds_until_resumed(database: Database) -> None:
    began = asyncio.Event()
    runs = 0

    async def run(progress: Progress) -> None:
        nonlocal runs
        runs += 1
        began.set()
        await asyncio.Event().wait()

    runner = Runner(database, [Job("test", 0.0, run)], look=0.01)
    runner.start()
    await began.wait()
    assert await jobs.pause(database, "test")
    row = await until(database, "test", "paused")
    assert row.error is None
    await runner.stop()
    # Another start of the gateway heeds it, too.
    runner = Runner(database, [Job("test", 0.0, run), Job("other", 0.0, _nothing)], look=0.01)
    runner.start()
    async with asyncio.timeout(30):
        while runner.statuses[1].runs < 3:
            await asyncio.sleep(0.01)
    assert runs == 1
    began.clear()
    assert await jobs.resume(database, "test")
    await began.wait()
    await runner.stop()


async def _nothing(progress: Progress) -> None:
    return None


async def test_a_run_that_is_asked_for_comes_before_its_time_also_when_paused(database: Database) -> None:
    runs = 0

    async def run(progress: Progress) -> None:
        nonlocal runs
        runs += 1

    runner = Runner(database, [Job("test", 3600.0, run)], look=0.01)
    runner.start()
    async with asyncio.timeout(30):
        while runs < 1:
            await asyncio.sleep(0.01)
        await jobs.pause(database, "test")
        assert await jobs.want(database, "test")
        while runs < 2:
            await asyncio.sleep(0.01)
    row = await until(database, "test", "paused")
    assert not row.wanted
    await runner.stop()
    assert not await jobs.want(database, "missing")


@pytest.mark.slow
async def test_of_two_gateways_one_runs_a_job_once_an_interval(database: Database) -> None:
    runs = 0

    async def run(progress: Progress) -> None:
        nonlocal runs
        runs += 1

    # Each has a job of its own besides, which tells that it has looked at what is due again and again.
    runners = [
        Runner(database, [Job("test", 3600.0, run), Job(own, 0.0, _nothing)], look=0.01)
        for own in ("one's", "two's")
    ]
    for runner in runners:
        runner.start()
    async with asyncio.timeout(120):
        while any(runner.statuses[1].runs < 3 for runner in runners):
            await asyncio.sleep(0.01)
    for runner in runners:
        await runner.stop()
    assert runs == 1


async def test_a_run_that_was_cut_off_is_over_once_it_is_silent(
    database: Database,
) -> None:
    await jobs.begin(database, "test")
    assert (await row_of(database, "test")).state == "running"
    assert await jobs.due(database, {"test": 0.0}) == {}
    await database.execute("UPDATE jobs SET seen_at = now() - make_interval(secs => $1)", jobs.SILENT + 1)
    assert (await row_of(database, "test")).state == "waiting"
    assert await jobs.due(database, {"test": 0.0}) == {"test": False}


async def test_a_run_that_was_cut_off_is_made_up_before_its_time(database: Database) -> None:
    whole = jobs.Report("test", await jobs.begin(database, "test"), {})
    await jobs.end(database, whole, None, whole=True)
    assert await jobs.due(database, {"test": 3600.0}) == {}
    await jobs.begin(database, "test")
    await database.execute("UPDATE jobs SET seen_at = now() - make_interval(secs => $1)", jobs.SILENT + 1)
    assert await jobs.due(database, {"test": 3600.0}) == {"test": False}
    await jobs.pause(database, "test")
    assert await jobs.due(database, {"test": 3600.0}) == {}


async def test_a_run_that_others_took_over_says_nothing_any_more(database: Database) -> None:
    lost = jobs.Report("test", await jobs.begin(database, "test"), {"things": 1})
    assert await jobs.say(database, [lost]) == frozenset()
    mine = jobs.Report("test", await jobs.begin(database, "test"), {"things": 2})
    assert await jobs.say(database, [lost]) == {"test"}
    await jobs.end(database, lost, "late", whole=False)
    assert await jobs.say(database, [mine]) == frozenset()
    row = await row_of(database, "test")
    assert (row.state, row.counts, row.error) == ("running", {"things": 2}, None)
