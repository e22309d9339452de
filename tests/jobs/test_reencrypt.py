"""Old versions of keys are left by everything, and can only then be removed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from uuid import UUID

import pytest

from s3gw import pauses
from s3gw.backends.memory import Memory
from s3gw.config import Margins, Settings
from s3gw.db import encryption_keys, instances, rekeying, stats
from s3gw.db.encryption_keys import DUAL, STORE
from s3gw.db.pool import Database
from s3gw.db.records import Body
from s3gw.errors import Damaged, Unavailable
from s3gw.jobs.collect import collect_now
from s3gw.jobs.compact import compacting
from s3gw.jobs.job import Progress
from s3gw.jobs.reencrypt import Reencryptor
from s3gw.keyring import DataKey, DualKey
from s3gw.storage import codec, keys
from s3gw.storage.keys import Keys
from s3gw.storage.packformat import FrameChunk, build_frame, parse_frame
from s3gw.storage.packscan import PackScan
from s3gw.storage.relocate import _Copy, _turned
from s3gw.storage.store import Store
from tests.invariants import check_store
from tests.stores import CDC, FIXED, INSTANCE, count, random_bytes
from tests.stores import Keys as Bucket

MASTER = bytes(range(32))
TEXT = b"a line that compresses well\n" * 20_000
DATA = {
    "large": random_bytes(3_000_000),
    "text": TEXT + random_bytes(40_000, 1) + TEXT[::-1],
    "small": b"of one row",
    "some": random_bytes(5_000, 2),
}


@dataclass
class World:
    """An encrypting store, a bucket, and what can be done with its keys."""

    db: Database
    backend: Memory
    store: Store
    bucket: Bucket

    async def fill(self) -> None:
        for key, data in DATA.items():
            await self.bucket.put(self.store, key, data, FIXED if key == "large" else CDC)

    async def rotate(self, name: str = STORE) -> None:
        assert await keys.rotate(self.db, name, MASTER)
        await self.store.follow_keys()
        await self.store._leases.settle()  # the open pack is sealed

    @asynccontextmanager
    async def reencryptor(self) -> AsyncIterator[Reencryptor]:
        ring = Keys(self.db, MASTER)
        settings = replace(Settings(), job_rest=0.0)
        async with compacting(self.db, {1: self.backend}, settings, keys=ring) as compactor:
            yield Reencryptor(self.db, compactor, ring, again=0.0)

    async def reencrypt(self) -> Progress:
        progress = Progress()
        async with self.reencryptor() as job:
            await job.run(progress)
        return progress

    async def used(self) -> dict[int | None, int]:
        """Numbers of chunks by the version that they are under."""
        rows = await self.db.fetch("SELECT key_id, count(*) AS chunks FROM chunks GROUP BY 1")
        return {row["key_id"]: row["chunks"] for row in rows}

    async def in_packs(self) -> set[int | None]:
        """The versions that frames of packs are under."""
        found = set()
        for blob in self.backend._blobs.values():

            async def read(offset: int, length: int, data: bytes = bytes(blob.data)) -> bytes:
                return data[offset : offset + length]

            found |= {scanned.frame.key_id async for scanned in PackScan(read)}
        return found

    async def collected(self) -> None:
        await self.store._packs.close()
        await collect_now(self.db, {1: self.backend}, Margins())

    async def whole(self) -> bool:
        """Whether every object is what it was, and nothing is wrong with the store."""
        got = {key: await self.bucket.get(self.store, key) for key in DATA}
        return got == DATA and await check_store(self.db, {1: self.backend}, MASTER) == []


async def open_store(db: Database, backend: Memory) -> Store:
    row = await instances.ensure_backend(db, "local", "test:")
    ring = Keys(db, MASTER)
    await ring.follow()
    return Store(db, {row.id: backend}, Settings(), await instances.start(db, INSTANCE), keys=ring)


@pytest.fixture
async def world(database: Database) -> AsyncIterator[World]:
    assert await keys.create(database, STORE, MASTER)
    backend = Memory()
    store = await open_store(database, backend)
    yield World(database, backend, store, await Bucket.create(database))
    await store.close()


@pytest.fixture(autouse=True)
def _no_hook() -> object:
    yield
    pauses.install(None)


async def test_a_rotation_changes_nothing_of_what_is_stored(world: World) -> None:
    """What is known is stored once, also when it was encrypted by an older version."""
    await world.fill()
    before = await world.used()
    await world.rotate()
    await world.bucket.put(world.store, "again", DATA["large"], FIXED)
    await world.bucket.put(world.store, "once more", DATA["small"])
    assert await world.used() == before
    await world.bucket.put(world.store, "new", random_bytes(10_000, 9))
    assert set(await world.used()) == {1, 2}
    assert await rekeying.versions(world.db) == {1: "kept", 2: "current"}
    assert (await world.reencrypt()).counts == {}  # nobody asked


async def test_everything_leaves_an_old_version(world: World) -> None:
    await world.fill()
    before = await world.used()
    await world.rotate()
    assert not await rekeying.remove(world.db, 1)
    assert await rekeying.leave(world.db, STORE) == [1]
    assert await rekeying.versions(world.db) == {1: "leaving", 2: "current"}
    progress = await world.reencrypt()
    assert progress.done == progress.total
    assert progress.counts["rows"] == 2
    assert await world.used() == {2: before[1]}
    assert await rekeying.versions(world.db) == {1: "left", 2: "current"}
    assert await rekeying.remove(world.db, 1)
    await world.collected()
    assert await world.in_packs() == {2}
    assert [key.id for key in await encryption_keys.all_keys(world.db)] == [2]
    assert await world.whole()
    await world.bucket.put(world.store, "again", DATA["large"], FIXED)
    assert await world.used() == {2: before[1]}


async def test_several_versions_and_the_two_layers_of_a_key(world: World) -> None:
    assert await keys.create(world.db, "payroll", MASTER)
    found = await encryption_keys.named(world.db, "payroll")
    assert found is not None
    dual = f"{DUAL}{found.uuid}"
    assert await keys.create(world.db, dual, MASTER)
    for seed in range(3):
        for name in ("payroll", dual):
            key = await encryption_keys.named(world.db, name)
            assert key is not None
            data_key = await world.store.data_key(key.data_key_id)
            layout = replace(CDC, domain_id=data_key.domain_id, key=data_key)
            await world.bucket.put(world.store, f"{name}/{seed}", random_bytes(500_000, seed), layout)
            await world.rotate(name)
    await world.fill()
    older = await rekeying.leave(world.db, "payroll")
    assert len(older) == 6
    await world.reencrypt()
    assert not set(await world.used()) & set(older)
    assert all([await rekeying.remove(world.db, number) for number in older])
    await world.collected()
    assert await world.whole()
    for seed in range(3):
        for name in ("payroll", dual):
            assert await world.bucket.get(world.store, f"{name}/{seed}") == random_bytes(500_000, seed)


async def test_what_a_customer_has_encrypted_moves_as_it_is(world: World) -> None:
    """Nobody has that key: it shares a pack with what is encrypted anew, and stays under its own."""
    mine = await world.store.customer_key(b"c" * 32, make=True)
    assert mine is not None
    layout = replace(CDC, domain_id=mine.domain_id, key=mine)
    await world.bucket.put(world.store, "mine", random_bytes(700_000), layout)
    await world.fill()
    row = "SELECT data, codec, key_id FROM chunks WHERE key_id = $1"
    before = await world.db.fetch(row, mine.id)
    await world.rotate()
    await rekeying.leave(world.db, STORE)
    await world.reencrypt()
    assert await rekeying.remove(world.db, 1)
    await world.collected()
    assert await world.db.fetch(row, mine.id) == before
    shown = {key.name: key for key in await stats.by_key(world.db)}
    assert shown["(customers)"].stored_bytes > 700_000
    assert shown["(customers)"].is_current
    found = await world.db.fetchrow("SELECT manifest_id, size FROM objects WHERE key = 'mine'")
    assert found is not None
    body = Body(found["size"], manifest_id=found["manifest_id"])
    got = b"".join([bytes(block) async for block in world.store.read(body, 0, body.size, key=mine)])
    assert got == random_bytes(700_000)


async def test_what_is_said_of_versions(world: World) -> None:
    await world.fill()
    await world.rotate()
    await world.bucket.put(world.store, "new", random_bytes(300_000, 5))
    old, new = await stats.by_key(world.db)
    assert (old.name, old.number, old.is_current) == (STORE, 1, False)
    assert (new.name, new.number, new.is_current) == (STORE, 2, True)
    assert old.stored_bytes > 3_000_000
    assert 300_000 < new.stored_bytes < 310_000
    assert old.chunks + new.chunks == await count(world.db, "chunks")


async def test_bytes_that_are_not_those_of_their_digest_are_not_sealed_anew(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Their checksum and the tag of their encryption match: they were wrong before."""
    with monkeypatch.context() as patched:
        patched.setattr(codec, "_compressed", lambda plain, compress: (codec.RAW, bytes(len(plain))))
        await world.bucket.put(world.store, "bad", random_bytes(200_000, 77), FIXED)
        await world.bucket.put(world.store, "bad row", random_bytes(200, 78))
    await world.fill()
    bad = await world.db.fetch("SELECT * FROM chunks WHERE codec = 0 ORDER BY id LIMIT 4")
    await world.rotate()
    await rekeying.leave(world.db, STORE)
    with pytest.raises(Damaged, match="cannot be read, and keep their keys"):
        await world.reencrypt()
    assert (await world.used())[1] == len(bad) + 1
    assert await world.db.fetch("SELECT * FROM chunks WHERE key_id = 1 AND pack_id IS NOT NULL") == bad
    assert not await rekeying.remove(world.db, 1)


