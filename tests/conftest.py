"""A real PostgreSQL for every test that asks for one: the embedded one, started once a test process.

`S3GW_TEST_POSTGRES` names another server to run the same tests on, by the URL of a superuser's database,
with a query: "postgresql://postgres:secret@localhost/postgres?sslmode=disable".
"""

from __future__ import annotations

import asyncio
import itertools
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import urlsplit

import asyncpg
import pytest

from s3gw.db.embedded import Embedded, start_embedded
from s3gw.db.migrations import migrate
from s3gw.db.pool import Database

T = TypeVar("T")

_MEMORY = Path("/dev/shm")
_ROOM = 2 << 30
"""Bytes that must be free there."""
_TEMPLATE = f"s3gw_template_{os.getpid()}"


class Server:
    """The test process's PostgreSQL, and a way to make databases on it."""

    def __init__(self, url: str, embedded: Embedded | None = None) -> None:
        self._url = url
        self._embedded = embedded
        self._numbers = itertools.count(1)

    def url(self, name: str) -> str:
        """Of the database `name`."""
        return urlsplit(self._url)._replace(path=f"/{name}").geturl()

    async def create(self, template: str = _TEMPLATE) -> str:
        """A new database, as migrated; its name."""
        name = f"test_{os.getpid()}_{next(self._numbers)}"
        await self._administer(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY file_copy')
        return name

    async def drop(self, name: str) -> None:
        """Remove a database, whoever is still connected."""
        await self._administer(f'DROP DATABASE "{name}" WITH (FORCE)')

    async def prepare(self) -> None:
        """Make the template once."""
        await self._administer(f'CREATE DATABASE "{_TEMPLATE}"')
        await migrate(self.url(_TEMPLATE))

    async def stop(self) -> None:
        """Leave nothing behind."""
        await self.drop(_TEMPLATE)
        if self._embedded is not None:
            await self._embedded.stop()

    async def _administer(self, statement: str) -> None:
        connection = await asyncpg.connect(self._url)
        try:
            await connection.execute(statement)
        finally:
            await connection.close()


def _run(work: Coroutine[Any, Any, T]) -> T:
    """Run on a loop of its own, without disturbing that of the tests."""
    loop = asyncio.new_event_loop()
    try:
        return loop.run_until_complete(work)
    finally:
        loop.run_until_complete(loop.shutdown_default_executor())
        loop.close()


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The PostgreSQL of this test process, which syncs nothing."""
    with ExitStack() as stack:
        if url := os.environ.get("S3GW_TEST_POSTGRES"):
            server = Server(url)
        else:
            home = _in_memory(stack) or tmp_path_factory.mktemp("postgres")
            embedded = _run(start_embedded(home, durable=False))
            server = Server(embedded.url, embedded)
        _run(server.prepare())
        yield server
        _run(server.stop())


def _in_memory(stack: ExitStack) -> Path | None:
    """A directory in memory, where there is room: each test's database is some hundred files, whose making
    and removing takes a disk longer than the test."""
    if not _MEMORY.is_dir() or shutil.disk_usage(_MEMORY).free < _ROOM or not os.access(_MEMORY, os.W_OK):
        return None
    return Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="s3gw-tests-", dir=_MEMORY)))


@pytest.fixture
async def dsn(postgres: Server) -> AsyncIterator[str]:
    """The URL of a database of the test's own, migrated and empty."""
    name = await postgres.create()
    yield postgres.url(name)
    await postgres.drop(name)


@pytest.fixture
async def empty_dsn(postgres: Server) -> AsyncIterator[str]:
    """The URL of a database of the test's own that no migration has touched."""
    name = await postgres.create("template0")
    yield postgres.url(name)
    await postgres.drop(name)


@pytest.fixture
def shared_dsn(postgres: Server) -> Iterator[str]:
    """The URL of a database that no gateway has seen, for a test that starts its own."""
    name = _run(postgres.create("template0"))
    yield postgres.url(name)
    _run(postgres.drop(name))


@pytest.fixture
async def database(dsn: str) -> AsyncIterator[Database]:
    """A connected pool on a database of the test's own, migrated and empty."""
    pool = await Database.connect(dsn)
    yield pool
    await pool.close()
