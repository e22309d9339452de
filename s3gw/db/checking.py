"""What in the tables does not fit together, found a window of rows at a time.

Each check is one statement, so it sees one moment: what transactions keep together is never seen half.
Windows are by ids or keys, so neither memory nor the time of a statement depends on how much is stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from s3gw.db.pool import Database


@dataclass(frozen=True, slots=True)
class Check:
    """A check of the rows of one table by their ids."""

    kind: str
    table: str
    sql: str
    """Selects id and what is wrong of rows with ids in ($1, $2]; $3 is how many copies there should be."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """A row that is not as it should be."""

    id: int
    what: str


@dataclass(frozen=True, slots=True)
class WrongBody:
    """A version or part that is not what its row says."""

    bucket: str
    key: str
    version: str
    """Its id, or the number of a part and the id of its upload."""
    what: str


_NAMED = " OR ".join(
    f"EXISTS (SELECT 1 FROM {table} r WHERE r.{{column}} = x.id OFFSET 0)"
    for table in ("objects", "noncurrent", "parts", "pieces", "trash")
)

CHECKS = (
    Check(
        "manifest-broken",
        "manifests",
        """
        WITH laid AS (
            SELECT f.id, f.size, m.byte_offset, m.chunk_id, c.id AS found, m.byte_offset + c.length AS until,
                coalesce(lead(m.byte_offset) OVER w, f.size) AS next, row_number() OVER w AS number
            FROM manifests f JOIN manifest_chunks m ON m.manifest_id = f.id
            LEFT JOIN chunks c ON c.id = m.chunk_id
            WHERE f.id > $1 AND f.id <= $2 AND f.lease_until IS NULL
            WINDOW w AS (PARTITION BY m.manifest_id ORDER BY m.byte_offset)
        )
        SELECT id, CASE WHEN bool_or(chunk_id IS NOT NULL AND found IS NULL)
                THEN 'the row of a chunk is missing, first at byte '
                ELSE 'there is a gap or an overlap, first at byte ' END || min(byte_offset) AS what
        FROM laid
        WHERE chunk_id IS NOT NULL AND found IS NULL OR number = 1 AND byte_offset <> 0
            OR coalesce(until, next) <> next OR next <= byte_offset
        GROUP BY id
        UNION ALL
        SELECT x.id, 'it has no size, and no upload writes it' FROM manifests x
        WHERE x.id > $1 AND x.id <= $2 AND x.lease_until IS NULL AND x.size IS NULL
        UNION ALL
        SELECT x.id, 'it has ' || x.size || ' bytes, and no rows' FROM manifests x
        WHERE x.id > $1 AND x.id <= $2 AND x.lease_until IS NULL AND x.size > 0
            AND NOT EXISTS (SELECT 1 FROM manifest_chunks m WHERE m.manifest_id = x.id OFFSET 0)
        """,
    ),
    Check(
        "manifest-leaked",
        "manifests",
        f"""
        WITH free AS MATERIALIZED (
            SELECT x.id FROM manifests x WHERE x.id > $1 AND x.id <= $2 AND x.lease_until IS NULL
            AND NOT ({_NAMED.format(column="manifest_id")})
        )
        SELECT id, 'nothing refers to it' AS what FROM free
        EXCEPT SELECT manifest_id, 'nothing refers to it' FROM candidates WHERE manifest_id IS NOT NULL
        """,
    ),
    Check(
        "chunk-impossible",
        "chunks",
        """
        SELECT c.id, CASE
            WHEN octet_length(c.digest) <> 32 THEN 'its digest has ' || octet_length(c.digest) || ' bytes'
            WHEN c.frame_offset + c.frame_length > p.size THEN 'it ends at byte '
                || c.frame_offset + c.frame_length || ' of pack ' || p.id || ', which has ' || p.size
            WHEN p.id IS NULL THEN 'it is in pack ' || c.pack_id || ', of which there is no row'
            WHEN c.frame_start + c.length > c.frame_plain THEN 'it reaches beyond its frame'
            ELSE 'its row does not say where in its pack it is' END AS what
        FROM chunks c LEFT JOIN packs p ON p.id = c.pack_id
        WHERE c.id > $1 AND c.id <= $2 AND (octet_length(c.digest) <> 32 OR c.pack_id IS NOT NULL AND (
            p.id IS NULL OR c.frame_offset + c.frame_length > p.size
            OR c.frame_start + c.length > c.frame_plain OR c.frame_start < 0 OR c.frame_offset < 0
            OR num_nulls(c.frame_offset, c.frame_length, c.frame_plain, c.frame_start) > 0))
        """,
    ),
    Check(
        "chunk-leaked",
        "chunks",
        f"""
        WITH free AS MATERIALIZED (
            SELECT x.id FROM chunks x WHERE x.id > $1 AND x.id <= $2
            AND NOT EXISTS (SELECT 1 FROM manifest_chunks r WHERE r.chunk_id = x.id OFFSET 0)
            AND NOT ({_NAMED.format(column="chunk_id")})
        )
        SELECT id, 'nothing refers to it' AS what FROM free
        EXCEPT SELECT chunk_id, 'nothing refers to it' FROM candidates WHERE chunk_id IS NOT NULL
        """,
    ),
    Check(
        "pack-leaked",
        "packs",
        """
        SELECT id, 'no chunk is in it' AS what FROM packs x
        WHERE x.id > $1 AND x.id <= $2 AND x.lease_until IS NULL AND x.size IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM chunks c WHERE c.pack_id = x.id OFFSET 0)
        EXCEPT SELECT pack_id, 'no chunk is in it' FROM candidates WHERE pack_id IS NOT NULL
        """,
    ),
    Check(
        "pack-unsealed",
        "packs",
        """
        SELECT id, 'it has neither a size nor a writer' AS what FROM packs
        WHERE id > $1 AND id <= $2 AND lease_until IS NULL AND size IS NULL
        """,
    ),
    Check(
        "copies-too-few",
        "packs",
        """
        WITH sealed AS (
            SELECT x.id, (
                SELECT count(*) FROM replicas r JOIN backends b ON b.id = r.backend_id
                WHERE r.pack_id = x.id AND r.ready AND b.state <> 'dead'
            ) AS copies FROM packs x WHERE x.id > $1 AND x.id <= $2 AND x.lease_until IS NULL
                AND EXISTS (SELECT 1 FROM chunks c WHERE c.pack_id = x.id OFFSET 0)
        )
        SELECT id, 'it has ' || copies || ' of ' || $3::int || ' copies' AS what FROM sealed s
        WHERE copies > 0 AND copies < $3::int
            AND NOT EXISTS (SELECT 1 FROM repairs q WHERE q.pack_id = s.id OFFSET 0)
        """,
    ),
    Check(
        "copy-unfinished",
        "packs",
        """
        SELECT DISTINCT x.id, 'a copy of it was begun a day ago and is not finished' AS what
        FROM packs x JOIN replicas r ON r.pack_id = x.id
        WHERE x.id > $1 AND x.id <= $2 AND NOT r.ready AND r.created_at < now() - interval '1 day'
            AND NOT EXISTS (SELECT 1 FROM repairs q WHERE q.pack_id = x.id OFFSET 0)
        """,
    ),
)

_BODY = """
WITH judged AS MATERIALIZED ({some})
SELECT b.name AS bucket, s.key, s.version, w.what FROM judged s JOIN buckets b ON b.id = s.bucket_id
LEFT JOIN chunks c ON c.id = s.chunk_id LEFT JOIN manifests m ON m.id = s.manifest_id
CROSS JOIN LATERAL (
    SELECT coalesce(sum(p.length), 0)::bigint AS total,
        count(*) FILTER (WHERE p.byte_offset <> p.before) AS gaps,
        count(*) FILTER (WHERE p.start < 0
            OR p.start + p.length > coalesce(pm.size, pc.length, -1)) AS outside
    FROM (
        SELECT *, coalesce(lag(byte_offset + length) OVER (ORDER BY byte_offset), 0) AS before
        FROM pieces WHERE pieces_id = s.pieces_id
    ) p LEFT JOIN manifests pm ON pm.id = p.manifest_id LEFT JOIN chunks pc ON pc.id = p.chunk_id
) p
CROSS JOIN LATERAL (SELECT count(*) AS parts FROM object_parts q WHERE q.pieces_id = s.pieces_id) q
CROSS JOIN LATERAL (SELECT CASE
    WHEN num_nonnulls(s.chunk_id, s.manifest_id, s.pieces_id) > 1 THEN 'it names several bodies'
    WHEN s.delete_marker THEN CASE WHEN num_nonnulls(s.chunk_id, s.manifest_id, s.pieces_id) > 0
        THEN 'it is a delete marker and has a body' END
    WHEN s.manifest_id IS NOT NULL AND m.lease_until IS NOT NULL THEN 'its manifest counts as unfinished'
    WHEN s.size <> coalesce(c.length, m.size, p.total) THEN 'its size is ' || s.size
        || ', and its bytes are ' || coalesce(c.length, m.size, p.total)
    WHEN p.gaps > 0 THEN 'its pieces do not follow each other'
    WHEN p.outside > 0 THEN 'its pieces reach beyond what they are of'
    WHEN s.parts_count <> q.parts THEN 'it has ' || s.parts_count || ' parts, and rows of ' || q.parts
    {further} END AS what) w
