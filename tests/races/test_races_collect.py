"""The collector against those who use what it collects, in every order of their steps."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest

from s3gw.backends.memory import Memory
from s3gw.config import Margins
from s3gw.db import collection, objects
from s3gw.db.pool import Database
from s3gw.errors import Unavailable
from s3gw.jobs.collect import Collector, collect_now
from s3gw.jobs.job import Progress
from s3gw.storage.store import Store
from tests.invariants import check_store
from tests.races.interleave import Check, Sessions, every_order
from tests.stores import CDC, FIXED, Keys, open_store, random_bytes

KIB = 1 << 10
WITHOUT = Margins(reader=0, tombstone=0, sighting=0, completed_upload=0)
COLLECTING = (
    "collect.chunks-locked",
    "collect.chunks-deleted",
    "collect.packs-locked",
    "collect.packs-deleted",
)
WRITING = ("put.pinned", "put.synced", "put.chunked", "put.resolved", "put.inserted")

pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
async def store(database: Database, memory: Memory) -> AsyncIterator[Store]:
    async with open_store(database, memory) as opened:
        yield opened


@pytest.fixture
async def other(database: Database, memory: Memory, store: Store) -> AsyncIterator[Store]:
    """Another gateway on the same database."""
    async with open_store(database, memory, instance=UUID(int=2)) as opened:
        yield opened


class Scene:
    """Sessions and what must hold after them."""

    def __init__(self, database: Database, memory: Memory, keys: Keys) -> None:
        self.database = database
        self.backends = {1: memory}
        self.keys = keys

    async def collect(self) -> None:
        """A whole round."""
        await Collector(self.database, self.backends, WITHOUT).run(Progress())

    async def collect_queue(self) -> None:
        """What is left of a round once manifests are gone."""
        collector = Collector(self.database, self.backends, WITHOUT)
        progress = Progress()
        await collector._queue(progress, "chunks", collection.collect_chunks)
        await collector._queue(progress, "packs", collection.collect_packs)
        await collector._unlink(progress)

    async def queue_chunks(self) -> None:
        """Bring deleted bodies so far that their chunks are candidates."""
        collector = Collector(self.database, self.backends, WITHOUT)
        while await collection.drop_trash(self.database, 0):
            pass
        await collector._queue(Progress(), "manifests", collection.collect_manifests)

    async def clean(self) -> None:
        """Nothing is broken, and nothing is left once everything is collected."""
        await collect_now(self.database, self.backends, Margins())
        # The gateways' own open packs may be empty: they are leased, and no violation.
        assert await check_store(self.database, self.backends) == []


@pytest.fixture
async def scene(database: Database, memory: Memory, store: Store) -> Scene:
    return Scene(database, memory, await Keys.create(database))


def _raise_unexpected(results: list[Any], *expected: type[Exception]) -> None:
    for result in results:
        if isinstance(result, BaseException) and not isinstance(result, expected):
            raise result


@pytest.mark.slow
async def test_a_put_that_finds_its_chunks_present(store: Store, scene: Scene) -> None:
    async def prepare(number: int) -> tuple[Sessions, Check]:
        data = random_bytes(100 * KIB, number)
        await scene.keys.put(store, "old", data, FIXED)
        await scene.keys.delete("old")
        await scene.queue_chunks()

        async def put() -> None:
            await scene.keys.put(store, "new", data, FIXED)

        async def check(results: list[Any]) -> None:
            _raise_unexpected(results)
            assert await scene.keys.get(store, "new") == data
            await scene.keys.delete("new")
            await scene.clean()

        return [("put", put, WRITING), ("collect", scene.collect_queue, COLLECTING)], check

    assert await every_order(scene.database, prepare) > 20


@pytest.mark.slow
async def test_a_whole_put_that_finds_its_chunks_present(store: Store, scene: Scene) -> None:
    """It holds nothing until it publishes: what was collected by then is stored again."""
    again = 0

    async def prepare(number: int) -> tuple[Sessions, Check]:
        data = random_bytes(100 * KIB, number)
        await scene.keys.put(store, "old", data, FIXED)
        await scene.keys.delete("old")
        await scene.queue_chunks()

        async def put() -> None:
            nonlocal again
            again += await scene.keys.put_whole(store, "new", data, FIXED)

        async def check(results: list[Any]) -> None:
            _raise_unexpected(results)
            assert await scene.keys.get(store, "new") == data
            await scene.keys.delete("new")
            await scene.clean()

        return [
            ("put", put, ("whole.known", "whole.safe")),
            ("collect", scene.collect_queue, COLLECTING),
        ], check

    assert await every_order(scene.database, prepare) > 10
    assert again > 0


async def test_a_small_put_that_finds_its_chunk_present(store: Store, scene: Scene) -> None:
    async def prepare(number: int) -> tuple[Sessions, Check]:
        data = random_bytes(500, number)
        await scene.keys.put(store, "old", data)
        await scene.keys.delete("old")
        await scene.queue_chunks()

        async def put() -> None:
            await scene.keys.put(store, "new", data)

        async def check(results: list[Any]) -> None:
            _raise_unexpected(results)
            assert await scene.keys.get(store, "new") == data
            await scene.keys.delete("new")
            await scene.clean()

        # The put is one statement.
        return [("put", put, ()), ("collect", scene.collect_queue, None)], check

    assert await every_order(scene.database, prepare) > 3


async def test_two_collectors(store: Store, scene: Scene) -> None:
    async def prepare(number: int) -> tuple[Sessions, Check]:
        shared = random_bytes(100 * KIB, number)
        await scene.keys.put(store, "old", shared, FIXED)
        await scene.keys.put(store, "kept", shared + b"more", FIXED)
        await scene.keys.delete("old")

        async def check(results: list[Any]) -> None:
            _raise_unexpected(results)
            assert await scene.keys.get(store, "kept") == shared + b"more"
            await scene.keys.delete("kept")
            await scene.clean()

        points = (
            "collect.trash-dropped",
            "collect.manifests-locked",
            "collect.chunks-locked",
            "collect.chunks-deleted",
        )
        return [("one", scene.collect, points), ("two", scene.collect, points)], check

    assert await every_order(scene.database, prepare) > 5


async def test_a_copy_of_what_is_deleted_and_collected(store: Store, scene: Scene) -> None:
    async def prepare(number: int) -> tuple[Sessions, Check]:
        data = random_bytes(100 * KIB, number)
        await scene.keys.put(store, "old", data, FIXED)
        found = await objects.get(scene.database, scene.keys.bucket, "old")
        assert found.version is not None
        body = found.version.body
        properties = found.version.properties

        async def copy() -> objects.Outcome:
            keys = scene.keys
            result = await objects.publish_copy(
                scene.database, keys.bucket_id, "new", keys.account_id, body, "etag", properties
            )
            return result.outcome

        async def delete() -> None:
            await scene.keys.delete("old")
            await scene.collect()

        async def check(results: list[Any]) -> None:
            _raise_unexpected(results)
            copied = await scene.keys.get(store, "new")
            assert copied == (data if results[0] is objects.Outcome.DONE else None)
            assert results[0] in (objects.Outcome.DONE, objects.Outcome.SOURCE_GONE)
            await scene.keys.delete("new")
            await scene.clean()

        # The copy is one statement.
        return [("copy", copy, ()), ("delete", delete, None)], check

    assert await every_order(scene.database, prepare) > 5


@pytest.mark.slow
async def test_two_gateways_with_the_same_new_chunks(store: Store, other: Store, scene: Scene) -> None:
    async def prepare(number: int) -> tuple[Sessions, Check]:
        data = random_bytes(100 * KIB, number)

        async def put(through: Store, key: str) -> None:
            await scene.keys.put(through, key, data, FIXED)

        async def check(results: list[Any]) -> None:
            _raise_unexpected(results)
            assert await scene.keys.get(other, "one") == data
            assert await scene.keys.get(store, "two") == data
            await scene.keys.delete("one", "two")
            await scene.clean()

        points = ("put.synced", "put.chunked", "put.inserted")
        return [
            ("one", lambda: put(store, "one"), points),
            ("two", lambda: put(other, "two"), points),
        ], check

    assert await every_order(scene.database, prepare) > 20


async def test_a_put_whose_lease_ran_out(store: Store, scene: Scene) -> None:
    async def prepare(number: int) -> tuple[Sessions, Check]:
        data = random_bytes(100 * KIB, number)

        async def put() -> None:
            await scene.keys.put(store, "key", data, CDC)

        async def reap() -> None:
            await scene.database.execute(
                "UPDATE manifests SET lease_until = '-infinity' WHERE lease_until IS NOT NULL"
            )
            await scene.collect()

        async def check(results: list[Any]) -> None:
            _raise_unexpected(results, Unavailable)
            lost = isinstance(results[0], Unavailable)
            assert await scene.keys.get(store, "key") == (None if lost else data)
            await scene.keys.delete("key")
            await store._leases.settle()
            await scene.clean()

        points = ("reap.manifests-locked", "collect.manifests-deleted", *COLLECTING[:2])
        return [("put", put, ("put.begun", *WRITING)), ("reap", reap, points)], check

    assert await every_order(scene.database, prepare) > 20