@pytest.mark.parametrize("at", ["compact.chosen", "compact.synced", "compact.published", "reencrypt.turned"])
async def test_a_run_that_is_broken_off_is_gone_on_with(world: World, at: str) -> None:
    await world.fill()
    await world.rotate()
    await rekeying.leave(world.db, STORE)
    there = asyncio.Event()

    async def hold(point: str) -> None:
        if point == at:
            there.set()
            await asyncio.Event().wait()

    pauses.install(hold)
    task = asyncio.create_task(world.reencrypt())
    await there.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    pauses.install(None)
    assert not await rekeying.remove(world.db, 1)
    await world.reencrypt()
    assert await rekeying.remove(world.db, 1)
    await world.collected()
    assert await world.whole()


async def test_rows_that_go_while_they_are_encrypted_anew(world: World) -> None:
    await world.fill()
    await world.rotate()
    await rekeying.leave(world.db, STORE)

    async def delete(point: str) -> None:
        if point == "reencrypt.turned":
            pauses.install(None)
            await world.bucket.delete("small")
            await world.collected()

    pauses.install(delete)
    assert (await world.reencrypt()).counts["rows"] == 1
    assert await rekeying.remove(world.db, 1)
    assert await world.bucket.get(world.store, "some") == DATA["some"]


async def test_who_has_not_heard_of_it_is_refused_until_it_has(world: World) -> None:
    """A gateway that still has an old version writes nothing by it once that is gone."""
    await world.fill()
    stale = await open_store(world.db, world.backend)
    await world.rotate()
    await rekeying.leave(world.db, STORE)
    await world.reencrypt()
    assert await rekeying.remove(world.db, 1)
    for size in (100, 1_000_000):
        with pytest.raises(Unavailable):
            await world.bucket.put(stale, "late", random_bytes(size, 3))
        assert await world.bucket.get(world.store, "late") is None
    await stale.follow_keys()
    for size in (100, 1_000_000):
        await world.bucket.put(stale, "late", random_bytes(size, 3))
        assert await world.bucket.get(world.store, "late") == random_bytes(size, 3)
    assert set(await world.used()) == {2}
    await stale.close()


