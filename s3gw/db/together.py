"""Publishing several bodies under one commit: what PUTs that come together share.

One statement does for all of them what the schema's functions do for one, in the lock order of
docs/architecture.md: all chunks in the order of their digests, then all keys in theirs. Of its middle, which
stores the bodies, there are two kinds: `inline` and `whole`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple, Protocol, TypeVar

import asyncpg

from s3gw.db.outcomes import Outcome, PublishResult
from s3gw.db.pool import Database
from s3gw.db.records import Properties
from s3gw.db.rows import property_values

MEMBERS = 16
"""Members of the document of an entry; what follows them is the body's."""

# Of what a key held before, its own row tells, as in upsert_object. No key may come twice. A place is missing
# where what is assumed does not hold, or the bucket is gone.
_STATEMENT = """
WITH given AS MATERIALIZED (
    SELECT (v ->> 0)::bigint AS revision, v ->> 1 AS access_key, (v ->> 2)::bigint AS key_revision,
        (v ->> 3)::bigint AS bucket, v ->> 4 AS key, (v ->> 5)::bigint AS account, (v ->> 6)::bigint AS size,
        v ->> 7 AS etag, v ->> 8 AS storage_class,
        nullif(v -> 9, 'null') AS headers, nullif(v -> 10, 'null') AS metadata,
        nullif(v -> 11, 'null') AS checksums, nullif(v -> 12, 'null') AS tags, nullif(v -> 13, 'null') AS acl,
        nullif(v -> 14, 'null') AS encryption, nullif(v -> 15, 'null') AS lock,
        {columns}, place
    FROM {rows}
), states AS MATERIALIZED (
    SELECT id, versioning, revision FROM buckets
    WHERE id IN (SELECT bucket FROM given) ORDER BY id FOR KEY SHARE
), wanted AS MATERIALIZED (
    SELECT w.*, s.versioning FROM given w JOIN states s ON s.id = w.bucket
    WHERE (w.revision IS NULL OR w.revision = s.revision) AND (w.access_key IS NULL OR EXISTS (
        SELECT FROM access_keys k WHERE k.access_key = w.access_key AND k.revision = w.key_revision
    ))
), {stored}, sorted AS MATERIALIZED (
    SELECT * FROM wanted JOIN stored USING (place) ORDER BY bucket, key COLLATE "C"
), put AS MATERIALIZED (
    INSERT INTO objects AS o (
        bucket_id, key, account_id, size, chunk_id, manifest_id, etag, storage_class,
        headers, metadata, checksums, tags, acl, encryption, lock, modified_at
    )
    SELECT bucket, key, account, size, chunk, manifest, etag, storage_class,
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
    w.versioning, w.bucket, w.key, w.account, w.size, w.chunk, w.manifest, NULL, w.etag, NULL,
    w.storage_class, w.headers, w.metadata, w.checksums, w.tags, w.acl, w.encryption, w.lock, false, NULL
) AS u
"""


class Entry(NamedTuple):
    """A key and what becomes its current version, but for the body."""

    assumed: tuple[int | None, str | None, int | None]
    """As of `Assumed.arguments`."""
    bucket_id: int
    key: str
    account_id: int
    size: int
    etag: str
    properties: Properties

    def members(self) -> tuple[Any, ...]:
        """As many as MEMBERS, in the order of the statement's document."""
        start = (*self.assumed, self.bucket_id, self.key, self.account_id, self.size, self.etag)
        return (*start, self.properties.storage_class, *property_values(self.properties))


class HasEntry(Protocol):
    """A body and the key that it is for."""

    @property
    def entry(self) -> Entry: ...


T = TypeVar("T", bound=HasEntry)


def statement(columns: str, rows: str, stored: str) -> str:
    """The statement for one kind of body.

    `rows` are a FROM item with the document `v` and the `place` of each, `columns` what it brings beside the
    members of an entry, `stored` common table expressions, the last of which is `stored` with place, chunk
    and manifest.
    """
    return _STATEMENT.format(columns=columns, rows=rows, stored=stored)


async def publish(
    db: Database, text: str, wanted: Sequence[T], arguments: Callable[[Sequence[T]], Sequence[Any]]
) -> list[PublishResult]:
    """Publish all of them, or, where it raises, none; of one key that comes twice the later is what stays.

    Each ends as DONE, or as NO_BUCKET where what is assumed of it does not hold.
    """
    results = [PublishResult(Outcome.NO_BUCKET)] * len(wanted)
    if len({(one.entry.bucket_id, one.entry.key) for one in wanted}) == len(wanted):
        _note(results, range(len(wanted)), await db.fetch(text, *arguments(wanted)))
        return results
    async with db.transaction() as connection:
        for places in _waves(wanted):
            chosen = [wanted[place] for place in places]
            _note(results, places, await connection.fetch(text, *arguments(chosen)))
    return results


def _waves(wanted: Sequence[HasEntry]) -> Iterator[list[int]]:
    """All places in their order, so that no key comes twice in one of the lists."""
    places: list[int] = []
    seen: set[tuple[int, str]] = set()
    for place, one in enumerate(wanted):
        name = one.entry.bucket_id, one.entry.key
        if name in seen:
            yield places
            places, seen = [], set()
        places.append(place)
        seen.add(name)
    yield places


def _note(results: list[PublishResult], places: Sequence[int], rows: Sequence[asyncpg.Record]) -> None:
    for place, modified, version in rows:
        results[places[place - 1]] = PublishResult(Outcome.DONE, modified, version)
