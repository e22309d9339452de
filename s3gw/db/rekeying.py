"""Versions of keys that are to be used by nothing any more: what is encrypted by them, and their removal.

What was written before and what is being written looks the same, so nothing here relies on having seen all of
it: a version is removed only where the foreign key of the chunks lets it go.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from s3gw.db.encryption_keys import DUAL
from s3gw.db.pool import Database, retrying

_PACKS = 64
_SPAN = 20_000
"""Ids of chunks that one look for rows goes through."""
_ROWS = 256
"""Rows that are encrypted anew in one transaction."""
_SCAN_SECONDS = 3600.0

# The versions of a key, and of its two layers, but for the last of each.
_OLDER = """
    SELECT d.id, d.leaving_at, d.left_at, l.last
    FROM data_keys d
    JOIN (SELECT key_id, max(id) AS last FROM data_keys GROUP BY key_id) l ON l.key_id = d.key_id
    JOIN named_keys k ON k.id = d.key_id
    WHERE d.id <> l.last
"""
_OF_NAME = f"AND k.name IN ($1, (SELECT '{DUAL}' || uuid FROM named_keys WHERE name = $1))"


@dataclass(frozen=True, slots=True)
class Row:
    """A chunk that stands in its row."""

    id: int
    digest: bytes
    length: int
    codec: int
    key_id: int
    data: bytes


@dataclass(frozen=True, slots=True)
class Rewritten:
    """The same chunk under another key."""

    id: int
    old_key_id: int
    key_id: int
    data: bytes


async def newest(db: Database) -> tuple[int, float]:
    """Differs where a data key was made, or one was told to be left, since it was last asked."""
    row = await db.fetchrow(
        "SELECT coalesce(max(id), 0), coalesce(extract(epoch FROM max(leaving_at)), 0)::float8 FROM data_keys"
    )
    assert row is not None
    return row[0], row[1]


async def versions(db: Database) -> dict[int, str]:
    """What becomes of each data key, in a word: `current`, `kept`, `leaving`, or `left` by everything."""
    older = {row["id"]: row for row in await db.fetch(_OLDER)}
    found = {}
    for row in await db.fetch("SELECT id FROM data_keys"):
        old = older.get(row["id"])
        if old is None:
            found[row["id"]] = "current"
        elif old["leaving_at"] is None:
            found[row["id"]] = "kept"
        else:
            found[row["id"]] = "leaving" if old["left_at"] is None else "left"
    return found


async def leave(db: Database, name: str) -> list[int]:
    """Have everything encrypted anew that older versions of a key have encrypted; their numbers."""
    rows = await db.fetch(
        f"""
        UPDATE data_keys SET leaving_at = now(), left_at = NULL
        WHERE id IN (SELECT id FROM ({_OLDER} {_OF_NAME}) o) RETURNING id
        """,
        name,
    )
    return sorted(row["id"] for row in rows)


async def leaving(db: Database) -> dict[int, int]:
    """The versions that are being left, and for each the one to encrypt by instead."""
    rows = await db.fetch(f"{_OLDER} AND d.leaving_at IS NOT NULL AND d.left_at IS NULL")
    return {row["id"]: row["last"] for row in rows}


async def packs_under(db: Database, key_ids: Sequence[int], after: int) -> list[int]:
    """Some of the sealed packs that hold what these have encrypted, by ids above `after`."""
    rows = await db.fetch(
        """
        SELECT p.id FROM packs p
        WHERE p.id > $1 AND p.lease_until IS NULL AND EXISTS (
            SELECT 1 FROM chunks c WHERE c.pack_id = p.id AND c.key_id = ANY ($2::integer[]) OFFSET 0
        ) ORDER BY p.id LIMIT $3
        """,
        after,
        key_ids,
        _PACKS,
    )
    return [row["id"] for row in rows]


async def bytes_under(db: Database, key_ids: Sequence[int]) -> int:
    """Bytes of one copy of all those packs. Walks through all chunks."""
    size: int = await db.fetchval(
        """
        SELECT coalesce(sum(p.size), 0)::bigint FROM packs p
        WHERE p.lease_until IS NULL AND EXISTS (
            SELECT 1 FROM chunks c WHERE c.pack_id = p.id AND c.key_id = ANY ($1::integer[]) OFFSET 0
        )
        """,
        key_ids,
    )
    return size


async def rows_under(db: Database, key_ids: Sequence[int], after: int) -> tuple[list[Row], int | None]:
    """Some of the rows that hold what these have encrypted, with ids above `after`; and where to go on."""
    rows = await db.fetch(
        """
        SELECT id, digest, length, codec, key_id, data FROM chunks
        WHERE id > $1 AND id <= $1 + $3 AND pack_id IS NULL AND key_id = ANY ($2::integer[])
        ORDER BY id LIMIT $4
        """,
        after,
        key_ids,
        _SPAN,
        _ROWS,
    )
    if len(rows) == _ROWS:
        return [Row(*row.values()) for row in rows], rows[-1]["id"]
    further = await db.fetchval("SELECT min(id) FROM chunks WHERE id > $1", after + _SPAN)
    return [Row(*row.values()) for row in rows], None if further is None else further - 1


async def rewrite(db: Database, rows: Sequence[Rewritten]) -> int:
    """Put rows under their new key, but for those that somebody holds or has changed; how many."""

    async def attempt() -> int:
        found = await db.fetch(
            """
            WITH wanted AS (
                SELECT * FROM unnest($1::bigint[], $2::integer[], $3::integer[], $4::bytea[])
                AS w (id, old_key_id, key_id, data)
            ), held AS MATERIALIZED (
                SELECT c.id FROM chunks c WHERE c.id = ANY ($1::bigint[]) AND c.pack_id IS NULL
                ORDER BY c.id FOR NO KEY UPDATE SKIP LOCKED
            )
            UPDATE chunks c SET data = w.data, key_id = w.key_id
            FROM wanted w JOIN held USING (id)
            WHERE c.id = w.id AND c.key_id = w.old_key_id AND c.pack_id IS NULL
            RETURNING c.id
            """,
            [row.id for row in rows],
            [row.old_key_id for row in rows],
            [row.key_id for row in rows],
            [row.data for row in rows],
        )
        return len(found)

    return await retrying(attempt)


async def settle(db: Database, key_ids: Sequence[int]) -> list[int]:
    """Note of those versions that nothing is under that it is so; the others. Walks through all chunks."""
    async with db.transaction() as connection:
        await connection.execute("SET LOCAL enable_seqscan = on; SET LOCAL work_mem = '64MB'")
        rows = await connection.fetch(
            """
            WITH used AS MATERIALIZED (
                SELECT DISTINCT key_id FROM chunks WHERE key_id = ANY ($1::integer[])
            ), left_now AS (
                UPDATE data_keys SET left_at = now()
                WHERE id = ANY ($1::integer[]) AND id NOT IN (SELECT key_id FROM used)
            )
            SELECT key_id FROM used ORDER BY key_id
            """,
            key_ids,
            timeout=_SCAN_SECONDS,
        )
    return [row["key_id"] for row in rows]


async def older(db: Database, name: str) -> list[int]:
    """The versions of a key, and of its two layers, that do not encrypt any more."""
    return sorted(row["id"] for row in await db.fetch(f"{_OLDER} {_OF_NAME}", name))


async def remove(db: Database, key_id: int) -> bool:
    """Remove a version; False, and it stays, where anything is encrypted by it."""
    try:
        await db.execute("DELETE FROM data_keys WHERE id = $1", key_id)
    except asyncpg.ForeignKeyViolationError:
        await db.execute("UPDATE data_keys SET left_at = NULL WHERE id = $1", key_id)
        return False
    return True
