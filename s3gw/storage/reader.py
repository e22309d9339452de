"""A body on its way out: looked up, fetched ahead, decoded, verified, handed on.

Bytes are handed on only after the SHA-256 of their whole chunk matched. Neighbouring frames of one pack are
fetched by one read and decoded by one thread; a frame that holds several chunks is decoded once for them.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from functools import partial

from s3gw.backends.base import Backend, Buffer
from s3gw.backends.several import find
from s3gw.buffers import Room
from s3gw.db import chunks, placement
from s3gw.db.body_rows import BodyRows
from s3gw.db.chunks import StoredChunk
from s3gw.db.packs import Replica
from s3gw.db.pool import Database
from s3gw.db.records import Body, InlineChunk
from s3gw.errors import BlobNotFound, Damaged, Unavailable
from s3gw.keyring import DataKey, digest
from s3gw.storage import codec
from s3gw.storage.hedge import Hedge
from s3gw.storage.keys import Keys
from s3gw.storage.layout import Extent, extents
from s3gw.storage.segments import Segment, Share, grouped, place_of, segments
from s3gw.storage.verified import Verified

log = logging.getLogger(__name__)

AHEAD = 2
"""Segments fetched while one is sent."""
TINY = 64 << 10
"""Bytes that are verified on the spot: a thread takes as long to wake, and more of the processor."""
_ZEROS = memoryview(bytes(256 << 10))


class Reader:
    """Reads bodies. Safe for concurrent use."""

    def __init__(
        self,
        db: Database,
        backends: Mapping[int, Backend],
        cpu: ThreadPoolExecutor,
        keys: Keys,
        verified: Verified | None = None,
    ) -> None:
        """Without `verified`, nothing of what was read is kept."""
        self._db = db
        self._keys = keys
        self._backends = backends
        self._cpu = cpu
        self._verified = verified
        self._hedge = Hedge()
        self._share = Share()
        self._suspects: set[int] = set()
        """Packs of which a copy was not as it should be."""

    async def read(
        self,
        body: Body,
        start: int,
        length: int,
        inline: InlineChunk | None = None,
        rows: BodyRows | None = None,
    ) -> AsyncGenerator[Buffer, None]:
        """Blocks of at most a chunk each; see `Store.read`."""
        if not 0 <= start <= start + length <= body.size:
            raise ValueError(f"bytes {start}+{length} of a body of {body.size}")
        if length == 0:
            return
        if inline is not None:
            yield await self.inline(inline, start, length)
            return
        loading: deque[asyncio.Task[Iterable[Buffer]]] = deque()
        left = length
        batches = extents(self._db, body, start, length, rows)
        try:
            async with aclosing(segments(batches, self._share)) as found:
                async for segment in found:
                    left -= sum(extent.length for extent in segment.extents)
                    if not left and not loading:  # alone: there is nothing to fetch ahead of
                        for block in await self._load(segment):
                            yield block
                        break
                    loading.append(asyncio.create_task(self._load(segment)))
                    if len(loading) > AHEAD:
                        for block in await loading.popleft():
                            yield block
            while loading:
                for block in await loading.popleft():
                    yield block
        finally:
            for task in loading:
                task.cancel()
            await asyncio.gather(*loading, return_exceptions=True)

    async def inline(self, chunk: InlineChunk | StoredChunk, start: int, length: int) -> Buffer:
        """`length` bytes from `start` of a chunk that stands in its row; see `Store.inline`."""
        plain = None if self._verified is None else self._verified.find(chunk)
        if plain is None:
            plain = await self._row(chunk)
        return plain if length == len(plain) else memoryview(plain)[start : start + length]

    async def _row(self, chunk: InlineChunk | StoredChunk) -> bytes:
        """All of it, verified."""
        if chunk.key_id is not None and chunk.key_id not in self._keys.ring:
            await self._keys.need((chunk.key_id,))
        key = self._key(chunk)
        if chunk.length <= TINY:
            plain = _decoded(chunk, key)
        else:
            plain = await asyncio.get_running_loop().run_in_executor(self._cpu, _decoded, chunk, key)
        if self._verified is not None:
            self._verified.keep(chunk, plain)
        return plain

    def _key(self, chunk: InlineChunk | StoredChunk) -> DataKey | None:
        return None if chunk.key_id is None else self._keys.ring[chunk.key_id]

    async def _load(self, segment: Segment) -> Iterable[Buffer]:
        """The plain bytes of a segment; from another replica, or another place, where one fails."""
        first = segment.extents[0]
        if first.chunk is None:
            return _zeros(first.length)
        if segment.pack_id is None:
            return [await self.inline(first.chunk, first.skip, first.length)]
        if not segment.replicas:
            return await self._load_moved(segment, None)
        found = await self._hedge.read(segment.replicas, partial(self._fetch, segment))
        if isinstance(found, Exception):
            return await self._load_moved(segment, found)
        if self._suspects and segment.pack_id in self._suspects:
            self._suspects.discard(segment.pack_id)
            await placement.queue_repairs(self._db, [segment.pack_id])
        return found

    async def _load_moved(self, segment: Segment, trouble: Exception | None) -> list[Buffer]:
        """Look the chunks up again: compaction may have moved them since."""
        known = [extent.chunk for extent in segment.extents if extent.chunk is not None]
        fresh = await chunks.by_ids(self._db, [chunk.id for chunk in known])
        moved = [fresh.get(chunk.id) for chunk in known]
        if any(new is None or new.digest != old.digest for new, old in zip(moved, known, strict=True)):
            raise Damaged("the body was replaced and collected while it was read") from trouble
        if moved == known:
            if len(known) > 1 and len(segment.replicas) > 1:
                return await self._load_each(segment)  # copies may be damaged in different frames
            if isinstance(trouble, Unavailable):
                raise trouble
            raise Damaged(f"no intact copy of pack {segment.pack_id} is left: {trouble}") from trouble
        again = [
            Extent(chunk, extent.skip, extent.length)
            for chunk, extent in zip(moved, segment.extents, strict=True)
        ]
        blocks: list[Buffer] = []
        for part in grouped(again):
            blocks.extend(await self._load(part))
        return blocks

    async def _load_each(self, segment: Segment) -> list[Buffer]:
        """The chunks of a segment one by one, each from a copy that has it."""
        return [
            block
            for extent in segment.extents
            for alone in grouped([extent])
            for block in await self._load(alone)
        ]

    async def _fetch(self, segment: Segment, replica: Replica) -> list[Buffer]:
        backend = await find(self._backends, replica.backend_id)
        if backend is None:
            raise Unavailable(f"backend {replica.backend_id} is not configured")
        try:
            return await self._decoded(segment, replica, backend)
        except (BlobNotFound, Damaged):
            if segment.pack_id is not None:
                self._suspects.add(segment.pack_id)
            raise

    async def _decoded(self, segment: Segment, replica: Replica, backend: Backend) -> list[Buffer]:
        data = await backend.read(replica.blob, segment.start, segment.end - segment.start)
        if len(data) != segment.end - segment.start:
            raise Damaged(f"the pack ends before byte {segment.end}")
        known = [extent.chunk for extent in segment.extents if extent.chunk is not None]
        await self._keys.need([chunk.key_id for chunk in known])
        decode = partial(_decode, data, segment.start, segment.extents, self._keys.ring)
        if sum(chunk.length for chunk in known) <= TINY:
            return decode()
        return await asyncio.get_running_loop().run_in_executor(self._cpu, decode)


def _decode(data: Buffer, base: int, wanted: Sequence[Extent], keys: Mapping[int, DataKey]) -> list[Buffer]:
    """Verified bytes of the extents, from a stretch of a pack that begins at `base`. Processor work.

    Blocks that follow one another in memory are handed on as one: each costs the event loop a write.
    """
    view = memoryview(data)
    room = Room(sum(extent.chunk.length for extent in wanted if extent.chunk is not None))
    decoded: dict[int, Buffer] = {}
    blocks: list[memoryview] = []
    places: list[int] = []
    begin = 0
    for extent in wanted:
        assert extent.chunk is not None
        place = place_of(extent.chunk)
        key = None if extent.chunk.key_id is None else keys[extent.chunk.key_id]
        if place.offset not in decoded:
            begin = len(room.taken)
            stored = view[place.offset - base : place.end - base]
            decoded = {place.offset: codec.decode(extent.chunk.codec, stored, place.plain, key, room)}
        plain = memoryview(decoded[place.offset])[place.start : place.start + extent.chunk.length]
        blocks.append(_verified(plain, extent.chunk, key, extent.skip, extent.length))
        places.append(begin + place.start + extent.skip)
    return _joined(blocks, places, room)


def _joined(blocks: Sequence[memoryview], places: Sequence[int], room: Room) -> list[Buffer]:
    """One block, where all are in the room, at these places, and follow one another there."""
    first, end = places[0], places[0]
    for block, place in zip(blocks, places, strict=True):
        if block.obj is not room.taken.obj or place != end:
            return [*blocks]
        end += len(block)
    return [room.taken[first:end]]


def _decoded(chunk: InlineChunk | StoredChunk, key: DataKey | None) -> bytes:
    """Verified bytes of a chunk that stands in its row. Processor work."""
    assert chunk.data is not None
    plain = codec.decode(chunk.codec, chunk.data, chunk.length, key)
    _verify(plain, chunk, key)
    return bytes(plain)


def _verified(
    plain: memoryview, chunk: InlineChunk | StoredChunk, key: DataKey | None, start: int, length: int
) -> memoryview:
    _verify(plain, chunk, key)
    return plain[start : start + length]


def _verify(plain: Buffer, chunk: InlineChunk | StoredChunk, key: DataKey | None) -> None:
    if len(plain) != chunk.length or digest(plain, key) != chunk.digest:
        raise Damaged(f"chunk {chunk.digest.hex()} does not match its digest")


def _zeros(length: int) -> Iterator[memoryview]:
    while length > 0:
        yield _ZEROS[:length]
        length -= len(_ZEROS)
