"""Where new frames go: into this process's open pack, or into packs that go up whole."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from s3gw.backends.base import Backend, Buffer
from s3gw.db.instances import Instance
from s3gw.db.pool import Database
from s3gw.storage.leases import Leases
from s3gw.storage.open_packs import PACK_SIZE, OpenPacks
from s3gw.storage.pack_register import Commits, Pack, Placement, Placing, Register, Waiter
from s3gw.storage.put_packs import PutPacks

__all__ = ["PACK_SIZE", "Commits", "PackWriter", "Placement", "Placing"]


class PackWriter:
    """Makes frames durable on the backends that take packs."""

    def __init__(
        self,
        db: Database,
        backends: Mapping[int, Backend],
        instance: Instance,
        leases: Leases,
        placing: Placing | None = None,
    ) -> None:
        """Without `placing` each pack has one copy, on any of the backends."""
        self._register = Register(db, backends, instance, leases, placing or Placing())
        self._open = OpenPacks(self._register)
        self._put = PutPacks(self._register)
        leases.on_pack_lost = self._open.lost
        self.standing = self._register.standing
        """Which backends are fit to take packs."""
        self.commits = self._register.commits
        """What was made durable so far."""

    async def require_space(self) -> None:
        """Raise OutOfSpace where too few backends have space left for what comes."""
        await self._register.require_space()

    @asynccontextmanager
    async def append(
        self, buffers: Sequence[Buffer], length: int, *, last: bool = True
    ) -> AsyncIterator[Placement]:
        """Make `length` bytes of frames durable; publish their chunks before leaving the context.

        `last` says that the upload has nothing more to add and waits for this. Raises OutOfSpace, Unavailable
        or OSError when the bytes are not safe; the pack is then dropped.
        """
        placement = await self.place(buffers, length, last=last)
        try:
            yield placement
        finally:
            self.published(placement)

    async def place(self, buffers: Sequence[Buffer], length: int, *, last: bool = True) -> Placement:
        """Like `append`; call `published` once the chunks are published, or will never be."""
        return await self._place(Waiter(buffers, length, last))

    def published(self, placement: Placement) -> None:
        """Nothing waits for its publication there any more, for those frames."""
        self._register.published(placement.pack)

    def retire(self, pack: Pack) -> None:
        """Add to this pack no more; seal it once everything in it is published."""
        self._open.leave(pack.id)
        self._register.retire(pack)

    def turn(self) -> None:
        """Let what is open be sealed soon, and what follows go to new packs."""
        self._open.turn()

    def turn_lacking(self) -> None:
        """As `turn`, where what is open lacks copies for some time; to be called again and again."""
        self._open.turn_lacking()

    async def close(self) -> None:
        """Seal the open packs. No append may be running."""
        await self._open.close()
        await self._put.close()
        await self._register.settle()

    async def _place(self, waiter: Waiter) -> Placement:
        (self._open if await self._register.draw() else self._put).add(waiter)
        try:
            return await waiter.placed
        except asyncio.CancelledError:
            placed = waiter.placed
            if placed.done() and not placed.cancelled() and placed.exception() is None:
                self._register.published(placed.result().pack)
            raise
