"""Writing buffers to a file: through the page cache, or past it where they are long.

The kernel's copy into the page cache costs as much as a SHA-256 where memory has to be found first, and takes
the memory from what is read again and again; what large uploads wrote rarely is, soon. So a long append goes
to the disk from a buffer of this process. That needs whole blocks at aligned addresses; where the file system
takes none, everything goes through the page cache. Either way the bytes are safe after fdatasync, not before.
"""

from __future__ import annotations

import errno
import fcntl
import logging
import mmap
import os
from collections import deque
from collections.abc import Sequence

from s3gw.backends.base import Buffer

log = logging.getLogger(__name__)

LONG = 4 << 20
"""Bytes of one append from which on it passes by the page cache. Less than that may well be read soon."""
BLOCK = 4096
"""What addresses, lengths and offsets must be multiples of: no file system or disk in use asks for more."""

_SLAB = 4 << 20
_KEPT = 2
_IOV_MAX = os.sysconf("SC_IOV_MAX")
_NOT_SUPPORTED = {errno.EINVAL, errno.EOPNOTSUPP, errno.ENOTTY}


def write(handle: int, buffers: Sequence[Buffer], offset: int) -> None:
    """All of the buffers from `offset`, however few bytes a call takes."""
    left = [memoryview(buffer).cast("B") for buffer in buffers if len(buffer)]
    while left:
        written = os.pwritev(handle, left[:_IOV_MAX], offset)
        offset += written
        done = 0
        while done < len(left) and written >= len(left[done]):
            written -= len(left[done])
            done += 1
        del left[:done]
        if written:
            left[0] = left[0][written:]


class DirectWriter:
    """Writes past the page cache for the files of one file system. Blocks; for several threads."""

    def __init__(self) -> None:
        self._works = hasattr(os, "O_DIRECT")
        self._slabs: deque[mmap.mmap] = deque(maxlen=_KEPT)

    def write(self, handle: int, buffers: Sequence[Buffer], offset: int) -> bool:
        """All of the buffers, whole blocks together, from `offset`, a multiple of `BLOCK`.

        False where that is not possible here; what was written so far is then to be written again.
        Nobody else may use `handle` meanwhile.
        """
        if not self._works:
            return False
        flags = fcntl.fcntl(handle, fcntl.F_GETFL)
        slab = self._slabs.pop() if self._slabs else mmap.mmap(-1, _SLAB)
        try:
            fcntl.fcntl(handle, fcntl.F_SETFL, flags | os.O_DIRECT)
            _write_slabs(handle, buffers, offset, slab)
        except OSError as error:
            if error.errno not in _NOT_SUPPORTED:
                raise
            self._works = False
            log.info("this file system takes no writes past its cache: %s", error)
            return False
        finally:
            fcntl.fcntl(handle, fcntl.F_SETFL, flags)
            self._slabs.append(slab)
        return True


def _write_slabs(handle: int, buffers: Sequence[Buffer], offset: int, slab: mmap.mmap) -> None:
    with memoryview(slab) as memory:
        filled = 0
        for buffer in buffers:
            left = memoryview(buffer).cast("B")
            while len(left):
                taken = left[: _SLAB - filled]
                memory[filled : filled + len(taken)] = taken
                filled += len(taken)
                left = left[len(taken) :]
                if filled == _SLAB:
                    _write_slab(handle, memory, offset)
                    offset += _SLAB
                    filled = 0
        _write_slab(handle, memory[:filled], offset)


def _write_slab(handle: int, memory: memoryview, offset: int) -> None:
    done = 0
    while done < len(memory):
        written = os.pwritev(handle, [memory[done:]], offset + done)
        # A call that takes a part of a block has written none of that block, as far as the next is concerned.
        whole = written - written % BLOCK
        if not whole:
            raise OSError(errno.EIO, "the disk takes less than a block at a time")
        done += whole
