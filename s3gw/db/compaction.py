"""Packs that hold too little that lives: which they are, what lives in them, and where it moved.

Nothing is deleted here. Rows of chunks are pointed at the new place of their frame; a pack in which nothing
is left becomes a candidate, which collection condemns like any other.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import asyncpg

from s3gw import pauses
from s3gw.db.manifests import PackLost
from s3gw.db.packs import Replica
from s3gw.db.pool import Connection, Database, retrying
from s3gw.errors import Unavailable

_PACKS = 64
"""Packs judged by one statement, each of which has some hundred chunks."""
_ROWS = 256
"""Chunk rows repointed in one transaction."""


@dataclass(frozen=True, slots=True)
class Occupancy:
    """A sealed pack: bytes of one replica, and bytes of those of its frames in which a chunk lives."""

    pack_id: int
    size: int
    live: int


@dataclass(frozen=True, slots=True)
class LiveChunk:
    """A chunk of a frame, as its row has it."""

    id: int
    domain_id: int
    digest: bytes
    start: int
    """Where it begins in the plain frame."""
    length: int


@dataclass(frozen=True, slots=True)
class Contents:
    """What a sealed pack must keep: its live chunks by the offset of their frame's payload."""

    replicas: Sequence[Replica]
    frames: Mapping[int, Sequence[LiveChunk]]


@dataclass(frozen=True, slots=True)
class Move:
    """A frame that was copied: packs and payload offsets of both places, and the chunks that live in it."""

    source_pack: int
    source_offset: int
    target_pack: int
    target_offset: int
    chunk_ids: Sequence[int]
    key_id: int | None = None
    """The data key of the copy, where it is not that of the frame."""


async def queued(db: Database) -> tuple[list[int], list[int]]:
    """The next entries of the queue: their own ids, and the packs they name. They stay queued until they are
    forgotten, so that whoever is cut off meanwhile leaves them to the next."""
    rows = await db.fetch("SELECT id, pack_id FROM compaction_queue ORDER BY id LIMIT $1", _PACKS)
    return [row["id"] for row in rows], sorted({row["pack_id"] for row in rows})


async def forget_queued(db: Database, ids: Sequence[int]) -> None:
    """Take entries off the queue by the ids that were read: one that came meanwhile stays."""
    await db.execute("DELETE FROM compaction_queue WHERE id = ANY ($1::bigint[])", ids)


async def sealed_packs(db: Database, after: int) -> list[int]:
    """Some of all sealed packs by id, those above `after`."""
    rows = await db.fetch(
        "SELECT id FROM packs WHERE id > $1 AND lease_until IS NULL ORDER BY id LIMIT $2", after, _PACKS
    )
    return [row["id"] for row in rows]


async def small_packs(db: Database, below: int, limit: int) -> list[Occupancy]:
    """Sealed packs of fewer than `below` bytes, the smallest first."""
    rows = await db.fetch(
        "SELECT id FROM packs WHERE lease_until IS NULL AND size < $1 ORDER BY size LIMIT $2", below, limit
    )
    return await judge(db, [row["id"] for row in rows])


async def judge(db: Database, pack_ids: Sequence[int]) -> list[Occupancy]:
    """How full those of the packs are that are sealed, by id. Computed from their chunks, at every call."""
    rows = await db.fetch(
        """
        SELECT p.id, p.size, (
            SELECT coalesce(sum(f.stored), 0)::bigint FROM (
                SELECT max(c.frame_length) AS stored FROM chunks c WHERE c.pack_id = p.id
                GROUP BY c.frame_offset
            ) f
        ) AS live
        FROM packs p WHERE p.id = ANY ($1::bigint[]) AND p.lease_until IS NULL ORDER BY p.id
        """,
        pack_ids,
    )
    return [Occupancy(row["id"], row["size"], row["live"]) for row in rows]


async def contents(db: Database, pack_id: int) -> Contents:
    """What lives in a sealed pack, and its replicas; nothing where it is gone or open again."""
    copies = await db.fetch(
        """
        SELECT r.backend_id, r.name FROM replicas r JOIN packs p ON p.id = r.pack_id
        WHERE r.pack_id = $1 AND r.ready AND p.lease_until IS NULL ORDER BY r.backend_id, r.name
        """,
        pack_id,
    )
    rows = await db.fetch(
        """
        SELECT id, domain_id, digest, frame_offset, frame_start, length FROM chunks
        WHERE pack_id = $1 ORDER BY frame_offset, frame_start
        """,
        pack_id,
    )
    frames: dict[int, list[LiveChunk]] = {}
    for row in rows if copies else ():
        chunk = LiveChunk(row["id"], row["domain_id"], row["digest"], row["frame_start"], row["length"])
        frames.setdefault(row["frame_offset"], []).append(chunk)
    return Contents([Replica(row["backend_id"], row["name"]) for row in copies], frames)


