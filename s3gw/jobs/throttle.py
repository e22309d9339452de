"""Keeps background work from being felt: it rests in proportion to the time it worked, and keeps a rate."""

from __future__ import annotations

import asyncio
from time import monotonic


class Throttle:
    """Tells a job when to rest. The slower the machine is because of others, the longer a step takes, and the
    longer is the rest after it."""

    def __init__(self, rest: float = 0.0, rate: int = 0) -> None:
        """`rest`: seconds of rest for each second of work. `rate`: bytes a second at most, 0 for any."""
        self._rest = rest
        self._rate = rate
        self._began = monotonic()

    async def worked(self, count: int = 0) -> None:
        """A step ended that handled `count` bytes: rest as is due."""
        took = monotonic() - self._began
        pause = took * self._rest
        if self._rate:
            pause = max(pause, count / self._rate - took)
        await asyncio.sleep(max(0.0, pause))
        self._began = monotonic()
