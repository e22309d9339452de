"""The bytes that uploads have in common."""

from __future__ import annotations

import asyncio

import pytest

from s3gw.storage.budget import Budget


async def _settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


async def test_first_come_first_served() -> None:
    budget = Budget(10)
    await budget.take(6)
    large, small = asyncio.create_task(budget.take(5)), asyncio.create_task(budget.take(4))
    await _settle()
    assert not large.done()
    assert not small.done()
    budget.give(6)
    await asyncio.gather(large, small)


async def test_more_than_all_of_it_is_had_alone() -> None:
    budget = Budget(10)
    await budget.take(1)
    huge = asyncio.create_task(budget.take(100))
    await _settle()
    assert not huge.done()
    budget.give(1)
    await huge
    other = asyncio.create_task(budget.take(1))
    await _settle()
    assert not other.done()
    budget.give(100)
    await other


@pytest.mark.parametrize("granted", [False, True])
async def test_whoever_is_cancelled_keeps_nothing(granted: bool) -> None:
    budget = Budget(10)
    await budget.take(10)
    cancelled, behind = asyncio.create_task(budget.take(10)), asyncio.create_task(budget.take(10))
    await _settle()
    if granted:  # and cancelled before it could run
        budget.give(10)
    cancelled.cancel()
    with pytest.raises(asyncio.CancelledError):
        await cancelled
    if not granted:
        budget.give(10)
    await behind
    budget.give(10)
    await budget.take(10)
