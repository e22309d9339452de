"""The packs that a process writes, from their registration to their seal, however their bytes are written.

A pack goes through: registered (its rows are committed before any blob exists), written, retired (full, or a
write failed), sealed (its size is recorded and its lease ends). It is sealed only when no upload has frames
in it that are safe and not yet published: a sealed pack in which nothing lives is collected.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Collection, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from uuid import UUID

from s3gw import pauses
from s3gw.backends.base import Appender, Backend, Buffer
from s3gw.db import instances, packs, placement
from s3gw.db.instances import Instance
from s3gw.db.packs import Replica
from s3gw.db.pool import Database
from s3gw.errors import GatewayError, OutOfSpace, Unavailable
from s3gw.storage import packformat
from s3gw.storage.leases import Leases
from s3gw.storage.ring import Ring
from s3gw.storage.standing import Standing

log = logging.getLogger(__name__)

T = TypeVar("T")

_SAMPLE = 512
"""Ids of packs that are looked up to learn how often a kind of backend is drawn."""


@dataclass(eq=False, slots=True)
class Pack:
    """A pack that this process writes; every replica holds the same bytes, from the first on."""

    id: int
    replicas: Sequence[Replica]
    """The copies that hold all of it so far."""
    appenders: dict[Replica, Appender] = field(default_factory=dict)
    """Where it is being appended to."""
    failed: list[Replica] = field(default_factory=list)
    """The copies of which a write failed; they go when the pack is sealed, and are made anew elsewhere."""
    size: int = 0
    """Durable bytes."""
    unpublished: int = 0
    """Uploads whose frames are durable here while their rows are not committed."""
    retired: bool = False
    few: bool = False
    """Whether it was begun with fewer copies than it should have, since some backends were not fit."""
    lacking_since: float | None = None
    """When it was first seen to lack copies, by the event loop's clock."""

    @property
    def lacks_copies(self) -> bool:
        """Whether others are to be made once it is sealed."""
        return self.few or bool(self.failed)


@dataclass(frozen=True, slots=True)
class Placing:
    """How copies of packs are spread over the backends."""

    replicas: int = 1
    """How many copies each pack has."""
    needed: int = 1
    """How many of them must be durable before anything in the pack is published."""


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
        placing: Placing,
    ) -> None:
        self.backends = backends
        self.standing = Standing(backends)
        self._weights: Mapping[int, int] = {}
        self._fit: Collection[int] = ()
        self._ring = Ring({})
        self._replicas = placing.replicas
        self.needed = placing.needed
        self._db = db
        self._instance = instance
        self._leases = leases
        self._store_id: UUID | None = None
        self._appending = 0.0
        self.commits = Commits()

    async def draw(self) -> bool:
        """Whether what is to be written goes to a pack that is appended to: as often as packs are that the
        ring puts wholly on backends that can. Raises Unavailable where too few backends take packs, and
        OutOfSpace where others are full."""
        await self.standing.look()
        self._follow(self._weights or await instances.active_weights(self._db))
        if len(self._fit) < self.needed:  # perhaps another was added
            self._follow(await instances.active_weights(self._db))
        self._targets(0)
        return random.random() < self._appending  # noqa: S311 - nothing secret

    async def require_space(self) -> None:
        """Raise OutOfSpace where too few of the backends that take packs have space left."""
        await self.standing.look()
        if not self.standing.full:
            return
        self._follow(self._weights)
        if len(self._fit) < self.needed:
            await self.draw()

    async def begin(self, *, appendable: bool) -> Pack:
        """Register a pack with its replicas; from now on it is leased.

        Its id says where they are, so one is taken that the ring puts on backends of the kind that is wanted.
        """
        while True:
            pack_id, weights = await packs.reserve(self._db)
            self._follow(weights)
            targets = self._targets(pack_id)
            if self._appends(targets) == appendable:
                break
            if self._appending == (0.0 if appendable else 1.0):
                raise Unavailable("no backend takes packs in that way any more")
        registered = await packs.create(self._db, self._instance, pack_id, targets, self._leases.seconds)
        self._leases.hold_pack(registered.id)
        await pauses.reach("pack.registered")
        few = len(targets) < min(self._replicas, len(self._weights))
        return Pack(registered.id, registered.replicas, few=few)

    async def call(self, replica: Replica, work: Coroutine[Any, Any, T]) -> T:
        """Have a backend do something for a copy, and remember it if it fails."""
        try:
            return await work
        except (GatewayError, OSError) as error:
            self.standing.failed(replica.backend_id, error)
            raise

    def others(self, pack: Pack) -> bool:
        """Whether another pack would go to other backends, after writes of this one have failed."""
        self._follow(self._weights)
        used = {replica.backend_id for replica in (*pack.replicas, *pack.failed)}
        return len(self._fit) >= self.needed and not used <= set(self._fit)

    def drop(self, pack: Pack, failures: Mapping[Replica, Exception]) -> None:
        """Count on these copies no more."""
        for replica, error in failures.items():
            where = (pack.id, replica.backend_id)
            log.warning("pack %d goes on without its copy on backend %d: %s", *where, error)
            self.standing.failed(replica.backend_id, error)
        pack.failed += failures
        pack.replicas = [replica for replica in pack.replicas if replica not in failures]

    def _follow(self, weights: Mapping[int, int]) -> None:
        """Draw the ring anew where backends joined or left it, or are or are not fit."""
        here = [number for number, weight in weights.items() if weight and number in self.backends]
        fit = self.standing.fit(here, self.needed)
        if weights == self._weights and fit == self._fit:
            return
        self._weights, self._fit = weights, fit
        self._ring = Ring({number: weights[number] for number in fit})
        drawn = [self._ring.backends(number, self._replicas) for number in range(_SAMPLE)]
        self._appending = sum(map(self._appends, drawn)) / _SAMPLE

    def _targets(self, pack_id: int) -> list[int]:
        found = self._ring.backends(pack_id, self._replicas)
        if len(found) < self.needed:
            if full := self.standing.full & set(self._weights):
                raise OutOfSpace(f"{len(full)} of {len(self._weights)} backends have no space left")
            raise Unavailable(f"of {self.needed} backends that must take a pack there are {len(found)}")
        return found

    def _appends(self, targets: Sequence[int]) -> bool:
        return all(self.backends[number].appendable for number in targets)

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
        for appender in pack.appenders.values():
            await appender.close()
        await pauses.reach("pack.closed")
        await packs.seal(self._db, pack.id, pack.size, [replica.name for replica in pack.failed])
        if pack.few:
            await placement.queue_repairs(self._db, [pack.id])


def fail(group: Sequence[Waiter], error: BaseException) -> None:
    """Tell those who still wait that their frames are not safe."""
    failure = error if isinstance(error, Exception) else Unavailable("the store is closing")
    for waiter in group:
        if waiter.is_waiting:
            waiter.placed.set_exception(failure)
