"""The check of a store that is ten times as large takes no more memory."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace

import pytest

from s3gw.config import Settings
from s3gw.db import accounts, buckets
from s3gw.db.pool import Database
from s3gw.fsck import files, rows
from s3gw.fsck import packs as pack_check
from s3gw.fsck.check import Fsck
from s3gw.fsck.packs import Depth
from s3gw.sealing import Masters

_FILL = """
WITH chunk AS (
    INSERT INTO chunks (domain_id, digest, length, codec, data)
    SELECT 0, sha256(number::text::bytea), length(number::text), 0, number::text::bytea
    FROM generate_series($1::int, $2::int) AS number RETURNING id, length
), manifest AS (
    INSERT INTO manifests (size) SELECT length FROM chunk RETURNING id, size
), numbered AS (
    SELECT c.id AS chunk_id, m.id AS manifest_id, m.size
    FROM (SELECT *, row_number() OVER (PARTITION BY length ORDER BY id) AS n FROM chunk) c
    JOIN (SELECT *, row_number() OVER (PARTITION BY size ORDER BY id) AS n FROM manifest) m
    ON m.n = c.n AND m.size = c.length
), listed AS (
    INSERT INTO manifest_chunks (manifest_id, byte_offset, chunk_id)
    SELECT manifest_id, 0, chunk_id FROM numbered
)
INSERT INTO objects (bucket_id, account_id, key, size, manifest_id, etag)
SELECT $3, $4, 'key-' || manifest_id, size, manifest_id, 'etag' FROM numbered
"""
_CUSTOMERS = """
WITH named AS (
    INSERT INTO named_keys (uuid, name)
    SELECT gen_random_uuid(), 'customer ' || number FROM generate_series($1::int, $2::int) AS number
    RETURNING id
), scoped AS (
    INSERT INTO domains (key_id) SELECT id FROM named
)
INSERT INTO data_keys (key_id, master, sealed) SELECT id, '', '' FROM named
"""


async def fill(db: Database, first: int, last: int) -> None:
    """Objects of one chunk each, and as many customers' keys."""
    account = await accounts.ensure_root(db)
    bucket = await buckets.get(db, "bucket")
    assert bucket is not None
    await db.execute(_FILL, first, last, bucket.id, account.id)
    await db.execute(_CUSTOMERS, first, last)


async def peak(db: Database) -> int:
    """Bytes that a check takes at most."""
    check = Fsck(
        db, {}, {}, Masters.only(None), replace(Settings(), replicas=1), Depth(bytes=True), rebuild=True
    )
    tracemalloc.start()
    try:
        assert [one async for one in check.run()] == []
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.slow
async def test_memory_does_not_grow_with_what_is_stored(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "_WINDOWS", dict.fromkeys(rows._WINDOWS, 64))
    monkeypatch.setattr(rows, "_KEYS", 64)
    monkeypatch.setattr(pack_check, "_INLINE", 64)
    monkeypatch.setattr(files, "_BATCH", 64)
    account = await accounts.ensure_root(database)
    await buckets.create(database, "bucket", account.id, "us-east-1", "cdc-256k", False)
    await fill(database, 1, 400)
    await peak(database)  # what is loaded and prepared once
    small = await peak(database)
    await fill(database, 401, 4000)
    assert await database.fetchval("SELECT count(*) FROM objects") == 4000
    large = await peak(database)
    assert large < 1.5 * small + (64 << 10)