WHERE w.what IS NOT NULL
"""
_VERSION = "bucket_id, key, coalesce(version_id, 'null') AS version, size, chunk_id, manifest_id, pieces_id,"
_OBJECTS = f"""
    SELECT {_VERSION} delete_marker, parts_count FROM objects
    WHERE (bucket_id, key) > ($1, $2) AND (bucket_id, key) <= ($3, $4)
"""
_NONCURRENT = f"""
    SELECT {_VERSION} delete_marker, parts_count, version_seq, version_id FROM noncurrent
    WHERE (bucket_id, key) > ($1, $2) AND (bucket_id, key) <= ($3, $4)
"""
_PARTS = """
    SELECT u.bucket_id, u.key, p.part_number || ' of upload ' || u.id AS version, p.size, p.chunk_id,
        p.manifest_id, p.pieces_id, false AS delete_marker, NULL::integer AS parts_count
    FROM parts p JOIN uploads u ON u.id = p.upload_id
    WHERE u.completed_at IS NULL AND (u.bucket_id, u.key) > ($1, $2) AND (u.bucket_id, u.key) <= ($3, $4)
"""
_ORDER = """
    WHEN NOT EXISTS (SELECT 1 FROM objects o WHERE o.bucket_id = s.bucket_id AND o.key = s.key
        AND o.version_seq > s.version_seq) THEN 'it is an older version without a newer current one'
    WHEN EXISTS (SELECT 1 FROM objects o WHERE o.bucket_id = s.bucket_id AND o.key = s.key
        AND o.version_id IS NOT DISTINCT FROM s.version_id) THEN 'the current version has the same id'
