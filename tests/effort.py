"""What a call costs in processor time, for the bounds that inputs built to be slow must not pass."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

RUNS = 3


async def least_seconds(call: Callable[[], Awaitable[object]]) -> float:
    """The processor seconds that this thread needs for the call, by the cheapest of three runs.

    One run alone may pay for what it did not cause: a collection of the whole test process's
    garbage, the first use of a module.
    """
    return min([await _seconds(call) for _ in range(RUNS)])


async def _seconds(call: Callable[[], Awaitable[object]]) -> float:
    before = time.thread_time()
    await call()
    return time.thread_time() - before
