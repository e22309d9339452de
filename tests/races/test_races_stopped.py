"""Everybody who reads, writes, deletes or moves, stopped at every step for longer than every margin.

Meanwhile everything else happens: leases are over, what is dead is collected and its blobs are unlinked, the
same bytes are written again, packs are compacted, moved and repaired. When the one that was stopped wakes up,
it must neither take away what is in use, nor claim what is not so.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from s3gw.backends.base import Backend
from s3gw.backends.faults import Fault
from s3gw.config import Margins, Settings
from s3gw.db import accounts, instances
from s3gw.db.pool import Database
from s3gw.errors import GatewayError
from s3gw.jobs.collect import Collector, collect_now
from s3gw.jobs.compact import compacting
from s3gw.jobs.job import Progress
from s3gw.operations import Services
from s3gw.protocol import types
from s3gw.storage.packs import Placing
from s3gw.storage.store import Store
from tests.invariants import check_store
from tests.jobs.copies import DOWN, World
from tests.operations.operation_calls import Operations, completed
from tests.races.stopped import stopped_at
from tests.stores import FIXED, count, random_bytes
from tests.torture.points import ELSEWHERE, POINTS

KIB, MIB = 1 << 10, 1 << 20
WITHOUT = Margins(reader=0, tombstone=0, sighting=0, completed_upload=0)
KEPT, OLD, NEW = (random_bytes(400 * KIB, seed) for seed in (1, 2, 3))
TORN = "ab" * 16
"""The name of a blob that no row knows."""

pytestmark = pytest.mark.timeout(300)


class Scene:
    """A world of three backends, two gateways on it, and what is there before."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.db = world.db
        self.one: Store
        self.two: Store

    @property
    def backends(self) -> Mapping[int, Backend]:
        return dict(self.world.backends)

    async def lay(self) -> None:
        """A sealed pack of which most is dead, one object that lives in it, and one whose chunks are about to
        be dead."""
        store = await self.world.store()
        await self.world.keys.put(store, "kept", KEPT, FIXED)
        await self.world.keys.put(store, "old", OLD, FIXED)
        await self.world.keys.put(store, "dead", random_bytes(900 * KIB, 4), FIXED)
        await self.world.close()
        self.one = await self.world.store()
        second = await instances.start(self.db, UUID(int=2))
        placing = Placing(self.world.replicas, self.world.needed)
        self.two = Store(self.db, self.backends, Settings(), second, placing)
        self.world.stores.append(self.two)
        await self.world.keys.delete("dead", "old")

    async def operations(self) -> Operations:
        """Those of the gateway that is stopped."""
        services = Services(Settings(reserve=0), self.db, self.one)
        return Operations(services, await accounts.ensure_root(self.db))

    async def expire(self) -> None:
        """All leases are over."""
        for table in ("manifests", "packs"):
            await self.db.execute(
                f"UPDATE {table} SET lease_until = '-infinity' WHERE lease_until IS NOT NULL"
            )

    async def others(self) -> None:
        """Everything else that may happen meanwhile."""
        keys = self.world.keys
        await self.expire()
        await self.collect()
        await keys.put(self.two, "again", OLD + NEW, FIXED)
        await keys.put_whole(self.two, "whole", OLD + NEW, FIXED)
        await self.compact()
        await self.collect()
        await self.move()
        await keys.delete("again", "whole")
        await self.collect()
        await keys.put(self.two, "again", NEW + OLD, FIXED)
        await self.expire()
        await self.collect()
        await self.move()
        await self.collect()

    async def collect(self) -> None:
        await collect_now(self.db, self.backends, Margins())

    async def compact(self) -> None:
        quick = replace(Settings(), job_rest=0.0)
        placing = Placing(self.world.replicas, self.world.needed)
        async with compacting(self.db, self.backends, quick, placing=placing) as compactor:
            await compactor.run(Progress())

    async def move(self) -> None:
        await self.world.balancer.repair(Progress())
        await self.world.balancer.rebalance(Progress())

    # Those who are stopped ----------------------------------------------------------------------------

    async def put(self) -> None:
        await self.world.keys.put(self.one, "mine", OLD + NEW, FIXED)

    async def put_up(self) -> None:
        """Where packs go up whole."""
        for backend in self.world.backends.values():
            backend.appendable = False
        self.one = await self.world.store()
        await self.put()

    async def put_whole(self) -> None:
        await self.world.keys.put_whole(self.one, "mine", OLD + NEW, FIXED)

    async def put_parts(self) -> None:
        operations = await self.operations()
        upload = await operations.begin("mine")
        part = await operations.part("mine", upload, 1, OLD + NEW)
        await operations.complete("mine", upload, [completed(1, part)])

    async def abort(self) -> None:
        operations = await self.operations()
        upload = await operations.begin("none")
        await operations.part("none", upload, 1, OLD + NEW)
        request = types.AbortMultipartUploadInput(bucket="bucket", key="none", upload_id=upload)
        await operations.do(request)

    async def copy(self) -> None:
        """Of what was written just before, and is deleted meanwhile."""
        operations = await self.operations()
        await operations.put("again", OLD + NEW)
        await operations.do(types.CopyObjectInput(bucket="bucket", key="mine", copy_source="bucket/again"))

    async def append(self) -> None:
        operations = await self.operations()
        await operations.put("mine", OLD)
        await operations.put("mine", NEW, write_offset_bytes=len(OLD))

    async def rename(self) -> None:
        operations = await self.operations()
        await operations.put("other", OLD + NEW)
        await operations.do(types.RenameObjectInput(bucket="bucket", key="mine", rename_source="other"))

    async def delete(self) -> None:
        operations = await self.operations()
        await operations.put("none", OLD + NEW)
        await operations.do(types.DeleteObjectInput(bucket="bucket", key="none"))

    async def collector(self) -> None:
        """A whole round, with something to do at each step."""
        blob = min(self.world.memories.values(), key=id)
        await blob.put(TORN, [b"torn"])
        draft = await self.one.write(_blocks(NEW), FIXED)
        assert draft.manifest_id is not None
        await self.expire()
        collector = Collector(self.db, self.backends, WITHOUT)
        for _ in range(2):
            await collector.run(Progress())
            await collector.run_sightings(Progress())

    async def compactor(self) -> None:
        collector = Collector(self.db, self.backends, WITHOUT)
        await collector.run(Progress())
        await self.compact()

    async def replicator(self) -> None:
        """A copy was lost, and another is where it should not be any more."""
        rows = await self.db.fetch("SELECT backend_id, name FROM replicas ORDER BY name")
        await self.world.memories[rows[0]["backend_id"]].delete(rows[0]["name"].hex)
        await self.db.execute("INSERT INTO repairs SELECT id FROM packs ON CONFLICT DO NOTHING")
        await self.move()

    async def closing(self) -> None:
        """The end of a pack of which a copy failed."""
        target = list(self.world.backends.values())
        for backend in target[:1]:
            backend.script(Fault("append", DOWN, count=1), Fault("open", DOWN, count=1))
        await self.put()
        await self.one._packs.close()


