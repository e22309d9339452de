"""What leaves the store, step by step: trash, manifests, chunks, packs, tombstones.

Every step is one short transaction over a bounded number of rows, and may be cut off anywhere. What is
condemned is locked in one statement and really deleted in a later one, after a fresh look at what references
it, with the foreign keys as judges: a reference takes a lock on what it names, so none can appear in between,
and none is overlooked. Whatever another session holds is skipped and tried again later.

Each step returns how much it did; one that returns nothing more has caught up.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from s3gw import pauses
from s3gw.db.packs import Replica
from s3gw.db.pool import Connection, Database

_TRASH = 128
_PIECED = 8
"""Bodies made of pieces dropped in one transaction: each may have ten thousand."""
_MANIFESTS = 8
"""Manifests dropped in one transaction: each may have a hundred thousand rows."""
_CHUNKS = 512
_PACKS = 64
_TOMBSTONES = 64
# OFFSET 0 makes each a probe of an index for every victim. Without it the planner may turn them into joins,
# which read whole indexes when the tables looked small to it.
_UNREFERENCED = """
    NOT EXISTS (SELECT 1 FROM objects r WHERE r.{column} = x.id OFFSET 0)
    AND NOT EXISTS (SELECT 1 FROM noncurrent r WHERE r.{column} = x.id OFFSET 0)
    AND NOT EXISTS (SELECT 1 FROM parts r WHERE r.{column} = x.id OFFSET 0)
    AND NOT EXISTS (SELECT 1 FROM pieces r WHERE r.{column} = x.id OFFSET 0)
    AND NOT EXISTS (SELECT 1 FROM trash r WHERE r.{column} = x.id OFFSET 0)
