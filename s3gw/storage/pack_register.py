"""The packs that a process writes, from their registration to their seal, however their bytes are written.

A pack goes through: registered (its rows are committed before any blob exists), written, retired (full, or a
write failed), sealed (its size is recorded and its lease ends). It is sealed only when no upload has frames
in it that are safe and not yet published: a sealed pack in which nothing lives is collected.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from s3gw import pauses
from s3gw.backends.base import Appender, Backend, Buffer
from s3gw.db import packs
from s3gw.db.instances import Instance
from s3gw.db.packs import Replica
from s3gw.db.pool import Database
from s3gw.errors import Unavailable
from s3gw.storage import packformat
from s3gw.storage.leases import Leases


@dataclass(eq=False, slots=True)
class Pack:
    """A pack that this process writes; every replica holds the same bytes."""

    id: int
    replicas: Sequence[Replica]
    appenders: Sequence[Appender] = ()
    """Where it is being appended to."""
    size: int = 0
    """Durable bytes."""
    unpublished: int = 0
    """Uploads whose frames are durable here while their rows are not committed."""
    retired: bool = False


@dataclass(frozen=True, slots=True)
class Placement:
    """Where the frames of one upload begin."""

    pack: Pack
    offset: int


@dataclass(slots=True)
class Commits:
    """Syncs and PUTs of packs: how many, how many appends they served, their bytes."""

    groups: int = 0
    members: int = 0
    bytes: int = 0


def _future() -> asyncio.Future[Placement]:
    return asyncio.get_running_loop().create_future()


@dataclass(eq=False, slots=True)
class Waiter:
    """Frames of one upload that wait for their place."""

    buffers: Sequence[Buffer]
    length: int
    last: bool
    """Whether the upload has nothing more to add, and waits for this."""
    placed: asyncio.Future[Placement] = field(default_factory=_future)

    @property
    def is_waiting(self) -> bool:
        """Whether anybody still does."""
        return not self.placed.done()


class Register:
    """Registers, leases and seals packs."""

    def __init__(
        self,
        db: Database,
        backends: Mapping[int, Backend],
        instance: Instance,
        leases: Leases,
        weights: Mapping[int, int] | None,
    ) -> None:
        self.backends = backends
        self._weights = dict.fromkeys(backends, 1) if weights is None else weights
        self._db = db
        self._instance = instance
        self._leases = leases
        self._store_id: UUID | None = None
        self.commits = Commits()

    def choose(self, *, appendable: bool | None = None) -> int:
        """A backend that takes packs, drawn by weight; where `appendable` is given, one that is or is not."""
        weights = {
            backend_id: self._weights.get(backend_id, 0)
            for backend_id, backend in self.backends.items()
            if appendable in (None, backend.appendable)
        }
        if not any(weights.values()):
            raise Unavailable("no backend takes packs")
        return random.choices(list(weights), list(weights.values()))[0]  # noqa: S311 - nothing secret

    async def begin(self, backend_id: int) -> Pack:
        """Register a pack with one replica there; from now on it is leased."""
        registered = await packs.create(self._db, self._instance, [backend_id], self._leases.seconds)
        self._leases.hold_pack(registered.id)
        await pauses.reach("pack.registered")
        return Pack(registered.id, registered.replicas)

    async def header(self, pack: Pack) -> bytes:
        """The first bytes of the pack."""
        if self._store_id is None:
            self._store_id = await packs.store_id(self._db)
        return packformat.build_header(UUID(int=pack.id), self._store_id, time.time_ns() // 1000)

    def place(self, pack: Pack, group: Sequence[Waiter], offset: int) -> None:
        """Tell those who still wait that their frames are durable, from `offset` on one behind the other."""
        self.commits.groups += 1
        self.commits.members += len(group)
        self.commits.bytes += sum(waiter.length for waiter in group)
        for waiter in group:
            if waiter.is_waiting:
                pack.unpublished += 1
                waiter.placed.set_result(Placement(pack, offset))
            offset += waiter.length

    def published(self, pack: Pack) -> None:
        """An upload's rows in the pack are committed, or will never be."""
        pack.unpublished -= 1
        self._seal_if_done(pack)

    def retire(self, pack: Pack) -> None:
        """Nothing is added to the pack any more; seal it once everything in it is published."""
        if not pack.retired:
            pack.retired = True
            self._seal_if_done(pack)

    async def settle(self) -> None:
        """Wait for the seals that are under way."""
        await self._leases.settle()

    def _seal_if_done(self, pack: Pack) -> None:
        if pack.retired and not pack.unpublished:
            self._leases.spawn(self._seal(pack))

    async def _seal(self, pack: Pack) -> None:
        """End the pack. The lease is let go first: a pack that cannot be sealed is left to the reaper."""
        self._leases.packs.discard(pack.id)
        for appender in pack.appenders:
            await appender.close()
        await packs.seal(self._db, pack.id, pack.size)


def fail(group: Sequence[Waiter], error: BaseException) -> None:
    """Tell those who still wait that their frames are not safe."""
    failure = error if isinstance(error, Exception) else Unavailable("the store is closing")
    for waiter in group:
        if waiter.is_waiting:
            waiter.placed.set_exception(failure)
