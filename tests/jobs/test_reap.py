"""What a crash leaves is found and goes; what was acknowledged stays."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from s3gw import pauses
from s3gw.backends.disk import Disk
from s3gw.backends.faults import Fault, FaultyBackend
from s3gw.backends.memory import Memory
from s3gw.config import Margins, Settings
from s3gw.db import instances
from s3gw.db.instances import Instance
from s3gw.db.pool import Database
from s3gw.errors import Unavailable
from s3gw.jobs.collect import Collector, collect_now
from s3gw.jobs.job import Progress
from s3gw.jobs.replicate import Balancer
from s3gw.storage import packformat
from s3gw.storage.store import Store
from tests.invariants import check_store
from tests.stores import CDC, INSTANCE, Keys, blocks_of, count, random_bytes

KIB, MIB = 1 << 10, 1 << 20
POINTS = (
    "put.begun",
    "put.pinned",
    "pack.registered",
    "pack.opened",
    "pack.synced",
    "put.synced",
    "put.chunked",
    "put.resolved",
    "put.inserted",
    "put.stored",
)


class Crash(Exception):
    """Stands for the end of the process."""


@pytest.fixture
async def disk(tmp_path: Path) -> AsyncIterator[Disk]:
    opened = Disk(tmp_path / "packs")
    yield opened
    await opened.close()


@pytest.fixture(autouse=True)
def no_hooks_left() -> AsyncIterator[None]:  # type: ignore[misc]
    yield
    pauses.install(None)


async def _start(database: Database, disk: Disk) -> Store:
    row = await instances.ensure_backend(database, "local", "test:")
    assert row.id == 1
    return Store(database, {1: disk}, Settings(), await instances.start(database, INSTANCE))


async def _die(store: Store) -> None:
    """End the tasks without any of the tidying that a process does which ends in peace."""
    leases = store._leases
    leases.packs.clear()
    leases.manifests.clear()
    await leases.close()
    store._cpu.shutdown()


@pytest.mark.parametrize("point", POINTS)
async def test_a_crash_at_any_step(
    database: Database, disk: Disk, point: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    keys = await Keys.create(database)
    store = await _start(database, disk)
    if not point.startswith("pack."):
        await keys.put(store, "before", random_bytes(700 * KIB, 1))
    monkeypatch.setattr(store._leases, "abandon", lambda manifest_id: None)
    monkeypatch.setattr(store._packs._register, "_seal_if_done", lambda pack: None)

    async def crash(name: str) -> None:
        if name == point:
            raise Crash

    pauses.install(crash)
    with pytest.raises(Crash):
        await store.write(blocks_of(random_bytes(700 * KIB, 2)), CDC)
    pauses.install(None)
    await _die(store)

    store = await _start(database, disk)
    await collect_now(database, {1: disk}, Margins())
    assert await check_store(database, {1: disk}) == []
    before = random_bytes(700 * KIB, 1)
    assert await keys.get(store, "before") == (None if point.startswith("pack.") else before)
    assert await count(database, "manifests") == await count(database, "packs")
    await keys.put(store, "again", random_bytes(700 * KIB, 2))
    assert await keys.get(store, "again") == random_bytes(700 * KIB, 2)
    await store.close()


async def test_an_open_pack_that_holds_published_chunks_is_sealed(database: Database, disk: Disk) -> None:
    keys = await Keys.create(database)
    store = await _start(database, disk)
    await keys.put(store, "key", random_bytes(700 * KIB))
    await _die(store)
    await collect_now(database, {1: disk}, Margins())
    assert await database.fetchval("SELECT size FROM packs") is None
    store = await _start(database, disk)
    await collect_now(database, {1: disk}, Margins())
    row = await database.fetchrow("SELECT size, lease_until FROM packs")
    assert row is not None
    assert row["size"] > 700 * KIB
    assert row["lease_until"] is None
    assert await keys.get(store, "key") == random_bytes(700 * KIB)
    await store.close()


async def test_a_pack_with_too_few_copies_gets_them_after_a_crash(database: Database, disk: Disk) -> None:
    """It was begun while a backend was away, and its writer died before it could have that made up for."""
    store = await _start(database, disk)
    keys, other = await Keys.create(database), Memory()
    await keys.put(store, "key", random_bytes(700 * KIB))
    await _die(store)
    backends = {1: disk, (await instances.ensure_backend(database, "other", "test:other")).id: other}
    await instances.start(database, INSTANCE)
    await Collector(database, backends, Margins()).run(Progress())
    await Balancer(database, backends, 2).repair(Progress())
    copies = await database.fetchval("SELECT count(DISTINCT backend_id) FROM replicas WHERE ready")
    assert copies == 2
    assert [info.name async for info in other.list()] != []


async def test_what_waits_for_a_backend_lets_others_pass(database: Database, disk: Disk) -> None:
    """A backend out of reach delays its own packs and blobs; the round does the rest, and tells."""
    keys = await Keys.create(database)
    store = await _start(database, disk)
    await keys.put(store, "key", random_bytes(700 * KIB))
    await _die(store)
    store = await _start(database, disk)  # which ends the leases of the one before
    down = [Fault(method, Unavailable("down"), count=None) for method in ("size", "list")]
    faulty = FaultyBackend(disk, down)
    collector = Collector(database, {1: faulty}, Margins())
    await collector.run(Progress())
    assert await database.fetchval("SELECT size FROM packs") is None
    other = Memory()
    await other.put("ab" * 16, [b"nobody names this"])
    row = await instances.ensure_backend(database, "other", "test:other")
    collector = Collector(database, {1: faulty, row.id: other}, Margins(sighting=0.0))
    for _ in range(2):
        with pytest.raises(Unavailable, match="down"):
            await collector.run_sightings(Progress())
    assert [info.name async for info in other.list()] == []
    await Collector(database, {1: disk}, Margins()).run(Progress())
    assert await database.fetchval("SELECT size FROM packs") is not None
    assert await keys.get(store, "key") == random_bytes(700 * KIB)
    await store.close()


async def test_leases_that_run_out_are_over(database: Database, disk: Disk) -> None:
    store = await _start(database, disk)
    await store.write(blocks_of(random_bytes(700 * KIB)), CDC)
    assert (await collect_now(database, {1: disk}, Margins())).uploads == 0
    await database.execute("UPDATE manifests SET lease_until = now() - interval '1 second'")
    await database.execute("UPDATE packs SET lease_until = now() - interval '1 second'")
    freed = await collect_now(database, {1: disk}, Margins())
    assert (freed.uploads, freed.packs) == (1, 1)
    assert await check_store(database, {1: disk}) == []
    await store.close()


def _pack(store_id: UUID) -> bytes:
    return packformat.build_header(uuid4(), store_id, 0) + bytes(4096)


async def test_blobs_without_a_name_go_when_they_were_seen_twice(database: Database, disk: Disk) -> None:
    mine = await database.fetchval("SELECT id FROM store")
    await (await _start(database, disk)).close()
    orphan, torn, foreign = (uuid4().hex for _ in range(3))
    await disk.put(orphan, [_pack(mine)])
    await disk.put(torn, [b"torn"])
    await disk.put(foreign, [_pack(uuid4())])
    await disk.put("aa-b", [b"whatever"])
    assert (await collect_now(database, {1: disk}, Margins(), grace=1000)).blobs == 0
    assert await count(database, "sightings") == 3
    assert (await collect_now(database, {1: disk}, Margins(), grace=1000)).blobs == 0
    assert (await collect_now(database, {1: disk}, Margins())).blobs == 2
    assert {info.name async for info in disk.list()} == {foreign, "aa-b"}


async def test_a_blob_that_got_its_name_back_is_forgotten(database: Database, disk: Disk) -> None:
    """As after a restored backup that is replaced by a newer one."""
    store = await _start(database, disk)
    keys = await Keys.create(database)
    await keys.put(store, "key", random_bytes(700 * KIB))
    await store.close()
    (name,) = [info.name async for info in disk.list()]
    await database.execute(
        "INSERT INTO sightings (backend_id, name, seen_at) VALUES (1, $1, '-infinity')", name
    )
    assert (await collect_now(database, {1: disk}, Margins())).blobs == 0
    assert await count(database, "sightings") == 0


async def test_a_lease_of_an_unknown_gateway_ends_by_time_alone(database: Database, disk: Disk) -> None:
    row = await instances.ensure_backend(database, "local", "test:")
    store = Store(database, {row.id: disk}, Settings(), Instance(uuid4(), 1))
    await store.write(blocks_of(random_bytes(700 * KIB)), CDC)
    assert (await collect_now(database, {1: disk}, Margins())).uploads == 0
    await store.close()


async def test_a_pack_that_was_reaped_under_a_living_writer(database: Database, disk: Disk) -> None:
    """As when the database was away for longer than a lease: the writer goes on in another pack."""
    store = await _start(database, disk)
    keys = await Keys.create(database)
    await keys.put(store, "one", random_bytes(300 * KIB, 1))
    await database.execute("UPDATE packs SET lease_until = now() - interval '1 second'")
    await collect_now(database, {1: disk}, Margins())
    size = await database.fetchval("SELECT size FROM packs")
    await keys.put(store, "two", random_bytes(300 * KIB, 2))
    assert await database.fetchval("SELECT count(*) FROM packs WHERE size = $1", size) == 1
    await store._leases.renew()
    await store._leases.settle()
    await collect_now(database, {1: disk}, Margins())
    assert await check_store(database, {1: disk}) == []
    await keys.put(store, "three", random_bytes(300 * KIB, 3))
    assert await count(database, "packs") == 2
    for seed, key in enumerate(("one", "two", "three"), 1):
        assert await keys.get(store, key) == random_bytes(300 * KIB, seed)
    await store.close()
