"""Compression pays or is left out; damage is told, and never costs memory."""

from __future__ import annotations

import contextlib
from concurrent.futures import ThreadPoolExecutor

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st

from s3gw.errors import Damaged
from s3gw.storage.codec import RAW, ZSTD, decode, encode
from tests.storage.archives import noise

TEXT = b"".join(b"%d squared is %d\n" % (i, i * i) for i in range(20_000))


@settings(max_examples=60, deadline=None)
@given(data=st.one_of(st.binary(max_size=400), st.integers(0, 200_000).map(lambda n: TEXT[:n])))
def test_round_trip(data: bytes) -> None:
    codec, stored = encode(data, True)
    assert len(stored) <= len(data)
    assert decode(codec, stored, len(data)) == data


def test_text_is_compressed() -> None:
    codec, stored = encode(TEXT, True)
    assert codec == ZSTD
    assert len(stored) < len(TEXT) // 3
    assert zstandard.frame_content_size(bytes(stored)) == len(TEXT)


@pytest.mark.parametrize("size", [0, 10, 4096, 20_000, 300_000])
def test_noise_is_stored_as_it_is(size: int) -> None:
    data = memoryview(noise(size))
    codec, stored = encode(data, True)
    assert codec == RAW
    assert stored is data


def test_compression_can_be_off() -> None:
    assert encode(TEXT, False) == (RAW, TEXT)


def test_a_long_buffer_with_little_text_in_it() -> None:
    """The sample comes from all over the buffer, not from its beginning alone."""
    assert encode(noise(64 << 10) + TEXT, True)[0] == ZSTD
    assert encode(TEXT + noise(64 << 10), True)[0] == ZSTD


def test_any_buffer_will_do() -> None:
    stored = {bytes(encode(kind(TEXT), True)[1]) for kind in (bytes, bytearray, memoryview)}
    assert len(stored) == 1


def test_threads_do_not_share_contexts() -> None:
    with ThreadPoolExecutor(8) as pool:
        plain = [TEXT[i : i + 50_000] for i in range(64)]
        packed = list(pool.map(lambda data: encode(data, True), plain))
        assert list(pool.map(lambda p: decode(p[0], p[1], 50_000), packed)) == plain


@pytest.mark.parametrize(
    ("codec", "data", "length"),
    [
        (RAW, b"abc", 4),
        (RAW, b"abc", 2),
        (9, b"abc", 3),
        (ZSTD, b"", 3),
        (ZSTD, b"not zstd at all", 3),
        (ZSTD, zstandard.compress(TEXT), len(TEXT) - 1),
        (ZSTD, zstandard.compress(TEXT), len(TEXT) + 1),
        (ZSTD, zstandard.compress(TEXT)[:-5], len(TEXT)),
        (ZSTD, zstandard.compress(TEXT) + b"more", len(TEXT)),
        (ZSTD, zstandard.ZstdCompressor(write_content_size=False).compress(TEXT), len(TEXT)),
        (ZSTD, zstandard.compress(b""), 3),
    ],
)
def test_damage_is_told(codec: int, data: bytes, length: int) -> None:
    with pytest.raises(Damaged):
        decode(codec, data, length)


@settings(max_examples=200, deadline=None)
@given(at=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_a_flipped_bit_gives_an_error_or_the_right_length(at: int, bit: int) -> None:
    stored = bytearray(zstandard.compress(TEXT[:100_000]))
    stored[at % len(stored)] ^= 1 << bit
    with contextlib.suppress(Damaged):
        assert len(decode(ZSTD, stored, 100_000)) == 100_000


def test_a_bomb_is_not_unpacked() -> None:
    bomb = zstandard.compress(bytes(1 << 28))
    with pytest.raises(Damaged, match="another length"):
        decode(ZSTD, bomb, 1000)
