"""Background work rests in proportion to what it did, and to how busy the gateway is."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from s3gw.db.pool import Database
from s3gw.jobs.job import Job, Progress
from s3gw.jobs.runner import Runner
from s3gw.jobs.throttle import LONGEST, Throttle


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock that only the test, and the rest itself, move on."""
    now = [100.0]

    async def sleep(seconds: float) -> None:
        now[0] += seconds

    monkeypatch.setattr("s3gw.jobs.throttle.monotonic", lambda: now[0])
    monkeypatch.setattr("s3gw.jobs.throttle.asyncio.sleep", sleep)
    return now


@dataclass
class Busy:
    """A load as the test wants it."""

    clock: list[float]
    until: float
    """When nobody asks for anything any more."""
    now: float = 1.0

    def pressure(self) -> float:
        return self.now if self.clock[0] < self.until else 0.0


async def test_it_rests_in_proportion_to_the_work(clock: list[float]) -> None:
    throttle = Throttle(rest=2.0)
    clock[0] += 3
    await throttle.worked()
    assert clock[0] == 100 + 3 + 6
    clock[0] += 1
    await throttle.worked()
    assert clock[0] == 109 + 1 + 2
    assert throttle.rested == 8


async def test_it_keeps_a_rate(clock: list[float]) -> None:
    throttle = Throttle(rate=1000)
    clock[0] += 0.5
    await throttle.worked(2000)
    assert clock[0] == 102
    clock[0] += 5
    await throttle.worked(2000)
    assert clock[0] == 107


async def test_the_longer_of_both_counts(clock: list[float]) -> None:
    throttle = Throttle(rest=1.0, rate=1000)
    clock[0] += 4
    await throttle.worked(1000)
    assert clock[0] == 108


async def test_without_either_it_never_rests(clock: list[float]) -> None:
    throttle = Throttle()
    clock[0] += 4
    await throttle.worked(1 << 30)
    assert clock[0] == 104
    assert throttle.rested == 0


async def test_it_rests_longer_where_requests_wait_and_not_at_all_where_there_are_none(
    clock: list[float],
) -> None:
    load = Busy(clock, until=1000.0, now=4.0)
    throttle = Throttle(2.0, load=load)
    clock[0] += 1
    await throttle.worked()
    assert clock[0] == 101 + 8
    load.until = 0.0
    clock[0] += 10
    await throttle.worked()
    assert clock[0] == 119


async def test_it_goes_on_as_soon_as_nobody_asks_any_more(clock: list[float]) -> None:
    throttle = Throttle(2.0, load=Busy(clock, until=106.0))
    clock[0] += 5
    await throttle.worked()
    assert clock[0] == 106


async def test_a_rate_holds_also_where_nobody_asks(clock: list[float]) -> None:
    throttle = Throttle(2.0, rate=1000, load=Busy(clock, until=0.0))
    clock[0] += 1
    await throttle.worked(5000)
    assert clock[0] == 105


async def test_no_step_is_followed_by_an_endless_rest(clock: list[float]) -> None:
    throttle = Throttle(2.0)
    clock[0] += 3600
    await throttle.worked()
    assert clock[0] == 100 + 3600 + LONGEST


async def test_the_time_between_two_runs_is_no_work(clock: list[float], database: Database) -> None:
    """A job that has little to do would otherwise rest for as long as it had nothing to do."""
    ends: list[float] = []

    async def run(progress: Progress) -> None:
        clock[0] += 1
        await progress.worked()
        ends.append(clock[0])

    runner = Runner(database, [Job("test", 0.0, run)], pace=lambda _: Throttle(2.0))
    await runner.run_once("test")
    clock[0] += 20
    await runner.run_once("test")
    assert ends == [103, 126]
    assert runner.statuses[0].rested == 4
