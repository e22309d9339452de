"""The backends of one process by the ids of their rows; others may join while it runs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping

from s3gw.backends.base import Backend


class Several(Mapping[int, Backend]):
    """A mapping that only grows. What iterates over it sees those that were there when it began."""

    def __init__(self, opened: Mapping[int, Backend], names: Mapping[int, str] | None = None) -> None:
        """`names` as people call them."""
        self._opened = dict(opened)
        self.names: Mapping[int, str] = names or {}
        self.look: Callable[[], Awaitable[None]] | None = None
        """Has those join that were added meanwhile, where that is known."""

    def join(self, number: int, name: str, backend: Backend) -> None:
        """From now on that one is among them."""
        self._opened = {**self._opened, number: backend}
        self.names = {**self.names, number: name}

    def __getitem__(self, number: int) -> Backend:
        return self._opened[number]

    def __iter__(self) -> Iterator[int]:
        return iter(self._opened)

    def __len__(self) -> int:
        return len(self._opened)


async def find(backends: Mapping[int, Backend], number: int) -> Backend | None:
    """The backend of that id, also where it was added just now."""
    found = backends.get(number)
    if found is None and isinstance(backends, Several) and backends.look is not None:
        await backends.look()
        found = backends.get(number)
    return found
