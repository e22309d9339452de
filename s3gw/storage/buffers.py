"""Memory for megabytes that come and go.

A fresh buffer costs a page fault for every 4 KiB that is written to it, which takes longer than copying the
bytes. In huge pages there is one for every 2 MiB.
"""

from __future__ import annotations

import contextlib
import mmap

Storage = bytearray | mmap.mmap
"""A buffer that can be written to."""

_HUGE = 2 << 20


def allocate(size: int) -> Storage:
    """At least `size` bytes; given back to the system when nothing refers to them any more."""
    if size < _HUGE or not hasattr(mmap, "MADV_HUGEPAGE"):
        return bytearray(size)
    storage = mmap.mmap(-1, -(-size // _HUGE) * _HUGE, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    with contextlib.suppress(OSError):  # a kernel without huge pages
        storage.madvise(mmap.MADV_HUGEPAGE)
    return storage
