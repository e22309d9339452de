"""`s3gw fsck` beside everything that a gateway does: nothing of it is taken for a fault."""

from __future__ import annotations

import asyncio

import pytest

from s3gw.config import Margins
from s3gw.db import pack_rows
from s3gw.db.pool import Database
from s3gw.fsck.check import Fsck
from s3gw.fsck.frames import compare
from s3gw.fsck.packs import Depth
from s3gw.jobs.collect import collect_now
from s3gw.jobs.job import Progress
from s3gw.sealing import Masters
from tests.jobs.copies import World, filled
from tests.stores import quick, random_bytes

KIB = 1 << 10


async def test_a_pack_that_grows_while_it_is_looked_at(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await World.create(database, 2)
    await filled(world, 2)
    read, more = pack_rows.pack, 0

    async def grown(db: Database, pack_id: int) -> pack_rows.PackRow | None:
        nonlocal more
        row, more = await read(db, pack_id), more + 1
        await world.keys.put(world.stores[0], f"more-{more}", random_bytes(300 * KIB, more))
        return row

    monkeypatch.setattr(pack_rows, "pack", grown)
    check = Fsck(database, dict(world.backends), {}, Masters.only(None), quick(), Depth(bytes=True))
    assert [finding async for finding in check.run() if finding.counts] == []
    assert more > 0
    await world.close()


@pytest.mark.slow
async def test_nothing_is_found_of_a_store_that_is_used(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("s3gw.fsck.rows._WINDOWS", {"manifests": 2, "chunks": 3, "packs": 2})
    monkeypatch.setattr("s3gw.fsck.rows._KEYS", 2)
    world = await World.create(database, 2)
    await filled(world, 2)
    ended = asyncio.Event()

    async def write(seed: int) -> None:
        number = 0
        while not ended.is_set():
            store = world.stores[0]
            await world.keys.put(store, f"w{seed}-{number % 4}", random_bytes(300 * KIB, 100 * seed + number))
            await world.keys.copy(f"w{seed}-{number % 4}", f"c{seed}-{number % 3}")
            await world.keys.delete(f"w{seed}-{(number + 1) % 4}")
            number += 1

    async def work() -> None:
        while not ended.is_set():
            await collect_now(database, dict(world.backends), Margins())
            await world.balancer.repair(Progress())
            await asyncio.sleep(0)

    tasks = [asyncio.create_task(one) for one in (write(1), write(2), work())]
    try:
        for deep in (False, True, True):
            check = Fsck(
                database,
                dict(world.backends),
                {},
                Masters.only(None),
                quick(),
                Depth(bytes=deep),
            )
            told = [finding async for finding in check.run()]
            # A file is unnamed between the forgetting of its pack and its end; that is no fault.
            assert [one for one in told if one.counts] == []
            assert check.progress.counts["packs"] > 0
    finally:
        ended.set()
        results = await asyncio.gather(*tasks, return_exceptions=True)
        await world.close()
    assert [one for one in results if one is not None] == []


async def test_a_copy_is_compared_with_no_rows_at_all(database: Database) -> None:
    world = await World.create(database, 2)
    await filled(world, 2)
    (pack_id, *_) = await pack_rows.after(database, 0, 1)
    pack = await pack_rows.pack(database, pack_id)
    assert pack is not None
    replica = pack.copies[0].replica
    found = await compare(world.backends[replica.backend_id], replica, pack, [], {}, deep=True)
    assert found.bad == {}
    await world.close()
