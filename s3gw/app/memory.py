"""Gives memory back: the C library's allocator, told that the gateway works with buffers of about a MiB.

By itself glibc raises the size from which a buffer gets pages of its own when one is freed, up to 32 MiB,
and keeps an arena for each thread. After a while of uploads some hundred MiB that nobody uses stay in arenas.
"""

from __future__ import annotations

import ctypes

_ARENA_MAX, _MMAP_THRESHOLD, _TRIM_THRESHOLD = -8, -3, -1
"""Names of the settings in malloc.h."""


def give_back_soon() -> None:
    """Have buffers of a MiB and more returned when they are freed; before threads are started.

    Does nothing where the C library is another one.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError):
        return
    mallopt(_MMAP_THRESHOLD, 1 << 20)
    mallopt(_TRIM_THRESHOLD, 8 << 20)
    mallopt(_ARENA_MAX, 2)
