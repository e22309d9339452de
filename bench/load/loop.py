"""The event loop: each connection sends its next request as soon as the answer to the last is complete."""

from __future__ import annotations

import hashlib
import select
import socket
from array import array
from collections import Counter
from collections.abc import Collection, Iterator
from itertools import chain, islice
from time import perf_counter
from typing import Any, NoReturn

from bench.load.requests import Request, Target

STALLED_AFTER = 60.0
"""Seconds without a byte from any connection after which a run is given up."""
_PIECES = 64
_READ, _WRITE = select.EPOLLIN, select.EPOLLOUT


class Unexpected(Exception):
    """An answer that must not be: another status, length or content, or a connection that ended early."""


class Loop:
    """Connections to one server. Counts what is complete; raises Unexpected at the first wrong answer."""

    def __init__(self, target: Target, requests: Iterator[Request], tolerated: Collection[int] = ()):
        self.target = target
        self.requests = requests
        self.tolerated = tolerated
        self.latencies = array("d")
        self.statuses: Counter[int] = Counter()
        self.sent = self.received = 0
        self.buffer = bytearray(1 << 20)
        self.poll = select.epoll()
        self.connections: dict[int, Connection] = {}

    def connect(self, connections: int) -> None:
        """Open that many connections."""
        for _ in range(connections):
            Connection(self).open()

    def run(self, seconds: float) -> None:
        """Until there are no more requests, or no new ones for `seconds` and all answers are there."""
        ends = perf_counter() + seconds
        for connection in list(self.connections.values()):
            connection.next()
        while self.connections:
            events = self.poll.poll(STALLED_AFTER)
            if not events:
                raise Unexpected(f"no byte came for {STALLED_AFTER:.0f} s")
            if perf_counter() > ends:
                self.requests = iter(())
            for number, event in events:
                connection = self.connections[number]
                if event & ~_WRITE:
                    connection.readable()
                elif event & _WRITE:
                    connection.flush()

    def close(self) -> None:
        """Close every connection, whatever it does."""
        for connection in list(self.connections.values()):
            connection.close()
        self.poll.close()


