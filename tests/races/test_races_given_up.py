"""A writer that is stopped while its pack is open, and wakes up when others have sealed the pack and given up
a copy of it: what it appends there must not count."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import pytest

from s3gw.config import Margins, Settings
from s3gw.db import compaction
from s3gw.db.pool import Database
from s3gw.jobs.collect import collect_now
from s3gw.jobs.compact import compacting
from s3gw.jobs.job import Progress
from s3gw.storage.packs import Placing
from s3gw.storage.store import Store
from tests.invariants import check_store
from tests.jobs.copies import World
from tests.races.stopped import stopped_at
from tests.stores import FIXED, random_bytes

KIB = 1 << 10
FIRST, MINE = (random_bytes(400 * KIB, seed) for seed in (1, 2))

pytestmark = pytest.mark.timeout(120)


async def _expire(db: Database) -> None:
    await db.execute("UPDATE packs SET lease_until = now() WHERE lease_until IS NOT NULL")


async def _collect(world: World) -> None:
    await collect_now(world.db, dict(world.backends), Margins())


async def _take_over(world: World) -> None:
    """The open pack is sealed, and a copy of it moves to another backend."""
    await _expire(world.db)
    await _collect(world)
    draining = "UPDATE backends SET state = $1 WHERE id = (SELECT min(backend_id) FROM replicas)"
    await world.db.execute(draining, "draining")
    await world.balancer.rebalance(Progress())
    await world.db.execute("UPDATE backends SET state = 'active'")
    await _collect(world)


async def _counted(world: World) -> list[int]:
    """In how many copies that are read each chunk stands."""
    rows = await world.db.fetch(
        "SELECT c.id, c.frame_offset + c.frame_length AS reach, r.backend_id, r.name"
        " FROM chunks c JOIN replicas r USING (pack_id) WHERE r.ready"
    )
    found = {row["id"]: 0 for row in rows}
    for row in rows:
        blob = world.memories[row["backend_id"]]._blobs.get(row["name"].hex)
        found[row["id"]] += blob is not None and len(blob.data) >= row["reach"]
    return sorted(found.values())


async def _put(world: World, store: Store) -> None:
    await world.keys.put(store, "mine", MINE, FIXED)


async def _put_whole(world: World, store: Store) -> None:
    await world.keys.put_whole(store, "mine", MINE, FIXED)


@pytest.mark.parametrize(
    ("put", "point"),
    [
        (_put, "put.pinned"),
        (_put, "put.synced"),
        (_put, "put.chunked"),
        (_put_whole, "whole.known"),
        (_put_whole, "whole.safe"),
    ],
)
async def test_what_is_acknowledged_stands_in_copies_that_count(
    database: Database, put: Callable[[World, Store], Awaitable[None]], point: str
) -> None:
    world = await World.create(database, 3)
    store = await world.store()
    await world.keys.put(store, "first", FIRST, FIXED)
    ended = await stopped_at(database, point, lambda: put(world, store), lambda: _take_over(world))
    assert ended is None
    counted = await _counted(world)
    assert len(counted) == len(FIRST + MINE) // (64 * KIB) + 2
    assert set(counted) == {world.needed}
    await world.close()
    await _collect(world)
    await world.balancer.repair(Progress())
    await _collect(world)
    assert await check_store(database, dict(world.backends)) == []
    assert await world.keys.get(await world.store(), "mine") == MINE
    await world.close()


async def test_frames_are_not_moved_into_a_pack_that_was_given_up(database: Database) -> None:
    world = await World.create(database, 3)
    for seed in (3, 4):
        await world.keys.put(await world.store(), f"key-{seed}", random_bytes(400 * KIB, seed), FIXED)
        await world.close()
    placing = Placing(world.replicas, world.needed)
    async with compacting(
        database, dict(world.backends), Settings(job_rest=0.0), placing=placing
    ) as compactor:
        one, other = await compaction.judge(database, await compaction.sealed_packs(database, 0))
        await compactor.compact([one], {}, Progress())
        ended = await stopped_at(
            database,
            "compact.chosen",
            lambda: compactor.compact([other], {}, Progress()),
            lambda: _take_over(world),
        )
        assert ended is None
        assert set(await _counted(world)) == {world.needed}


async def test_a_pack_that_grew_after_it_was_sized_is_sized_again(database: Database) -> None:
    """Both the writer and the reaper are stopped: its lease is over, renewed, and over again meanwhile."""
    world = await World.create(database, 2)
    store = await world.store()
    await world.keys.put(store, "first", FIRST, FIXED)

    async def writer() -> None:
        await store._leases.renew()
        await world.keys.put(store, "mine", MINE, FIXED)
        await _expire(database)

    await _expire(database)
    await stopped_at(database, "reap.pack-sized", lambda: _collect(world), writer)
    await _collect(world)
    beyond = (
        "SELECT c.id FROM chunks c JOIN packs p ON p.id = c.pack_id WHERE frame_offset + frame_length > size"
    )
    assert await database.fetch(beyond) == []
    assert await world.keys.get(store, "mine") == MINE
    await world.close()
    await _collect(world)
    assert await check_store(database, dict(world.backends)) == []
