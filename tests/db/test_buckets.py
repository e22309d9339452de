"""Buckets, accounts and the register of gateways and backends."""

from __future__ import annotations

import asyncio
import uuid

from s3gw.db import accounts, buckets, instances, objects, uploads
from s3gw.db.buckets import Deletion
from s3gw.db.objects import Outcome
from s3gw.db.pool import Database
from s3gw.db.records import Properties
from tests.db.world import World, inline


async def test_the_root_account_is_made_once(database: Database) -> None:
    made = await asyncio.gather(*(accounts.ensure_root(database) for _ in range(8)))
    assert len(set(made)) == 1
    root = made[0]
    assert root.is_root
    assert len(root.canonical_id) == 64
    assert await accounts.by_id(database, root.id) == root
    assert await accounts.by_id(database, root.id + 1) is None


async def test_a_bucket_is_created_once(world: World) -> None:
    made = await asyncio.gather(
        *(buckets.create(world.db, "new", world.account.id, "eu-west-1", "fixed-4m", False) for _ in range(8))
    )
    assert sorted(created for _, created in made) == [False] * 7 + [True]
    bucket = made[0][0]
    assert all(other == bucket for other, _ in made)
    assert (bucket.name, bucket.owner, bucket.region) == ("new", world.account, "eu-west-1")
    assert (bucket.chunking, bucket.archive_hints, bucket.versioning) == ("fixed-4m", False, None)
    assert await buckets.get(world.db, "new") == bucket
    assert await buckets.get(world.db, "none") is None


async def test_buckets_are_listed_in_order(world: World) -> None:
    for name in ("b-2", "a.b", "b-1", "a-b", "ba"):
        await buckets.create(world.db, name, world.account.id, "r", "cdc-256k", True)

    async def names(prefix: str = "", after: str = "", limit: int = 100) -> list[str]:
        return [b.name for b in await buckets.list_for(world.db, world.account.id, prefix, after, limit)]

    assert await names() == ["a-b", "a.b", "b-1", "b-2", "ba", "bucket"]
    assert await names("b-") == ["b-1", "b-2"]
    assert await names("b", "b-1", 2) == ["b-2", "ba"]
    assert await buckets.list_for(world.db, world.account.id + 1) == []


async def test_only_an_empty_bucket_is_deleted(world: World) -> None:
    assert await buckets.delete(world.db, "none") is Deletion.MISSING
    await world.put("key", b"data")
    assert await buckets.delete(world.db, "bucket") is Deletion.NOT_EMPTY
    await objects.delete(world.db, world.bucket.id, ["key"])
    assert await buckets.delete(world.db, "bucket") is Deletion.DELETED
    assert await buckets.get(world.db, "bucket") is None


async def test_noncurrent_versions_keep_a_bucket(world: World) -> None:
    await world.put("key", b"data")
    await world.db.execute("INSERT INTO noncurrent SELECT * FROM objects; DELETE FROM objects")
    assert await buckets.delete(world.db, "bucket") is Deletion.NOT_EMPTY


async def test_uploads_go_with_their_bucket(world: World) -> None:
    for _ in range(2):
        upload = await uploads.create(world.db, world.bucket.id, "key", world.account.id, Properties())
        assert upload is not None
        result = await uploads.put_part(world.db, upload, 1, inline(b"part"), "e", {})
        assert result.outcome is Outcome.DONE
    assert await buckets.delete(world.db, "bucket") is Deletion.DELETED
    assert len(await world.trash()) == 2
    assert await world.count("uploads") == 0


async def test_each_start_of_a_gateway_is_a_new_epoch(database: Database) -> None:
    identifier = uuid.uuid4()
    assert await instances.start(database, identifier) == instances.Instance(identifier, 1)
    assert await instances.start(database, identifier) == instances.Instance(identifier, 2)


async def test_a_backend_is_registered_once_and_follows_its_url(database: Database) -> None:
    first = await instances.ensure_backend(database, "disk", "file:///a")
    moved = await instances.ensure_backend(database, "disk", "file:///b")
    assert (moved.id, moved.url, moved.state) == (first.id, "file:///b", "active")
    assert await instances.backends(database) == [moved]
