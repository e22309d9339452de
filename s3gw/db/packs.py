"""Packs and their replicas: registered before a file exists, leased while open, sealed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from s3gw import pauses
from s3gw.db.instances import Instance
from s3gw.db.pool import Connection, Database

# The pack's row is locked first, as by those who condemn whole packs, lest each waits for the other.
_CONDEMN = """
    WITH held AS MATERIALIZED (
        SELECT id FROM packs p WHERE id = $1 {} FOR KEY SHARE
    ), gone AS (
        DELETE FROM replicas WHERE pack_id = (SELECT id FROM held) AND name = ANY ($2::uuid[])
        RETURNING name, backend_id
    ), condemned AS (
        INSERT INTO tombstones (name, backend_id, size)
        SELECT g.name, g.backend_id, p.size FROM gone g JOIN packs p ON p.id = $1
        JOIN backends b ON b.id = g.backend_id AND b.state <> 'dead'
    )
"""
_GIVE_UP = f"{_CONDEMN} INSERT INTO repairs (pack_id) SELECT id FROM held ON CONFLICT DO NOTHING"


@dataclass(frozen=True, slots=True)
class Replica:
    """One copy of a pack: the blob's name on that backend, never used for another."""

    backend_id: int
    name: UUID

    @property
    def blob(self) -> str:
        """The name as backends take it."""
        return self.name.hex


@dataclass(frozen=True, slots=True)
class Pack:
    """A pack that was just registered."""

    id: int
    replicas: Sequence[Replica]


async def store_id(db: Database) -> UUID:
    """The identity of the whole store, which every pack carries."""
    found: UUID = await db.fetchval("SELECT id FROM store")
    return found


async def reserve(db: Database) -> tuple[int, dict[int, int]]:
    """An id for a pack that is to be registered, and the weights of the backends that take packs now.

    An id that is not used is missed by nobody.
    """
    row = await db.fetchrow(
        """
        SELECT nextval(pg_get_serial_sequence('packs', 'id')) AS id, array_agg(id) AS ids,
            array_agg(weight) AS weights
        FROM backends WHERE state = 'active'
        """
    )
    assert row is not None
    return row["id"], dict(zip(row["ids"] or (), row["weights"] or (), strict=True))


async def create(
    db: Database, instance: Instance, pack_id: int, backend_ids: Sequence[int], lease: float
) -> Pack:
    """Register an open pack with a replica on each backend; durable before any blob is made."""
    rows = await db.fetch(
        """
        WITH pack AS (
            INSERT INTO packs (id, instance_id, epoch, lease_until) OVERRIDING SYSTEM VALUE
            VALUES ($5, $1, $2, now() + make_interval(secs => $3)) RETURNING id
        )
        INSERT INTO replicas (pack_id, backend_id)
        SELECT pack.id, b FROM pack, unnest($4::smallint[]) AS b
        RETURNING pack_id, backend_id, name
        """,
        instance.id,
        instance.epoch,
        lease,
        backend_ids,
        pack_id,
    )
    return Pack(rows[0]["pack_id"], [Replica(row["backend_id"], row["name"]) for row in rows])


async def seal(db: Database, pack_id: int, size: int, failed: Sequence[UUID] = ()) -> None:
    """Record that a pack of `size` bytes grows no more, and have it judged: perhaps nothing lives in it.

    The copies that `failed` are given up, and others will be made in their place. The reaper may have sealed
    the pack before, when its lease could not be renewed: nothing that was appended later is published, so its
    size stays, and its copies, of which some were perhaps made or given up since then, are verified.
    """
    if failed:
        await db.execute(_GIVE_UP.format("AND p.lease_until IS NOT NULL"), pack_id, failed)
        await pauses.reach("pack.copies-given-up")
    await db.execute(
        """
        WITH held AS MATERIALIZED (
            SELECT id, lease_until IS NULL AS reaped FROM packs WHERE id = $1 FOR NO KEY UPDATE
        ), sealed AS (
            UPDATE packs p SET size = $2, instance_id = NULL, epoch = NULL, lease_until = NULL
            FROM held WHERE p.id = held.id AND NOT held.reaped RETURNING p.id
        ), doubted AS (
            INSERT INTO repairs (pack_id) SELECT id FROM held WHERE reaped ON CONFLICT DO NOTHING
        )
        INSERT INTO candidates (pack_id) SELECT id FROM sealed
        """,
        pack_id,
        size,
    )


async def renew(db: Database, pack_ids: Sequence[int], lease: float) -> frozenset[int]:
    """Lease open packs for another `lease` seconds; those that are sealed or gone."""
    rows = await db.fetch(
        """
        WITH held AS MATERIALIZED (
            SELECT id FROM packs WHERE id = ANY ($1::bigint[]) AND lease_until IS NOT NULL
            ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
        ), renewed AS (
            UPDATE packs p SET lease_until = now() + make_interval(secs => $2)
            FROM held WHERE p.id = held.id
        )
        SELECT id FROM packs WHERE id = ANY ($1::bigint[]) AND lease_until IS NOT NULL
        """,
        pack_ids,
        lease,
    )
    return frozenset(pack_ids) - {row["id"] for row in rows}


async def give_up(db: Database, pack_id: int, names: Sequence[UUID]) -> None:
    """Condemn copies of a pack that are not whole, and have others made."""
    await db.execute(_GIVE_UP.format(""), pack_id, names)


async def condemn_copies(connection: Connection, pack_id: int, names: Sequence[UUID]) -> None:
    """Condemn copies of a pack. Their blobs are unlinked when the margin for tombstones is over; what is on a
    dead backend is forgotten."""
    await connection.execute(f"{_CONDEMN.format('')} SELECT 1", pack_id, names)
