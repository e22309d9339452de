"""Being the only one that runs a job, for as long as one is not silent."""

from __future__ import annotations

import asyncio

import pytest

from s3gw.db import leading
from s3gw.db.pool import Database
from s3gw.errors import Unavailable

_LEADING = """
    FROM pg_stat_activity a JOIN pg_locks l ON l.pid = a.pid
    WHERE l.locktype = 'advisory' AND a.datname = current_database()
"""


async def lead(database: Database, leads: asyncio.Event, silence: float = leading.SILENCE) -> None:
    async with leading.exclusive(database, "test", silence) as alone:
        assert alone
        leads.set()
        await asyncio.Event().wait()


@pytest.mark.slow
async def test_who_works_for_longer_than_the_silence_stays_alone(database: Database) -> None:
    leads = asyncio.Event()
    leader = asyncio.create_task(lead(database, leads, 2.0))
    await leads.wait()
    async with asyncio.timeout(60):
        longer = f"SELECT now() - a.xact_start > interval '3 s' {_LEADING}"
        while not await database.fetchval(longer):
            await asyncio.sleep(0.05)
    async with leading.exclusive(database, "test") as alone:
        assert not alone
    async with leading.exclusive(database, "other") as alone:
        assert alone
    leader.cancel()
    assert (await asyncio.gather(leader, return_exceptions=True))[0].__class__ is asyncio.CancelledError
    async with leading.exclusive(database, "test") as alone:
        assert alone


async def test_who_is_silent_makes_way(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process stands still: nothing of it asks the server for anything."""
    never = asyncio.Event()

    async def silent(waiting: asyncio.Event, interval: float) -> None:
        await never.wait()

    leads = asyncio.Event()
    with monkeypatch.context() as patched:
        patched.setattr(leading, "_pause", silent)
        leader = asyncio.create_task(lead(database, leads, 1.0))
        await leads.wait()
        async with asyncio.timeout(60):
            while await database.fetchval(f"SELECT count(*) {_LEADING}"):
                await asyncio.sleep(0.02)
        async with leading.exclusive(database, "test") as alone:
            assert alone
            never.set()  # it goes on
            with pytest.raises(Unavailable, match="others may run the job now"):
                await leader


async def test_a_session_that_is_lost_ends_the_work(database: Database) -> None:
    leads = asyncio.Event()
    leader = asyncio.create_task(lead(database, leads, 1.0))
    await leads.wait()
    await database.fetch(f"SELECT pg_terminate_backend(a.pid) {_LEADING}")
    with pytest.raises(Unavailable, match="others may run the job now"):
        await leader
    async with leading.exclusive(database, "test") as alone:
        assert alone