class Connection:
    """One kept connection with at most one request under way."""

    __slots__ = (
        "began",
        "digest",
        "got",
        "head",
        "left",
        "loop",
        "number",
        "pending",
        "pieces",
        "request",
        "socket",
        "status",
        "waits",
    )

    def __init__(self, loop: Loop):
        self.loop = loop
        self.request: Request | None = None
        self.pending: list[Any] = []
        self.pieces: Iterator[Any] = iter(())
        self.waits = False
        self.head = b""
        self.status = self.left = self.got = 0
        self.digest: Any = None
        self.began = 0.0

    def open(self) -> None:
        """Connect and be watched."""
        target = self.loop.target
        self.socket = socket.create_connection((target.host, target.port), timeout=30)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self.number = self.socket.fileno()
        self.loop.connections[self.number] = self
        self.loop.poll.register(self.number, _READ)
        self.waits = False

    def close(self) -> None:
        """Be watched no longer, and close."""
        del self.loop.connections[self.number]
        self.loop.poll.unregister(self.number)
        self.socket.close()

    def next(self) -> None:
        """Begin the next request; close where there is none."""
        request = self.request = next(self.loop.requests, None)
        if request is None:
            self.close()
            return
        self.head, self.status = b"", 0
        self.digest = hashlib.sha256() if request.sha256 else None
        self.began = perf_counter()
        if request.body.size:
            self.pieces = chain((request.head,), request.body.pieces())
        else:
            self.pending = [request.head]
        self.flush()

    def flush(self) -> None:
        """Send what the socket takes."""
        while True:
            if not self.pending:
                self.pending = list(islice(self.pieces, _PIECES))
                if not self.pending:
                    self._watch(False)
                    return
            try:
                sent = self.socket.sendmsg(self.pending)
            except BlockingIOError:
                self._watch(True)
                return
            except ConnectionError as error:
                self._refuse(f"the connection broke while the request was sent: {error}")
            self.pending = _rest(self.pending, sent)

    def _watch(self, waits: bool) -> None:
        if waits is not self.waits:
            self.waits = waits
            self.loop.poll.modify(self.number, _READ | _WRITE if waits else _READ)

    def readable(self) -> None:
        """Take what has come."""
        try:
            got = self.socket.recv_into(self.loop.buffer)
        except BlockingIOError:
            return
        except ConnectionError as error:
            self._refuse(f"the connection broke: {error}")
        if not got:
            self._refuse("the connection was closed before the answer was complete")
        if self.status:
            self._body(memoryview(self.loop.buffer)[:got])
            return
        buffer = self.loop.buffer
        if self.head:
            self.head += buffer[:got]
            end = self.head.find(b"\r\n\r\n")
        else:
            end = buffer.find(b"\r\n\r\n", 0, got)
            self.head = bytes(memoryview(buffer)[:got])
        if end >= 0:
            self._answer(end)

    def _answer(self, end: int) -> None:
        """The head of an answer is complete: `end` is where it ends in what was received."""
        request, received = self.request, self.head
        if request is None:
            self._refuse("an answer came that nobody asked for")
        head = received[:end].lower() + b"\r\n"
        status = int(head[9:12])
        if status != request.status and status not in self.loop.tolerated:
            self.head = received[: received.index(b"\r\n")]  # the rest says little, and goes into documents
            self._refuse(f"status {request.status} was expected")
        if b"\r\ntransfer-encoding: chunked" in head:
            self._chunked(end)
            return
        if request.bodiless or status in (204, 304):
            length = 0
        else:
            at = head.find(b"\r\ncontent-length:")
            length = int(head[at + 17 : head.index(b"\r\n", at + 17)]) if at >= 0 else 0
        self.status, self.left, self.got = status, length, 0
        self.head = head
        self._body(memoryview(received)[end + 4 :])

    def _chunked(self, end: int) -> None:
        """A body in chunks is kept until its last one is there."""
        body = _unchunk(self.head, end + 4)
        if body is None:
            return
        self.status, self.left, self.got = int(self.head[9:12]), len(body), 0
        self.head = self.head[:end].lower() + b"\r\n"
        self._body(memoryview(body))

    def _body(self, block: memoryview) -> None:
        self.left -= len(block)
        self.got += len(block)
        if self.digest is not None:
            self.digest.update(block)
        if self.left > 0:
            return
        if self.left < 0:
            self._refuse("more came than Content-Length announced")
        self._done()

    def _done(self) -> None:
        loop, request = self.loop, self.request
        assert request is not None
        loop.latencies.append(perf_counter() - self.began)
        if self.status < 300:
            if request.length is not None and request.length != self.got:
                self._refuse(f"{request.length} bytes were expected, {self.got} came")
            if self.digest is not None and self.digest.hexdigest() != request.sha256:
                self._refuse("the body is not what was expected")
            if self.pending:
                self._refuse("it was answered before the request was sent whole")
        loop.statuses[self.status] += 1
        loop.sent += request.body.size
        loop.received += self.got
        if self.pending or b"\r\nconnection: close" in self.head:
            self.pending = []
            self.close()
            self.open()
        self.next()

    def _refuse(self, why: str) -> NoReturn:
        """Raise Unexpected with what was asked and what came."""
        asked = self.request.head.split(b"\r\n", 1)[0].decode() if self.request else "nothing"
        raise Unexpected(f"{asked}: {why}; received: {self.head[:2000].decode(errors='replace')!r}")


def _rest(buffers: list[Any], sent: int) -> list[Any]:
    """What remains of the buffers after `sent` bytes."""
    for number, buffer in enumerate(buffers):
        if sent < len(buffer):
            return [memoryview(buffer)[sent:], *buffers[number + 1 :]]
        sent -= len(buffer)
    return []


def _unchunk(received: bytes, at: int) -> bytes | None:
    """The body whose chunks begin at `at`; None where its end has not come."""
    parts: list[bytes] = []
    while True:
        end = received.find(b"\r\n", at)
        if end < 0:
            return None
        size = int(received[at:end].split(b";")[0], 16)
        if size == 0:
            return b"".join(parts) if received.find(b"\r\n\r\n", end) == end else None
        at = end + 2 + size + 2
        if at > len(received):
            return None
        parts.append(received[end + 2 : at - 2])
