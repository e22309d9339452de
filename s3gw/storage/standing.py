"""Which backends are fit to take packs now: not those that are full, nor those that failed a moment ago.

A full one is as if it were read-only until it has room again. One that failed, or refused a blob for want of
space, is left out for some seconds, as long as enough others are left: not every write waits for it, and
packs go elsewhere meanwhile.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection, Mapping

from s3gw.backends.base import Backend
from s3gw.errors import GatewayError, OutOfSpace

log = logging.getLogger(__name__)

FRESH = 0.5
"""Seconds for which a look at the free space holds."""
PATIENCE = 2.0
"""Seconds that a backend has to tell what room it has; else what it told before holds."""
FULL = 15.0
"""Seconds for which a backend counts as full that refused a blob for want of space."""
AWAY = 10.0
"""Seconds for which a backend that failed is left out where others can take its part."""


class Standing:
    """Of the backends that are given, as far as this process knows. `backends` may gain members."""

    def __init__(self, backends: Mapping[int, Backend]) -> None:
        self._backends = backends
        self._no_room: set[int] = set()
        self._refused: dict[int, float] = {}
        self._failed: dict[int, float] = {}
        self._looked = float("-inf")

    async def look(self) -> None:
        """See what room there is, unless that was seen just now."""
        now = asyncio.get_running_loop().time()
        if now - self._looked < FRESH:
            return
        self._looked = now
        numbers = list(self._backends)
        found = await asyncio.gather(*(self._has_room(self._backends[number]) for number in numbers))
        for number, has_room in zip(numbers, found, strict=True):
            if has_room is None:
                continue
            if has_room == (number in self._no_room):
                log.warning("backend %d %s", number, "takes packs again" if has_room else "is full")
            (self._no_room.discard if has_room else self._no_room.add)(number)

    @property
    def full(self) -> frozenset[int]:
        """Those that have no room, as last seen."""
        return frozenset(self._no_room)

    @property
    def refusing(self) -> frozenset[int]:
        """Those, and what refused a blob for want of space a moment ago."""
        now = asyncio.get_running_loop().time()
        return self.full | {one for one, until in self._refused.items() if until > now}

    def failed(self, number: int, error: Exception) -> None:
        """A write on that backend failed."""
        now = asyncio.get_running_loop().time()
        if isinstance(error, OutOfSpace):
            self._refused[number] = now + FULL
        else:
            self._failed[number] = now + AWAY

    def fit(self, numbers: Collection[int], needed: int) -> frozenset[int]:
        """Those of `numbers` that packs should go to; one that failed only where too few others are left."""
        with_room = frozenset(numbers) - self.full
        now = asyncio.get_running_loop().time()
        failed = {one for one, until in self._failed.items() if until > now}
        well = with_room - self.refusing - failed
        return well if len(well) >= needed else with_room

    @staticmethod
    async def _has_room(backend: Backend) -> bool | None:
        """None where it does not say in time: whether it works, the next write tells."""
        try:
            async with asyncio.timeout(PATIENCE):
                space = await backend.space()
        except (GatewayError, OSError, TimeoutError):
            return None
        return space is None or space.free > 0
