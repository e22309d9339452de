"""Compaction: what lives in packs that are mostly dead, or very small, is copied together into new ones.

A pack is judged when it may have changed: sealing it or deleting a chunk of it queues it (collection does
that), so a round costs what was deleted and not what is stored. Small packs, which restarts and slow trickles
leave, are known by an index and merged once they are many. Emptied packs are then condemned by collection.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, field
from uuid import uuid4

from s3gw import pauses
from s3gw.backends.base import Backend
from s3gw.config import Settings
from s3gw.db import compaction
from s3gw.db.compaction import Occupancy
from s3gw.db.instances import Instance
from s3gw.db.pool import Database
from s3gw.errors import GatewayError
from s3gw.jobs.job import Job, Progress
from s3gw.storage.keys import Keys
from s3gw.storage.leases import Leases
from s3gw.storage.packs import PACK_SIZE, PackWriter, Placing
from s3gw.storage.relocate import Relocation, Turning

log = logging.getLogger(__name__)

WORTHWHILE = 256 << 10
"""Dead bytes below which no pack is rewritten for them: its filling alone may be so many."""
SMALL = PACK_SIZE // 4
"""Bytes of a pack that counts as small."""
MANY = 8
"""Small packs that are worth merging. Eight of one size become one of a size up, so bytes are copied as often
as there are such steps up to SMALL, and not once for every new pack."""
AT_ONCE = 256
"""Small packs merged in one round."""
_STEP = 1 << 20
"""Bytes read between two rests."""


@dataclass(frozen=True, slots=True)
class Compactor:
    """Compacts with a pack writer of its own process; several at once only copy in vain."""

    db: Database
    backends: Mapping[int, Backend]
    packs: PackWriter
    dead: float
    """Part of a pack that must be dead, from 0 to 1."""
    keys: Keys
    """By which frames are encrypted anew on their way, where a version of one is to be left."""
    unreadable: set[int] = field(default_factory=set)
    """Packs with damage, which are not read again by this process."""

    async def run(self, progress: Progress) -> None:
        """One round over what is queued, and over small packs where they are many."""
        turning = await self._turning()
        while True:
            ids, pack_ids = await compaction.queued(self.db)
            if not ids:
                break
            await self._chosen(await self._victims(pack_ids), turning, progress)
            await pauses.reach("compact.done")
            await compaction.forget_queued(self.db, ids)
        await self._chosen(await self._small(), turning, progress)

    async def run_all(self, progress: Progress) -> None:
        """Judge every pack, queued or not. Costs what is stored."""
        turning = await self._turning()
        last = 0
        while pack_ids := await compaction.sealed_packs(self.db, last):
            await self._chosen(await self._victims(pack_ids), turning, progress)
            last = pack_ids[-1]
        await self._chosen(await self._small(), turning, progress)

    async def _victims(self, pack_ids: Sequence[int]) -> list[Occupancy]:
        """Those of which enough is dead, the emptiest first: they give most for what is copied."""
        judged = await compaction.judge(self.db, pack_ids)
        due = [pack for pack in judged if _is_due(pack, self.dead) and pack.pack_id not in self.unreadable]
        return sorted(due, key=lambda pack: pack.live)

    async def _small(self) -> list[Occupancy]:
        found = await compaction.small_packs(self.db, SMALL, AT_ONCE)
        found = [pack for pack in found if pack.live and pack.pack_id not in self.unreadable]
        enough = len(found) >= MANY or (len(found) > 1 and sum(pack.live for pack in found) >= PACK_SIZE)
        return found if enough else []

    async def _turning(self) -> Turning:
        """The keys that are to be left, where this process has them: without them frames move as they are."""
        try:
            return await self.keys.turning()
        except GatewayError as error:
            log.warning("nothing is encrypted anew: %s", error)
            return {}

    async def _chosen(self, victims: Sequence[Occupancy], turning: Turning, progress: Progress) -> None:
        progress.expect(sum(pack.size for pack in victims))
        await self.compact(victims, turning, progress)

    async def compact(self, victims: Sequence[Occupancy], turning: Turning, progress: Progress) -> None:
        """Copy what lives in the victims, and say how far it is in bytes of them."""
        relocation = Relocation(self.db, self.backends, self.packs, turning)
        for pack in victims:
            await pauses.reach("compact.chosen")
            damaged = relocation.damaged
            read = 0
            async with aclosing(relocation.move(pack.pack_id)) as steps:
                async for count in _gathered(steps, _STEP):
                    read += count
                    progress.advance(count)
                    await progress.worked(count)
            progress.advance(max(0, pack.size - read))
            if relocation.damaged > damaged:
                self.unreadable.add(pack.pack_id)
            progress.add(packs=1)
        await relocation.flush()
        if victims:
            progress.add(bytes=relocation.moved_bytes, frames=relocation.moved_frames)
            progress.add(damaged=relocation.damaged)


def _is_due(pack: Occupancy, dead: float) -> bool:
    """Whether enough of a pack is dead. One in which nothing lives is collection's."""
    lost = pack.size - pack.live
    return pack.live > 0 and lost > dead * pack.size and lost >= WORTHWHILE


async def _gathered(steps: AsyncIterator[int], least: int) -> AsyncIterator[int]:
    """The same bytes in steps of at least so many, but for the last."""
    held = 0
    async for count in steps:
        held += count
        if held >= least:
            yield held
            held = 0
    if held:
        yield held


@asynccontextmanager
async def compacting(
    db: Database,
    backends: Mapping[int, Backend],
    settings: Settings,
    *,
    instance: Instance | None = None,
    placing: Placing | None = None,
    keys: Keys | None = None,
) -> AsyncIterator[Compactor]:
    """A compactor with open packs of its own, which are sealed at the end.

    `instance` is the gateway that it is a part of. A command has no data directory for itself and hence none:
    what it leaves open when it is killed is over when its lease is.
    """
    leases = Leases(db, settings.margins.lease)
    writer = PackWriter(db, backends, instance or Instance(uuid4(), 1), leases, placing)
    try:
        yield Compactor(db, backends, writer, settings.compact_dead / 100, keys or Keys(db))
    finally:
        await writer.close()
        await leases.close()


def job(compactor: Compactor, settings: Settings) -> Job:
    """For `Runner`."""
    return Job("compact", settings.collect_interval, compactor.run)
