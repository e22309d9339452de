"""What must hold of a store after a collection: no row that nothing reaches, no blob without a name, no pack
without live bytes, and every chunk intact."""

from __future__ import annotations

from collections.abc import Mapping

from s3gw.backends.base import Backend
from s3gw.db import chunks
from s3gw.db.pool import Database
from s3gw.errors import BlobNotFound, Damaged
from s3gw.keyring import DataKey, digest
from s3gw.storage import codec
from s3gw.storage.keys import Keys

_BODIES = """
    SELECT chunk_id, manifest_id, pieces_id FROM objects
    UNION ALL SELECT chunk_id, manifest_id, pieces_id FROM noncurrent
    UNION ALL SELECT chunk_id, manifest_id, pieces_id FROM parts
    UNION ALL SELECT chunk_id, manifest_id, pieces_id FROM trash
"""
# What each query finds is a violation. Leases of a running gateway's own uploads and packs are none.
_QUERIES = {
    "manifests that nothing names": f"""
        SELECT id FROM manifests WHERE lease_until IS NULL AND id NOT IN (
            SELECT manifest_id FROM ({_BODIES}) b WHERE manifest_id IS NOT NULL
            UNION ALL SELECT manifest_id FROM pieces WHERE manifest_id IS NOT NULL)""",
    "manifests whose lease is over": """
        SELECT m.id FROM manifests m LEFT JOIN instances i ON i.id = m.instance_id
        WHERE m.lease_until IS NOT NULL AND (m.lease_until <= now() OR i.epoch IS DISTINCT FROM m.epoch)""",
    "chunks that nothing names": f"""
        SELECT id FROM chunks WHERE id NOT IN (
            SELECT chunk_id FROM ({_BODIES}) b WHERE chunk_id IS NOT NULL
            UNION ALL SELECT chunk_id FROM pieces WHERE chunk_id IS NOT NULL
            UNION ALL SELECT chunk_id FROM manifest_chunks WHERE chunk_id IS NOT NULL)""",
    "pieces of no body": f"""
        SELECT DISTINCT pieces_id FROM pieces WHERE pieces_id NOT IN (
            SELECT pieces_id FROM ({_BODIES}) b WHERE pieces_id IS NOT NULL)""",
    "parts of no object": f"""
        SELECT DISTINCT pieces_id FROM object_parts WHERE pieces_id NOT IN (
            SELECT pieces_id FROM ({_BODIES}) b WHERE pieces_id IS NOT NULL)""",
    "bodies whose pieces are gone": f"""
        SELECT pieces_id FROM ({_BODIES}) b WHERE pieces_id IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM pieces p WHERE p.pieces_id = b.pieces_id)
        AND NOT EXISTS (SELECT 1 FROM object_parts p WHERE p.pieces_id = b.pieces_id)""",
    "packs without a live chunk": """
        SELECT id FROM packs p WHERE lease_until IS NULL
        AND NOT EXISTS (SELECT 1 FROM chunks c WHERE c.pack_id = p.id)""",
    "packs whose lease is over": """
        SELECT p.id FROM packs p LEFT JOIN instances i ON i.id = p.instance_id
        WHERE p.lease_until IS NOT NULL AND (p.lease_until <= now() OR i.epoch IS DISTINCT FROM p.epoch)""",
    "packs without a copy": """
        SELECT id FROM packs p WHERE NOT EXISTS (SELECT 1 FROM replicas r WHERE r.pack_id = p.id)""",
    "chunks that reach beyond their pack": """
        SELECT c.id FROM chunks c JOIN packs p ON p.id = c.pack_id
        WHERE c.frame_offset + c.frame_length > p.size""",
    "older versions without a current one, or newer than it": """
        SELECT n.key FROM noncurrent n LEFT JOIN objects o ON o.bucket_id = n.bucket_id AND o.key = n.key
        WHERE o.key IS NULL OR o.version_seq <= n.version_seq""",
    "keys with two versions of one id": """
        SELECT key FROM (SELECT bucket_id, key, version_id FROM objects
            UNION ALL SELECT bucket_id, key, version_id FROM noncurrent) v
        GROUP BY bucket_id, key, version_id HAVING count(*) > 1""",
    "trash": "SELECT id FROM trash",
    "candidates": "SELECT id FROM candidates",
    "tombstones": "SELECT name FROM tombstones",
    "sightings": "SELECT name FROM sightings",
}


