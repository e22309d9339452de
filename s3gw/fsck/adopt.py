"""`s3gw fsck --rebuild`: rows for packs that no row names, from nothing but the packs.

Each file that is a pack of this store is read frame by frame. A chunk is taken where the frame's checksum
fits and, where the key is there, the bytes have the digest that the frame's header says; so nobody can be
made to believe in wrong bytes. A file that is a copy of a pack with rows becomes a copy of it; one that is
not becomes a pack. The job that removes such files is kept from running meanwhile.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from s3gw import keyring
from s3gw.backends.base import Backend, Buffer
from s3gw.db import adopting, leading, pack_rows, packs
from s3gw.db.adopting import FoundChunk
from s3gw.db.pool import Database
from s3gw.errors import BlobNotFound, Damaged, Unavailable
from s3gw.fsck.files import Stray, strays
from s3gw.fsck.frames import compare
from s3gw.fsck.keys import Ring
from s3gw.jobs.job import Progress
from s3gw.storage import codec
from s3gw.storage.packscan import PackScan, ScannedFrame

log = logging.getLogger(__name__)

_JOB = "sightings"
_MOST_PACK = 1 << 62


@dataclass(slots=True)
class Rebuilt:
    """What was taken back."""

    packs: int = 0
    copies: int = 0
    """Of packs that had rows."""
    made: int = 0
    """Rows of chunks that were missing."""
    moved: int = 0
    """Rows of chunks that named a place where they were not."""
    refused: int = 0
    """Chunks that are damaged, or of a domain or key that the database does not know."""


@dataclass(slots=True)
class Rebuilder:
    """Takes packs back on the backends it is given."""

    db: Database
    backends: Mapping[int, Backend]
    ring: Ring
    lost: set[int]
    """Ids of chunks that no copy has; those that are found are taken out."""
    progress: Progress
    rebuilt: Rebuilt = field(default_factory=Rebuilt)

    async def run(self) -> Rebuilt:
        """Take back every pack. Raises Unavailable where the job `sightings` runs, or a backend fails."""
        async with leading.exclusive(self.db, _JOB) as alone:
            if not alone:
                raise Unavailable(f"the job {_JOB} is running; try again when it has ended, or pause it")
            store = await packs.store_id(self.db)
            for number, backend in self.backends.items():
                async for stray in strays(self.db, number, backend):
                    if stray.header is None or stray.header.store == store:
                        await self._adopt(backend, stray)
                        self.progress.advance(stray.size)
        return self.rebuilt

    async def _adopt(self, backend: Backend, stray: Stray) -> None:
        wanted = 0 if stray.header is None or stray.header.pack.int > _MOST_PACK else stray.header.pack.int
        if wanted and await self._is_copy(backend, stray, wanted):
            if await adopting.add_copy(self.db, wanted, stray.backend_id, stray.name):
                self.rebuilt.copies += 1
            return
        found = await self._read(backend, stray)
        if not found:
            return  # left to the job, as anything without a chunk is
        pack_id = await adopting.add_pack(self.db, wanted, stray.backend_id, stray.name, stray.size)
        if pack_id is None:
            return
        done = await adopting.add_chunks(self.db, pack_id, found, self.lost)
        self.rebuilt.packs += 1
        self.rebuilt.made += done.made
        self.rebuilt.moved += done.moved
        log.info("took back pack %d from %s: %d chunks", pack_id, stray.name.hex, done.made + done.moved)

    async def _is_copy(self, backend: Backend, stray: Stray, pack_id: int) -> bool:
        """Whether a file has everything that the rows say of the pack that it names."""
        pack = await pack_rows.pack(self.db, pack_id)
        if pack is None or pack.size is None or stray.size < pack.size:
            return False
        rows = await pack_rows.chunks(self.db, pack_id)
        replica = packs.Replica(stray.backend_id, stray.name)
        compared = await compare(backend, replica, pack, rows, self.ring.opened, deep=True)
        if compared.bad or not rows:
            return False
        self.lost.difference_update(row.id for row in rows)
        return True

    async def _read(self, backend: Backend, stray: Stray) -> Sequence[FoundChunk]:
        async def read(offset: int, length: int) -> Buffer:
            return await backend.read(stray.name.hex, offset, length)

        found: dict[tuple[int, bytes], FoundChunk] = {}
        try:
            async for scanned in PackScan(read):
                good = await asyncio.to_thread(_chunks, scanned, self.ring)
                self.rebuilt.refused += len(scanned.frame.chunks) - len(good)
                for chunk in good:
                    found.setdefault((chunk.domain_id, chunk.digest), chunk)
        except BlobNotFound:
            return []
        known = await adopting.known(self.db, list(found.values()))
        self.rebuilt.refused += len(found) - len(known)
        return known


def _chunks(scanned: ScannedFrame, ring: Ring) -> list[FoundChunk]:
    """The chunks of a frame that can be believed in. Processor work."""
    frame = scanned.frame
    if not scanned.intact:
        return []
    key = None if frame.key_id is None else ring.opened.get(frame.key_id)
    plain: memoryview | None = None
    if frame.key_id is None or key is not None:
        try:
            plain = memoryview(codec.decode(frame.codec, scanned.payload, frame.plain_length, key))
        except Damaged:
            return []
    return [
        FoundChunk(
            one.domain_id,
            one.digest,
            one.length,
            frame.payload_offset,
            frame.stored_length,
            frame.plain_length,
            one.start,
            frame.codec,
            frame.key_id,
        )
        for one in frame.chunks
        if one.length > 0
        and (plain is None or keyring.digest(plain[one.start : one.start + one.length], key) == one.digest)
    ]
