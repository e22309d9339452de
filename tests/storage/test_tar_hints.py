"""Bodies of tar members get runs of their own, in every dialect; whatever is wrong only costs savings."""

from __future__ import annotations

import subprocess
import tarfile
from pathlib import Path

import pytest

from s3gw.storage import tar
from tests.storage.archives import boundaries, cut, has_own_run, make_tar, noise, padded, sealed, tar_header

BIG = noise(300_000, "big")
OTHER = noise(50_000, "other")
END = bytes(1024)


@pytest.mark.parametrize("dialect", [tarfile.USTAR_FORMAT, tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_large_bodies_have_their_own_runs(dialect: int) -> None:
    data = make_tar([("a", b"small"), ("dir/big", BIG), ("b", b"small"), ("other", OTHER)], dialect)
    assert has_own_run(data, BIG)
    assert has_own_run(data, OTHER)


@pytest.mark.parametrize("dialect", [tarfile.GNU_FORMAT, tarfile.PAX_FORMAT])
def test_long_and_unusual_names(dialect: int) -> None:
    data = make_tar([("d/" * 200 + "ünï", BIG), ("x", OTHER)], dialect)
    assert has_own_run(data, BIG)
    assert has_own_run(data, OTHER)


def test_small_bodies_share_a_run() -> None:
    data = make_tar([(f"f{i}", noise(1000, i)) for i in range(20)] + [("big", BIG)])
    at = data.index(BIG)
    assert not {at for at in boundaries(cut(data)) if 0 < at < data.index(BIG)}
    assert at in boundaries(cut(data))


def test_a_new_time_leaves_bodies_alone() -> None:
    members = [(f"m{i}", noise(20_000 + i, i)) for i in range(30)]
    before = {bytes(chunk) for chunk in cut(make_tar(members, mtime=1), "cdc-256k")}
    after = {bytes(chunk) for chunk in cut(make_tar(members, mtime=2), "cdc-256k")}
    assert {data for _, data in members} <= before & after


def test_base_256_size() -> None:
    size = b"\x80" + len(BIG).to_bytes(11, "big")
    data = bytes(tar_header(b"big", size)) + padded(BIG) + make_tar([("o", OTHER)])
    assert has_own_run(data, BIG)
    assert has_own_run(data, OTHER)


def test_size_from_pax_records() -> None:
    record = b"15 size=%d\n" % len(BIG)
    assert len(record) == 15
    data = b"".join(
        (
            bytes(tar_header(b"pax", b"%011o" % len(record), b"x")),
            padded(record),
            bytes(tar_header(b"big", b"00000000000")),
            padded(BIG),
            make_tar([("o", OTHER)]),
        )
    )
    assert has_own_run(data, BIG)
    assert has_own_run(data, OTHER)


def test_old_gnu_sparse_map_in_blocks_of_its_own() -> None:
    head = tar_header(b"sparse", b"%011o" % len(BIG), b"S", b"ustar  \0")
    head[482] = 1
    more, last = bytearray(noise(512, 1)), bytearray(noise(512, 2))
    more[504], last[504] = 1, 0
    data = bytes(sealed(head)) + bytes(more) + bytes(last) + padded(BIG) + make_tar([("o", OTHER)])
    assert has_own_run(data, BIG)
    assert has_own_run(data, OTHER)


def test_old_tar_without_magic_at_the_beginning() -> None:
    head = bytes(tar_header(b"big", b"%011o" % len(BIG), b"\0", b""))
    other = bytes(tar_header(b"other", b"%11o" % len(OTHER), b"\0", b""))
    data = head + padded(BIG) + other + padded(OTHER) + END
    assert has_own_run(data, BIG)
    assert has_own_run(data, OTHER)


def test_signed_checksum() -> None:
    head = tar_header("größe".encode("latin-1"), b"%011o" % len(BIG))
    head[148:156] = b" " * 8
    head[148:156] = b"%06o\0 " % sum(byte - 256 if byte > 127 else byte for byte in head)
    assert tar.is_header(bytes(head))


def test_a_link_with_a_size_has_no_body() -> None:
    link = bytes(tar_header(b"link", b"%011o" % len(BIG), b"1"))
    assert has_own_run(link + make_tar([("big", BIG)]), BIG)


def test_archives_one_after_another_and_at_any_place() -> None:
    first, second = make_tar([("big", BIG)]), make_tar([("other", OTHER)])
    data = noise(100_001) + first + noise(77) + second
    assert has_own_run(data, BIG)
    assert has_own_run(data, OTHER)


def test_a_part_that_begins_within_a_body() -> None:
    whole = make_tar([("first", noise(400_000, 1)), ("big", BIG), ("other", OTHER)])
    part = whole[123_457:]
    assert has_own_run(part, BIG)
    assert has_own_run(part, OTHER)
    assert boundaries(cut(part)) & {whole.index(BIG) - 512 - 123_457}


def test_a_wrong_header_returns_to_scanning() -> None:
    data = make_tar([("first", OTHER)])[: 512 + len(padded(OTHER))] + noise(512) + make_tar([("big", BIG)])
    assert has_own_run(data, BIG)


def test_truncated_in_a_body() -> None:
    data = make_tar([("a", OTHER), ("big", BIG)])
    data = data[: data.index(BIG) + 100_000]
    chunks = cut(data)
    assert b"".join(chunks) == data
    assert data.index(BIG[:1000]) in boundaries(chunks)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        (b"00000001000\0", 512),
        (b"       1000 ", 512),
        (b"\0" * 12, 0),
        (b"\x80" + bytes(10) + b"\x05", 5),
        (b"\xff" * 12, None),
        (b"\x80" + b"\xff" * 11, None),
        (b"not a number", None),
        (b"-0000001000\0", None),
        (b"+0000001000\0", None),
        (b"0000001_000\0", None),
        (b"00000000009\0", None),
    ],
)
def test_numbers(field: bytes, value: int | None) -> None:
    assert tar.number(field) == value


