"""An answer written in one piece is what aiohttp would have sent for it."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import cast

import pytest
from aiohttp import web
from multidict import CIMultiDict

from s3gw.http import whole
from tests.http_server.harness import BLOCK, Running, read_answer


@dataclass
class Answer:
    """What both ways are to send."""

    status: int = 200
    headers: tuple[tuple[str, str], ...] = (("Server", "s3gw"), ("x-amz-meta-name", "Grün"))
    body: bytes | None = None
    close: bool = False


@dataclass
class Both:
    """A server that answers the same in both ways, by path."""

    port: int
    answer: Answer

    async def ask(self, request: str) -> tuple[bytes, set[bytes], bytes, bool]:
        """Status line, headers but the date, body, and whether the connection was closed; of both ways."""
        ours, theirs = await self._ask(request, "/whole"), await self._ask(request, "/aiohttp")
        assert ours == theirs
        return ours

    async def _ask(self, request: str, path: str) -> tuple[bytes, set[bytes], bytes, bool]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        try:
            writer.write(request.replace("/path", path).encode())
            if "close" not in request and ("/1.1" in request or "keep-alive" in request):
                writer.write(b"GET /end HTTP/1.1\r\nhost: x\r\n\r\n")
            status, *lines = (await reader.readuntil(b"\r\n\r\n"))[:-4].split(b"\r\n")
            headers = {line.replace(b"content-", b"Content-") for line in lines}
            dates = {line for line in headers if line.startswith(b"Date: ") and line.endswith(b" GMT")}
            assert len(dates) == 1
            body = b"" if self.answer.body is None else await reader.readexactly(len(self.answer.body))
            rest = await reader.read()
        finally:
            writer.close()
        assert rest.startswith(b"HTTP/1.1 404") or not rest
        return status, headers - dates, body, not rest


@pytest.fixture
async def both() -> AsyncIterator[Both]:
    """The server."""
    answer = Answer()

    async def handler(request: web.BaseRequest) -> web.StreamResponse:
        if request.path == "/end":
            ended = web.Response(status=404)
            ended.force_close()
            return ended
        body = None if request.method == "HEAD" else answer.body
        if request.path == "/whole":
            return whole.write(request, answer.status, answer.headers, body, close=answer.close)
        response = web.Response(status=answer.status, headers=CIMultiDict(answer.headers), body=body)
        if answer.close:
            response.force_close()
        return response

    loop = asyncio.get_running_loop()
    manager = web.Server(handler)
    server = await loop.create_server(manager, "127.0.0.1", 0)
    yield Both(server.sockets[0].getsockname()[1], answer)
    server.close()
    await manager.shutdown(0.1)


@pytest.mark.parametrize("status", [200, 204, 206, 304, 404, 409, 412, 416, 500, 501, 503, 507])
@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE"])
async def test_without_a_body(both: Both, status: int, method: str) -> None:
    both.answer.status = status
    if method == "HEAD" and status != 204:
        both.answer.headers += (("Content-Length", "17"), ("Content-Type", "text/plain"))
    line, _, _, closed = await both.ask(f"{method} /path HTTP/1.1\r\nhost: x\r\n\r\n")
    assert line.startswith(b"HTTP/1.1 %d " % status)
    assert not closed


@pytest.mark.parametrize("given", [(), (("Content-Type", "text/plain"), ("Content-Length", "4096"))])
async def test_with_a_body(both: Both, given: tuple[tuple[str, str], ...]) -> None:
    both.answer.body = bytes(4096)
    both.answer.headers += given
    _, headers, body, _ = await both.ask("GET /path HTTP/1.1\r\nhost: x\r\n\r\n")
    assert b"Content-Length: 4096" in headers
    assert body == bytes(4096)


@pytest.mark.parametrize("size", [whole.COPIED, whole.COPIED + 1, whole.MAX_SIZE])
async def test_copied_behind_the_headers_and_beside_them(both: Both, size: int) -> None:
    both.answer.body = bytes(range(256)) * (size // 256) + bytes(size % 256)
    _, headers, body, closed = await both.ask("GET /path HTTP/1.1\r\nhost: x\r\n\r\n")
    assert b"Content-Length: %d" % size in headers
    assert body == both.answer.body
    assert not closed


async def test_with_an_empty_body(both: Both) -> None:
    both.answer.body = b""
    _, headers, _, _ = await both.ask("GET /path HTTP/1.1\r\nhost: x\r\n\r\n")
    assert b"Content-Length: 0" in headers


@pytest.mark.parametrize(
    ("version", "connection", "close", "ended"),
    [
        ("1.1", "", False, False),
        ("1.1", "connection: close\r\n", False, True),
        ("1.1", "", True, True),
        ("1.0", "", False, True),
        ("1.0", "connection: keep-alive\r\n", False, False),
        ("1.0", "connection: keep-alive\r\n", True, True),
    ],
)
async def test_how_the_connection_goes_on(
    both: Both, version: str, connection: str, *, close: bool, ended: bool
) -> None:
    both.answer.close = close
    both.answer.body = b"body"
    _, _, _, closed = await both.ask(f"GET /path HTTP/{version}\r\nhost: x\r\n{connection}\r\n")
    assert closed == ended


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("x-amz-meta-name", "a\r\nSet-Cookie: b"),
        ("x-amz-meta-name", "a\nb"),
        ("x-amz-meta-name", "a\0b"),
        ("x-amz-meta-name", "a\x7fb"),
        ("x-amz-meta-a\nb", "c"),
        ("Content-Length", "6"),
    ],
)
async def test_what_would_break_the_answer_never_leaves(both: Both, name: str, value: str) -> None:
    both.answer.body = b"short"
    both.answer.headers = ((name, value),)
    reader, writer = await asyncio.open_connection("127.0.0.1", both.port)
    writer.write(b"GET /whole HTTP/1.1\r\nhost: x\r\n\r\n")
    said = await read_answer(reader)
    writer.close()
    assert said.status == 500
    assert "Set-Cookie" not in said.headers
    assert not any(given.startswith("x-amz-meta-") for given in said.headers)


async def test_requests_sent_at_once_are_answered_in_order(
    new_server: Callable[..., Awaitable[Running]],
) -> None:
    server = await new_server()
    server.fakes.stored.update({"a": b"first", "b": BLOCK * 2, "c": b"third"})
    reader, writer = await server.connect()
    puts = server.signed("PUT", "/bkt/d", {"content-length": "6"}) + b"fourth"
    writer.write(b"".join(server.signed("GET", f"/bkt/{key}") for key in "abc") + puts)
    writer.write(server.signed("GET", "/bkt/missing") + server.signed("GET", "/bkt/d"))
    answers = [await read_answer(reader) for _ in range(6)]
    assert [said.status for said in answers] == [200, 200, 200, 200, 404, 200]
    assert [answers[n].body for n in (0, 1, 2, 5)] == [b"first", BLOCK * 2, b"third", b"fourth"]


async def test_a_client_that_does_not_read_is_cut_off(
    new_server: Callable[..., Awaitable[Running]], caplog: pytest.LogCaptureFixture
) -> None:
    server = await new_server(body_timeout=0.1)
    server.fakes.stored["k"] = bytes(whole.MAX_SIZE)
    _, writer = await server.connect()
    cast("asyncio.Transport", writer.transport).pause_reading()
    with caplog.at_level(logging.INFO):
        writer.write(server.signed("GET", "/bkt/k") * 400)
        async with asyncio.timeout(60):
            while "was cut off" not in caplog.text:
                await asyncio.sleep(0.01)
    writer.close()
    answered = sum("GetObject" in record.getMessage() for record in caplog.records)
    assert 0 < answered < 400


async def test_a_client_that_reads_slowly_gets_everything(
    new_server: Callable[..., Awaitable[Running]],
) -> None:
    server = await new_server()
    server.fakes.stored["k"] = BLOCK[: whole.MAX_SIZE]
    reader, writer = await server.connect()
    writer.write(server.signed("GET", "/bkt/k") * 200)
    for _ in range(200):
        assert (await read_answer(reader)).body == BLOCK[: whole.MAX_SIZE]
    writer.close()
