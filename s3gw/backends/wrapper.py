"""A backend round another: the common shape of what makes calls wait, fail early, repeat, or be counted."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import TypeVar

from s3gw.backends.base import Appender, Backend, BlobInfo, Buffer, Marker, Space

T = TypeVar("T")


class Wrapper(Backend):
    """Every call passes through `_through`, except those that must not wait or fail for the sake of others: a
    listing, and the space that is left, which every write asks for. Appends do where `passes_appends`."""

    passes_appends = False

    def __init__(self, inner: Backend) -> None:
        self._inner = inner
        self.appendable = inner.appendable

    @property
    def is_down(self) -> bool:
        """As the wrapped backend."""
        return self._inner.is_down

    async def try_again(self) -> None:
        """As the wrapped backend."""
        await self._inner.try_again()

    @abstractmethod
    async def _through(self, method: str, call: Callable[[], Awaitable[T]]) -> T:
        """Make the call, which may be made again."""

    async def put(self, name: str, buffers: Sequence[Buffer]) -> None:
        """As the wrapped backend. Made again, it sends the same bytes under the same name."""
        await self._through("put", lambda: self._inner.put(name, buffers))

    async def open(self, name: str) -> Appender:
        """As the wrapped backend."""
        appender = await self._through("open", lambda: self._inner.open(name))
        return WrappedAppender(self, appender) if self.passes_appends else appender

    async def read(self, name: str, offset: int, length: int) -> Buffer:
        """As the wrapped backend."""
        return await self._through("read", lambda: self._inner.read(name, offset, length))

    async def size(self, name: str) -> int:
        """As the wrapped backend."""
        return await self._through("size", lambda: self._inner.size(name))

    async def delete(self, name: str) -> None:
        """As the wrapped backend."""
        await self._through("delete", lambda: self._inner.delete(name))

    async def list(self) -> AsyncIterator[BlobInfo]:
        """As the wrapped backend."""
        async for info in self._inner.list():
            yield info

    async def marker(self) -> Marker | None:
        """As the wrapped backend."""
        return await self._through("marker", lambda: self._inner.marker())

    async def mark(self, marker: Marker) -> Marker:
        """As the wrapped backend."""
        return await self._through("mark", lambda: self._inner.mark(marker))

    async def space(self) -> Space | None:
        """As the wrapped backend."""
        return await self._inner.space()

    async def close(self) -> None:
        """Close the wrapped backend."""
        await self._inner.close()


class WrappedAppender(Appender):
    """An appender whose appends pass through a wrapper, as "append"."""

    def __init__(self, owner: Wrapper, inner: Appender) -> None:
        self._owner = owner
        self._inner = inner

    async def append(self, buffers: Sequence[Buffer]) -> int:
        """As the wrapped appender. It is never made again: what was written may not be written once more."""
        return await self._owner._through("append", lambda: self._inner.append(buffers))

    @property
    def alignment(self) -> int:
        """As the wrapped appender."""
        return self._inner.alignment

    async def close(self) -> None:
        """Close the wrapped appender."""
        await self._inner.close()
