"""Cuts depend on the bytes alone, chunks are the stream, and memory stays bounded."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from s3gw.storage.chunker import Chunker
from s3gw.storage.presets import PRESETS
from tests.storage.archives import boundaries, cut, noise


@pytest.mark.parametrize("preset", PRESETS)
@pytest.mark.parametrize("hints", [False, True])
def test_chunks_are_the_stream(preset: str, hints: bool) -> None:
    data = noise(3_000_001)
    chunks = cut(data, preset, hints=hints, feeds=[1, 70_000, 999_999])
    assert b"".join(chunks) == data
    assert all(chunks)
    assert max(map(len, chunks)) <= PRESETS[preset].maximum


@pytest.mark.parametrize("preset", ["cdc-256k", "cdc-64k", "cdc-4m"])
def test_without_hints_the_cuts_are_those_of_fastcdc(preset: str) -> None:
    data = noise(20 << 20)
    whole = [chunk.length for chunk in PRESETS[preset].cutter().cut_buf(memoryview(data))]
    assert [len(chunk) for chunk in cut(data, preset, hints=False, feeds=[300_000] * 80)] == whole


def test_fixed_chunks() -> None:
    assert [len(chunk) for chunk in cut(bytes((9 << 20) + 5), "fixed-4m", feeds=[1 << 20] * 9)] == [
        4 << 20,
        4 << 20,
        (1 << 20) + 5,
    ]


def test_nothing_gives_nothing() -> None:
    assert cut(b"") == []


@settings(max_examples=40, deadline=None)
@given(
    size=st.integers(0, 600_000),
    feeds=st.lists(st.integers(0, 90_000), max_size=30),
    preset=st.sampled_from(["cdc-64k", "fixed-64k", "cdc-256k"]),
    hints=st.booleans(),
)
def test_blocks_do_not_matter(size: int, feeds: list[int], preset: str, hints: bool) -> None:
    data = noise(size, size % 7)
    chunks = cut(data, preset, hints=hints, feeds=feeds)
    assert b"".join(chunks) == data
    assert boundaries(chunks) == boundaries(cut(data, preset, hints=hints))


def test_a_change_moves_only_the_cuts_near_it() -> None:
    data = noise(4 << 20)
    before = {bytes(chunk) for chunk in cut(data)}
    after = {bytes(chunk) for chunk in cut(data[:1_000_000] + b"!" + data[1_000_000:])}
    assert len(after - before) <= 4


def test_chunks_stay_as_they_were() -> None:
    """They are views; what is fed later must not write into them."""
    chunker = Chunker(PRESETS["cdc-64k"], hints=False)
    data = noise(8 << 20)
    kept: list[tuple[memoryview, bytes]] = []
    for at in range(0, len(data), 100_000):
        kept += [(chunk, bytes(chunk)) for chunk in chunker.feed(data[at : at + 100_000])]
    assert kept
    assert all(chunk == copy and chunk.readonly for chunk, copy in kept)


@pytest.mark.parametrize("hints", [False, True])
def test_memory_is_bounded(hints: bool) -> None:
    preset = PRESETS["cdc-256k"]
    block = noise(1 << 20)
    chunker = Chunker(preset, hints)
    tracemalloc.start()
    try:
        for _ in range(48):
            chunker.feed(block)
        assert tracemalloc.get_traced_memory()[1] <= 10 * preset.maximum
    finally:
        tracemalloc.stop()


def test_a_small_stream_takes_little_memory() -> None:
    tracemalloc.start()
    try:
        chunker = Chunker(PRESETS["cdc-4m"], hints=True)
        chunker.feed(bytes(4096))
        assert tracemalloc.get_traced_memory()[1] < 256 << 10
    finally:
        tracemalloc.stop()
