"""Bring a database to the schema that this release works with.

`schema/NNNN_*.sql` are applied in order, forward only, all in one transaction under an advisory lock, so
that gateways that start together do it once. What was applied is recorded with a checksum, and with the
oldest release that may still run: gateways are replaced one after another, so one of the release before this
one must go on, and start again, on tables that this one has migrated.
"""

from __future__ import annotations

import asyncio
import hashlib
import logging
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import asyncpg

import s3gw
from s3gw.db.leading import SILENCE, bear
from s3gw.db.pool import Connection, connect_once
from s3gw.errors import ConfigError

log = logging.getLogger(__name__)

OLDEST_POSTGRESQL = 15
OLDEST_RELEASE = 3
"""How many migrations a release must know to work on the tables of this one: as many as the release before,
0.1.0. To be changed with each release; recorded with every migration that this one applies."""

_LOCKED_WITHIN = 100
"""Milliseconds in which a table must be free; PostgreSQL looks for deadlocks after a second."""
_TELL = 10.0
"""Seconds between two warnings that tables are not free."""
LOCK = 0x73336777
"""Of migrations: "s3gw", in the space of advisory locks that all users of the server share."""
_TABLE = """
CREATE TABLE IF NOT EXISTS schema_migrations (
    version       integer PRIMARY KEY,
    name          text NOT NULL,
    checksum      text NOT NULL,
    applied_at    timestamptz NOT NULL DEFAULT now()
)"""
# In the database of release 0.1.0 the table has no such column, and what that release applies has none set.
_OLDEST = "ALTER TABLE schema_migrations ADD COLUMN oldest_release integer"
_HAS_OLDEST = """
SELECT EXISTS (SELECT 1 FROM pg_attribute
    WHERE attrelid = to_regclass('schema_migrations') AND attname = 'oldest_release' AND NOT attisdropped)"""


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered file."""

    version: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the file."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def schema_directory() -> Path:
    """Where the migrations are: in the package once installed, beside it in a checkout."""
    package = Path(s3gw.__file__).parent
    for directory in (package / "schema", package.parent / "schema"):
        if directory.is_dir():
            return directory
    raise ConfigError("the schema directory is missing from this installation")


def load(directory: Path) -> list[Migration]:
    """The migrations of a directory in order, numbered from 1 without a gap."""
    found = [
        Migration(int(path.name[:4]), path.stem[5:], path.read_text())
        for path in sorted(directory.glob("[0-9][0-9][0-9][0-9]_*.sql"))
    ]
    if [migration.version for migration in found] != list(range(1, len(found) + 1)):
        raise ConfigError(f"{directory}: migrations are not numbered from 0001 without a gap")
    return found


async def migrate(
    url: str, directory: Path | None = None, oldest_release: int = OLDEST_RELEASE, until: int | None = None
) -> list[Migration]:
    """Apply what is missing; the migrations applied now. `until` leaves out those of a higher number.

    Raises ConfigError for a server that is too old, a database that is not in UTF-8, that a release has
    migrated which is newer than the next, or whose record differs from the files; Unavailable where the
    server does not answer.
    """
    migrations = load(directory or schema_directory())[:until]
    connection = await connect_once(url)
    try:
        await _check_server(connection)
        if await _is_up_to_date(connection, migrations):
            return []  # without the lock, which an export of the metadata may hold for long
        return await _when_free(lambda: _apply(connection, migrations, oldest_release))
    finally:
        await connection.close(timeout=5)


async def _when_free(attempt: Callable[[], Awaitable[list[Migration]]]) -> list[Migration]:
    """Await `attempt` until it gets all its locks, each at once or nearly so.

    Whoever waits for a table while it holds others may end in a deadlock with requests that hold the first
    and want one of those, and PostgreSQL would end either. So a migration never waits as long as it takes
    PostgreSQL to look for deadlocks, and requests do not queue behind it for long.
    """
    told = monotonic()
    while True:
        try:
            return await attempt()
        except (asyncpg.LockNotAvailableError, asyncpg.DeadlockDetectedError):
            if monotonic() - told > _TELL:
                told = monotonic()
                log.warning("migrations wait for another gateway's, or for tables; is a dump being made?")
        await asyncio.sleep(random.uniform(0.05, 0.2))  # noqa: S311


async def _apply(connection: Connection, migrations: list[Migration], oldest_release: int) -> list[Migration]:
    async with connection.transaction():
        await bear(connection, SILENCE)  # behind pgbouncer, too
        await connection.execute(f"SET LOCAL lock_timeout = {_LOCKED_WITHIN}")
        await connection.execute("SELECT pg_advisory_xact_lock($1)", LOCK)
        await connection.execute(_TABLE)
        if not await connection.fetchval(_HAS_OLDEST):
            await connection.execute(_OLDEST)
        missing = _missing(migrations, await connection.fetch("SELECT * FROM schema_migrations"))
        for migration in missing:
            await connection.execute(migration.sql)
            await connection.execute(
                "INSERT INTO schema_migrations (version, name, checksum, oldest_release)"
                " VALUES ($1, $2, $3, $4)",
                migration.version,
                migration.name,
                migration.checksum,
                oldest_release,
            )
        return missing


async def _check_server(connection: Connection) -> None:
    version = connection.get_server_version()
    if version.major < OLDEST_POSTGRESQL:
        raise ConfigError(
            f"database_url: the server is PostgreSQL {version.major}, s3gw needs {OLDEST_POSTGRESQL} or newer"
        )
    encoding = await connection.fetchval("SHOW server_encoding")
    if encoding != "UTF8":
        raise ConfigError(f"database_url: the database is encoded in {encoding}, s3gw needs UTF8")


async def _is_up_to_date(connection: Connection, migrations: list[Migration]) -> bool:
    async with connection.transaction():
        if not await connection.fetchval(_HAS_OLDEST):
            return False
        return not _missing(migrations, await connection.fetch("SELECT * FROM schema_migrations"))


def _missing(migrations: list[Migration], applied: list[asyncpg.Record]) -> list[Migration]:
    known = {migration.version: migration for migration in migrations}
    recorded = {row["version"]: row["checksum"] for row in applied}
    for version, checksum in recorded.items():
        if version in known and known[version].checksum != checksum:
            raise ConfigError(
                f"schema {version} of the database was made by another {known[version].name!r} than this "
                "release carries: it is not a database of an s3gw release"
            )
    _check_newer(len(migrations), [row for row in applied if row["version"] not in known])
    return [migration for migration in migrations if migration.version not in recorded]


def _check_newer(known: int, newer: list[asyncpg.Record]) -> None:
    """Raise ConfigError unless a release that knows so many migrations may run on a database with more."""
    if not newer:
        return
    newest = max(row["version"] for row in newer)
    if any(row["oldest_release"] is None or row["oldest_release"] > known for row in newer):
        raise ConfigError(
            f"the database is at schema {newest}, newer than this release of s3gw, which knows {known}, and "
            "not made to work with it: run the newer release"
        )
    log.warning(
        "the database is at schema %d, of the next release; this one knows %d and works with it",
        newest,
        known,
    )