async def check_store(
    db: Database, backends: Mapping[int, Backend], master: bytes | None = None
) -> list[str]:
    """Everything that should not be there after a collection without grace, and everything that is broken.

    Nothing may be writing meanwhile.
    """
    found: list[str] = []
    for what, query in _QUERIES.items():
        if rows := await db.fetch(query):
            found.append(f"{what}: {[row[0] for row in rows][:10]}")
    for backend_id, backend in backends.items():
        found += await _check_blobs(db, backend_id, backend)
    found += await _check_manifests(db)
    keys = Keys(db, master)
    await keys.load()
    found += await _check_chunks(db, backends, keys.ring)
    return found


async def check_versions(db: Database) -> list[str]:
    """What is wrong about the order and the ids of versions; at any time."""
    return [what for what, query in _QUERIES.items() if "version" in what and await db.fetch(query)]


async def _check_blobs(db: Database, backend_id: int, backend: Backend) -> list[str]:
    rows = await db.fetch(
        """
        SELECT r.name, p.id, p.size, EXISTS (SELECT 1 FROM chunks c WHERE c.pack_id = p.id) AS used
        FROM replicas r JOIN packs p ON p.id = r.pack_id WHERE r.backend_id = $1
        """,
        backend_id,
    )
    sizes = {info.name: info.size async for info in backend.list()}
    found: list[str] = []
    for row in rows:
        size = sizes.pop(row["name"].hex, None)
        if size is None and row["used"]:
            found.append(f"pack {row['id']} has no blob")
        elif size is not None and size < (row["size"] or 0):
            found.append(f"pack {row['id']} has {size} of {row['size']} bytes")
    return found + [f"blob {name} has no name" for name in sizes]


async def _check_manifests(db: Database) -> list[str]:
    """The rows of every manifest cover it without gap or overlap."""
    rows = await db.fetch(
        """
        SELECT manifest_id FROM (
            SELECT m.manifest_id, m.byte_offset, m.byte_offset + c.length AS until, f.size,
                lead(m.byte_offset) OVER (PARTITION BY m.manifest_id ORDER BY m.byte_offset) AS next
            FROM manifest_chunks m JOIN manifests f ON f.id = m.manifest_id
            LEFT JOIN chunks c ON c.id = m.chunk_id WHERE f.lease_until IS NULL
        ) x WHERE coalesce(until, next, size) <> coalesce(next, size)
        """
    )
    return [f"manifest {row['manifest_id']} has gaps" for row in rows]


async def _check_chunks(
    db: Database, backends: Mapping[int, Backend], ring: Mapping[int, DataKey]
) -> list[str]:
    """Every copy of every chunk has the bytes of its digest."""
    found: list[str] = []
    ids = [row["id"] for row in await db.fetch("SELECT id FROM chunks ORDER BY pack_id, frame_offset")]
    for at in range(0, len(ids), 256):
        for chunk in (await chunks.by_ids(db, ids[at : at + 256])).values():
            stored = [chunk.data] if chunk.data is not None else []
            for copy in chunk.replicas:
                try:
                    read = await backends[copy.backend_id].read(
                        copy.blob, chunk.frame_offset, chunk.frame_length
                    )
                    stored.append(bytes(read))
                except BlobNotFound:
                    found.append(f"chunk {chunk.id} has no blob {copy.blob}")
            if not stored:
                found.append(f"chunk {chunk.id} is nowhere")
            found += [f"chunk {chunk.id} is damaged" for data in stored if not _intact(chunk, data, ring)]
    return found


def _intact(chunk: chunks.StoredChunk, data: bytes, ring: Mapping[int, DataKey]) -> bool:
    plain_length = chunk.length if chunk.data is not None else chunk.frame_plain
    key = None if chunk.key_id is None else ring[chunk.key_id]
    try:
        opened = data if key is None else key.open(data)
        plain = codec.decode(chunk.codec, opened, plain_length)
    except Damaged:
        return False
    named = plain[chunk.frame_start : chunk.frame_start + chunk.length]
    return digest(named, key) == chunk.digest
