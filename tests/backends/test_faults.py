"""The script of faults is followed to the letter."""

from __future__ import annotations

import asyncio

import pytest

from s3gw.backends.faults import Fault, FaultyBackend
from s3gw.backends.memory import Memory
from s3gw.errors import BlobNotFound, Unavailable


async def test_skip_and_count() -> None:
    backend = FaultyBackend(Memory(), [Fault("put", Unavailable("down"), skip=1, count=2)])
    outcomes = []
    for number in range(5):
        try:
            await backend.put(f"a{number}", [b"x"])
            outcomes.append(True)
        except Unavailable:
            outcomes.append(False)
    assert outcomes == [True, False, False, True, True]
    assert backend.met == {"put": 5}


async def test_for_ever_and_by_method() -> None:
    backend = FaultyBackend(Memory(), [Fault("read", Unavailable("down"), count=None)])
    await backend.put("aa", [b"x"])
    for _ in range(3):
        with pytest.raises(Unavailable):
            await backend.read("aa", 0, 1)
    assert await backend.size("aa") == 1


async def test_work_that_is_done_before_the_error() -> None:
    backend = FaultyBackend(Memory(), [Fault("put", Unavailable("answer lost"), after=True)])
    with pytest.raises(Unavailable):
        await backend.put("aa", [b"x"])
    assert await backend.read("aa", 0, 1) == b"x"


async def test_appends_follow_the_script() -> None:
    backend = FaultyBackend(Memory(), [Fault("append", Unavailable("down"), skip=1)])
    appender = await backend.open("aa")
    assert await appender.append([b"x"]) == 0
    with pytest.raises(Unavailable):
        await appender.append([b"y"])
    await appender.close()


async def test_a_gate_holds_the_call() -> None:
    gate = asyncio.Event()
    backend = FaultyBackend(Memory(), [Fault("size", gate=gate)])
    call = asyncio.create_task(backend.size("aa"))
    await asyncio.sleep(0)
    assert not call.done()
    gate.set()
    with pytest.raises(BlobNotFound):
        await call
