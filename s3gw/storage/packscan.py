"""Walks through a pack frame by frame, for scrub, compaction and rebuilding.

It needs nothing but the pack's bytes. Padding between group commits is skipped, a frame whose header is
damaged costs the frames up to the next group commit, and an end that was torn by a crash ends the walk.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from s3gw.errors import Damaged
from s3gw.storage import packformat
from s3gw.storage.packformat import ALIGNMENT, FRAME_FIXED_LENGTH, PACK_HEADER_LENGTH, Frame, PackHeader

Buffer = bytes | bytearray | memoryview
Read = Callable[[int, int], Awaitable[Buffer]]
"""Reads `length` bytes at `offset` of a pack; fewer where it ends."""

_WINDOW = 1 << 20
_SMALL_WINDOW = 8 << 10
"""Bytes read at a time where only headers are: many have little more than a hundred."""


@dataclass(frozen=True, slots=True)
class ScannedFrame:
    """A frame, its header and its stored payload; `intact` where the payload matches its checksum."""

    frame: Frame
    head: Buffer
    payload: Buffer
    intact: bool


class PackScan:
    """One walk through a pack: `async for scanned in scan`, then look at what it found beside frames."""

    def __init__(self, read: Read, *, payloads: bool = True) -> None:
        """Without `payloads` only headers are read; what is yielded then has no payload, and counts as intact
        where its end is there."""
        self._read = read
        self._payloads = payloads
        self._ahead = _WINDOW if payloads else _SMALL_WINDOW
        self._window: memoryview = memoryview(b"")
        self._window_at = 0
        self.header: PackHeader | None = None
        """The pack's header, None where it is damaged."""
        self.end = 0
        """Behind the last whole frame."""
        self.torn: int | None = None
        """Where bytes begin that are no whole frame, up to the end of the pack; None where there are none."""
        self.damaged: list[tuple[int, int]] = []
        """Stretches in the middle, as (from, to), in which no frame header could be read."""

    async def __aiter__(self) -> AsyncIterator[ScannedFrame]:
        try:
            self.header = packformat.parse_header(await self._at(0, PACK_HEADER_LENGTH))
        except Damaged:
            self.header = None
        at: int | None = PACK_HEADER_LENGTH
        while at is not None:
            frame = await self._frame_at(at)
            if frame is None:
                at = await self._skip(at)
                continue
            head = await self._at(at, frame.payload_offset - at)
            if self._payloads:
                payload = await self._at(frame.payload_offset, frame.stored_length)
                whole = len(payload) == frame.stored_length
                intact = packformat.payload_intact(frame, payload)
            else:
                payload = memoryview(b"")
                whole = intact = len(await self._at(frame.end - 1, 1)) == 1
            if not whole:
                self.torn = at
                return
            yield ScannedFrame(frame, head, payload, intact)
            at = self.end = frame.end

    async def _frame_at(self, at: int) -> Frame | None:
        length = packformat.frame_header_length(await self._at(at, FRAME_FIXED_LENGTH))
        return None if length is None else packformat.parse_frame(await self._at(at, length), at)

    async def _skip(self, at: int) -> int | None:
        """Where to look next when no frame begins at `at`: past padding or damage; None at the end."""
        boundary = (at // ALIGNMENT + 1) * ALIGNMENT
        padding = await self._at(at, boundary - at)
        if not any(padding):
            return boundary if len(padding) == boundary - at else None
        while await self._at(boundary, 1):
            if await self._frame_at(boundary) is not None:
                self.damaged.append((at, boundary))
                return boundary
            boundary += ALIGNMENT
        self.torn = at
        return None

    async def _at(self, offset: int, length: int) -> memoryview:
        """Bytes at `offset`, from a window that is read ahead; fewer at the end of the pack."""
        start = offset - self._window_at
        if start < 0 or start + length > len(self._window):
            self._window = memoryview(await self._read(offset, max(length, self._ahead)))
            self._window_at = offset
            start = 0
        return self._window[start : start + length]


def iterate_frames(read: Read) -> PackScan:
    """Every frame of the pack that `read` reads; see PackScan for what else it tells."""
    return PackScan(read)
