"""Manifests while they are written: leases, pins of chunks that are known, rows of chunks that are new.

A manifest's rows are the upload's pins: what they reference cannot be deleted, since the foreign keys judge.
The lease only says that the upload may still run.

All but the first commit here do not wait for the disk. What is acknowledged is published by a later commit
that does wait, and the log is written in order. A crash of the database in between may take rows from an
upload that goes on afterwards; hence a manifest is published only in the life of the database in which it
was begun (see `generation` in schema/README.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import asyncpg

from s3gw import pauses
from s3gw.db.instances import Instance
from s3gw.db.pool import Connection, Database, retrying
from s3gw.db.records import NewChunk
from s3gw.errors import Unavailable

_ATTEMPTS = 8
"""How often the rows of new chunks are looked up again when some were deleted meanwhile."""


class PackLost(Unavailable):
    """The pack was sealed by others, or condemned, before its new chunks were published; their bytes must be
    written again."""


@dataclass(frozen=True, slots=True)
class Reference:
    """A row of a manifest: the chunk of that digest at that offset of the upload."""

    byte_offset: int
    digest: bytes


async def begin(db: Database, instance: Instance, lease: float) -> int:
    """A new, empty manifest, leased for `lease` seconds; its id.

    This commit waits for the disk. Were it lost in a crash of the database, the sequence would give the same
    id to another upload, while this one is still writing rows under it.
    """
    manifest_id: int = await db.fetchval(
        "SELECT begin_manifest($1, $2, $3)", instance.id, instance.epoch, lease
    )
    return manifest_id


async def pin_known(
    db: Database, manifest_id: int, domain_id: int, references: Sequence[Reference]
) -> frozenset[int]:
    """Write the rows whose chunks are stored already; the offsets that were written.

    A chunk that someone is deleting, or holds locked for it, is a miss. Raises Unavailable when the
    manifest's lease was lost.
    """
    if not references:
        return frozenset()

    async def attempt() -> frozenset[int]:
        rows = await db.fetch(
            """
            WITH h AS MATERIALIZED (
                SELECT id, digest FROM chunks
                WHERE domain_id = $2 AND digest = ANY ($4::bytea[])
                ORDER BY digest FOR KEY SHARE SKIP LOCKED
            )
            INSERT INTO manifest_chunks (manifest_id, byte_offset, chunk_id)
            SELECT $1, w.byte_offset, h.id
            FROM unnest($3::bigint[], $4::bytea[]) AS w (byte_offset, digest)
            JOIN h USING (digest)
            RETURNING byte_offset, set_config('synchronous_commit', 'off', true)
            """,
            manifest_id,
            domain_id,
            [reference.byte_offset for reference in references],
            [reference.digest for reference in references],
        )
        return frozenset(row["byte_offset"] for row in rows)

    return await retrying(attempt)


async def add_new(
    db: Database,
    manifest_id: int,
    domain_id: int,
    chunks: Sequence[NewChunk],
    references: Sequence[Reference],
) -> None:
    """Insert chunks whose bytes are safe and the manifest rows that name them, in one transaction.

    Of two uploads with the same new chunk one wins the row; the other's bytes stay dead in its pack. Every
    digest in `references` must stand in `chunks`, each chunk once. Raises PackLost when the chunks' pack is
    not held any more, Unavailable when the manifest's lease was lost.
    """
    ordered = sorted(chunks, key=lambda chunk: chunk.digest)

    async def attempt() -> None:
        async with db.transaction() as connection:
            await _own(connection, manifest_id)
            ids = await _insert(connection, domain_id, ordered)
            await pauses.reach("put.resolved")
            await connection.execute(
                """
                INSERT INTO manifest_chunks (manifest_id, byte_offset, chunk_id)
                SELECT $1, * FROM unnest($2::bigint[], $3::bigint[])
                """,
                manifest_id,
                [reference.byte_offset for reference in references],
                [ids[reference.digest] for reference in references],
            )

    try:
        await retrying(attempt)
    except Unavailable as error:
        if isinstance(error.__cause__, asyncpg.ForeignKeyViolationError) and (
            error.__cause__.constraint_name == "chunks_pack_id_fkey"
        ):
            raise PackLost("the pack was condemned before its chunks were published") from error
        raise


async def add_holes(db: Database, manifest_id: int, offsets: Sequence[int]) -> None:
    """Write rows without a chunk: zeros up to the next row, or the end."""

    async def attempt() -> None:
        await db.fetch(
            """
            INSERT INTO manifest_chunks (manifest_id, byte_offset)
            SELECT $1, * FROM unnest($2::bigint[])
            RETURNING set_config('synchronous_commit', 'off', true)
            """,
            manifest_id,
            offsets,
        )

    await retrying(attempt)


async def renew(db: Database, manifest_ids: Sequence[int], lease: float) -> None:
    """Lease manifests for another `lease` seconds; those that are published or gone stay so."""
    await db.execute(
        """
        WITH held AS MATERIALIZED (
            SELECT id FROM manifests WHERE id = ANY ($1::bigint[]) AND lease_until IS NOT NULL
            ORDER BY id FOR NO KEY UPDATE SKIP LOCKED
        )
        UPDATE manifests m SET lease_until = now() + make_interval(secs => $2)
        FROM held WHERE m.id = held.id
        """,
        manifest_ids,
        lease,
    )


async def release(db: Database, manifest_ids: Sequence[int]) -> None:
    """End the leases of manifests that will not be published, for the reaper to find."""
    await db.execute(
        """
        UPDATE manifests SET lease_until = '-infinity'
        WHERE id = ANY ($1::bigint[]) AND lease_until IS NOT NULL
        """,
        manifest_ids,
    )


async def _own(connection: Connection, manifest_id: int) -> None:
    """Lock one's own manifest, the first in the order of locks."""
    row = await connection.fetchrow(
        """
        SELECT id, set_config('synchronous_commit', 'off', true)
        FROM manifests WHERE id = $1 AND lease_until IS NOT NULL FOR KEY SHARE
        """,
        manifest_id,
    )
    if row is None:
        raise _lost(manifest_id)


