"""Gateways and the backends they write to."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

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
    raise NotImplementedError


async def seen(db: Database, instance_id: UUID) -> None:
    """Note that the gateway lives."""
    raise NotImplementedError


async def ensure_backend(db: Database, name: str, url: str) -> BackendRow:
    """The backend of that name, registered if it is new; its URL follows what is given."""
    raise NotImplementedError


async def backends(db: Database) -> list[BackendRow]:
    """All backends, by id."""
    raise NotImplementedError
