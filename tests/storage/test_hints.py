"""Scanning: no false cut, no cut that depends on blocks, no input that breaks or stalls it."""

from __future__ import annotations

import random
import struct
import tarfile
import zipfile

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.storage.archives import (
    boundaries,
    cut,
    local_header,
    make_tar,
    make_zip,
    noise,
    sealed,
    tar_header,
)


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


ARCHIVES = SEGMENTS[4:12]
ODD = [b"\0", b"\xff", b"-", b"7", b"\x80", b" ", b"P", b"\x01", b"x", b"S"]
changes = st.lists(st.tuples(st.integers(0, 1 << 20), st.sampled_from(ODD), st.booleans()), max_size=6)


@settings(max_examples=150, deadline=None)
@given(archive=st.sampled_from(ARCHIVES), changed=changes, ends=st.integers(1, 1 << 20), twice=st.booleans())
def test_archives_that_lie(
    archive: bytes, changed: list[tuple[int, bytes, bool]], ends: int, twice: bool
) -> None:
    """Bytes of headers are others, some with a checksum that fits again; the end is missing."""
    data = bytearray(archive * (1 + twice))
    for at, byte, seals in changed:
        at %= min(len(data), 600) if at % 2 else len(data)
        data[at : at + 1] = byte
        begin = at - at % 512
        if seals and len(data) >= begin + 512:
            data[begin : begin + 512] = sealed(data[begin : begin + 512])
    stream = bytes(data[: 1 + ends % len(data)])
    chunks = cut(stream)
    assert b"".join(chunks) == stream
    assert all(chunks)
    assert boundaries(cut(stream, feeds=[700] * (len(stream) // 700))) == boundaries(chunks)


@settings(max_examples=100, deadline=None)
@given(size=st.binary(min_size=1, max_size=12), kind=st.sampled_from(b"01235xXgLKSV\0"), tail=streams)
def test_any_size_in_a_header(size: bytes, kind: int, tail: bytes) -> None:
    data = bytes(tar_header(b"any", size, bytes([kind]))) + tail
    assert b"".join(cut(data)) == data


@settings(max_examples=100, deadline=None)
@given(
    records=st.one_of(st.binary(max_size=600), st.text("0123456789 size=path\n", max_size=300)), tail=streams
)
def test_any_pax_records(records: bytes | str, tail: bytes) -> None:
    body = records if isinstance(records, bytes) else records.encode()
    head = bytes(tar_header(b"pax", b"%011o" % len(body), b"x"))
    data = head + body + bytes(-len(body) % 512) + tail
    assert b"".join(cut(data)) == data


@settings(max_examples=100, deadline=None)
@given(
    rest=st.binary(min_size=26, max_size=26),
    fixed=st.sampled_from([b"", struct.pack("<HHH", 45, 8, 8), struct.pack("<HHH", 20, 0, 0)]),
    extra=st.binary(max_size=80),
    tail=streams,
)
def test_any_local_header(rest: bytes, fixed: bytes, extra: bytes, tail: bytes) -> None:
    data = b"PK\x03\x04" + fixed + rest[len(fixed) :] + extra + tail
    assert b"".join(cut(data)) == data
