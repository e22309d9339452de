"""Rows for packs that are there and that no row names: `s3gw fsck --rebuild`.

A pack comes back with a row for each chunk in it. Where a chunk has a row already, that stays, unless the
pack it names has lost it: then it is pointed at the new place. Rows of objects, manifests and pieces are
never touched.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from s3gw.db.pool import Connection, Database

_ROWS = 256
"""Chunk rows written in one transaction."""


@dataclass(frozen=True, slots=True)
class FoundChunk:
    """A chunk in a frame that was read, with where it is."""

    domain_id: int
    digest: bytes
    length: int
    frame_offset: int
    frame_length: int
    frame_plain: int
    frame_start: int
    codec: int
    key_id: int | None


@dataclass(frozen=True, slots=True)
class Adopted:
    """What became of the chunks of a pack."""

    made: int = 0
    """Rows that were missing."""
    moved: int = 0
    """Rows that named a place where the chunk is not any more."""


async def known(db: Database, found: Sequence[FoundChunk]) -> list[FoundChunk]:
    """Those of the chunks whose domains and data keys the database knows."""
    domains = await db.fetch(
        "SELECT id FROM domains WHERE id = ANY ($1::bigint[])", list({one.domain_id for one in found})
    )
    keys = await db.fetch(
        "SELECT id FROM data_keys WHERE id = ANY ($1::bigint[])",
        list({one.key_id for one in found if one.key_id is not None}),
    )
    domain_ids, key_ids = ({row["id"] for row in rows} for rows in (domains, keys))
    return [
        one for one in found if one.domain_id in domain_ids and (one.key_id is None or one.key_id in key_ids)
    ]


async def add_pack(db: Database, wanted: int, backend_id: int, name: UUID, size: int) -> int | None:
    """Register a sealed pack with one copy; under the id in its header, where that is free and no future one.

    The pack's id; None where the copy has a name by now.
    """
    async with db.transaction() as connection:
        if not await _is_unnamed(connection, name):
            return None
        # Ids that the sequence has yet to give belong to packs that will be.
        number: int = await connection.fetchval(
            """
            SELECT CASE WHEN $1::bigint BETWEEN 1 AND (
                    SELECT last_value FROM pg_sequences WHERE schemaname = current_schema()
                    AND sequencename = (SELECT relname FROM pg_class
                        WHERE oid = pg_get_serial_sequence('packs', 'id')::regclass))
                AND NOT EXISTS (SELECT 1 FROM packs WHERE id = $1)
            THEN $1 ELSE nextval(pg_get_serial_sequence('packs', 'id')) END
            """,
            wanted,
        )
        await connection.execute(
            "INSERT INTO packs (id, size) OVERRIDING SYSTEM VALUE VALUES ($1, $2)", number, size
        )
        await _add_copy(connection, number, backend_id, name)
        return number


async def add_copy(db: Database, pack_id: int, backend_id: int, name: UUID) -> bool:
    """Register a further copy of a sealed pack; False where that is gone, or the copy has a name by now."""
    async with db.transaction() as connection:
        held = await connection.fetchval(
            "SELECT 1 FROM packs WHERE id = $1 AND lease_until IS NULL FOR KEY SHARE SKIP LOCKED", pack_id
        )
        if held is None or not await _is_unnamed(connection, name):
            return False
        await _add_copy(connection, pack_id, backend_id, name)
        await connection.execute("INSERT INTO repairs (pack_id) VALUES ($1) ON CONFLICT DO NOTHING", pack_id)
        return True


async def _is_unnamed(connection: Connection, name: UUID) -> bool:
    return not await connection.fetchval(
        "SELECT EXISTS (SELECT 1 FROM replicas WHERE name = $1)"
        " OR EXISTS (SELECT 1 FROM tombstones WHERE name = $1)",
        name,
    )


async def _add_copy(connection: Connection, pack_id: int, backend_id: int, name: UUID) -> None:
    await connection.execute(
        "INSERT INTO replicas (name, pack_id, backend_id) VALUES ($1, $2, $3)", name, pack_id, backend_id
    )
    await connection.execute(
        "DELETE FROM sightings WHERE backend_id = $1 AND name = $2", backend_id, name.hex
    )


async def add_chunks(
    db: Database, pack_id: int, chunks: Sequence[FoundChunk], lost: Collection[int]
) -> Adopted:
    """Make rows for chunks of a pack; point those whose ids are `lost` at it."""
    made = moved = 0
    ordered = sorted(chunks, key=lambda one: (one.domain_id, one.digest))
    for at in range(0, len(ordered), _ROWS):
        done = await _add_some(db, pack_id, ordered[at : at + _ROWS], lost)
        made, moved = made + done.made, moved + done.moved
    return Adopted(made, moved)


async def _add_some(db: Database, pack_id: int, some: Sequence[FoundChunk], lost: Collection[int]) -> Adopted:
    columns = (
        [one.domain_id for one in some],
        [one.digest for one in some],
        [one.length for one in some],
        [one.codec for one in some],
        [one.frame_offset for one in some],
        [one.frame_length for one in some],
        [one.frame_plain for one in some],
        [one.frame_start for one in some],
        [one.key_id for one in some],
    )
    async with db.transaction() as connection:
        known = await connection.fetch(
            """
            SELECT c.id FROM chunks c JOIN unnest($1::integer[], $2::bytea[]) AS f (domain_id, digest)
            ON c.domain_id = f.domain_id AND c.digest = f.digest
            """,
            columns[0],
            columns[1],
        )
        moving = [row["id"] for row in known if row["id"] in lost]
        made = await connection.fetch(
            """
            INSERT INTO chunks (domain_id, digest, length, codec, pack_id, frame_offset, frame_length,
                frame_plain, frame_start, key_id)
            SELECT domain_id, digest, length, codec, $10, frame_offset, frame_length, frame_plain,
                frame_start, key_id
            FROM unnest($1::integer[], $2::bytea[], $3::integer[], $4::smallint[], $5::bigint[],
                $6::integer[], $7::integer[], $8::integer[], $9::integer[])
            AS f (domain_id, digest, length, codec, frame_offset, frame_length, frame_plain, frame_start,
                key_id)
            ON CONFLICT (domain_id, digest) DO NOTHING RETURNING id
            """,
            *columns,
            pack_id,
        )
        moved = await connection.fetch(
            """
            WITH held AS MATERIALIZED (
                SELECT id, pack_id FROM chunks WHERE id = ANY ($10::bigint[]) ORDER BY id
                FOR NO KEY UPDATE
            ), moved AS (
                UPDATE chunks c SET pack_id = $11, frame_offset = f.frame_offset,
                    frame_length = f.frame_length, frame_plain = f.frame_plain, frame_start = f.frame_start,
                    codec = f.codec, key_id = f.key_id
                FROM held h, unnest($1::integer[], $2::bytea[], $3::integer[], $4::smallint[], $5::bigint[],
                    $6::integer[], $7::integer[], $8::integer[], $9::integer[])
                AS f (domain_id, digest, length, codec, frame_offset, frame_length, frame_plain, frame_start,
                    key_id)
                WHERE c.id = h.id AND c.domain_id = f.domain_id AND c.digest = f.digest
                    AND c.length = f.length AND c.pack_id IS NOT NULL
                RETURNING c.id, h.pack_id AS old
            ), queued AS (
                INSERT INTO candidates (pack_id) SELECT DISTINCT old FROM moved WHERE old <> $11
            )
            SELECT id FROM moved
            """,
            *columns,
            moving,
            pack_id,
        )
        return Adopted(len(made), len(moved))
