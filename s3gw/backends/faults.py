"""Scripted faults: a backend that fails as told, for tests of what happens then.

A fault is data: at which call of which method, what is raised, how long it takes first, how often.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import TypeVar

from s3gw.backends.base import Backend, BlobInfo, Space
from s3gw.backends.wrapper import Wrapper

T = TypeVar("T")


@dataclass(slots=True)
class Fault:
    """What happens at calls of one method."""

    method: str
    """"put", "open", "append", "read", "size", "delete", "list", "space", "marker" or "mark"."""
    error: BaseException | None = None
    """Raised in place of the call, or after it where `after` is set; None only waits."""
    skip: int = 0
    """How many calls pass before it begins."""
    count: int | None = 1
    """How many calls it meets; None for all that come."""
    delay: float = 0.0
    """Seconds before the call goes on."""
    gate: asyncio.Event | None = None
    """The call waits until this is set."""
    after: bool = False
    """Whether the call does its work before the error: the caller cannot know that it did."""


class FaultyBackend(Wrapper):
    """A backend round another that follows a script. `met` counts the calls of each method."""

    passes_appends = True

    def __init__(self, inner: Backend, faults: Iterable[Fault] = ()) -> None:
        super().__init__(inner)
        self.faults = list(faults)
        self.met: dict[str, int] = {}

    def script(self, *faults: Fault) -> None:
        """Follow another script from now on."""
        self.faults, self.met = list(faults), {}

    async def list(self) -> AsyncIterator[BlobInfo]:
        """As the script says, before the first blob."""
        await self._through("list", lambda: asyncio.sleep(0))
        async for info in super().list():
            yield info

    async def space(self) -> Space | None:
        """As the script says."""
        return await self._through("space", lambda: self._inner.space())

    async def _through(self, method: str, call: Callable[[], Awaitable[T]]) -> T:
        self.met[method] = self.met.get(method, 0) + 1
        fault = self._next(method)
        if fault is None:
            return await call()
        if fault.delay:
            await asyncio.sleep(fault.delay)
        if fault.gate is not None:
            await fault.gate.wait()
        if fault.error is not None and not fault.after:
            raise fault.error
        result = await call()
        if fault.error is not None:
            raise fault.error
        return result

    def _next(self, method: str) -> Fault | None:
        """The fault that meets this call, used up by one."""
        for fault in self.faults:
            if fault.method != method or fault.count == 0:
                continue
            if fault.skip > 0:
                fault.skip -= 1
                continue
            if fault.count is not None:
                fault.count -= 1
            return fault
        return None
