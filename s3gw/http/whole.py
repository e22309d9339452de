"""Answers whose every byte is known: written at once, status line, headers and body in one piece.

aiohttp's Response builds a multidict, looks at it a dozen times and passes four layers down to the same
`transport.write`; for a body of 4 KiB that took longer than the look-up of the object.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from email.utils import formatdate
from functools import lru_cache
from http import HTTPStatus
from time import time

from aiohttp import HttpVersion, HttpVersion10, HttpVersion11, web

MAX_SIZE = 64 * 1024
"""Bytes of a body that may be written so: little enough to lie in the transport until the client reads."""
COPIED = 16 * 1024
"""Bytes up to which a body is copied behind the headers; a longer one is written beside them."""

_REASONS = {status.value: status.phrase for status in HTTPStatus}
_NO_LENGTH = (204, 304)
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_NO_CONTROL = bytes(byte for byte in range(256) if not _CONTROL.match(chr(byte)))


class Written(web.StreamResponse):
    """An answer that has left: of a response, what the connection asks for afterwards."""

    def __init__(self, status: int, *, keep_alive: bool) -> None:
        # Without that of StreamResponse, which would make the headers of an answer still to be sent.
        self._status = status
        self._kept_alive = keep_alive

    @property
    def status(self) -> int:
        """The status that was sent."""
        return self._status

    @property
    def keep_alive(self) -> bool | None:
        """Whether the client was told that the connection goes on."""
        return self._kept_alive

    async def prepare(self, request: web.BaseRequest) -> None:
        """Nothing: the headers have left."""

    async def write_eof(self, data: bytes = b"") -> None:
        """Nothing: the body has left."""


def write(
    request: web.BaseRequest,
    status: int,
    headers: Sequence[tuple[str, str]],
    body: bytes | None,
    *,
    close: bool = False,
) -> Written:
    """Answer `request`; with `close`, as the last on its connection.

    The headers must not name Date, Connection or Transfer-Encoding. Content-Length need only be given for
    HEAD. Where the client reads slowly, the transport asks its protocol to pause, and whoever calls this has
    to wait. Raises ValueError where it is not that of the body and for control characters in a header,
    ConnectionError where the connection is lost; nothing was sent then.
    """
    keep_alive = request.keep_alive and not close
    head = _head(request, status, headers, body, keep_alive=keep_alive)
    transport = request.transport
    if transport is None or transport.is_closing():
        raise ConnectionResetError("the client is gone")
    if not body:
        transport.write(head)
    elif len(body) <= COPIED:
        transport.write(head + body)
    else:
        transport.writelines((head, body))
    # What the rest of the program knows an answer that has begun by.
    request.writer.output_size += len(head) + (len(body) if body else 0)
    return Written(status, keep_alive=keep_alive)


def _head(
    request: web.BaseRequest,
    status: int,
    headers: Sequence[tuple[str, str]],
    body: bytes | None,
    *,
    keep_alive: bool,
) -> bytes:
    """Status line and headers, as aiohttp would send them."""
    version = request.version
    declared, typed = None, not body
    pieces: list[str] = []
    for name, value in headers:
        if name == "Content-Length":
            declared = value
            continue
        if name == "Content-Type":
            typed = True
        pieces += (name, ": ", value, "\r\n")
    given = "".join(pieces).encode()
    if len(given.translate(None, _NO_CONTROL)) != len(pieces) // 2:  # the two at the end of each line
        _refuse_control(headers)
    length = _length(request, status, declared, body)
    return b"".join(
        (
            _status_line(version[0], version[1], status),
            given,
            b"" if length is None else b"Content-Length: %d\r\n" % length,
            b"" if typed else b"Content-Type: application/octet-stream\r\n",
            _date(),
            _connection(version, keep_alive=keep_alive),
        )
    )


@lru_cache(maxsize=256)
def _status_line(major: int, minor: int, status: int) -> bytes:
    return f"HTTP/{major}.{minor} {status} {_REASONS.get(status, '')}\r\n".encode()


def _connection(version: HttpVersion, *, keep_alive: bool) -> bytes:
    """The end of the headers; with that of the connection, where it is not what the version means anyway."""
    if keep_alive:
        return b"Connection: keep-alive\r\n\r\n" if version == HttpVersion10 else b"\r\n"
    return b"Connection: close\r\n\r\n" if version == HttpVersion11 else b"\r\n"


def _refuse_control(headers: Sequence[tuple[str, str]]) -> None:
    for name, value in headers:
        if _CONTROL.search(name) or _CONTROL.search(value):
            raise ValueError(f"control characters in the value of {name!r}")


def _length(request: web.BaseRequest, status: int, declared: str | None, body: bytes | None) -> int | None:
    """The value of Content-Length, where the answer is to have one."""
    if status in _NO_LENGTH:
        return None
    if declared is None:
        return None if request.method == "HEAD" else len(body or b"")
    length = int(declared)
    if body is not None and length != len(body):
        raise ValueError(f"the answer declares {declared} bytes and has {len(body)}")
    return length


_second = 0
_date_line = b""


def _date() -> bytes:
    """The Date header, made once a second."""
    global _second, _date_line
    now = int(time())
    if now != _second:
        _second, _date_line = now, f"Date: {formatdate(now, usegmt=True)}\r\n".encode()
    return _date_line