async def test_what_is_being_written_is_waited_for(world: World) -> None:
    """An open pack of a gateway that has not heard of the rotation cannot be compacted; the run says so."""
    await world.fill()
    assert await keys.rotate(world.db, STORE, MASTER)
    await rekeying.leave(world.db, STORE)
    async with world.reencryptor() as job:
        with pytest.raises(Unavailable, match="still being written under keys 1"):
            await job.run(Progress())
        assert await rekeying.versions(world.db) == {1: "leaving", 2: "current"}
        await world.store.follow_keys()
        await world.store._leases.settle()
        await job.run(Progress())
    assert await rekeying.remove(world.db, 1)


async def test_ordinary_compaction_leaves_them_on_its_way(world: World) -> None:
    await world.bucket.put(world.store, "stays", random_bytes(1_000_000), FIXED)
    await world.bucket.put(world.store, "goes", random_bytes(2_000_000, 1), FIXED)
    await world.bucket.delete("goes")
    await world.collected()
    await world.rotate()
    await rekeying.leave(world.db, STORE)
    async with world.reencryptor() as job:
        await job.compactor.run(Progress())
    assert set(await world.used()) == {2}


async def test_without_the_master_key_frames_move_as_they_are(world: World) -> None:
    await world.bucket.put(world.store, "stays", random_bytes(1_000_000), FIXED)
    await world.bucket.put(world.store, "goes", random_bytes(2_000_000, 1), FIXED)
    await world.bucket.delete("goes")
    await world.collected()
    await world.rotate()
    await rekeying.leave(world.db, STORE)
    async with compacting(world.db, {1: world.backend}, replace(Settings(), job_rest=0.0)) as compactor:
        await compactor.run(progress := Progress())
    assert progress.counts["packs"] == 1
    assert set(await world.used()) == {1}
    assert await world.bucket.get(world.store, "stays") == random_bytes(1_000_000)


async def test_many_rows(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """More than one look takes, with gaps between their ids."""
    monkeypatch.setattr(rekeying, "_ROWS", 3)
    monkeypatch.setattr(rekeying, "_SPAN", 10)
    for number in range(40):
        await world.bucket.put(world.store, f"k{number}", b"row %d" % number)
    await world.bucket.delete(*(f"k{number}" for number in range(5, 30)))
    await world.collected()
    await world.rotate()
    await rekeying.leave(world.db, STORE)
    assert (await world.reencrypt()).counts["rows"] == 15
    assert await world.used() == {2: 15}
    for number in (*range(5), *range(30, 40)):
        assert await world.bucket.get(world.store, f"k{number}") == b"row %d" % number


def test_a_key_is_not_left_for_one_of_another_kind() -> None:
    """It is refused rather than given another length, which no row would know."""
    store = UUID(int=5)
    old, new = DataKey(1, 0, store, bytes(32)), DualKey(2, 0, store, bytes(64))
    built = build_frame([FrameChunk(0, old.digest(b"x"), b"x")], False, old)
    frame = parse_frame(built.buffers[0], 0)
    assert frame is not None
    copy = _Copy(1, frame.payload_offset, bytes(built.buffers[0]), bytes(built.buffers[1]), [])
    with pytest.raises(Damaged, match="not of one kind"):
        _turned(copy, frame, old, new)
