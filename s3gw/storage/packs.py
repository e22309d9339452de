"""The open pack of a process, and the group commit: one sync for all uploads that wait.

A pack goes through: registered (its rows are committed before any file exists), open (frames are appended),
retired (full, or an append failed), sealed (its size is recorded and its lease ends). It is sealed only when
no upload has frames in it that are synced and not yet published: a sealed pack in which nothing lives is
collected.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from uuid import UUID

from s3gw import pauses
from s3gw.backends.base import Appender, Backend, Buffer
from s3gw.db import packs
from s3gw.db.instances import Instance
from s3gw.db.pool import Database
from s3gw.errors import Unavailable
from s3gw.storage import packformat
from s3gw.storage.leases import Leases

PACK_SIZE = 24 << 20
"""Bytes from which a pack takes no further append; one append may carry it beyond."""


@dataclass(eq=False, slots=True)
class OpenPack:
    """A pack that this process appends to; every replica holds the same bytes."""

    id: int
    appenders: Sequence[Appender]
    size: int = 0
    """Durable bytes."""
    unpublished: int = 0
    """Uploads whose frames are synced here while their rows are not committed."""
    retired: bool = False


@dataclass(frozen=True, slots=True)
class Placement:
    """Where appended buffers begin."""

    pack: OpenPack
    offset: int


@dataclass(slots=True)
class Commits:
    """Group commits: how many, how many appends they served, their bytes."""

    groups: int = 0
    members: int = 0
    bytes: int = 0


def _future() -> asyncio.Future[Placement]:
    return asyncio.get_running_loop().create_future()


@dataclass(eq=False, slots=True)
class _Waiter:
    buffers: Sequence[Buffer]
    length: int
    placed: asyncio.Future[Placement] = field(default_factory=_future)


class PackWriter:
    """Appends frames to this process's open pack."""

    def __init__(
        self,
        db: Database,
        backends: Mapping[int, Backend],
        instance: Instance,
        leases: Leases,
        weights: Mapping[int, int] | None = None,
    ) -> None:
        self._db = db
        self._backends = backends
        self._weights = dict.fromkeys(backends, 1) if weights is None else weights
        self._instance = instance
        self._leases = leases
        self._store_id: UUID | None = None
        self._open: OpenPack | None = None
        self._waiting: list[_Waiter] = []
        self._committing: asyncio.Task[None] | None = None
        leases.on_pack_lost = self._lost
        self.commits = Commits()
        """What was made durable so far."""

    @asynccontextmanager
    async def append(self, buffers: Sequence[Buffer], length: int) -> AsyncIterator[Placement]:
        """Make `length` bytes of frames durable; publish their chunks before leaving the context.

        Raises OutOfSpace, Unavailable or OSError when the bytes are not safe; the pack is then dropped.
        """
        placement = await self._place(_Waiter(buffers, length))
        try:
            yield placement
        finally:
            self._published(placement.pack)

    def retire(self, pack: OpenPack) -> None:
        """Append to this pack no more; seal it once everything in it is published."""
        if self._open is pack:
            self._open = None
        if not pack.retired:
            pack.retired = True
            self._seal_if_done(pack)

    async def close(self) -> None:
        """Seal the open pack. No append may be running."""
        if self._committing is not None:
            await asyncio.gather(self._committing, return_exceptions=True)
        if self._open is not None:
            self.retire(self._open)
        await self._leases.settle()

    async def _place(self, waiter: _Waiter) -> Placement:
        self._waiting.append(waiter)
        if self._committing is None:
            self._committing = asyncio.create_task(self._commit())
        try:
            return await waiter.placed
        except asyncio.CancelledError:
            if waiter.placed.done() and not waiter.placed.cancelled() and waiter.placed.exception() is None:
                self._published(waiter.placed.result().pack)
            raise

    async def _commit(self) -> None:
        """Commit groups for as long as anyone waits."""
        try:
            while self._waiting:
                group = self._take_group()
                try:
                    await self._commit_group(group)
                except BaseException as error:
                    failure = error if isinstance(error, Exception) else Unavailable("the store is closing")
                    for waiter in group:
                        if not waiter.placed.done():
                            waiter.placed.set_exception(failure)
                    if not isinstance(error, Exception):
                        raise
        finally:
            self._committing = None

    def _take_group(self) -> list[_Waiter]:
        """Everyone who waits, up to a full pack."""
        room = PACK_SIZE - (self._open.size if self._open else 0)
        group: list[_Waiter] = []
        while self._waiting and (not group or room > 0):
            group.append(self._waiting.pop(0))
            room -= group[-1].length
        return [waiter for waiter in group if not waiter.placed.done()]

    async def _commit_group(self, group: Sequence[_Waiter]) -> None:
        if not group:
            return
        if self._open is None:
            self._open = await self._begin()
        pack = self._open
        header = b"" if pack.size else await self._header(pack)
        buffers: list[Buffer] = [header] if header else []
        length = len(header)
        for waiter in group:
            buffers.extend(waiter.buffers)
            length += waiter.length
        try:
            offsets = await asyncio.gather(*(appender.append(buffers) for appender in pack.appenders))
            if len(set(offsets)) != 1:
                raise Unavailable("the replicas of a pack differ in length")
        except BaseException:
            self.retire(pack)
            raise
        self.commits.groups += 1
        self.commits.members += len(group)
        self.commits.bytes += length
        end = offsets[0] + length
        pack.size = end + max(-end % appender.alignment for appender in pack.appenders)
        await pauses.reach("pack.synced")
        offset = offsets[0] + len(header)
        for waiter in group:
            if not waiter.placed.done():
                pack.unpublished += 1
                waiter.placed.set_result(Placement(pack, offset))
            offset += waiter.length
        if pack.size >= PACK_SIZE:
            self.retire(pack)

    async def _begin(self) -> OpenPack:
        """Register a pack, then create its blobs."""
        registered = await packs.create(self._db, self._instance, self._choose(), self._leases.seconds)
        self._leases.hold_pack(registered.id)
        await pauses.reach("pack.registered")
        pack = OpenPack(registered.id, [])
        try:
            pack.appenders = [
                await self._backends[replica.backend_id].open(replica.blob) for replica in registered.replicas
            ]
        except BaseException:
            self.retire(pack)
            raise
        await pauses.reach("pack.opened")
        return pack

    def _choose(self) -> list[int]:
        """The backends that take the next pack: one replica, drawn by weight."""
        weights = {
            backend_id: self._weights.get(backend_id, 0)
            for backend_id, backend in self._backends.items()
            if backend.appendable
        }
        if not any(weights.values()):
            raise Unavailable("no backend takes packs")
        return random.choices(list(weights), list(weights.values()))  # noqa: S311 - nothing secret

    async def _header(self, pack: OpenPack) -> bytes:
        if self._store_id is None:
            self._store_id = await packs.store_id(self._db)
        return packformat.build_header(UUID(int=pack.id), self._store_id, time.time_ns() // 1000)

    def _lost(self, pack_id: int) -> None:
        if self._open is not None and self._open.id == pack_id:
            self.retire(self._open)

    def _published(self, pack: OpenPack) -> None:
        pack.unpublished -= 1
        self._seal_if_done(pack)

    def _seal_if_done(self, pack: OpenPack) -> None:
        if pack.retired and not pack.unpublished:
            self._leases.spawn(self._seal(pack))

    async def _seal(self, pack: OpenPack) -> None:
        """End the pack. The lease is let go first: a pack that cannot be sealed is left to the reaper."""
        self._leases.packs.discard(pack.id)
        for appender in pack.appenders:
            await appender.close()
        await packs.seal(self._db, pack.id, pack.size)
