"""Sending an answer: whole, or as a stream that never ends cleanly with wrong or missing bytes."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterable, AsyncIterator
from contextlib import suppress
from types import TracebackType
from typing import Self

from aiohttp import web
from multidict import CIMultiDict

from s3gw.errors import S3Error
from s3gw.http import whole
from s3gw.http.exchange import HOST_ID, ClientGone, Exchange
from s3gw.protocol.errors import error_document
from s3gw.protocol.operation import Reply

log = logging.getLogger("s3gw.http")

Buffer = bytes | bytearray | memoryview
SEPARATE_HEADERS = 32 * 1024
"""Size of a first block from which copying it behind the headers costs more than a second write."""

BODYLESS = frozenset({204, 304})


def error_reply(error: S3Error, exchange: Exchange) -> Reply:
    """The error document; without a body where HTTP has none."""
    headers = list(error.headers.items())
    if exchange.request.method == "HEAD" or error.status in BODYLESS:
        return Reply(status=error.status, headers=headers, body=None)
    document = error_document(error, exchange.resource, exchange.request_id, HOST_ID)
    return Reply(status=error.status, headers=[*headers, ("Content-Type", "application/xml")], body=document)


async def send(
    exchange: Exchange, reply: Reply, *, close: bool, stall: float, minimum_rate: int
) -> web.StreamResponse:
    """Send `reply`; with `close`, as the last on its connection.

    An error that comes before the first byte has left is raised as it is, and another reply may follow. Later
    ones cut the connection and are raised as ClientGone. A client that takes no bytes for `stall`
    seconds, or fewer than `minimum_rate` a second, is cut off.
    """
    request = exchange.request
    exchange.status = reply.status
    body = reply.body
    if request.method == "HEAD" or reply.status in BODYLESS:
        if isinstance(body, AsyncIterable):
            await _close(aiter(body))
        body = None
    headers = [*reply.headers, *exchange.headers]
    if body is None or isinstance(body, bytes):
        size = 0 if body is None else len(body)
        if size <= whole.MAX_SIZE and not request.protocol.writing_paused:
            try:
                written = whole.write(request, reply.status, headers, body, close=close)
            except ConnectionError:
                raise ClientGone from None
            exchange.bytes_out = size
            protocol = request.protocol
            if protocol.writing_paused:
                with ReaderWatch(request, stall, minimum_rate) as watch, _TO_CLIENT:
                    watch.writing()
                    await request.writer.drain()
            return written
        response = _response(reply.status, headers, body, close=close)
        await _send_large(request, response, body, ReaderWatch(request, stall, minimum_rate))
        exchange.bytes_out = size
        return response
    response = _response(reply.status, headers, None, close=close)
    if "Content-Length" not in response.headers:
        response.enable_chunked_encoding()
    stream = body if isinstance(body, AsyncIterable) else _single(body)
    await _send_stream(exchange, response, stream, ReaderWatch(request, stall, minimum_rate))
    return response


def _response(
    status: int, headers: list[tuple[str, str]], body: bytes | None, *, close: bool
) -> web.Response:
    response = web.Response(status=status, headers=CIMultiDict(headers), body=body)
    if close:
        response.force_close()
    return response


async def _send_large(
    request: web.BaseRequest, response: web.Response, body: bytes | None, watch: ReaderWatch
) -> None:
    """A whole body that may have to wait for the client."""
    declared = response.headers.get("Content-Length")
    if body is not None and declared is not None and int(declared) != len(body):
        raise ValueError(f"the answer declares {declared} bytes and has {len(body)}")
    with _TO_CLIENT:
        await response.prepare(request)
        with watch:
            watch.writing()
            await response.write_eof()


async def _send_stream(
    exchange: Exchange, response: web.Response, body: AsyncIterable[Buffer], watch: ReaderWatch
) -> None:
    """The first block is fetched before the headers go out, so that an early failure is a proper error."""
    writer = exchange.request.writer
    declared = response.headers.get("Content-Length")
    length = None if declared is None else int(declared)
    blocks = aiter(body)
    try:
        block = await anext(blocks, None)
        _check_block(exchange, block, length)
        with watch:
            with _TO_CLIENT:
                await response.prepare(exchange.request)
                if block is not None and len(block) > SEPARATE_HEADERS:
                    writer.send_headers()
            while block is not None:
                watch.writing()
                with _TO_CLIENT:
                    await response.write(block)
                exchange.bytes_out += len(block)
                watch.fetching()
                block = await anext(blocks, None)
                _check_block(exchange, block, length)
            watch.writing()
            with _TO_CLIENT:
                await response.write_eof()
    except ClientGone:
        raise
    except Exception as error:
        if not writer.output_size:
            raise
        log.exception("request %s: cut after %d bytes", exchange.request_id, exchange.bytes_out)
        exchange.error = "Cut"
        if exchange.request.transport is not None:
            exchange.request.transport.abort()
        raise ClientGone("the answer could not be finished") from error
    finally:
        await _close(blocks)


class _ToClient:
    """Round writing to the client: there, trouble with the connection is the client's going.

    Elsewhere a ConnectionError would be that of a part behind the gateway.
    """

    def __enter__(self) -> None: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, ConnectionError):
            raise ClientGone from None


_TO_CLIENT = _ToClient()


def _check_block(exchange: Exchange, block: Buffer | None, length: int | None) -> None:
    """Refuse to send more than was declared, or to end with less."""
    if length is None:
        return
    after = exchange.bytes_out + (0 if block is None else len(block))
    if after > length or (block is None and after < length):
        raise ValueError(f"the answer declares {length} bytes and has {after}")


async def _single(block: Buffer) -> AsyncIterator[Buffer]:
    yield block


async def _close(blocks: AsyncIterator[Buffer]) -> None:
    """End a generator now rather than when it is collected, so that its read-ahead stops."""
    close = getattr(blocks, "aclose", None)
    if close is not None:
        await close()


class ReaderWatch:
    """Cuts off a client that does not read what is being written; a context manager round the writing.

    It looks at what left the process once a `stall`, so that it costs nothing for each block. A client may
    therefore keep a connection for up to twice that time.
    """

    def __init__(self, request: web.BaseRequest, stall: float, minimum_rate: int) -> None:
        self._request = request
        self._stall = stall
        self._needed = max(1.0, stall * minimum_rate)
        self._loop = asyncio.get_running_loop()
        self._writing = False
        self._blocked = False
        self._left = 0
        self._timer: asyncio.TimerHandle | None = None

    def __enter__(self) -> Self:
        self._timer = self._loop.call_later(self._stall, self._look)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()

    def writing(self) -> None:
        """A write begins: from now on it is the client who is waited for."""
        self._writing = True

    def fetching(self) -> None:
        """The write is over: what takes time now is not the client's doing."""
        self._writing = False
        self._blocked = False

    def _look(self) -> None:
        transport = self._request.transport
        if transport is None:
            return
        left = self._request.writer.output_size - transport.get_write_buffer_size()
        if self._blocked and left - self._left < self._needed:
            log.info("a client read less than %d bytes in %s s and was cut off", self._needed, self._stall)
            with suppress(OSError):
                transport.abort()
            return
        self._blocked = self._writing
        self._left = left
        self._timer = self._loop.call_later(self._stall, self._look)
