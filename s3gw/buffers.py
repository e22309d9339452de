"""Memory for megabytes that come and go.

A fresh buffer costs a page fault for every 4 KiB that is written to it, which takes longer than copying the
bytes; in huge pages there is one for every 2 MiB, and the kernel still clears them, which takes as long as
two copies. So large buffers are used again: one comes back by itself when nothing refers to it any more, and
a view of it, or of a part of it, is such a reference. Nobody can give back what somebody still reads.
"""

from __future__ import annotations

import contextlib
import ctypes
import mmap
import weakref
from collections import deque

_UNIT = 1 << 20
_LEAST = 256 << 10
"""Bytes from which on buffers are used again. Below a unit they are of a power of two."""
KEPT = 32 << 20
"""Bytes of unused buffers that are kept for the next, in a process."""


def allocate(size: int) -> memoryview:
    """At least `size` bytes that can be written to, with anything in them.

    They belong to whoever holds the view or one that was made of it, and are used again after the last.
    """
    if size <= _LEAST:
        return memoryview(bytearray(size))
    if size < _UNIT:
        return _spare.take(1 << (size - 1).bit_length())
    return _spare.take(-(-size // _UNIT) * _UNIT)


class Room:
    """One buffer for results that are made one after the other and live about as long. Not for two threads
    at once."""

    __slots__ = ("_all", "_left", "_size")

    def __init__(self, size: int) -> None:
        """For `size` bytes together; nothing is allocated before any are taken."""
        self._size = size
        self._all: memoryview | None = None
        self._left = memoryview(b"")

    def take(self, size: int) -> memoryview:
        """`size` bytes that can be written to, with anything in them."""
        if self._all is None:
            self._all = self._left = allocate(self._size)
        if size > len(self._left):
            return allocate(size)[:size]
        taken, self._left = self._left[:size], self._left[size:]
        return taken

    @property
    def taken(self) -> memoryview:
        """All that was taken of the buffer, one behind the other; without what had no room in it."""
        return memoryview(b"") if self._all is None else self._all[: len(self._all) - len(self._left)]


def give_up_unused() -> None:
    """Give the unused buffers back to the system."""
    _spare.clear()


class _Spare:
    """Buffers that nobody uses, by length.

    They come back in whatever thread drops the last reference, even in the middle of a method of this class;
    hence nothing but single operations of deques and dictionaries, and no lock.
    """

    def __init__(self) -> None:
        self._free: dict[int, deque[mmap.mmap]] = {}

    def take(self, size: int) -> memoryview:
        """A buffer of `size` bytes that comes back by itself."""
        try:
            storage = self._free[size].pop()
        except (KeyError, IndexError):
            storage = _map(size)
        # Views refer to this object, not to the mapping, and each keeps it alive.
        lent = (ctypes.c_char * size).from_buffer(storage)
        weakref.finalize(lent, self._give_back, storage).atexit = False
        return memoryview(lent).cast("B")

    def _give_back(self, storage: mmap.mmap) -> None:
        free = self._free.copy()
        over = sum(length * len(those) for length, those in free.items()) + len(storage) - KEPT
        for length, those in free.items():
            # Those of another length go first: nobody has asked for one for longer.
            with contextlib.suppress(IndexError):
                while over > 0 and length != len(storage):
                    those.popleft()
                    over -= length
        if over <= 0:
            self._free.setdefault(len(storage), deque()).append(storage)

    def clear(self) -> None:
        """Forget all of them."""
        for free in self._free.copy().values():
            free.clear()


def _map(size: int) -> mmap.mmap:
    storage = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    with contextlib.suppress(OSError, AttributeError):  # a kernel, or a system, without huge pages
        storage.madvise(mmap.MADV_HUGEPAGE)
    return storage


_spare = _Spare()
