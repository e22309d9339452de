"""Publishing bodies that are rows, several under one commit: what most small PUTs come to.

One statement does for all of them what the schema's functions do for one, in the lock order of
docs/architecture.md: all chunks in the order of their digests, then all keys in theirs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import asyncpg

from s3gw.db.outcomes import Outcome, PublishResult
from s3gw.db.pool import Database
from s3gw.db.records import InlineChunk, Properties
from s3gw.db.rows import property_values

# A chunk that is there already was not added; inline_chunk finds it, in a snapshot of its own, or adds it
# where it was collected meanwhile. Of what a key held before, its own row tells, as in upsert_object. No key
# may come twice. A place is missing where what is assumed does not hold, or the bucket is gone.
_PUBLISH = """
WITH given AS MATERIALIZED (
    SELECT (v ->> 0)::bigint AS revision, v ->> 1 AS access_key, (v ->> 2)::bigint AS key_revision,
        (v ->> 3)::bigint AS bucket, v ->> 4 AS key, (v ->> 5)::bigint AS account, (v ->> 6)::bigint AS size,
        v ->> 7 AS etag, v ->> 8 AS storage_class,
        nullif(v -> 9, 'null') AS headers, nullif(v -> 10, 'null') AS metadata,
        nullif(v -> 11, 'null') AS checksums, nullif(v -> 12, 'null') AS tags, nullif(v -> 13, 'null') AS acl,
        nullif(v -> 14, 'null') AS encryption, nullif(v -> 15, 'null') AS lock,
        (v ->> 16)::integer AS domain, (v ->> 17)::integer AS length, (v ->> 18)::smallint AS codec,
        (v ->> 19)::integer AS key_id, digest, data, place
    FROM ROWS FROM (jsonb_array_elements($1::jsonb), unnest($2::bytea[]), unnest($3::bytea[]))
        WITH ORDINALITY AS r (v, digest, data, place)
), states AS MATERIALIZED (
    SELECT id, versioning, revision FROM buckets
    WHERE id IN (SELECT bucket FROM given) ORDER BY id FOR KEY SHARE
), wanted AS MATERIALIZED (
    SELECT w.*, s.versioning FROM given w JOIN states s ON s.id = w.bucket
    WHERE (w.revision IS NULL OR w.revision = s.revision) AND (w.access_key IS NULL OR EXISTS (
        SELECT FROM access_keys k WHERE k.access_key = w.access_key AND k.revision = w.key_revision
    ))
), added AS MATERIALIZED (
    INSERT INTO chunks (domain_id, digest, length, codec, data, key_id)
    SELECT DISTINCT ON (domain, digest) domain, digest, length, codec, data, key_id FROM wanted
    ORDER BY domain, digest
    ON CONFLICT (domain_id, digest) DO NOTHING
    RETURNING id, domain_id, digest
), stored AS MATERIALIZED (
    SELECT place, coalesce(id, inline_chunk(domain, digest, length, codec, data, key_id)) AS chunk
    FROM (
        SELECT w.*, a.id FROM wanted w
        LEFT JOIN added a ON a.domain_id = w.domain AND a.digest = w.digest
        ORDER BY w.domain, w.digest OFFSET 0
    ) AS w
), sorted AS MATERIALIZED (
    SELECT * FROM wanted JOIN stored USING (place) ORDER BY bucket, key COLLATE "C"
), put AS MATERIALIZED (
    INSERT INTO objects AS o (
        bucket_id, key, account_id, size, chunk_id, etag, storage_class,
        headers, metadata, checksums, tags, acl, encryption, lock, modified_at
    )
    SELECT bucket, key, account, size, chunk, etag, storage_class,
        headers, metadata, checksums, tags, acl, encryption, lock, clock_timestamp()
    FROM sorted WHERE versioning IS NULL ORDER BY bucket, key COLLATE "C"
    ON CONFLICT (bucket_id, key) DO UPDATE SET
        prev_chunk_id = o.chunk_id, prev_manifest_id = o.manifest_id, prev_pieces_id = o.pieces_id,
        account_id = excluded.account_id, size = excluded.size, chunk_id = excluded.chunk_id,
        manifest_id = excluded.manifest_id, pieces_id = excluded.pieces_id, etag = excluded.etag,
        parts_count = excluded.parts_count, storage_class = excluded.storage_class,
        headers = excluded.headers, metadata = excluded.metadata, checksums = excluded.checksums,
        tags = excluded.tags, acl = excluded.acl, encryption = excluded.encryption,
        lock = excluded.lock, version_seq = excluded.version_seq, delete_marker = false,
        -- after the wait for the row, so that times of one key follow the order of its versions
        modified_at = clock_timestamp()
    RETURNING o.bucket_id, o.key, o.modified_at, o.prev_chunk_id, o.prev_manifest_id, o.prev_pieces_id
), trashed AS (
    INSERT INTO trash (chunk_id, manifest_id, pieces_id)
    SELECT prev_chunk_id, prev_manifest_id, prev_pieces_id FROM put
    WHERE prev_chunk_id IS NOT NULL OR prev_manifest_id IS NOT NULL OR prev_pieces_id IS NOT NULL
)
SELECT w.place, p.modified_at AS modified, NULL AS version
FROM put p JOIN wanted w ON w.bucket = p.bucket_id AND w.key = p.key
UNION ALL
SELECT w.place, u.modified, u.version
FROM (SELECT * FROM sorted WHERE versioning IS NOT NULL ORDER BY bucket, key COLLATE "C" OFFSET 0) AS w,
LATERAL put_version(
    w.versioning, w.bucket, w.key, w.account, w.size, w.chunk, NULL, NULL, w.etag, NULL, w.storage_class,
    w.headers, w.metadata, w.checksums, w.tags, w.acl, w.encryption, w.lock, false, NULL
) AS u
"""


class Inline(NamedTuple):
    """A body that is one row, and the key whose current version it becomes."""

    assumed: tuple[int | None, str | None, int | None]
    """As of `Assumed.arguments`."""
    bucket_id: int
    key: str
    account_id: int
    size: int
    etag: str
    properties: Properties
    chunk: InlineChunk


async def publish(db: Database, wanted: Sequence[Inline]) -> list[PublishResult]:
    """Publish all of them, or, where it raises, none; of one key that comes twice the later is what stays.

    Each ends as DONE, or as NO_BUCKET where what is assumed of it does not hold.
    """
    results = [PublishResult(Outcome.NO_BUCKET)] * len(wanted)
    if len({(one.bucket_id, one.key) for one in wanted}) == len(wanted):
        _note(results, range(len(wanted)), await db.fetch(_PUBLISH, *_arguments(wanted)))
        return results
    async with db.transaction() as connection:
        for places in _waves(wanted):
            chosen = [wanted[place] for place in places]
            _note(results, places, await connection.fetch(_PUBLISH, *_arguments(chosen)))
    return results


def _waves(wanted: Sequence[Inline]) -> Iterator[list[int]]:
    """All places in their order, so that no key comes twice in one of the lists."""
    places: list[int] = []
    seen: set[tuple[int, str]] = set()
    for place, one in enumerate(wanted):
        name = one.bucket_id, one.key
        if name in seen:
            yield places
            places, seen = [], set()
        places.append(place)
        seen.add(name)
    yield places


def _note(results: list[PublishResult], places: Sequence[int], rows: Sequence[asyncpg.Record]) -> None:
    for place, modified, version in rows:
        results[places[place - 1]] = PublishResult(Outcome.DONE, modified, version)


def _arguments(wanted: Sequence[Inline]) -> tuple[list[Any], list[bytes], list[bytes]]:
    """Everything but bytes as one document: asyncpg asks each element of an array what kind it is."""
    rows = [_row(one) for one in wanted]
    return rows, [one.chunk.digest for one in wanted], [one.chunk.data for one in wanted]


def _row(one: Inline) -> tuple[Any, ...]:
    chunk, properties = one.chunk, one.properties
    return (
        *one.assumed,
        one.bucket_id,
        one.key,
        one.account_id,
        one.size,
        one.etag,
        properties.storage_class,
        *property_values(properties),
        chunk.domain_id,
        chunk.length,
        chunk.codec,
        chunk.key_id,
    )
