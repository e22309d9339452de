"""Brings one pack to where it should be: missing copies are made, broken and superfluous ones given up.

A copy is made from one in which every frame has its checksum, of its stored bytes: no key is needed. Its row
is there before its blob, and readers are sent to it when the blob is durable. Nothing is given up before as
many copies as there should be are ready.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import Enum, auto

from s3gw import pauses
from s3gw.backends.base import Backend, Buffer
from s3gw.db import compaction, placement
from s3gw.db.compaction import Contents
from s3gw.db.packs import Replica
from s3gw.db.placement import Copies
from s3gw.db.pool import Database
from s3gw.errors import BlobNotFound, Damaged, OutOfSpace, Unavailable
from s3gw.storage.ring import Ring
from s3gw.storage.verify import bad_frames, missing, read_copy

log = logging.getLogger(__name__)


class State(Enum):
    """How a pack was left."""

    SETTLED = auto()
    WAITS = auto()
    """For a backend that does not answer, or that is full."""
    DAMAGED = auto()
    """No copy is whole."""


@dataclass(frozen=True, slots=True)
class Replicator:
    """Settles packs. Safe to run several times at once: what two do is done twice, and one is given up."""

    db: Database
    backends: Mapping[int, Backend]
    ring: Ring
    """Of the backends that take new packs."""
    replicas: int
    resting: Collection[int] = ()
    """Backends that are only read: what they have counts, and stays."""
    dead: Collection[int] = ()
    """Backends that are lost, with what they had."""

    def is_due(self, copies: Copies) -> bool:
        """Whether anything is to be done, as far as the rows tell."""
        lacking, spare = self._difference(self._living(copies))
        return bool(lacking or spare or copies.unready or self._lost(copies))

    async def settle(self, copies: Copies, *, broken: Collection[Replica] = ()) -> tuple[State, int]:
        """Bring a pack to where it should be, and say how many bytes were written.

        `broken` are copies that are known not to be whole.
        """
        if copies.unready:
            await self._give_up(copies, copies.unready, 0)
        gone = {*broken, *self._lost(copies)}
        copies = self._living(copies, gone)
        lacking, spare = self._difference(copies)
        written, state = (await self._copy(copies, lacking)) if lacking else (0, State.SETTLED)
        if state is State.SETTLED and (spare or gone):
            kept = min(self.replicas, len(copies.ready) + len(lacking))
            await self._give_up(copies, [*spare, *gone], kept)
        return state, written

    async def broken(self, copies: Copies) -> list[Replica]:
        """The copies that are read and are not whole; of those out of reach nothing is known."""
        found = await compaction.contents(self.db, copies.pack_id)
        broken: list[Replica] = []
        for replica in copies.ready:
            backend = self.backends.get(replica.backend_id)
            if backend is None:
                continue
            try:
                if not await missing(backend, replica, copies.size, found):
                    continue
            except (Unavailable, OSError):
                continue
            log.warning("pack %d, copy %s: is not whole", copies.pack_id, replica.blob)
            broken.append(replica)
        return broken

    def _lost(self, copies: Copies) -> list[Replica]:
        return [replica for replica in copies.ready if replica.backend_id in self.dead]

    def _living(self, copies: Copies, gone: Collection[Replica] = ()) -> Copies:
        lost = {*gone, *self._lost(copies)}
        ready = [replica for replica in copies.ready if replica not in lost]
        return Copies(copies.pack_id, copies.size, ready, ())

    def _difference(self, copies: Copies) -> tuple[list[int], list[Replica]]:
        """The backends that lack a copy, and the copies that are then too many."""
        wanted = self.ring.backends(copies.pack_id, self.replicas)
        there: dict[int, Replica] = {}
        for replica in copies.ready:
            there.setdefault(replica.backend_id, replica)
        resting = sum(number in self.resting for number in there)
        lacking = [number for number in wanted if number not in there]
        spare = [
            replica
            for replica in copies.ready
            if replica.backend_id not in self.resting
            and (replica.backend_id not in wanted or there[replica.backend_id] != replica)
        ]
        return lacking[: max(0, len(lacking) - resting)], spare

    async def _copy(self, copies: Copies, lacking: list[int]) -> tuple[int, State]:
        found = await compaction.contents(self.db, copies.pack_id)
        if not found.replicas:
            return 0, State.SETTLED  # condemned meanwhile
        data, state = await self._whole(copies, found)
        if data is None:
            return 0, state
        written = 0
        for number in lacking:
            backend = self.backends.get(number)
            if backend is None:
                return written, State.WAITS
            replica = await placement.begin_copy(self.db, copies.pack_id, number)
            if replica is None:
                return written, State.SETTLED
            await pauses.reach("replica.registered")
            try:
                await backend.put(replica.blob, [data])
            except (Unavailable, OutOfSpace, OSError) as error:
                log.warning("pack %d gets no copy on backend %d yet: %s", copies.pack_id, number, error)
                return written, State.WAITS
            await pauses.reach("replica.put")
            if await placement.finish_copy(self.db, replica.name):
                written += len(data)
        return written, State.SETTLED

    async def _whole(self, copies: Copies, found: Contents) -> tuple[Buffer | None, State]:
        """The bytes of a copy whose frames in use are all intact."""
        waits = False
        for replica in copies.ready:
            backend = self.backends.get(replica.backend_id)
            if backend is None:
                waits = True
                continue
            try:
                data = await read_copy(backend, replica, copies.size)
                if not await bad_frames(data, found):
                    return data, State.SETTLED
                log.warning("pack %d, copy %s: is damaged", copies.pack_id, replica.blob)
            except (BlobNotFound, Damaged) as error:
                log.warning("pack %d, copy %s: %s", copies.pack_id, replica.blob, error)
            except (Unavailable, OSError) as error:
                log.warning("pack %d, copy %s: %s", copies.pack_id, replica.blob, error)
                waits = True
        return None, State.WAITS if waits else State.DAMAGED

    async def _give_up(self, copies: Copies, replicas: Collection[Replica], keep: int) -> None:
        names = [replica.name for replica in replicas]
        await placement.give_up_copies(self.db, copies.pack_id, names, keep)
        await pauses.reach("replica.given-up")
