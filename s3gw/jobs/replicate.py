"""Repair and rebalancing: every pack comes to have the copies that it should, where they should be.

What was written with fewer copies than wanted, because a backend was down, and what was found to be damaged,
is queued, and repaired soon. Rebalancing walks through all packs and moves what the ring puts elsewhere since
a backend was added, drained, or lost. Reads go on throughout: a copy is given up when others are ready.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from s3gw import pauses
from s3gw.backends.base import Backend
from s3gw.config import Settings
from s3gw.db import instances, placement, scrub
from s3gw.db.packs import Replica
from s3gw.db.placement import Copies
from s3gw.db.pool import Database
from s3gw.errors import Unavailable
from s3gw.jobs.job import Job, Progress
from s3gw.storage.replicate import Replicator, State
from s3gw.storage.ring import Ring
from s3gw.storage.standing import Standing

log = logging.getLogger(__name__)

_LOOK = 3600.0
"""Seconds between two walks through all packs."""


@dataclass(frozen=True, slots=True)
class Balancer:
    """Settles packs on the backends it is given, by the ids of their rows."""

    db: Database
    backends: Mapping[int, Backend]
    replicas: int
    _standing: Standing = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_standing", Standing(self.backends))

    async def repair(self, progress: Progress) -> None:
        """One round over the queue. What waits for a backend stays in it, and Unavailable is raised then.

        Where no copy is whole, that is noted, and nothing is given up.
        """
        replicator = await self._replicator()
        last, waiting = 0, 0
        while pack_ids := await placement.queued_repairs(self.db, last):
            for copies in await placement.copies(self.db, pack_ids):
                broken = await replicator.broken(copies)
                state = await self._settle(replicator, copies, progress, broken)
                if state is State.DAMAGED:
                    await scrub.note_damage(self.db, [replica.name for replica in broken])
                await pauses.reach("repair.settled")
                if state is not State.WAITS:
                    await placement.forget_repair(self.db, copies.pack_id)
                waiting += state is State.WAITS
            last = pack_ids[-1]
        if waiting:
            raise Unavailable(f"{waiting} packs wait for a backend")

    async def rebalance(self, progress: Progress) -> None:
        """Walk through all packs. What cannot be settled now is queued for repair."""
        replicator = await self._replicator()
        end, size = await placement.last_pack(self.db)
        progress.expect(size)
        last = 0
        while last < end and (batch := await placement.sealed(self.db, last)):
            unsettled = [
                copies.pack_id
                for copies in batch
                if await self._look(replicator, copies, progress) is not State.SETTLED
            ]
            await placement.queue_repairs(self.db, unsettled)
            last = batch[-1].pack_id

    async def _look(self, replicator: Replicator, copies: Copies, progress: Progress) -> State:
        state = State.SETTLED
        if replicator.is_due(copies):
            state = await self._settle(replicator, copies, progress)
        progress.advance(copies.size)
        return state

    async def _settle(
        self,
        replicator: Replicator,
        copies: Copies,
        progress: Progress,
        broken: Sequence[Replica] = (),
    ) -> State:
        state, written = await replicator.settle(copies, broken=broken)
        await progress.worked(written)
        progress.add(packs=1, bytes=written, damaged=int(state is State.DAMAGED))
        if state is State.DAMAGED:
            log.error("pack %d: no copy is whole", copies.pack_id)
        return state

    async def _replicator(self) -> Replicator:
        rows = await instances.backends(self.db)
        weights = {row.id: row.weight for row in rows if row.state == "active"}
        resting, dead = ([row.id for row in rows if row.state == state] for state in ("read-only", "dead"))
        await self._standing.look()
        ring, standing = Ring(weights), self._standing
        return Replicator(self.db, self.backends, ring, self.replicas, resting, dead, standing)


def balancer(db: Database, backends: Mapping[int, Backend], settings: Settings) -> Balancer:
    """A balancer as the settings want it."""
    return Balancer(db, backends, settings.replicas)


def jobs(db: Database, backends: Mapping[int, Backend], settings: Settings) -> Sequence[Job]:
    """What a gateway runs in the background, for `Runner`."""
    mover = balancer(db, backends, settings)
    return [
        Job("repair", settings.collect_interval, mover.repair),
        Job("rebalance", max(_LOOK, settings.collect_interval), mover.rebalance),
    ]
