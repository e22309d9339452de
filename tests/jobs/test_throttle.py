"""Background work rests as long as it is told to, in proportion to what it did."""

from __future__ import annotations

import pytest

from s3gw.jobs.throttle import Throttle


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock that only the test, and the rest itself, move on."""
    now = [100.0]

    async def sleep(seconds: float) -> None:
        now[0] += seconds

    monkeypatch.setattr("s3gw.jobs.throttle.monotonic", lambda: now[0])
    monkeypatch.setattr("s3gw.jobs.throttle.asyncio.sleep", sleep)
    return now


async def test_it_rests_in_proportion_to_the_work(clock: list[float]) -> None:
    throttle = Throttle(rest=2.0)
    clock[0] += 3
    await throttle.worked()
    assert clock[0] == 100 + 3 + 6
    clock[0] += 1
    await throttle.worked()
    assert clock[0] == 109 + 1 + 2


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
