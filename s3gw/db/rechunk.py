"""What is to be cut again: versions that were put together from pieces, and buckets whose preset was changed.

A version is cut again by writing a manifest that names its chunks anew and putting that in the place of a run
of its body, which nothing else may have changed meanwhile. What it was made of goes to the trash, and is
collected like anything that was replaced.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, replace

from s3gw.db import chunks
from s3gw.db.chunks import Piece
from s3gw.db.outcomes import Outcome, judged
from s3gw.db.pool import Database, retrying
from s3gw.db.records import Body
from s3gw.errors import Unavailable

_QUEUED = 64
_PAGE = 64
_ROWS = 1024
_PIECES = 256


@dataclass(frozen=True, slots=True)
class Version:
    """An object version, and how its bucket wants it cut now."""

    bucket_id: int
    key: str
    seq: int
    body: Body
    chunking: str
    archive_hints: bool
    compression: bool
    compression_level: int | None
    inline: bool
    """Whether it is one chunk that stands in a row."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A version that waits to be looked through for seams."""

    id: int
    bucket_id: int
    key: str
    seq: int
    done_to: int
    """Bytes of it that were cut again already."""
    whole: bool
    """Whether none of its cuts is relied upon."""


@dataclass(frozen=True, slots=True)
class Pass:
    """A bucket whose objects are all to be looked at, behind a key and version of it."""

    bucket_id: int
    number: int
    after_key: str
    after_seq: int


@dataclass(frozen=True, slots=True)
class Cell:
    """A run of a body that is one chunk, or a part of one, or zeros."""

    offset: int
    length: int
    chunk_id: int | None
    """None for zeros."""
    domain_id: int | None
    entire: bool
    """Whether it is all of the chunk."""
    left: int
    """Cells behind it in its piece: 0, 1, or 2 for any more."""
    first: bool
    """Whether its piece begins with it."""
    clipped: bool
    """Whether its piece lacks the beginning of its manifest."""


@dataclass(frozen=True, slots=True)
class Scope:
    """A domain as far as writing in it goes."""

    encrypted: bool
    usable: bool
    """Whether its key may be used, and is not a customer's, which nobody here has."""


_VERSION = """
SELECT v.version_seq, v.size, v.chunk_id, v.manifest_id, v.pieces_id,
    EXISTS (SELECT FROM chunks c WHERE c.id = v.chunk_id AND c.data IS NOT NULL) AS inline,
    b.chunking, b.archive_hints, b.compression, b.compression_level
FROM buckets b JOIN LATERAL (
    SELECT version_seq, size, chunk_id, manifest_id, pieces_id FROM objects
    WHERE bucket_id = b.id AND key = $2
    UNION ALL
    SELECT version_seq, size, chunk_id, manifest_id, pieces_id FROM noncurrent
    WHERE bucket_id = b.id AND key = $2 AND version_seq = $3
) v ON v.version_seq = $3
WHERE b.id = $1 LIMIT 1
"""
_NEXT = """
(SELECT key, version_seq, size FROM objects
    WHERE bucket_id = $1 AND key >= $2 AND (key, version_seq) > ($2, $3) AND size > 0
    ORDER BY key, version_seq LIMIT $4)
UNION ALL
(SELECT key, version_seq, size FROM noncurrent
    WHERE bucket_id = $1 AND (key, version_seq) > ($2, $3) AND size > 0
    ORDER BY key, version_seq LIMIT $4)
ORDER BY key, version_seq LIMIT $4
"""
_BYTES = """
SELECT coalesce(sum(size), 0) FROM (
    SELECT size FROM objects WHERE bucket_id = $1 AND key >= $2 AND (key, version_seq) > ($2, $3)
    UNION ALL
    SELECT size FROM noncurrent WHERE bucket_id = $1 AND (key, version_seq) > ($2, $3)
) v
"""
_KEEP = """
WITH h AS MATERIALIZED (
    SELECT id FROM chunks WHERE id = ANY ($3::bigint[]) ORDER BY digest FOR KEY SHARE SKIP LOCKED
), inserted AS (
    INSERT INTO manifest_chunks (manifest_id, byte_offset, chunk_id)
    SELECT $1, w.byte_offset, w.id FROM unnest($2::bigint[], $3::bigint[]) AS w (byte_offset, id)
    LEFT JOIN h ON h.id = w.id WHERE w.id IS NULL OR h.id IS NOT NULL
    RETURNING 1
)
SELECT count(*), set_config('synchronous_commit', 'off', true) FROM inserted
"""


async def queued(db: Database, after: int) -> list[Entry]:
    """The next entries of the queue behind the one of that id."""
    rows = await db.fetch("SELECT * FROM rechunk_queue WHERE id > $1 ORDER BY id LIMIT $2", after, _QUEUED)
    return [Entry(*row.values()) for row in rows]


