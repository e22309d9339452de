"""What the store holds and what deduplication and compression save."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from s3gw.db.pool import Connection, Database


@dataclass(frozen=True, slots=True)
class Stats:
    """Counts and bytes, of one replica. What a bucket shares with others counts in each of them."""

    objects: int
    logical_bytes: int
    """As S3 shows them."""
    unique_bytes: int
    """Each chunk once, plain."""
    stored_bytes: int
    """All bytes of packs, dead ones included, and of inline chunks; of a bucket: of the frames it uses."""
    chunks: int
    dead_bytes: int | None = None
    """Bytes of packs in which no chunk lives; overall only."""
    packs: int | None = None
    """Overall only."""
    metadata_bytes: int | None = None
    """PostgreSQL's size, inline chunks included; overall only."""

    @property
    def savings_percent(self) -> float:
        """1 - stored / logical, in percent; 0 for an empty store. Negative where overhead outweighs."""
        return 100.0 * (1 - self.stored_bytes / self.logical_bytes) if self.logical_bytes else 0.0


@dataclass(frozen=True, slots=True)
class UnderKey:
    """What stands under a version of a key. Those of customers count together, without a number."""

    name: str | None
    """None: what is not encrypted."""
    number: int | None
    is_current: bool
    """Whether it still encrypts."""
    chunks: int
    stored_bytes: int


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many rows there are of what is on its way, in or out."""

    buckets: int
    open_packs: int
    trash: int
    candidates: int
    tombstones: int
    unpublished_manifests: int
    uploads: int
    """Multipart uploads that are not completed."""


# A frame holds one or several chunks; its bytes count once. An open pack is as long as its last frame.
_OVERALL = """
WITH versions AS (
    SELECT size FROM objects WHERE NOT delete_marker
    UNION ALL SELECT size FROM noncurrent WHERE NOT delete_marker
), frames AS (
    SELECT pack_id, frame_offset, max(frame_length) AS stored FROM chunks
    WHERE pack_id IS NOT NULL GROUP BY pack_id, frame_offset
), live AS (
    SELECT pack_id, sum(stored) AS stored, max(frame_offset + stored) AS reach FROM frames GROUP BY pack_id
), sizes AS (
    SELECT coalesce(p.size, l.reach, 0) AS size, coalesce(l.stored, 0) AS live
    FROM packs p LEFT JOIN live l ON l.pack_id = p.id
)
SELECT v.objects, v.logical, c.chunks, c.plain, c.inline, s.packs, s.packed, s.dead,
    pg_database_size(current_database()) AS metadata
FROM (SELECT count(*) AS objects, coalesce(sum(size), 0)::bigint AS logical FROM versions) v,
    (SELECT count(*) AS chunks, coalesce(sum(length), 0)::bigint AS plain,
        coalesce(sum(octet_length(data)), 0)::bigint AS inline FROM chunks) c,
    (SELECT count(*) AS packs, coalesce(sum(size), 0)::bigint AS packed,
        coalesce(sum(size - live), 0)::bigint AS dead FROM sizes) s
"""

_BY_BUCKET = """
WITH versions AS MATERIALIZED (
    SELECT bucket_id, size, chunk_id, manifest_id, pieces_id FROM objects WHERE NOT delete_marker
    UNION ALL
    SELECT bucket_id, size, chunk_id, manifest_id, pieces_id FROM noncurrent WHERE NOT delete_marker
), named AS (
    SELECT bucket_id, chunk_id, manifest_id FROM versions WHERE pieces_id IS NULL
    UNION
    SELECT v.bucket_id, p.chunk_id, p.manifest_id FROM versions v JOIN pieces p ON p.pieces_id = v.pieces_id
), used AS (
    SELECT bucket_id, chunk_id FROM named WHERE chunk_id IS NOT NULL
    UNION
    SELECT n.bucket_id, m.chunk_id FROM named n JOIN manifest_chunks m ON m.manifest_id = n.manifest_id
    WHERE m.chunk_id IS NOT NULL
), frames AS (
    SELECT u.bucket_id, count(*) AS chunks, sum(c.length) AS plain,
        coalesce(max(c.frame_length), sum(octet_length(c.data))) AS stored
    FROM used u JOIN chunks c ON c.id = u.chunk_id GROUP BY u.bucket_id, c.pack_id, c.frame_offset
), stored AS (
    SELECT bucket_id, sum(chunks)::bigint AS chunks, sum(plain)::bigint AS plain,
        sum(stored)::bigint AS stored
    FROM frames GROUP BY bucket_id
), logical AS (
    SELECT bucket_id, count(*) AS objects, sum(size)::bigint AS logical FROM versions GROUP BY bucket_id
)
SELECT b.name, coalesce(l.objects, 0) AS objects, coalesce(l.logical, 0) AS logical,
    coalesce(s.chunks, 0) AS chunks, coalesce(s.plain, 0) AS plain, coalesce(s.stored, 0) AS stored