"""
_BODIES = {
    "objects": _BODY.format(some=_OBJECTS, further=""),
    "noncurrent": _BODY.format(some=_NONCURRENT, further=_ORDER),
    "uploads": _BODY.format(some=_PARTS, further=""),
}
BODIES = tuple(_BODIES)
"""Tables of what has a body, by bucket and key."""

_LOOSE_PIECES = """
SELECT pieces_id AS id FROM (
    SELECT pieces_id FROM pieces UNION SELECT pieces_id FROM object_parts
) p
EXCEPT SELECT pieces_id FROM (
    SELECT pieces_id FROM objects UNION ALL SELECT pieces_id FROM noncurrent
    UNION ALL SELECT pieces_id FROM parts UNION ALL SELECT pieces_id FROM trash
) b WHERE pieces_id IS NOT NULL
"""
_IDENTITIES = """
SELECT t.relname AS table, a.attname AS column, s.relname AS sequence, coalesce(q.last_value, 0) AS value
FROM pg_class s JOIN pg_depend d ON d.objid = s.oid AND d.deptype = 'i' AND d.classid = 'pg_class'::regclass
JOIN pg_class t ON t.oid = d.refobjid JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
JOIN pg_sequences q ON q.sequencename = s.relname AND q.schemaname = current_schema()
WHERE s.relkind = 'S' AND t.relkind = 'r' AND t.relnamespace = current_schema()::regnamespace ORDER BY 1
"""
_PLAIN_SEQUENCES = {
    "pieces_ids": "SELECT max(pieces_id) FROM pieces",
    "version_seqs": "SELECT greatest((SELECT max(version_seq) FROM objects),"
    " (SELECT max(version_seq) FROM noncurrent))",
}
_LOOSE = 100_000
_SCAN_SECONDS = 3600.0
"""For a statement that walks through a table, however large; its rows stay with the server."""
_OVERDUE = """
SELECT 'trash' AS table, count(*) FROM trash WHERE trashed_at < now() - make_interval(secs => $1)
UNION ALL SELECT 'tombstones', count(*) FROM tombstones WHERE condemned_at < now() - make_interval(secs => $2)
UNION ALL SELECT 'candidates', count(*) FROM candidates WHERE queued_at < now() - make_interval(secs => $3)
UNION ALL SELECT 'manifests', count(*) FROM manifests WHERE lease_until < now() - make_interval(secs => $3)
UNION ALL SELECT 'packs', count(*) FROM packs WHERE lease_until < now() - make_interval(secs => $3)
UNION ALL SELECT 'repairs', count(*) FROM repairs WHERE queued_at < now() - make_interval(secs => $3)
"""


async def window(db: Database, table: str, after: int, limit: int) -> int | None:
    """The id that ends a window of `limit` rows behind `after`; None where there is none."""
    found: int | None = await db.fetchval(
        f"SELECT max(id) FROM (SELECT id FROM {table} WHERE id > $1 ORDER BY id LIMIT $2) w", after, limit
    )
    return found


async def wrong(db: Database, check: Check, after: int, until: int, copies: int) -> list[Wrong]:
    """What a check finds among the rows of a window."""
    further = (copies,) if "$3" in check.sql else ()
    return [Wrong(row["id"], row["what"]) for row in await db.fetch(check.sql, after, until, *further)]


async def key_window(db: Database, table: str, after: tuple[int, str], limit: int) -> tuple[int, str] | None:
    """The bucket and key that end a window of `limit` rows behind `after`; None where there is none."""
    row = await db.fetchrow(
        f"""
        SELECT bucket_id, key FROM (
            SELECT bucket_id, key FROM {table} WHERE (bucket_id, key) > ($1, $2)
            ORDER BY bucket_id, key LIMIT $3
        ) w ORDER BY bucket_id DESC, key DESC LIMIT 1
        """,
        *after,
        limit,
    )
    return None if row is None else (row["bucket_id"], row["key"])


async def wrong_bodies(
    db: Database, table: str, after: tuple[int, str], until: tuple[int, str]
) -> list[WrongBody]:
    """Which versions or parts of a window are not what their rows say."""
    return [WrongBody(**dict(row)) for row in await db.fetch(_BODIES[table], *after, *until)]


async def loose_pieces(db: Database) -> list[int]:
    """Lists of pieces or parts that no version, part or trash names, at most so many as one look mends."""
    async with db.transaction() as connection:
        await connection.execute("SET LOCAL enable_seqscan = on")
        rows = await connection.fetch(f"{_LOOSE_PIECES} LIMIT {_LOOSE}", timeout=_SCAN_SECONDS)
        return [row["id"] for row in rows]


async def behind(db: Database) -> dict[str, tuple[int, int]]:
    """Sequences that would give out a number again: what they gave out last, and the highest in use."""
    found: dict[str, tuple[int, int]] = {}
    async with db.transaction() as connection:
        await connection.execute("SET LOCAL enable_seqscan = on")
        for row in await connection.fetch(_IDENTITIES):
            used = await connection.fetchval(f'SELECT max("{row["column"]}") FROM "{row["table"]}"') or 0
            last = await connection.fetchval(f'SELECT last_value FROM "{row["sequence"]}"')
            if used > last:
                found[row["sequence"]] = (last, used)
        for sequence, query in _PLAIN_SEQUENCES.items():
            used = await connection.fetchval(query, timeout=_SCAN_SECONDS) or 0
            last = await connection.fetchval(f"SELECT last_value FROM {sequence}")
            if used > last:
                found[sequence] = (last, used)
    return found


async def pack_numbers(db: Database) -> tuple[str, int]:
    """The sequence of packs' ids, and what it has given out last."""
    row = await db.fetchrow(
        "SELECT c.relname AS name, coalesce(q.last_value, 0) AS value FROM pg_class c"
        " JOIN pg_sequences q ON q.sequencename = c.relname AND q.schemaname = current_schema()"
        " WHERE c.oid = pg_get_serial_sequence('packs', 'id')::regclass"
    )
    assert row is not None
    return row["name"], row["value"]


