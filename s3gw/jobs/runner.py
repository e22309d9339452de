"""Runs the jobs of one gateway, beside other gateways that run the same ones.

A lock lets one gateway at a time run a job; it only saves double work, and nothing relies on it. What others
are to see or to steer stands in the database: how a run goes, that a job is paused, that somebody asked for a
run.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from datetime import datetime

from s3gw.db import jobs as rows
from s3gw.db import leading
from s3gw.db.jobs import Report
from s3gw.db.pool import Database
from s3gw.errors import GatewayError
from s3gw.jobs.job import Job, Progress, Status
from s3gw.jobs.throttle import Throttle

log = logging.getLogger(__name__)

LOOK = 2.0
"""Seconds between two looks at what is due, paused or asked for: one small statement for all jobs."""

FAILED = "failed; see the log"
"""What is told of a fault in a job, whose words are for its developers."""


class Runner:
    """Each job runs in a task of its own, one run at a time."""

    def __init__(
        self,
        db: Database,
        jobs: Sequence[Job],
        *,
        look: float = LOOK,
        pace: Callable[[str], Throttle] | None = None,
        silence: float = leading.SILENCE,
    ) -> None:
        """`pace` makes what tells a run of that job, which begins, when to rest; it never rests without.

        Others may run a job that this runner runs when it is silent for `silence` seconds.
        """
        self._db = db
        self._pace = pace or (lambda _: Throttle())
        self._jobs = {job.name: job for job in jobs}
        self._status = {job.name: Status(job.name) for job in jobs}
        self._tasks: dict[str, asyncio.Task[Status]] = {}
        self._running: dict[str, tuple[datetime, Progress]] = {}
        """Of those whose task is alone with the job: since when, by the database."""
        self._look = look
        self._silence = silence
        self._looking: asyncio.Task[None] | None = None

    @property
    def statuses(self) -> list[Status]:
        """Of every job, in their order."""
        return list(self._status.values())

    def start(self) -> None:
        """Begin: from now on jobs run when they are due."""
        self._looking = asyncio.create_task(self._keep_looking(), name="jobs")

    async def stop(self) -> None:
        """Break off whatever runs; every job stands that at any point."""
        if self._looking is not None:
            self._looking.cancel()
            await asyncio.gather(self._looking, return_exceptions=True)
            self._looking = None
        tasks = list(self._tasks.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def run_once(self, name: str, *, wanted: bool = True) -> Status:
        """Run a job now, unless another gateway does; errors stand in the status.

        Unless it is `wanted` now, it is left out where another gateway has run it since it became due.
        """
        job = self._jobs[name]
        try:
            async with leading.exclusive(self._db, name, self._silence) as alone:
                if alone and (wanted or name in await rows.due(self._db, {name: job.interval})):
                    await self._run(job)
        except GatewayError as error:
            self._status[name].error = str(error)
            log.warning("job %s: %s", name, error)
        except Exception:  # a fault in one run must not end all later ones
            self._status[name].error = FAILED
            log.exception("job %s failed", name)
        return self._status[name]

    async def _run(self, job: Job) -> None:
        """One run, told to everybody."""
        status = self._status[job.name]
        began_at = await rows.begin(self._db, job.name)
        progress = Progress(throttle=self._pace(job.name))
        self._running[job.name] = (began_at, progress)
        status.running, status.counts, status.error = True, progress.counts, None
        began = time.monotonic()
        failure: str | None = None
        whole = False
        try:
            await job.run(progress)
            whole = True
            status.succeeded_at = time.time()
        except Exception as error:
            failure = str(error) if isinstance(error, GatewayError) else FAILED
            status.failures += 1
            raise
        finally:
            del self._running[job.name]
            status.running = False
            status.runs += 1
            status.seconds = time.monotonic() - began
            status.rested += progress.throttle.rested
            for name, count in progress.counts.items():
                status.totals[name] = status.totals.get(name, 0) + count
            await self._tell_end(_report(job.name, began_at, progress), failure, whole=whole)
        if any(progress.counts.values()):
            log.info("job %s: %s", job.name, progress.counts)

    async def _tell_end(self, report: Report, failure: str | None, *, whole: bool) -> None:
        """Also of a run that is broken off; where the database is lost, silence will tell."""
        try:
            await rows.end(self._db, report, failure, whole=whole)
        except GatewayError as error:
            log.warning("job %s: %s", report.name, error)

    async def _keep_looking(self) -> None:
        registered = False
        while True:
            try:
                if not registered:
                    await rows.register(self._db, list(self._jobs))
                    registered = True
                await self._look_once()
            except GatewayError as error:
                log.warning("jobs: %s", error)
            except Exception:  # a fault in one look must not end all later ones
                log.exception("jobs: a look at what is due failed")
            await asyncio.sleep(self._look)

    async def _look_once(self) -> None:
        """Say how it goes, end what was paused or taken over, begin what is due."""
        if self._running:
            reports = [_report(name, *running) for name, running in self._running.items()]
            for name in await rows.say(self._db, reports):
                if name in self._running and name in self._tasks:
                    self._tasks[name].cancel()
        idle = {name: job.interval for name, job in self._jobs.items() if name not in self._tasks}
        due, paused = await rows.look(self._db, idle)
        for status in self._status.values():
            status.paused = status.name in paused
        for name, wanted in due.items():
            task = asyncio.create_task(self.run_once(name, wanted=wanted), name=f"job {name}")
            self._tasks[name] = task
            task.add_done_callback(self._ended)

    def _ended(self, task: asyncio.Task[Status]) -> None:
        self._tasks = {name: other for name, other in self._tasks.items() if other is not task}


def _report(name: str, began_at: datetime, progress: Progress) -> Report:
    return Report(name, began_at, progress.counts, progress.done, progress.total, progress.throttle.rested)
