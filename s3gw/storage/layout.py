"""Which chunks make up a stretch of a body, in order, looked up in batches while it is read."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass

from s3gw.db import chunks
from s3gw.db.chunks import StoredChunk
from s3gw.db.pool import Database
from s3gw.db.records import Body
from s3gw.errors import Damaged

ROWS = 256
"""Rows of a manifest, or pieces, looked up at once."""


@dataclass(frozen=True, slots=True)
class Extent:
    """`length` bytes from `skip` of a chunk, or that many zeros."""

    chunk: StoredChunk | None
    skip: int
    length: int


async def extents(db: Database, body: Body, start: int, length: int) -> AsyncGenerator[list[Extent], None]:
    """Batches of extents that cover `length` bytes of `body` from `start`.

    Raises Damaged where rows are missing: the body was replaced and collected since it was looked up.
    """
    if body.pieces_id is not None:
        async with aclosing(_of_pieces(db, body.pieces_id, start, start + length)) as batches:
            async for batch in batches:
                yield batch
    elif body.manifest_id is not None:
        async with aclosing(_of_manifest(db, body.manifest_id, start, start + length)) as batches:
            async for batch in batches:
                yield batch
    elif body.chunk_id is not None:
        yield await _of_chunk(db, body.chunk_id, start, length)
    elif length:
        raise Damaged("the body has a size and no content")


async def _of_pieces(
    db: Database, pieces_id: int, start: int, end: int
) -> AsyncGenerator[list[Extent], None]:
    at = start
    while at < end:
        found = await chunks.pieces(db, pieces_id, at, end, ROWS)
        for piece in found:
            skip = at - piece.byte_offset
            length = min(piece.length - skip, end - at)
            if skip < 0 or length <= 0:
                raise Damaged(f"pieces {pieces_id} do not cover byte {at}")
            first = piece.start + skip
            if piece.chunk_id is not None:
                yield await _of_chunk(db, piece.chunk_id, first, length)
            elif piece.manifest_id is not None:
                async with aclosing(_of_manifest(db, piece.manifest_id, first, first + length)) as batches:
                    async for batch in batches:
                        yield batch
            at += length
        if not found:
            raise Damaged(f"pieces {pieces_id} are gone")


async def _of_chunk(db: Database, chunk_id: int, start: int, length: int) -> list[Extent]:
    found = await chunks.by_ids(db, [chunk_id])
    if chunk_id not in found:
        raise Damaged(f"chunk {chunk_id} is gone")
    return [Extent(found[chunk_id], start, length)]


async def _of_manifest(
    db: Database, manifest_id: int, start: int, end: int
) -> AsyncGenerator[list[Extent], None]:
    at = start
    while at < end:
        rows = await chunks.of_manifest(db, manifest_id, at, end, ROWS)
        if not rows:
            raise Damaged(f"manifest {manifest_id} is gone")
        batch: list[Extent] = []
        for index, row in enumerate(rows):
            if row.byte_offset > at:
                raise Damaged(f"manifest {manifest_id} does not cover byte {at}")
            if row.chunk is not None:
                until = row.byte_offset + row.chunk.length
            elif index + 1 < len(rows):
                until = rows[index + 1].byte_offset
            elif len(rows) < ROWS:
                until = end
            elif index:
                break  # the next batch tells where this hole ends
            else:
                raise Damaged(f"manifest {manifest_id} has an endless hole")
            length = min(until, end) - at
            if length <= 0:
                raise Damaged(f"manifest {manifest_id} overlaps at byte {at}")
            batch.append(Extent(row.chunk, at - row.byte_offset, length))
            at += length
            if at == end:
                break
        yield batch
