"""What lives is copied out of packs that are mostly dead, small packs are merged, and it comes to an end."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from s3gw.backends.memory import Memory
from s3gw.config import Margins, Settings
from s3gw.db import compaction
from s3gw.db.pool import Database
from s3gw.db.records import Body
from s3gw.errors import Damaged, OutOfSpace
from s3gw.jobs import compact
from s3gw.jobs.collect import Collector, collect_now
from s3gw.jobs.compact import Compactor, compacting
from s3gw.jobs.job import Progress
from s3gw.storage.store import Store
from tests.invariants import check_store
from tests.stores import CDC, FIXED, Keys, count, open_store, random_bytes

KIB, MIB = 1 << 10, 1 << 20
UNHURRIED = replace(Settings(), job_rest=0.0)


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
async def store(database: Database, memory: Memory) -> AsyncIterator[Store]:
    async with open_store(database, memory) as opened:
        yield opened


@pytest.fixture
async def compactor(database: Database, memory: Memory, store: Store) -> AsyncIterator[Compactor]:
    async with compacting(database, {1: memory}, UNHURRIED) as opened:
        yield opened


@pytest.fixture
async def keys(database: Database) -> Keys:
    return await Keys.create(database)


async def collected(database: Database, memory: Memory) -> None:
    """Everything that can go is gone; what the round leaves to be judged stays queued."""
    await collect_now(database, {1: memory}, Margins())


async def bytes_of(memory: Memory) -> int:
    """All that is stored."""
    return sum([info.size async for info in memory.list()])


async def run(compactor: Compactor) -> Progress:
    """One round and its packs sealed, as at the end of a run of the command."""
    progress = Progress()
    await compactor.run(progress)
    await compactor.packs.close()
    return progress


async def mostly_dead(database: Database, memory: Memory, keys: Keys, store: Store) -> dict[str, bytes]:
    """Fifty objects of which forty are deleted, in sealed packs; the ten that stay."""
    data = {f"k{number}": random_bytes(300 * KIB + number, number) for number in range(50)}
    for key, content in data.items():
        await keys.put(store, key, content, FIXED)
    await store._packs.close()
    gone = [key for number, key in enumerate(data) if number % 5]
    await keys.delete(*gone)
    await collected(database, memory)
    return {key: content for key, content in data.items() if key not in gone}


async def test_a_pack_that_is_mostly_dead_gives_its_space_back(
    database: Database, memory: Memory, keys: Keys, store: Store, compactor: Compactor
) -> None:
    kept = await mostly_dead(database, memory, keys, store)
    before = await bytes_of(memory)
    progress = await run(compactor)
    await collected(database, memory)
    live = sum(map(len, kept.values()))
    assert before > 4 * live
    assert live <= await bytes_of(memory) < 1.1 * live
    assert progress.counts["damaged"] == 0
    assert progress.done == progress.total
    for key, content in kept.items():
        assert await keys.get(store, key) == content
    assert await check_store(database, {1: memory}) == []


async def test_there_is_an_end_to_it(
    database: Database, memory: Memory, keys: Keys, store: Store, compactor: Compactor
) -> None:
    await mostly_dead(database, memory, keys, store)
    await run(compactor)
    await collected(database, memory)
    names = {info.name async for info in memory.list()}
    assert await count(database, "compaction_queue") > 0  # the new packs were sealed, and are to be judged
    again = await run(compactor)
    assert again.counts.get("packs", 0) == 0
    assert await count(database, "compaction_queue") == 0
    assert {info.name async for info in memory.list()} == names


async def test_small_packs_are_merged_once_they_are_many(
    database: Database, memory: Memory, keys: Keys, store: Store, compactor: Compactor
) -> None:
    data = {f"k{number}": random_bytes(200 * KIB, number) for number in range(compact.MANY)}
    for number, (key, content) in enumerate(data.items(), 1):
        await keys.put(store, key, content)
        await store._packs.close()
        if number < len(data):
            assert (await run(compactor)).counts.get("packs", 0) == 0
    assert (await run(compactor)).counts["packs"] == len(data)
    await collected(database, memory)
    assert len([info async for info in memory.list()]) == 1
    assert (await run(compactor)).counts.get("packs", 0) == 0
    for key, content in data.items():
        assert await keys.get(store, key) == content
    assert await check_store(database, {1: memory}) == []


async def test_frames_of_several_chunks_move_whole(
    database: Database, memory: Memory, keys: Keys, store: Store, compactor: Compactor
) -> None:
    """Small chunks share a frame; compressed ones too; and all of them are found again."""
    texts = {
        f"t{n}": b" ".join(random.Random(n).choices([b"alpha", b"beta", b"gamma"], k=60000)) for n in range(9)
    }
    for key, content in texts.items():
        await keys.put(store, key, content, replace(CDC, chunking="cdc-256k"))
        await keys.put(store, f"dead-{key}", random_bytes(MIB, len(content)), FIXED)
    await store._packs.close()
    await keys.delete(*(f"dead-{key}" for key in texts))
    await collected(database, memory)
    assert (await run(compactor)).counts["frames"] >= len(texts)
    await collected(database, memory)
    for key, content in texts.items():
        assert await keys.get(store, key) == content
    assert await check_store(database, {1: memory}) == []


async def test_damage_is_not_copied_and_its_pack_stays(
    database: Database,
    memory: Memory,
    keys: Keys,
    store: Store,
    compactor: Compactor,
    caplog: pytest.LogCaptureFixture,
) -> None:
    kept = await mostly_dead(database, memory, keys, store)
    row = await database.fetchrow(
        "SELECT c.frame_offset, r.name FROM chunks c JOIN replicas r USING (pack_id) ORDER BY c.id LIMIT 1"
    )
    assert row is not None
    memory._blobs[row["name"].hex].data[row["frame_offset"] + 100] ^= 1
    progress = await run(compactor)
    assert progress.counts["damaged"] == 1
    assert "damaged or missing" in caplog.text
    await collected(database, memory)
    assert row["name"].hex in {info.name async for info in memory.list()}
    readable = 0
    for key, content in kept.items():
        try:
            assert await keys.get(store, key) == content
            readable += 1
        except Damaged:
            continue
    assert readable == len(kept) - 1
    # It is not read again and again.
    assert (await run(compactor)).counts.get("packs", 0) == 0


async def test_a_healthy_replica_stands_in_for_a_damaged_one(
    database: Database, memory: Memory, keys: Keys, store: Store
) -> None:
    kept = await mostly_dead(database, memory, keys, store)
    second = Memory()
    await database.execute("INSERT INTO backends (name, url) VALUES ('second', 'test:2')")
    for row in await database.fetch("SELECT pack_id, name FROM replicas"):
        name = await database.fetchval(
            "INSERT INTO replicas (pack_id, backend_id) VALUES ($1, 2) RETURNING name", row["pack_id"]
        )
        await second.put(name.hex, [bytes(memory._blobs[row["name"].hex].data)])
        data = memory._blobs[row["name"].hex].data
        data[len(data) // 2 :] = bytes(len(data) - len(data) // 2)
    await database.execute("UPDATE backends SET state = 'read-only' WHERE id = 2")
    async with compacting(database, {1: memory, 2: second}, UNHURRIED) as compactor:
        assert (await run(compactor)).counts["damaged"] == 0
    for key, content in kept.items():
        assert await keys.get(store, key) == content


async def test_a_download_goes_on_over_a_compaction(
    database: Database, memory: Memory, keys: Keys, store: Store, compactor: Compactor
) -> None:
    """The reader has looked up where the chunks are; then they move, and the old packs are unlinked."""
    data = random_bytes(12 * MIB, 1)
    await keys.put(store, "big", data, FIXED)
    for number in range(40):
        await keys.put(store, f"dead{number}", random_bytes(MIB, 100 + number), FIXED)
        if number % 4 == 0:
            await keys.put(store, f"kept{number}", random_bytes(64 * KIB, 200 + number), FIXED)
    await store._packs.close()
    draft = await database.fetchrow("SELECT manifest_id, size FROM objects WHERE key = 'big'")
    assert draft is not None
    blocks = store.read(Body(draft["size"], manifest_id=draft["manifest_id"]), 0, len(data))
    got = bytearray(await anext(blocks))
    await keys.delete(*(f"dead{number}" for number in range(40)))
    await collected(database, memory)
    before = {info.name async for info in memory.list()}
    progress = Progress()
    await replace(compactor, dead=0.01).run_all(progress)
    await compactor.packs.close()
    await collected(database, memory)
    assert before.isdisjoint({info.name async for info in memory.list()})
    async for block in blocks:
        got += block
    assert bytes(got) == data


async def test_a_full_backend_leaves_everything_where_it_is(
    database: Database, keys: Keys, memory: Memory, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = await mostly_dead(database, memory, keys, store)

    async def full(name: str) -> None:
        raise OutOfSpace("no space")

    async with compacting(database, {1: memory}, UNHURRIED) as compactor:
        with monkeypatch.context() as patch:
            patch.setattr(memory, "open", full)
            with pytest.raises(OutOfSpace):
                await compactor.run(Progress())
        await collected(database, memory)
        for key, content in kept.items():
            assert await keys.get(store, key) == content
        # What was not done stayed queued.
        assert (await run(compactor)).counts["packs"] > 0


async def test_it_costs_what_was_deleted(
    database: Database, memory: Memory, keys: Keys, store: Store, compactor: Compactor
) -> None:
    """A round looks at no pack that did not change since the last."""
    for number in range(6):
        await keys.put(store, f"k{number}", random_bytes(7 * MIB, number), FIXED)
        await store._packs.close()
    await collected(database, memory)
    await run(compactor)
    await keys.delete("k3")
    await keys.put(store, "k3", random_bytes(100, 1))
    await collected(database, memory)
    _, packs = await compaction.queued(database)
    assert packs == []  # its pack had nothing else and is gone
    await keys.put(store, "more", random_bytes(7 * MIB, 0) + random_bytes(MIB, 99), FIXED)
    await keys.delete("more")
    await collected(database, memory)
    _, packs = await compaction.queued(database)
    assert len(packs) <= 1


async def test_random_walks(
    database: Database, memory: Memory, keys: Keys, store: Store, compactor: Compactor
) -> None:
    """Puts, overwrites, deletes, collections and compactions in any order, beside a plain dictionary."""
    chance = random.Random(7)
    model: dict[str, bytes] = {}
    pieces = [random_bytes(chance.randrange(1, 400) * KIB, 1000 + number) for number in range(30)]
    for _ in range(150):
        key = f"k{chance.randrange(12)}"
        match chance.randrange(8):
            case 0 | 1 | 2:
                data = b"".join(chance.choices(pieces, k=chance.randrange(1, 4)))
                await keys.put(store, key, data, chance.choice((CDC, FIXED)))
                model[key] = data
            case 3:
                await keys.delete(key)
                model.pop(key, None)
            case 4:
                await Collector(database, {1: memory}, Margins(reader=0, tombstone=0)).run(Progress())
            case 5:
                await replace(compactor, dead=0.05).run_all(Progress())
            case 6:
                await store._packs.close()
                await compactor.packs.close()
            case _:
                assert await keys.get(store, key) == model.get(key)
    for key, data in model.items():
        assert await keys.get(store, key) == data
    await store._packs.close()
    await compactor.packs.close()
    await collected(database, memory)
    assert await check_store(database, {1: memory}) == []


async def test_where_a_frame_does_not_hold_what_the_rows_say_nothing_moves(
    database: Database, memory: Memory, keys: Keys, store: Store, compactor: Compactor
) -> None:
    kept = await mostly_dead(database, memory, keys, store)
    await database.execute("UPDATE chunks SET digest = sha256(digest)")
    progress = await run(compactor)
    assert progress.counts["damaged"] >= len(kept)
    assert progress.counts["frames"] == 0


async def test_a_chunk_that_moved_meanwhile_stays_where_it_is(
    database: Database, memory: Memory, keys: Keys, store: Store, compactor: Compactor
) -> None:
    """Another compactor was faster: its pack would be left without a chunk, and nothing would queue it."""
    await mostly_dead(database, memory, keys, store)
    places = "SELECT id, pack_id, frame_offset FROM chunks ORDER BY id"
    target = await database.fetchval(
        "INSERT INTO packs (instance_id, epoch, lease_until) "
        "VALUES (gen_random_uuid(), 1, now() + interval '1 hour') RETURNING id"
    )
    stale = [
        compaction.Move(row["pack_id"], row["frame_offset"], target, row["frame_offset"], [row["id"]])
        for row in await database.fetch(places)
    ]
    await run(compactor)
    moved = await database.fetch(places)
    assert {row["pack_id"] for row in moved}.isdisjoint({move.source_pack for move in stale})
    assert await compaction.repoint(database, stale) == 0
    assert await database.fetch(places) == moved