FROM buckets b LEFT JOIN logical l ON l.bucket_id = b.id LEFT JOIN stored s ON s.bucket_id = b.id
ORDER BY b.name
"""
# A pack's frame is under one key; the rows of a key, which are in none, fall into one group.
_BY_KEY = """
WITH frames AS (
    SELECT key_id, count(*) AS chunks, coalesce(max(frame_length), sum(octet_length(data))) AS stored
    FROM chunks GROUP BY key_id, pack_id, frame_offset
), used AS (
    SELECT key_id, sum(chunks)::bigint AS chunks, sum(stored)::bigint AS stored FROM frames GROUP BY key_id
), keys AS (
    SELECT d.id, CASE WHEN d.master = '' THEN '(customers)' ELSE k.name END AS name,
        CASE WHEN d.master <> '' THEN d.id END AS number,
        d.id = max(d.id) OVER (PARTITION BY d.key_id) AS is_current
    FROM data_keys d JOIN named_keys k ON k.id = d.key_id WHERE k.name <> 'customers'
)
SELECT k.name, k.number, coalesce(bool_and(k.is_current), true) AS is_current,
    coalesce(sum(u.chunks), 0)::bigint AS chunks, coalesce(sum(u.stored), 0)::bigint AS stored
FROM keys k FULL JOIN used u ON u.key_id = k.id
WHERE u.key_id IS NOT NULL OR u.chunks IS NOT NULL OR k.number IS NOT NULL
GROUP BY k.name, k.number ORDER BY k.name NULLS FIRST, k.number
"""
_WAITING = """
SELECT (SELECT count(*) FROM buckets) AS buckets,
    (SELECT count(*) FROM packs WHERE size IS NULL) AS open_packs,
    (SELECT count(*) FROM trash) AS trash,
    (SELECT count(*) FROM candidates) AS candidates,
    (SELECT count(*) FROM tombstones) AS tombstones,
    (SELECT count(*) FROM manifests WHERE lease_until IS NOT NULL) AS unpublished_manifests,
    (SELECT count(*) FROM uploads WHERE completed_at IS NULL) AS uploads
"""
_SECONDS = 3600.0


async def overall(db: Database) -> Stats:
    """Of the whole store. Chunks that await collection still count as unique and not as dead."""
    async with _reporting(db) as connection:
        row = await connection.fetchrow(_OVERALL, timeout=_SECONDS)
    assert row is not None
    return Stats(
        objects=row["objects"],
        logical_bytes=row["logical"],
        unique_bytes=row["plain"],
        stored_bytes=row["packed"] + row["inline"],
        chunks=row["chunks"],
        dead_bytes=row["dead"],
        packs=row["packs"],
        metadata_bytes=row["metadata"],
    )


async def waiting(db: Database) -> Waiting:
    """Of the whole store."""
    async with _reporting(db) as connection:
        row = await connection.fetchrow(_WAITING, timeout=_SECONDS)
    assert row is not None
    return Waiting(**dict(row))


async def by_bucket(db: Database) -> dict[str, Stats]:
    """Of every bucket, by name in byte order. Walks all manifests: seconds on large stores."""
    async with _reporting(db) as connection:
        rows = await connection.fetch(_BY_BUCKET, timeout=_SECONDS)
    return {
        row["name"]: Stats(row["objects"], row["logical"], row["plain"], row["stored"], row["chunks"])
        for row in rows
    }


async def by_key(db: Database) -> list[UnderKey]:
    """Of every version of a key that may be used, and of what is not encrypted. Walks through all chunks."""
    async with _reporting(db) as connection:
        rows = await connection.fetch(_BY_KEY, timeout=_SECONDS)
    return [UnderKey(*row.values()) for row in rows]


@asynccontextmanager
async def _reporting(db: Database) -> AsyncIterator[Connection]:
    """A transaction for a report over whole tables, which a sequential scan is the right way to read."""
    async with db.transaction() as connection:
        await connection.execute("SET LOCAL enable_seqscan = on; SET LOCAL work_mem = '64MB'")
        yield connection
