"""The whole check, its mending and rebuilding, as `s3gw fsck` runs it.

Findings are told as they are found, so that an interruption loses none; memory holds no more than the ids of
chunks that are lost.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field

from s3gw.backends.base import Backend
from s3gw.config import Settings
from s3gw.db import mending, placement, scrub
from s3gw.db.pool import Database
from s3gw.fsck import files, keys, packs, rows
from s3gw.fsck.adopt import Rebuilder, Rebuilt
from s3gw.fsck.findings import Finding
from s3gw.fsck.packs import Depth, Looked, PackCheck
from s3gw.jobs.job import Progress
from s3gw.sealing import Masters

MOST = 1000
"""Objects that are told with one finding."""
_QUEUED = {"manifest-leaked": "manifest_id", "chunk-leaked": "chunk_id", "pack-leaked": "pack_id"}
_COPIES = ("copy-missing", "copy-short", "copy-damaged")
_REPAIRED = ("copies-too-few", "copy-unfinished")


@dataclass(slots=True)
class Fsck:
    """One check of a store. Safe beside running gateways."""

    db: Database
    backends: Mapping[int, Backend]
    """By the ids of their rows."""
    names: Mapping[int, str]
    """What people call them."""
    masters: Masters
    settings: Settings
    depth: Depth
    repair: bool = False
    rebuild: bool = False
    from_pack: int = 0
    """Look only at packs with higher ids, as after an interruption; 0: at all of them, and at the tables."""
    progress: Progress = field(default_factory=Progress)
    rebuilt: Rebuilt | None = None
    last_pack: int = 0
    """Packs up to that id were looked at."""

    async def run(self) -> AsyncIterator[Finding]:
        """Look at everything, and mend what is to be mended; findings as they come. Raises Unavailable."""
        ring = await keys.ring(self.db, self.masters)
        self.progress.expect(await packs.total(self.db))
        if not self.from_pack:
            async for finding in self._rows(ring):
                yield finding
        lost: set[int] = set()
        async for finding in self._packs(ring, lost):
            yield finding
        if self.rebuild:
            before = len(lost)
            rebuilder = Rebuilder(self.db, self.backends, ring, lost, self.progress)
            self.rebuilt = await rebuilder.run()
            if before:
                async for finding in self._after(ring):
                    yield finding
        async for finding in files.check(self.db, self.backends, self.names):
            if self.repair:
                await self._mend(finding)
            yield finding

    async def _rows(self, ring: keys.Ring) -> AsyncIterator[Finding]:
        async for finding in keys.check(self.db, ring, MOST):
            yield finding
        async for finding in rows.check(self.db, self.settings.margins, self.settings.replicas, MOST):
            if self.repair:
                await self._mend(finding)
            yield finding
        if self.depth.bytes:
            async for finding in packs.inline(self.db, ring, self.progress, MOST):
                yield finding

    async def _packs(self, ring: keys.Ring, lost: set[int]) -> AsyncIterator[Finding]:
        """With `rebuild` what is lost is told afterwards, when packs that were found may have it."""
        check = PackCheck(self.db, self.backends, ring, self.depth, self.progress, last=self.from_pack)
        async for finding, looked in check.run():
            self.last_pack = check.last
            lost |= looked.lost
            if self.repair:
                await self._mend_pack(finding, looked)
            if finding.kind == "chunk-lost":
                if self.rebuild:
                    continue
                await self._tell_objects(finding)
            yield finding
        self.last_pack = check.last

    async def _after(self, ring: keys.Ring) -> AsyncIterator[Finding]:
        """What is still lost once packs were taken back."""
        check = PackCheck(self.db, self.backends, ring, self.depth, Progress(), last=self.from_pack)
        async for finding, _ in check.run():
            if finding.kind == "chunk-lost":
                await self._tell_objects(finding)
                yield finding

    async def _tell_objects(self, finding: Finding) -> None:
        finding.objects = [one.address for one in await scrub.needing(self.db, finding.ids, MOST)]
        if not finding.objects:  # they are of the trash, or a body was deleted that nobody has collected yet
            finding.kind = "chunk-unneeded"

    async def _mend(self, finding: Finding) -> None:
        if finding.kind in _QUEUED:
            await mending.queue(self.db, _QUEUED[finding.kind], finding.ids)
        elif finding.kind == "pieces-leaked":
            await mending.trash_pieces(self.db, finding.ids)
        elif finding.kind == "pack-unsealed":
            await mending.end_lease(self.db, finding.ids)
        elif finding.kind in _REPAIRED:
            await placement.queue_repairs(self.db, finding.ids)
        elif finding.kind == "numbers-behind":
            await mending.advance(self.db, {finding.subject.removeprefix("sequence "): finding.ids[0]})
        else:
            return
        finding.mended = True

    async def _mend_pack(self, finding: Finding, looked: Looked) -> None:
        """Note what copies are; what is broken is queued, and mended where another copy has the bytes."""
        if finding.kind in _COPIES:
            for copy in looked.bad:
                await scrub.verified(self.db, copy.replica.name, whole=False)
            finding.mended = not looked.lost
        elif finding.kind == "copy-mended":
            for copy in looked.whole:
                await scrub.verified(self.db, copy.replica.name, whole=True)
            finding.mended = True
