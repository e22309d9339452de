"""Large bodies, received straight into the memory in which they are worked on.

aiohttp's parser makes bytes of every piece that the kernel hands over and copies them twice before anybody
sees them. The length of a body is known, so there is nothing to parse: once its first bytes have come the
ordinary way, the connection is taken over until the body's last byte, and never a byte longer.

Like `connection`, whose setting `guard_connections` switches it off as well, this module reaches round
aiohttp's public API: it puts a protocol of its own before the connection, tells the payload how many bytes
came, and gives the connection a new parser, since the old one still waits for the body.
"""

from __future__ import annotations

import asyncio
from typing import ClassVar, cast

from aiohttp import StreamReader, web

from s3gw.buffers import allocate
from s3gw.http.connection import Connection

BLOCK = 1 << 20
"""Bytes that are received before they are handed over, at least."""
LONGEST = 4 << 20
"""Bytes of a block of a long body where few connections receive so: what is done with a block wakes a dozen
threads, however long it is."""
SHARED = 16 << 20
"""Bytes of the blocks of all connections together, one of each, unless that is less than `BLOCK` for each."""
STEPS = 4
"""Blocks that are still to come, at least, when one is longer than `BLOCK`: a body's last are short, so that
little is left to do when the last has come."""
WORTHWHILE = 1 << 20
"""Bytes still to come from which on it pays. So many must have come as well: nobody gets a buffer for
promising a large body."""
MOST = 16
"""Connections that receive so at once; others go the ordinary way. Each holds a few blocks."""
_DROP = 64 << 10


class Direct(asyncio.BufferedProtocol):
    """Receives the rest of one body. `receive` gives its blocks; nobody may call it twice at a time."""

    active: ClassVar[int] = 0

    def __init__(
        self, connection: Connection, transport: asyncio.Transport, payload: StreamReader, left: int
    ):
        self._connection = connection
        self._transport = transport
        self._payload = payload
        self._left = left
        self._block = memoryview(b"")
        self._filled = 0
        self._waiter: asyncio.Future[None] | None = None
        self._dropping = False
        self._over = False
        Direct.active += 1
        transport.pause_reading()
        transport.set_protocol(self)

    @property
    def over(self) -> bool:
        """Whether the connection has been handed back: the body is complete, or the client is gone."""
        return self._over

    @property
    def waiting(self) -> int:
        """Bytes that have come of a block that is not handed over yet."""
        return self._filled

    async def receive(self) -> memoryview:
        """The next block: `BLOCK` bytes or more, or the body's last. It stays unchanged while it is kept.

        When it is cancelled, what has come is kept for the next call. Raises what aiohttp's payload would.
        """
        if not self._block:
            length = self._length()
            self._block = allocate(length)[:length]
            self._filled = 0
        if not self._over and self._filled < len(self._block):
            self._waiter = asyncio.get_running_loop().create_future()
            self._transport.resume_reading()
            try:
                await self._waiter
            finally:
                self._waiter = None
                if not self._over:
                    self._transport.pause_reading()
        if self._filled < len(self._block):
            error = self._payload.exception()
            raise ConnectionError("the connection was lost") if error is None else error
        block, self._block, self._filled = self._block, memoryview(b""), 0
        return block.toreadonly()

    def _length(self) -> int:
        """Bytes of the next block. Of few lengths, since buffers are used again for the same length only."""
        most = min(LONGEST, SHARED // Direct.active, self._left // STEPS)
        return min(self._left, 1 << (max(BLOCK, most).bit_length() - 1))

    def drop(self) -> None:
        """Nobody wants the rest: let it come, and throw it away."""
        if not self._over and not self._dropping:
            self._dropping = True
            self._block = memoryview(bytearray(_DROP))
            self._transport.resume_reading()

    # What the transport calls -----------------------------------------------------------------------

    def get_buffer(self, sizehint: int) -> memoryview:
        """Where the next bytes belong: never room for more than the body has."""
        if self._dropping:
            return self._block[: min(_DROP, self._left)]
        return self._block[self._filled :]

    def buffer_updated(self, nbytes: int) -> None:
        """So many bytes have come."""
        self._left -= nbytes
        self._payload.total_bytes += nbytes
        if not self._dropping:
            self._filled += nbytes
        if self._left == 0:
            self._hand_back(complete=True)
        elif not self._dropping and self._filled == len(self._block):
            self._transport.pause_reading()
            self._wake()

    def eof_received(self) -> bool | None:
        """The client said that nothing more comes, in the middle of the body."""
        self._hand_back(complete=False)
        return self._connection.eof_received()

    def connection_lost(self, exc: Exception | None) -> None:
        """The client is gone."""
        self._hand_back(complete=False)
        self._connection.connection_lost(exc)

    def pause_writing(self) -> None:
        """As the connection does."""
        self._connection.pause_writing()

    def resume_writing(self) -> None:
        """As the connection does."""
        self._connection.resume_writing()

    def _hand_back(self, *, complete: bool) -> None:
        """Let the connection go on with whatever comes next."""
        if self._over:
            return
        self._over = True
        Direct.active -= 1
        if not self._transport.is_closing():
            self._transport.pause_reading()
            self._transport.set_protocol(self._connection)
            self._transport.resume_reading()
        if complete:
            self._connection.renew_parser()
            self._payload.feed_eof()
        self._wake()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)


def take_over(request: web.BaseRequest) -> Direct | None:
    """Receive the rest of the body from here on, where that pays and nothing of it lies anywhere else."""
    length, payload, connection = request.content_length, request.content, request.protocol
    if (
        length is None
        or not isinstance(connection, Connection)
        or not WORTHWHILE <= payload.total_bytes <= length - WORTHWHILE
        or Direct.active >= MOST
        or "Transfer-Encoding" in request.headers
        or not connection.expects_only_body(payload)
    ):
        return None
    transport = cast("asyncio.Transport", request.transport)
    return Direct(connection, transport, payload, length - payload.total_bytes)
