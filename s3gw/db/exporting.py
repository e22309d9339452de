"""Everything in the database as it is at one moment, table by table, as text that COPY reads again.

COPY's text format and names of columns outlast releases of PostgreSQL and of s3gw: what is missing in a later
schema is what its migrations make, after the rows were loaded into the schema that they are of.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Coroutine, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from s3gw.db import migrations
from s3gw.db.pool import Connection, Database
from s3gw.errors import Unavailable

_SECONDS = 7 * 86400.0
"""How long the rows of one table may take to be taken."""

LEFT_OUT = ("schema_migrations", "generation", "sightings")
"""What a restored database has of its own: what was applied to it, its life, which files it has missed."""

# Only tables of the schema that s3gw's own are in, of rows that outlast a crash.
_TABLES = """
SELECT c.oid, c.relname AS name, pg_table_size(c.oid) AS size, (
    SELECT array_agg(a.attname::text ORDER BY a.attnum) FROM pg_attribute a
    WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
) AS columns
FROM pg_class c
WHERE c.relkind = 'r' AND c.relpersistence = 'p' AND c.relname <> ALL ($1::text[])
AND c.relnamespace = (SELECT relnamespace FROM pg_class WHERE oid = to_regclass('schema_migrations'))
ORDER BY c.relname
"""
_REFERENCES = """
SELECT conrelid AS source, confrelid AS target FROM pg_constraint
WHERE contype = 'f' AND conrelid <> confrelid AND conrelid = ANY ($1::oid[])
"""
_SEQUENCES = """
SELECT sequencename AS name, coalesce(last_value, 0) AS value FROM pg_sequences
WHERE schemaname = (
    SELECT n.nspname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
    WHERE c.oid = to_regclass('schema_migrations')
) ORDER BY sequencename
"""


@dataclass(frozen=True, slots=True)
class Table:
    """A table whose rows are exported; `size` is what it takes of disk, in bytes."""

    name: str
    columns: Sequence[str]
    size: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The database at one moment, for as long as its context lasts."""

    _connection: Connection
    schema: int
    """How many migrations were applied."""
    store_id: UUID
    made_at: datetime
    """The moment, by the database's clock."""
    tables: Sequence[Table]
    """Each behind those that it refers to."""

    async def rows(self, table: Table, sink: Callable[[bytes], Coroutine[Any, Any, None]]) -> None:
        """Give all rows of a table to `sink`, in pieces that may end anywhere."""
        columns = ", ".join(f'"{column}"' for column in table.columns)
        await self._connection.copy_from_query(
            f'SELECT {columns} FROM "{table.name}"', output=sink, format="text", timeout=_SECONDS
        )

    async def sequences(self) -> dict[str, int]:
        """What every sequence has given out at most. Ask last: sequences do not belong to the moment, and
        rows of it have no higher numbers than those of later."""
        return {row["name"]: row["value"] for row in await self._connection.fetch(_SEQUENCES)}


@asynccontextmanager
async def snapshot(db: Database) -> AsyncIterator[Snapshot]:
    """The database as it is now; takes two connections. Nobody waits for it but migrations.

    Raises Unavailable while one is being applied.
    """
    async with db.transaction() as guard:
        await guard.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        # A migration waits for this lock while nothing waits for it. Without, it would wait for the tables,
        # with every request of running gateways behind it.
        if not await guard.fetchval("SELECT pg_try_advisory_xact_lock_shared($1)", migrations.LOCK):
            raise Unavailable("the tables are being migrated; try again")
        async with (
            db.connection() as connection,
            connection.transaction(isolation="repeatable_read", readonly=True),
        ):
            await connection.execute(
                "SET LOCAL idle_in_transaction_session_timeout = 0; SET LOCAL datestyle = 'ISO';"
                " SET LOCAL bytea_output = 'hex'; SET LOCAL enable_seqscan = on"
            )
            yield await _taken(connection)


async def _taken(connection: Connection) -> Snapshot:
    row = await connection.fetchrow(
        "SELECT (SELECT max(version) FROM schema_migrations) AS schema, (SELECT id FROM store) AS id, now()"
    )
    assert row is not None
    found = await connection.fetch(_TABLES, list(LEFT_OUT))
    tables = {one["oid"]: Table(one["name"], one["columns"], one["size"]) for one in found}
    waiting: dict[int, set[int]] = {oid: set() for oid in tables}
    for reference in await connection.fetch(_REFERENCES, list(tables)):
        if reference["target"] in tables:
            waiting[reference["source"]].add(reference["target"])
    ordered: list[Table] = []
    while waiting:
        oid = next(oid for oid, targets in waiting.items() if not targets & waiting.keys())
        ordered.append(tables[oid])
        del waiting[oid]
    return Snapshot(connection, row["schema"], row["id"], row["now"], ordered)
