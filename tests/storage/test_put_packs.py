"""Packs for backends that cannot append: gathered, put whole, never under a name twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence

import pytest

from s3gw.backends.base import Buffer
from s3gw.backends.faults import Fault, FaultyBackend
from s3gw.backends.memory import Memory
from s3gw.config import Margins
from s3gw.db.pool import Database
from s3gw.errors import OutOfSpace, Unavailable
from s3gw.jobs.collect import collect_now
from s3gw.storage import put_packs
from s3gw.storage.store import Store
from tests.invariants import check_store
from tests.stores import CDC, FIXED, Keys, blocks_of, count, open_store, random_bytes, read_all

KIB, MIB = 1 << 10, 1 << 20


class PutOnly(Memory):
    """Memory that takes whole blobs, each name once, and notes their lengths."""

    appendable = False

    def __init__(self) -> None:
        super().__init__()
        self.lengths: list[int] = []
        self.most = self.now = 0

    async def put(self, name: str, buffers: Sequence[Buffer]) -> None:
        assert name not in self._blobs, "a name was used twice"
        self.now += 1
        self.most = max(self.most, self.now)
        await asyncio.sleep(0)
        self.lengths.append(sum(map(len, buffers)))
        await super().put(name, buffers)
        self.now -= 1


@pytest.fixture
def inner() -> PutOnly:
    return PutOnly()


@pytest.fixture
def backend(inner: PutOnly) -> FaultyBackend:
    return FaultyBackend(inner)


@pytest.fixture
async def store(database: Database, backend: FaultyBackend) -> AsyncIterator[Store]:
    async with open_store(database, backend) as opened:
        yield opened


async def settled(true: Callable[[], bool]) -> None:
    """Poll, since tasks tell nobody that they wait."""
    for _ in range(5000):
        if true():
            return
        await asyncio.sleep(0.002)
    raise AssertionError("did not come true")


async def test_a_stream_fills_packs(
    database: Database, store: Store, inner: PutOnly, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(put_packs, "LINGER", 60.0)  # however slowly the stream comes
    data = random_bytes(70 * MIB)
    draft = await store.write(blocks_of(data), CDC)
    assert await read_all(store, draft) == data
    assert len(inner.lengths) <= 7
    assert sum(length >= put_packs.FULL for length in inner.lengths) >= 3
    assert max(inner.lengths) < put_packs.FULL + 9 * MIB
    await store._packs.close()
    assert await count(database, "packs WHERE lease_until IS NULL AND size > 0") == len(inner.lengths)


async def test_uploads_share_a_pack(database: Database, store: Store, inner: PutOnly) -> None:
    bodies = [random_bytes(100 * KIB, number) for number in range(12)]
    drafts = await asyncio.gather(*(store.write(blocks_of(body), FIXED) for body in bodies))
    for draft, body in zip(drafts, bodies, strict=True):
        assert await read_all(store, draft) == body
    assert len(inner.lengths) < 12
    assert sum(inner.lengths) > 1200 * KIB


async def test_packs_go_up_beside_each_other(store: Store, backend: FaultyBackend, inner: PutOnly) -> None:
    """An upload is not kept waiting by the PUT of another that hangs."""
    gate = asyncio.Event()
    backend.faults.append(Fault("put", gate=gate))
    hanging = asyncio.create_task(store.write(blocks_of(random_bytes(MIB, 1)), CDC))
    await settled(lambda: backend.met.get("put") == 1)
    draft = await store.write(blocks_of(random_bytes(MIB, 2)), CDC)
    assert await read_all(store, draft) == random_bytes(MIB, 2)
    assert not hanging.done()
    gate.set()
    assert await read_all(store, await hanging) == random_bytes(MIB, 1)


async def test_few_puts_at_once(
    store: Store, backend: FaultyBackend, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While many go up, more is gathered: small uploads do not become as many small packs."""
    monkeypatch.setattr(put_packs, "PUTS", 2)
    gate = asyncio.Event()
    backend.faults.append(Fault("put", gate=gate, count=2))
    writes = []
    for number in range(2):
        writes.append(asyncio.create_task(store.write(blocks_of(random_bytes(MIB, number)), CDC)))
        await settled(lambda number=number: backend.met.get("put") == number + 1)  # type: ignore[misc]
    writes += [
        asyncio.create_task(store.write(blocks_of(random_bytes(100 * KIB, number)), CDC))
        for number in range(2, 12)
    ]
    await settled(lambda: len(store._packs._put._waiting) == 10)
    assert backend.met["put"] == 2
    gate.set()
    await asyncio.gather(*writes)
    assert backend.met["put"] == 3, "the ten went up together"


