"""Measures one process: what counts itself is followed, what has a state is sampled, on a timer.

The timer's own lateness is the lag of the event loop.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from s3gw.backends.several import Several
from s3gw.db.pool import Database
from s3gw.http.figures import RequestFigures
from s3gw.http.server import Server
from s3gw.jobs.runner import Runner
from s3gw.metrics import catalogue
from s3gw.metrics.board import Slot
from s3gw.metrics.catalogue import Metric
from s3gw.storage.store import Store

PERIOD = 0.25
"""Seconds between two samples: what a process counts by itself is at most so old in a scrape."""


class Meter:
    """Writes to the slot of this process. Watch parts as they come; each is followed to its end."""

    def __init__(self, slot: Slot) -> None:
        self.slot = slot
        self.figures = RequestFigures(slot)
        self._servers: list[Server] = []
        self._databases: list[Database] = []
        self._stores: list[Store] = []
        self._runners: list[Runner] = []
        self._backends: list[Several] = []
        self._followed: dict[tuple[str, ...], float] = {}

    def watch(self, part: Server | Database | Store | Runner | Several) -> None:
        """Sample `part` from now on."""
        match part:
            case Server():
                self._servers.append(part)
            case Database():
                self._databases.append(part)
            case Store():
                self._stores.append(part)
            case Runner():
                self._runners.append(part)
            case Several():
                self._backends.append(part)

    def observe(self, backend: str, method: str, seconds: float, outcome: str) -> None:
        """Count a call of a backend; how backends tell of theirs."""
        self.slot.add(catalogue.BACKEND_CALLS, 1, backend, method, outcome)
        self.slot.observe(catalogue.BACKEND_SECONDS, seconds, backend, method)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Sample until the context is left, and a last time then."""
        task = asyncio.create_task(self._repeat(), name="meter")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            self.sample()

    def sample(self) -> None:
        """Write down how everything stands."""
        self.slot.beat()
        self.slot.set(catalogue.RUNNING, sum(server.running for server in self._servers))
        self.slot.set(catalogue.CONNECTIONS, sum(server.connections for server in self._servers))
        self._sample_databases()
        self._sample_stores()
        for runner in self._runners:
            self._sample_jobs(runner)
        for backends in self._backends:
            for number, backend in backends.items():
                self.slot.set(catalogue.BACKEND_DOWN, backend.is_down, backends.names[number])

    async def _repeat(self) -> None:
        while True:
            self.sample()
            due = time.monotonic() + PERIOD
            await asyncio.sleep(PERIOD)
            self.slot.observe(catalogue.LAG, max(0.0, time.monotonic() - due))

    def _follow(self, metric: Metric, total: float, *labels: str) -> None:
        """Add what a count of this process has grown by; the slot may hold a predecessor's, too."""
        key = (metric.name, *labels)
        self.slot.add(metric, total - self._followed.get(key, 0.0), *labels)
        self._followed[key] = total

    def _sample_databases(self) -> None:
        states = [database.state for database in self._databases]
        self.slot.set(catalogue.POOL_LIMIT, sum(state.limit for state in states))
        self.slot.set(catalogue.POOL_OPEN, sum(state.open for state in states))
        self.slot.set(catalogue.POOL_USED, sum(state.in_use for state in states))
        self.slot.set(catalogue.POOL_WAITING, sum(state.waiting for state in states))
        self._follow(catalogue.POOL_WAITS, sum(state.waits for state in states))
        asked = [database.asked for database in self._databases]
        self._follow(catalogue.BATCHES, sum(one.statements for one in asked))
        self._follow(catalogue.BATCHED, sum(one.questions for one in asked))

    def _sample_stores(self) -> None:
        commits = [store.commits for store in self._stores]
        self._follow(catalogue.COMMITS, sum(one.groups for one in commits))
        self._follow(catalogue.COMMIT_MEMBERS, sum(one.members for one in commits))
        self._follow(catalogue.COMMIT_BYTES, sum(one.bytes for one in commits))

    def _sample_jobs(self, runner: Runner) -> None:
        slot = self.slot
        for status in runner.statuses:
            slot.set(catalogue.JOB_PAUSED, status.paused, status.name)
            ended = status.runs - int(self._followed.get((catalogue.JOB_RUNS.name, status.name), 0))
            self._follow(catalogue.JOB_RUNS, status.runs, status.name)
            slot.set(catalogue.JOB_RUNNING, status.running, status.name)
            if status.running:
                continue
            self._follow(catalogue.JOB_FAILURES, status.failures, status.name)
            self._follow(catalogue.JOB_RESTED, status.rested, status.name)
            for item, count in status.totals.items():
                self._follow(catalogue.JOB_DONE, count, status.name, item)
            if status.succeeded_at is not None:
                slot.set(catalogue.JOB_SUCCEEDED, status.succeeded_at, status.name)
            slot.set(catalogue.JOB_FAILING, status.error is not None, status.name)
            if ended:
                slot.set(catalogue.JOB_SECONDS, status.seconds, status.name)
                slot.set(catalogue.JOB_AT, time.time(), status.name)
