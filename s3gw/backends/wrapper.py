"""A backend round another: the common shape of what makes calls wait, fail early, repeat, or be counted."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from typing import TypeVar

from s3gw.backends.base import Appender, Backend, BlobInfo, Buffer, Marker, Space

T = TypeVar("T")


class Wrapper(Backend):
    """Every call passes through `_through`, except those that must not wait or fail for the sake of others: a
    listing, an appender, and the space that is left, which every write asks for."""

    def __init__(self, inner: Backend) -> None:
        self._inner = inner
        self.appendable = inner.appendable

    @abstractmethod
    async def _through(self, method: str, call: Callable[[], Awaitable[T]]) -> T:
        """Make the call, which may be made again."""

    async def put(self, name: str, buffers: Sequence[Buffer]) -> None:
        """As the wrapped backend. Made again, it sends the same bytes under the same name."""
        await self._through("put", lambda: self._inner.put(name, buffers))

    async def open(self, name: str) -> Appender:
        """As the wrapped backend."""
        return await self._through("open", lambda: self._inner.open(name))

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
