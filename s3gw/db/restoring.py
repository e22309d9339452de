"""Fills an empty database with what was exported, in one transaction: all of it, or nothing."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import asyncpg

from s3gw.db import migrations
from s3gw.db.exporting import LEFT_OUT
from s3gw.db.pool import Connection, connect_once
from s3gw.errors import ConfigError, Damaged

_GAPS = {"smallint": 1 << 4, "integer": 1 << 16, "bigint": 1 << 32}
"""How far sequences go on behind what they had given out when the export was made, by the type of theirs."""

_SECONDS = 86400.0
"""How long one block of rows may take."""


@dataclass(frozen=True, slots=True)
class Loader:
    """The transaction in which the database is filled."""

    _connection: Connection

    async def rows(self, table: str, columns: Sequence[str], text: bytes) -> int:
        """Load whole rows, as COPY's text; how many. Raises Damaged where they do not fit in."""

        async def source() -> AsyncIterator[bytes]:
            yield text

        try:
            status = await self._connection.copy_to_table(
                table, source=source(), columns=columns, format="text", timeout=_SECONDS
            )
        except (
            asyncpg.DataError,
            asyncpg.IntegrityConstraintViolationError,
            asyncpg.SyntaxOrAccessError,
        ) as error:
            raise Damaged(f"the rows of {table} cannot be loaded: {error}") from error
        return int(status.removeprefix("COPY "))

    async def advance(self, sequences: Mapping[str, int]) -> None:
        """Have sequences go on far behind what they had given out, so that no number is given twice: not to a
        pack that was made between the export and the loss of the database, nor to a key."""
        found = await self._connection.fetch(
            "SELECT sequencename AS name, data_type::text AS type, max_value FROM pg_sequences"
            " WHERE schemaname = current_schema()"
        )
        for row in found:
            value = sequences.get(row["name"])
            if value is not None:
                reached = min(value + _GAPS[row["type"]], row["max_value"])
                await self._connection.execute(
                    "SELECT setval(quote_ident($1)::regclass, $2)", row["name"], reached
                )

    async def pause(self, job: str) -> None:
        """Have a background job wait until somebody resumes it."""
        await self._connection.execute(
            "INSERT INTO jobs (name, paused_at) VALUES ($1, now())"
            " ON CONFLICT (name) DO UPDATE SET paused_at = coalesce(jobs.paused_at, now())",
            job,
        )


async def check_empty(url: str) -> None:
    """Raise ConfigError where the database holds a store already."""
    connection = await connect_once(url)
    try:
        await _check_empty(connection)
    finally:
        await connection.close(timeout=5)


@asynccontextmanager
async def loading(url: str, schema: int) -> AsyncIterator[Loader]:
    """Bring an empty database to the schema that an export is of, and fill it; leaving the context commits.

    `migrate` then brings it on. Raises ConfigError where the database is not empty, or the schema is one of
    a later release.
    """
    known = len(migrations.load(migrations.schema_directory()))
    if schema > known:
        raise ConfigError(
            f"the export is of schema {schema}, and this release of s3gw knows {known}: use a newer one"
        )
    await check_empty(url)
    await migrations.migrate(url, until=schema)
    connection = await connect_once(url)
    try:
        async with connection.transaction():
            await connection.execute(
                "SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL datestyle = 'ISO'"
            )
            await connection.execute("SELECT pg_advisory_xact_lock($1)", migrations.LOCK)
            await _check_empty(connection)
            names = await _tables(connection)
            await connection.execute(f"TRUNCATE {', '.join(names)}, sightings")
            # What they have written is among the rows.
            await connection.execute(";".join(f"ALTER TABLE {name} DISABLE TRIGGER USER" for name in names))
            yield Loader(connection)
            await connection.execute(";".join(f"ALTER TABLE {name} ENABLE TRIGGER USER" for name in names))
        await connection.execute("ANALYZE", timeout=_SECONDS)
    finally:
        await connection.close(timeout=5)


async def _check_empty(connection: Connection) -> None:
    migrated = await connection.fetchval("SELECT to_regclass('schema_migrations') IS NOT NULL")
    if migrated and await connection.fetchval(
        "SELECT EXISTS (SELECT 1 FROM accounts) OR EXISTS (SELECT 1 FROM instances)"
    ):
        raise ConfigError(
            "the database holds a store already, and nothing is restored over one: give an empty database, "
            "or move DATA/pg away where it is the embedded one"
        )


async def _tables(connection: Connection) -> list[str]:
    """The tables that are loaded, quoted; migrations have made rows in some of them."""
    rows = await connection.fetch(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relpersistence = 'p'"
        " AND relnamespace = current_schema()::regnamespace AND relname <> ALL ($1::text[])",
        list(LEFT_OUT),
    )
    return [f'"{row["relname"]}"' for row in rows]
