"""What makes backends bearable: bounds on calls and time, repetition, and giving up early.

`resilient` composes them for a backend behind a network, `guarded` for a disk. From the outside in:

    Breaker     while the service is down, calls fail at once instead of piling up
    Retry       what may pass is tried again, after a pause drawn at random
    Limit       so many calls at once; the others wait in line, and a pause of Retry holds no place
    Deadline    one attempt takes so long at most, from its place on

A disk has neither Retry, since a write or sync that failed must not be made again, nor Limit, since its
threads are one.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar
from uuid import uuid4

from s3gw.backends.base import Backend, BlobInfo
from s3gw.backends.wrapper import Wrapper
from s3gw.errors import Unavailable

log = logging.getLogger(__name__)

T = TypeVar("T")

ATTEMPTS = 4
FIRST_PAUSE, LAST_PAUSE = 0.2, 3.0
_READS = frozenset(("read", "size", "list", "marker"))


@dataclass(frozen=True, slots=True)
class Policy:
    """How much is borne."""

    seconds: float = 60.0
    """For one attempt."""
    attempts: int = ATTEMPTS
    calls: int = 32
    """At once, on one backend of one process."""
    failures: int = 3
    """Calls one after another, each after all its attempts, until a backend counts as down."""
    down: float = 3.0
    """Seconds between two attempts to reach a backend that is down."""


def resilient(backend: Backend, policy: Policy | None = None) -> Backend:
    """The backend with everything round it."""
    policy = policy or Policy()
    limited = Limit(Deadline(backend, policy.seconds), policy.calls)
    return Breaker(Retry(limited, policy.attempts), policy.failures, policy.down)


def guarded(backend: Backend, policy: Policy | None = None) -> Backend:
    """The backend with what a disk needs of it."""
    policy = policy or Policy()
    return Breaker(Deadline(backend, policy.seconds), policy.failures, policy.down)


class Deadline(Wrapper):
    """Ends a call after so many seconds by Unavailable. What a thread has begun may still happen."""

    passes_appends = True

    def __init__(self, inner: Backend, seconds: float) -> None:
        super().__init__(inner)
        self._seconds = seconds

    async def list(self) -> AsyncIterator[BlobInfo]:
        """The time is for each blob, not for all."""
        listing = aiter(self._inner.list())
        while (info := await self._through("list", lambda: anext(listing, None))) is not None:
            yield info

    async def _through(self, method: str, call: Callable[[], Awaitable[T]]) -> T:
        try:
            async with asyncio.timeout(self._seconds):
                return await call()
        except TimeoutError:
            raise Unavailable(f"{method} took longer than {self._seconds:g} seconds") from None


class Limit(Wrapper):
    """Lets so many calls run at once."""

    def __init__(self, inner: Backend, calls: int) -> None:
        super().__init__(inner)
        self._places = asyncio.Semaphore(calls)

    async def _through(self, method: str, call: Callable[[], Awaitable[T]]) -> T:
        async with self._places:
            return await call()


async def repeated(
    method: str,
    call: Callable[[], Awaitable[T]],
    attempts: int = ATTEMPTS,
    first: float = FIRST_PAUSE,
    last: float = LAST_PAUSE,
) -> T:
    """Repeat what ended by Unavailable, after pauses that grow. Each is drawn from nothing to all of it, so
    that calls which failed together do not come back together."""
    for attempt in range(1, attempts):
        try:
            return await call()
        except Unavailable as error:
            log.info("%s failed (attempt %d of %d): %s", method, attempt, attempts, error)
            most = min(last, first * 2 ** (attempt - 1))
            await asyncio.sleep(random.uniform(0, most))  # noqa: S311 - nothing secret
    return await call()


class Retry(Wrapper):
    """Repeats calls, but for listings: a backend asks for each page of them again by itself, since only it
    knows where it was."""

    def __init__(
        self, inner: Backend, attempts: int, first: float = FIRST_PAUSE, last: float = LAST_PAUSE
    ) -> None:
        super().__init__(inner)
        self._attempts = attempts
        self._first = first
        self._last = last

    async def _through(self, method: str, call: Callable[[], Awaitable[T]]) -> T:
        return await repeated(method, call, self._attempts, self._first, self._last)


@dataclass(slots=True)
class _Circuit:
    """Of one kind of calls."""

    failures: int = 0
    try_at: float = float("-inf")


class Breaker(Wrapper):
    """After so many failures in a row, fails calls at once, but for one at a time that tries.

    Calls that only read are counted by themselves: a disk that has become read-only serves them.
    """

    passes_appends = True

    def __init__(self, inner: Backend, failures: int, down: float) -> None:
        super().__init__(inner)
        self._most = failures
        self._down = down
        self._reading = _Circuit()
        self._writing = _Circuit()

    @property
    def is_down(self) -> bool:
        """Whether so many calls of one kind failed, and none has succeeded since."""
        return self._is_open(self._reading) or self._is_open(self._writing)

    async def try_again(self) -> None:
        """Read and write something small, where calls of that kind fail at once and it is time to try."""
        if self._is_open(self._reading):
            await self.marker()
        if self._is_open(self._writing):
            name = uuid4().hex  # no row has it: should it be left there, it goes the way of all such blobs
            await self.put(name, [b"works"])
            await self.delete(name)

    def _is_open(self, circuit: _Circuit) -> bool:
        return circuit.failures >= self._most

    async def _through(self, method: str, call: Callable[[], Awaitable[T]]) -> T:
        circuit = self._reading if method in _READS else self._writing
        now = asyncio.get_running_loop().time()
        if self._is_open(circuit):
            if now < circuit.try_at:
                raise Unavailable("the backend is down")
            circuit.try_at = now + self._down  # nobody else tries meanwhile
        try:
            result = await call()
        except Unavailable:
            circuit.failures += 1
            if circuit.failures == self._most:
                log.warning("a backend counts as down")
            circuit.try_at = asyncio.get_running_loop().time() + self._down
            raise
        except Exception:  # an answer, though not a good one
            self._works(circuit)
            raise
        self._works(circuit)
        return result

    def _works(self, circuit: _Circuit) -> None:
        if self._is_open(circuit):
            log.warning("a backend that was down answers again")
            for each in (self._reading, self._writing):  # calls of the other kind need not wait any longer
                each.try_at = float("-inf")
        circuit.failures = 0
