"""Objects end as one PUT of them would have been cut, however they came; nothing else of them changes."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace

import pytest

from s3gw import pauses
from s3gw.backends.memory import Memory
from s3gw.config import Margins, Settings
from s3gw.db import buckets, bucket_chunking, objects, rechunk, uploads
from s3gw.db.pool import Database
from s3gw.db.records import Bucket, Properties
from s3gw.errors import Unavailable
from s3gw.jobs.collect import collect_now
from s3gw.jobs.job import Progress
from s3gw.jobs.rechunk import Rechunker
from s3gw.jobs.throttle import Throttle
from s3gw.storage.presets import PRESETS
from s3gw.storage.store import Layout, Store
from tests.invariants import check_store
from tests.stores import Keys, blocks_of, count, open_store, random_bytes

KIB, MIB = 1 << 10, 1 << 20


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
async def store(database: Database, memory: Memory) -> AsyncIterator[Store]:
    async with open_store(database, memory) as opened:
        yield opened


@pytest.fixture
async def keys(database: Database) -> Keys:
    return await Keys.create(database)


class World:
    """A bucket of some preset, and objects that come to it in parts."""

    def __init__(self, database: Database, memory: Memory, keys: Keys, store: Store) -> None:
        self.database, self.memory, self.keys, self.store = database, memory, keys, store
        self.rechunker = Rechunker(database, store, Throttle())

    async def bucket(self) -> Bucket:
        found = await buckets.get(self.database, self.keys.bucket)
        assert found is not None
        return found

    async def layout(self) -> Layout:
        found = await self.bucket()
        return Layout(found.chunking, found.archive_hints, False, 0)

    async def choose(self, chunking: str, hints: bool = False) -> None:
        """Another preset for the bucket."""
        wanted = bucket_chunking.Change(chunking=chunking, archive_hints=hints)
        assert await bucket_chunking.change(self.database, self.keys.bucket, wanted)

    async def put(self, key: str, data: bytes) -> None:
        """In one go."""
        await self.keys.put(self.store, key, data, await self.layout())

    async def upload(self, key: str, data: bytes, sizes: Sequence[int]) -> None:
        """In parts of these sizes, the last of which repeats."""
        db, bucket_id, account_id = self.database, self.keys.bucket_id, self.keys.account_id
        upload_id = await uploads.create(db, bucket_id, key, account_id, Properties())
        assert upload_id is not None
        upload = await uploads.get(db, bucket_id, key, upload_id)
        assert upload is not None
        at, number, layout = 0, 0, await self.layout()
        chosen: list[tuple[int, str]] = []
        while at < len(data):
            part = data[at : at + sizes[min(number, len(sizes) - 1)]]
            at, number = at + len(part), number + 1
            draft = await self.store.write(blocks_of(part), layout)
            await uploads.put_part(db, upload_id, number, draft, f"e{number}", {})
            chosen.append((number, f"e{number}"))
        result = await uploads.complete(db, upload, account_id, chosen, f"etag-{number}", {}, {})
        assert result.outcome is objects.Outcome.DONE

    async def run(self) -> dict[str, int]:
        """One run of the job, and what it counted."""
        progress = Progress()
        await self.rechunker.run(progress)
        return progress.counts

    async def collect(self) -> None:
        await self.store._packs.close()
        await collect_now(self.database, {1: self.memory}, Margins())

    async def unique(self) -> int:
        """Plain bytes of all chunks."""
        return int(await self.database.fetchval("SELECT coalesce(sum(length), 0) FROM chunks"))

    async def intact(self) -> None:
        await self.collect()
        assert await check_store(self.database, {1: self.memory}) == []
        assert await count(self.database, "rechunk_queue") == 0

    async def cuts(self, key: str) -> list[int]:
        """Lengths of the chunks of an object."""
        found = await objects.get(self.database, self.keys.bucket, key)
        assert found.version is not None
        return [cell.length async for cell in rechunk.cells(self.database, found.version.body, 0)]


@pytest.fixture
def world(database: Database, memory: Memory, keys: Keys, store: Store) -> World:
    return World(database, memory, keys, store)


async def three_ways(world: World, data: bytes, one: int, other: int) -> float:
    """Percent saved, once the data were put in one go and in parts of two sizes and the job ran."""
    await world.put("whole", data)
    await world.upload("one", data, [one])
    await world.upload("other", data, [other])
    await world.run()
    await world.collect()
    for key in ("whole", "one", "other"):
        assert await world.keys.get(world.store, key) == data
    cuts = await world.cuts("whole")
    assert await world.cuts("one") == cuts
    assert await world.cuts("other") == cuts
    return 100 * (1 - await world.unique() / (3 * len(data)))


@pytest.mark.parametrize("hints", [False, True])
@pytest.mark.parametrize("chunking", ["cdc-64k", "fixed-64k", "fixed-8k"])
async def test_parts_cost_nothing(world: World, chunking: str, hints: bool) -> None:
    await world.choose(chunking, hints)
    data = random_bytes(4 * MIB + 12345, 1)
    assert await three_ways(world, data, 800 * KIB, 500 * KIB + 7) == pytest.approx(100 * 2 / 3, abs=0.01)
    await world.intact()


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("chunking", list(PRESETS))
async def test_200_mib_by_parts_of_8_and_of_5_mib(world: World, chunking: str) -> None:
    await world.choose(chunking, hints=True)
    saved = await three_ways(world, random_bytes(200 * MIB, 2), 8 * MIB, 5 * MIB)
    assert abs(saved - 100 * 2 / 3) < 2