async def overdue(db: Database, reader: float, tombstone: float, patience: float) -> dict[str, int]:
    """How many rows wait for background jobs that have been due for more than `patience` seconds."""
    rows = await db.fetch(_OVERDUE, reader + patience, tombstone + patience, patience)
    return {row["table"]: row["count"] for row in rows if row["count"]}


async def key_use(db: Database) -> dict[int, tuple[int, int]]:
    """How many chunks, and of how many plain bytes, each data key has encrypted that is not a customer's."""
    async with db.transaction() as connection:
        await connection.execute("SET LOCAL enable_seqscan = on")
        rows = await connection.fetch(
            "SELECT c.key_id, count(*) AS chunks, sum(c.length)::bigint AS bytes"
            " FROM chunks c LEFT JOIN data_keys d ON d.id = c.key_id"
            " WHERE c.key_id IS NOT NULL AND coalesce(d.master <> '', true) GROUP BY 1 ORDER BY 1",
            timeout=_SCAN_SECONDS,
        )
    return {row["key_id"]: (row["chunks"], row["bytes"]) for row in rows}


async def chunks_of_key(db: Database, key_id: int, limit: int) -> Sequence[int]:
    """Some of the chunks that a data key has encrypted."""
    async with db.transaction() as connection:
        await connection.execute("SET LOCAL enable_seqscan = on")
        rows = await connection.fetch("SELECT id FROM chunks WHERE key_id = $1 LIMIT $2", key_id, limit)
    return [row["id"] for row in rows]
