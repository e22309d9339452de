"""PostgreSQL crashes under an upload and recovers: what it forgot must not be acknowledged."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import asyncpg
import pytest

from s3gw import pauses
from s3gw.backends.memory import Memory
from s3gw.config import Margins
from s3gw.db.embedded import start_embedded
from s3gw.db.migrations import migrate
from s3gw.db.pool import Database
from s3gw.errors import Unavailable
from s3gw.jobs.collect import collect_now
from s3gw.storage.store import Store
from tests.invariants import check_store
from tests.stores import FIXED, Keys, blocks_of, open_store, random_bytes

MIB = 1 << 20


@pytest.fixture
async def url(tmp_path: Path) -> AsyncIterator[str]:
    """A PostgreSQL that syncs what must be, and forgets in a crash whatever need not be."""
    embedded = await start_embedded(tmp_path)
    connection = await asyncpg.connect(embedded.url)
    for setting in ("wal_writer_delay = '10s'", "wal_writer_flush_after = '1GB'"):
        await connection.execute(f"ALTER SYSTEM SET {setting}")
    await connection.execute("SELECT pg_reload_conf()")
    await connection.close()
    await migrate(embedded.url)
    yield embedded.url
    await embedded.stop()


@pytest.fixture
async def crashing(url: str) -> AsyncIterator[Database]:
    """A pool on that server."""
    pool = await Database.connect(url)
    yield pool
    await pool.close()


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
async def store(crashing: Database, memory: Memory) -> AsyncIterator[Store]:
    async with open_store(crashing, memory) as opened:
        yield opened


async def _crash(db: Database) -> None:
    """Kill one of the server's processes, on which it restarts all of them; return when it answers again."""
    os.kill(await db.fetchval("SELECT pg_backend_pid()"), signal.SIGKILL)
    async with asyncio.timeout(60):
        while True:
            try:
                await db.fetchval("SELECT 1")
            except Unavailable:
                await asyncio.sleep(0.05)
            else:
                return


async def _body(data: bytes, at: int, between: asyncio.Event) -> AsyncIterator[bytes]:
    """The data; what lies beyond `at` once `between` is set."""
    async for block in blocks_of(data[:at]):
        yield bytes(block)
    await between.wait()
    async for block in blocks_of(data[at:]):
        yield bytes(block)


@pytest.mark.parametrize("known", [False, True])
@pytest.mark.slow
async def test_an_upload_that_runs_through_a_crash(
    crashing: Database, store: Store, memory: Memory, known: bool
) -> None:
    keys = await Keys.create(crashing)
    data = random_bytes(20 * MIB)
    if known:
        await keys.put(store, "before", data, FIXED)
    reached, go_on = asyncio.Event(), asyncio.Event()

    async def watch(name: str) -> None:
        if name == ("put.pinned" if known else "put.inserted"):
            reached.set()

    pauses.install(watch)
    try:
        upload = asyncio.create_task(store.write(_body(data, 12 * MIB, go_on), FIXED))
        await reached.wait()
        while store._tools.inflight._storing:
            await asyncio.sleep(0)
    finally:
        pauses.install(None)
    await _crash(crashing)
    go_on.set()
    try:
        await keys.publish("key", await upload)
    except Unavailable:
        assert await keys.get(store, "key") is None
    else:
        assert await keys.get(store, "key") == data
    # An upload that begins later is none of the crash's business.
    await keys.put(store, "after", data, FIXED)
    assert await keys.get(store, "after") == data
    await store._leases.settle()
    await collect_now(crashing, {1: memory}, Margins())
    assert await check_store(crashing, {1: memory}) == []
