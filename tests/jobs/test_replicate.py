"""Several copies of every pack: written to enough, read from any, made anew, moved, verified."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from s3gw.backends.faults import Fault
from s3gw.config import Margins
from s3gw.db import instances, packs, placement, scrub
from s3gw.db.pool import Database
from s3gw.errors import Damaged, GatewayError, Unavailable
from s3gw.jobs.collect import collect_now
from s3gw.jobs.job import Progress
from s3gw.storage import hedge, open_packs, quorum, standing
from tests.jobs.copies import DOWN, KIB, World, assert_readable, clean, filled
from tests.stores import count, random_bytes

_WAITING = """
SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'
"""


@pytest.fixture
async def worlds() -> AsyncIterator[list[World]]:
    made: list[World] = []
    yield made
    for world in made:
        await world.close()


async def test_every_pack_is_on_as_many_backends_as_wanted(database: Database, worlds: list[World]) -> None:
    world = await World.create(database, 3)
    worlds.append(world)
    store = await filled(world)
    assert len(await world.copies()) == 3
    assert await world.is_settled()
    await assert_readable(world, store)
    await clean(world)


@pytest.mark.parametrize("lost", [0, 1])
async def test_reads_go_on_without_a_backend(database: Database, worlds: list[World], lost: int) -> None:
    world = await World.create(database, 2)
    worlds.append(world)
    store = await filled(world)
    world.down(list(world.backends)[lost])
    await assert_readable(world, store)


async def test_a_slow_copy_is_not_waited_for(
    database: Database, worlds: list[World], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hedge, "DELAY", 0.01)
    world = await World.create(database, 2)
    worlds.append(world)
    await filled(world)
    hung = asyncio.Event()
    for one in world.backends.values():
        store = await world.store()
        one.script(Fault("read", gate=hung, count=None))
        await assert_readable(world, store)
        one.script()


async def test_a_write_needs_all_unless_fewer_are_enough(database: Database, worlds: list[World]) -> None:
    world = await World.create(database, 2)
    worlds.append(world)
    world.down(max(world.backends))
    store = await world.store()
    with pytest.raises(GatewayError):
        await world.keys.put(store, "key-0", random_bytes(700 * KIB))
    world.up(max(world.backends))
    await world.keys.put(store, "key-0", random_bytes(700 * KIB))
    await assert_readable(world, store, 1)


@pytest.mark.parametrize("method", ["open", "append"])
async def test_a_copy_that_failed_is_made_anew(database: Database, worlds: list[World], method: str) -> None:
    world = await World.create(database, 2, needed=1)
    worlds.append(world)
    broken = max(world.backends)
    world.backends[broken].script(Fault(method, DOWN, count=1))
    store = await filled(world, 1)
    assert [len(where) for where in (await world.copies()).values()] == [1]
    await assert_readable(world, store, 1)
    assert await count(database, "repairs") == 1
    world.down(broken)
    with pytest.raises(Unavailable, match="1 packs wait"):
        await world.balancer.repair(Progress())
    world.up(broken)
    progress = Progress()
    await world.balancer.repair(progress)
    assert progress.counts["packs"] == 1
    assert progress.counts["bytes"] > 700 * KIB
    assert await world.is_settled()
    assert await count(database, "repairs") == 0
    world.down(min(world.backends))
    await assert_readable(world, store, 1)
    world.up(min(world.backends))
    await clean(world)


@pytest.mark.parametrize("method", ["open", "append"])
async def test_an_open_pack_does_not_lack_a_copy_for_long(
    database: Database, worlds: list[World], monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    """Nothing more is written that would fill it; only when it is sealed its copy can be made."""
    monkeypatch.setattr(standing, "AWAY", 0.0)
    world = await World.create(database, 2, needed=1)
    worlds.append(world)
    store = await world.store()
    world.backends[max(world.backends)].script(Fault(method, DOWN, count=1))
    await world.keys.put(store, "key-0", random_bytes(700 * KIB))
    store.make_up()
    await store._leases.settle()
    assert await count(database, "packs WHERE size IS NULL") == 1, "it is lacking since just now"
    monkeypatch.setattr(open_packs, "LACKING", 0.0)
    store.make_up()
    await store._leases.settle()
    assert await count(database, "packs WHERE size IS NULL") == 0
    await world.balancer.repair(Progress())
    assert await world.is_settled()
    await world.keys.put(store, "key-1", random_bytes(700 * KIB, 1))
    store.make_up()
    await store._leases.settle()
    assert await count(database, "packs WHERE size IS NULL") == 1, "one that lacks nothing goes on"
    await assert_readable(world, store, 2)


async def test_what_hangs_is_left_behind(
    database: Database, worlds: list[World], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(quorum, "PATIENCE", 0.01)
    world = await World.create(database, 2, needed=1)
    worlds.append(world)
    world.backends[max(world.backends)].script(Fault("append", gate=asyncio.Event(), count=1))
    store = await filled(world, 1)
    await assert_readable(world, store, 1)
    assert await count(database, "repairs") == 1
    await world.balancer.repair(Progress())
    assert await world.is_settled()
    await clean(world)


async def test_a_crash_leaves_the_shorter_copy_to_the_reaper(
    database: Database, worlds: list[World], monkeypatch: pytest.MonkeyPatch
) -> None:
    world = await World.create(database, 2, needed=1)
    worlds.append(world)
    store = await world.store()
    monkeypatch.setattr(store._packs._register, "_seal_if_done", lambda pack: None)
    world.backends[max(world.backends)].script(Fault("append", DOWN, count=1))
    await world.keys.put(store, "key-0", random_bytes(700 * KIB))
    assert [len(where) for where in (await world.copies()).values()] == [2], "nobody sealed it"
    after = await world.store()  # which ends the leases of the one before
    await collect_now(database, dict(world.backends), Margins())
    assert [len(where) for where in (await world.copies()).values()] == [1]
    await world.balancer.repair(Progress())
    assert await world.is_settled()
    await assert_readable(world, after, 1)


async def test_who_lacks_a_backend_leaves_open_packs_on_it_to_others(
    database: Database, worlds: list[World], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A copy that the reaper cannot see is none that lacks something."""
    world = await World.create(database, 2)
    worlds.append(world)
    store = await world.store()
    monkeypatch.setattr(store._packs._register, "_seal_if_done", lambda pack: None)
    await world.keys.put(store, "key-0", random_bytes(700 * KIB))
    await world.store()  # which ends the leases of the one before
    for number in world.backends:
        await collect_now(database, {number: world.backends[number]}, Margins())
        assert await count(database, "packs WHERE size IS NULL") == 1
    await database.execute("UPDATE backends SET state = 'dead' WHERE id = $1", max(world.backends))
    await collect_now(database, {min(world.backends): world.backends[min(world.backends)]}, Margins())
    assert await count(database, "packs WHERE size IS NULL") == 0
    assert [len(where) for where in (await world.copies()).values()] == [1]


