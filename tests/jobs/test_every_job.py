"""What all jobs of a gateway have in common: they are seen, told to run, paused, cut off and gone on with."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from s3gw.app.background import all_jobs
from s3gw.backends.memory import Memory
from s3gw.db import encryption_keys, instances, jobs, rekeying
from s3gw.db.jobs import JobRow
from s3gw.db.pool import Database
from s3gw.jobs.compact import compacting
from s3gw.jobs.job import Job
from s3gw.jobs.runner import Runner
from s3gw.jobs.throttle import Throttle
from s3gw.sealing import Masters
from s3gw.storage import keys
from s3gw.storage.keys import Keys
from s3gw.storage.store import Store
from tests.stores import FIXED, INSTANCE, quick, random_bytes
from tests.stores import Keys as Bucket

MASTER = bytes(range(32))
NAMES = (
    "collect",
    "sightings",
    "compact",
    "reencrypt",
    "lifecycle",
    "repair",
    "rebalance",
    "deliver-logs",
    "rechunk",
    "scrub",
    "export",
)
STEPPING = {  # what a run has done of the work that it finds here, by the name that the job gives it
    "collect": "bodies",
    "sightings": "",
    "compact": "packs",
    "reencrypt": "packs",
    "repair": "packs",
    "rebalance": "packs",
    "scrub": "copies",
}
SETTINGS = replace(
    quick(), job_rest=0.0, replicas=2, collect_interval=3600.0, export_interval=3600.0, scrub_period=0.001
)


class Held(Throttle):
    """Holds a run at its first step."""

    def __init__(self) -> None:
        super().__init__()
        self.there = asyncio.Event()

    async def worked(self, count: int = 0) -> None:
        self.there.set()
        await asyncio.Event().wait()


@dataclass
class World:
    """A store with work for every job."""

    db: Database
    jobs: list[Job]
    store: Store
    bucket: Bucket

    def runner(self, throttle: Throttle | None = None) -> Runner:
        return Runner(self.db, self.jobs, look=0.01, pace=lambda _: throttle or Throttle())

    async def row(self, name: str) -> JobRow:
        return next(row for row in await jobs.all_jobs(self.db) if row.name == name)


@pytest.fixture
async def world(database: Database) -> AsyncIterator[World]:
    assert await keys.create(database, encryption_keys.STORE, MASTER)
    backends = {}
    for name in ("one", "two"):
        row = await instances.ensure_backend(database, name, f"test:{name}")
        backends[row.id] = Memory()
    ring = Keys(database, MASTER)
    await ring.follow()
    instance = await instances.start(database, INSTANCE)
    store = Store(database, backends, SETTINGS, instance, keys=ring)  # one copy where there are to be two
    bucket = await Bucket.create(database)
    await bucket.put(store, "stays", random_bytes(400_000), FIXED)
    await bucket.put(store, "goes", random_bytes(1_000_000, 1), FIXED)
    async with compacting(database, backends, SETTINGS, instance=instance, keys=ring) as compactor:
        yield World(database, all_jobs(SETTINGS, compactor, ring, store, Masters.only(MASTER)), store, bucket)
    await store.close()


async def prepared(world: World, name: str) -> None:
    """Leave work for that job."""
    await world.store._packs.close()
    await world.bucket.delete("goes")
    if name == "compact":
        await world.runner().run_once("collect")
    elif name == "reencrypt":
        await keys.rotate(world.db, encryption_keys.STORE, MASTER)
        await rekeying.leave(world.db, encryption_keys.STORE)
    elif name == "repair":
        await world.db.execute("INSERT INTO repairs (pack_id) SELECT id FROM packs")


def test_these_are_all_and_each_is_explained(world: World) -> None:
    assert tuple(job.name for job in world.jobs) == NAMES
    told = (Path(__file__).parents[2] / "docs/operations.md").read_text()
    assert [name for name in (*NAMES, "notify") if f"| `{name}` |" not in told] == []


@pytest.mark.parametrize("name", NAMES)
async def test_a_run_is_told_of(world: World, name: str) -> None:
    await prepared(world, name)
    status = await world.runner().run_once(name)
    row = await world.row(name)
    assert (status.error, status.runs, status.failures) == (None, 1, 0)
    assert (row.error, row.runs, row.failures, row.state) == (None, 1, 0, "waiting")
    assert row.succeeded_at == row.ended_at
    assert row.counts == status.totals
    if item := STEPPING.get(name):
        assert row.counts[item] >= 1
    assert row.done == row.total or name == "export"  # whose whole is an estimate


@pytest.mark.parametrize("name", STEPPING)
@pytest.mark.parametrize("how", ["stopped", "paused"])
async def test_a_run_is_cut_off_at_any_step_and_gone_on_with(world: World, name: str, how: str) -> None:
    await prepared(world, name)
    throttle = Held()
    runner = world.runner(throttle)
    await jobs.register(world.db, NAMES)
    for other in NAMES:
        await jobs.pause(world.db, other)
    await jobs.want(world.db, name)
    runner.start()
    await throttle.there.wait()
    if how == "paused":
        await jobs.pause(world.db, name)
        while (await world.row(name)).state != "paused":
            await asyncio.sleep(0.01)
    await runner.stop()
    cut_off = await world.row(name)
    assert (cut_off.runs, cut_off.failures, cut_off.succeeded_at) == (1, 0, None)
    assert (await world.runner().run_once(name)).error is None
    row = await world.row(name)
    assert (row.runs, row.error) == (2, None)
    assert row.succeeded_at == row.ended_at
    assert await world.bucket.get(world.store, "stays") == random_bytes(400_000)


async def test_a_run_that_fails_is_counted_and_a_later_one_told_apart(database: Database) -> None:
    errors = [ValueError("a mistake")]

    async def run(progress: object) -> None:
        if errors:
            raise errors.pop()

    runner = Runner(database, [Job("test", 0.0, run)])
    await runner.run_once("test")
    (row,) = await jobs.all_jobs(database)
    assert (row.runs, row.failures, row.succeeded_at) == (1, 1, None)
    await runner.run_once("test")
    (row,) = await jobs.all_jobs(database)
    assert (row.runs, row.failures, row.succeeded_at) == (2, 1, row.ended_at)
