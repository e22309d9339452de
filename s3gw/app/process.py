"""One worker process: what its parent knows of it, and what it does."""

from __future__ import annotations

import asyncio
import logging
import multiprocessing
import os
import signal
import socket
from contextlib import suppress
from multiprocessing.connection import Connection
from time import monotonic
from typing import Any

import uvloop

from s3gw.app import handover, logs, memory
from s3gw.app.foundation import Foundation
from s3gw.app.measured import Measured
from s3gw.app.signals import Ending
from s3gw.app.worker import serving
from s3gw.db.migrations import migrate
from s3gw.http.server import Server

log = logging.getLogger("s3gw.app")

RETIRE = signal.SIGUSR1
"""Tells a worker that another one has taken its place."""

EXTRA = 15.0
"""Seconds that a worker may need beyond the time its requests get, for its clients and its packs."""

# A forked child would share the event loop and threads of its parent; a spawned one begins anew.
_processes = multiprocessing.get_context("spawn")


class Worker:
    """The parent's side of one worker process, from its start to its end."""

    def __init__(self, number: int, ground: Foundation, sockets: list[socket.socket]) -> None:
        self.number = number
        self.ground = ground
        self._began = monotonic()
        self._slot = ground.board.take()
        heard, said = _processes.Pipe(duplex=False)
        self._process = _processes.Process(
            target=work, args=(handover.send(ground), sockets, said, self._slot), name=f"worker {number}"
        )
        self._process.start()
        said.close()
        self._serves = asyncio.create_task(_said(heard), name=f"start of worker {number}")
        self._ended = asyncio.create_task(self._end(), name=f"end of worker {number}")

    @property
    def pid(self) -> int | None:
        """Its process."""
        return self._process.pid

    @property
    def age(self) -> float:
        """Seconds since it was started."""
        return monotonic() - self._began

    async def serves(self) -> bool:
        """Wait until it serves: True; False where it ended before it did."""
        return await asyncio.shield(self._serves)

    async def ended(self) -> None:
        """Wait for its end."""
        await asyncio.shield(self._ended)

    async def finish(self, how: signal.Signals) -> None:
        """Send the signal and wait for the end, which is made after the time that its requests get."""
        self._signal(how)
        with suppress(TimeoutError):
            async with asyncio.timeout(self.ground.settings.shutdown_timeout + EXTRA):
                await self.ended()
        self.kill()
        await self.ended()

    def kill(self) -> None:
        """End it at once."""
        self._signal(signal.SIGKILL)

    def _signal(self, number: signal.Signals) -> None:
        if self._process.pid is not None and self._process.is_alive():
            os.kill(self._process.pid, number)

    async def _end(self) -> None:
        await _readable(self._process.sentinel)
        self._process.join()
        self.ground.board.free(self._slot)


async def _said(heard: Connection) -> bool:
    with heard:
        await _readable(heard.fileno())
        try:
            heard.recv_bytes()
        except EOFError:
            return False
        return True


async def _readable(descriptor: int) -> None:
    loop = asyncio.get_running_loop()
    readable = loop.create_future()
    loop.add_reader(descriptor, readable.set_result, None)
    try:
        await readable
    finally:
        loop.remove_reader(descriptor)


def work(handed: Any, sockets: list[socket.socket], said: Connection, slot: int | None = None) -> None:
    """The whole life of a worker process; it tells `said` that it serves, and ends with its parent.

    What it measures goes to `slot` of the board; without one nobody sees it.
    """
    ground: Foundation = handover.receive(handed)
    logs.configure(ground.settings.log_format)
    memory.give_back_soon()
    for ignored in (signal.SIGINT, signal.SIGHUP):  # a terminal sends them to everybody; the parent decides
        signal.signal(ignored, signal.SIG_IGN)
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(_work(ground, sockets, said, slot))


async def _work(ground: Foundation, sockets: list[socket.socket], said: Connection, slot: int | None) -> None:
    ending = Ending()
    ending.listen(signal.SIGTERM)
    retired = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(RETIRE, retired.set)
    measured = Measured(ground.settings, ground.board, slot)
    server = measured.server()
    orphaned = asyncio.create_task(_end_with_parent(), name="watch the parent")
    try:
        await migrate(ground.url)  # a newer release may have been installed since the parent started
        async with measured.meter.running(), serving(ground, server, measured.meter):
            # Not before: what it would have to answer 503, another worker can serve.
            await server.start(sockets)
            said.send_bytes(b"serving")
            said.close()
            await _served(server, ending, retired, ground.settings.shutdown_timeout)
    except asyncio.CancelledError:
        if not ending.asked:
            raise
    finally:
        orphaned.cancel()
        await server.stop(0.0)


async def _served(server: Server, ending: Ending, retired: asyncio.Event, grace: float) -> None:
    """Serve until the process is asked to end, or was replaced and has answered its clients."""
    ended = asyncio.create_task(ending.wait(), name="end")
    replaced = asyncio.create_task(_retire(server, retired, grace), name="retire")
    try:
        await asyncio.wait((ended, replaced), return_when=asyncio.FIRST_COMPLETED)
    finally:
        ended.cancel()
        replaced.cancel()
        await asyncio.gather(ended, replaced, return_exceptions=True)


async def _retire(server: Server, retired: asyncio.Event, grace: float) -> None:
    await retired.wait()
    await server.retire(grace)


async def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        await _readable(parent.sentinel)
        log.error("the parent has ended")
        os.kill(os.getpid(), signal.SIGTERM)
