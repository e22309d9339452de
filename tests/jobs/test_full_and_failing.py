"""Backends that are full, or fail: packs go to others, and to them again when they are well."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from s3gw.backends.base import Space
from s3gw.backends.faults import Fault
from s3gw.db import scrub
from s3gw.db.pool import Database
from s3gw.errors import OutOfSpace, Unavailable
from s3gw.jobs.job import Progress
from s3gw.storage import standing
from tests.jobs.copies import DOWN, KIB, World, assert_readable, clean, filled
from tests.stores import CDC, count, random_bytes

FULL = Space(total=1 << 30, free=0)
ROOMY = Space(total=1 << 30, free=1 << 29)


@pytest.fixture
async def worlds(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[list[World]]:
    monkeypatch.setattr(standing, "FRESH", 0.0)
    made: list[World] = []
    yield made
    for world in made:
        await world.close()


async def a_world(
    worlds: list[World], database: Database, number: int, *, replicas: int = 1, needed: int = 1
) -> World:
    worlds.append(await World.create(database, number, replicas, needed))
    return worlds[-1]


def tells(world: World, number: int, space: Space, patch: pytest.MonkeyPatch) -> None:
    """From now on that backend says it has this room."""

    async def say() -> Space:
        return space

    patch.setattr(world.memories[number], "space", say)


async def test_a_full_backend_is_left_out_and_comes_back(
    database: Database, worlds: list[World], monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await a_world(worlds, database, 2)
    full, other = world.backends
    tells(world, full, FULL, monkeypatch)
    store = await filled(world, 6)
    assert set().union(*(await world.copies()).values()) == {other}
    await assert_readable(world, store, 6)
    # What belongs there stays where it is, as long as that is so.
    await world.balancer.rebalance(Progress())
    await world.balancer.repair(Progress())
    assert set().union(*(await world.copies()).values()) == {other}
    tells(world, full, ROOMY, monkeypatch)
    await world.balancer.rebalance(Progress())
    assert await world.is_settled()
    assert set().union(*(await world.copies()).values()) == {full, other}
    await clean(world)


async def test_two_copies_of_three_backends_need_no_full_one(
    database: Database, worlds: list[World], monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await a_world(worlds, database, 3, replicas=2, needed=2)
    full = min(world.backends)
    tells(world, full, FULL, monkeypatch)
    await filled(world, 3)
    assert all(full not in where and len(where) == 2 for where in (await world.copies()).values())
    # A copy that is lost is not made on the full one either.
    lost = max(world.backends)
    await database.execute("UPDATE backends SET state = 'dead' WHERE id = $1", lost)
    del world.backends[lost]
    await world.add()
    await world.balancer.rebalance(Progress())
    assert all(full not in where and len(where) == 2 for where in (await world.copies()).values())
    await assert_readable(world, await world.store())


async def test_where_too_few_have_room_nothing_is_taken(
    database: Database, worlds: list[World], monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await a_world(worlds, database, 2, replicas=2, needed=2)
    tells(world, min(world.backends), FULL, monkeypatch)
    store = await world.store()
    with pytest.raises(OutOfSpace):
        await store.check_space()
    with pytest.raises(OutOfSpace):
        await world.keys.put(store, "key-0", random_bytes(700 * KIB))
    tells(world, min(world.backends), ROOMY, monkeypatch)
    await world.keys.put(store, "key-0", random_bytes(700 * KIB))
    await assert_readable(world, store, 1)


@pytest.mark.parametrize("method", ["open", "append"])
@pytest.mark.parametrize("error", [OutOfSpace("no space"), DOWN, OSError(5, "input/output error")])
async def test_a_write_that_one_backend_refuses_goes_to_another(
    database: Database, worlds: list[World], method: str, error: Exception
) -> None:
    """With one copy, too: whichever is drawn first, the other takes it."""
    world = await a_world(worlds, database, 2)
    broken = min(world.backends)
    world.backends[broken].script(Fault(method, error, count=None))
    store = await filled(world, 4)
    await assert_readable(world, store, 4)
    await store._packs.close()
    await clean(world)
    assert set().union(*(await world.copies()).values()) == {max(world.backends)}


async def test_all_copies_go_elsewhere_while_one_of_three_is_down(
    database: Database, worlds: list[World]
) -> None:
    world = await a_world(worlds, database, 3, replicas=2, needed=2)
    down = min(world.backends)
    world.down(down)
    store = await filled(world, 4)
    await assert_readable(world, store, 4)
    assert all(len(where) == 2 for where in (await world.copies()).values())
    world.up(down)
    await world.balancer.rebalance(Progress())
    assert await world.is_settled()
    await clean(world)


async def test_what_was_left_out_is_made_up_for(
    database: Database, worlds: list[World], monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await a_world(worlds, database, 2, replicas=2, needed=1)
    down = max(world.backends)
    world.down(down)
    store = await world.store()
    await world.keys.put(store, "key-0", random_bytes(700 * KIB))
    await store._packs.close()
    opened = world.backends[down].met.get("open", 0)
    await world.keys.put(store, "key-1", random_bytes(700 * KIB, 1))
    await store._packs.close()
    assert world.backends[down].met.get("open", 0) == opened, "it is not tried with every pack"
    assert await count(database, "repairs") == 2
    with pytest.raises(Unavailable, match="2 packs wait"):
        await world.balancer.repair(Progress())
    world.up(down)
    await world.balancer.repair(Progress())
    assert await world.is_settled()
    assert await count(database, "repairs") == 0
    monkeypatch.setattr(store._packs.standing, "_failed", {})
    await world.keys.put(store, "key-2", random_bytes(700 * KIB, 2))
    assert await world.is_settled(), "when its time is over, it takes part again"


async def test_a_backend_that_hangs_does_not_hold_up_who_asks_for_room(
    database: Database, worlds: list[World], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(standing, "PATIENCE", 0.01)
    world = await a_world(worlds, database, 2)
    world.backends[min(world.backends)].script(Fault("space", gate=asyncio.Event(), count=None))
    store = await filled(world, 2)
    await assert_readable(world, store, 2)


async def test_each_frame_is_taken_from_the_copy_that_has_it(database: Database, worlds: list[World]) -> None:
    """Headers and payloads of different frames are damaged in either copy, and one ends early."""
    world = await a_world(worlds, database, 2, replicas=2, needed=2)
    store = await world.store()
    data = random_bytes(4096 * KIB)
    await world.keys.put(store, "key-0", data, CDC)
    await store._packs.close()
    await spoil(database, world)
    assert await world.keys.get(store, "key-0") == data, "a read finds each chunk somewhere"
    await database.execute("INSERT INTO repairs (pack_id) SELECT id FROM packs ON CONFLICT DO NOTHING")
    progress = Progress()
    await world.balancer.repair(progress)
    assert progress.counts["damaged"] == 0
    assert await world.is_settled()
    assert await scrub.damaged(database) == []
    await clean(world)
    assert await world.keys.get(store, "key-0") == data


async def test_a_frame_that_no_copy_has_is_not_made_up(database: Database, worlds: list[World]) -> None:
    world = await a_world(worlds, database, 2, replicas=2, needed=2)
    store = await world.store()
    await world.keys.put(store, "key-0", random_bytes(4096 * KIB), CDC)
    await store._packs.close()
    await spoil(database, world)
    frames = await offsets(database)
    for memory in world.memories.values():
        for blob in memory._blobs.values():
            blob.data[frames[4]] ^= 1
    await database.execute("INSERT INTO repairs (pack_id) SELECT id FROM packs ON CONFLICT DO NOTHING")
    progress = Progress()
    await world.balancer.repair(progress)
    assert progress.counts["damaged"] == 1
    assert [len(where) for where in (await world.copies()).values()] == [2], "nothing is given up"


async def offsets(database: Database) -> list[int]:
    """Where the payloads of all frames begin."""
    return [row[0] for row in await database.fetch("SELECT DISTINCT frame_offset FROM chunks ORDER BY 1")]


async def spoil(database: Database, world: World) -> None:
    """No copy is whole, and every frame is whole in one."""
    frames = await offsets(database)
    assert len(frames) > 8
    one, other = (next(iter(memory._blobs.values())).data for memory in world.memories.values())
    one[0] ^= 1  # the pack's header
    one[frames[1]] ^= 1
    one[frames[3] - 1] ^= 1  # the end of a frame's header, which hides what is behind it
    del one[frames[-1] + 10 :]
    other[frames[2]] ^= 1
    other[frames[6]] ^= 1
