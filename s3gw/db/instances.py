"""Gateways and the backends they write to."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

import asyncpg

from s3gw.db.pool import Database


@dataclass(frozen=True, slots=True)
class Instance:
    """A gateway's data directory and how often it was started; leases of an older epoch are over."""

    id: UUID
    epoch: int


@dataclass(frozen=True, slots=True)
class BackendRow:
    """A backend as it is registered."""

    id: int
    name: str
    url: str
    weight: int
    state: str


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
        RETURNING id, name, url, weight, state
        """,
        name,
        url,
    )
    assert row is not None
    return _backend(row)


async def backends(db: Database) -> list[BackendRow]:
    """All backends, by id."""
    return [_backend(row) for row in await db.fetch("SELECT * FROM backends ORDER BY id")]


def _backend(row: asyncpg.Record) -> BackendRow:
    return BackendRow(row["id"], row["name"], row["url"], row["weight"], row["state"])
