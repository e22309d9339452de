"""Several workers on one set of listening sockets: started, watched, started again, ended."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from time import monotonic

import uvloop

from s3gw.app import logs, memory
from s3gw.app.foundation import Foundation
from s3gw.app.signals import Ending
from s3gw.app.worker import serving
from s3gw.config import Settings
from s3gw.http.server import Server

log = logging.getLogger("s3gw.app")

SETTLED = 5.0
"""Seconds after which a worker counts as having started well; one that ends sooner is started again later."""

EXTRA = 10.0
"""Seconds that a worker may need beyond the time its requests get, to seal its packs."""

# A forked child would share the event loop and threads of its parent; a spawned one begins anew.
_processes = multiprocessing.get_context("spawn")


class Supervisor:
    """The parent's side of the workers."""

    def __init__(self, settings: Settings, sockets: list[socket.socket]) -> None:
        self._settings = settings
        self._sockets = sockets
        self._workers: dict[int, BaseProcess] = {}

    def kill(self) -> None:
        """End all workers at once."""
        for process in self._workers.values():
            if process.is_alive():
                process.kill()

    @asynccontextmanager
    async def running(self, ground: Foundation) -> AsyncIterator[None]:
        """Keep all workers running, and return when they serve; on leaving, end them in order."""
        serving = [asyncio.Event() for _ in range(self._settings.workers)]
        keepers = [
            asyncio.create_task(self._keep(number, ground, event), name=f"worker {number}")
            for number, event in enumerate(serving)
        ]
        try:
            for event in serving:
                await event.wait()
            yield
        finally:
            for keeper in keepers:
                keeper.cancel()
            await asyncio.gather(*keepers, return_exceptions=True)
            for one in self._sockets:  # nobody listens any more once the workers have closed theirs
                one.close()
            await self._end()

    async def _keep(self, number: int, ground: Foundation, serving: asyncio.Event) -> None:
        """Run one worker after another, for as long as they are wanted; set `serving` once one serves."""
        while True:
            heard, said = _processes.Pipe(duplex=False)
            process = _processes.Process(
                target=work, args=(ground, self._sockets, said), name=f"worker {number}"
            )
            process.start()
            self._workers[number] = process
            began = monotonic()
            said.close()
            with heard:
                await _readable(heard.fileno())
                with suppress(EOFError):  # it ended before it could serve
                    heard.recv_bytes()
                    serving.set()
            await _ended(process)
            log.error("worker %d (process %s) has ended; starting another", number, process.pid)
            if monotonic() - began < SETTLED:
                await asyncio.sleep(1.0)

    async def _end(self) -> None:
        alive = [process for process in self._workers.values() if process.is_alive()]
        for process in alive:
            process.terminate()
        with suppress(TimeoutError):
            async with asyncio.timeout(self._settings.shutdown_timeout + EXTRA):
                await asyncio.gather(*map(_ended, alive))
        self.kill()
        await asyncio.gather(*map(_ended, alive))


async def _ended(process: BaseProcess) -> None:
    """Return when the process has ended."""
    await _readable(process.sentinel)
    process.join()


async def _readable(descriptor: int) -> None:
    loop = asyncio.get_running_loop()
    readable = loop.create_future()
    loop.add_reader(descriptor, readable.set_result, None)
    try:
        await readable
    finally:
        loop.remove_reader(descriptor)


def work(ground: Foundation, sockets: list[socket.socket], said: Connection) -> None:
    """The whole life of a worker process; it tells `said` that it serves, and ends with its parent."""
    logs.configure(ground.settings.log_format)
    memory.give_back_soon()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the terminal sends it to everybody; the parent decides
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_work(ground, sockets, said))


async def _work(ground: Foundation, sockets: list[socket.socket], said: Connection) -> None:
    ending = Ending()
    ending.listen(signal.SIGTERM)
    server = Server(ground.settings)
    orphaned = asyncio.create_task(_end_with_parent(), name="watch the parent")
    try:
        async with serving(ground, server):
            # Not before: what it would have to answer 503, another worker can serve.
            await server.start(sockets)
            said.send_bytes(b"serving")
            said.close()
            await ending.wait()
    except asyncio.CancelledError:
        if not ending.asked:
            raise
    finally:
        orphaned.cancel()
        await server.stop(0.0)


async def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        await _readable(parent.sentinel)
        log.error("the parent has ended")
        os.kill(os.getpid(), signal.SIGTERM)
