"""One process of a gateway as it is measured: its slot, its meter, and the pages that show all of them."""

from __future__ import annotations

import socket
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from s3gw.app.meter import Meter
from s3gw.config import Settings
from s3gw.http.monitoring import MetricsServer, Monitoring
from s3gw.http.server import Refusals, Server
from s3gw.metrics.board import Board
from s3gw.metrics.catalogue import BEGAN, RESTARTS, WORKERS
from s3gw.metrics.exposition import Exposition


class Measured:
    """Of the process that has `slot` on the board."""

    def __init__(
        self, settings: Settings, board: Board, slot: int | None, sockets: Sequence[socket.socket] = ()
    ) -> None:
        """`sockets` listen for scrapes, in the parent."""
        self.board = board
        self.meter = Meter(board.slot(slot))
        self._settings = settings
        self._monitoring = Monitoring(settings, Exposition(board, self.meter.slot).render)
        self._sockets = sockets

    def server(self) -> Server:
        """A server whose requests are counted, and which shows the metrics to those who may see them."""
        server = Server(self._settings, self._monitoring, self.meter.figures)
        self.meter.watch(server)
        return server

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Measure the parent, and answer scrapes on the sockets for them, until the context is left."""
        slot = self.meter.slot
        slot.set(WORKERS, self._settings.workers)
        slot.set(BEGAN, time.time())
        slot.add(RESTARTS, 0)
        scrapes = MetricsServer(self._monitoring, Refusals.unseen(), self._settings.max_header_size)
        async with self.meter.running():
            await scrapes.start(self._sockets)
            try:
                yield
            finally:
                await scrapes.stop()
