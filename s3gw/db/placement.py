"""Which copies packs have, the queue of those that lack some, and how copies are added and given up."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from s3gw.db.packs import Replica, condemn_copies
from s3gw.db.pool import Database

_BATCH = 256


@dataclass(frozen=True, slots=True)
class Copies:
    """A sealed pack and its copies."""

    pack_id: int
    size: int
    ready: Sequence[Replica]
    unready: Sequence[Replica]
    """Copies that are being made, or whose making broke off."""


_COPIES = """
    SELECT p.id, p.size, array_agg(r.backend_id ORDER BY r.backend_id, r.name) AS backend_ids,
        array_agg(r.name ORDER BY r.backend_id, r.name) AS names,
        array_agg(r.ready ORDER BY r.backend_id, r.name) AS ready
    FROM packs p JOIN replicas r ON r.pack_id = p.id
    WHERE p.lease_until IS NULL AND
"""


async def copies(db: Database, pack_ids: Sequence[int]) -> list[Copies]:
    """Those of the packs that are there and sealed."""
    rows = await db.fetch(f"{_COPIES} p.id = ANY ($1::bigint[]) GROUP BY p.id ORDER BY p.id", pack_ids)
    return list(map(_copies, rows))


async def sealed(db: Database, after: int) -> list[Copies]:
    """Some of all sealed packs, by id, those above `after`."""
    rows = await db.fetch(f"{_COPIES} p.id > $1 GROUP BY p.id ORDER BY p.id LIMIT $2", after, _BATCH)
    return list(map(_copies, rows))


async def last_pack(db: Database) -> tuple[int, int]:
    """The highest id of a sealed pack, and the bytes of all of them."""
    row = await db.fetchrow(
        "SELECT coalesce(max(id), 0) AS id, coalesce(sum(size), 0)::bigint AS size FROM packs "
        "WHERE lease_until IS NULL"
    )
    assert row is not None
    return row["id"], row["size"]


async def queue_repairs(db: Database, pack_ids: Sequence[int]) -> None:
    """Have these packs looked at; those that are gone, or just being condemned, are not."""
    await db.execute(
        "INSERT INTO repairs (pack_id) SELECT id FROM packs WHERE id = ANY ($1::bigint[]) "
        "ORDER BY id FOR KEY SHARE ON CONFLICT DO NOTHING",
        pack_ids,
    )


async def queued_repairs(db: Database, after: int) -> list[int]:
    """Some of the packs that are to be looked at, by id, those above `after`."""
    rows = await db.fetch(
        "SELECT pack_id FROM repairs WHERE pack_id > $1 ORDER BY pack_id LIMIT $2", after, _BATCH
    )
    return [row["pack_id"] for row in rows]


async def forget_repair(db: Database, pack_id: int) -> None:
    """The pack has all its copies."""
    await db.execute("DELETE FROM repairs WHERE pack_id = $1", pack_id)


async def begin_copy(db: Database, pack_id: int, backend_id: int) -> Replica | None:
    """Register a further copy of a sealed pack, under a name of its own, before its blob is made.

    None where the pack is gone, or being condemned.
    """
    name: UUID | None = await db.fetchval(
        """
        WITH pack AS MATERIALIZED (
            SELECT id FROM packs WHERE id = $1 AND lease_until IS NULL FOR KEY SHARE SKIP LOCKED
        )
        INSERT INTO replicas (pack_id, backend_id, ready) SELECT id, $2, false FROM pack RETURNING name
        """,
        pack_id,
        backend_id,
    )
    return None if name is None else Replica(backend_id, name)


async def finish_copy(db: Database, name: UUID) -> bool:
    """The blob is durable; from now on it is read. False where the copy was given up meanwhile."""
    done = await db.fetchval("UPDATE replicas SET ready = true WHERE name = $1 RETURNING true", name)
    return done is not None


async def give_up_copies(db: Database, pack_id: int, names: Sequence[UUID], keep: int) -> bool:
    """Condemn copies of a pack, unless fewer than `keep` that are ready would be left; whether that was done.

    Their blobs are unlinked when the margin for tombstones is over, as those of emptied packs are.
    """
    async with db.transaction() as connection:
        await connection.execute("SELECT 1 FROM packs WHERE id = $1 FOR NO KEY UPDATE", pack_id)
        left: int = await connection.fetchval(
            "SELECT count(*) FROM replicas WHERE pack_id = $1 AND ready AND name <> ALL ($2::uuid[])",
            pack_id,
            names,
        )
        if left < keep:
            return False
        await condemn_copies(connection, pack_id, names)
        return True


def _copies(row: asyncpg.Record) -> Copies:
    found = [Replica(*one) for one in zip(row["backend_ids"], row["names"], strict=True)]
    ready = [replica for replica, done in zip(found, row["ready"], strict=True) if done]
    unready = [replica for replica, done in zip(found, row["ready"], strict=True) if not done]
    return Copies(row["id"], row["size"], ready, unready)