async def test_damage_that_a_reader_meets_is_repaired(database: Database, worlds: list[World]) -> None:
    world = await World.create(database, 2)
    worlds.append(world)
    store = await filled(world)
    rows = await database.fetch(
        "SELECT DISTINCT ON (pack_id) name, backend_id FROM replicas ORDER BY pack_id, name"
    )
    for row in rows:  # the copy that is asked first
        world.memories[row["backend_id"]]._blobs[row["name"].hex].data[300 * KIB] ^= 1
    await assert_readable(world, store)
    progress = Progress()
    await world.balancer.rebalance(progress)
    assert not progress.counts, "nothing that the rows tell"
    queued = await count(database, "repairs")
    assert queued > 0, "what failed once is asked last, so a reader need not meet all"
    await world.balancer.repair(progress)
    assert progress.counts["packs"] == queued
    assert await count(database, "repairs") == 0
    await collect_now(database, dict(world.backends), Margins())
    await assert_readable(world, store)


async def test_without_a_whole_copy_nothing_is_given_up(database: Database, worlds: list[World]) -> None:
    world = await World.create(database, 2)
    worlds.append(world)
    store = await filled(world, 1)
    for memory in world.memories.values():
        for blob in memory._blobs.values():
            blob.data[300 * KIB] ^= 1
    with pytest.raises(Damaged):
        await world.keys.get(store, "key-0")
    await database.execute("INSERT INTO repairs (pack_id) SELECT id FROM packs")
    progress = Progress()
    await world.balancer.repair(progress)
    assert progress.counts["damaged"] == 1
    assert [len(where) for where in (await world.copies()).values()] == [2]
    assert await count(database, "repairs") == 0
    assert len(await scrub.damaged(database)) == 2


