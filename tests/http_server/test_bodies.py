"""Bodies on the wire: stalled, dripped, cut short, refused, expected."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from tests.http_server.harness import BLOCK, Running, read_answer

New = Callable[..., Awaitable[Running]]


@pytest.mark.parametrize("sent", [0, 1, 100_000])
async def test_a_body_that_stalls(new_server: New, sent: int) -> None:
    server = await new_server(body_timeout=0.15)
    reader, writer = await server.connect()
    writer.write(server.signed("PUT", "/bkt/k", {"content-length": "500000"}) + b"x" * sent)
    said = await read_answer(reader)
    assert (said.status, said.code) == (400, "RequestTimeout")
    assert said.headers["Connection"] == "close"
    assert server.fakes.stored == {}


async def test_a_body_that_drips(new_server: New) -> None:
    server = await new_server(body_timeout=0.1, minimum_rate=100_000)
    reader, writer = await server.connect()
    writer.write(server.signed("PUT", "/bkt/k", {"content-length": "500000"}))

    async def drip() -> None:
        while True:
            writer.write(b"x")
            await asyncio.sleep(0.01)

    dripping = asyncio.create_task(drip())
    said = await read_answer(reader)
    dripping.cancel()
    assert (said.status, said.code) == (400, "RequestTimeout")


@pytest.mark.parametrize("sent", [0, 10, 300_000])
async def test_a_body_shorter_than_its_length(server: Running, sent: int) -> None:
    head = server.signed("PUT", "/bkt/k", {"content-length": "500000"})
    said = await server.raw(head + b"x" * sent, half_close=True)
    assert (said.status, said.code) == (400, "IncompleteBody")
    assert server.fakes.stored == {}


async def test_a_client_that_leaves_in_the_middle(server: Running, caplog: pytest.LogCaptureFixture) -> None:
    _, writer = await server.connect()
    writer.write(server.signed("PUT", "/bkt/k", {"content-length": "500000"}) + b"x" * 1000)
    await writer.drain()
    writer.transport.abort()
    await server.server.stop(5)
    assert server.fakes.stored == {}
    assert "Traceback" not in caplog.text


async def test_a_body_without_a_length(server: Running) -> None:
    said = await server.raw(server.signed("PUT", "/bkt/k"))
    assert (said.status, said.code) == (411, "MissingContentLength")


async def test_continue_is_said_when_the_body_is_wanted(server: Running) -> None:
    reader, writer = await server.connect()
    headers = {"content-length": "5", "expect": "100-continue"}
    writer.write(server.signed("PUT", "/bkt/k", headers))
    assert (await read_answer(reader)).status == 100
    writer.write(b"hello")
    assert (await read_answer(reader)).status == 200
    assert server.fakes.stored == {"k": b"hello"}
    writer.write(server.signed("GET", "/bkt/k"))
    assert (await read_answer(reader)).body == b"hello"


async def test_continue_is_not_said_before_authorisation(server: Running) -> None:
    reader, writer = await server.connect()
    writer.write(b"PUT /bkt/k HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\nexpect: 100-continue\r\n\r\n")
    said = await read_answer(reader)
    assert (said.status, said.code) == (403, "AccessDenied")
    assert said.headers["Connection"] == "close"
    writer.write_eof()
    assert await reader.read() == b""


async def test_continue_is_not_said_where_the_operation_refuses(server: Running) -> None:
    reader, writer = await server.connect()
    headers = {"content-length": "5", "expect": "100-continue"}
    writer.write(server.signed("PUT", "/bkt/refuse", headers))
    said = await read_answer(reader)
    assert (said.status, said.code) == (404, "NoSuchBucket")
    assert said.headers["Connection"] == "close"


async def test_a_small_refused_body_keeps_the_connection(server: Running) -> None:
    reader, writer = await server.connect()
    writer.write(server.signed("PUT", "/bkt/refuse", {"content-length": "100000"}))
    assert (await read_answer(reader)).code == "NoSuchBucket"
    writer.write(b"GET /evil HTTP/1.1\r\n\r\n".ljust(100_000, b"x"))
    writer.write(server.signed("GET", "/bkt/1"))
    assert (await read_answer(reader)).body == BLOCK


async def test_a_large_refused_body_ends_the_connection(server: Running) -> None:
    reader, writer = await server.connect()
    writer.write(server.signed("PUT", "/bkt/refuse", {"content-length": "1000000000"}) + b"x" * 1000)
    said = await read_answer(reader)
    assert said.code == "NoSuchBucket"
    assert said.headers["Connection"] == "close"
    writer.write_eof()
    assert await reader.read() == b""


async def test_chunked_transfer_encoding_is_broken(server: Running) -> None:
    head = server.signed(
        "PUT", "/bkt/k", {"transfer-encoding": "chunked", "x-amz-decoded-content-length": "5"}
    )
    said = await server.raw(head + b"zz\r\nhello")
    assert 400 <= said.status < 500
    assert server.fakes.stored == {}
