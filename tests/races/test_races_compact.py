"""Compaction against those who use, add or delete what it moves, in every order of their steps."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from s3gw import pauses
from s3gw.backends.memory import Memory
from s3gw.config import Margins, Settings
from s3gw.db import collection, compaction
from s3gw.db.pool import Database
from s3gw.jobs.collect import Collector, collect_now
from s3gw.jobs.compact import Compactor, compacting
from s3gw.jobs.job import Progress
from s3gw.storage.store import Store
from tests.invariants import check_store
from tests.races.interleave import Check, Sessions, every_order
from tests.stores import FIXED, Keys, open_store, random_bytes

KIB = 1 << 10
WITHOUT = Margins(reader=0, tombstone=0, sighting=0, completed_upload=0)
COMPACTING = ("compact.chosen", "compact.synced", "compact.repointed", "compact.published")
COLLECTING = (
    "collect.chunks-locked",
    "collect.chunks-deleted",
    "collect.packs-locked",
    "collect.packs-deleted",
)
WRITING = ("put.pinned", "put.synced", "put.resolved", "put.inserted")
STEPS = (*COMPACTING, "pack.registered", "pack.opened", "pack.synced")

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
async def store(database: Database, memory: Memory) -> AsyncIterator[Store]:
    async with open_store(database, memory) as opened:
        yield opened


@pytest.fixture
async def compactor(database: Database, memory: Memory, store: Store) -> AsyncIterator[Compactor]:
    async with compacting(database, {1: memory}, replace(Settings(), job_rest=0.0)) as opened:
        yield opened


class Scene:
    """A pack of which half is to be moved, and what must hold afterwards."""

    def __init__(self, database: Database, memory: Memory, keys: Keys, store: Store) -> None:
        self.database = database
        self.memory = memory
        self.keys = keys
        self.store = store

    async def lay(self, number: int) -> dict[str, bytes]:
        """Two objects that live in a sealed pack of which the rest is dead."""
        data = {key: random_bytes(70 * KIB, 10 * number + at) for at, key in enumerate("abcde")}
        for key, content in data.items():
            await self.keys.put(self.store, key, content, FIXED)
        await self.store._packs.close()
        await self.keys.delete("c", "d", "e")
        await self.collect()
        return {key: data[key] for key in "ab"}

    async def victims(self) -> list[compaction.Occupancy]:
        """Every sealed pack in which something lives."""
        found = await compaction.judge(self.database, await compaction.sealed_packs(self.database, 0))
        return [pack for pack in found if pack.live]

    async def collect(self) -> None:
        """A whole round."""
        await Collector(self.database, {1: self.memory}, WITHOUT).run(Progress())

    async def collect_queue(self) -> None:
        """What is left of a round once manifests are gone."""
        collector = Collector(self.database, {1: self.memory}, WITHOUT)
        await collector._queue(Progress(), "chunks", collection.collect_chunks)
        await collector._queue(Progress(), "packs", collection.collect_packs)
        await collector._unlink(Progress())

    async def queue_chunks(self, *keys: str) -> None:
        """Delete objects, and bring them so far that their chunks are candidates."""
        await self.keys.delete(*keys)
        while await collection.drop_trash(self.database, 0):
            pass
        await Collector(self.database, {1: self.memory}, WITHOUT)._queue(
            Progress(), "manifests", collection.collect_manifests
        )

    async def clean(self, compactor: Compactor) -> None:
        """Nothing is broken, and nothing is left once all is deleted and collected."""
        await self.keys.delete("a", "b", "new")
        await self.store._packs.close()
        await compactor.packs.close()
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


@pytest.mark.slow
async def test_an_upload_that_finds_its_chunks_in_a_pack_that_moves(
    scene: Scene, store: Store, compactor: Compactor
) -> None:
    async def prepare(number: int) -> tuple[Sessions, Check]:
        kept = await scene.lay(number)
        victims = await scene.victims()

        async def put() -> None:
            await scene.keys.put(store, "new", kept["a"] + kept["b"], FIXED)

        async def move() -> None:
            await compactor.compact(victims, {}, Progress())

        async def check(results: list[Any]) -> None:
            _raise(results)
            await scene.collect()
            assert await scene.keys.get(store, "new") == kept["a"] + kept["b"]
            for key, content in kept.items():
                assert await scene.keys.get(store, key) == content
            await scene.clean(compactor)

        return [("put", put, WRITING), ("compact", move, COMPACTING)], check

    assert await every_order(scene.database, prepare) > 10


@pytest.mark.slow
async def test_chunks_that_are_deleted_while_they_move(
    scene: Scene, store: Store, compactor: Compactor
) -> None:
    async def prepare(number: int) -> tuple[Sessions, Check]:
        kept = await scene.lay(number)
        victims = await scene.victims()
        await scene.queue_chunks("a")

        async def move() -> None:
            await compactor.compact(victims, {}, Progress())

        async def check(results: list[Any]) -> None:
            _raise(results)
            assert await scene.keys.get(store, "b") == kept["b"]
            await scene.collect()
            assert await scene.keys.get(store, "b") == kept["b"]
            await scene.clean(compactor)

        return [("collect", scene.collect_queue, COLLECTING), ("compact", move, COMPACTING)], check

    assert await every_order(scene.database, prepare) > 10


@pytest.mark.slow
async def test_two_compactors_and_a_collector(
    scene: Scene, store: Store, compactor: Compactor, memory: Memory
) -> None:
    async with compacting(scene.database, {1: memory}, replace(Settings(), job_rest=0.0)) as other:

        async def prepare(number: int) -> tuple[Sessions, Check]:
            kept = await scene.lay(number)
            victims = await scene.victims()

            async def move() -> None:
                await compactor.compact(victims, {}, Progress())

            async def move_too() -> None:
                await other.compact(victims, {}, Progress())

            async def check(results: list[Any]) -> None:
                _raise(results)
                for key, content in kept.items():
                    assert await scene.keys.get(store, key) == content
                await other.packs.close()
                await scene.clean(compactor)

            return [
                ("one", move, COMPACTING[1:3]),
                ("two", move_too, COMPACTING[1:3]),
                ("collect", scene.collect_queue, COLLECTING[2:]),
            ], check

        assert await every_order(scene.database, prepare) > 20


async def test_a_reader_with_old_rows_while_packs_go(
    scene: Scene, store: Store, compactor: Compactor
) -> None:
    async def prepare(number: int) -> tuple[Sessions, Check]:
        kept = await scene.lay(number)
        victims = await scene.victims()

        async def read() -> bytes | None:
            return await scene.keys.get(store, "a")

        async def move() -> None:
            await compactor.compact(victims, {}, Progress())
            await scene.collect_queue()

        async def check(results: list[Any]) -> None:
            _raise(results)
            assert results[0] == kept["a"]
            await scene.clean(compactor)

        return [("read", read, None), ("compact", move, None)], check

    assert await every_order(scene.database, prepare) >= 5


@pytest.mark.parametrize("point", STEPS)
async def test_cut_off_at_any_step(
    scene: Scene, store: Store, database: Database, memory: Memory, point: str
) -> None:
    """The process ends there, as by SIGKILL; its lease runs out, and another one does it all again."""
    kept = await scene.lay(1)
    victims = await scene.victims()

    class Killed(BaseException):
        pass

    async def die(reached: str) -> None:
        if reached == point:
            raise Killed

    quick = replace(Settings(), job_rest=0.0)
    async with compacting(database, {1: memory}, quick) as dying:
        pauses.install(die)
        try:
            with pytest.raises(BaseException, match=r"^$|closing"):
                await dying.compact(victims, {}, Progress())
        finally:
            pauses.install(None)
        await database.execute("UPDATE packs SET lease_until = now() WHERE lease_until IS NOT NULL")
        dying.packs._open._open = None
    await scene.collect()
    for key, content in kept.items():
        assert await scene.keys.get(store, key) == content
    async with compacting(database, {1: memory}, quick) as second:
        await second.compact(await scene.victims(), {}, Progress())
        await scene.collect()
        for key, content in kept.items():
            assert await scene.keys.get(store, key) == content
        await scene.clean(second)
