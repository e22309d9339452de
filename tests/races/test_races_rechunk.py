"""Cutting an object again against those who replace, delete, copy, read or collect it, in every order of
their steps; and cut off at each of its own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest

from s3gw import pauses
from s3gw.backends.memory import Memory
from s3gw.config import Margins
from s3gw.db import rechunk
from s3gw.db.objects import Outcome
from s3gw.db.pool import Database
from s3gw.jobs.collect import Collector, collect_now
from s3gw.jobs.job import Progress
from s3gw.jobs.rechunk import Rechunker
from s3gw.storage.store import Store
from tests.invariants import check_store
from tests.races.interleave import Check, Sessions, every_order
from tests.stores import FIXED, Keys, blocks_of, body_of, open_store, random_bytes

KIB = 1 << 10
WITHOUT = Margins(reader=0, tombstone=0, sighting=0, completed_upload=0)
CUTTING = ("rechunk.chosen", "rechunk.read", "rechunk.written", "rechunk.published")
WRITING = ("put.begun", "put.pinned", "put.synced", "put.resolved", "put.inserted")
COLLECTING = (
    "collect.trash-dropped",
    "collect.manifests-locked",
    "collect.manifests-deleted",
    "collect.chunks-locked",
    "collect.chunks-deleted",
)

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
async def store(database: Database, memory: Memory) -> AsyncIterator[Store]:
    async with open_store(database, memory) as opened:
        yield opened


class Scene:
    """An object of two parts that do not fit its bucket's preset."""

    def __init__(self, database: Database, memory: Memory, keys: Keys, store: Store) -> None:
        self.database, self.memory, self.keys, self.store = database, memory, keys, store

    async def lay(self, number: int) -> bytes:
        """Parts of 100 KiB, in a bucket of fixed-64k: the second has to be cut again."""
        data = random_bytes(200 * KIB, number)
        await self.database.execute(
            "UPDATE buckets SET chunking = 'fixed-64k', archive_hints = false, compression = false"
        )
        await self.database.execute("DELETE FROM rechunk_passes")
        pieces = await self.database.fetchval("SELECT nextval('pieces_ids')")
        for at in (0, 100 * KIB):
            draft = await self.store.write(blocks_of(data[at : at + 100 * KIB]), FIXED)
            await self.keys.publish(f"part{at}", draft)
            await self.database.execute(
                "INSERT INTO pieces VALUES ($1, $2, $3, NULL, 0, $4)",
                pieces,
                at,
                body_of(draft).manifest_id,
                100 * KIB,
            )
            await self.database.execute(
                "INSERT INTO object_parts VALUES ($1, $2, $3)", pieces, 1 + at // KIB // 100, 100 * KIB
            )
        await self.database.execute(
            """
            INSERT INTO objects (bucket_id, key, account_id, size, pieces_id, etag, parts_count)
            VALUES ($1, 'key', $2, $3, $4, 'e-2', 2)
            """,
            self.keys.bucket_id,
            self.keys.account_id,
            len(data),
            pieces,
        )
        await self.keys.delete("part0", f"part{100 * KIB}")
        await self.collect()
        return data

    def rechunker(self) -> Rechunker:
        return Rechunker(self.database, self.store)

    async def cut(self) -> dict[str, int]:
        """One run of the job; what it leaves to be tried again is done by the next."""
        progress = Progress()
        await self.rechunker().run(progress)
        return progress.counts

    async def collect(self) -> None:
        await Collector(self.database, {1: self.memory}, WITHOUT).run(Progress())

    async def cut_lengths(self) -> list[int]:
        row = await self.database.fetchrow("SELECT version_seq FROM objects WHERE key = 'key'")
        assert row is not None
        version = await rechunk.find(self.database, self.keys.bucket_id, "key", row["version_seq"])
        assert version is not None
        return [cell.length // KIB async for cell in rechunk.cells(self.database, version.body, 0)]

    async def clean(self, *keys: str) -> None:
        """Nothing is broken, and nothing is left once all is deleted and collected."""
        await self.cut()
        await self.store._packs.close()
        await collect_now(self.database, {1: self.memory}, Margins())
        assert await check_store(self.database, {1: self.memory}) == []
        await self.keys.delete("key", "copy", "new", *keys)
        await collect_now(self.database, {1: self.memory}, Margins())
        assert await check_store(self.database, {1: self.memory}) == []
        assert [info async for info in self.memory.list()] == []


@pytest.fixture
async def scene(database: Database, memory: Memory, store: Store) -> Scene:
    return Scene(database, memory, await Keys.create(database), store)


def _raise(results: list[Any]) -> None:
    for result in results:
        if isinstance(result, BaseException):
            raise result


Other = Callable[[Scene, bytes], Awaitable[Any]]


async def _overwrite(scene: Scene, data: bytes) -> None:
    await scene.keys.put(scene.store, "key", data[: 70 * KIB], FIXED)


async def _delete(scene: Scene, data: bytes) -> None:
    await scene.keys.delete("key")


async def _copy(scene: Scene, data: bytes) -> None:
    outcome = await scene.keys.copy("key", "copy")
    if outcome is Outcome.SOURCE_GONE:
        outcome = await scene.keys.copy("key", "copy")
    assert outcome is Outcome.DONE


@pytest.mark.slow
@pytest.mark.parametrize("other", [_overwrite, _delete, _copy])
async def test_against_who_writes_and_a_collector(scene: Scene, other: Other) -> None:
    async def prepare(number: int) -> tuple[Sessions, Check]:
        data = await scene.lay(number)

        async def write() -> None:
            await other(scene, data)
            await scene.collect()

        async def check(results: list[Any]) -> None:
            _raise(results)
            after: dict[Other, bytes | None] = {_overwrite: data[: 70 * KIB], _delete: None, _copy: data}
            assert await scene.keys.get(scene.store, "key") == after[other]
            if other is _copy:
                await scene.cut()
                assert await scene.keys.get(scene.store, "copy") == data
            await scene.clean()

        points = ("put.pinned", "put.synced", "collect.trash-dropped", "collect.manifests-deleted")
        return [("cut", scene.cut, CUTTING), ("write", write, points)], check

    assert await every_order(scene.database, prepare) > 10


@pytest.mark.slow
async def test_a_collector_while_it_is_cut(scene: Scene) -> None:
    async def prepare(number: int) -> tuple[Sessions, Check]:
        data = await scene.lay(number)

        async def check(results: list[Any]) -> None:
            _raise(results)
            assert await scene.keys.get(scene.store, "key") == data
            await scene.clean()

        cutting = ("put.begun", "put.synced", "rechunk.written", "rechunk.published")
        return [("cut", scene.cut, cutting), ("collect", scene.collect, COLLECTING)], check

    assert await every_order(scene.database, prepare) >= 5


@pytest.mark.slow
async def test_two_at_once(scene: Scene) -> None:
    async def prepare(number: int) -> tuple[Sessions, Check]:
        data = await scene.lay(number)

        async def check(results: list[Any]) -> None:
            _raise(results)
            assert await scene.keys.get(scene.store, "key") == data
            assert await scene.cut_lengths() == [64, 64, 64, 8]
            await scene.clean()

        return [("one", scene.cut, CUTTING[1:3]), ("two", scene.cut, CUTTING[1:])], check

    assert await every_order(scene.database, prepare) >= 10


@pytest.mark.slow
async def test_a_reader_who_began_before(scene: Scene) -> None:
    """Until the reader margin it reads what the object was made of."""

    async def prepare(number: int) -> tuple[Sessions, Check]:
        data = await scene.lay(number)

        async def read() -> bytes | None:
            return await scene.keys.get(scene.store, "key")

        async def check(results: list[Any]) -> None:
            _raise(results)
            assert results[0] == data
            await scene.clean()

        return [("read", read, None), ("cut", scene.cut, None)], check

    assert await every_order(scene.database, prepare) >= 5


@pytest.mark.parametrize("point", [*CUTTING, *WRITING])
async def test_cut_off_at_any_step(scene: Scene, database: Database, point: str) -> None:
    """The process ends there, as by SIGKILL; its leases run out, and another one does it all again."""
    data = await scene.lay(1)

    class Killed(BaseException):
        pass

    reached = False

    async def die(at: str) -> None:
        nonlocal reached
        if at == point:
            reached = True
            raise Killed

    pauses.install(die)
    try:
        with pytest.raises(Killed):
            await scene.cut()
    finally:
        pauses.install(None)
    assert reached
    await database.execute("UPDATE manifests SET lease_until = now() WHERE lease_until IS NOT NULL")
    await scene.collect()
    assert await scene.keys.get(scene.store, "key") == data
    counts = await scene.cut()
    assert counts["checked"] == 1
    assert await scene.keys.get(scene.store, "key") == data
    assert await scene.cut_lengths() == [64, 64, 64, 8]
    parts = await database.fetch("SELECT size FROM object_parts ORDER BY part_number")
    await scene.clean()
    assert [row["size"] for row in parts[-2:]] == [100 * KIB] * 2