async def repoint(db: Database, moves: Sequence[Move]) -> int:
    """Point the chunks of copied frames at their new place, those that are still at the old one; how many.

    What somebody deletes right now is skipped, and stays. A pack that was emptied becomes a candidate; one
    that was not, since rows were skipped, is queued to be judged again. Raises PackLost when the new pack is
    not held any more, Unavailable.
    """
    done = 0
    for some in _slices(moves):

        async def attempt(some: Sequence[Move] = some) -> int:
            return await _repoint(db, some)

        try:
            done += await retrying(attempt)
        except Unavailable as error:
            if (
                isinstance(error.__cause__, asyncpg.ForeignKeyViolationError)
                and error.__cause__.constraint_name == "chunks_pack_id_fkey"
            ):
                raise PackLost("the pack was condemned before its frames were published") from error
            raise
    return done


async def _repoint(db: Database, moves: Sequence[Move]) -> int:
    rows = [(move, chunk_id) for move in moves for chunk_id in move.chunk_ids]
    targets = sorted({move.target_pack for move in moves})
    async with db.transaction() as connection:
        if len(await connection.fetch("SELECT held_packs($1)", targets)) < len(targets):
            raise PackLost("others took the pack before its frames were published")
        # Readers and uploads that pin a chunk take KEY SHARE, which this lock lets pass.
        moved = await connection.fetch(
            """
            WITH wanted AS (
                SELECT * FROM unnest($1::bigint[], $2::bigint[], $3::bigint[], $4::bigint[], $5::bigint[],
                                     $6::integer[])
                AS w (id, source_pack, source_offset, target_pack, target_offset, key_id)
            ), held AS MATERIALIZED (
                SELECT c.id FROM chunks c WHERE c.id = ANY ($1::bigint[]) AND c.pack_id IS NOT NULL
                ORDER BY c.id FOR NO KEY UPDATE SKIP LOCKED
            )
            UPDATE chunks c SET pack_id = w.target_pack, frame_offset = w.target_offset,
                key_id = coalesce(w.key_id, c.key_id)
            FROM wanted w JOIN held USING (id)
            WHERE c.id = w.id AND c.pack_id = w.source_pack AND c.frame_offset = w.source_offset
            RETURNING c.id
            """,
            [chunk_id for _, chunk_id in rows],
            [move.source_pack for move, _ in rows],
            [move.source_offset for move, _ in rows],
            [move.target_pack for move, _ in rows],
            [move.target_offset for move, _ in rows],
            [move.key_id for move, _ in rows],
        )
        await pauses.reach("compact.repointed")
        await connection.execute(
            """
            WITH sources AS (
                SELECT s AS id, EXISTS (SELECT 1 FROM chunks c WHERE c.pack_id = s OFFSET 0) AS used
                FROM unnest($1::bigint[]) s
            ), emptied AS (
                INSERT INTO candidates (pack_id) SELECT id FROM sources WHERE NOT used
            )
            INSERT INTO compaction_queue (pack_id)
            SELECT id FROM sources WHERE used AND id = ANY ($2::bigint[])
            """,
            sorted({move.source_pack for move in moves}),
            sorted(await _skipped(connection, rows, {row["id"] for row in moved})),
        )
    await pauses.reach("compact.published")
    return len(moved)


async def _skipped(connection: Connection, rows: Sequence[tuple[Move, int]], moved: set[int]) -> set[int]:
    """The packs in which a chunk stayed that was to move: somebody held its row."""
    left = {chunk_id: move.source_pack for move, chunk_id in rows if chunk_id not in moved}
    if not left:
        return set()
    found = await connection.fetch(
        "SELECT pack_id FROM chunks WHERE id = ANY ($1::bigint[]) AND pack_id = ANY ($2::bigint[])",
        list(left),
        sorted(set(left.values())),
    )
    return {row["pack_id"] for row in found}


def _slices(moves: Sequence[Move]) -> list[list[Move]]:
    """Moves in groups of about _ROWS chunks."""
    groups: list[list[Move]] = [[]]
    held = 0
    for move in moves:
        if held and held + len(move.chunk_ids) > _ROWS:
            groups.append([])
            held = 0
        groups[-1].append(move)
        held += len(move.chunk_ids)
    return groups if groups[0] else []
