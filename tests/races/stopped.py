"""One who stands still at a point for longer than every margin, while all others go on; then it wakes up."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from typing import Any

from s3gw import pauses
from s3gw.db.pool import Database

_stopping: ContextVar[bool] = ContextVar("stopping", default=False)

# Whoever waits for a lock of a session that does nothing waits until the server ends that session, as it does
# after `idle_in_transaction_session_timeout`.
_TIME_OUT = """
SELECT pg_terminate_backend(holder.pid)
FROM pg_stat_activity waiting, unnest(pg_blocking_pids(waiting.pid)) AS blocking (pid)
JOIN pg_stat_activity holder ON holder.pid = blocking.pid
WHERE waiting.datname = current_database() AND waiting.wait_event_type = 'Lock'
AND holder.state = 'idle in transaction'
"""


async def stopped_at(
    db: Database, point: str, work: Callable[[], Awaitable[Any]], others: Callable[[], Awaitable[None]]
) -> Any:
    """Run `work` up to `point`, then all of `others`, then the rest of `work`; its result, or the exception
    by which it ended."""
    held, go = asyncio.Event(), asyncio.Event()

    async def hook(reached: str) -> None:
        if reached == point and _stopping.get() and not held.is_set():
            held.set()
            await go.wait()

    async def stopping() -> Any:
        _stopping.set(True)
        return await work()

    pauses.install(hook)
    try:
        task = asyncio.create_task(stopping())
        standing = asyncio.create_task(held.wait())
        await asyncio.wait((task, standing), return_when=asyncio.FIRST_COMPLETED)
        standing.cancel()
        if not held.is_set():
            await task
            raise AssertionError(f"it came by without reaching {point}")
        impatient = asyncio.create_task(_time_out(db))
        try:
            await others()
        finally:
            impatient.cancel()
            await asyncio.gather(impatient, return_exceptions=True)
            go.set()
        return (await asyncio.gather(task, return_exceptions=True))[0]
    finally:
        pauses.install(None)


async def _time_out(db: Database) -> None:
    while True:
        await db.fetch(_TIME_OUT)
        await asyncio.sleep(0.01)
