"""What the database says of packs, for comparing it with the packs: `s3gw fsck`."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from s3gw.db.packs import Replica
from s3gw.db.pool import Database


@dataclass(frozen=True, slots=True)
class CopyRow:
    """A copy that is to be read."""

    replica: Replica
    backend: str
    """What the backend is called."""
    damaged: bool
    """Whether it is known not to be whole."""


@dataclass(frozen=True, slots=True)
class PackRow:
    """A pack and its copies."""

    id: int
    size: int | None
    """None while it is open."""
    reach: int
    """Where the last frame ends in which a chunk is."""
    copies: Sequence[CopyRow]
    """Those that are ready and not on a dead backend."""

    @property
    def needed(self) -> int:
        """Bytes that a copy must have."""
        return self.reach if self.size is None else self.size


@dataclass(frozen=True, slots=True)
class ChunkRow:
    """Where a chunk is, as its row has it."""

    id: int
    domain_id: int
    digest: bytes
    frame_offset: int
    frame_length: int
    frame_plain: int
    frame_start: int
    length: int
    codec: int
    key_id: int | None


@dataclass(frozen=True, slots=True)
class InlineChunk:
    """A chunk whose bytes stand in its row."""

    id: int
    digest: bytes
    length: int
    codec: int
    key_id: int | None
    data: bytes


_PACKS = """
SELECT p.id, p.size, (SELECT coalesce(max(c.frame_offset + c.frame_length), 0) FROM chunks c
        WHERE c.pack_id = p.id) AS reach,
    array_agg(r.backend_id ORDER BY r.backend_id, r.name) AS backend_ids,
    array_agg(r.name ORDER BY r.backend_id, r.name) AS names,
    array_agg(b.name ORDER BY r.backend_id, r.name) AS backends,
    array_agg(r.damaged_at IS NOT NULL ORDER BY r.backend_id, r.name) AS damaged
FROM packs p LEFT JOIN (replicas r JOIN backends b ON b.id = r.backend_id AND b.state <> 'dead')
    ON r.pack_id = p.id AND r.ready
WHERE {} GROUP BY p.id ORDER BY p.id
"""


async def after(db: Database, pack_id: int, limit: int) -> list[int]:
    """The ids of some packs, those above `pack_id`."""
    rows = await db.fetch("SELECT id FROM packs WHERE id > $1 ORDER BY id LIMIT $2", pack_id, limit)
    return [row["id"] for row in rows]


async def pack(db: Database, pack_id: int) -> PackRow | None:
    """A pack as its rows have it now; None where it is gone."""
    row = await db.fetchrow(_PACKS.format("p.id = $1"), pack_id)
    return None if row is None else _pack(row)


def _pack(row: asyncpg.Record) -> PackRow:
    copies = [
        CopyRow(Replica(number, name), backend, damaged)
        for number, name, backend, damaged in zip(
            row["backend_ids"], row["names"], row["backends"], row["damaged"], strict=True
        )
        if name is not None
    ]
    return PackRow(row["id"], row["size"], row["reach"], copies)


async def chunks(db: Database, pack_id: int) -> list[ChunkRow]:
    """The chunks of a pack, in their order there."""
    rows = await db.fetch(
        """
        SELECT id, domain_id, digest, frame_offset, frame_length, frame_plain, frame_start, length, codec,
            key_id FROM chunks WHERE pack_id = $1 ORDER BY frame_offset, frame_start
        """,
        pack_id,
    )
    return [ChunkRow(*row.values()) for row in rows]


async def inline(db: Database, after: int, until: int) -> list[InlineChunk]:
    """The chunks with ids in (after, until] whose bytes stand in their rows."""
    rows = await db.fetch(
        "SELECT id, digest, length, codec, key_id, data FROM chunks"
        " WHERE id > $1 AND id <= $2 AND pack_id IS NULL ORDER BY id",
        after,
        until,
    )
    return [InlineChunk(*row.values()) for row in rows]


async def bytes_of_copies(db: Database) -> int:
    """Of all copies of sealed packs together."""
    found: int = await db.fetchval(
        "SELECT coalesce(sum(p.size), 0)::bigint FROM replicas r JOIN packs p ON p.id = r.pack_id"
        " JOIN backends b ON b.id = r.backend_id WHERE r.ready AND b.state <> 'dead'"
    )
    return found
