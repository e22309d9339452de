"""Large bodies that are received past the parser: whole, and the connection goes on as ever."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterator, Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest

from s3gw.errors import S3Error
from s3gw.http import source as source_module
from s3gw.http.direct import MOST, Direct, take_over
from s3gw.http.source import BodySource
from tests.http.edge_requests import unsigned_chunks
from tests.http_server.harness import BREAKS_AFTER, Running, read_answer

New = Callable[..., Awaitable[Running]]
MIB = 1 << 20


@pytest.fixture
def taken(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[Direct]]:
    """The receivers of the test; afterwards none is left."""
    made: list[Direct] = []

    def spy(request: Any) -> Direct | None:
        direct = take_over(request)
        if direct is not None:
            made.append(direct)
        return direct

    monkeypatch.setattr(source_module, "take_over", spy)
    yield made
    assert Direct.active == 0


def put(server: Running, key: str, body: bytes, **headers: str) -> bytes:
    """A request with its body."""
    given = {name.replace("_", "-"): value for name, value in headers.items()}
    return server.signed("PUT", f"/bkt/{key}", {"content-length": str(len(body)), **given}) + body


async def send(writer: asyncio.StreamWriter, data: bytes, lengths: Sequence[int] = ()) -> None:
    """All of the data, in pieces of these lengths and the rest at once."""
    at = 0
    for length in (*lengths, len(data)):
        writer.write(data[at : at + length])
        await writer.drain()
        at += length


@pytest.mark.parametrize("seed", range(6))
async def test_bodies_and_requests_one_after_another(server: Running, taken: list[Direct], seed: int) -> None:
    """However the bytes are split, and though the next request follows a body without a pause."""
    chance = random.Random(seed)
    bodies = {
        str(number): chance.randbytes(chance.choice((5, 100_000, 2 * MIB, 2 * MIB + 1, 5_000_000, 9 * MIB)))
        for number in range(5)
    }
    wire = b"".join(put(server, key, body) for key, body in bodies.items())
    lengths = [chance.choice((1, 1000, 65_536, 300_000, MIB, 3 * MIB)) for _ in range(20)]
    reader, writer = await server.connect()
    sending = asyncio.create_task(send(writer, wire, lengths))
    for _ in bodies:
        assert (await read_answer(reader)).status == 200
    await sending
    assert server.fakes.stored == bodies
    writer.write(server.signed("GET", "/bkt/0"))
    assert (await read_answer(reader)).body == bodies["0"]
    assert len(taken) <= sum(len(body) >= 2 * MIB for body in bodies.values())


async def test_it_is_used(server: Running, taken: list[Direct]) -> None:
    said = await server.raw(put(server, "k", bytes(8 * MIB)), "PUT")
    assert said.status == 200
    assert [direct.over for direct in taken] == [True]


@pytest.mark.parametrize(("others", "longest"), [(0, 4), (5, 2), (MOST - 1, 1)])
async def test_blocks_are_long_where_few_receive(
    server: Running, taken: list[Direct], monkeypatch: pytest.MonkeyPatch, others: int, longest: int
) -> None:
    monkeypatch.setattr(Direct, "active", others)
    blocks: list[int] = []
    receive = Direct.receive

    async def spy(direct: Direct) -> memoryview:
        block = await receive(direct)
        blocks.append(len(block))
        return block

    monkeypatch.setattr(Direct, "receive", spy)
    body = random.Random(2).randbytes(24 * MIB)
    assert (await server.raw(put(server, "k", body), "PUT")).status == 200
    assert server.fakes.stored == {"k": body}
    assert max(blocks) == longest * MIB
    assert max(blocks[-2:]) <= MIB
    assert Direct.active == others
    monkeypatch.setattr(Direct, "active", 0)


@pytest.mark.parametrize("size", [0, 100_000, 2 * MIB - 1])
async def test_not_for_a_small_body(server: Running, taken: list[Direct], size: int) -> None:
    assert (await server.raw(put(server, "k", bytes(size)), "PUT")).status == 200
    assert taken == []


async def test_not_without_the_guard(new_server: New, taken: list[Direct]) -> None:
    server = await new_server(guard_connections=False)
    assert (await server.raw(put(server, "k", b"x" * (8 * MIB)), "PUT")).status == 200
    assert taken == []
    assert server.fakes.stored == {"k": b"x" * (8 * MIB)}


async def test_only_so_many_at_once(
    server: Running, taken: list[Direct], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Direct, "active", MOST)
    assert (await server.raw(put(server, "k", b"x" * (8 * MIB)), "PUT")).status == 200
    assert taken == []
    assert server.fakes.stored == {"k": b"x" * (8 * MIB)}
    monkeypatch.setattr(Direct, "active", 0)


async def test_framed_chunks(server: Running, taken: list[Direct]) -> None:
    data = random.Random(1).randbytes(7_000_001)
    body = unsigned_chunks(data[at : at + 70_001] for at in range(0, len(data), 70_001))
    headers = {
        "content-length": str(len(body)),
        "x-amz-decoded-content-length": str(len(data)),
        "content-encoding": "aws-chunked",
    }
    head = server.signed("PUT", "/bkt/k", headers, payload="STREAMING-UNSIGNED-PAYLOAD-TRAILER")
    assert (await server.raw(head + body, "PUT")).status == 200
    assert server.fakes.stored == {"k": data}
    assert len(taken) == 1


async def test_a_client_that_stops_sending(new_server: New, taken: list[Direct]) -> None:
    server = await new_server(body_timeout=0.5)
    reader, writer = await server.connect()
    writer.write(put(server, "k", bytes(9 * MIB))[: -2 * MIB])
    said = await read_answer(reader)
    assert (said.status, said.code) == (400, "RequestTimeout")
    assert said.headers["Connection"] == "close"
    assert len(taken) == 1
    writer.transport.abort()
    await server.server.stop(5)


async def test_a_body_shorter_than_its_length(server: Running, taken: list[Direct]) -> None:
    said = await server.raw(put(server, "k", bytes(9 * MIB))[: -2 * MIB - 5], "PUT", half_close=True)
    assert (said.status, said.code) == (400, "IncompleteBody")
    assert server.fakes.stored == {}
    assert len(taken) == 1


async def test_a_client_that_leaves(
    server: Running, taken: list[Direct], caplog: pytest.LogCaptureFixture
) -> None:
    _, writer = await server.connect()
    writer.write(put(server, "k", bytes(9 * MIB))[: -2 * MIB])
    await writer.drain()
    while not taken:
        await asyncio.sleep(0)
    writer.transport.abort()
    await server.server.stop(5)
    assert server.fakes.stored == {}
    assert "Traceback" not in caplog.text


@pytest.mark.parametrize("more", [100_000, 8 * MIB])
async def test_an_operation_that_fails_in_the_middle(server: Running, taken: list[Direct], more: int) -> None:
    """What nobody wants any more is thrown away; where it is little, the connection goes on."""
    reader, writer = await server.connect()
    sending = asyncio.create_task(send(writer, put(server, "breaks", bytes(BREAKS_AFTER + more))))
    said = await read_answer(reader)
    assert (said.status, said.code) == (404, "NoSuchBucket")
    await sending
    assert len(taken) == 1 or more < MIB
    if said.headers.get("Connection") == "close":
        assert await reader.read() == b""
    else:
        writer.write(put(server, "next", b"hello"))
        assert (await read_answer(reader)).status == 200
        assert server.fakes.stored == {"next": b"hello"}


async def test_shutting_down_in_the_middle(server: Running, taken: list[Direct]) -> None:
    reader, writer = await server.connect()
    writer.write(put(server, "k", bytes(9 * MIB))[: -2 * MIB])
    while not taken:
        await asyncio.sleep(0)
    await server.server.stop(0.05)
    assert (await read_answer(reader)).status == 0
    assert server.fakes.stored == {}


class _Slow:
    """A receiver whose first block takes longer than the limit for a stall, `coming` bytes at a time."""

    def __init__(self, coming: Sequence[int]) -> None:
        self.waiting = 0
        self._coming = iter(coming)

    async def receive(self) -> memoryview:
        """The block, once enough has come."""
        self.waiting += next(self._coming, 0)
        if self.waiting < 1000:
            await asyncio.get_running_loop().create_future()
        return memoryview(bytes(1000))


async def _first_block(monkeypatch: pytest.MonkeyPatch, coming: Sequence[int], rate: int) -> int:
    monkeypatch.setattr(source_module, "take_over", lambda _: _Slow(coming))
    content = SimpleNamespace(total_bytes=0, is_eof=lambda: False)
    request = SimpleNamespace(content=content, content_length=5000, headers={})
    source = BodySource(cast("Any", request), stall=0.02, minimum_rate=rate)
    return len(await anext(source))


async def test_a_block_that_comes_slowly_is_no_stall(monkeypatch: pytest.MonkeyPatch) -> None:
    assert await _first_block(monkeypatch, [300, 300, 300, 300], 1) == 1000


@pytest.mark.parametrize(("coming", "rate"), [([300, 0], 1), ([300, 300, 300, 300], 10_000_000)])
async def test_a_block_that_stops_or_drips(
    monkeypatch: pytest.MonkeyPatch, coming: Sequence[int], rate: int
) -> None:
    with pytest.raises(S3Error, match="RequestTimeout"):
        await _first_block(monkeypatch, coming, rate)