async def queued_bytes(db: Database) -> int:
    """Bytes of the versions that are current and queued."""
    found: int = await db.fetchval(
        """
        SELECT coalesce(sum(o.size), 0)::bigint FROM rechunk_queue q
        JOIN objects o ON o.bucket_id = q.bucket_id AND o.key = q.key AND o.version_seq = q.version_seq
        """
    )
    return found


async def note(db: Database, entry: Entry) -> None:
    """Remember how far an entry came."""
    await db.execute(
        "UPDATE rechunk_queue SET done_to = $2, whole = $3 WHERE id = $1",
        entry.id,
        entry.done_to,
        entry.whole,
    )


async def forget(db: Database, entry_id: int) -> None:
    """Take an entry off the queue by the id that was read."""
    await db.execute("DELETE FROM rechunk_queue WHERE id = $1", entry_id)


async def passes(db: Database) -> list[Pass]:
    """The passes through buckets that have not come to their end."""
    rows = await db.fetch(
        "SELECT bucket_id, number, after_key, after_seq FROM rechunk_passes ORDER BY number"
    )
    return [Pass(*row.values()) for row in rows]


async def pass_bytes(db: Database, one: Pass) -> int:
    """Bytes of the versions that the pass has before it."""
    return int(await db.fetchval(_BYTES, one.bucket_id, one.after_key, one.after_seq))


async def next_versions(db: Database, one: Pass) -> list[tuple[str, int, int]]:
    """Key, version_seq and size of the next versions of a pass."""
    rows = await db.fetch(_NEXT, one.bucket_id, one.after_key, one.after_seq, _PAGE)
    return [(row["key"], row["version_seq"], row["size"]) for row in rows]


async def advance(db: Database, one: Pass) -> bool:
    """Remember how far a pass came; False where it has begun anew meanwhile, or the bucket is gone."""
    done = await db.fetchval(
        """
        UPDATE rechunk_passes SET after_key = $3, after_seq = $4
        WHERE bucket_id = $1 AND number = $2 RETURNING true
        """,
        one.bucket_id,
        one.number,
        one.after_key,
        one.after_seq,
    )
    return bool(done)


async def end_pass(db: Database, one: Pass) -> None:
    """The pass came to its end, unless it has begun anew meanwhile."""
    await db.execute(
        "DELETE FROM rechunk_passes WHERE bucket_id = $1 AND number = $2", one.bucket_id, one.number
    )


async def begin_pass(db: Database, bucket_id: int) -> None:
    """Have all objects of a bucket looked at, from the first on."""
    await db.execute(
        """
        INSERT INTO rechunk_passes (bucket_id) SELECT id FROM buckets WHERE id = $1
        ON CONFLICT (bucket_id) DO UPDATE SET number = nextval('revisions'), after_key = '', after_seq = 0
        """,
        bucket_id,
    )


async def find(db: Database, bucket_id: int, key: str, seq: int) -> Version | None:
    """The version, if it is there still, current or not."""
    row = await db.fetchrow(_VERSION, bucket_id, key, seq)
    if row is None:
        return None
    return Version(
        bucket_id,
        key,
        seq,
        Body(row["size"], row["chunk_id"], row["manifest_id"], row["pieces_id"]),
        row["chunking"],
        row["archive_hints"],
        row["compression"],
        row["compression_level"],
        row["inline"],
    )


async def scope(db: Database, domain_id: int) -> Scope:
    """What is known of a domain that something is stored in."""
    row = await db.fetchrow(
        """
        SELECT d.key_id IS NOT NULL AS encrypted,
               k.id IS NULL OR k.enabled AND NOT starts_with(k.name, 'customer/') AS usable
        FROM domains d LEFT JOIN named_keys k ON k.id = d.key_id WHERE d.id = $1
        """,
        domain_id,
    )
    return Scope(False, False) if row is None else Scope(row["encrypted"], row["usable"])


async def keep(db: Database, manifest_id: int, rows: Sequence[tuple[int, int | None]]) -> None:
    """Write rows of a manifest whose chunks the old body has; None for zeros. Raises Unavailable where one of
    them is going right now, or the manifest's lease was lost."""
    for at in range(0, len(rows), _ROWS):
        await _keep(db, manifest_id, rows[at : at + _ROWS])


async def _keep(db: Database, manifest_id: int, rows: Sequence[tuple[int, int | None]]) -> None:
    async def attempt() -> int:
        return int(await db.fetchval(_KEEP, manifest_id, [at for at, _ in rows], [one for _, one in rows]))

    if await retrying(attempt) != len(rows):
        raise Unavailable("chunks of a body were collected while it was cut again")


