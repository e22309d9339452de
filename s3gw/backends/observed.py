"""Calls of a backend, told to whoever counts them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from time import perf_counter
from typing import Protocol, TypeVar

from s3gw.backends.base import Appender, Backend, Buffer, Space
from s3gw.backends.wrapper import Wrapper
from s3gw.errors import BlobNotFound, OutOfSpace, Unavailable

T = TypeVar("T")

OUTCOMES = ("ok", "not found", "full", "unavailable", "cancelled", "failed")
"""Every outcome that an observer may be told."""


class Observer(Protocol):
    """Takes note of calls. It must not raise, and is called on the event loop."""

    def observe(self, backend: str, method: str, seconds: float, outcome: str) -> None:
        """A call of `method` on the backend of that name took so long and ended so, by `OUTCOMES`."""


class Observed(Wrapper):
    """Tells an observer of every call but listings, "append" of what `open` gave among them."""

    def __init__(self, inner: Backend, name: str, observer: Observer) -> None:
        super().__init__(inner)
        self._name = name
        self._observer = observer

    async def open(self, name: str) -> Appender:
        """As the wrapped backend; the appends are told, too."""
        return _ObservedAppender(self, await super().open(name))

    async def space(self) -> Space | None:
        """As the wrapped backend."""
        return await self._through("space", lambda: self._inner.space())

    async def _through(self, method: str, call: Callable[[], Awaitable[T]]) -> T:
        began = perf_counter()
        outcome = "cancelled"
        try:
            result = await call()
        except Exception as error:
            outcome = _outcome(error)
            raise
        else:
            outcome = "ok"
            return result
        finally:
            self._observer.observe(self._name, method, perf_counter() - began, outcome)


class _ObservedAppender(Appender):
    def __init__(self, owner: Observed, inner: Appender) -> None:
        self._owner = owner
        self._inner = inner

    async def append(self, buffers: Sequence[Buffer]) -> int:
        return await self._owner._through("append", lambda: self._inner.append(buffers))

    @property
    def alignment(self) -> int:
        return self._inner.alignment

    async def close(self) -> None:
        await self._inner.close()


def _outcome(error: Exception) -> str:
    match error:
        case BlobNotFound():
            return "not found"
        case OutOfSpace():
            return "full"
        case Unavailable():
            return "unavailable"
        case _:
            return "failed"
