"""Connections to PostgreSQL, held open, with errors translated."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, Self, TypeVar

import asyncpg

T = TypeVar("T")
Connection = asyncpg.Connection[asyncpg.Record]


class Database:
    """A pool of connections; safe for concurrent use within one event loop."""

    @classmethod
    async def connect(cls, url: str, *, size: int = 16) -> Self:
        """Open the pool on a PostgreSQL URL (`postgresql://…`); the first connection is made at once.

        `?statement_cache_size=0` in the URL is for pgbouncer in transaction mode. Raises ConfigError where
        the URL cannot work, Unavailable where the server does not answer.
        """
        raise NotImplementedError

    async def close(self) -> None:
        """Close every connection; running statements are given a moment to end."""
        raise NotImplementedError

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[Connection]:
        """A connection of one's own for a while. Connection trouble is raised as Unavailable."""
        raise NotImplementedError
        yield

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Connection]:
        """A connection in a transaction, READ COMMITTED; wrap the whole in `retrying`."""
        raise NotImplementedError
        yield

    async def fetch(self, query: str, *args: Any) -> list[asyncpg.Record]:
        """All rows of one statement."""
        raise NotImplementedError

    async def fetchrow(self, query: str, *args: Any) -> asyncpg.Record | None:
        """The first row of one statement."""
        raise NotImplementedError

    async def fetchval(self, query: str, *args: Any) -> Any:
        """The first column of the first row of one statement."""
        raise NotImplementedError

    async def execute(self, query: str, *args: Any) -> str:
        """Run one statement; its status, such as "DELETE 3"."""
        raise NotImplementedError


async def retrying(attempt: Callable[[], Awaitable[T]]) -> T:
    """Await `attempt`; once more after a deadlock or a broken foreign key; then raise Unavailable.

    The attempt must be a whole transaction that looks everything up afresh.
    """
    raise NotImplementedError
