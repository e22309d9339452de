"""Which chunks of a body are fetched and decoded together: neighbours in a pack, up to a length.

What a segment costs besides its bytes (two threads that wake, a deadline, a task) would be a third of what a
large read costs with segments of a mebibyte. So they are longer where few read, and not where many do: the
memory that all reads of a process take together stays what many short segments would take.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from itertools import repeat

from s3gw.db.chunks import StoredChunk
from s3gw.db.packs import Replica
from s3gw.storage import codec
from s3gw.storage.layout import Extent

LEAST = 1 << 20
"""Bytes that a segment may always have, and the most of a first one, for the sake of an early first byte. A
frame that is longer is a segment of its own."""
MOST = 4 << 20
"""Bytes of a segment where few read."""
SHARED = 16 << 20
"""Bytes of the segments of all reads together, one of each, as long as that is more than `LEAST` for each."""
GAP = 64 << 10
"""Bytes between two frames that are read and thrown away rather than read around."""
_LEAST = repeat(LEAST)


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of a pack that decodes as one: a frame, or one chunk of a frame that is stored as it is."""

    pack_id: int
    offset: int
    stored: int
    plain: int
    start: int
    """Where the chunk begins in the decoded bytes."""

    @property
    def end(self) -> int:
        """The first byte behind."""
        return self.offset + self.stored


@dataclass(slots=True)
class Segment:
    """Extents that are fetched and decoded together: zeros, an inline chunk, or one stretch of a pack."""

    extents: list[Extent]
    replicas: tuple[Replica, ...] = ()
    pack_id: int | None = None
    start: int = 0
    end: int = 0
    most: int = LEAST

    def takes(self, place: Place) -> bool:
        """Whether the place lies close behind what is here, and all together is not too long."""
        return (
            self.pack_id == place.pack_id
            and self.start <= place.offset <= self.end + GAP
            and place.end - self.start <= self.most
        )


class Share:
    """How long the segments of the reads of a process may be: the longer the fewer there are."""

    def __init__(self) -> None:
        self._reading = 0

    @contextmanager
    def among(self) -> Iterator[Iterator[int]]:
        """The lengths of the segments of one more read, in bytes; they follow what others do meanwhile."""
        self._reading += 1
        try:
            yield self._lengths()
        finally:
            self._reading -= 1

    def _lengths(self) -> Iterator[int]:
        yield LEAST
        while True:
            yield min(MOST, max(LEAST, SHARED // self._reading))


async def segments(
    batches: AsyncGenerator[list[Extent], None], share: Share
) -> AsyncGenerator[Segment, None]:
    """The extents of all batches of one read."""
    async with aclosing(batches):
        with share.among() as lengths:
            async for batch in batches:
                for segment in grouped(batch, lengths):
                    yield segment


def grouped(batch: Sequence[Extent], lengths: Iterator[int] = _LEAST) -> Iterator[Segment]:
    """Extents in order, neighbours in a pack together."""
    segment: Segment | None = None
    for extent in batch:
        chunk = extent.chunk
        if chunk is None or chunk.pack_id is None:
            if segment is not None:
                yield segment
                segment = None
            yield Segment([extent])
            continue
        place = place_of(chunk)
        if segment is not None and segment.takes(place):
            segment.extents.append(extent)
            segment.end = max(segment.end, place.end)
            continue
        if segment is not None:
            yield segment
        segment = Segment([extent], chunk.replicas, chunk.pack_id, place.offset, place.end, next(lengths))
    if segment is not None:
        yield segment


def place_of(chunk: StoredChunk) -> Place:
    """Where what must be read of a chunk that stands in a pack lies."""
    assert chunk.pack_id is not None
    if chunk.codec == codec.RAW and chunk.key_id is None:
        return Place(chunk.pack_id, chunk.frame_offset + chunk.frame_start, chunk.length, chunk.length, 0)
    return Place(chunk.pack_id, chunk.frame_offset, chunk.frame_length, chunk.frame_plain, chunk.frame_start)
