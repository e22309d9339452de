"""Finding the version of a key that a request addresses, with its bucket, in one round trip."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import NamedTuple

import asyncpg

from s3gw.db.batches import batches
from s3gw.db.pool import Database
from s3gw.db.records import NULL_VERSION, Bucket, InlineChunk, ObjectVersion
from s3gw.db.rows import BUCKET, OWNER, VERSION, VERSION_COLUMNS, VERSION_END, bucket, version


class Found(NamedTuple):
    """What one look-up found: the bucket or None, the key's current version or None, its bytes if inline."""

    bucket: Bucket | None
    version: ObjectVersion | None
    inline: InlineChunk | None = None
    """Of a body that is one chunk in the database; pass it on to `Store.read`."""


_FOUND = f"""
SELECT {BUCKET}, {OWNER}, {VERSION},
    c.domain_id AS c_domain_id, c.digest AS c_digest, c.length AS c_length, c.codec AS c_codec,
    c.data AS c_data, c.key_id AS c_key_id
"""
_GET = f"""{_FOUND}
FROM buckets b
JOIN accounts bo ON bo.id = b.account_id
LEFT JOIN objects o ON o.bucket_id = b.id AND o.key = $2
LEFT JOIN accounts oo ON oo.id = o.account_id
LEFT JOIN chunks c ON c.id = o.chunk_id AND c.pack_id IS NULL AND $3
WHERE b.name = $1
"""
# One version, wherever it is: by its id, or the null version.
_VERSION_BY = "bucket_id = b.id AND key = $2 AND version_id {which}"
_GET_VERSION = f"""{_FOUND}
FROM buckets b
JOIN accounts bo ON bo.id = b.account_id
LEFT JOIN LATERAL (
    SELECT {VERSION_COLUMNS} FROM objects WHERE {_VERSION_BY}
    UNION ALL
    SELECT {VERSION_COLUMNS} FROM noncurrent WHERE {_VERSION_BY}
    LIMIT 1
) o ON true
LEFT JOIN accounts oo ON oo.id = o.account_id
LEFT JOIN chunks c ON c.id = o.chunk_id AND c.pack_id IS NULL AND $3
WHERE b.name = $1
"""
_GET_BY_ID = _GET_VERSION.format(which="= $4")
_GET_NULL = _GET_VERSION.format(which="IS NULL")
# Each look-up is a LATERAL with LIMIT, which PostgreSQL can only do by index, one after the other: a plan
# made while tables were small must not become a join of whole tables.
_GET_MANY = f"""{_FOUND}
FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS q (bucket, key, place)
LEFT JOIN LATERAL (SELECT * FROM buckets WHERE name = q.bucket LIMIT 1) b ON true
LEFT JOIN LATERAL (SELECT * FROM accounts WHERE id = b.account_id LIMIT 1) bo ON true
LEFT JOIN LATERAL (SELECT * FROM objects WHERE bucket_id = b.id AND key = q.key LIMIT 1) o ON true
LEFT JOIN LATERAL (SELECT * FROM accounts WHERE id = o.account_id LIMIT 1) oo ON true
LEFT JOIN LATERAL (
    SELECT * FROM chunks WHERE id = o.chunk_id AND pack_id IS NULL AND $3 LIMIT 1
) c ON true
ORDER BY q.place
"""


def get(
    db: Database, bucket_name: str, key: str, *, version_id: str | None = None, inline: bool = True
) -> Awaitable[Found]:
    """The bucket, the key's current version, and its bytes where they are inline, in one round trip.

    With `version_id`, that version, which may be noncurrent; "null" is the null version. A version that is
    found may be a delete marker. `inline=False` leaves the bytes out, for HEAD.
    """
    if version_id is not None:
        return _find_version(db, bucket_name, key, version_id, inline=inline)
    return batches(db, _find_with_bytes if inline else _find_without).ask((bucket_name, key))


async def _find_with_bytes(db: Database, wanted: Sequence[tuple[str, str]]) -> list[Found]:
    return await _find(db, wanted, inline=True)


async def _find_without(db: Database, wanted: Sequence[tuple[str, str]]) -> list[Found]:
    return await _find(db, wanted, inline=False)


async def _find(db: Database, wanted: Sequence[tuple[str, str]], *, inline: bool) -> list[Found]:
    if len(wanted) == 1:
        return [_found(await db.fetchrow(_GET, *wanted[0], inline))]
    names, keys = zip(*wanted, strict=True)
    return [_found(row) for row in await db.fetch(_GET_MANY, names, keys, inline)]


async def _find_version(db: Database, bucket_name: str, key: str, version_id: str, *, inline: bool) -> Found:
    if version_id == NULL_VERSION:
        return _found(await db.fetchrow(_GET_NULL, bucket_name, key, inline))
    return _found(await db.fetchrow(_GET_BY_ID, bucket_name, key, inline, version_id))


def _found(row: asyncpg.Record | None) -> Found:
    if row is None or row["b_id"] is None:
        return Found(None, None)
    if row["key"] is None:
        return Found(bucket(row), None)
    chunk = None
    if row["c_data"] is not None:
        chunk = InlineChunk(*row[VERSION_END:])
    return Found(bucket(row), version(row), chunk)
