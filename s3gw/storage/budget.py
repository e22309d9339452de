"""A number of bytes that the uploads of a process have in common."""

from __future__ import annotations

import asyncio
from collections import deque


class Budget:
    """Bytes that are taken for a while, first come, first served.

    Whoever wants more than there is altogether gets it once nobody else has any.
    """

    def __init__(self, total: int) -> None:
        self._total = total
        self._taken = 0
        self._waiting: deque[tuple[int, asyncio.Future[None]]] = deque()

    async def take(self, length: int) -> None:
        """Wait until `length` bytes are to be had; give them back when they are not needed any more."""
        granted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((length, granted))
        self._grant()
        try:
            await granted
        except asyncio.CancelledError:
            if granted.cancelled():
                self._grant()  # to those behind
            else:
                self.give(length)
            raise

    def give(self, length: int) -> None:
        """Let others have `length` bytes."""
        self._taken -= length
        self._grant()

    def _grant(self) -> None:
        while self._waiting:
            length, granted = self._waiting[0]
            if not granted.cancelled():
                if self._taken and self._taken + length > self._total:
                    return
                self._taken += length
                granted.set_result(None)
            self._waiting.popleft()
