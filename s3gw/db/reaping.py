"""What crashes and abandoned uploads leave: expired leases, blobs that no row names; and old answers.

A lease is over when its time is, by the database's clock, or when its gateway started again since. That only
says when to try: what was published meanwhile has no lease, and what is in use is referenced.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import asyncpg

from s3gw import pauses
from s3gw.db.collection import drop_manifests, ids_of
from s3gw.db.packs import Replica, give_up
from s3gw.db.pool import Database

_MANIFESTS = 8
"""Manifests dropped in one transaction: each may have a hundred thousand rows."""
_PACKS = 64
_UPLOADS = 256
_OVER = """
    lease_until <= now() OR EXISTS (
        SELECT 1 FROM instances i WHERE i.id = x.instance_id AND i.epoch > x.epoch
    )
"""


@dataclass(frozen=True, slots=True)
class ExpiredPack:
    """An open pack whose lease is over, with its copies."""

    id: int
    lease_until: datetime
    replicas: Sequence[Replica]
    lost: Collection[Replica]
    """Those on backends that are dead."""


async def reap_manifests(db: Database) -> int:
    """Delete manifests whose upload ended without publishing them; queue their chunks."""
    async with db.transaction() as connection:
        locked = await ids_of(
            connection,
            f"""
            SELECT id FROM manifests x WHERE lease_until IS NOT NULL AND ({_OVER})
            ORDER BY id LIMIT $1 FOR UPDATE OF x SKIP LOCKED
            """,
            _MANIFESTS,
        )
        await pauses.reach("reap.manifests-locked")
        await drop_manifests(connection, locked)
        return len(locked)


async def expired_packs(db: Database, after: int) -> list[ExpiredPack]:
    """Some of the open packs whose writer is gone, by id, those above `after`."""
    rows = await db.fetch(
        f"""
        SELECT x.id, x.lease_until, array_agg(r.backend_id) AS backend_ids, array_agg(r.name) AS names,
            array_agg(b.state = 'dead') AS lost
        FROM packs x JOIN replicas r ON r.pack_id = x.id JOIN backends b ON b.id = r.backend_id
        WHERE x.lease_until IS NOT NULL AND x.id > $1 AND ({_OVER})
        GROUP BY x.id ORDER BY x.id LIMIT $2
        """,
        after,
        _PACKS,
    )
    return list(map(_expired, rows))


def _expired(row: asyncpg.Record) -> ExpiredPack:
    replicas = list(map(Replica, row["backend_ids"], row["names"]))
    lost = frozenset(replica for replica, dead in zip(replicas, row["lost"], strict=True) if dead)
    return ExpiredPack(row["id"], row["lease_until"], replicas, lost)


async def seal_expired(db: Database, pack: ExpiredPack, size: int, short: Sequence[UUID] = ()) -> None:
    """Seal a pack whose writer is gone, unless it came back, and have it judged: nothing may live in it.

    The copies that are `short` miss appends, and are given up. The others are verified, and made up for where
    they are too few: that a backend was away when the pack was begun only its writer knew. A lease that was
    renewed since the pack was found was perhaps used to append, and the sizes are to be looked at anew, even
    if it is over again.
    """
    sealed = await db.fetchval(
        f"""
        WITH expired AS MATERIALIZED (
            SELECT id FROM packs x WHERE id = $1 AND lease_until = $3 AND ({_OVER})
            FOR UPDATE OF x SKIP LOCKED
        ), sealed AS (
            UPDATE packs p SET size = $2, instance_id = NULL, epoch = NULL, lease_until = NULL
            FROM expired WHERE p.id = expired.id RETURNING p.id
        ), doubted AS (
            INSERT INTO repairs (pack_id) SELECT id FROM sealed ON CONFLICT DO NOTHING
        )
        INSERT INTO candidates (pack_id) SELECT id FROM sealed RETURNING pack_id
        """,
        pack.id,
        size,
        pack.lease_until,
    )
    await pauses.reach("reap.pack-sealed")
    if sealed is not None and short:
        await give_up(db, pack.id, short)


async def reap_uploads(db: Database, margin: float) -> int:
    """Forget multipart uploads that were completed `margin` seconds ago."""
    rows = await db.fetch(
        """
        WITH due AS MATERIALIZED (
            SELECT id FROM uploads WHERE completed_at <= now() - make_interval(secs => $1)
            ORDER BY completed_at LIMIT $2 FOR UPDATE SKIP LOCKED
        )
        DELETE FROM uploads u USING due WHERE u.id = due.id RETURNING u.id
        """,
        margin,
        _UPLOADS,
    )
    return len(rows)


async def unnamed(db: Database, names: Sequence[UUID]) -> list[UUID]:
    """Those blobs that neither a replica nor a tombstone names."""
    rows = await db.fetch(
        """
        SELECT b.name FROM unnest($1::uuid[]) AS b (name)
        WHERE NOT EXISTS (SELECT 1 FROM replicas r WHERE r.name = b.name OFFSET 0)
          AND NOT EXISTS (SELECT 1 FROM tombstones t WHERE t.name = b.name OFFSET 0)
        """,
        names,
    )
    return [row["name"] for row in rows]


async def sight(db: Database, backend_id: int, names: Sequence[UUID], margin: float) -> list[UUID]:
    """Note that these blobs have no name; those of which that was noted `margin` seconds ago, too."""
    rows = await db.fetch(
        """
        WITH seen AS (
            INSERT INTO sightings (backend_id, name) SELECT $1, * FROM unnest($2::text[])
            ON CONFLICT DO NOTHING
        )
        SELECT name FROM sightings WHERE backend_id = $1 AND name = ANY ($2::text[])
        AND seen_at <= now() - make_interval(secs => $3)
        """,
        backend_id,
        [name.hex for name in names],
        margin,
    )
    return [UUID(row["name"]) for row in rows]


async def keep_sightings(db: Database, backend_id: int, names: Sequence[UUID]) -> None:
    """Forget what was noted of all other blobs of that backend."""
    await db.execute(
        "DELETE FROM sightings WHERE backend_id = $1 AND name <> ALL ($2::text[])",
        backend_id,
        [name.hex for name in names],
    )
