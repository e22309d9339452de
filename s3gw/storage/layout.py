"""Which chunks make up a stretch of a body, in order, looked up in batches while it is read."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass
from operator import attrgetter

from s3gw.db import chunks
from s3gw.db.body_rows import BodyRows
from s3gw.db.chunks import ManifestRow, Piece, StoredChunk
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


Known = tuple[list[ManifestRow], bool]
"""Rows that were looked up already, and whether no others follow in the stretch."""


async def extents(
    db: Database, body: Body, start: int, length: int, known: BodyRows | None = None
) -> AsyncGenerator[list[Extent], None]:
    """Batches of extents that cover `length` bytes of `body` from `start`.

    `known` is what the look-up of the body brought along; where it has other rows than are wanted, these are
    looked up. Raises Damaged where rows are missing: the body was replaced and collected since it was looked
    up.
    """
    rows = known.rows if known is not None else {}
    if body.pieces_id is not None:
        async with aclosing(_of_pieces(db, body.pieces_id, start, start + length, known)) as batches:
            async for batch in batches:
                yield batch
    elif body.manifest_id is not None:
        end = start + length
        async with aclosing(_of_manifest(db, body.manifest_id, start, end, rows.get(1))) as batches:
            async for batch in batches:
                yield batch
    elif body.chunk_id is not None:
        yield await _of_chunk(db, body.chunk_id, start, length, rows.get(1))
    elif length:
        raise Damaged("the body has a size and no content")


async def _of_pieces(
    db: Database, pieces_id: int, start: int, end: int, known: BodyRows | None
) -> AsyncGenerator[list[Extent], None]:
    at = start
    while at < end:
        found, rows = _begin(known, at), known.rows if known is not None else {}
        if found is None:
            rows = {}
            found = list(enumerate(await chunks.pieces(db, pieces_id, at, end, ROWS), 1))
        known = None
        for place, piece in found:
            if at >= end:
                break
            skip = at - piece.byte_offset
            length = min(piece.length - skip, end - at)
            if skip < 0 or length <= 0:
                raise Damaged(f"pieces {pieces_id} do not cover byte {at}")
            first = piece.start + skip
            if piece.chunk_id is not None:
                yield await _of_chunk(db, piece.chunk_id, first, length, rows.get(place))
            elif piece.manifest_id is not None:
                last = first + length
                async with aclosing(
                    _of_manifest(db, piece.manifest_id, first, last, rows.get(place))
                ) as batches:
                    async for batch in batches:
                        yield batch
            at += length
        if not found:
            raise Damaged(f"pieces {pieces_id} are gone")


def _begin(known: BodyRows | None, start: int) -> list[tuple[int, Piece]] | None:
    """The known pieces from the one that covers byte `start`; None where they begin elsewhere."""
    if known is None:
        return None
    numbered = [
        (place, piece)
        for place, piece in enumerate(known.pieces, 1)
        if piece.byte_offset + piece.length > start
    ]
    return numbered if numbered and numbered[0][1].byte_offset <= start else None


async def _of_chunk(
    db: Database, chunk_id: int, start: int, length: int, known: Known | None
) -> list[Extent]:
    if known is not None and known[0] and known[0][0].chunk is not None:
        return [Extent(known[0][0].chunk, start, length)]
    found = await chunks.by_ids(db, [chunk_id])
    if chunk_id not in found:
        raise Damaged(f"chunk {chunk_id} is gone")
    return [Extent(found[chunk_id], start, length)]


async def _of_manifest(
    db: Database, manifest_id: int, start: int, end: int, known: Known | None
) -> AsyncGenerator[list[Extent], None]:
    at = start
    while at < end:
        found = _covering(known, at)
        known = None
        if found is None:
            looked_up = await chunks.of_manifest(db, manifest_id, at, end, ROWS)
            found = looked_up, len(looked_up) < ROWS
        rows, complete = found
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
            elif complete:
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


def _covering(known: Known | None, start: int) -> Known | None:
    """The known rows from the one that covers byte `start`; None where they begin elsewhere."""
    if known is None:
        return None
    rows, complete = known
    first = bisect_right(rows, start, key=attrgetter("byte_offset")) - 1
    if first < 0 or (not complete and rows[-1].chunk is None and len(rows) - first == 1):
        return None  # only the next row tells where a hole ends
    return rows[first:], complete
