"""A whole gateway: one process, or a parent with several workers."""

from __future__ import annotations

import asyncio
import resource
import signal
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import uvloop

from s3gw.app import foundation, logs, memory
from s3gw.app.background import background
from s3gw.app.data_directory import Credentials, DataDirectory
from s3gw.app.measured import Measured
from s3gw.app.reload import Reloading, Reread
from s3gw.app.signals import Ending
from s3gw.app.supervisor import Supervisor
from s3gw.app.worker import serving
from s3gw.config import Settings
from s3gw.http.server import bind
from s3gw.metrics.board import Board

Announce = Callable[[Settings, Credentials, int], None]
"""Called once the gateway serves, with the port it listens on."""


def serve(settings: Settings, announce: Announce, reread: Reread) -> int:
    """Run a gateway until it is told to end; the exit status. Raises ConfigError where it cannot start.

    `reread` is asked for the settings of a reload.
    """
    logs.configure(settings.log_format)
    memory.give_back_soon()
    directory = DataDirectory.create(settings.data)
    directory.lock()
    try:
        credentials = directory.credentials(settings)
        sockets = bind(*settings.host_port)
        if settings.website_host_port is not None:
            sockets += bind(*settings.website_host_port, "website_listen")
        measured = _measured(settings)
        _raise_file_limit()
        run = _several if settings.workers > 1 else _one
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            return runner.run(run(settings, directory, credentials, sockets, announce, reread, measured))
    finally:
        directory.unlock()


async def _one(
    settings: Settings,
    directory: DataDirectory,
    credentials: Credentials,
    sockets: list[socket.socket],
    announce: Announce,
    reread: Reread,
    measured: Measured,
) -> int:
    """Everything in this process. It answers from the start, 503 until it can serve."""
    ending = Ending()
    ending.listen(signal.SIGTERM, signal.SIGINT)
    reloading = Reloading(ending)
    server = measured.server()
    port = sockets[0].getsockname()[1]
    try:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(measured.running())
            await server.start(sockets)
            stack.push_async_callback(server.stop, 0.0)
            laid = foundation.lay(settings, directory, credentials, measured.board)
            ground = await stack.enter_async_context(laid)
            await stack.enter_async_context(background(ground, measured.meter))
            await stack.enter_async_context(serving(ground, server, measured.meter))
            await stack.enter_async_context(beside(reloading.decline()))
            announce(settings, credentials, port)
            await ending.wait()
    except asyncio.CancelledError:
        if not ending.asked:
            raise
    return 0


async def _several(
    settings: Settings,
    directory: DataDirectory,
    credentials: Credentials,
    sockets: list[socket.socket],
    announce: Announce,
    reread: Reread,
    measured: Measured,
) -> int:
    """Workers that share the sockets; database, jobs and the lock stay with this process."""
    supervisor = Supervisor(sockets, measured.meter.slot)
    ending = Ending(supervisor.kill)
    ending.listen(signal.SIGTERM, signal.SIGINT)
    reloading = Reloading(ending)
    port = sockets[0].getsockname()[1]
    try:
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(measured.running())
            laid = foundation.lay(settings, directory, credentials, measured.board)
            ground = await stack.enter_async_context(laid)
            await stack.enter_async_context(background(ground, measured.meter))
            await stack.enter_async_context(supervisor.running(ground))
            await stack.enter_async_context(beside(reloading.run(supervisor, ground, reread)))
            announce(settings, credentials, port)
            await ending.wait()
    except asyncio.CancelledError:
        if not ending.asked:
            raise
    return 0


@asynccontextmanager
async def beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Have the work done in the background until the context is left."""
    task = asyncio.create_task(work, name="reload")
    try:
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def _measured(settings: Settings) -> Measured:
    """What the parent measures and shows; a slot for each worker, and for as many that replace them."""
    slots = 1 if settings.workers == 1 else 2 * settings.workers + 1
    board = Board(slots, shared=slots > 1)
    address = settings.metrics_host_port
    sockets = [] if address is None else bind(*address, "metrics_listen")
    return Measured(settings, board, board.take(), sockets)


def _raise_file_limit() -> None:
    """Allow as many open files as the system lets us: connections and packs each take one."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