async def publish(db: Database, version: Version, start: int, length: int, manifest_id: int) -> Body | None:
    """Put a leased manifest in the place of `length` bytes from `start` of the version's body.

    The body that it has now; None where the version is gone or has another body, and then nothing is changed.
    Raises Unavailable where the lease was lost.
    """
    body = version.body
    row = await judged(
        lambda: db.fetchrow(
            "SELECT manifest, pieces FROM rechunk_body($1, $2, $3, $4, $5, $6, $7, $8, $9)",
            version.bucket_id,
            version.key,
            version.seq,
            body.chunk_id,
            body.manifest_id,
            body.pieces_id,
            start,
            length,
            manifest_id,
        )
    )
    if isinstance(row, Outcome):
        return None
    return Body(body.size, manifest_id=row["manifest"], pieces_id=row["pieces"])


async def cells(db: Database, body: Body, start: int) -> AsyncGenerator[Cell, None]:
    """What a body is made of, in order, from byte `start` on. A cell that begins before is shortened.

    Of a body that has only one piece, and of the last piece of others, no cell is near a seam: `left` is 2.
    """
    held: Piece | None = None
    async for piece in _pieces(db, body, start):
        if held is not None:
            async for cell in _of_piece(db, held, start, last=False):
                yield cell
        held = piece
    if held is not None:
        async for cell in _of_piece(db, held, start, last=True):
            yield cell


async def _pieces(db: Database, body: Body, start: int) -> AsyncGenerator[Piece, None]:
    if body.pieces_id is None:
        yield Piece(0, body.manifest_id, body.chunk_id, 0, body.size)
        return
    while some := await chunks.pieces(db, body.pieces_id, start, body.size, _PIECES):
        for piece in some:
            # An object that is appended to has more than its size said.
            yield replace(piece, length=min(piece.length, body.size - piece.byte_offset))
        start = some[-1].byte_offset + some[-1].length
        if start >= body.size:
            return


async def _of_piece(db: Database, piece: Piece, start: int, *, last: bool) -> AsyncGenerator[Cell, None]:
    waiting: list[Cell] = []
    async for cell in _rows(db, piece, start):
        waiting.append(cell)
        if len(waiting) > 2:
            yield waiting.pop(0)
    for left, cell in zip(range(len(waiting) - 1, -1, -1), waiting, strict=True):
        yield cell if last else replace(cell, left=left)


async def _rows(db: Database, piece: Piece, start: int) -> AsyncGenerator[Cell, None]:
    """The cells of a piece from byte `start` of the body on."""
    end = piece.byte_offset + piece.length
    if piece.chunk_id is not None:
        row = await db.fetchrow("SELECT length, domain_id FROM chunks WHERE id = $1", piece.chunk_id)
        if row is not None:
            begin = max(start, piece.byte_offset)
            entire = end - begin == row["length"]
            yield Cell(
                begin,
                end - begin,
                piece.chunk_id,
                row["domain_id"],
                entire,
                2,
                begin == piece.byte_offset,
                False,
            )
        return
    shift = piece.byte_offset - piece.start
    """From the manifest's bytes to the body's."""
    at = max(start, piece.byte_offset)
    while at < end:
        rows = await db.fetch(
            """
            SELECT m.byte_offset, m.chunk_id, c.length, c.domain_id
            FROM manifest_chunks m LEFT JOIN chunks c ON c.id = m.chunk_id
            WHERE m.manifest_id = $1 AND m.byte_offset < $3 AND m.byte_offset >= coalesce((
                SELECT byte_offset FROM manifest_chunks
                WHERE manifest_id = $1 AND byte_offset <= $2 ORDER BY byte_offset DESC LIMIT 1
            ), 0)
            ORDER BY m.byte_offset LIMIT $4
            """,
            piece.manifest_id,
            at - shift,
            end - shift,
            _ROWS,
        )
        if not rows:
            raise Unavailable("the body was replaced and collected while it was cut again")
        full = len(rows) == _ROWS
        for number, row in enumerate(rows):
            if full and number == len(rows) - 1:
                break  # where it ends is known with those behind it
            begin = row["byte_offset"] + shift
            until = rows[number + 1]["byte_offset"] + shift if number + 1 < len(rows) else end
            cell_at, cell_end = max(begin, at, piece.byte_offset), min(until, end)
            length = cell_end - cell_at
            entire = row["chunk_id"] is None or length == row["length"]
            yield Cell(
                cell_at,
                length,
                row["chunk_id"],
                row["domain_id"],
                entire,
                2,
                cell_at == piece.byte_offset,
                piece.start > 0,
            )
            at = cell_end
        if not full:
            return