async def test_a_pack_that_is_condemned_meanwhile_needs_no_repair(
    database: Database, worlds: list[World]
) -> None:
    """A collector has the pack's row locked while others want it to be looked at, and then deletes it."""
    world = await World.create(database, 2)
    worlds.append(world)
    await filled(world, 1)
    row = await database.fetchrow("SELECT pack_id, min(name::text)::uuid AS name FROM replicas GROUP BY 1")
    assert row is not None
    async with database.transaction() as connection:
        await connection.execute("SELECT 1 FROM packs WHERE id = $1 FOR UPDATE", row["pack_id"])
        wanting = [
            asyncio.create_task(placement.queue_repairs(database, [row["pack_id"]])),
            asyncio.create_task(scrub.verified(database, row["name"], whole=False)),
            asyncio.create_task(packs.give_up(database, row["pack_id"], ())),
        ]
        while await database.fetchval(_WAITING) < len(wanting):
            await asyncio.sleep(0.01)
        await connection.execute("UPDATE chunks SET pack_id = NULL, data = ''")
        await connection.execute("DELETE FROM replicas")
        await connection.execute("DELETE FROM packs")
    await asyncio.gather(*wanting)
    assert await count(database, "repairs") == 0


async def test_a_backend_that_joins_gets_its_share(database: Database, worlds: list[World]) -> None:
    world = await World.create(database, 2)
    worlds.append(world)
    store = await filled(world, 6)
    new = await world.add()
    progress = Progress()
    await world.balancer.rebalance(progress)
    assert await world.is_settled()
    assert progress.done == progress.total
    moved = [pack for pack, where in (await world.copies()).items() if new in where]
    assert progress.counts.get("packs", 0) == len(moved)
    await assert_readable(world, store, 6)  # by what it knew, and what it looks up again
    await assert_readable(world, await world.store(), 6)
    await clean(world)


async def test_a_drained_backend_empties(database: Database, worlds: list[World]) -> None:
    world = await World.create(database, 3)
    worlds.append(world)
    store = await filled(world)
    drained = min(world.backends)
    await database.execute("UPDATE backends SET state = 'draining' WHERE id = $1", drained)
    await world.balancer.rebalance(Progress())
    assert await world.is_settled()
    await clean(world)
    assert not world.memories[drained]._blobs
    await assert_readable(world, store)


async def test_a_backend_that_is_only_read_keeps_what_it_has(database: Database, worlds: list[World]) -> None:
    world = await World.create(database, 3)
    worlds.append(world)
    await filled(world)
    resting = min(world.backends)
    had = {pack for pack, where in (await world.copies()).items() if resting in where}
    await database.execute("UPDATE backends SET state = 'read-only' WHERE id = $1", resting)
    progress = Progress()
    await world.balancer.rebalance(progress)
    copies = await world.copies()
    assert {pack for pack, where in copies.items() if resting in where} == had
    assert all(len(where) == 2 for where in copies.values())
    store = await world.store()
    await world.keys.put(store, "new", random_bytes(700 * KIB, 99))
    after = await world.copies()
    assert all(resting not in after[pack] for pack in after.keys() - copies.keys())


async def test_a_dead_backend_is_forgotten(database: Database, worlds: list[World]) -> None:
    world = await World.create(database, 3)
    worlds.append(world)
    store = await filled(world)
    dead = min(world.backends)
    await database.execute("UPDATE backends SET state = 'dead' WHERE id = $1", dead)
    del world.backends[dead]
    await world.balancer.rebalance(Progress())
    assert await world.is_settled()
    await assert_readable(world, store)
    assert dead not in await instances.used_backends(database)
    await clean(world)


async def test_a_copy_whose_making_broke_off_is_given_up(database: Database, worlds: list[World]) -> None:
    world = await World.create(database, 3)
    worlds.append(world)
    store = await filled(world)
    await database.execute(
        """
        INSERT INTO replicas (pack_id, backend_id, ready)
        SELECT p.id, b.id, false FROM packs p, backends b
        """
    )
    await assert_readable(world, store)
    await world.balancer.rebalance(Progress())
    assert await world.is_settled()
    await clean(world)
