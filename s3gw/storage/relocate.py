"""Copies frames from sealed packs to new ones, as they are: no chunk is decoded, and no key is needed.

A frame moves whole while one of its chunks lives. Its stored bytes must match their checksum, and its header
must list the chunks that the database has there; a frame of which no copy does stays where it is.

Where a version of a key is to be left, its frames are encrypted anew on the way. What lives in them is
compared with its digests first: a checksum that is made anew would hide what was wrong before.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial

from s3gw import pauses
from s3gw.backends.base import Backend, Buffer
from s3gw.db import compaction
from s3gw.db.compaction import LiveChunk, Move
from s3gw.db.manifests import PackLost
from s3gw.db.pool import Database
from s3gw.errors import BlobNotFound, Damaged, Unavailable
from s3gw.keyring import DataKey
from s3gw.storage import codec, packformat
from s3gw.storage.packformat import Frame
from s3gw.storage.packs import PackWriter
from s3gw.storage.packscan import PackScan, ScannedFrame

log = logging.getLogger(__name__)

Turning = Mapping[int, tuple[DataKey, DataKey]]
"""By their numbers, keys that are to be left, each with the one to encrypt by instead."""

TOGETHER = 16 << 20
"""Bytes of frames that are made durable, and published, together."""
_ATTEMPTS = 8


@dataclass(frozen=True, slots=True)
class _Copy:
    """A frame in memory that is on its way."""

    pack_id: int
    payload_offset: int
    head: bytes
    payload: bytes
    chunks: Sequence[LiveChunk]
    key_id: int | None = None
    """By which it is encrypted, where that is not the key of the frame."""

    @property
    def length(self) -> int:
        return len(self.head) + len(self.payload)


@dataclass(slots=True)
class Relocation:
    """Moves the live frames of one pack after the other; `flush` at the end. Not for concurrent use."""

    db: Database
    backends: Mapping[int, Backend]
    packs: PackWriter
    turning: Turning = field(default_factory=dict)
    moved_frames: int = 0
    moved_bytes: int = 0
    """Bytes of frames that were written anew."""
    damaged: int = 0
    """Live frames that no copy of their pack holds intact. They stay, and so does their pack."""
    _held: list[_Copy] = field(default_factory=list)
    _length: int = 0

    async def move(self, pack_id: int) -> AsyncGenerator[int, None]:
        """Copy what lives in a sealed pack; yields how many bytes were read. Raises OutOfSpace, Unavailable.

        What was copied is published some at a time, the last of it by `flush`; whoever stops in between
        leaves the rest where it was.
        """
        found = await compaction.contents(self.db, pack_id)
        wanted = dict(found.frames)
        trouble: Unavailable | None = None
        for replica in found.replicas:
            backend = self.backends.get(replica.backend_id)
            if backend is None or not wanted:
                continue
            scan = PackScan(partial(backend.read, replica.blob))
            try:
                async for scanned in scan:
                    yield scanned.frame.end - scanned.frame.offset
                    await self._take(pack_id, scanned, wanted)
            except BlobNotFound as error:
                log.warning("pack %s, copy %s: %s", pack_id, replica.blob, error)
            except Unavailable as error:
                log.warning("pack %s, copy %s: %s", pack_id, replica.blob, error)
                trouble = error
        if wanted and trouble is not None:
            raise trouble
        self.damaged += len(wanted)
        if wanted:
            log.error("pack %s: %d frames in use are damaged or missing; they stay", pack_id, len(wanted))

    async def flush(self) -> None:
        """Make durable and publish what was copied so far."""
        held, self._held = self._held, []
        length, self._length = self._length, 0
        if not held:
            return
        buffers: list[Buffer] = [buffer for copy in held for buffer in (copy.head, copy.payload)]
        for _ in range(_ATTEMPTS):
            async with self.packs.append(buffers, length) as placement:
                await pauses.reach("compact.synced")
                try:
                    await compaction.repoint(self.db, _moves(held, placement.pack.id, placement.offset))
                except PackLost:
                    self.packs.retire(placement.pack)
                    continue
            self.moved_frames += len(held)
            self.moved_bytes += length
            return
        raise Unavailable("packs were condemned as fast as they were written")

    async def _take(
        self, pack_id: int, scanned: ScannedFrame, wanted: dict[int, Sequence[LiveChunk]]
    ) -> None:
        """Keep the frame if it lives and is intact; it is then not wanted from another copy."""
        frame = scanned.frame
        chunks = wanted.get(frame.payload_offset)
        if chunks is None or not scanned.intact or not _lists(frame, chunks):
            return
        copy = _Copy(pack_id, frame.payload_offset, bytes(scanned.head), bytes(scanned.payload), chunks)
        pair = None if frame.key_id is None else self.turning.get(frame.key_id)
        if pair is not None:
            try:
                copy = await asyncio.to_thread(_turned, copy, frame, *pair)
            except Damaged as error:
                log.warning("pack %s, frame at %d: %s", pack_id, frame.offset, error)
                return
        del wanted[frame.payload_offset]
        self._held.append(copy)
        self._length += copy.length
        if self._length >= TOGETHER:
            await self.flush()


def _lists(frame: Frame, chunks: Sequence[LiveChunk]) -> bool:
    """Whether a frame's header has every chunk that the database expects in it, at its place."""
    listed = {(entry.domain_id, entry.digest, entry.start, entry.length) for entry in frame.chunks}
    return all((c.domain_id, c.digest, c.start, c.length) in listed for c in chunks)


def _turned(copy: _Copy, frame: Frame, old: DataKey, new: DataKey) -> _Copy:
    """The copy under another key, its bytes compressed as they were. Processor work. Raises Damaged."""
    packed = old.open(copy.payload)
    plain = memoryview(codec.decode(frame.codec, packed, frame.plain_length))
    for chunk in copy.chunks:
        if old.digest(plain[chunk.start : chunk.start + chunk.length]) != chunk.digest:
            raise Damaged(f"chunk {chunk.digest.hex()} does not match its digest")
    payload = bytes(new.seal(packed))
    if len(payload) != frame.stored_length:
        raise Damaged(f"keys {old.id} and {new.id} are not of one kind")
    head = packformat.rekeyed_head(frame, payload, new.id)
    return _Copy(copy.pack_id, copy.payload_offset, head, payload, copy.chunks, new.id)


def _moves(held: Sequence[_Copy], pack_id: int, offset: int) -> list[Move]:
    """Where the copies are that were appended to a pack at `offset`."""
    moves: list[Move] = []
    for copy in held:
        ids = [chunk.id for chunk in copy.chunks]
        moves.append(
            Move(copy.pack_id, copy.payload_offset, pack_id, offset + len(copy.head), ids, copy.key_id)
        )
        offset += copy.length
    return moves