async def test_a_failed_put_goes_up_again_under_a_new_name(
    database: Database, store: Store, backend: FaultyBackend, inner: PutOnly
) -> None:
    keys = await Keys.create(database)
    backend.faults.append(Fault("put", Unavailable("down")))
    await keys.put(store, "key", random_bytes(MIB))
    assert backend.met["put"] == 2
    await store._packs.close()
    await collect_now(database, {1: backend}, Margins())
    assert await check_store(database, {1: backend}) == []
    assert await keys.get(store, "key") == random_bytes(MIB)
    assert await count(database, "packs") == 1


async def test_a_put_of_unknown_outcome_leaves_nothing(
    database: Database, store: Store, backend: FaultyBackend, inner: PutOnly
) -> None:
    keys = await Keys.create(database)
    backend.faults.append(Fault("put", Unavailable("no answer"), after=True))
    await keys.put(store, "key", random_bytes(MIB))
    assert len(inner.lengths) == 2
    await store._packs.close()
    await collect_now(database, {1: backend}, Margins())
    assert await check_store(database, {1: backend}) == []
    assert len([info async for info in inner.list()]) == 1
    assert await keys.get(store, "key") == random_bytes(MIB)


@pytest.mark.parametrize("error", [Unavailable("down"), OutOfSpace("full")])
async def test_an_upload_fails_where_nothing_takes_its_frames(
    database: Database, store: Store, backend: FaultyBackend, error: Exception
) -> None:
    keys = await Keys.create(database)
    await keys.put(store, "before", random_bytes(MIB, 1))
    fault = Fault("put", error, count=None)
    backend.faults.append(fault)
    with pytest.raises(type(error)):
        await keys.put(store, "key", random_bytes(MIB, 2))
    assert await keys.get(store, "key") is None
    backend.faults.remove(fault)
    await keys.put(store, "key", random_bytes(MIB, 2))
    await store._packs.close()
    await collect_now(database, {1: backend}, Margins())
    assert await check_store(database, {1: backend}) == []
    assert await keys.get(store, "before") == random_bytes(MIB, 1)
    assert await keys.get(store, "key") == random_bytes(MIB, 2)


async def test_an_upload_that_leaves_spoils_nothing_for_others(
    database: Database, store: Store, backend: FaultyBackend
) -> None:
    keys = await Keys.create(database)
    gate = asyncio.Event()
    backend.faults.append(Fault("put", gate=gate))
    leaving = asyncio.create_task(keys.put(store, "leaving", random_bytes(MIB, 1)))
    await settled(lambda: backend.met.get("put") == 1)
    leaving.cancel()
    await asyncio.gather(leaving, return_exceptions=True)
    gate.set()
    await keys.put(store, "key", random_bytes(MIB, 2))
    await store._packs.close()
    await collect_now(database, {1: backend}, Margins())
    assert await check_store(database, {1: backend}) == []
    assert await keys.get(store, "key") == random_bytes(MIB, 2)
    assert await count(database, "packs") == 1


async def test_a_pack_that_was_condemned_while_it_went_up(
    database: Database, store: Store, backend: FaultyBackend
) -> None:
    """Its lease ran out during the PUT, and the jobs removed its rows: the frames go into another pack."""
    keys = await Keys.create(database)
    gate = asyncio.Event()
    backend.faults.append(Fault("put", gate=gate))
    writing = asyncio.create_task(keys.put(store, "key", random_bytes(MIB)))
    await settled(lambda: backend.met.get("put") == 1)
    await database.execute("UPDATE packs SET lease_until = now() - interval '1 second'")
    await collect_now(database, {1: backend}, Margins())
    assert await count(database, "packs") == 0
    gate.set()
    await writing
    await store._packs.close()
    for _ in range(2):  # the blob that came too late is noted, removed, and forgotten
        await collect_now(database, {1: backend}, Margins())
    assert await check_store(database, {1: backend}) == []
    assert await keys.get(store, "key") == random_bytes(MIB)
