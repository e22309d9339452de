"""One gateway starts at a time, and none waits for ever for one that starts and does not go on."""

from __future__ import annotations

import asyncio

import pytest

from s3gw.db import instances, leading
from s3gw.db.pool import Database
from s3gw.errors import Unavailable


async def test_who_waits_for_another_says_so(database: Database) -> None:
    async with instances.starting(database):
        with pytest.raises(Unavailable, match="another gateway of this database is starting"):
            async with instances.starting(database, patience=0.05):
                pass
    async with instances.starting(database):
        pass


async def test_who_is_silent_starts_no_longer(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """The process stands still: nothing of it asks the server for anything."""
    never, starts = asyncio.Event(), asyncio.Event()

    async def silent(waiting: asyncio.Event, interval: float) -> None:
        await never.wait()

    async def start() -> None:
        async with instances.starting(database, silence=1.0):
            starts.set()
            await asyncio.Event().wait()

    with monkeypatch.context() as patched:
        patched.setattr(leading, "_pause", silent)
        first = asyncio.create_task(start())
        await starts.wait()
        async with instances.starting(database, patience=60.0):
            never.set()  # it goes on
            with pytest.raises(Unavailable, match="others may start now"):
                await first
