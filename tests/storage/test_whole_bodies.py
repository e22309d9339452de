"""Bodies that are kept in memory until the statement that publishes them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from s3gw import pauses
from s3gw.backends.base import Buffer
from s3gw.backends.faults import Fault, FaultyBackend
from s3gw.backends.memory import Memory
from s3gw.config import Margins
from s3gw.db.pool import Database
from s3gw.db.records import Draft
from s3gw.errors import OutOfSpace
from s3gw.jobs.collect import collect_now
from s3gw.storage import whole
from s3gw.storage.presets import PRESETS
from s3gw.storage.store import Layout, Store
from tests.invariants import check_store
from tests.stores import CDC, FIXED, Keys, blocks_of, count, open_store, random_bytes

KIB, MIB = 1 << 10, 1 << 20
FIXED_TEXT = Layout("fixed-64k", hints=False, compression=True, domain_id=0)
TEXT = Layout("cdc-256k", hints=True, compression=True, domain_id=0)


@pytest.fixture
def backend() -> FaultyBackend:
    return FaultyBackend(Memory())


@pytest.fixture
async def store(database: Database, backend: FaultyBackend) -> AsyncIterator[Store]:
    async with open_store(database, backend) as opened:
        yield opened


async def clean(database: Database, store: Store, backend: FaultyBackend) -> None:
    """Nothing is left behind."""
    await store._packs.close()
    await collect_now(database, {1: backend}, Margins())
    assert await check_store(database, {1: backend}) == []


@pytest.mark.parametrize("preset", PRESETS)
async def test_bodies_come_back(
    database: Database, store: Store, backend: FaultyBackend, preset: str
) -> None:
    keys = await Keys.create(database)
    layout = Layout(preset, hints=False, compression=True, domain_id=0)
    for size in (1, 9 * KIB, 16 * KIB, 16 * KIB + 1, 64 * KIB, 200_001, MIB):
        data = random_bytes(size, size)
        assert await keys.put_whole(store, "key", data, layout) == 0
        assert await keys.get(store, "key") == data
    assert await count(database, "manifests WHERE lease_until IS NOT NULL") == 0
    await clean(database, store, backend)


async def test_what_is_stored_is_not_stored_again(
    database: Database, store: Store, backend: FaultyBackend
) -> None:
    keys = await Keys.create(database)
    data = random_bytes(640 * KIB)
    await keys.put(store, "streamed", data, FIXED)
    chunks, appended = await count(database, "chunks"), store.commits.bytes
    await keys.put_whole(store, "whole", data, FIXED)
    await keys.put_whole(store, "more", data + random_bytes(64 * KIB, 1), FIXED)
    assert await count(database, "chunks") == chunks + 1
    assert store.commits.bytes - appended < 70 * KIB
    assert await keys.get(store, "whole") == data
    await clean(database, store, backend)


async def test_zeros_take_no_chunks(database: Database, store: Store, backend: FaultyBackend) -> None:
    keys = await Keys.create(database)
    head, tail = random_bytes(64 * KIB, 1), random_bytes(64 * KIB, 2)
    for number, data in enumerate(
        (bytes(MIB), head + bytes(256 * KIB) + tail, bytes(128 * KIB) + head, tail + bytes(128 * KIB))
    ):
        await keys.put_whole(store, f"key{number}", data, FIXED)
        assert await keys.get(store, f"key{number}") == data
    assert await count(database, "chunks") == 2
    assert await count(database, "manifest_chunks WHERE chunk_id IS NULL") == 4
    await clean(database, store, backend)


async def test_what_shrinks_enough_stays_in_the_database(
    database: Database, store: Store, backend: FaultyBackend
) -> None:
    keys = await Keys.create(database)
    data = b"the same line again and again\n" * 3000
    await keys.put_whole(store, "one chunk", data, TEXT)
    await keys.put_whole(store, "several", data + b"end", FIXED_TEXT)
    assert store.commits.groups == 0
    assert await keys.get(store, "one chunk") == data
    assert await keys.get(store, "several") == data + b"end"
    await clean(database, store, backend)


async def test_a_chunk_that_others_store_is_waited_for(
    database: Database, store: Store, backend: FaultyBackend
) -> None:
    """The second of two that bring the same takes the way of longer bodies, and stores nothing."""
    keys = await Keys.create(database)
    data = random_bytes(300 * KIB)
    await asyncio.gather(*(keys.put_whole(store, f"key{number}", data, FIXED) for number in range(4)))
    assert store.commits.bytes < 320 * KIB
    for number in range(4):
        assert await keys.get(store, f"key{number}") == data
    await clean(database, store, backend)


async def test_a_pack_that_is_condemned_before_the_publication(
    database: Database, store: Store, backend: FaultyBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = await Keys.create(database)
    data = random_bytes(300 * KIB)

    async def condemn(name: str) -> None:
        if name == "whole.safe":
            await database.execute("UPDATE packs SET lease_until = now() - interval '1 second'")
            await collect_now(database, {1: backend}, Margins())

    monkeypatch.setattr(pauses, "reach", condemn)
    assert await keys.put_whole(store, "key", data, FIXED) == 1
    assert await keys.get(store, "key") == data
    await clean(database, store, backend)


async def test_a_body_that_breaks_off_leaves_nothing(
    database: Database, store: Store, backend: FaultyBackend
) -> None:
    keys = await Keys.create(database)
    data = random_bytes(100 * KIB)

    async def wrong_at_the_end() -> AsyncIterator[Buffer]:
        yield data
        raise ConnectionError("the digests differ")

    for _ in range(40):  # more than the process would let store at once, if it kept anything
        with pytest.raises(ConnectionError):
            async with store.drafting(wrong_at_the_end(), CDC, len(data)):
                raise AssertionError("there is no draft")
        with pytest.raises(ValueError, match="announced"):
            async with store.drafting(blocks_of(data), CDC, len(data) + 1):
                raise AssertionError("there is no draft")
    assert await count(database, "chunks") == 0
    await keys.put_whole(store, "key", data)
    assert await keys.get(store, "key") == data
    await clean(database, store, backend)


async def test_a_failure_gives_back_what_was_held(
    database: Database, store: Store, backend: FaultyBackend
) -> None:
    keys = await Keys.create(database)
    data = random_bytes(whole.SHORT)
    fault = Fault("append", OutOfSpace("full"), count=None)
    backend.faults.append(fault)
    for _ in range(20):
        with pytest.raises(OutOfSpace):
            await keys.put_whole(store, "key", data)
    backend.faults.remove(fault)
    assert await keys.put_whole(store, "key", data) == 0
    assert await keys.get(store, "key") == data
    await clean(database, store, backend)


async def test_a_draft_that_is_not_published_leaves_dead_bytes_only(
    database: Database, store: Store, backend: FaultyBackend
) -> None:
    keys = await Keys.create(database)
    data = random_bytes(300 * KIB)
    async with store.drafting(blocks_of(data), FIXED, len(data)) as drafting:
        await store.discard(drafting.draft)
    assert await count(database, "chunks") == 0
    assert await keys.put_whole(store, "key", data, FIXED) == 0
    await clean(database, store, backend)


async def test_few_bodies_of_some_mib_are_kept_at_once(
    database: Database, store: Store, backend: FaultyBackend
) -> None:
    """The others are streamed, into leased manifests, as all longer ones."""
    size = 12 * MIB
    bodies = [random_bytes(size, number) for number in range(5)]
    begun, go_on = asyncio.Semaphore(0), asyncio.Event()

    async def slowly(data: bytes) -> AsyncIterator[Buffer]:
        yield data[:MIB]
        begun.release()
        await go_on.wait()
        yield data[MIB:]

    async def draft_of(data: bytes) -> Draft:
        async with store.drafting(slowly(data), CDC, size) as drafting:
            return drafting.draft

    tasks = []
    for data in bodies:
        tasks.append(asyncio.create_task(draft_of(data)))
        await begun.acquire()
    go_on.set()
    drafts = await asyncio.gather(*tasks)
    assert [draft.whole is not None for draft in drafts] == [True] * 4 + [False]
    await store.discard(drafts[-1])
