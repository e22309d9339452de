"""Calls of a backend, told to whoever counts them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from time import perf_counter
from typing import Protocol, TypeVar

from s3gw.backends.base import Backend, Space
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

    passes_appends = True

    def __init__(self, inner: Backend, name: str, observer: Observer) -> None:
        super().__init__(inner)
        self._name = name
        self._observer = observer

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
