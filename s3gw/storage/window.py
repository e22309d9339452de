"""The part of a stream that is in memory, as the archive hints look at it.

The walkers through archives are generators: they read on as if the whole stream were there, and yield where
they need bytes that have not come yet. So their cuts cannot depend on the blocks in which it comes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Generator

from s3gw.storage.needles import finder

Walk = Generator[None, None, None]

_AVERAGE = 32 << 10
_BODIES = 4096
_HEADERS = 4096
_HEADER_SPACING = 256


class TooDense(Exception):
    """Headers stand so close that following them costs more than it can save."""


class Window:
    """What a walk sees and says. All positions count from the beginning of the stream."""

    def __init__(self) -> None:
        self.end = 0
        """Where the bytes end that have come."""
        self.final = False
        """Whether no more will come."""
        self.decided = 0
        """Before this, every forced cut is known."""
        self.cuts: deque[int] = deque()
        """Forced cuts in order, some perhaps beyond what has come."""
        self.wanted = 0
        """The walker can do nothing before the stream has come so far."""
        self._data = memoryview(bytearray())
        self._base = 0
        self._headers = 0

    def show(self, data: memoryview, base: int, end: int, *, final: bool) -> None:
        """The stream is known up to index `end` of `data`, which begins at `base` of the stream; what was not
        decided yet is still there."""
        self._data, self._base = data, base
        self.end = base + end
        self.final = final

    def cut(self, at: int) -> None:
        """Force a cut at `at`; with that, everything before it is decided."""
        if at > self.decided or (at == self.decided and at not in self.cuts):
            self.cuts.append(at)
            self.decided = at

    def count_header(self, at: int) -> None:
        """Note that a header is looked at. Raises TooDense where they average under 256 bytes from each
        other, as in nothing but a file made to keep this busy."""
        self._headers += 1
        if self._headers > _HEADERS + at // _HEADER_SPACING:
            raise TooDense

    def wait(self, until: int) -> Walk:
        """Go on once the stream has come to `until`, or ended."""
        while self.end < until and not self.final:
            self.wanted = until
            yield

    def peek(self, at: int, length: int) -> Generator[None, None, bytes]:
        """The bytes at `at`; fewer where the stream ends."""
        if self.end < at + length:
            yield from self.wait(at + length)
        start = at - self._base
        return bytes(self._data[start : min(start + length, self.end - self._base)]) if at < self.end else b""

    def find(self, needle: bytes, start: int) -> int | None:
        """The first `needle` at or behind `start` of what has come."""
        if start >= self.end:
            return None
        found = finder(needle)(self._data, start - self._base, self.end - self._base)
        return None if found < 0 else found + self._base


class Minimum:
    """From how many bytes on the body of a member has a run of its own.

    Every chunk costs some 330 bytes of database rows. Where an archive has so many small members that its
    chunks average under 32 KiB, the bound rises step by step; the first thousands keep the lower one, which
    saves more than it costs.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._since = 0
        self._bodies = 0

    def admits(self, size: int, at: int) -> bool:
        """Whether a body of `size` bytes at `at` has a run of its own."""
        if size < self.size:
            return False
        self._bodies += 1
        if self._bodies >= _BODIES:
            # Each body makes two chunks at least: its own and the one of what lies between.
            if at - self._since < 2 * _BODIES * _AVERAGE and self.size < _AVERAGE:
                self.size *= 2
            self._bodies, self._since = 0, at
        return True
