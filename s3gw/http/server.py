"""The HTTP server of one worker: sockets, connections, the pipeline, and an orderly end."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import logging
import os
import socket
from collections.abc import Iterable, Sequence
from email.utils import formatdate
from typing import Any, Self

from aiohttp import web

from s3gw.config import Settings
from s3gw.errors import ConfigError, S3Error
from s3gw.http import access_log, respond
from s3gw.http.connection import Bounds, Listener
from s3gw.http.exchange import HOST_ID, Exchange, new_request_id
from s3gw.http.figures import RequestFigures
from s3gw.http.health import Health, Probe
from s3gw.http.identities import Identities
from s3gw.http.monitoring import Monitoring
from s3gw.http.pipeline import Pipeline
from s3gw.http.server_log import ServerLog
from s3gw.metrics.board import Slot
from s3gw.operations.call import Services
from s3gw.protocol.errors import error_document

log = logging.getLogger("s3gw.http")

BACKLOG = 1024
ACCEPTED_WITHIN = 0.1
"""Seconds in which the loop hears of connections that were accepted before it stopped."""
IDLE_CLOSED_AFTER = 3.0
"""Seconds that clients of a worker that was replaced get to send one more request: a connection that is
closed under a request looks like a failure, one that is closed by an answer does not."""
CUT_WITHIN = 1.0
"""Seconds that requests get to notice that they were cut off."""


class Server:
    """Serves from the moment it has sockets; what needs the store is answered 503 until `serve`."""

    def __init__(
        self, settings: Settings, monitoring: Monitoring | None = None, figures: RequestFigures | None = None
    ) -> None:
        """Without `figures`, what is counted is seen by nobody."""
        self._settings = settings
        self._health = Health()
        self._figures = figures or RequestFigures(Slot.unseen())
        self._pipeline = Pipeline(
            settings, self._health, monitoring or Monitoring(settings, None), self._figures
        )
        self._listener: Listener | None = None
        self._servers: list[asyncio.Server] = []

    async def start(self, sockets: Sequence[socket.socket]) -> None:
        """Accept connections on `sockets`, which listen already; they are closed with the server."""
        settings = self._settings
        bounds = Bounds(
            connections=settings.max_connections,
            header_time=settings.header_timeout,
            header_size=settings.max_header_size,
            idle_time=settings.keepalive_timeout,
        )
        refusals = Refusals(self._figures)
        self._listener = Listener(self._pipeline, refusals, bounds, guard=settings.guard_connections)
        loop = asyncio.get_running_loop()
        for one in sockets:
            self._servers.append(await loop.create_server(self._listener, sock=one, backlog=BACKLOG))

    def serve(
        self,
        services: Services,
        identities: Identities,
        probe: Probe,
        server_log: ServerLog | None = None,
    ) -> None:
        """The gateway can serve: requests go through, and `probe` decides what `/-/ready` says."""
        self._pipeline.server_log = server_log
        self._pipeline.services = services
        self._pipeline.identities = identities
        self._health.probe = probe

    @property
    def running(self) -> int:
        """Requests under way."""
        return self._pipeline.running

    @property
    def connections(self) -> int:
        """Open connections."""
        return 0 if self._listener is None else self._listener.open

    async def retire(self, grace: float) -> None:
        """Another worker has taken this one's place: refuse nobody, and return when no client is left.

        No connection is accepted any more; a request on one that is open is answered as the last on it. Those
        on which nothing comes for a while are closed, and after `grace` seconds what is left is `stop`'s.
        """
        self._pipeline.closing = True
        for server in self._servers:
            server.close()
        if self._listener is None:
            return
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(grace):
                await asyncio.sleep(ACCEPTED_WITHIN)
                while self._listener.connections:
                    await self._listener.emptied(IDLE_CLOSED_AFTER)
                    self._listener.close_idle(silent=True)

    async def stop(self, grace: float) -> None:
        """Refuse what is new, let what runs go on for `grace` seconds, cut off the rest."""
        self._health.stopping = True
        for server in self._servers:
            server.close()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(grace):
                await self._pipeline.drain()
        if self._listener is not None:
            self._listener.close_idle()
            await self._listener.shutdown(CUT_WITHIN)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(CUT_WITHIN):
                    await self._pipeline.drain()


class Refusals:
    """Error documents for what no pipeline saw."""

    def __init__(self, figures: RequestFigures) -> None:
        self._figures = figures

    @classmethod
    def unseen(cls) -> Self:
        """Refusals that are counted nowhere."""
        return cls(RequestFigures(Slot.unseen()))

    def answer(
        self, request: web.BaseRequest, error: S3Error
    ) -> tuple[int, Iterable[tuple[str, str]], bytes | None]:
        exchange = Exchange(request)
        exchange.status, exchange.error = error.status, error.code
        reply = respond.error_reply(error, exchange)
        self._figures.record(exchange)
        access_log.record(exchange)
        body = reply.body if isinstance(reply.body, bytes) else None
        return reply.status, [*reply.headers, *exchange.headers], body

    def raw(self, error: S3Error) -> bytes:
        request_id = new_request_id()
        self._figures.refused(error)
        log.info("request %s never began: %s", request_id, error.code)
        document = error_document(error, "/", request_id, HOST_ID)
        head = (
            f"HTTP/1.1 {error.status} {web.Response(status=error.status).reason}\r\n"
            f"x-amz-request-id: {request_id}\r\nx-amz-id-2: {HOST_ID}\r\nServer: s3gw\r\n"
            f"Date: {formatdate(usegmt=True)}\r\n"
            f"Content-Type: application/xml\r\nContent-Length: {len(document)}\r\nConnection: close\r\n\r\n"
        )
        return head.encode() + document


def bind(host: str, port: int, setting: str = "listen") -> list[socket.socket]:
    """Sockets that listen on every address of `host`. Raises ConfigError, which names `setting`."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except OSError as error:
        raise ConfigError(f"{setting}: {host}:{port}: {error.strerror or error}") from None
    sockets: list[socket.socket] = []
    missing = None
    for family, _, _, _, address in dict.fromkeys(found):
        try:
            sockets.append(_listening(family, address))
        except OSError as error:
            missing = error
            if error.errno not in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
                break
    else:
        if sockets:  # "localhost" may name an address of a family that is switched off here
            return sockets
    for one in sockets:
        one.close()
    reason = os.strerror(missing.errno) if missing is not None and missing.errno else "no address"
    raise ConfigError(f"{setting}: {host}:{port}: {reason}")


def _listening(family: int, address: Any) -> socket.socket:
    one = socket.socket(family, socket.SOCK_STREAM)
    try:
        one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        one.bind(address)
        one.listen(BACKLOG)
    except OSError:
        one.close()
        raise
    return one
