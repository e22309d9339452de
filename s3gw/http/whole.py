"""Answers whose every byte is known: written at once, status line, headers and body in one piece.

aiohttp's Response builds a multidict, looks at it a dozen times and passes four layers down to the same
`transport.write`; for a body of 4 KiB that took longer than the look-up of the object.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from email.utils import formatdate
from http import HTTPStatus
from time import time

from aiohttp import HttpVersion10, HttpVersion11, web

MAX_SIZE = 64 * 1024
"""Bytes of a body that may be written so: little enough to lie in the transport until the client reads."""
COPIED = 16 * 1024
"""Bytes up to which a body is copied behind the headers; a longer one is written beside them."""

_REASONS = {status.value: status.phrase for status in HTTPStatus}
_LINE = ": ".join
_NO_LENGTH = (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED)
_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


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
    given = [pair for pair in headers if pair[0] != "Content-Length"]
    lines = [f"HTTP/{version[0]}.{version[1]} {status} {_REASONS.get(status, '')}", *map(_LINE, given)]
    if not "".join(lines).isprintable():
        _refuse_control(lines)
    named = dict(headers)
    length = _length(request, status, named.get("Content-Length"), body)
    if length is not None:
        lines.append(f"Content-Length: {length}")
    if body and "Content-Type" not in named:
        lines.append("Content-Type: application/octet-stream")
    lines.append(_date())
    if keep_alive:
        if version == HttpVersion10:
            lines.append("Connection: keep-alive")
    elif version == HttpVersion11:
        lines.append("Connection: close")
    lines.append("\r\n")
    return "\r\n".join(lines).encode()


def _refuse_control(lines: Iterable[str]) -> None:
    for line in lines:
        if _CONTROL.search(line):
            raise ValueError(f"control characters in the value of {line.partition(':')[0]!r}")


def _length(request: web.BaseRequest, status: int, declared: str | None, body: bytes | None) -> str | None:
    """The value of Content-Length, where the answer is to have one."""
    if status in _NO_LENGTH:
        return None
    if declared is None:
        return None if request.method == "HEAD" else str(len(body or b""))
    if body is not None and int(declared) != len(body):
        raise ValueError(f"the answer declares {declared} bytes and has {len(body)}")
    return declared


_second = 0
_date_line = ""


def _date() -> str:
    """The Date header, made once a second."""
    global _second, _date_line
    now = int(time())
    if now != _second:
        _second, _date_line = now, f"Date: {formatdate(now, usegmt=True)}"
    return _date_line
