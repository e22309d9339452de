"""The raw bytes of a request's body, with a limit on how slowly they may come.

aiohttp bounds neither a stalled nor a dripped body. The limits count only the time spent waiting for the
client: a store that is slow to take the bytes is not the client's fault.
"""

from __future__ import annotations

import asyncio
from time import monotonic

from aiohttp import ClientPayloadError, HttpVersion11, web
from aiohttp.http_exceptions import ContentLengthError, HttpProcessingError
from aiohttp.web_protocol import RequestPayloadError

from s3gw.errors import S3Error
from s3gw.http.exchange import ClientGone

DRAINABLE = 256 * 1024
"""Bytes of an unread body that are worth reading and throwing away to keep the connection."""


class BodySource:
    """An iterator over the blocks of one request's body, as they arrive. `received` counts their bytes."""

    def __init__(self, request: web.BaseRequest, *, stall: float, minimum_rate: int) -> None:
        self._request = request
        self._content = request.content
        self._stall = stall
        self._minimum_rate = minimum_rate
        self._waited = 0.0
        self._begun = False
        self._broken = False
        self.received = 0

    def __aiter__(self) -> BodySource:
        return self

    async def __anext__(self) -> bytes:
        """The next block.

        Raises S3Error RequestTimeout for a client that is too slow and IncompleteBody for one that ends the
        body early or breaks its framing, ClientGone where the connection is lost.
        """
        if not self._begun:
            self._begun = True
            if self._expects:
                await self._continue()
        try:
            if self._content.total_bytes > self.received or self._content.is_eof():
                block = self._content.read_nowait()
            else:
                block = await self._wait()
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

    async def _wait(self) -> bytes:
        began = monotonic()
        try:
            async with asyncio.timeout(self._stall):
                block = await self._content.readany()
        except TimeoutError:
            self._broken = True
            raise S3Error("RequestTimeout") from None
        self._waited += monotonic() - began
        if self._waited > self._stall and self.received + len(block) < self._minimum_rate * self._waited:
            self._broken = True
            raise S3Error("RequestTimeout")
        return block


def _framing(error: Exception) -> S3Error:
    cause = error.__cause__ or error
    if isinstance(cause, ContentLengthError):
        return S3Error("IncompleteBody")
    return S3Error("BadRequest", "The framing of the request body is not well-formed.")
