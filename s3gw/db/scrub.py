"""Which copies of packs are due to be verified, and what came of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from s3gw.db.packs import Replica
from s3gw.db.pool import Database

_BATCH = 64


@dataclass(frozen=True, slots=True)
class Due:
    """A copy of a sealed pack that is to be read."""

    pack_id: int
    size: int
    replica: Replica


@dataclass(frozen=True, slots=True)
class Damage:
    """A copy that is not whole, as `s3gw scrub` tells of it."""

    pack_id: int
    backend: str
    blob: str
    others: int
    """Further copies of the pack that are whole as far as is known."""


@dataclass(frozen=True, slots=True)
class Lost:
    """A key of which an object version needs bytes that no copy has."""

    bucket: str
    key: str
    version_id: str
    """Or which part of which upload it is."""

    @property
    def address(self) -> str:
        """How people name the version."""
        return f"s3://{self.bucket}/{self.key} (version {self.version_id})"


@dataclass(frozen=True, slots=True)
class Health:
    """How the copies are."""

    damaged: int
    """Copies that are known not to be whole."""
    repairs: int
    """Packs that wait for a copy to be made anew."""


async def health(db: Database) -> Health:
    """How the copies are, as far as is known."""
    row = await db.fetchrow(
        """
        SELECT (SELECT count(*) FROM replicas WHERE damaged_at IS NOT NULL) AS damaged,
            (SELECT count(*) FROM repairs) AS repairs
        """
    )
    assert row is not None
    return Health(row["damaged"], row["repairs"])


async def horizon(db: Database, period: float) -> datetime:
    """The time `period` seconds ago, by the database's clock."""
    found: datetime = await db.fetchval("SELECT clock_timestamp() - make_interval(secs => $1)", period)
    return found


async def due(db: Database, before: datetime, backend_ids: Sequence[int]) -> list[Due]:
    """Some of the copies there that were not verified since `before`, the longest unseen first."""
    rows = await db.fetch(
        """
        SELECT p.id, p.size, r.backend_id, r.name FROM replicas r JOIN packs p ON p.id = r.pack_id
        WHERE coalesce(r.verified_at, r.created_at) < $1
        AND r.ready AND p.lease_until IS NULL AND r.backend_id = ANY ($2::smallint[])
        ORDER BY coalesce(r.verified_at, r.created_at) LIMIT $3
        """,
        before,
        backend_ids,
        _BATCH,
    )
    return [Due(row["id"], row["size"], Replica(row["backend_id"], row["name"])) for row in rows]


async def due_bytes(db: Database, before: datetime, backend_ids: Sequence[int]) -> int:
    """The bytes of all that are due."""
    found: int = await db.fetchval(
        """
        SELECT coalesce(sum(p.size), 0)::bigint FROM replicas r JOIN packs p ON p.id = r.pack_id
        WHERE coalesce(r.verified_at, r.created_at) < $1
        AND r.ready AND p.lease_until IS NULL AND r.backend_id = ANY ($2::smallint[])
        """,
        before,
        backend_ids,
    )
    return found


async def verified(db: Database, name: UUID, *, whole: bool) -> None:
    """Note what a copy was found to be. One that is not whole is queued for repair."""
    await db.execute(
        """
        WITH held AS MATERIALIZED (  -- first, as by those who condemn packs with their copies
            SELECT id FROM packs WHERE id = (SELECT pack_id FROM replicas WHERE name = $1) FOR KEY SHARE
        ), seen AS (
            UPDATE replicas SET verified_at = clock_timestamp(),
                damaged_at = CASE WHEN $2 THEN NULL ELSE coalesce(damaged_at, now()) END
            WHERE name = $1 AND pack_id = (SELECT id FROM held) RETURNING pack_id, damaged_at
        )
        INSERT INTO repairs (pack_id) SELECT pack_id FROM seen WHERE damaged_at IS NOT NULL
        ON CONFLICT DO NOTHING
        """,
        name,
        whole,
    )


async def note_damage(db: Database, names: Sequence[UUID]) -> None:
    """Note that copies are not whole, where no other is from which they could be made anew."""
    await db.execute(
        "UPDATE replicas SET damaged_at = coalesce(damaged_at, now()) WHERE name = ANY ($1::uuid[])", names
    )


async def damaged(db: Database) -> list[Damage]:
    """All copies that are known not to be whole."""
    rows = await db.fetch(
        """
        SELECT r.pack_id, b.name AS backend, r.name, (
            SELECT count(*) FROM replicas o WHERE o.pack_id = r.pack_id AND o.ready AND o.damaged_at IS NULL
        ) AS others
        FROM replicas r JOIN backends b ON b.id = r.backend_id
        WHERE r.damaged_at IS NOT NULL ORDER BY r.pack_id, b.name
        """
    )
    return [Damage(row["pack_id"], row["backend"], row["name"].hex, row["others"]) for row in rows]


async def needing(
    db: Database, chunk_ids: Sequence[int], limit: int, manifest_ids: Sequence[int] = ()
) -> list[Lost]:
    """Object versions, and parts of uploads, that need any of these; costs a walk through all versions."""
    rows = await db.fetch(
        """
        WITH bad AS MATERIALIZED (SELECT unnest($1::bigint[]) AS id),
        manifests AS MATERIALIZED (
            SELECT m.manifest_id AS id FROM manifest_chunks m JOIN bad ON bad.id = m.chunk_id
            UNION SELECT unnest($3::bigint[])
        ),
        pieced AS MATERIALIZED (
            SELECT DISTINCT p.pieces_id AS id FROM pieces p
            WHERE p.manifest_id IN (SELECT id FROM manifests) OR p.chunk_id IN (SELECT id FROM bad)
        ),
        versions AS (
            SELECT bucket_id, key, version_id, chunk_id, manifest_id, pieces_id FROM objects
            UNION ALL
            SELECT bucket_id, key, version_id, chunk_id, manifest_id, pieces_id FROM noncurrent
            UNION ALL
            SELECT u.bucket_id, u.key, 'part ' || p.part_number || ' of upload ' || u.id, p.chunk_id,
                p.manifest_id, p.pieces_id
            FROM parts p JOIN uploads u ON u.id = p.upload_id WHERE u.completed_at IS NULL
        )
        SELECT b.name AS bucket, v.key, v.version_id FROM versions v JOIN buckets b ON b.id = v.bucket_id
        WHERE v.chunk_id IN (SELECT id FROM bad) OR v.manifest_id IN (SELECT id FROM manifests)
            OR v.pieces_id IN (SELECT id FROM pieced)
        ORDER BY b.name, v.key LIMIT $2
        """,
        chunk_ids,
        limit,
        manifest_ids,
    )
    return [Lost(row["bucket"], row["key"], row["version_id"] or "null") for row in rows]
