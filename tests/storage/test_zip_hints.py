"""Bodies of zip members get runs of their own, whether or not their size stands before them."""

from __future__ import annotations

import struct
import zipfile
import zlib

import pytest

from tests.storage.archives import boundaries, cut, has_own_run, local_header, make_zip, noise

BIG = noise(300_000, "big")
OTHER = noise(5_000, "other")
MEMBERS = [("s", b"small"), ("big", BIG), ("t", b"tiny"), ("other", OTHER), ("end", b"end")]


@pytest.mark.parametrize("zip64", [False, True])
@pytest.mark.parametrize("streamed", [False, True])
def test_large_bodies_have_their_own_runs(streamed: bool, zip64: bool) -> None:
    data = make_zip(MEMBERS, streamed=streamed, zip64=zip64)
    assert has_own_run(data, BIG)
    assert has_own_run(data, OTHER)


@pytest.mark.parametrize("streamed", [False, True])
def test_deflated_bodies(streamed: bool) -> None:
    text = b"".join(b"%d:%d\n" % (i, i * i) for i in range(20_000))
    deflater = zlib.compressobj(wbits=-15)
    deflated = deflater.compress(text) + deflater.flush()
    assert len(deflated) > 50_000
    assert has_own_run(
        make_zip([("text", text), *MEMBERS], zipfile.ZIP_DEFLATED, streamed=streamed), deflated
    )


def test_small_bodies_share_a_run() -> None:
    data = make_zip([(f"f{i}", noise(1000, i)) for i in range(10)])
    assert boundaries(cut(data)) == {0, len(data)}


def test_behind_a_prefix_and_one_after_another() -> None:
    data = noise(70_003) + make_zip(MEMBERS[:3]) + noise(11) + make_zip(MEMBERS[3:])
    assert has_own_run(data, BIG)
    assert has_own_run(data, OTHER)


def test_a_part_that_begins_within_a_body() -> None:
    data = make_zip([("first", noise(200_000)), *MEMBERS])[100_001:]
    assert has_own_run(data, BIG)
    assert has_own_run(data, OTHER)


@pytest.mark.parametrize("wide", [False, True])
def test_descriptors_without_signature(wide: bool) -> None:
    sizes = struct.pack("<IQQ" if wide else "<III", 7, len(BIG), len(BIG))
    data = local_header(b"big", 0, flags=8) + BIG + sizes + make_zip([("other", OTHER)])
    assert has_own_run(data, BIG)
    assert has_own_run(data, OTHER)


@pytest.mark.parametrize("form", ["<4sIII", "<III", "<4sIQQ", "<IQQ"])
def test_descriptors_although_the_size_is_known(form: str) -> None:
    signature = (b"PK\x07\x08",) if "s" in form else ()
    descriptor = struct.pack(form, *signature, 7, len(BIG), len(BIG))
    data = local_header(b"big", len(BIG), flags=8) + BIG + descriptor + make_zip([("other", OTHER)])
    assert has_own_run(data, BIG)
    assert has_own_run(data, OTHER)


def test_a_zip_inside_a_streamed_zip_does_not_end_it() -> None:
    inner = make_zip([("inner", noise(100_000, "inner"))], streamed=True)
    data = make_zip([("inner.zip", inner), ("other", OTHER)], streamed=True)
    assert has_own_run(data, inner)
    assert has_own_run(data, OTHER)


def test_a_descriptor_that_never_comes() -> None:
    data = local_header(b"big", 0, flags=8) + BIG
    chunks = cut(data)
    assert b"".join(chunks) == data
    assert len(data) - len(BIG) in boundaries(chunks)


@pytest.mark.parametrize(
    "header",
    [
        local_header(b"", 100_000),
        local_header(b"a\0b", 100_000),
        local_header(b"x", 100_000, flags=0x1000),
        local_header(b"x", 0xFFFFFFFF),
        local_header(b"x", 100_000).replace(b"\x2d\x00", b"\xff\x00"),
        local_header(b"x", 100_000)[:12] + b"\xff\xff" + local_header(b"x", 100_000)[14:],
    ],
)
def test_implausible_headers_are_passed_over(header: bytes) -> None:
    data = noise(1000) + header + noise(20_000)
    assert boundaries(cut(data)) == {0, len(data)}


def test_very_many_small_members_raise_the_bound() -> None:
    """Rows in the database cost more than such members save."""
    members = [(f"{i}", noise(4096, i)) for i in range(20_000)]
    data = make_zip(members)
    bodies = len(cut(data)) // 2
    assert 4096 <= bodies <= 3 * 4096
    whole = cut(data)
    assert b"".join(whole) == data


def test_headers_and_nothing_else_end_the_search() -> None:
    """Following them would take time without end; the rest of the stream is cut as any other."""
    crowd = local_header(b"x", 0) * 20_000
    data = crowd + make_zip([("big", BIG)])
    chunks = cut(data, feeds=[1000] * 600)
    assert b"".join(chunks) == data
    assert boundaries(chunks) == boundaries(cut(data))
    assert data.index(BIG) not in boundaries(chunks)
