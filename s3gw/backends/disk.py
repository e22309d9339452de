"""Blobs as files under one directory, durable when a call returns.

    ROOT/3f/3f2a9c…      a blob: sharded by the first two digits of its name, so that directories stay small

What a power cut may not undo is synced: the file's bytes, its directory entry, and the entry of the directory
where that is new. After a failed write or sync a file is never written or synced again: Linux reports a lost
page once and then calls it clean, so a second sync would claim what is not so
(https://lwn.net/Articles/752063/).
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import os
import re
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import ParamSpec, TypeVar
from uuid import UUID

from s3gw.backends import markers
from s3gw.backends.base import Appender, Backend, BlobInfo, Buffer, Marker, Reserve, Space
from s3gw.backends.handles import HandleCache
from s3gw.backends.writing import LONG, DirectWriter, write
from s3gw.buffers import allocate
from s3gw.errors import BlobNotFound, OutOfSpace, Unavailable

ALIGNMENT = 4096
"""Appends begin at multiples of this and are filled up with zeros to the next: no block is written twice."""

_NAME = re.compile(r"[0-9a-f]{2}[0-9a-f-]*(/[0-9a-f-]+)*")
_SLASH = "_"
"""Stands for "/" in the name of a file."""
_FULL = {errno.ENOSPC, errno.EDQUOT}
_PASSING = {errno.EIO, errno.EROFS, errno.ENODEV, errno.ENXIO, errno.ESTALE, errno.ETIMEDOUT}
_PASSING |= {errno.EMFILE, errno.ENFILE, errno.ENOMEM}

P = ParamSpec("P")
T = TypeVar("T")


class Disk(Backend):
    """A directory of this machine. `reserve` bytes of its file system are left free; deletes always work.

    With an `identity`, blobs are made only while the directory's marker says so: where its file system has
    gone, an empty directory in its place must not be written to. `make` creates the directory.
    """

    appendable = True

    def __init__(
        self,
        root: Path,
        *,
        reserve: int | Reserve = 0,
        threads: int = 16,
        handles: int = 256,
        make: bool = True,
        identity: UUID | None = None,
    ) -> None:
        self._root = root
        self._identity = identity
        self._reserve = reserve if isinstance(reserve, Reserve) else Reserve(reserve)
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="disk")
        self._handles = HandleCache(handles)
        self._direct = DirectWriter()
        self._synced_shards: set[Path] = set()
        if make:
            with _translated(str(root)):
                _make_durable_directory(root)

    async def put(self, name: str, buffers: Sequence[Buffer]) -> None:
        """Store a whole blob. Repeating it with the same bytes is a success."""
        await self._run(name, self._put, name, buffers)

    async def open(self, name: str) -> Appender:
        """Begin an empty blob; FileExistsError where the name was used before."""
        appender = DiskAppender(self, name)
        try:
            await self._run(name, appender.create)
        except asyncio.CancelledError:
            # The thread may still be about to open the file.
            self._pool.submit(appender.release)
            raise
        return appender

    async def read(self, name: str, offset: int, length: int) -> Buffer:
        """As Backend.read. What the page cache holds of an open file is read without going to a thread."""
        if (data := self._handles.read_cached(name, offset, length)) is not None:
            return data
        return await self._run(name, self._pread, name, offset, length)

    async def size(self, name: str) -> int:
        """Bytes of the file, filling included."""
        return await self._run(name, self._size, name)

    async def delete(self, name: str) -> None:
        """Remove the file. Not synced: a delete that a power cut undoes is repeated."""
        await self._run(name, self._delete, name)

    async def list(self) -> AsyncIterator[BlobInfo]:
        """Every file, one shard at a time; a file that goes meanwhile is left out."""
        for shard in await self._run(str(self._root), lambda: sorted(self._shards())):
            for info in await self._run(shard, _list_shard, self._root / shard):
                yield info

    async def marker(self) -> Marker | None:
        """The marker's files; see `s3gw.backends.markers`."""
        return await self._run(str(self._root), markers.read, self._root)

    async def mark(self, marker: Marker) -> Marker:
        """As Backend.mark; creates the directory."""
        return await self._run(str(self._root), self._mark, marker)

    async def space(self) -> Space:
        """What the file system has left beyond the reserve."""
        return await self._run(str(self._root), self._freed_space)

    async def close(self) -> None:
        """Close the files and end the threads."""
        await asyncio.to_thread(self._pool.shutdown)
        self._handles.close()

    async def _run(self, what: str, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Call in a thread; `what` names the blob or place in errors."""

        def call() -> T:
            with _translated(what):
                return function(*args, **kwargs)

        return await asyncio.get_running_loop().run_in_executor(self._pool, call)

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} is not the name of a blob")
        return self._root / name[:2] / name.replace("/", _SLASH)

    def _freed_space(self) -> Space:
        self._handles.forget_unlinked()
        return self._space()

    def _space(self) -> Space:
        stat = os.statvfs(self._root)
        total, free = stat.f_blocks * stat.f_frsize, stat.f_bavail * stat.f_frsize
        return Space(total=total, free=max(0, free - self._reserve.bytes))

    def _require_space(self, length: int) -> None:
        if (free := self._space().free) < length:
            raise OutOfSpace(f"{self._root}: {free} bytes are left above the reserve, {length} are needed")

    def _mark(self, marker: Marker) -> Marker:
        _make_durable_directory(self._root)
        return markers.write(self._root, marker)

    def _create(self, name: str) -> int:
        if self._identity is not None and markers.identity(self._root) != self._identity:
            raise Unavailable(f"{self._root} is not the backend that it was; is its file system mounted?")
        self._require_space(1)
        path = self._path(name)
        path.parent.mkdir(exist_ok=True)
        return os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)

    def _put(self, name: str, buffers: Sequence[Buffer]) -> None:
        self._require_space(sum(len(buffer) for buffer in buffers))
        try:
            handle = self._create(name)
        except FileExistsError:
            if self._holds(name, buffers):
                return
            # What an earlier attempt left that never returned: nothing can refer to it.
            self._delete(name)
            handle = self._create(name)
        try:
            write(handle, buffers, 0)
            os.fdatasync(handle)
            self._sync_name(name)
        except BaseException:
            self._delete(name)
            raise
        finally:
            os.close(handle)

    def _holds(self, name: str, buffers: Sequence[Buffer]) -> bool:
        """Whether the blob is durable and has just these bytes."""
        wanted = b"".join(buffers)
        handle = os.open(self._path(name), os.O_RDONLY | os.O_CLOEXEC)
        try:
            if os.fstat(handle).st_size != len(wanted) or _read(handle, 0, len(wanted)) != wanted:
                return False
            os.fsync(handle)
        finally:
            os.close(handle)
        self._sync_name(name)
        return True

    def _sync_name(self, name: str) -> None:
        """Make the entry of a new file durable, and that of the directory it stands in."""
        shard = self._path(name).parent
        _sync_directory(shard)
        if shard not in self._synced_shards:
            # Whoever made the directory, this process or another: from here on its entry is safe.
            _sync_directory(self._root)
            self._synced_shards.add(shard)

    def _pread(self, name: str, offset: int, length: int) -> Buffer:
        with self._handles.borrow(name, self._path(name)) as handle:
            return _read(handle, offset, length)

    def _size(self, name: str) -> int:
        return self._path(name).stat().st_size

    def _delete(self, name: str) -> None:
        self._handles.forget(name)
        self._path(name).unlink(missing_ok=True)

    def _shards(self) -> Iterator[str]:
        with os.scandir(self._root) as entries:
            yield from (entry.name for entry in entries if entry.is_dir(follow_symlinks=False))


class DiskAppender(Appender):
    """A file that grows by whole blocks."""

    alignment = ALIGNMENT

    def __init__(self, disk: Disk, name: str) -> None:
        self._disk = disk
        self._name = name
        # A cancelled call leaves its thread at work. The lock keeps a close from giving away the number of
        # the file that this thread is writing to.
        self._lock = threading.Lock()
        self._handle: int | None = None
        self._end = 0
        self._named = False
        self._over = False

    async def append(self, buffers: Sequence[Buffer]) -> int:
        """Write and sync. After a failure or cancellation every further call raises Unavailable."""
        try:
            return await self._disk._run(self._name, self._append, buffers)
        except BaseException:
            self._over = True
            raise

    async def close(self) -> None:
        """Close the file."""
        self._over = True
        await self._disk._run(self._name, self.release)

    def create(self) -> None:
        """Make the file. Blocks."""
        with self._lock:
            if not self._over:
                self._handle = self._disk._create(self._name)

    def release(self) -> None:
        """Close the file, or see to it that none is opened. Blocks."""
        with self._lock:
            self._over = True
            handle, self._handle = self._handle, None
            if handle is not None:
                os.close(handle)

    def _append(self, buffers: Sequence[Buffer]) -> int:
        with self._lock:
            if self._over or self._handle is None:
                raise Unavailable(f"{self._name}: takes no more bytes")
            length = sum(len(buffer) for buffer in buffers)
            padding = -length % ALIGNMENT
            self._disk._require_space(length + padding)
            start = self._end
            try:
                filled = [*buffers, bytes(padding)] if padding else buffers
                if length < LONG or not self._disk._direct.write(self._handle, filled, start):
                    write(self._handle, filled, start)
                os.fdatasync(self._handle)
                if not self._named:
                    self._disk._sync_name(self._name)
                    self._named = True
            except BaseException:
                self._over = True
                raise
            self._end = start + length + padding
            return start


@contextlib.contextmanager
def _translated(what: str) -> Iterator[None]:
    """Errors of the system as the gateway's own; those that mean a mistake pass as they are."""
    try:
        yield
    except FileNotFoundError:
        raise BlobNotFound(what) from None
    except OSError as error:
        if error.errno in _FULL:
            raise OutOfSpace(f"{what}: {error.strerror}") from error
        if error.errno in _PASSING:
            raise Unavailable(f"{what}: {error.strerror}") from error
        raise


def _list_shard(shard: Path) -> list[BlobInfo]:
    found: list[BlobInfo] = []
    now = time.time()
    with os.scandir(shard) as entries:
        for entry in entries:
            with contextlib.suppress(FileNotFoundError):
                stat = entry.stat(follow_symlinks=False)
                name = entry.name.replace(_SLASH, "/")
                found.append(BlobInfo(name, stat.st_size, max(0.0, now - stat.st_mtime)))
    return found


def _read(handle: int, offset: int, length: int) -> Buffer:
    """Bytes from `offset`, `length` or up to the end of the file."""
    data = allocate(length)[:length]
    got = 0
    while got < length and (more := os.preadv(handle, [data[got:]], offset + got)):
        got += more
    return data[:got].toreadonly()


def _sync_directory(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _make_durable_directory(path: Path) -> None:
    """The directory and those above it, each new entry synced."""
    if path.is_dir():
        return
    _make_durable_directory(path.absolute().parent)
    path.mkdir(mode=0o700, exist_ok=True)
    _sync_directory(path.absolute().parent)
