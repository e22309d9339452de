"""Cuts a stream into chunks.

Blocks go in as they arrive, finished chunks come out in order; together the chunks are the stream. Where it
is cut depends on the stream's bytes alone, never on the blocks in which they came: FastCDC is asked only when
it sees as many bytes as it could look at, or the end of the run.

A run is what lies between two forced cuts of the archive hints (see `hints`), or the whole stream without
them. FastCDC starts afresh at each.
"""

from __future__ import annotations

from s3gw.buffers import allocate
from s3gw.storage.hints import Hints
from s3gw.storage.presets import Preset

Buffer = bytes | bytearray | memoryview

_SLICE = 1 << 20
"""Bytes taken in at a time, so that memory stays bounded whatever block is fed."""
_FIRST = 1 << 16
"""Capacity of the first buffer; small objects need no more."""
_LONG = 4 << 20
"""Bytes after which a stream gets buffers of the full capacity, so that less has to be moved between them."""
_SHARED = 1 << 20
"""Length of a preset's largest chunk up to which chunks share buffers."""


class Chunker:
    """Cuts one stream. Processor work, for a thread; not for two threads at once.

    A chunk that came out is a read-only view that stays valid and unchanged for as long as it is kept. Views
    of neighbouring chunks share a buffer of about twice the preset's largest chunk, which lives while one
    of them does. Where that would keep tens of MiB in memory for a few, each chunk is copied instead, and one
    buffer serves the whole stream.
    """

    def __init__(self, preset: Preset, hints: bool) -> None:
        self._preset = preset
        self._cutter = preset.cutter() if preset.content_defined else None
        self._hints = Hints() if hints and preset.content_defined else None
        self._shared = preset.maximum <= _SHARED
        self._capacity = (2 if self._shared else 1) * (preset.maximum + _SLICE)
        self._buffer = memoryview(bytearray())
        self._start = 0  # in the buffer: where the chunk begins that is cut next
        self._end = 0  # in the buffer: where the bytes that came in end
        self._base = 0  # in the stream: where the buffer begins

    def feed(self, data: Buffer) -> list[memoryview]:
        """Take in `data`, which may be reused afterwards; the chunks that are finished by now."""
        chunks: list[memoryview] = []
        block = memoryview(data).cast("B")
        for at in range(0, len(block), _SLICE):
            self._take(block[at : at + _SLICE])
            self._cut(chunks, final=False)
        return chunks

    def finish(self) -> list[memoryview]:
        """The chunks that remain, once everything was fed."""
        chunks: list[memoryview] = []
        self._cut(chunks, final=True)
        return chunks

    def _take(self, block: memoryview) -> None:
        """Append to the buffer."""
        if self._end + len(block) > len(self._buffer):
            self._make_room(len(block))
        self._buffer[self._end : self._end + len(block)] = block
        self._end += len(block)

    def _make_room(self, length: int) -> None:
        """Move what is not cut yet to the beginning of a buffer: a new one, or the same where that is
        nobody else's and large enough."""
        held = self._buffer[self._start : self._end]
        needed = len(held) + length
        wanted = 2 * needed if self._base + self._end < _LONG else self._capacity
        capacity = max(_FIRST, min(wanted, self._capacity), needed)
        if self._shared or capacity > len(self._buffer):
            self._buffer = allocate(capacity)
        self._buffer[: len(held)] = held  # the two may overlap
        self._base += self._start
        self._start, self._end = 0, len(held)

    def _cut(self, chunks: list[memoryview], *, final: bool) -> None:
        if self._hints is None:
            self._cut_run(chunks, self._end, ends=final)
            return
        self._hints.advance(self._buffer, self._base, self._end, final=final)
        while (boundary := self._hints.boundary(self._base + self._start)) is not None:
            end = boundary - self._base
            if end > self._end:
                self._cut_run(chunks, self._end, ends=final)
                return
            self._cut_run(chunks, end, ends=True)
        known = self._end if final else min(self._end, self._hints.decided - self._base)
        self._cut_run(chunks, known, ends=final)

    def _cut_run(self, chunks: list[memoryview], end: int, *, ends: bool) -> None:
        """Cut what is certain of the run that is known up to `end`, where it ends or may go on."""
        maximum = self._preset.maximum
        view = self._buffer.toreadonly()
        while (length := end - self._start) >= maximum or (ends and length > 0):
            length = min(length, maximum)
            if self._cutter is not None and length > self._preset.minimum:
                length = next(self._cutter.cut_buf(view[self._start : self._start + length])).length
            chunk = view[self._start : self._start + length]
            chunks.append(chunk if self._shared else _copy(chunk))
            self._start += length


def _copy(chunk: memoryview) -> memoryview:
    copy = allocate(len(chunk))[: len(chunk)]
    copy[:] = chunk
    return copy.toreadonly()
