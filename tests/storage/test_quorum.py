"""Enough of several calls must succeed, and the others do not hold them up for long."""

from __future__ import annotations

import asyncio
from typing import NoReturn

import pytest

from s3gw.errors import OutOfSpace, Unavailable
from s3gw.storage.quorum import quorum


async def answer(value: int) -> int:
    await asyncio.sleep(0)
    return value


async def fail(error: Exception) -> NoReturn:
    await asyncio.sleep(0)
    raise error


async def hang() -> NoReturn:
    await asyncio.Event().wait()
    raise AssertionError


async def test_all_succeed() -> None:
    assert await quorum({1: answer(10), 2: answer(20)}, 2) == ({1: 10, 2: 20}, {})


async def test_one_may_fail_where_one_is_enough() -> None:
    results, failures = await quorum({1: answer(10), 2: fail(OutOfSpace("full"))}, 1)
    assert results == {1: 10}
    assert isinstance(failures[2], OutOfSpace)


async def test_too_few_succeed() -> None:
    with pytest.raises(OutOfSpace):
        await quorum({1: answer(10), 2: fail(OutOfSpace("full"))}, 2)
    with pytest.raises(Unavailable):
        await quorum({}, 1)


async def test_what_hangs_is_left_behind_once_enough_have_succeeded() -> None:
    results, failures = await quorum({1: hang(), 2: answer(20), 3: answer(30)}, 2, patience=0.01)
    assert results == {2: 20, 3: 30}
    assert isinstance(failures[1], Unavailable)


async def test_what_is_needed_is_waited_for() -> None:
    gate = asyncio.Event()

    async def late() -> int:
        await gate.wait()
        return 1

    waiting = asyncio.create_task(quorum({1: late(), 2: answer(2)}, 2, patience=0.01))
    for _ in range(20):
        await asyncio.sleep(0)
    assert not waiting.done()
    gate.set()
    assert await waiting == ({1: 1, 2: 2}, {})


async def test_cancelling_cancels_all() -> None:
    ended: list[int] = []

    async def note(number: int) -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.append(number)

    waiting = asyncio.create_task(quorum({1: note(1), 2: note(2)}, 1))
    for _ in range(5):
        await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    assert sorted(ended) == [1, 2]
