"""Every copy is verified in its turn; what is not whole is told, and made anew where another one is."""

from __future__ import annotations

import pytest

from s3gw.db import scrub
from s3gw.db.pool import Database
from s3gw.errors import Unavailable
from s3gw.jobs.job import Progress
from s3gw.jobs.scrub import Scrubber
from tests.jobs.copies import KIB, World, assert_readable, filled


async def scrubbed(world: World, period: float = 0.0) -> Progress:
    """One run; everything is due where the period is 0."""
    progress = Progress()
    await Scrubber(world.db, dict(world.backends), period).run(progress)
    return progress


async def test_every_copy_is_verified_once_a_period(database: Database) -> None:
    world = await World.create(database, 3)
    await filled(world)
    assert (await scrubbed(world, 3600.0)).counts == {}
    await database.execute("UPDATE replicas SET created_at = created_at - interval '2 hours'")
    progress = await scrubbed(world, 3600.0)
    assert progress.counts == {"copies": 6, "damaged": 0}
    assert progress.done == progress.total
    assert (await scrubbed(world, 3600.0)).counts == {}
    assert await scrub.damaged(database) == []
    await world.close()


@pytest.mark.parametrize("harm", ["flip", "cut", "remove"])
async def test_a_damaged_copy_is_found_and_made_anew(database: Database, harm: str) -> None:
    world = await World.create(database, 2)
    store = await filled(world)
    victim = world.memories[max(world.memories)]
    for name, blob in list(victim._blobs.items())[:2]:
        if harm == "flip":
            blob.data[100 * KIB] ^= 4
        elif harm == "cut":
            del blob.data[200 * KIB :]
        else:
            await victim.delete(name)
    assert (await scrubbed(world)).counts == {"copies": 6, "damaged": 2}
    found = await scrub.damaged(database)
    assert [(one.backend, one.others) for one in found] == [("backend-1", 1)] * 2
    repaired = Progress()
    await world.balancer.repair(repaired)
    assert repaired.counts["packs"] == 2
    assert await scrub.damaged(database) == []
    assert (await scrubbed(world)).counts["damaged"] == 0
    assert await world.is_settled()
    world.down(min(world.backends))
    await assert_readable(world, store)
    await world.close()


async def test_what_is_lost_is_told_by_its_keys(database: Database) -> None:
    world = await World.create(database, 2)
    store = await filled(world)
    await world.keys.copy("key-1", "copy")
    await world.keys.put(store, "other", b"in the database")
    row = await database.fetchrow("SELECT name FROM replicas ORDER BY pack_id DESC LIMIT 1 OFFSET 2")
    assert row is not None
    pack = await database.fetchval("SELECT pack_id FROM replicas WHERE name = $1", row["name"])
    for copy in await database.fetch("SELECT backend_id, name FROM replicas WHERE pack_id = $1", pack):
        world.memories[copy["backend_id"]]._blobs[copy["name"].hex].data[100 * KIB] ^= 1
    scrubber = Scrubber(database, dict(world.backends), 0.0)
    assert await scrubber.lost(10) == []
    await scrubbed(world)
    assert sorted(one.key for one in await scrubber.lost(10)) == ["copy", "key-1"]
    assert len(await scrubber.lost(1)) == 1
    await world.balancer.repair(Progress())
    assert len(await scrub.damaged(database)) == 2, "nothing that could still be of use was given up"
    await world.close()


async def test_a_backend_out_of_reach_is_left_for_the_next_run(database: Database) -> None:
    world = await World.create(database, 2)
    await filled(world)
    world.down(max(world.backends))
    with pytest.raises(Unavailable, match="1 backends"):
        await scrubbed(world)
    world.up(max(world.backends))
    rows = await database.fetch("SELECT backend_id FROM replicas WHERE verified_at IS NULL")
    assert {row["backend_id"] for row in rows} == {max(world.backends)}
    assert (await scrubbed(world)).counts["copies"] == 6
    await world.close()
