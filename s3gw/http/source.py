"""The raw bytes of a request's body, with a limit on how slowly they may come.

aiohttp bounds neither a stalled nor a dripped body. The limits count only the time spent waiting for the
client: a store that is slow to take the bytes is not the client's fault.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from time import monotonic
from typing import TypeVar

from aiohttp import ClientPayloadError, HttpVersion11, web
from aiohttp.http_exceptions import ContentLengthError, HttpProcessingError
from aiohttp.web_protocol import RequestPayloadError

from s3gw.errors import S3Error
from s3gw.http.direct import Direct, take_over
from s3gw.http.exchange import ClientGone

Block = TypeVar("Block", bytes, memoryview)

DRAINABLE = 256 * 1024
"""Bytes of an unread body that are worth reading and throwing away to keep the connection."""


class BodySource:
    """An iterator over the blocks of one request's body, as they arrive. `received` counts their bytes.

    Blocks are never changed afterwards, for as long as somebody keeps them.
    """

    def __init__(self, request: web.BaseRequest, *, stall: float, minimum_rate: int) -> None:
        self._request = request
        self._content = request.content
        self._stall = stall
        self._minimum_rate = minimum_rate
        self._waited = 0.0
        self._begun = False
        self._broken = False
        self._direct: Direct | None = None
        self.received = 0

    def __aiter__(self) -> BodySource:
        return self

    async def __anext__(self) -> bytes | memoryview:
        """The next block.

        Raises S3Error RequestTimeout for a client that is too slow and IncompleteBody for one that ends the
        body early or breaks its framing, ClientGone where the connection is lost.
        """
        if not self._begun:
            self._begun = True
            if self._expects:
                await self._continue()
        try:
            block = await self._next()
        except (RequestPayloadError, HttpProcessingError, ClientPayloadError) as error:
            self._broken = True
            raise _framing(error) from None
        except (ConnectionError, RuntimeError):  # RuntimeError is what StreamReader says of a lost connection
            self._broken = True
            raise ClientGone from None
        if not block:
            raise StopAsyncIteration
        self.received += len(block)
        return block

    async def aclose(self) -> None:
        """Nothing more will be read."""
        if self._direct is not None:
            self._direct.drop()

    @property
    def leaves_connection_usable(self) -> bool:
        """Whether the next request can follow on the connection: nothing of this body is left, or little.

        A client that still waits for "100 Continue" may or may not send its body after another answer, so
        its connection is never usable.
        """
        if self._broken or self._request.content.exception() is not None:
            return False
        if self._content.is_eof():
            return True
        if self._expects and not self._begun:
            return False
        length = self._request.content_length
        return length is not None and length - self._content.total_bytes <= DRAINABLE

    @property
    def _expects(self) -> bool:
        expect = self._request.headers.get("Expect")
        return expect is not None and expect.strip().lower() == "100-continue"

    async def _continue(self) -> None:
        if self._request.version < HttpVersion11 or self._content.total_bytes or self._content.is_eof():
            return
        writer = self._request.writer
        await writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        writer.output_size = 0  # none of it belongs to the answer

    async def _next(self) -> bytes | memoryview:
        """The next block; empty at the end."""
        if self._direct is None:
            if self._content.total_bytes > self.received or self._content.is_eof():
                return self._content.read_nowait()
            self._direct = take_over(self._request)
        if self._direct is None:
            return await self._wait(self._content.readany, 0)
        if self.received == self._request.content_length:
            return b""
        while True:
            had = self._direct.waiting
            with suppress(_Progress):
                return await self._wait(self._direct.receive, had)

    async def _wait(self, read: Callable[[], Awaitable[Block]], had: int) -> Block:
        """What `read` returns, within the limits.

        Raises _Progress where a block is not complete in time but more than the `had` bytes of it have come.
        """
        began = monotonic()
        block: Block | None = None
        with suppress(TimeoutError):
            async with asyncio.timeout(self._stall):
                block = await read()
        self._waited += monotonic() - began
        coming = self._direct.waiting if self._direct is not None and block is None else 0
        come = self.received + (coming if block is None else len(block))
        if (block is None and coming <= had) or (
            self._waited > self._stall and come < self._minimum_rate * self._waited
        ):
            self._broken = True
            raise S3Error("RequestTimeout")
        if block is None:
            raise _Progress
        return block


class NoSource:
    """The source of a request that announces no body."""

    received = 0
    leaves_connection_usable = True

    def __aiter__(self) -> NoSource:
        return self

    async def __anext__(self) -> bytes:
        """Nothing."""
        raise StopAsyncIteration

    async def aclose(self) -> None:
        """Nothing to end."""


NO_SOURCE = NoSource()


class _Progress(Exception):
    """A part of a block has come."""


def _framing(error: Exception) -> S3Error:
    cause = error.__cause__ or error
    if isinstance(cause, ContentLengthError):
        return S3Error("IncompleteBody")
    return S3Error("BadRequest", "The framing of the request body is not well-formed.")
