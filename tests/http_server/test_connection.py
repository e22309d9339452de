"""What a connection withstands: slow and oversized headers, refusals of the parser, too many connections."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from tests.http_server.harness import BLOCK, Running, read_answer

New = Callable[..., Awaitable[Running]]


async def test_headers_that_never_end_are_timed_out(new_server: New) -> None:
    server = await new_server(header_timeout=0.1)
    reader, writer = await server.connect()
    writer.write(b"GET / HTTP/1.1\r\nhost: x\r\nx-a: ")
    said = await read_answer(reader)
    assert (said.status, said.code) == (400, "RequestTimeout")
    assert f"<RequestId>{said.headers['x-amz-request-id']}</RequestId>".encode() in said.body
    assert await reader.read() == b""


async def test_headers_that_drip_are_timed_out(new_server: New) -> None:
    server = await new_server(header_timeout=0.2)
    reader, writer = await server.connect()

    async def drip() -> None:
        while True:
            writer.write(b"GET / HTTP/1.1\r\n"[:1] if not writer.is_closing() else b"")
            await asyncio.sleep(0.01)

    dripping = asyncio.create_task(drip())
    said = await read_answer(reader)
    dripping.cancel()
    assert said.status in (0, 400)


async def test_a_connection_without_a_request_is_closed(new_server: New) -> None:
    server = await new_server(header_timeout=0.1)
    reader, _ = await server.connect()
    assert await reader.read() == b""


async def test_an_idle_connection_is_closed_after_a_while(new_server: New) -> None:
    server = await new_server(keepalive_timeout=0.1)
    reader, writer = await server.connect()
    writer.write(server.signed("GET", "/"))
    assert (await read_answer(reader)).status == 200
    assert await reader.read() == b""


async def test_slow_headers_of_a_further_request_are_timed_out(new_server: New) -> None:
    server = await new_server(header_timeout=0.5)
    reader, writer = await server.connect()
    writer.write(server.signed("GET", "/"))
    assert (await read_answer(reader)).status == 200
    writer.write(b"GET / HT")
    said = await read_answer(reader)
    assert (said.status, said.code) == (400, "RequestTimeout")


async def test_headers_without_end_are_bounded(new_server: New) -> None:
    server = await new_server(max_header_size=4096)
    reader, writer = await server.connect()
    line = b"x-a: " + b"b" * 50 + b"\r\n"
    writer.write(b"GET / HTTP/1.1\r\nhost: x\r\n" + line * 70)
    await writer.drain()
    writer.write(line * 20)
    said = await read_answer(reader)
    assert (said.status, said.code) == (400, "RequestHeaderSectionTooLarge")


@pytest.mark.parametrize(
    ("head", "code"),
    [
        (
            b"GET / HTTP/1.1\r\nhost: x\r\nx-a: " + b"a" * 100_000 + b"\r\n\r\n",
            "RequestHeaderSectionTooLarge",
        ),
        (b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nhost: x\r\n\r\n", "RequestHeaderSectionTooLarge"),
        (b"GET / HTTP/1.1\r\nhost: x\r\n" + b"x-a: b\r\n" * 500 + b"\r\n", "RequestHeaderSectionTooLarge"),
        (b"PUT /b/k HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab", "BadRequest"),
        (b"PUT /b/k HTTP/1.1\r\nhost: x\r\ncontent-length: -1\r\n\r\n", "BadRequest"),
        (b"GET / HTTP/1.1\r\nhost: x\r\nx-nul: a\0b\r\n\r\n", "BadRequest"),
        (b"GET / HTTP/1.1\r\n\r\n", "BadRequest"),
        (b"nonsense\r\n\r\n", "BadRequest"),
        (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03", "BadRequest"),
    ],
    ids=["header", "target", "many", "two lengths", "negative", "nul", "no host", "nonsense", "tls"],
)
async def test_what_the_parser_refuses_is_an_s3_error(server: Running, head: bytes, code: str) -> None:
    said = await server.raw(head)
    assert (said.status, said.code) == (400, code)
    assert f"<RequestId>{said.headers['x-amz-request-id']}</RequestId>".encode() in said.body
    assert said.headers["Content-Type"] == "application/xml"


async def test_a_refusal_arrives_although_the_client_is_still_sending(server: Running) -> None:
    reader, writer = await server.connect()
    writer.write(b"GET / HTTP/1.1\r\nhost: x\r\nx-a: " + b"a" * 100_000)
    said = await read_answer(reader)
    assert said.code == "RequestHeaderSectionTooLarge"
    writer.write(b"a" * 1_000_000)
    await writer.drain()
    writer.write_eof()
    assert await reader.read() == b""


async def test_connections_are_bounded(new_server: New) -> None:
    server = await new_server(max_connections=3)
    held = [await server.connect() for _ in range(3)]
    for reader, writer in held:
        writer.write(server.signed("GET", "/"))
        assert (await read_answer(reader)).status == 200
    reader, writer = await server.connect()
    said = await read_answer(reader)
    assert (said.status, said.code) == (503, "SlowDown")
    held[0][1].write_eof()
    assert await held[0][0].read() == b""
    assert (await server.request("GET", "/bkt/1")).body == BLOCK


async def test_a_half_closed_connection_still_gets_its_answer(server: Running) -> None:
    said = await server.raw(server.signed("GET", "/bkt/1"), half_close=True)
    assert said.body == BLOCK


async def test_without_the_guard_aiohttp_serves_alone(new_server: New) -> None:
    server = await new_server(guard_connections=False)
    assert (await server.request("GET", "/bkt/1")).body == BLOCK
    assert (await server.raw(b"nonsense\r\n\r\n")).status == 400


async def test_requests_follow_each_other_on_a_connection(server: Running) -> None:
    reader, writer = await server.connect()
    for path, status in (("/bkt/missing", 404), ("/bkt/bug", 500), ("/bkt/2", 200), ("/bkt/full", 507)):
        writer.write(server.signed("GET", path))
        assert (await read_answer(reader)).status == status
    writer.write(server.signed("GET", "/bkt/1") + server.signed("GET", "/bkt/missing"))
    assert (await read_answer(reader)).body == BLOCK
    assert (await read_answer(reader)).code == "NoSuchKey"


@pytest.mark.slow
async def test_two_thousand_idle_connections_leave_room_for_others(server: Running) -> None:
    for _ in range(2000):
        await server.connect()
    assert (await server.request("GET", "/bkt/1")).body == BLOCK
