"""What nothing names goes, what is named stays; and it costs what was deleted."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from s3gw.backends.disk import Disk
from s3gw.config import Margins
from s3gw.db import objects, uploads
from s3gw.db.pool import Database
from s3gw.db.records import Properties
from s3gw.errors import Unavailable
from s3gw.jobs.collect import Collector, Freed, collect_now
from s3gw.jobs.job import Progress
from s3gw.storage.store import Store
from tests.invariants import check_store
from tests.stores import CDC, FIXED, Keys, blocks_of, count, open_store, random_bytes

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


async def test_nothing_to_collect(database: Database, store: Store, disk: Disk) -> None:
    assert await collect_now(database, {1: disk}, Margins()) == Freed()


async def test_deleted_objects_go_and_the_rest_stays(database: Database, store: Store, disk: Disk) -> None:
    keys = await Keys.create(database)
    shared = random_bytes(MIB, 1)
    await keys.put(store, "kept", shared + random_bytes(MIB, 2), FIXED)
    await keys.put(store, "gone", shared + random_bytes(MIB, 3), FIXED)
    await keys.put(store, "small", random_bytes(100, 4))
    await keys.delete("gone", "small")
    freed = await collect_now(database, {1: disk}, Margins())
    assert freed == Freed(bodies=2, manifests=1, chunks=17, bytes=100)
    assert await check_store(database, {1: disk}) == []
    assert await keys.get(store, "kept") == shared + random_bytes(MIB, 2)
    await keys.delete("kept")
    freed = await collect_now(database, {1: disk}, Margins())
    assert (freed.chunks, freed.packs, freed.blobs) == (32, 1, 1)
    assert await check_store(database, {1: disk}) == []
    assert [info async for info in disk.list()] == []


async def test_overwritten_objects_go(database: Database, store: Store, disk: Disk) -> None:
    keys = await Keys.create(database)
    for turn in range(5):
        await keys.put(store, "key", random_bytes(300 * KIB, turn))
        await keys.put(store, "small", random_bytes(300, turn))
    await collect_now(database, {1: disk}, Margins())
    assert await check_store(database, {1: disk}) == []
    assert await count(database, "manifests") == 1
    assert await keys.get(store, "key") == random_bytes(300 * KIB, 4)
    assert await keys.get(store, "small") == random_bytes(300, 4)


async def test_copies_keep_what_they_share(database: Database, store: Store, disk: Disk) -> None:
    keys = await Keys.create(database)
    await keys.put(store, "one", random_bytes(300 * KIB))
    assert await keys.copy("one", "two") is objects.Outcome.DONE
    await keys.delete("one")
    await collect_now(database, {1: disk}, Margins())
    assert await keys.get(store, "two") == random_bytes(300 * KIB)
    await keys.delete("two")
    await collect_now(database, {1: disk}, Margins())
    assert await check_store(database, {1: disk}) == []
    assert await count(database, "chunks") == await count(database, "packs") == 0


async def test_objects_of_parts(database: Database, store: Store, disk: Disk) -> None:
    keys = await Keys.create(database)
    upload_id = await uploads.create(database, keys.bucket_id, "key", keys.account_id, Properties())
    assert upload_id is not None
    bodies = [random_bytes(700 * KIB, 1), random_bytes(100, 2), bytes(300 * KIB), random_bytes(200 * KIB, 3)]
    for number, body in enumerate([*bodies, random_bytes(90 * KIB, 9)], 1):
        draft = await store.write(blocks_of(body), FIXED)
        await uploads.put_part(database, upload_id, number, draft, f"etag{number}", {})
    upload = await uploads.get(database, keys.bucket_id, "key", upload_id)
    assert upload is not None
    chosen = [(number, f"etag{number}") for number in range(1, 5)]
    done = await uploads.complete(database, upload, keys.account_id, chosen, "etag", {}, {})
    assert done.outcome is objects.Outcome.DONE
    await collect_now(database, {1: disk}, Margins())
    assert await keys.get(store, "key") == b"".join(bodies)
    found = await objects.get(database, keys.bucket, "key")
    assert found.version is not None
    whole = b"".join(bodies)
    chosen_at_random = random.Random(4)
    for _ in range(20):
        start = chosen_at_random.randrange(len(whole))
        length = min(len(whole) - start, chosen_at_random.choice((1, 80_000, MIB)))
        got = [bytes(block) async for block in store.read(found.version.body, start, length)]
        assert b"".join(got) == whole[start : start + length]
    assert await check_store(database, {1: disk}) == []
    await keys.delete("key")
    await collect_now(database, {1: disk}, replace(Margins(), completed_upload=0.0))
    assert await check_store(database, {1: disk}) == []
    for table in ("pieces", "object_parts", "manifests", "chunks", "uploads", "packs"):
        assert await count(database, table) == 0


async def test_margins_hold(database: Database, store: Store, disk: Disk) -> None:
    keys = await Keys.create(database)
    await keys.put(store, "key", random_bytes(300 * KIB))
    found = await objects.get(database, keys.bucket, "key")
    assert found.version is not None
    await keys.delete("key")
    assert await collect_now(database, {1: disk}, Margins(), grace=1000) == Freed()
    reading = [bytes(block) async for block in store.read(found.version.body, 0, 300 * KIB)]
    assert b"".join(reading) == random_bytes(300 * KIB)
    await Collector(database, {1: disk}, replace(Margins(), reader=0)).run(Progress())
    assert await count(database, "packs") == 0
    assert await count(database, "tombstones") == 1
    assert len([info async for info in disk.list()]) == 1
    freed = await collect_now(database, {1: disk}, Margins())
    assert freed.blobs == 1
    assert await check_store(database, {1: disk}) == []


async def test_only_configured_backends_are_unlinked(database: Database, store: Store, disk: Disk) -> None:
    keys = await Keys.create(database)
    await keys.put(store, "key", random_bytes(300 * KIB))
    await keys.delete("key")
    assert (await collect_now(database, {}, Margins())).packs == 1
    assert await count(database, "tombstones") == 1
    assert (await collect_now(database, {1: disk}, Margins())).blobs == 1


async def test_unlinking_is_repeated_after_a_crash(database: Database, store: Store, disk: Disk) -> None:
    keys = await Keys.create(database)
    await keys.put(store, "key", random_bytes(300 * KIB))
    await keys.delete("key")
    await collect_now(database, {}, Margins())
    (name,) = [info.name async for info in disk.list()]
    await disk.delete(name)  # as if the process had died before it could say so
    await collect_now(database, {1: disk}, Margins())
    assert await check_store(database, {1: disk}) == []


async def test_many_bodies_in_batches(database: Database, store: Store, disk: Disk) -> None:
    keys = await Keys.create(database)
    for number in range(400):
        await keys.put(store, f"k{number}", random_bytes(64, number))
    await keys.put(store, "large", random_bytes(6 * MIB), replace(FIXED, chunking="fixed-8k"))
    await keys.delete(*(f"k{number}" for number in range(400)), "large")
    freed = await collect_now(database, {1: disk}, Margins())
    assert (freed.bodies, freed.chunks) == (401, 400 + 768)
    assert await check_store(database, {1: disk}) == []


async def test_churn_with_a_collector_running(database: Database, store: Store, disk: Disk) -> None:
    keys = await Keys.create(database)
    expected: dict[str, bytes] = {}
    done = False

    async def collect() -> None:
        while not done:
            await collect_now(database, {1: disk}, Margins())

    async def churn(writer: int) -> None:
        chosen = random.Random(writer)
        for _ in range(25):
            key = f"{writer}/{chosen.randrange(3)}"
            match chosen.randrange(4):
                case 0:
                    await keys.delete(key)
                    expected.pop(key, None)
                case _:
                    # Few contents, so that what is collected is also what is written again.
                    data = random_bytes(chosen.choice((50, 150 * KIB, MIB)), chosen.randrange(4))
                    await keys.put(store, key, data, chosen.choice((CDC, FIXED)))
                    expected[key] = data

    collecting = [asyncio.create_task(collect()) for _ in range(2)]
    await asyncio.gather(*(churn(writer) for writer in range(8)))
    done = True
    await asyncio.gather(*collecting)
    for key, data in expected.items():
        assert await keys.get(store, key) == data
    await collect_now(database, {1: disk}, Margins())
    assert await check_store(database, {1: disk}) == []


class Stuck(Disk):
    """Cannot unlink one blob."""

    stuck = ""

    async def delete(self, name: str) -> None:
        if name == self.stuck:
            raise Unavailable("EIO")
        await super().delete(name)


async def test_a_blob_that_cannot_be_unlinked_holds_up_no_other(database: Database, tmp_path: Path) -> None:
    disk = Stuck(tmp_path / "packs")
    keys = await Keys.create(database)
    for number in range(3):
        async with open_store(database, disk) as store:
            await keys.put(store, f"k{number}", random_bytes(200 * KIB, number))
    disk.stuck = sorted([info.name async for info in disk.list()])[0]
    await keys.delete("k0", "k1", "k2")
    assert (await collect_now(database, {1: disk}, Margins())).blobs == 2
    disk.stuck = ""
    assert (await collect_now(database, {1: disk}, Margins())).blobs == 1
    assert await check_store(database, {1: disk}) == []
    await disk.close()
