"""Bring a database to the schema that this release works with.

`schema/NNNN_*.sql` are applied in order, forward only, all in one transaction under an advisory lock, so
that gateways that start together do it once. What was applied is recorded with a checksum.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

import asyncpg

import s3gw
from s3gw.db.pool import Connection, connect_once
from s3gw.errors import ConfigError

OLDEST_POSTGRESQL = 15
_LOCK = 0x73336777  # "s3gw", in the space of advisory locks that all users of the server share
_TABLE = """
CREATE TABLE IF NOT EXISTS schema_migrations (
    version       integer PRIMARY KEY,
    name          text NOT NULL,
    checksum      text NOT NULL,
    applied_at    timestamptz NOT NULL DEFAULT now()
)"""


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


async def migrate(url: str, directory: Path | None = None) -> list[Migration]:
    """Apply what is missing; the migrations applied now.

    Raises ConfigError for a server that is too old, a database that is not in UTF-8, that a newer release has
    migrated, or whose record differs from the files; Unavailable where the server does not answer.
    """
    migrations = load(directory or schema_directory())
    connection = await connect_once(url)
    try:
        await _check_server(connection)
        async with connection.transaction():
            await connection.execute("SELECT pg_advisory_xact_lock($1)", _LOCK)
            await connection.execute(_TABLE)
            missing = _missing(
                migrations, await connection.fetch("SELECT version, checksum FROM schema_migrations")
            )
            for migration in missing:
                await connection.execute(migration.sql)
                await connection.execute(
                    "INSERT INTO schema_migrations (version, name, checksum) VALUES ($1, $2, $3)",
                    migration.version,
                    migration.name,
                    migration.checksum,
                )
            return missing
    finally:
        await connection.close(timeout=5)


async def _check_server(connection: Connection) -> None:
    version = connection.get_server_version()
    if version.major < OLDEST_POSTGRESQL:
        raise ConfigError(
            f"database_url: the server is PostgreSQL {version.major}, s3gw needs {OLDEST_POSTGRESQL} or newer"
        )
    encoding = await connection.fetchval("SHOW server_encoding")
    if encoding != "UTF8":
        raise ConfigError(f"database_url: the database is encoded in {encoding}, s3gw needs UTF8")


def _missing(migrations: list[Migration], applied: list[asyncpg.Record]) -> list[Migration]:
    known = {migration.version: migration for migration in migrations}
    recorded = {row["version"]: row["checksum"] for row in applied}
    for version, checksum in recorded.items():
        if version not in known:
            raise ConfigError(
                f"the database is at schema {version}, newer than this release of s3gw, which knows "
                f"{len(migrations)}: run the newer release"
            )
        if known[version].checksum != checksum:
            raise ConfigError(
                f"schema {version} of the database was made by another {known[version].name!r} than this "
                "release carries: it is not a database of an s3gw release"
            )
    return [migration for migration in migrations if migration.version not in recorded]
