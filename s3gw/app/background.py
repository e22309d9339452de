"""The background jobs of a gateway, which run in the parent beside its workers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from s3gw.app import stores
from s3gw.app.foundation import Foundation
from s3gw.app.load import BoardLoad
from s3gw.app.meter import Meter
from s3gw.app.reporting import Reporter
from s3gw.app.store_figures import StoreFigures
from s3gw.config import Settings
from s3gw.db.pool import Database
from s3gw.jobs import (
    collect,
    compact,
    deliver_logs,
    export,
    lifecycle,
    notify,
    rechunk,
    reencrypt,
    replicate,
    scrub,
)
from s3gw.jobs.compact import Compactor
from s3gw.jobs.job import Job
from s3gw.jobs.runner import Runner
from s3gw.jobs.throttle import Throttle
from s3gw.sealing import Masters
from s3gw.storage.keys import Keys
from s3gw.storage.store import Store
from s3gw.targets.base import Target
from s3gw.targets.opening import open_target

CONNECTIONS = 26
"""Every running job holds one to be alone with it, and works on another; leases and metrics take turns."""


@asynccontextmanager
async def background(ground: Foundation, meter: Meter) -> AsyncIterator[None]:
    """Run the jobs until the context is left; they may be broken off at any point."""
    settings = ground.settings
    async with AsyncExitStack() as stack:
        db = await Database.connect(ground.url, size=CONNECTIONS)
        stack.push_async_callback(db.close)
        backends = await stack.enter_async_context(ground.backends(db, meter))
        masters = Masters(partial(ground.directory.master_keys, settings))
        keys = Keys(db, masters)
        placing = ground.placing()
        compactor = await stack.enter_async_context(
            compact.compacting(db, backends, settings, instance=ground.instance, placing=placing, keys=keys)
        )
        store = await stack.enter_async_context(stores.opened(ground, db, backends, masters))
        jobs = all_jobs(settings, compactor, keys, store, masters)
        if settings.notify:
            jobs.append(notify.job(db, await _targets(stack, settings), settings))
        load = BoardLoad(ground.board)

        def pace(name: str) -> Throttle:
            rate = settings.rechunk_rate if name == rechunk.NAME else settings.compact_rate
            return Throttle(settings.job_rest, rate, load)

        runner = Runner(db, jobs, pace=pace, silence=settings.margins.lease)
        stack.push_async_callback(runner.stop)
        runner.start()
        meter.watch(db)
        meter.watch(runner)
        meter.watch(backends)
        figures = StoreFigures(db, backends, ground.board, meter.slot, ground.settings.metrics_interval)
        reporter = Reporter(db, backends, ground.instance, ground.board)
        for name, work in (("figures of the store", figures.run()), ("reports of backends", reporter.run())):
            stack.push_async_callback(_cancelled, asyncio.create_task(work, name=name))
        yield


def all_jobs(
    settings: Settings, compactor: Compactor, keys: Keys, store: Store, masters: Masters
) -> list[Job]:
    """Every job of a gateway but `notify`, which needs targets."""
    db, backends = compactor.db, compactor.backends
    return [
        *collect.jobs(db, backends, settings),
        compact.job(compactor, settings),
        reencrypt.job(db, compactor, keys, settings),
        lifecycle.job(db, settings),
        *replicate.jobs(db, backends, settings),
        deliver_logs.job(db, store, settings),
        rechunk.job(db, store, settings),
        *scrub.jobs(db, backends, settings),
        *export.jobs(db, backends, masters, settings),
    ]


async def _targets(stack: AsyncExitStack, settings: Settings) -> dict[str, Target]:
    """The targets of events by their names, open until the stack is left."""
    found: dict[str, Target] = {}
    for destination in settings.notify:
        found[destination.name] = target = await open_target(destination)
        stack.push_async_callback(target.close)
    return found


async def _cancelled(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
