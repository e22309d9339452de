"""Scanning: no false cut, no cut that depends on blocks, no input that breaks or stalls it."""

from __future__ import annotations

import random
import tarfile
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.storage.archives import boundaries, cut, local_header, make_tar, make_zip, noise, tar_header


def assert_no_forced_cut(data: bytes) -> None:
    assert boundaries(cut(data, "cdc-256k")) == boundaries(cut(data, "cdc-256k", hints=False))


def test_no_false_cut_in_64_mib_of_random_bytes() -> None:
    assert_no_forced_cut(random.Random(2).randbytes(64 << 20))


@pytest.mark.parametrize("magic", [b"ustar", b"PK\x03\x04", b"PK", b"PK\x03\x04ustar\0"])
def test_magic_without_a_header_forces_nothing(magic: bytes) -> None:
    assert_no_forced_cut((magic * (2 << 20))[: 2 << 20])


def test_bodies_are_not_scanned() -> None:
    """A tar within a tar is a body like any other."""
    inner = make_tar([("big", noise(200_000))])
    data = make_tar([("inner.tar", inner)])
    assert data.index(noise(200_000)) not in boundaries(cut(data, "cdc-256k"))


def test_a_zip_before_a_tar_and_a_tar_before_a_zip() -> None:
    a, b = noise(100_000, "a"), noise(100_000, "b")
    for data in (make_zip([("a", a)]) + make_tar([("b", b)]), make_tar([("a", a)]) + make_zip([("b", b)])):
        found = boundaries(cut(data))
        assert {data.index(a), data.index(b)} <= found


SEGMENTS = [
    noise(3_000, "random"),
    noise(70_000, "longer"),
    bytes(512),
    bytes(1500),
    make_tar([("a", b"x"), ("big", noise(20_000, 1)), ("c" * 150, noise(17_000, 2))]),
    make_tar([("b", noise(16_384, 3)), ("ü" * 120, noise(5, 3))], tarfile.PAX_FORMAT),
    make_zip([("a", b"x"), ("big", noise(9_000, 4)), ("c", noise(4_096, 5))]),
    make_zip([("a", b"x"), ("big", noise(9_000, 6)), ("c", noise(4_090, 7))], streamed=True),
    make_zip([("big", noise(9_000, 8))], zipfile.ZIP_DEFLATED, streamed=True, zip64=True),
    bytes(tar_header(b"lies", b"%011o" % (1 << 32))),
    bytes(tar_header(b"pax", b"%011o" % 70_000, b"x")),
    bytes(tar_header(b"sparse", b"%011o" % 20_000, b"S")),
    local_header(b"lies", 1 << 31),
    local_header(b"open", 0, flags=8),
    local_header(b"cut off", 5_000, extra=bytes(600)),
    b"ustar",
    b"PK\x03\x04",
    b"PK\x07\x08" + bytes(8),
]

streams = st.lists(
    st.tuples(st.sampled_from(SEGMENTS), st.integers(0, 800), st.one_of(st.none(), st.integers(1, 30_000))),
    max_size=7,
).map(lambda pieces: b"".join(piece[start:][:length] for piece, start, length in pieces))


@settings(max_examples=400, deadline=None)
@given(data=streams, feeds=st.lists(st.integers(1, 3_000), max_size=60), whole=st.booleans())
def test_any_stream_survives_and_blocks_do_not_matter(data: bytes, feeds: list[int], whole: bool) -> None:
    chunks = cut(data, feeds=feeds)
    assert b"".join(chunks) == data
    assert [len(chunk) for chunk in chunks] == [len(chunk) for chunk in cut(data)]


@pytest.mark.parametrize("data", SEGMENTS[4:9], ids=range(5))
def test_byte_by_byte(data: bytes) -> None:
    assert boundaries(cut(data, feeds=[1] * len(data))) == boundaries(cut(data))
