"""Archive hints: where a stream must be cut so that members of archives get chunks of their own.

    scan ── a tar header, or a zip's local header ──→ tar, zip ── no header where one must be ──→ scan

Without them, a file that did not change between two releases is cut differently in each: the header before
it holds a new time, and FastCDC needs its smallest chunk to fall into step again. A mistake here costs
savings, never bytes: cuts are all that comes out.
"""

from __future__ import annotations

from collections.abc import Generator

from s3gw.storage import tar
from s3gw.storage import zip as zips
from s3gw.storage.window import Minimum, TooDense, Walk, Window

TAR_MINIMUM = 16 << 10
"""Bytes from which the body of a tar's member has a run of its own."""
ZIP_MINIMUM = 4 << 10
"""The same of a zip, whose members are compressed already."""

_SPACING = 1 << 10
_ALLOWANCE = 64
"""Places that looked like a header and were none may stand `_SPACING` bytes apart on average, after so many
that do not count; what is between is not looked at. Otherwise a file full of magic numbers costs time."""


class Hints:
    """Finds the forced cuts of one stream."""

    def __init__(self) -> None:
        self._window = Window()
        self._walk: Walk | None = _scan(self._window)

    @property
    def decided(self) -> int:
        """Before this position of the stream, every forced cut is known."""
        return self._window.end if self._walk is None else self._window.decided

    def advance(self, data: memoryview, base: int, end: int, *, final: bool) -> None:
        """Look at the stream up to index `end` of `data`, which begins at `base` of the stream.

        Everything from `decided` on must still be in `data`.
        """
        window = self._window
        window.show(data, base, end, final=final)
        if self._walk is not None and (final or window.end >= window.wanted):
            try:
                next(self._walk)
            except (StopIteration, TooDense):
                self._walk = None  # nothing more is cut

    def boundary(self, after: int) -> int | None:
        """The first forced cut behind `after`, which may lie beyond what has come."""
        cuts = self._window.cuts
        while cuts and cuts[0] <= after:
            cuts.popleft()
        return cuts[0] if cuts else None


def _scan(window: Window) -> Walk:
    """Look for archives until the stream ends."""
    at = 0
    if (yield from tar.header_at(window, 0)):  # at the very beginning also without magic
        at = yield from tar.walk(window, 0, Minimum(TAR_MINIMUM))
    while not window.final or at < window.end:
        at = yield from _next_archive(window, at)


def _next_archive(window: Window, begin: int) -> Generator[None, None, int]:
    """Find an archive at or behind `begin`, walk through it; where it ended."""
    tar_places = _Seeker(window, tar.MAGIC, tar.MAGIC_AT, begin)
    zip_places = _Seeker(window, zips.MAGIC, 0, begin)
    while True:
        tar_at, zip_at = tar_places.first(), zip_places.first()
        if tar_at is None and zip_at is None:
            if window.final:
                return window.end
            window.decided = max(window.decided, begin, window.end - tar.BLOCK)
            yield from window.wait(window.end + 1)
        elif zip_at is None or (tar_at is not None and tar_at <= zip_at):
            assert tar_at is not None
            window.decided = max(window.decided, tar_at)
            if (yield from tar.header_at(window, tar_at)):
                window.cut(tar_at)
                return (yield from tar.walk(window, tar_at, Minimum(TAR_MINIMUM)))
            tar_places.mistaken()
        elif not window.final and window.end < zip_at + tar.BLOCK:
            # A tar header may begin before it of which the magic has not come.
            window.decided = max(window.decided, begin, min(zip_at, window.end - tar.BLOCK))
            yield from window.wait(zip_at + tar.BLOCK)
        else:
            window.decided = max(window.decided, zip_at)
            if (yield from zips.local_header(window, zip_at)) is not None:
                window.cut(zip_at)
                return (yield from zips.walk(window, zip_at, Minimum(ZIP_MINIMUM)))
            zip_places.mistaken()


class _Seeker:
    """Finds where a header may begin: where `magic` stands `lead` bytes behind. Looks at every byte once."""

    def __init__(self, window: Window, magic: bytes, lead: int, begin: int) -> None:
        self._window = window
        self._magic = magic
        self._lead = lead
        self._begin = begin
        self._next = begin + lead
        self._found: int | None = None
        self._mistaken = 0

    def first(self) -> int | None:
        """The next place, None where none has come yet."""
        if self._found is None:
            self._found = self._window.find(self._magic, self._next)
            if self._found is None:
                self._next = max(self._next, self._window.end - len(self._magic) + 1)
                return None
        return self._found - self._lead

    def mistaken(self) -> None:
        """The place that `first` gave is no header."""
        assert self._found is not None
        self._mistaken += 1
        spaced = self._begin + self._lead + (self._mistaken - _ALLOWANCE) * _SPACING
        self._next = max(self._found + 1, spaced)
        self._found = None
