"""Whether the packs have what their rows say: every copy on every backend.

A pack is judged by its rows as they are now. Whatever seems wrong with one is looked at again, rows included,
a little later: a copy that was given up meanwhile, a chunk that moved, a pack that was sealed is no fault.
Files are made after their rows, chunks' rows after their bytes, and names are never used twice, so a fault
that is found twice of the same rows is one.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field

from s3gw import keyring
from s3gw.backends.base import Backend
from s3gw.db import checking, pack_rows, scrub
from s3gw.db.pack_rows import ChunkRow, CopyRow, InlineChunk, PackRow
from s3gw.db.pool import Database
from s3gw.errors import BlobNotFound, Damaged, GatewayError
from s3gw.fsck.findings import Finding
from s3gw.fsck.frames import compare
from s3gw.fsck.keys import Ring
from s3gw.fsck.rows import AGAIN
from s3gw.jobs.job import Progress
from s3gw.storage import codec

log = logging.getLogger(__name__)

_PACKS = 64
_AT_ONCE = 8
"""Packs that are looked at at a time."""
_INLINE = 1024


@dataclass(frozen=True, slots=True)
class Depth:
    """How far down is looked."""

    frames: bool = True
    """Read the headers of all frames."""
    bytes: bool = False
    """Read all bytes, and compare chunks with their digests where the key is there."""


@dataclass(slots=True)
class Looked:
    """What was found of one pack."""

    findings: list[Finding] = field(default_factory=list)
    lost: set[int] = field(default_factory=set)
    """Ids of chunks that no copy has."""
    bad: list[CopyRow] = field(default_factory=list)
    """Copies that are not whole."""
    whole: list[CopyRow] = field(default_factory=list)
    """Copies that are whole, and noted as damaged."""
    copies: int = 0
    chunks: int = 0
    unverified: int = 0


@dataclass(slots=True)
class PackCheck:
    """One walk through all packs."""

    db: Database
    backends: Mapping[int, Backend]
    ring: Ring
    depth: Depth
    progress: Progress
    lost: set[int] = field(default_factory=set)
    """Ids of chunks that no copy has, so far."""
    last: int = 0
    """Every pack up to that id was looked at."""

    async def run(self) -> AsyncIterator[tuple[Finding, Looked]]:
        """Every pack above `last`, by id; findings with what was found of their pack."""
        while ids := await pack_rows.after(self.db, self.last, _PACKS):
            for at in range(0, len(ids), _AT_ONCE):
                some = ids[at : at + _AT_ONCE]
                for looked in await asyncio.gather(*map(self._look_well, some)):
                    self.lost |= looked.lost
                    for finding in looked.findings:
                        yield finding, looked
                self.last = some[-1]

    async def _look_well(self, pack_id: int) -> Looked:
        """Twice where something seems wrong."""
        looked = await self._look(pack_id)
        if looked.findings:
            await asyncio.sleep(AGAIN)
            before = {(one.kind, one.subject) for one in looked.findings}
            looked = await self._look(pack_id)
            looked.findings = [one for one in looked.findings if (one.kind, one.subject) in before]
        self.progress.add(packs=1, copies=looked.copies, chunks=looked.chunks, unverified=looked.unverified)
        return looked

    async def _look(self, pack_id: int) -> Looked:
        looked = Looked()
        pack = await pack_rows.pack(self.db, pack_id)
        if pack is None:
            return looked
        rows = await pack_rows.chunks(self.db, pack_id) if pack.reach else []
        looked.copies, looked.chunks = len(pack.copies), len(rows)
        wanted = {row.frame_offset for row in rows}
        if not pack.copies and rows:
            looked.findings.append(Finding("pack-without-copy", f"pack {pack.id}", f"{len(rows)} chunks"))
        missing, unsure, whole = set(wanted), False, 0
        for copy in pack.copies:
            bad = await self._look_at_copy(pack, copy, rows, looked)
            if bad is None:
                unsure = True
            else:
                missing &= bad
                whole += not bad and copy not in looked.bad
        if pack.size is None and wanted and not missing:
            # Copies of an open pack may be behind, as long as enough have what was acknowledged.
            looked.findings, looked.bad = [], []
        self._judge_lost(pack, rows, missing, unsure, looked)
        self.progress.advance((pack.size or 0) * len(pack.copies))
        return looked

    def _judge_lost(
        self, pack: PackRow, rows: Sequence[ChunkRow], missing: set[int], unsure: bool, looked: Looked
    ) -> None:
        ids = [row.id for row in rows if row.frame_offset in missing]
        if not ids:
            return
        what = f"{len(ids)} of {len(rows)} chunks"
        if unsure:
            looked.findings.append(Finding("chunk-unsure", f"pack {pack.id}", what, ids=ids))
            return
        looked.lost |= set(ids)
        looked.findings.append(Finding("chunk-lost", f"pack {pack.id}", what, ids=ids))

    async def _look_at_copy(
        self, pack: PackRow, copy: CopyRow, rows: Sequence[ChunkRow], looked: Looked
    ) -> set[int] | None:
        """The offsets of frames that a copy does not have; None where it cannot be told."""
        subject = f"pack {pack.id}, copy {copy.replica.blob} on {copy.backend}"
        every = {row.frame_offset for row in rows}
        try:
            backend = self.backends[copy.replica.backend_id]
            size = await backend.size(copy.replica.blob)
            if size < pack.needed:
                what = f"it has {size} of {pack.needed} bytes"
                looked.findings.append(Finding("copy-short", subject, what))
                looked.bad.append(copy)
            if not (self.depth.frames or self.depth.bytes) or not rows:
                return {row.frame_offset for row in rows if row.frame_offset + row.frame_length > size}
            found = await compare(backend, copy.replica, pack, rows, self.ring.opened, deep=self.depth.bytes)
        except BlobNotFound:
            if pack.size is None and not rows:
                return set()
            looked.findings.append(Finding("copy-missing", subject, f"it should have {pack.needed} bytes"))
            looked.bad.append(copy)
            return every
        except (KeyError, GatewayError, OSError) as error:
            looked.findings.append(Finding("copy-unread", subject, str(error) or type(error).__name__))
            return None
        looked.unverified += found.unverified
        self._judge_copy(copy, subject, size, pack, found.bad, looked)
        return set(found.bad)

    def _judge_copy(
        self, copy: CopyRow, subject: str, size: int, pack: PackRow, bad: Mapping[int, str], looked: Looked
    ) -> None:
        if bad and copy not in looked.bad:
            at = min(bad)
            what = f"{len(bad)} frames, the first at byte {at}: {bad[at]}"
            looked.findings.append(Finding("copy-damaged", subject, what))
            looked.bad.append(copy)
        elif not bad and copy.damaged and self.depth.bytes and size >= pack.needed:
            looked.findings.append(Finding("copy-mended", subject, "all its frames are intact"))
            looked.whole.append(copy)


async def inline(db: Database, ring: Ring, progress: Progress, most: int) -> AsyncIterator[Finding]:
    """Chunks whose bytes stand in the database and are not those of their digests."""
    after = 0
    while (until := await checking.window(db, "chunks", after, _INLINE)) is not None:
        for chunk in await pack_rows.inline(db, after, until):
            problem, verified = await asyncio.to_thread(_verify_inline, chunk, ring)
            progress.add(inline=1, unverified=int(not verified))
            if problem is not None:
                objects = [lost.address for lost in await scrub.needing(db, [chunk.id], most)]
                yield Finding("inline-damaged", f"chunk {chunk.id}", problem, objects)
        after = until


def _verify_inline(chunk: InlineChunk, ring: Ring) -> tuple[str | None, bool]:
    """What is wrong with the bytes, and whether they could be compared."""
    key = None if chunk.key_id is None else ring.opened.get(chunk.key_id)
    if chunk.key_id is not None and key is None:
        return None, False
    try:
        plain = codec.decode(chunk.codec, chunk.data, chunk.length, key)
    except Damaged as error:
        return str(error), True
    if keyring.digest(plain, key) != chunk.digest:
        return "its bytes do not have its digest", True
    return None, True


async def total(db: Database) -> int:
    """Bytes of all copies of all sealed packs."""
    return await pack_rows.bytes_of_copies(db)
