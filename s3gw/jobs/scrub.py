"""Scrub: every copy of every pack is read within a period, and compared with its checksums.

A copy that is not whole is noted and queued, and made anew by the job `repair` where another one is whole.
Which copy was verified when stands in its row, so a scrub goes on where the last one ended.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass

from s3gw import pauses
from s3gw.backends.base import Backend
from s3gw.config import Settings
from s3gw.db import compaction, placement, scrub
from s3gw.db.pool import Database
from s3gw.db.scrub import Due, Lost
from s3gw.errors import GatewayError, Unavailable
from s3gw.jobs.job import Job, Progress
from s3gw.storage.verify import missing

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Scrubber:
    """Verifies copies on the backends it is given, by the ids of their rows."""

    db: Database
    backends: Mapping[int, Backend]
    period: float
    """Seconds within which each copy is verified once."""

    async def run(self, progress: Progress) -> None:
        """Verify what is due. Raises Unavailable at the end where a backend could not be read."""
        there = dict(self.backends)
        before = await scrub.horizon(self.db, self.period)
        progress.expect(await scrub.due_bytes(self.db, before, list(there)))
        while batch := await scrub.due(self.db, before, list(there)):
            for one in batch:
                if one.replica.backend_id not in there:
                    continue
                try:
                    await self._verify(one, progress)
                except (Unavailable, OSError) as error:
                    log.warning("backend %d cannot be scrubbed: %s", one.replica.backend_id, error)
                    del there[one.replica.backend_id]
        if len(there) < len(self.backends):
            raise Unavailable(f"{len(self.backends) - len(there)} backends could not be read")

    async def _verify(self, one: Due, progress: Progress) -> None:
        contents = await compaction.contents(self.db, one.pack_id)
        bad = await missing(self.backends[one.replica.backend_id], one.replica, one.size, contents)
        if bad:
            where = (one.pack_id, one.replica.blob, one.replica.backend_id, len(bad))
            log.error("pack %d: copy %s on backend %d lacks %d frames that are in use", *where)
        await pauses.reach("scrub.read")
        await scrub.verified(self.db, one.replica.name, whole=not bad)
        progress.add(copies=1, damaged=int(bool(bad)))
        progress.advance(one.size)
        await progress.worked(one.size)

    async def lost(self, limit: int) -> list[Lost]:
        """Object versions that need bytes which no copy has, as far as damage is known; at most `limit`."""
        chunk_ids: list[int] = []
        packs = sorted({damage.pack_id for damage in await scrub.damaged(self.db) if not damage.others})
        for copies in await placement.copies(self.db, packs):
            contents = await compaction.contents(self.db, copies.pack_id)
            bad = set(contents.frames)
            for replica in copies.ready:
                backend = self.backends.get(replica.backend_id)
                try:
                    if backend is not None:
                        bad &= await missing(backend, replica, copies.size, contents)
                except (GatewayError, OSError) as error:
                    log.warning("pack %d, copy %s: %s", copies.pack_id, replica.blob, error)
            chunk_ids += [chunk.id for offset in bad for chunk in contents.frames[offset]]
        return await scrub.needing(self.db, chunk_ids, limit) if chunk_ids else []


def scrubber(db: Database, backends: Mapping[int, Backend], settings: Settings) -> Scrubber:
    """A scrubber as the settings want it."""
    return Scrubber(db, backends, settings.scrub_period)


def jobs(db: Database, backends: Mapping[int, Backend], settings: Settings) -> list[Job]:
    """What a gateway runs in the background, for `Runner`; nothing where scrubbing is off."""
    if not settings.scrub_period:
        return []
    return [Job("scrub", settings.collect_interval, scrubber(db, backends, settings).run)]
