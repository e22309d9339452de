"""Several workers on one set of listening sockets: started, watched, started again, replaced, ended."""

from __future__ import annotations

import asyncio
import logging
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from s3gw.app.foundation import Foundation
from s3gw.app.process import RETIRE, Worker
from s3gw.metrics.board import Slot
from s3gw.metrics.catalogue import RESTARTS

log = logging.getLogger("s3gw.app")

SETTLED = 5.0
"""Seconds after which a worker counts as having started well; one that ends sooner is started again later."""

FIRST_PAUSE, LAST_PAUSE = 1.0, 30.0
"""Seconds until a worker that ended soon is started again; twice as long each time."""

START_WITHIN = 60.0
"""Seconds in which the successor of a worker must serve."""


class Supervisor:
    """The parent's side of the workers."""

    def __init__(self, sockets: list[socket.socket], slot: Slot) -> None:
        """`slot` is the parent's, in which restarts are counted."""
        self._sockets = sockets
        self._slot = slot
        self._workers: dict[int, Worker] = {}
        self._keepers: dict[int, asyncio.Task[None]] = {}
        self._passing: set[Worker] = set()
        """Those that are to take a place, or had one."""

    def kill(self) -> None:
        """End all workers at once."""
        for worker in (*self._workers.values(), *self._passing):
            worker.kill()

    @asynccontextmanager
    async def running(self, ground: Foundation) -> AsyncIterator[None]:
        """Keep all workers running, and return when they serve; on leaving, end them in order."""
        serving = [asyncio.Event() for _ in range(ground.settings.workers)]
        try:
            for number, event in enumerate(serving):
                self._place(Worker(number, ground, self._sockets), event)
            for event in serving:
                await event.wait()
            yield
        finally:
            for keeper in self._keepers.values():
                keeper.cancel()
            await asyncio.gather(*self._keepers.values(), return_exceptions=True)
            for one in self._sockets:  # nobody listens any more once the workers have closed theirs
                one.close()
            workers = (*self._workers.values(), *self._passing)
            await asyncio.gather(*(worker.finish(signal.SIGTERM) for worker in workers))

    async def replace(self, ground: Foundation) -> bool:
        """Replace the workers one after another by ones that stand on `ground`.

        A worker stays until its successor serves. Where one does not, it and those after it stay: False.
        """
        for number in sorted(self._workers):
            successor = Worker(number, ground, self._sockets)
            self._passing.add(successor)
            try:
                if not await _starts(successor):
                    return False
                await self._swap(successor)
            finally:
                if self._workers[number] is not successor:
                    successor.kill()
                    await successor.ended()
                self._passing.discard(successor)
        return True

    async def _swap(self, successor: Worker) -> None:
        """Give the successor its place, and let who had it finish."""
        number = successor.number
        self._keepers[number].cancel()
        await asyncio.gather(self._keepers[number], return_exceptions=True)
        before = self._workers[number]
        self._place(successor, asyncio.Event())
        self._passing.add(before)
        await before.finish(RETIRE)
        self._passing.discard(before)

    def _place(self, worker: Worker, serving: asyncio.Event) -> None:
        self._workers[worker.number] = worker
        self._keepers[worker.number] = asyncio.create_task(
            self._keep(worker.number, serving), name=f"worker {worker.number}"
        )

    async def _keep(self, number: int, serving: asyncio.Event) -> None:
        """Start a worker again whenever it has ended; set `serving` once one serves."""
        pause = FIRST_PAUSE
        while True:
            worker = self._workers[number]
            if await worker.serves():
                serving.set()
            await worker.ended()
            self._slot.add(RESTARTS, 1)
            log.error("worker %d (process %s) has ended; starting another", number, worker.pid)
            if worker.age < SETTLED:
                await asyncio.sleep(pause)
                pause = min(2 * pause, LAST_PAUSE)
            else:
                pause = FIRST_PAUSE
            self._workers[number] = Worker(number, worker.ground, self._sockets)


async def _starts(worker: Worker) -> bool:
    """Whether the worker serves within its time."""
    try:
        async with asyncio.timeout(START_WITHIN):
            return await worker.serves()
    except TimeoutError:
        return False
