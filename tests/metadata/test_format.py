"""The bytes of an export: what was written is read, and nothing that was altered, cut or exchanged is."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from s3gw import sealing
from s3gw.errors import Damaged
from s3gw.metadata.format import Kind, Reader, Writer
from s3gw.sealing import Masters, Sealed

MASTER = bytes(range(32))
OTHER = bytes(range(1, 33))
BLOCKS = [(Kind.TABLE, b"{}"), (Kind.ROWS, b"1\tone\n" * 9000), (Kind.ROWS, b""), (Kind.END, b"{}")]


async def written(
    master: bytes | None, blocks: list[tuple[Kind, bytes]], salt: bytes = bytes(16), **head: Any
) -> bytes:
    data = bytearray()

    async def sink(piece: bytes) -> None:
        data.extend(piece)

    named = None if master is None else sealing.master_id(master)
    writer = await Writer.begin(sink, {"master": named, **head}, master, salt)
    for kind, plain in blocks:
        await writer.block(kind, plain)
    return bytes(data)


async def read(data: bytes, master: bytes | None = MASTER, piece: int = 1000) -> list[tuple[Kind, bytes]]:
    async def source() -> AsyncIterator[bytes]:
        for at in range(0, len(data), piece):
            yield data[at : at + piece]

    reader = Reader(source())
    await reader.begin()
    return [one async for one in reader.blocks(Masters.only(master))]


@pytest.mark.parametrize("master", [None, MASTER])
@pytest.mark.parametrize("piece", [1, 7, 1 << 20])
async def test_what_was_written_is_read(master: bytes | None, piece: int) -> None:
    assert await read(await written(master, BLOCKS), master, piece) == BLOCKS


async def test_what_is_sealed_shows_nothing_and_needs_its_key() -> None:
    data = await written(MASTER, [(Kind.ROWS, b"a secret name"), *BLOCKS])
    assert b"secret" not in data
    with pytest.raises(Sealed, match=sealing.master_id(MASTER)):
        await read(data, OTHER)
    with pytest.raises(Sealed, match="S3GW_MASTER_KEY"):
        await read(data, None)


@pytest.mark.parametrize("master", [None, MASTER])
@settings(max_examples=60, deadline=None)
@given(cut=st.integers(0, 10_000))
async def test_what_breaks_off_is_not_whole(master: bytes | None, cut: int) -> None:
    data = await written(master, BLOCKS)
    with pytest.raises(Damaged):
        await read(data[: cut % len(data)])


@settings(max_examples=100, deadline=None)
@given(at=st.integers(0, 10_000), bit=st.integers(0, 7))
async def test_a_flipped_bit_is_found(at: int, bit: int) -> None:
    data = bytearray(await written(MASTER, BLOCKS))
    data[at % len(data)] ^= 1 << bit
    with pytest.raises((Damaged, Sealed)):
        await read(bytes(data))


async def test_blocks_of_another_export_or_in_another_order_are_refused() -> None:
    one = await written(MASTER, BLOCKS)
    other = await written(MASTER, BLOCKS, salt=b"1" * 16)
    head = len(await written(MASTER, []))
    assert len(one) == len(other)
    with pytest.raises(Damaged, match="sealed by another key"):
        await read(one[:head] + other[head:])
    first = len(await written(MASTER, BLOCKS[:1]))
    second = len(await written(MASTER, BLOCKS[:2]))
    with pytest.raises(Damaged, match="block 0"):
        await read(one[:head] + one[first:second] + one[head:first] + one[second:])
    with pytest.raises(Damaged, match="behind its end"):
        await read(one + b"more")


async def test_what_is_no_export_or_a_later_one_is_told() -> None:
    with pytest.raises(Damaged, match="not an export"):
        await read(b"-- PostgreSQL database dump" * 10)
    later = bytearray(await written(None, BLOCKS))
    later[8] = 2
    with pytest.raises(Damaged, match="version 2"):
        await read(bytes(later))
