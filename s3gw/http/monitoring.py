"""`/-/metrics`: for Prometheus. On the gateway's port only with credentials, on a port of its own by choice.

Whatever else is asked for under `/-/`, but for the health pages, is refused without credentials, too, so that
nobody learns what is there.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import socket
from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from aiohttp import web

from s3gw.config import Settings
from s3gw.errors import S3Error
from s3gw.http import respond
from s3gw.http.addressing import HEALTH_BUCKET, Address
from s3gw.http.connection import Bounds, Listener
from s3gw.http.exchange import Exchange
from s3gw.http.failures import as_s3_error
from s3gw.http.identities import Asked, Identities
from s3gw.http.refusals import Refusals
from s3gw.http.signature import authenticate
from s3gw.protocol.operation import Reply

MONITORING = "Monitoring"
"""The operation of these pages."""

METRICS = "metrics"

Render = Callable[[str], tuple[bytes, str]]
"""The metrics and their media type, by an Accept header. Called in a thread."""

_CONNECTIONS = 64
_WITHIN = 10.0
"""Seconds for the headers of a scrape, and for its answer to make headway."""


class Monitoring:
    """What the page says, and to whom."""

    def __init__(self, settings: Settings, render: Render | None) -> None:
        self._settings = settings
        self._render = render
        self._digest = None if settings.metrics_token is None else _digest(settings.metrics_token)
        self._lock = asyncio.Lock()

    async def page(self, request: web.BaseRequest, address: Address, identities: Identities | None) -> Reply:
        """The answer on the gateway's port: to the token, or to a request that the root account signed."""
        if not (address.key == METRICS and self._has_token(request)):
            await self._authenticate(request, address, identities)
        if address.key != METRICS:
            raise S3Error("InvalidBucketName", fields={"BucketName": HEALTH_BUCKET})
        return await self._metrics(request)

    async def scrape(self, request: web.BaseRequest) -> Reply:
        """The answer on the port for metrics: to everybody, or to the token where there is one."""
        if self._digest is not None and not self._has_token(request):
            raise S3Error("AccessDenied")
        if request.path not in ("/metrics", f"/{HEALTH_BUCKET}/{METRICS}"):
            raise S3Error("NoSuchKey")
        return await self._metrics(request)

    def _has_token(self, request: web.BaseRequest) -> bool:
        scheme, _, given = request.headers.get("Authorization", "").partition(" ")
        return (
            self._digest is not None
            and scheme.lower() == "bearer"
            and hmac.compare_digest(_digest(given.strip()), self._digest)
        )

    async def _authenticate(
        self, request: web.BaseRequest, address: Address, identities: Identities | None
    ) -> None:
        if request.headers.get("Authorization", "").partition(" ")[0].lower() == "bearer":
            raise S3Error("AccessDenied")
        if identities is None:
            raise S3Error("ServiceUnavailable")
        asked = Asked(identities)
        authenticated = await authenticate(
            request.method, address, request.headers, asked, self._settings.region, datetime.now(UTC)
        )
        signer = None if authenticated is None else asked.known(authenticated.access_key)
        if signer is None or not signer.account.is_root:
            raise S3Error("AccessDenied")

    async def _metrics(self, request: web.BaseRequest) -> Reply:
        if request.method not in ("GET", "HEAD"):
            raise S3Error("MethodNotAllowed", headers={"Allow": "GET, HEAD"})
        if self._render is None:
            raise S3Error("ServiceUnavailable")
        async with self._lock:  # many scrapers cost no more memory than one
            text, media_type = await asyncio.to_thread(self._render, request.headers.get("Accept", ""))
        return Reply(200, [("Content-Type", media_type), ("Cache-Control", "no-store")], text)


def _digest(text: str) -> bytes:
    """Compared instead of the text, so that not even its length shows in the time that takes."""
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).digest()


class MetricsServer:
    """Serves the metrics, and nothing else, on sockets of their own."""

    def __init__(self, monitoring: Monitoring, refusals: Refusals, header_size: int) -> None:
        self._monitoring = monitoring
        bounds = Bounds(_CONNECTIONS, _WITHIN, header_size, 10 * _WITHIN)
        self._listener = Listener(self, refusals, bounds)
        self._servers: list[asyncio.Server] = []

    async def start(self, sockets: Sequence[socket.socket]) -> None:
        """Accept connections on `sockets`, which listen already; they are closed with the server."""
        loop = asyncio.get_running_loop()
        for one in sockets:
            self._servers.append(await loop.create_server(self._listener, sock=one))

    async def stop(self) -> None:
        """Close everything."""
        for server in self._servers:
            server.close()
        self._listener.close_idle()
        await self._listener.shutdown(1.0)

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one scrape, whatever happens."""
        exchange = Exchange(request)
        try:
            reply = await self._monitoring.scrape(request)
        except Exception as error:  # noqa: BLE001 - the last resort: whatever it was becomes an error document
            reply = respond.error_reply(as_s3_error(error, exchange.request_id), exchange)
        return await respond.send(exchange, reply, close=False, stall=_WITHIN, minimum_rate=1)
