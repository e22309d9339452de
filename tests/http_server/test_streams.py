"""Streamed answers: whole, or visibly broken; and clients that do not read."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import cast

import pytest

from tests.http_server.harness import BLOCK, Running, read_answer

New = Callable[..., Awaitable[Running]]


async def test_a_stream_arrives_whole(server: Running) -> None:
    said = await server.request("GET", "/bkt/200")
    assert said.body == BLOCK * 200
    assert said.headers["Content-Length"] == str(200 * len(BLOCK))
    assert server.fakes.closed == ["200"]


async def test_a_failure_before_the_first_block_is_an_error(server: Running) -> None:
    said = await server.request("GET", "/bkt/5-early")
    assert (said.status, said.code) == (500, "InternalError")
    assert server.fakes.closed == ["5-early"]


@pytest.mark.parametrize("key", ["5-broken", "5-short"])
async def test_a_failure_in_the_middle_cuts_the_connection(
    server: Running, key: str, caplog: pytest.LogCaptureFixture
) -> None:
    reader, writer = await server.connect()
    writer.write(server.signed("GET", f"/bkt/{key}"))
    head = await reader.readuntil(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200")
    try:
        body = await reader.read(-1)
    except ConnectionError:
        body = b""
    assert body != BLOCK * 5
    assert (BLOCK * 5).startswith(body)
    assert server.fakes.closed == [key]
    assert "cut after" in caplog.text


async def test_more_bytes_than_declared_are_not_sent(server: Running) -> None:
    reader, writer = await server.connect()
    writer.write(server.signed("GET", "/bkt/3-long"))
    await reader.readuntil(b"\r\n\r\n")
    try:
        body = await reader.read(-1)
    except ConnectionError:
        body = b""
    assert (BLOCK * 3).startswith(body)


async def test_head_does_not_read_the_stream(server: Running) -> None:
    said = await server.request("HEAD", "/bkt/k")
    assert (said.status, said.body) == (200, b"")


async def test_a_client_that_does_not_read_is_cut_off(
    new_server: New, caplog: pytest.LogCaptureFixture
) -> None:
    server = await new_server(body_timeout=0.1)
    _, writer = await server.connect()
    with caplog.at_level(logging.INFO):
        writer.write(server.signed("GET", "/bkt/2000"))
        cast("asyncio.Transport", writer.transport).pause_reading()
        async with asyncio.timeout(60):
            while not server.fakes.closed:
                await asyncio.sleep(0.01)
    assert "was cut off" in caplog.text


async def test_a_slow_store_is_not_the_clients_fault(new_server: New) -> None:
    server = await new_server(body_timeout=0.05)
    reader, writer = await server.connect()
    writer.write(server.signed("GET", "/bkt/held"))
    await server.fakes.held.wait()
    await asyncio.sleep(0.2)  # four times the limit, in which nothing can be read
    server.fakes.hold.set()
    assert (await read_answer(reader)).body == b"released"


async def test_a_client_that_leaves_in_the_middle_is_no_error_of_ours(
    server: Running, caplog: pytest.LogCaptureFixture
) -> None:
    reader, writer = await server.connect()
    writer.write(server.signed("GET", "/bkt/2000"))
    await reader.readexactly(1000)
    writer.transport.abort()
    async with asyncio.timeout(60):
        while not server.fakes.closed:
            await asyncio.sleep(0.01)
    await server.server.stop(5)
    assert "Traceback" not in caplog.text
    assert "outside" not in caplog.text