async def _insert(connection: Connection, domain_id: int, ordered: Sequence[NewChunk]) -> dict[bytes, int]:
    """Chunk rows where none are yet, in digest order; all ids, locked against deletion. Raises PackLost.

    The ids are read by a statement of their own: one that began before another's insert was committed does
    not see it, and the count tells when a row was deleted between the two.
    """
    digests = [chunk.digest for chunk in ordered]
    packs = {chunk.pack_id for chunk in ordered if chunk.pack_id is not None}
    for _ in range(_ATTEMPTS):
        held: int = await connection.fetchval(
            """
            WITH held AS MATERIALIZED (
                SELECT id FROM held_packs($5::bigint[]) AS id
            ), inserted AS (
                INSERT INTO chunks (domain_id, digest, length, codec, pack_id, frame_offset, frame_length,
                                    frame_plain, frame_start, data, key_id)
                SELECT $1, new.*
                FROM unnest($2::bytea[], $3::int[], $4::smallint[], $5::bigint[], $6::bigint[], $7::int[],
                            $8::int[], $9::int[], $10::bytea[], $11::int[])
                    AS new (digest, length, codec, pack_id)
                WHERE new.pack_id IS NULL OR new.pack_id IN (SELECT id FROM held)
                ON CONFLICT (domain_id, digest) DO NOTHING
            )
            SELECT count(*) FROM held
            """,
            domain_id,
            digests,
            [chunk.length for chunk in ordered],
            [chunk.codec for chunk in ordered],
            [chunk.pack_id for chunk in ordered],
            [chunk.frame_offset for chunk in ordered],
            [chunk.frame_length for chunk in ordered],
            [chunk.frame_plain for chunk in ordered],
            [chunk.frame_start for chunk in ordered],
            [chunk.data for chunk in ordered],
            [chunk.key_id for chunk in ordered],
        )
        if held < len(packs):
            raise PackLost("others took the pack before its chunks were published")
        await pauses.reach("put.chunked")
        rows = await connection.fetch(
            """
            SELECT id, digest FROM chunks WHERE domain_id = $1 AND digest = ANY ($2::bytea[])
            ORDER BY digest FOR KEY SHARE
            """,
            domain_id,
            digests,
        )
        if len(rows) == len(ordered):
            return {row["digest"]: row["id"] for row in rows}
    raise Unavailable("chunks were deleted as fast as they were written")


def _lost(manifest_id: int) -> Unavailable:
    return Unavailable(f"the lease of upload {manifest_id} was lost")
