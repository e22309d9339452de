"""Where the bytes of a body are: pieces, manifest rows, chunks and the replicas that hold them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from s3gw.db.batches import batches
from s3gw.db.packs import Replica
from s3gw.db.pool import Database


@dataclass(frozen=True, slots=True)
class StoredChunk:
    """A chunk and where it is: `data` inline as stored, or a place within a frame of a pack."""

    id: int
    digest: bytes
    length: int
    codec: int
    key_id: int | None
    data: bytes | None
    pack_id: int | None = None
    frame_offset: int = 0
    frame_length: int = 0
    frame_plain: int = 0
    frame_start: int = 0
    replicas: tuple[Replica, ...] = ()


@dataclass(frozen=True, slots=True)
class ManifestRow:
    """A chunk at an offset of its manifest; without a chunk, zeros up to the next row or the end."""

    byte_offset: int
    chunk: StoredChunk | None


@dataclass(frozen=True, slots=True)
class Piece:
    """A part of a body: `length` bytes from `start` of a manifest or chunk, at `byte_offset` of the body."""

    byte_offset: int
    manifest_id: int | None
    chunk_id: int | None
    start: int
    length: int


_CHUNK = """
    c.id, c.digest, c.length, c.codec, c.key_id, c.data, c.pack_id, c.frame_offset, c.frame_length,
    c.frame_plain, c.frame_start, r.backend_ids, r.names
"""
_REPLICAS = """
    LEFT JOIN LATERAL (
        SELECT array_agg(backend_id ORDER BY backend_id, name) AS backend_ids,
               array_agg(name ORDER BY backend_id, name) AS names
        FROM replicas WHERE pack_id = c.pack_id AND ready
    ) r ON c.pack_id IS NOT NULL
"""
_BY_IDS = f"SELECT {_CHUNK} FROM chunks c {_REPLICAS} WHERE c.id = ANY ($1::bigint[])"
_OF_MANIFEST = f"""
    SELECT m.byte_offset, {_CHUNK}
    FROM manifest_chunks m LEFT JOIN chunks c ON c.id = m.chunk_id {_REPLICAS}
    WHERE m.manifest_id = $1 AND m.byte_offset < $3 AND m.byte_offset >= coalesce((
        SELECT byte_offset FROM manifest_chunks
        WHERE manifest_id = $1 AND byte_offset <= $2 ORDER BY byte_offset DESC LIMIT 1
    ), 0)
    ORDER BY m.byte_offset LIMIT $4
"""
# Each look-up by index, one after the other, whatever the planner knows of the tables.
_OF_MANIFESTS = f"""
    SELECT q.place, x.* FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[])
        WITH ORDINALITY AS q (manifest_id, first, until, most, place)
    CROSS JOIN LATERAL (
        SELECT m.byte_offset, {_CHUNK}
        FROM manifest_chunks m
        LEFT JOIN LATERAL (SELECT * FROM chunks WHERE id = m.chunk_id LIMIT 1) c ON true {_REPLICAS}
        WHERE m.manifest_id = q.manifest_id AND m.byte_offset < q.until AND m.byte_offset >= coalesce((
            SELECT byte_offset FROM manifest_chunks
            WHERE manifest_id = q.manifest_id AND byte_offset <= q.first ORDER BY byte_offset DESC LIMIT 1
        ), 0)
        ORDER BY m.byte_offset LIMIT q.most
    ) x ORDER BY q.place, x.byte_offset
"""


async def by_ids(db: Database, ids: Sequence[int]) -> dict[int, StoredChunk]:
    """The chunks that are still there, by id."""
    rows = await db.fetch(_BY_IDS, ids)
    return {row["id"]: _chunk(row) for row in rows}


async def of_manifest(db: Database, manifest_id: int, start: int, end: int, limit: int) -> list[ManifestRow]:
    """Rows of a manifest in order, from the one that covers byte `start` to the last that begins before
    `end`, at most `limit`."""
    return await batches(db, _of_manifests).ask((manifest_id, start, end, limit))


async def _of_manifests(db: Database, wanted: Sequence[tuple[int, int, int, int]]) -> list[list[ManifestRow]]:
    if len(wanted) == 1:
        return [[_row(row) for row in await db.fetch(_OF_MANIFEST, *wanted[0])]]
    found: list[list[ManifestRow]] = [[] for _ in wanted]
    for row in await db.fetch(_OF_MANIFESTS, *map(list, zip(*wanted, strict=True))):
        found[row["place"] - 1].append(_row(row))
    return found


def _row(row: Any) -> ManifestRow:
    return ManifestRow(row["byte_offset"], None if row["id"] is None else _chunk(row))


async def pieces(db: Database, pieces_id: int, start: int, end: int, limit: int) -> list[Piece]:
    """Pieces of a body in order, from the one that covers byte `start` to the last that begins before
    `end`, at most `limit`."""
    rows = await db.fetch(
        """
        SELECT byte_offset, manifest_id, chunk_id, start, length FROM pieces
        WHERE pieces_id = $1 AND byte_offset < $3 AND byte_offset >= coalesce((
            SELECT byte_offset FROM pieces
            WHERE pieces_id = $1 AND byte_offset <= $2 ORDER BY byte_offset DESC LIMIT 1
        ), 0)
        ORDER BY byte_offset LIMIT $4
        """,
        pieces_id,
        start,
        end,
        limit,
    )
    return [Piece(*row.values()) for row in rows]


def _chunk(row: Any) -> StoredChunk:
    packed = row["pack_id"] is not None
    return StoredChunk(
        id=row["id"],
        digest=row["digest"],
        length=row["length"],
        codec=row["codec"],
        key_id=row["key_id"],
        data=row["data"],
        pack_id=row["pack_id"],
        frame_offset=row["frame_offset"] if packed else 0,
        frame_length=row["frame_length"] if packed else 0,
        frame_plain=row["frame_plain"] if packed else 0,
        frame_start=row["frame_start"] if packed else 0,
        replicas=tuple(map(Replica, row["backend_ids"] or (), row["names"] or ())),
    )