@pytest.mark.parametrize(
    ("records", "size"),
    [
        (b"", None),
        (b"11 path=ab\n12 size=123\n", 123),
        (b"12 size=123\n12 size=456\n", 456),
        (b"12 size=abc\n", None),
        (b"0 size=1\n", None),
        (b"99999999999999999999999999 size=1\n", None),
        (b"garbage", None),
    ],
)
def test_pax_records(records: bytes, size: int | None) -> None:
    assert tar.pax_size(records) == size


@pytest.mark.parametrize("size", [b"-0000001000", b"\xff" * 12, b"\x80" + b"\xff" * 11, b"many"])
def test_a_header_with_no_size_ends_the_archive(size: bytes) -> None:
    """It would lead from the header back to itself, for ever."""
    data = bytes(tar_header(b"back", size)) + noise(1000) + make_tar([("big", BIG)])
    chunks = cut(data)
    assert b"".join(chunks) == data
    assert has_own_run(data, BIG)


@pytest.mark.parametrize(
    "options",
    [
        ["--format=v7"],
        ["--format=ustar"],
        ["--format=oldgnu"],
        ["--format=gnu"],
        ["--format=posix"],
        ["--format=gnu", "--sparse"],
        ["--format=posix", "--sparse", "--sparse-version=0.0"],
        ["--format=posix", "--sparse", "--sparse-version=0.1"],
        ["--format=posix", "--sparse", "--sparse-version=1.0"],
        ["--format=posix", "--pax-option=comment=" + "x" * 3000, "--blocking-factor=1"],
    ],
    ids=" ".join,
)
def test_whatever_gnu_tar_writes(options: list[str], tmp_path: Path) -> None:
    long = "d" * 90 + "/" + "e" * 60
    names = {"a": b"small", "big": BIG, "n": b"", "other": OTHER}
    if "--format=v7" not in options:
        names[f"{long}/last"] = OTHER[::-1]
    for name, data in names.items():
        place = tmp_path / "files" / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(data)
    (tmp_path / "files" / "link").symlink_to("big")
    (tmp_path / "files" / "hard").hardlink_to(tmp_path / "files" / "big")
    holes = noise(20_000, "holes")
    with (tmp_path / "files" / "sparse").open("wb") as file:
        for at in range(0, 40 << 20, 1 << 20):  # more holes than the map in the header has place for
            file.seek(at)
            file.write(holes[:4096])
        file.truncate(41 << 20)
    members = [
        name for name in (*names, "link", "hard", "sparse") if "--sparse" in options or name != "sparse"
    ]
    command = ["tar", "-C", str(tmp_path / "files"), *options, "-cf", str(tmp_path / "tar"), *members]
    subprocess.run(command, check=True, capture_output=True)
    data = (tmp_path / "tar").read_bytes()
    assert b"".join(cut(data)) == data
    for body in names.values():
        if len(body) >= 16 << 10:
            assert has_own_run(data, body)
