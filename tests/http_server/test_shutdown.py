"""An orderly end: what runs finishes, what is new is refused."""

from __future__ import annotations

import asyncio

import pytest

from tests.http_server.harness import BLOCK, Running, read_answer


async def test_what_runs_finishes_and_what_is_new_is_refused(server: Running) -> None:
    reader, writer = await server.connect()
    idle_reader, idle_writer = await server.connect()
    idle_writer.write(server.signed("GET", "/bkt/1"))
    assert (await read_answer(idle_reader)).body == BLOCK
    writer.write(server.signed("GET", "/bkt/held"))
    await server.fakes.held.wait()

    stopping = asyncio.create_task(server.server.stop(30))
    await asyncio.sleep(0)
    idle_writer.write(server.signed("GET", "/bkt/1"))
    said = await read_answer(idle_reader)
    assert (said.status, said.code) == (503, "ServiceUnavailable")
    assert said.headers["Connection"] == "close"
    with pytest.raises(ConnectionRefusedError):
        await server.connect()

    server.fakes.hold.set()
    said = await read_answer(reader)
    assert said.body == b"released"
    assert said.headers["Connection"] == "close"
    await stopping
    assert await reader.read() == b""


async def test_an_upload_goes_on_while_stopping(server: Running) -> None:
    reader, writer = await server.connect()
    headers = {"content-length": str(2 * len(BLOCK)), "expect": "100-continue"}
    writer.write(server.signed("PUT", "/bkt/k", headers))
    assert (await read_answer(reader)).status == 100
    stopping = asyncio.create_task(server.server.stop(30))
    await asyncio.sleep(0)
    writer.write(BLOCK * 2)
    assert (await read_answer(reader)).status == 200
    assert server.fakes.stored["k"] == BLOCK * 2
    await stopping


async def test_what_takes_too_long_is_cut_off(server: Running) -> None:
    reader, writer = await server.connect()
    writer.write(server.signed("GET", "/bkt/held"))
    await server.fakes.held.wait()
    await server.server.stop(0.05)
    assert await reader.read() == b""


async def test_stopping_closes_idle_connections_at_once(server: Running) -> None:
    reader, writer = await server.connect()
    writer.write(server.signed("GET", "/bkt/1"))
    assert (await read_answer(reader)).body == BLOCK
    await server.server.stop(30)
    assert await reader.read() == b""


async def test_a_worker_that_was_replaced_refuses_nobody(server: Running) -> None:
    reader, writer = await server.connect()
    idle_reader, idle_writer = await server.connect()
    silent_reader, _ = await server.connect()
    writer.write(server.signed("GET", "/bkt/held"))
    await server.fakes.held.wait()

    retiring = asyncio.create_task(server.server.retire(30))
    await asyncio.sleep(0)
    idle_writer.write(server.signed("GET", "/bkt/1"))
    said = await read_answer(idle_reader)
    assert (said.status, said.body) == (200, BLOCK)
    assert said.headers["Connection"] == "close"
    assert await idle_reader.read() == b""
    with pytest.raises(ConnectionRefusedError):
        await server.connect()
    assert await silent_reader.read() == b""
    assert not retiring.done()
    server.fakes.hold.set()
    said = await read_answer(reader)
    assert (said.status, said.headers["Connection"]) == (200, "close")
    await retiring
