"""One gateway at a time runs a job. That only saves double work; nothing relies on it.

An advisory lock of a transaction says who. The one that has it says something within it now and then: a
gateway that is stopped, or cut off, is silent, and the server ends its session and gives the lock to others.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from s3gw.db.pool import Connection, Database
from s3gw.errors import Unavailable

SILENCE = 60.0
"""Seconds of silence after which others may do what one process at a time does."""
_LAST = 5.0
"""Seconds that a statement in flight has at the end."""


@asynccontextmanager
async def exclusive(db: Database, name: str, silence: float = SILENCE) -> AsyncIterator[bool]:
    """Whether nobody else runs the job `name` now.

    Where this process is silent for `silence` seconds, and others may run it hence, what runs within the
    context is cancelled as soon as that is noticed, and Unavailable is raised.
    """
    async with db.transaction() as connection:
        await bear(connection, silence)
        alone: bool = await connection.fetchval(
            "SELECT pg_try_advisory_xact_lock(hashtextextended('s3gw job ' || $1, 0))", name
        )
        if not alone:
            yield False
            return
        async with kept(connection, silence, "others may run the job now"):
            yield True


async def bear(connection: Connection, silence: float) -> None:
    """Have the server end the present transaction, and its locks, after so many seconds of silence."""
    # An idle transaction without a snapshot holds no vacuum back, and works through pgbouncer.
    await connection.execute(
        "SELECT set_config('idle_in_transaction_session_timeout', $1, true)", f"{int(silence * 1000)}ms"
    )


@asynccontextmanager
async def kept(connection: Connection, silence: float, lost: str) -> AsyncIterator[None]:
    """Have the connection say something often enough for that. Where it cannot, what runs within the context
    is cancelled, and Unavailable raised, which says what was `lost`."""
    present = asyncio.current_task()
    assert present is not None
    over = asyncio.Event()
    is_lost = False

    async def keep() -> None:
        while True:
            await _pause(over, silence / 4)
            if over.is_set():
                return
            await connection.execute("SELECT")

    def ended(task: asyncio.Task[None]) -> None:
        nonlocal is_lost
        if not over.is_set():
            is_lost = True
            present.cancel()

    keeping = asyncio.create_task(keep(), name="keep the job")
    keeping.add_done_callback(ended)
    try:
        try:
            await asyncio.sleep(0)  # the first interval begins
            yield
        finally:
            over.set()
            await asyncio.wait({keeping}, timeout=_LAST)
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
    except asyncio.CancelledError:
        if not is_lost or present.uncancel():
            raise
        raise Unavailable(lost) from keeping.exception()


async def _pause(over: asyncio.Event, interval: float) -> None:
    """Until it is over, but at most so long."""
    try:
        await asyncio.wait_for(over.wait(), interval)
    except TimeoutError:
        return
