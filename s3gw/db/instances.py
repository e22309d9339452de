"""Gateways and the backends they write to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from s3gw import pauses
from s3gw.db import leading
from s3gw.db.pool import Connection, Database
from s3gw.errors import Unavailable

PATIENCE = 10.0
"""Seconds for which one waits for another that starts, before that is said."""


@dataclass(frozen=True, slots=True)
class Instance:
    """A gateway's data directory and how often it was started; leases of an older epoch are over."""

    id: UUID
    epoch: int


STATES = ("active", "draining", "read-only", "dead")
"""Of backends: taking packs, being emptied, keeping what they have, lost."""


@dataclass(frozen=True, slots=True)
class BackendRow:
    """A backend as it is registered."""

    id: int
    name: str
    url: str
    weight: int
    """How much of what is written it takes, beside others."""
    state: str
    identity: UUID | None
    """What its marker says; None where release 0.1.0 registered it, and in the library."""
    managed: bool = False
    """Whether gateways open it by its URL, without being given it."""
    reserve: int | None = None
    """Free bytes that are left on it; None: as each gateway is set."""


@asynccontextmanager
async def starting(
    db: Database, patience: float = PATIENCE, silence: float = leading.SILENCE
) -> AsyncIterator[None]:
    """Be the only gateway of the database that starts: two that start at once could register one backend
    twice. Takes a connection of its own.

    Raises Unavailable where another one starts for longer than `patience` seconds. One that says nothing for
    `silence` seconds, since it was stopped or cut off, starts no longer: should it go on after that, it gets
    Unavailable, too.
    """
    async with db.transaction() as connection:
        await leading.bear(connection, silence)
        await _be_first(connection, patience, silence)
        async with leading.kept(connection, silence, "others may start now"):
            await pauses.reach("start.alone")
            yield


async def _be_first(connection: Connection, patience: float, silence: float) -> None:
    await connection.execute("SELECT set_config('lock_timeout', $1, true)", f"{int(patience * 1000)}ms")
    try:
        await connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('s3gw starts', 0))")
    except asyncpg.LockNotAvailableError:
        raise Unavailable(
            f"another gateway of this database is starting; if it is silent, others start after {silence:g} s"
        ) from None


async def is_alone(db: Database, instance_id: UUID) -> bool:
    """Whether no other gateway ever used the database before this one first did."""
    alone: bool = await db.fetchval(
        """
        SELECT EXISTS (SELECT 1 FROM instances WHERE id = $1)
            OR NOT EXISTS (SELECT 1 FROM instances WHERE id <> $1)
        """,
        instance_id,
    )
    return alone


async def start(db: Database, instance_id: UUID) -> Instance:
    """Register the start of a gateway: its next epoch. Once a start, by the parent of all workers."""
    epoch: int = await db.fetchval(
        """
        INSERT INTO instances AS i (id) VALUES ($1)
        ON CONFLICT (id) DO UPDATE SET epoch = i.epoch + 1, started_at = now()
        RETURNING epoch
        """,
        instance_id,
    )
    return Instance(instance_id, epoch)


async def ensure_backend(db: Database, name: str, url: str) -> BackendRow:
    """The backend of that name, registered if it is new; its URL follows what is given."""
    row = await db.fetchrow(
        """
        INSERT INTO backends (name, url) VALUES ($1, $2)
        ON CONFLICT (name) DO UPDATE SET url = excluded.url
        RETURNING *
        """,
        name,
        url,
    )
    assert row is not None
    return backend_of(row)


async def backends(db: Database) -> list[BackendRow]:
    """All backends, by id."""
    return [backend_of(row) for row in await db.fetch("SELECT * FROM backends ORDER BY id")]


async def active_weights(db: Database) -> dict[int, int]:
    """How much of what is written each backend takes that takes new packs at all, by id."""
    return {row.id: row.weight for row in await backends(db) if row.state == "active"}


async def add_backend(db: Database, name: str, url: str, identity: UUID) -> BackendRow:
    """Register a new backend, whose marker says `identity`."""
    row = await db.fetchrow(
        "INSERT INTO backends (name, url, identity) VALUES ($1, $2, $3) RETURNING *", name, url, identity
    )
    assert row is not None
    return backend_of(row)


async def update_backend(db: Database, backend_id: int, name: str, url: str, identity: UUID) -> BackendRow:
    """Follow what a backend is called, where it is, and what its marker says."""
    row = await db.fetchrow(
        "UPDATE backends SET name = $2, url = $3, identity = $4 WHERE id = $1 RETURNING *",
        backend_id,
        name,
        url,
        identity,
    )
    assert row is not None
    return backend_of(row)


async def used_backends(db: Database) -> Collection[int]:
    """The backends that a pack is on, or that one has yet to be removed from."""
    rows = await db.fetch(
        """
        SELECT id FROM backends b
        WHERE EXISTS (SELECT 1 FROM replicas WHERE backend_id = b.id)
           OR EXISTS (SELECT 1 FROM tombstones WHERE backend_id = b.id)
        """
    )
    return frozenset(row["id"] for row in rows)


async def forget_backend(db: Database, backend_id: int) -> None:
    """Remove the row of a backend that was never used; the foreign keys refuse for any other."""
    await db.execute("DELETE FROM backends WHERE id = $1", backend_id)


def backend_of(row: asyncpg.Record) -> BackendRow:
    """What a row of the table says."""
    return BackendRow(
        row["id"],
        row["name"],
        row["url"],
        row["weight"],
        row["state"],
        row["identity"],
        row["managed"],
        row["reserve"],
    )
