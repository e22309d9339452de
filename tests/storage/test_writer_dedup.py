"""What is stored already is not stored again."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from s3gw.backends.disk import Disk
from s3gw.config import Settings
from s3gw.db.pool import Database
from s3gw.storage.store import Store
from tests.stores import CDC, FIXED, Keys, blocks_of, count, open_store, random_bytes, read_all

KIB, MIB = 1 << 10, 1 << 20


@pytest.fixture
async def disk(tmp_path: Path) -> AsyncIterator[Disk]:
    opened = Disk(tmp_path / "packs")
    yield opened
    await opened.close()


@pytest.fixture
async def store(database: Database, disk: Disk) -> AsyncIterator[Store]:
    async with open_store(database, disk) as opened:
        yield opened


async def _bytes_on(disk: Disk) -> int:
    return sum([info.size async for info in disk.list()])


async def test_the_same_again_writes_nothing(database: Database, store: Store, disk: Disk) -> None:
    keys = await Keys.create(database)
    data = random_bytes(3 * MIB)
    await keys.put(store, "one", data)
    before = await _bytes_on(disk), await count(database, "chunks"), store.commits.groups
    await keys.put(store, "two", data)
    assert (await _bytes_on(disk), await count(database, "chunks"), store.commits.groups) == before
    assert await keys.get(store, "two") == data


async def test_the_same_chunk_within_one_upload_is_stored_once(
    database: Database, store: Store, disk: Disk
) -> None:
    data = random_bytes(64 * KIB) * 200
    draft = await store.write(blocks_of(data), FIXED)
    assert await count(database, "chunks") == 1
    assert await count(database, "manifest_chunks") == 200
    assert await _bytes_on(disk) < 80 * KIB
    assert await read_all(store, draft) == data


async def test_uploads_at_once_store_what_they_share_once(
    database: Database, store: Store, disk: Disk
) -> None:
    data = random_bytes(5 * MIB)
    drafts = await asyncio.gather(*(store.write(blocks_of(data), CDC) for _ in range(6)))
    assert await _bytes_on(disk) < 5.2 * MIB
    for draft in drafts:
        assert await read_all(store, draft) == data


async def test_zeros_are_holes(database: Database, store: Store, disk: Disk) -> None:
    data = bytes(10 * MIB)
    draft = await store.write(blocks_of(data), FIXED)
    assert await count(database, "chunks") == 0
    assert await count(database, "manifest_chunks") == 1
    assert await _bytes_on(disk) == 0
    assert await read_all(store, draft) == data
    mixed = bytes(256 * KIB) + random_bytes(64 * KIB) + bytes(128 * KIB)
    draft = await store.write(blocks_of(mixed), FIXED)
    assert await count(database, "manifest_chunks") == 1 + 3
    assert await read_all(store, draft) == mixed


@pytest.mark.parametrize("size", [1, 4096, 8192])
async def test_small_bodies_touch_nothing_until_they_are_published(
    database: Database, store: Store, disk: Disk, size: int
) -> None:
    draft = await store.write(blocks_of(random_bytes(size)), CDC)
    assert draft.inline is not None
    assert draft.manifest_id is None
    assert await count(database, "chunks") == await count(database, "manifests") == 0
    keys = await Keys.create(database)
    await keys.publish("key", draft)
    assert await keys.get(store, "key") == random_bytes(size)
    assert await _bytes_on(disk) == 0


async def test_what_compresses_well_is_small(store: Store) -> None:
    assert (await store.write(blocks_of(b"all the same " * 5000), CDC)).inline is not None
    assert (await store.write(blocks_of(random_bytes(8193)), CDC)).inline is None


async def test_a_small_change_stays_in_rows(database: Database, store: Store, disk: Disk) -> None:
    data = random_bytes(4 * MIB)
    keys = await Keys.create(database)
    await keys.put(store, "monday", data, FIXED)
    before = await _bytes_on(disk)
    await keys.put(store, "tuesday", data + b"appended", FIXED)
    assert await _bytes_on(disk) == before
    assert await database.fetchval("SELECT count(*) FROM chunks WHERE data IS NOT NULL") == 1
    assert await keys.get(store, "tuesday") == data + b"appended"


async def test_packs_are_sealed_when_full(database: Database, disk: Disk) -> None:
    data = random_bytes(40 * MIB)
    async with open_store(database, disk, Settings()) as store:
        draft = await store.write(blocks_of(data), CDC)
        assert await read_all(store, draft) == data
    rows = await database.fetch(
        "SELECT p.size, r.name, lease_until FROM packs p JOIN replicas r ON r.pack_id = p.id"
    )
    assert [row for row in rows if row["lease_until"] is not None] == []
    assert all(row["size"] <= 32 * MIB for row in rows)
    assert sorted(row["name"].hex for row in rows) == sorted([info.name async for info in disk.list()])
    assert 2 <= len(rows) <= 3


async def test_uploads_that_wait_share_a_sync(store: Store) -> None:
    bodies = [random_bytes(100 * KIB, seed) for seed in range(40)]
    drafts = await asyncio.gather(*(store.write(blocks_of(body), CDC) for body in bodies))
    assert store.commits.groups < 20
    assert [await read_all(store, draft) for draft in drafts] == bodies
