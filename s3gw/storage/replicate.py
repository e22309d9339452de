"""Brings one pack to where it should be: missing copies are made, broken and superfluous ones given up.

A copy is made from one in which every frame has its checksum, of its stored bytes: no key is needed. Where no
copy is whole, each frame is taken from one that has it. A copy's row is there before its blob, and readers
are sent to it when the blob is durable. Nothing is given up before as many copies as there should be are
ready.

A full backend gets no copies; what belongs there stays where it is, or goes to the next that has room.
"""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto

from s3gw import pauses
from s3gw.backends.base import Backend, Buffer
from s3gw.db import compaction, placement
from s3gw.db.compaction import Contents
from s3gw.db.packs import Replica
from s3gw.db.placement import Copies
from s3gw.db.pool import Database
from s3gw.errors import BlobNotFound, OutOfSpace, Unavailable
from s3gw.storage.mend import mend
from s3gw.storage.ring import Ring
from s3gw.storage.standing import Standing
from s3gw.storage.verify import bad_frames, missing, read_copy

log = logging.getLogger(__name__)


_ALL = 1 << 16
"""More backends than there are."""


class State(Enum):
    """How a pack was left."""

    SETTLED = auto()
    WAITS = auto()
    """For a backend that does not answer, or that is full."""
    DAMAGED = auto()
    """A frame that is in use is whole in no copy."""


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
    standing: Standing = field(default_factory=lambda: Standing({}))
    """Which of them are full."""

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
        spoilt = [replica for replica in broken if replica.backend_id not in self.dead]
        written, state = (await self._copy(copies, lacking, spoilt)) if lacking else (0, State.SETTLED)
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
        """The backends that lack a copy and have room, and the copies that are then too many."""
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
        lacking = lacking[: max(0, len(lacking) - resting)]
        full = self.standing.refusing
        taking = [number for number in lacking if number not in full]
        if not (left := len(lacking) - len(taking)):
            return lacking, spare
        # What those that are full cannot take is kept where it is, each backend's first copy of it.
        kept = [replica for replica in spare if there[replica.backend_id] == replica][:left]
        avoided = {*wanted, *there, *full}
        others = [one for one in self.ring.backends(copies.pack_id, _ALL) if one not in avoided]
        taking += others[: left - len(kept)]
        return taking, [replica for replica in spare if replica not in kept]

    async def _copy(
        self, copies: Copies, lacking: Sequence[int], spoilt: Sequence[Replica]
    ) -> tuple[int, State]:
        found = await compaction.contents(self.db, copies.pack_id)
        if not found.replicas:
            return 0, State.SETTLED  # condemned meanwhile
        data, state = await self._whole(copies, spoilt, found)
        if data is None:
            return 0, state
        written = 0
        for number in lacking:
            replica = await self._put(copies.pack_id, number, data)
            if replica is None:
                state = State.WAITS
            elif await placement.finish_copy(self.db, replica.name):
                written += len(data)
                await pauses.reach("replica.ready")
        return written, state

    async def _put(self, pack_id: int, number: int, data: Buffer) -> Replica | None:
        """Make a copy on that backend; None where it has to wait."""
        backend = self.backends.get(number)
        if backend is None:
            return None
        replica = await placement.begin_copy(self.db, pack_id, number)
        if replica is None:  # it is condemned just now, or gone
            return None
        await pauses.reach("replica.registered")
        try:
            await backend.put(replica.blob, [data])
        except (Unavailable, OutOfSpace, OSError) as error:
            log.warning("pack %d gets no copy on backend %d yet: %s", pack_id, number, error)
            self.standing.failed(number, error)
            return None
        await pauses.reach("replica.put")
        return replica

    async def _whole(
        self, copies: Copies, spoilt: Sequence[Replica], found: Contents
    ) -> tuple[Buffer | None, State]:
        """The bytes of a pack whose frames in use are all intact, out of several copies where none is whole.

        Copies that are known to be broken are asked last.
        """
        waits = False
        data: bytearray | None = None
        damaged: set[Replica] = set()
        asked = [*copies.ready, *spoilt]
        # What one copy mends may show what an earlier one has behind a header that was damaged.
        for replica in asked * (2 if len(asked) > 2 else 1):
            try:
                read = await self._read(replica, copies.size)
            except BlobNotFound as error:
                log.warning("pack %d, copy %s: %s", copies.pack_id, replica.blob, error)
                continue
            except (Unavailable, OSError) as error:
                log.warning("pack %d, copy %s: %s", copies.pack_id, replica.blob, error)
                waits = True
                continue
            if not await bad_frames(read, found):
                return read, State.SETTLED
            log.warning("pack %d, copy %s: is damaged", copies.pack_id, replica.blob)
            damaged.add(replica)
            if data is None:
                data = read
            elif await mend(data, read) and not await bad_frames(data, found):
                log.warning("pack %d: is mended from %d damaged copies", copies.pack_id, len(damaged))
                return data, State.SETTLED
        return None, State.WAITS if waits else State.DAMAGED

    async def _read(self, replica: Replica, size: int) -> bytearray:
        backend = self.backends.get(replica.backend_id)
        if backend is None:
            raise Unavailable(f"backend {replica.backend_id} is not of this gateway")
        return await read_copy(backend, replica, size)

    async def _give_up(self, copies: Copies, replicas: Collection[Replica], keep: int) -> None:
        names = [replica.name for replica in replicas]
        await placement.give_up_copies(self.db, copies.pack_id, names, keep)
        await pauses.reach("replica.given-up")