async def _blocks(data: bytes) -> AsyncIterator[bytes]:
    yield data


Work = Callable[[Scene], Awaitable[None]]
WORK: Mapping[str, tuple[Work, tuple[str, ...]]] = {
    "put": (Scene.put, ("put.begun", "put.pinned", "put.synced", "put.chunked", "put.resolved")),
    "put on": (Scene.put, ("put.inserted", "put.stored", "put.published", *POINTS["pack"][:3])),
    "put up": (Scene.put_up, ("pack.put",)),
    "whole": (Scene.put_whole, ("whole.known", "whole.safe")),
    "parts": (Scene.put_parts, ("part.published", "complete.checked", "complete.published")),
    "abort": (Scene.abort, ("abort.done",)),
    "copy": (Scene.copy, ("copy.found", "copy.published")),
    "append": (Scene.append, ("append.published",)),
    "rename": (Scene.rename, ("rename.done",)),
    "delete": (Scene.delete, ("delete.done",)),
    "collect": (Scene.collector, POINTS["collect"]),
    "reap": (Scene.collector, POINTS["reap"]),
    "compact": (Scene.compactor, POINTS["compact"]),
    "repair": (Scene.replicator, POINTS["repair"]),
    "close": (Scene.closing, ("pack.closed", "pack.copies-given-up")),
}


def test_everybody_is_stopped_at_every_point() -> None:
    stopped = {point for _, points in WORK.values() for point in points}
    here = {point for point, where in ELSEWHERE.items() if where.endswith(Path(__file__).name)}
    assert stopped == here | {point for points in POINTS.values() for point in points}


@pytest.fixture
async def scene(database: Database) -> AsyncIterator[Scene]:
    made = Scene(await World.create(database, 3, replicas=2, needed=1))
    await made.lay()
    yield made
    await made.world.close()


@pytest.mark.parametrize(
    ("what", "point"), [(what, point) for what, (_, points) in WORK.items() for point in points]
)
@pytest.mark.slow
async def test_stopped_for_longer_than_every_margin(scene: Scene, what: str, point: str) -> None:
    work = WORK[what][0]
    ended = await stopped_at(scene.db, point, lambda: work(scene), scene.others)
    if isinstance(ended, BaseException) and not isinstance(ended, GatewayError):
        raise ended
    keys, two = scene.world.keys, scene.two
    assert await keys.get(two, "kept") == KEPT
    assert await keys.get(two, "again") == NEW + OLD
    if ended is None and what in ("put", "put on", "put up", "whole", "parts", "append", "rename", "close"):
        assert await keys.get(two, "mine") == OLD + NEW
    if ended is None and what == "delete":
        assert await keys.get(two, "none") is None
    mine = await keys.get(two, "mine")
    assert mine in (None, OLD, OLD + NEW, NEW + OLD)
    await scene.world.close()
    await scene.expire()
    await scene.collect()
    await scene.move()
    await scene.collect()
    assert await check_store(scene.db, scene.backends) == []
    reading = await scene.world.store()
    assert await keys.get(reading, "kept") == KEPT
    assert await keys.get(reading, "again") == NEW + OLD
    assert await keys.get(reading, "mine") == mine
    await keys.delete("kept", "again", "whole", "mine", "other", "none")
    await scene.world.close()
    await scene.expire()
    await scene.collect()
    assert await check_store(scene.db, scene.backends) == []
    assert {number: memory._blobs for number, memory in scene.world.memories.items() if memory._blobs} == {}


async def test_a_pack_that_others_sealed_and_that_grew_has_its_copies_verified(scene: Scene) -> None:
    """Its writer appends until it finds that the lease is over; copies that were made meanwhile lack that."""
    keys = scene.world.keys
    await keys.put(scene.one, "first", random_bytes(400 * KIB, 5), FIXED)
    await scene.expire()
    await scene.collect()
    await scene.move()
    await keys.put(scene.one, "mine", NEW, FIXED)
    await scene.world.close()
    assert await count(scene.db, "repairs r JOIN chunks c USING (pack_id)") > 0
    await scene.move()
    await scene.collect()
    assert await check_store(scene.db, scene.backends) == []
    assert await count(scene.db, "repairs") == 0
