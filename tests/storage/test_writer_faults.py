"""Uploads that fail leave nothing visible, and others unharmed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import replace
from uuid import UUID

import pytest

from s3gw import pauses
from s3gw.backends.base import Appender, Backend, Buffer, Space
from s3gw.backends.memory import Memory
from s3gw.config import Margins, Settings
from s3gw.db import collection, instances, manifests
from s3gw.db.pool import Database
from s3gw.errors import OutOfSpace, S3Error, Unavailable
from s3gw.jobs.collect import collect_now
from s3gw.storage.store import Store
from tests.invariants import check_store
from tests.stores import CDC, FIXED, INSTANCE, Keys, blocks_of, count, open_store, random_bytes, read_all

KIB, MIB = 1 << 10, 1 << 20


class Faulty(Memory):
    """Memory whose next appends fail on demand, after having written half."""

    def __init__(self) -> None:
        super().__init__()
        self.failures: list[Exception] = []
        self.full = False

    async def open(self, name: str) -> Appender:
        return FaultyAppender(self, await super().open(name))

    async def space(self) -> Space:
        return Space(100 * MIB, 0 if self.full else 50 * MIB)


class FaultyAppender(Appender):
    def __init__(self, owner: Faulty, appender: Appender) -> None:
        self._owner = owner
        self._appender = appender
        self.closed = False

    @property
    def alignment(self) -> int:
        return self._appender.alignment

    async def append(self, buffers: Sequence[Buffer]) -> int:
        assert not self.closed
        if self._owner.failures:
            await self._appender.append([bytes(buffers[0])[:10]])
            raise self._owner.failures.pop(0)
        return await self._appender.append(buffers)

    async def close(self) -> None:
        self.closed = True
        await self._appender.close()


@pytest.fixture
def backend() -> Faulty:
    return Faulty()


@pytest.fixture
async def store(database: Database, backend: Faulty) -> AsyncIterator[Store]:
    async with open_store(database, backend) as opened:
        yield opened


@pytest.fixture(autouse=True)
def no_hooks_left() -> AsyncIterator[None]:  # type: ignore[misc]
    yield
    pauses.install(None)


async def _collected(database: Database, store: Store, backend: Backend) -> list[str]:
    """What is wrong after a collection, once the gateway has started again."""
    await store.close()
    await instances.start(database, INSTANCE)
    backends = {1: backend}
    await collect_now(database, backends, Margins())
    return await check_store(database, backends)


async def _failing(data: bytes, error: Exception) -> AsyncIterator[memoryview]:
    async for block in blocks_of(data):
        yield block
    raise error


@pytest.mark.parametrize("size", [0, 100, 100 * KIB, 9 * MIB])
async def test_a_body_that_fails_leaves_nothing(
    database: Database, store: Store, backend: Faulty, size: int
) -> None:
    keys = await Keys.create(database)
    await keys.put(store, "kept", random_bytes(200 * KIB, 9))
    with pytest.raises(S3Error):
        await store.write(_failing(random_bytes(size), S3Error("BadDigest")), CDC)
    assert await _collected(database, store, backend) == []
    assert await count(database, "manifests") == 1


async def test_a_cancelled_upload_leaves_nothing(database: Database, store: Store, backend: Faulty) -> None:
    for point in ("put.begun", "put.pinned", "put.synced", "put.chunked", "put.resolved", "put.inserted"):
        reached = asyncio.Event()

        async def hold(name: str, point: str = point, reached: asyncio.Event = reached) -> None:
            if name == point:
                reached.set()
                await asyncio.Event().wait()

        pauses.install(hold)
        upload = asyncio.create_task(store.write(blocks_of(random_bytes(3 * MIB)), CDC))
        await reached.wait()
        upload.cancel()
        with pytest.raises(asyncio.CancelledError):
            await upload
        pauses.install(None)
    draft = await store.write(blocks_of(random_bytes(3 * MIB)), CDC)
    assert await read_all(store, draft) == random_bytes(3 * MIB)
    await store.discard(draft)
    assert await _collected(database, store, backend) == []
    assert await count(database, "packs") == await count(database, "manifests") == 0


@pytest.mark.parametrize("error", [OutOfSpace("full"), Unavailable("EIO"), OSError(5, "EIO")])
async def test_an_append_that_fails_fails_those_who_wait_and_drops_the_pack(
    database: Database, store: Store, backend: Faulty, error: Exception
) -> None:
    keys = await Keys.create(database)
    await keys.put(store, "before", random_bytes(200 * KIB, 1))
    backend.failures.append(error)
    with pytest.raises(type(error)):
        await store.write(blocks_of(random_bytes(200 * KIB, 2)), CDC)
    await keys.put(store, "after", random_bytes(200 * KIB, 3))
    assert await count(database, "packs") == 2
    assert await keys.get(store, "before") == random_bytes(200 * KIB, 1)
    assert await keys.get(store, "after") == random_bytes(200 * KIB, 3)
    assert await _collected(database, store, backend) == []


async def test_nothing_is_taken_below_the_reserve(store: Store, backend: Faulty) -> None:
    backend.full = True
    with pytest.raises(OutOfSpace):
        await store.write(blocks_of(b"tiny"), CDC)


async def test_an_upload_whose_lease_was_lost_fails(database: Database, store: Store) -> None:
    async def expire(name: str) -> None:
        if name == "put.synced":
            await database.execute("DELETE FROM manifests")

    pauses.install(expire)
    with pytest.raises(Unavailable):
        await store.write(blocks_of(random_bytes(200 * KIB)), CDC)


async def test_bytes_of_a_condemned_pack_are_written_again(
    database: Database, store: Store, backend: Faulty
) -> None:
    keys = await Keys.create(database)
    await keys.put(store, "old", random_bytes(200 * KIB, 1))
    await keys.delete("old")
    held: list[str] = []

    async def collect(name: str) -> None:
        if name == "put.synced" and not held:
            held.append(name)
            await collect_now(database, {1: backend}, Margins())
            assert await count(database, "packs") == 0

    pauses.install(collect)
    await keys.put(store, "new", random_bytes(200 * KIB, 2))
    assert held
    assert await keys.get(store, "new") == random_bytes(200 * KIB, 2)
    assert await _collected(database, store, backend) == []


async def test_leases_are_renewed_while_an_upload_runs(database: Database, backend: Faulty) -> None:
    margins = replace(Margins(), lease=0.3)
    async with open_store(database, backend, Settings(margins=margins)) as store:
        renewed = asyncio.Event()
        first: list[object] = []

        async def hold(name: str) -> None:
            if name == "put.inserted":
                first.append(await database.fetchval("SELECT max(lease_until) FROM manifests"))
                await renewed.wait()

        pauses.install(hold)
        upload = asyncio.create_task(store.write(blocks_of(random_bytes(200 * KIB)), FIXED))
        while not first or first[0] == await database.fetchval("SELECT max(lease_until) FROM manifests"):
            await asyncio.sleep(0)
        renewed.set()
        await upload


async def test_leases_end_with_their_epoch(database: Database, backend: Faulty) -> None:
    async with open_store(database, backend) as store:
        await store.write(blocks_of(random_bytes(200 * KIB)), FIXED)
        freed = await collect_now(database, {1: backend}, Margins())
        assert freed.uploads == 0
        await instances.start(database, UUID(int=77))
        assert (await collect_now(database, {1: backend}, Margins())).uploads == 0
        await instances.start(database, INSTANCE)
        freed = await collect_now(database, {1: backend}, Margins())
        assert (freed.uploads, freed.chunks, freed.packs, freed.blobs) == (1, 4, 1, 1)
        assert await check_store(database, {1: backend}) == []
        assert await collection.queue_end(database) == 0


async def test_a_condemned_pack_is_given_up_with_the_next_renewal(
    database: Database, store: Store, backend: Faulty
) -> None:
    keys = await Keys.create(database)
    await keys.put(store, "old", random_bytes(200 * KIB, 1))
    await keys.delete("old")
    freed = await collect_now(database, {1: backend}, Margins())
    assert freed.bytes > 200 * KIB
    await store._leases.renew()
    assert store._leases.packs == set()
    synced: list[str] = []

    async def count_syncs(name: str) -> None:
        if name == "pack.synced":
            synced.append(name)

    pauses.install(count_syncs)
    await keys.put(store, "new", random_bytes(200 * KIB, 2))
    assert len(synced) == 1
    assert await _collected(database, store, backend) == []


async def test_leases_are_let_go_though_the_database_was_away(
    database: Database, store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    draft = await store.write(blocks_of(random_bytes(200 * KIB)), FIXED)
    leases = store._leases
    assert leases.manifests == {draft.manifest_id}

    async def refuse(*_: object) -> None:
        raise Unavailable("away")

    with monkeypatch.context() as patched:
        patched.setattr(manifests, "renew", refuse)
        with pytest.raises(Unavailable):
            await leases.renew()
    await leases.renew()
    assert leases.manifests == set()


async def test_an_upload_that_is_cancelled_twice_is_not_kept(store: Store) -> None:
    pinned, stuck = asyncio.Event(), asyncio.Event()

    async def hold(name: str) -> None:
        if name == "put.pinned":
            pinned.set()
            try:
                await asyncio.Event().wait()
            finally:
                stuck.set()
                await asyncio.Event().wait()

    pauses.install(hold)
    upload = asyncio.create_task(store.write(blocks_of(random_bytes(12 * MIB)), CDC))
    await pinned.wait()
    assert store._leases.manifests
    upload.cancel()
    await stuck.wait()
    upload.cancel()
    with pytest.raises(asyncio.CancelledError):
        await upload
    assert store._leases.manifests == set()
