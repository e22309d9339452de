"""The one shape of background work: a name, an interval, something to run; and how it is going."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field

from s3gw.db import collection
from s3gw.db.pool import Database
from s3gw.errors import GatewayError

log = logging.getLogger(__name__)


@dataclass(slots=True)
class Progress:
    """What a run has done so far, by names of the job's choosing; watched while it runs."""

    counts: dict[str, int] = field(default_factory=dict)

    def add(self, **counts: int) -> None:
        """Count more."""
        for name, count in counts.items():
            self.counts[name] = self.counts.get(name, 0) + count


@dataclass(frozen=True, slots=True)
class Job:
    """Work that is repeated. `run` does it in small steps, each of which may be its last."""

    name: str
    interval: float
    """Seconds between the end of a run and the next."""
    run: Callable[[Progress], Awaitable[None]]


@dataclass(slots=True)
class Status:
    """How a job is going, for people."""

    name: str
    running: bool = False
    runs: int = 0
    """Runs that ended, well or not; rounds that another gateway took are left out."""
    seconds: float = 0.0
    """How long the last run took."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """What the last run did, or the present one so far."""
    error: str | None = None
    """Why the last run failed."""


class Runner:
    """Runs jobs of one gateway, each in a task of its own. Of several gateways one at a time runs a job."""

    def __init__(self, db: Database, jobs: Sequence[Job]) -> None:
        self._db = db
        self._jobs = {job.name: job for job in jobs}
        self._status = {job.name: Status(job.name) for job in jobs}
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def statuses(self) -> list[Status]:
        """Of every job, in their order."""
        return list(self._status.values())

    def start(self) -> None:
        """Begin: every job runs at once and then again after its interval."""
        self._tasks = [
            asyncio.create_task(self._repeat(job), name=f"job {job.name}") for job in self._jobs.values()
        ]

    async def stop(self) -> None:
        """Break off whatever runs; every job stands that at any point."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []

    async def run_once(self, name: str) -> Status:
        """Run a job now, unless another gateway does; errors stand in the status."""
        job, status = self._jobs[name], self._status[name]
        try:
            async with collection.exclusive(self._db, name) as alone:
                if alone:
                    await self._run(job, status)
        except GatewayError as error:
            status.error = str(error)
            log.warning("job %s: %s", name, error)
        return status

    async def _run(self, job: Job, status: Status) -> None:
        progress = Progress()
        status.running, status.counts, status.error = True, progress.counts, None
        began = time.monotonic()
        try:
            await job.run(progress)
        finally:
            status.running = False
            status.runs += 1
            status.seconds = time.monotonic() - began
        if any(progress.counts.values()):
            log.info("job %s: %s", job.name, progress.counts)

    async def _repeat(self, job: Job) -> None:
        while True:
            try:
                await self.run_once(job.name)
            except Exception:  # a fault in one round must not end all later ones
                log.exception("job %s failed", job.name)
                self._status[job.name].error = "failed; see the log"
            await asyncio.sleep(job.interval)
