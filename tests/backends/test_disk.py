"""What only a disk can get wrong: syncing, short calls, errors of the system, space, handles."""

from __future__ import annotations

import asyncio
import errno
import os
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from s3gw.backends.disk import ALIGNMENT, Disk
from s3gw.backends.handles import HandleCache
from s3gw.errors import BlobNotFound, OutOfSpace, Unavailable
from tests.storage.archives import noise

NAME = "ab12"


@pytest.fixture
async def disk(tmp_path: Path) -> AsyncIterator[Disk]:
    disk = Disk(tmp_path / "packs")
    yield disk
    await disk.close()


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Every write and sync as (what, on which path relative to the packs' parent)."""
    seen: list[tuple[str, str]] = []

    def watched(what: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(fd: int, *args: Any) -> Any:
            parts = Path(f"/proc/self/fd/{fd}").readlink().parts
            base = parts.index("packs") if "packs" in parts else len(parts) - 1
            seen.append((what, "/".join(parts[base:])))
            return real(fd, *args)

        return call

    for what in ("pwritev", "fdatasync", "fsync"):
        monkeypatch.setattr(os, what, watched(what, getattr(os, what)))
    return seen


async def test_an_append_syncs_the_file_then_its_name(disk: Disk, calls: list[tuple[str, str]]) -> None:
    appender = await disk.open(NAME)
    calls.clear()
    await appender.append([b"one"])
    assert calls == [
        ("pwritev", "packs/ab/ab12"),
        ("fdatasync", "packs/ab/ab12"),
        ("fsync", "packs/ab"),
        ("fsync", "packs"),
    ]
    calls.clear()
    await appender.append([b"two"])
    assert calls == [("pwritev", "packs/ab/ab12"), ("fdatasync", "packs/ab/ab12")]
    await appender.close()


async def test_a_directory_that_another_process_made_is_synced_too(
    disk: Disk, calls: list[tuple[str, str]], tmp_path: Path
) -> None:
    (tmp_path / "packs" / "ab").mkdir()
    await disk.put(NAME, [b"x"])
    assert calls[-2:] == [("fsync", "packs/ab"), ("fsync", "packs")]
    await disk.put("ab13", [b"x"])
    assert calls[-1] == ("fsync", "packs/ab"), "once is enough"


async def test_new_directories_above_are_synced(tmp_path: Path, calls: list[tuple[str, str]]) -> None:
    await Disk(tmp_path / "packs" / "b" / "c").close()
    assert calls[-3:] == [("fsync", tmp_path.name), ("fsync", "packs"), ("fsync", "packs/b")]


async def test_blocks_are_written_once(disk: Disk, calls: list[tuple[str, str]], tmp_path: Path) -> None:
    appender = await disk.open(NAME)
    assert [await appender.append([bytes(5000)]) for _ in range(3)] == [0, 2 * ALIGNMENT, 4 * ALIGNMENT]
    assert (tmp_path / "packs/ab/ab12").stat().st_size == 6 * ALIGNMENT
    await appender.close()


@pytest.mark.parametrize("function", ["pwritev", "fdatasync"])
@pytest.mark.parametrize(
    ("number", "raised"),
    [
        (errno.EIO, Unavailable),
        (errno.EROFS, Unavailable),
        (errno.ENOSPC, OutOfSpace),
        (errno.EDQUOT, OutOfSpace),
    ],
)
async def test_after_a_failure_the_file_is_left_alone(
    disk: Disk,
    monkeypatch: pytest.MonkeyPatch,
    calls: list[tuple[str, str]],
    function: str,
    number: int,
    raised: type[Exception],
) -> None:
    """A second fsync would report success for pages that the first one lost."""
    appender = await disk.open(NAME)
    await appender.append([b"safe"])

    def fail(*args: object) -> None:
        raise OSError(number, os.strerror(number))

    with monkeypatch.context() as broken:
        broken.setattr(os, function, fail)
        with pytest.raises(raised):
            await appender.append([b"lost"])
    calls.clear()
    with pytest.raises(Unavailable):
        await appender.append([b"more"])
    await appender.close()
    assert calls == []
    assert await disk.read(NAME, 0, 4) == b"safe"


async def test_a_failed_put_leaves_nothing(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object) -> None:
        raise OSError(errno.ENOSPC, "full")

    with monkeypatch.context() as broken:
        broken.setattr(os, "fdatasync", fail)
        with pytest.raises(OutOfSpace):
            await disk.put(NAME, [b"x"])
    assert [info async for info in disk.list()] == []
    await disk.put(NAME, [b"x"])


async def test_a_put_replaces_what_an_interrupted_one_left(disk: Disk, tmp_path: Path) -> None:
    (tmp_path / "packs" / "ab").mkdir()
    (tmp_path / "packs" / "ab" / NAME).write_bytes(b"who")
    await disk.put(NAME, [b"whole"])
    assert await disk.read(NAME, 0, 10) == b"whole"


async def test_other_errors_of_the_system_pass(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*args: object) -> None:
        raise PermissionError(errno.EACCES, "no")

    with monkeypatch.context() as broken:
        broken.setattr(os, "pwritev", fail)
        with pytest.raises(PermissionError):
            await disk.put(NAME, [b"x"])


async def test_short_writes_and_reads(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    pwritev, pread = os.pwritev, os.pread

    def write_little(fd: int, buffers: list[memoryview], offset: int) -> int:
        return pwritev(fd, [buffers[0][:777]], offset)

    def read_little(fd: int, length: int, offset: int) -> bytes:
        return pread(fd, min(length, 501), offset)

    data = noise(10_000)
    with monkeypatch.context() as short:
        short.setattr(os, "pwritev", write_little)
        short.setattr(os, "pread", read_little)
        await disk.put(NAME, [data[:3], b"", data[3:1000], data[1000:]])
        assert await disk.read(NAME, 1, 9_000) == data[1:9001]
        assert await disk.read(NAME, 9_000, 9_000) == data[9000:]
    assert await disk.size(NAME) == 10_000


async def test_more_buffers_than_one_call_takes(disk: Disk) -> None:
    appender = await disk.open(NAME)
    await appender.append([b"%05d" % number for number in range(5000)])
    assert await disk.read(NAME, 4999 * 5, 5) == b"04999"
    await appender.close()


@pytest.mark.parametrize(
    "name", ["", "a", "../../x", "ab/../cd", "AB12", "ab.12", "/etc", "ab/", "ab\0", "ab_1"]
)
async def test_names_cannot_leave_the_directory(disk: Disk, name: str) -> None:
    with pytest.raises(ValueError, match="not the name"):
        await disk.put(name, [b"x"])


async def test_the_reserve_refuses_writes_and_never_deletes(tmp_path: Path) -> None:
    open_disk = Disk(tmp_path)
    appender = await open_disk.open("cd34")
    await open_disk.put(NAME, [b"x"])
    free = shutil.disk_usage(tmp_path).free
    full = Disk(tmp_path, reserve=free * 2)
    for call in (full.put("ab99", [b"x"]), full.open("ab98")):
        with pytest.raises(OutOfSpace, match="reserve"):
            await call
    space = await full.space()
    assert space.free == 0
    assert await full.read(NAME, 0, 1) == b"x"
    await full.delete(NAME)
    assert {info.name async for info in full.list()} == {"cd34"}
    await appender.close()
    await full.close()
    await open_disk.close()


FILL = """
import asyncio, sys
from pathlib import Path
from s3gw.backends.disk import Disk
from s3gw.errors import OutOfSpace

async def main():
    disk = Disk(Path(sys.argv[1]) / "packs")
    appender = await disk.open("ab12")
    block, kept = b"x" * 65536, 0
    disk._require_space = lambda length: None   # as if another process had filled the disk meanwhile
    try:
        while True:
            await appender.append([block])
            kept += 1
    except OutOfSpace:
        pass
    await appender.close()
    assert 8 <= kept <= 16, kept
    for at in range(kept):
        assert await disk.read("ab12", at * 65536, 65536) == block
    await disk.delete("ab12")
    await disk.put("cd34", [block])
    await disk.close()
    print("refused and recovered")

asyncio.run(main())
"""


async def test_a_full_file_system(tmp_path: Path) -> None:
    """On a file system of one megabyte, in a mount namespace of its own."""
    mount = f"mount -t tmpfs -o size=1m none {tmp_path} && "
    script = tmp_path.parent / f"{tmp_path.name}-fill.py"
    script.write_text(FILL)

    def run(*namespace: str) -> subprocess.CompletedProcess[str]:
        command = f"{mount} exec {sys.executable} {script} {tmp_path}"
        return subprocess.run([*namespace, "sh", "-c", command], capture_output=True, text=True, check=False)

    if shutil.which("unshare") is None or shutil.which("mount") is None:
        pytest.skip("needs unshare and mount of util-linux")
    done = await asyncio.to_thread(run, "unshare", "--user", "--map-root-user", "--mount")
    if done.returncode and os.geteuid() == 0:
        done = await asyncio.to_thread(run, "unshare", "--mount")
    if done.returncode and ("unshare" in done.stderr or "mount:" in done.stderr):
        pytest.skip(f"a file system cannot be mounted here: {done.stderr.strip()}")
    assert done.stdout == "refused and recovered\n", done.stderr


async def test_a_close_waits_for_a_cancelled_append(disk: Disk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its thread goes on writing; the file's number must not be given to another file meanwhile."""
    appender = await disk.open(NAME)
    started, go = threading.Event(), threading.Event()
    pwritev = os.pwritev
    order: list[str] = []

    def slow(*args: Any) -> int:
        started.set()
        go.wait(30)
        order.append("written")
        return pwritev(*args)

    monkeypatch.setattr(os, "pwritev", slow)
    append = asyncio.create_task(appender.append([b"x"]))
    await asyncio.to_thread(started.wait, 30)
    append.cancel()
    with pytest.raises(asyncio.CancelledError):
        await append
    closing = asyncio.create_task(appender.close())
    closing.add_done_callback(lambda _: order.append("closed"))
    await asyncio.sleep(0)
    go.set()
    await closing
    await asyncio.sleep(0)
    assert order == ["written", "closed"]
    with pytest.raises(Unavailable):
        await appender.append([b"y"])


def open_files() -> set[Path]:
    """The descriptors of this process."""
    return set(Path("/proc/self/fd").iterdir())


async def test_a_deleted_file_is_not_held_open(disk: Disk) -> None:
    before = open_files()
    await disk.put(NAME, [b"x"])
    await disk.read(NAME, 0, 1)
    assert len(open_files() - before) == 1
    await disk.delete(NAME)
    assert not open_files() - before
    with pytest.raises(BlobNotFound):
        await disk.read(NAME, 0, 1)


async def test_what_another_process_deleted_is_let_go_when_space_is_asked_for(
    disk: Disk, tmp_path: Path
) -> None:
    await disk.put(NAME, [b"kept open"])
    await disk.put("cd34", [b"stays"])
    for name in (NAME, "cd34"):
        await disk.read(name, 0, 4)
    path = tmp_path / "packs" / "ab" / NAME
    path.unlink()
    assert await disk.read(NAME, 0, 4) == b"kept"  # for whoever is in the middle of it
    await disk.space()
    with pytest.raises(BlobNotFound):
        await disk.read(NAME, 0, 4)
    assert disk._handles.read_cached("cd34", 0, 5) in (b"stays", None)


async def test_handles_are_bounded(tmp_path: Path) -> None:
    disk = Disk(tmp_path, handles=5)
    before = len(open_files())
    for number in range(40):
        await disk.put(f"ab{number:02d}", [b"x"])
    await asyncio.gather(*(disk.read(f"ab{number:02d}", 0, 1) for number in range(40)))
    assert len(open_files()) <= before + 5
    await disk.close()
    assert len(open_files()) <= before


def test_idle_handles_are_closed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    paths = [tmp_path / "a", tmp_path / "b", tmp_path / "c"]
    cache = HandleCache(10)
    fds = []
    for path in paths:
        path.write_bytes(b"x")
        with cache.borrow(path.name, path) as fd:
            fds.append(fd)
        now += 45
    with pytest.raises(OSError, match="Bad file"):
        os.fstat(fds[0])
    assert cache.read_cached("a", 0, 1) is None
    assert bytes(cache.read_cached("c", 0, 1) or b"") == b"x"
    cache.close()


def test_a_borrowed_handle_outlives_its_eviction(tmp_path: Path) -> None:
    path = tmp_path / "a"
    path.write_bytes(b"still here")
    cache = HandleCache(10)
    with cache.borrow("a", path) as fd:
        cache.forget("a")
        path.unlink()
        assert os.pread(fd, 20, 0) == b"still here"
    with pytest.raises(OSError, match="Bad file"):
        os.fstat(fd)


def test_without_reads_that_do_not_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unsupported(*args: object) -> int:
        raise OSError(errno.EOPNOTSUPP, "not here")

    path = tmp_path / "a"
    path.write_bytes(b"x")
    cache = HandleCache(10)
    with cache.borrow("a", path):
        monkeypatch.setattr(os, "preadv", unsupported)
        assert cache.read_cached("a", 0, 1) is None
        monkeypatch.undo()
        assert cache.read_cached("a", 0, 1) is None, "it is not tried again"
    cache.close()
