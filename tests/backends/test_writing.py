"""Long appends past the page cache: the same bytes, and the other way where that is not possible."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from s3gw.backends import writing
from s3gw.backends.disk import Disk
from s3gw.backends.writing import BLOCK, LONG, DirectWriter
from s3gw.errors import OutOfSpace, Unavailable
from tests.storage.archives import noise

NAME = "ab12"


def direct_calls(monkeypatch: pytest.MonkeyPatch, fail: int | None = None, after: int = 0) -> list[int]:
    """The lengths of writes past the cache; from call `after` on they fail with `fail`."""
    lengths: list[int] = []
    pwritev = os.pwritev

    def watched(fd: int, buffers: Sequence[Any], offset: int) -> int:
        if fcntl.fcntl(fd, fcntl.F_GETFL) & os.O_DIRECT:
            if fail is not None and len(lengths) >= after:
                raise OSError(fail, "made up")
            lengths.append(sum(map(len, buffers)))
        return pwritev(fd, buffers, offset)

    monkeypatch.setattr(os, "pwritev", watched)
    return lengths


async def appended(disk: Disk, *appends: Sequence[bytes]) -> bytes:
    """What a blob holds after some appends, without the padding between them."""
    appender = await disk.open(NAME)
    read = b""
    for buffers in appends:
        start = await appender.append(buffers)
        read += bytes(await disk.read(NAME, start, sum(map(len, buffers))))
    await appender.close()
    return read


async def test_long_and_short_appends_in_turns(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lengths = direct_calls(monkeypatch)
    disk = Disk(tmp_path)
    long = [noise(LONG - 5, 1), noise(3 * LONG, 2), b"", noise(77, 3)]
    appends = [[b"short"], long, [noise(LONG - 1, 4)], [noise(LONG, 5)], [b"short again"]]
    assert await appended(disk, *appends) == b"".join(map(b"".join, appends))
    assert sum(lengths) == 4 * LONG + BLOCK + LONG
    await disk.close()


@settings(max_examples=30, deadline=None)
@given(data=st.lists(st.integers(0, 3 << 20), min_size=1, max_size=6), shorten=st.integers(1, 5 << 20))
def test_any_buffers_and_any_short_writes(
    tmp_path_factory: pytest.TempPathFactory, data: list[int], shorten: int
) -> None:
    path = tmp_path_factory.mktemp("direct") / "file"
    buffers = [noise(length, number) for number, length in enumerate(data)]
    buffers.append(bytes(-sum(data) % BLOCK))
    pwritev = os.pwritev

    def short(fd: int, parts: Sequence[Any], offset: int) -> int:
        length = max(BLOCK, shorten + -shorten % BLOCK)  # so much is on the disk, and less is said
        written = pwritev(fd, [memoryview(parts[0])[:length]], offset)
        return min(written, max(BLOCK, shorten))

    handle = os.open(path, os.O_CREAT | os.O_WRONLY, 0o600)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "pwritev", short)
        assert DirectWriter().write(handle, [b"x" * BLOCK, *buffers], 0)
    os.close(handle)
    assert path.read_bytes() == b"x" * BLOCK + b"".join(buffers)


@pytest.mark.parametrize("after", [0, 1])
async def test_a_file_system_that_cannot(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, after: int) -> None:
    """Also where it says so only for a later part: everything is written again, and it is not asked again."""
    lengths = direct_calls(monkeypatch, errno.EINVAL, after)
    disk = Disk(tmp_path)
    appends = [[noise(3 * LONG, 1)], [noise(LONG, 2)]]
    assert await appended(disk, *appends) == b"".join(map(b"".join, appends))
    assert len(lengths) == after
    await disk.close()


@pytest.mark.parametrize(("number", "error"), [(errno.EIO, Unavailable), (errno.ENOSPC, OutOfSpace)])
async def test_a_failure_ends_the_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, error: type[Exception]
) -> None:
    direct_calls(monkeypatch, number, 1)
    disk = Disk(tmp_path)
    appender = await disk.open(NAME)
    with pytest.raises(error):
        await appender.append([noise(3 * LONG, 1)])
    with pytest.raises(Unavailable):
        await appender.append([b"more"])
    await appender.close()
    await disk.close()


async def test_a_system_without_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    lengths = direct_calls(monkeypatch)
    monkeypatch.setattr(writing.DirectWriter, "__init__", _without)
    disk = Disk(tmp_path)
    assert await appended(disk, [noise(LONG, 1)]) == noise(LONG, 1)
    assert lengths == []
    await disk.close()


def _without(writer: DirectWriter) -> None:
    writer._works = False


async def test_a_long_append_is_synced(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    synced: list[str] = []
    for what in ("fdatasync", "fsync"):
        monkeypatch.setattr(os, what, lambda _, what=what: synced.append(what))
    disk = Disk(tmp_path)
    synced.clear()
    await appended(disk, [noise(LONG, 1)])
    assert synced == ["fdatasync", "fsync", "fsync"]
    await disk.close()