"""
_DEAD_MANIFESTS = "SELECT id FROM manifests x WHERE id = ANY ($1::bigint[]) AND " + _UNREFERENCED.format(
    column="manifest_id"
)
_DELETE_CHUNKS = (
    "DELETE FROM chunks x WHERE id = ANY ($1::bigint[])"
    " AND NOT EXISTS (SELECT 1 FROM manifest_chunks r WHERE r.chunk_id = x.id OFFSET 0) AND "
    + _UNREFERENCED.format(column="chunk_id")
    + " RETURNING pack_id, octet_length(data) AS inline"
)


@dataclass(frozen=True, slots=True)
class Step:
    """What one step over the queue did: how many entries it took, the last of them, what it deleted."""

    taken: int
    last: int
    deleted: int = 0
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class Tombstone:
    """A blob that may be unlinked; its name is never used again. Its size is None if it was never sealed."""

    replica: Replica
    size: int | None


async def drop_trash(db: Database, margin: float) -> int:
    """Drop bodies that were replaced or deleted `margin` seconds ago; what they named becomes candidates."""
    async with db.transaction() as connection:
        rows = await connection.fetch(
            """
            SELECT id, chunk_id, manifest_id, pieces_id FROM trash
            WHERE trashed_at <= now() - make_interval(secs => $1)
            ORDER BY trashed_at LIMIT $2 FOR UPDATE SKIP LOCKED
            """,
            margin,
            _TRASH,
        )
        pieced = [row["pieces_id"] for row in rows if row["pieces_id"] is not None][:_PIECED]
        rows = [row for row in rows if row["pieces_id"] is None or row["pieces_id"] in pieced]
        if not rows:
            return 0
        await pauses.reach("collect.trash-locked")
        if pieced:
            await connection.execute(
                """
                WITH gone AS (DELETE FROM pieces WHERE pieces_id = ANY ($1::bigint[]) RETURNING *)
                INSERT INTO candidates (chunk_id, manifest_id)
                SELECT DISTINCT chunk_id, manifest_id FROM gone
                """,
                pieced,
            )
            await connection.execute("DELETE FROM object_parts WHERE pieces_id = ANY ($1::bigint[])", pieced)
        await connection.execute(
            """
            WITH gone AS (DELETE FROM trash WHERE id = ANY ($1::bigint[]) RETURNING *)
            INSERT INTO candidates (chunk_id, manifest_id)
            SELECT chunk_id, manifest_id FROM gone WHERE chunk_id IS NOT NULL OR manifest_id IS NOT NULL
            """,
            [row["id"] for row in rows],
        )
        await pauses.reach("collect.trash-dropped")
        return len(rows)


async def queue_end(db: Database) -> int:
    """The last candidate of now; what is queued again later is for the next round."""
    end: int = await db.fetchval("SELECT coalesce(max(id), 0) FROM candidates")
    return end


async def collect_manifests(db: Database, after: int, end: int) -> Step:
    """Delete manifests of the queue that no object, part, piece or trash names; queue their chunks."""
    async with db.transaction() as connection:
        ids, victims = await _take(connection, "manifest_id", after, end, _MANIFESTS)
        if not ids:
            return Step(0, end)
        locked = await ids_of(
            connection,
            """
            SELECT id FROM manifests WHERE id = ANY ($1::bigint[]) AND lease_until IS NULL
            ORDER BY id FOR UPDATE SKIP LOCKED
            """,
            victims,
        )
        await pauses.reach("collect.manifests-locked")
        deleted = await drop_manifests(connection, locked)
        await _requeue(connection, "manifest_id", "manifests", set(victims) - set(locked))
        await _forget(connection, ids)
        return Step(len(ids), ids[-1], deleted)


async def collect_chunks(db: Database, after: int, end: int) -> Step:
    """Delete chunks of the queue that nothing names; queue their packs."""
    async with db.transaction() as connection:
        ids, victims = await _take(connection, "chunk_id", after, end, _CHUNKS)
        if not ids:
            return Step(0, end)
        locked = await ids_of(
            connection,
            "SELECT id FROM chunks WHERE id = ANY ($1::bigint[]) ORDER BY id FOR UPDATE SKIP LOCKED",
            victims,
        )
        await pauses.reach("collect.chunks-locked")
        gone = await connection.fetch(_DELETE_CHUNKS, locked)
        await pauses.reach("collect.chunks-deleted")
        packs = sorted({row["pack_id"] for row in gone if row["pack_id"] is not None})
        await connection.execute("INSERT INTO candidates (pack_id) SELECT * FROM unnest($1::bigint[])", packs)
        await _requeue(connection, "chunk_id", "chunks", set(victims) - set(locked))
        await _forget(connection, ids)
        return Step(len(ids), ids[-1], len(gone), sum(row["inline"] or 0 for row in gone))


async def collect_packs(db: Database, after: int, end: int) -> Step:
    """Condemn packs of the queue in which no chunk lives: their copies become tombstones. The other sealed
    ones are queued to be judged for compaction.

    An open pack is condemned, too, once everything that was published in it is gone. An upload that has
    bytes in it by then finds that out when it inserts their rows, and writes them elsewhere.
    """
    async with db.transaction() as connection:
        ids, victims = await _take(connection, "pack_id", after, end, _PACKS)
        if not ids:
            return Step(0, end)
        locked = await ids_of(
            connection,
            "SELECT id FROM packs WHERE id = ANY ($1::bigint[]) ORDER BY id FOR UPDATE SKIP LOCKED",
            victims,
        )
        await pauses.reach("collect.packs-locked")
        dead = await ids_of(
            connection,
            """
            SELECT id FROM packs x WHERE id = ANY ($1::bigint[])
            AND NOT EXISTS (SELECT 1 FROM chunks c WHERE c.pack_id = x.id OFFSET 0)
            """,
            locked,
        )
        if dead:
            await connection.execute(
                """
                WITH gone AS (DELETE FROM replicas WHERE pack_id = ANY ($1::bigint[]) RETURNING *)
                INSERT INTO tombstones (name, backend_id, size)
                SELECT g.name, g.backend_id, p.size FROM gone g JOIN packs p ON p.id = g.pack_id
                """,
                dead,
            )
            await connection.execute("DELETE FROM packs WHERE id = ANY ($1::bigint[])", dead)
        await connection.execute(
            """
            INSERT INTO compaction_queue (pack_id)
            SELECT id FROM packs WHERE id = ANY ($1::bigint[]) AND lease_until IS NULL
            """,
            locked,
        )
        await pauses.reach("collect.packs-deleted")
        await _requeue(connection, "pack_id", "packs", set(victims) - set(locked))
        await _forget(connection, ids)
        return Step(len(ids), ids[-1], len(dead))


async def due_tombstones(
    db: Database, margin: float, backend_ids: Sequence[int], without: Sequence[UUID]
) -> list[Tombstone]:
    """Some of the copies on these backends that were condemned `margin` seconds ago, but for some names."""
    rows = await db.fetch(
        """
        SELECT backend_id, name, size FROM tombstones
        WHERE condemned_at <= now() - make_interval(secs => $1) AND backend_id = ANY ($2::smallint[])
        AND name <> ALL ($3::uuid[])
        ORDER BY condemned_at LIMIT $4
        """,
        margin,
        backend_ids,
        without,
        _TOMBSTONES,
    )
    return [Tombstone(Replica(row["backend_id"], row["name"]), row["size"]) for row in rows]


async def forget_tombstones(db: Database, names: Sequence[UUID]) -> int:
    """The blobs are unlinked; how many this was the first to say so of."""
    rows = await db.fetch("DELETE FROM tombstones WHERE name = ANY ($1::uuid[]) RETURNING name", names)
    return len(rows)


async def _take(
    connection: Connection, column: str, after: int, end: int, limit: int
) -> tuple[list[int], list[int]]:
    """Lock the next candidates of a kind; their own ids and what they name."""
    rows = await connection.fetch(
        f"""
        SELECT id, {column} AS victim FROM candidates
        WHERE {column} IS NOT NULL AND id > $1 AND id <= $2
        ORDER BY id LIMIT $3 FOR UPDATE SKIP LOCKED
        """,
        after,
        end,
        limit,
    )
    return [row["id"] for row in rows], sorted({row["victim"] for row in rows})


async def _forget(connection: Connection, ids: Sequence[int]) -> None:
    """Take candidates off the queue by the ids that were read: one that came meanwhile stays."""
    await connection.execute("DELETE FROM candidates WHERE id = ANY ($1::bigint[])", ids)


async def _requeue(connection: Connection, column: str, table: str, skipped: set[int]) -> None:
    """Queue again what someone else held, unless it is gone."""
    if skipped:
        await connection.execute(
            f"INSERT INTO candidates ({column}) SELECT id FROM {table} WHERE id = ANY ($1::bigint[])",
            sorted(skipped),
        )


async def drop_manifests(connection: Connection, locked: Sequence[int]) -> int:
    """Delete those of the locked manifests that nothing names, and their rows; queue their chunks.

    The caller locked them FOR UPDATE in an earlier statement of the same transaction. How many it were.
    """
    dead = await ids_of(connection, _DEAD_MANIFESTS, locked)
    if not dead:
        return 0
    await connection.execute(
        """
        WITH gone AS (DELETE FROM manifest_chunks WHERE manifest_id = ANY ($1::bigint[]) RETURNING chunk_id)
        INSERT INTO candidates (chunk_id) SELECT DISTINCT chunk_id FROM gone WHERE chunk_id IS NOT NULL
        """,
        dead,
    )
    await connection.execute("DELETE FROM manifests WHERE id = ANY ($1::bigint[])", dead)
    await pauses.reach("collect.manifests-deleted")
    return len(dead)


async def ids_of(connection: Connection, query: str, *args: object) -> list[int]:
    """The ids that a statement selects."""
    return [row["id"] for row in await connection.fetch(query, *args)]
