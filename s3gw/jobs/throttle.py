"""Keeps background work from being felt: it rests in proportion to the time it worked, and keeps a rate.

How long it rests follows how busy the gateway is. Where nobody asks it for anything, it does not rest at all.
"""

from __future__ import annotations

import asyncio
from time import monotonic
from typing import Protocol

SLICE = 0.5
"""Seconds of rest between two looks at how busy the gateway still is."""
LONGEST = 30.0
"""Seconds of rest at most after one step, however long that took; a rate may ask for more."""


class Load(Protocol):
    """Tells how busy a gateway is."""

    def pressure(self) -> float:
        """How many times the rest that is set there is to be: 0 where nobody asks the gateway for anything, 1
        where it serves, more where requests have to wait."""


class Serving:
    """A load that is always the same: of a gateway that serves, and is not known to be pressed."""

    def pressure(self) -> float:
        """What it always is."""
        return 1.0


class Throttle:
    """Tells one run of a job when to rest. The slower the machine is because of others, the longer a step
    takes, and the longer is the rest after it."""

    def __init__(self, rest: float = 0.0, rate: int = 0, load: Load | None = None) -> None:
        """`rest`: seconds of rest for each second of work, times the pressure of the load. `rate`: bytes a
        second at most, 0 for any. What follows counts as work."""
        self._rest = rest
        self._rate = rate
        self._load = load or Serving()
        self._began = monotonic()
        self.rested = 0.0
        """Seconds of rest so far."""

    async def worked(self, count: int = 0) -> None:
        """A step ended that handled `count` bytes: rest as is due."""
        began = monotonic()
        took = began - self._began
        least = count / self._rate - took if self._rate else 0.0
        while True:
            due = min(LONGEST, took * self._rest * self._load.pressure()) if self._rest else 0.0
            left = max(due, least) - (monotonic() - began)
            if left <= 0:
                break
            await asyncio.sleep(min(left, SLICE))
        await asyncio.sleep(0)  # others go first, also where there is no rest
        self._began = monotonic()
        self.rested += self._began - began
