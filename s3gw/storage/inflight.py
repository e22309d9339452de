"""New chunks that an upload of this process is storing right now, so that a second one waits for them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable

ChunkName = tuple[int, bytes]
"""Domain and digest."""


class InFlight:
    """Who stores which chunk. An upload waits for others only when it holds nothing itself, so nobody waits
    in a circle."""

    def __init__(self) -> None:
        self._storing: dict[ChunkName, asyncio.Event] = {}

    def claim(self, names: Iterable[ChunkName]) -> tuple[set[ChunkName], list[asyncio.Event]]:
        """The names that are now the caller's to store, and for the others what is set when they are done."""
        mine: set[ChunkName] = set()
        others: list[asyncio.Event] = []
        done = asyncio.Event()
        for name in names:
            if name in mine:
                continue
            if (storing := self._storing.get(name)) is not None:
                others.append(storing)
            else:
                self._storing[name] = done
                mine.add(name)
        return mine, others

    def release(self, names: Iterable[ChunkName]) -> None:
        """Give up names, whether they were stored or not; whoever waits looks them up again."""
        for name in names:
            self._storing.pop(name).set()
