"""The presets cut where FastCDC v2020 cuts: as its definition says, and as the Rust crate does."""

from __future__ import annotations

import hashlib
import math

import pyfastcdc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from s3gw.config import CHUNKINGS
from s3gw.errors import ConfigError
from s3gw.storage.presets import PRESETS

# FastCDC v2020 once more, from its definition: the gear table is made of MD5 digests (as in destor, the
# authors' own code), the masks are those of the crate `fastcdc` 3.x and 4.x, src/v2020/mod.rs.
GEAR = [int.from_bytes(hashlib.md5(bytes([byte]) * 64).digest()[:8], "big") for byte in range(256)]
MASKS = {
    9: 0x0000019000353000,
    13: 0x0000D90303530000,
    15: 0x0000D90F03530000,
    17: 0x0000D90703537000,
    19: 0x0000D91707537000,
    21: 0x0000D91767537000,
    23: 0x0000D93777537000,
}
MASKS[7] = 0x0000000018035100
WORD = (1 << 64) - 1


def reference_cut(data: bytes, minimum: int, average: int, maximum: int) -> tuple[int, int]:
    """Length of the first chunk, and its hash; one byte at a time, which gives the same as two."""
    length = min(len(data), maximum)
    if length <= minimum:
        return length, 0
    bits = round(math.log2(average))
    strict, easy = MASKS[bits + 1], MASKS[bits - 1]
    center = min(average, length) // 2 * 2
    value = 0
    for at in range(minimum // 2 * 2, length // 2 * 2):
        value = ((value << 1) + GEAR[data[at]]) & WORD
        if not value & (strict if at < center else easy):
            return at, value
    return length, value


def reference(data: bytes, minimum: int, average: int, maximum: int) -> list[int]:
    lengths: list[int] = []
    at = 0
    while at < len(data):
        length, _ = reference_cut(data[at : at + maximum], minimum, average, maximum)
        lengths.append(length)
        at += length
    return lengths


def stream(size: int) -> bytes:
    """The bytes that the frozen lengths belong to."""
    return hashlib.shake_128(b"s3gw").digest(size)


def lengths(name: str, data: bytes) -> list[int]:
    return [chunk.length for chunk in PRESETS[name].cutter().cut_buf(memoryview(data))]


GOLDEN = {
    "cdc-256k": (
        4 << 20,
        [345939, 448157, 271680, 382029, 423271, 243147, 344344, 279508, 379898, 429630, 332010, 314691],
    ),
    "cdc-64k": (
        1 << 20,
        [68705, 144086, 76260, 56888, 88766, 90115, 61038, 108201, 89764, 81080, 91655, 73075, 18943],
    ),
    "cdc-1m": (
        8 << 20,
        [1101959, 2016014, 429630, 715412, 1164039, 1259601, 1457347, 244606],
    ),
    "cdc-4m": (
        16 << 20,
        [4263015, 5063806, 2544400, 2483448, 2422547],
    ),
}


@pytest.mark.parametrize("name", GOLDEN)
def test_golden_lengths(name: str) -> None:
    """Frozen: other lengths would find nothing that earlier releases stored."""
    size, expected = GOLDEN[name]
    assert lengths(name, stream(size)) == expected


@pytest.mark.parametrize(("name", "size"), [("cdc-256k", 1 << 20), ("cdc-64k", 512 << 10)])
def test_golden_lengths_follow_the_definition(name: str, size: int) -> None:
    preset = PRESETS[name]
    data = stream(size)
    assert lengths(name, data) == reference(data, preset.minimum, preset.average, preset.maximum)


@pytest.mark.parametrize("name", GOLDEN)
@pytest.mark.slow
def test_all_golden_lengths_follow_the_definition(name: str) -> None:
    preset = PRESETS[name]
    size, expected = GOLDEN[name]
    assert reference(stream(size), preset.minimum, preset.average, preset.maximum) == expected


@settings(max_examples=60, deadline=None)
@given(
    seed=st.binary(min_size=1, max_size=8),
    size=st.integers(0, 20_000),
    minimum=st.integers(64, 256),
    maximum=st.integers(1024, 4096),
)
def test_any_sizes_follow_the_definition(seed: bytes, size: int, minimum: int, maximum: int) -> None:
    data = hashlib.shake_128(seed).digest(size)
    cutter = pyfastcdc.FastCDC(256, min_size=minimum, max_size=maximum, normalized_chunking=1)
    assert [chunk.length for chunk in cutter.cut_buf(data)] == reference(data, minimum, 256, maximum)


def test_zeros_as_in_the_rust_crate() -> None:
    """The vector `test_cut_all_zeros` of the crate, length and hash."""
    cutter = pyfastcdc.FastCDC(256, min_size=64, max_size=1024, normalized_chunking=1)
    found = [(chunk.length, chunk.gear_hash) for chunk in cutter.cut_buf(bytes(10240))]
    assert found == [(1024, 14169102344523991076)] * 10
    assert reference_cut(bytes(1024), 64, 256, 1024) == (1024, 14169102344523991076)


def test_what_is_offered_exists() -> None:
    assert set(CHUNKINGS) <= set(PRESETS)
    assert all(preset.name == name for name, preset in PRESETS.items())


def test_the_fallback_in_python_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from pyfastcdc.py import FastCDC

    monkeypatch.setattr(pyfastcdc, "FastCDC", FastCDC)
    with pytest.raises(ConfigError, match="compiled extension"):
        PRESETS["cdc-256k"].cutter()
