"""Open files that are read again and again, a bounded number of them."""

from __future__ import annotations

import contextlib
import errno
import os
import threading
import time
from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from s3gw.buffers import allocate

_IDLE = 60.0
"""Seconds after which an unused handle is closed: another process may have deleted the file, whose space
only comes back then."""
_CACHED_LIMIT = 512 << 10
"""Bytes up to which a read from the page cache may hold up the event loop."""
_NOT_SUPPORTED = {errno.EOPNOTSUPP, errno.EINVAL, errno.ENOSYS}


@dataclass(slots=True)
class _Handle:
    fd: int
    used: float
    readers: int = 0
    dropped: bool = False


class HandleCache:
    """Handles by blob name, the least recently used closed first. Safe for threads."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._lock = threading.Lock()
        self._handles: OrderedDict[str, _Handle] = OrderedDict()
        self._sweep_at = 0.0
        self._nowait = hasattr(os, "RWF_NOWAIT")

    @contextlib.contextmanager
    def borrow(self, name: str, path: Path) -> Iterator[int]:
        """A descriptor that stays open meanwhile. Raises OSError where the file cannot be opened."""
        handle = self._take(name)
        if handle is None:
            handle = self._add(name, os.open(path, os.O_RDONLY | os.O_CLOEXEC))
        try:
            yield handle.fd
        finally:
            self._give_back(handle)

    def read_cached(self, name: str, offset: int, length: int) -> memoryview | None:
        """The bytes if the file is open here and all of them are in memory; None says nothing else."""
        if not self._nowait or length > _CACHED_LIMIT or (handle := self._take(name)) is None:
            return None
        try:
            data = allocate(length)[:length]
            if os.preadv(handle.fd, [data], offset, os.RWF_NOWAIT) == length:
                return data.toreadonly()
        except OSError as error:
            # BlockingIOError: not in memory. Others: the file system has no such reads; a thread will tell.
            if error.errno in _NOT_SUPPORTED:
                self._nowait = False
        finally:
            self._give_back(handle)
        return None

    def forget(self, name: str) -> None:
        """Close the handle of a blob that is deleted, now or when its last reader is done."""
        with self._lock:
            if (handle := self._handles.pop(name, None)) is not None:
                self._drop(handle)

    def forget_unlinked(self) -> None:
        """Close the handles of files that another process deleted, which take up space until then."""
        with self._lock:
            for name in [name for name, handle in self._handles.items() if not os.fstat(handle.fd).st_nlink]:
                self._drop(self._handles.pop(name))

    def close(self) -> None:
        """Close every handle."""
        with self._lock:
            for handle in self._handles.values():
                self._drop(handle)
            self._handles.clear()

    def _take(self, name: str) -> _Handle | None:
        with self._lock:
            if (handle := self._handles.get(name)) is None:
                return None
            self._handles.move_to_end(name)
            handle.readers += 1
            handle.used = time.monotonic()
            return handle

    def _add(self, name: str, fd: int) -> _Handle:
        now = time.monotonic()
        with self._lock:
            if (known := self._handles.pop(name, None)) is not None:
                self._drop(known)
            handle = self._handles[name] = _Handle(fd, now, readers=1)
            while len(self._handles) > self._limit:
                self._drop(self._handles.popitem(last=False)[1])
            if now >= self._sweep_at:
                self._sweep_at = now + _IDLE
                for idle in [n for n, h in self._handles.items() if now - h.used > _IDLE]:
                    self._drop(self._handles.pop(idle))
        return handle

    def _give_back(self, handle: _Handle) -> None:
        with self._lock:
            handle.readers -= 1
            if handle.dropped and handle.readers == 0:
                os.close(handle.fd)

    def _drop(self, handle: _Handle) -> None:
        """With the lock held: close unless someone reads."""
        handle.dropped = True
        if handle.readers == 0:
            os.close(handle.fd)
