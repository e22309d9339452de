"""What a look-up finds in buckets that are remembered, and in such as are not what they were."""

from __future__ import annotations

import asyncio

from s3gw.db import accounts, buckets, objects
from s3gw.db.assumed import Assumed
from s3gw.db.body_rows import Stretch
from s3gw.db.objects import Found
from s3gw.db.pool import Database
from s3gw.db.records import Account, Properties
from tests.db.world import World, inline


def forgetful(db: Database) -> None:
    """Have the next look-up go by nothing."""
    db.memory.forget("bucket", None)


async def both_ways(world: World, key: str, *, inline: bool = True, stretch: Stretch | None = None) -> Found:
    """What is found of a key in a bucket that is remembered: the same as in one that is not."""
    found = []
    for forget in (True, False):
        if forget:
            forgetful(world.db)
        else:
            assert world.db.memory.bucket("bucket") is not None
        found.append(await objects.get(world.db, "bucket", key, inline=inline, stretch=stretch or Stretch()))
    assert found[0] == found[1]
    return found[1]


async def test_the_same_is_found(world: World) -> None:
    await world.put("inline", b"data")
    await world.put("manifest", b"ab", content=await world.manifest(b"a", b"b"))
    for key in ("inline", "manifest", "none"):
        await both_ways(world, key)
        await both_ways(world, key, inline=False)
    ranged = await both_ways(world, "manifest", stretch=Stretch(1, 2))
    assert ranged.rows is not None
    assert [row.byte_offset for row in ranged.rows.rows[1][0]] == [1]


async def test_an_owner_who_is_not_the_buckets(world: World) -> None:
    other = await accounts.create(world.db, "c0ffee", "other", "Other")
    await world.put("mine", b"1")
    await world.db.execute("UPDATE objects SET account_id = $1", other.id)
    await world.put("yours", b"2")
    assert _owner(await both_ways(world, "mine")) == other
    assert _owner(await both_ways(world, "yours")) == world.account


def _owner(found: Found) -> Account | None:
    return None if found.version is None else found.version.owner


async def test_a_bucket_that_was_changed_is_looked_up(world: World) -> None:
    await world.put("key", b"data")
    await world.get("key")
    await buckets.set_versioning(world.db, world.bucket.id, "Enabled")
    found = await world.get("key")
    assert found.bucket is not None
    assert found.bucket.versioning == "Enabled"
    assert found.version is not None
    assert found.version.version_id == "null"
    assert world.db.memory.bucket("bucket") == found.bucket


async def test_a_bucket_that_was_made_anew_is_looked_up(world: World) -> None:
    await world.get("key")
    assert await buckets.delete(world.db, "bucket") is buckets.Deletion.DELETED
    assert await world.get("key") == Found(None, None)
    again, _ = await buckets.create(world.db, "bucket", world.account.id, "us-east-1", "cdc-64k", True)
    found = await world.get("key")
    assert found == Found(again, None)
    assert again.id != world.bucket.id


async def test_several_at_once_of_which_some_are_remembered(world: World) -> None:
    names = ["bucket", "second", "third", "none"]
    for name in names[1:3]:
        made, _ = await buckets.create(world.db, name, world.account.id, "us-east-1", "cdc-256k", True)
        await objects.publish(world.db, made.id, name, world.account.id, inline(b"x"), "e", Properties())
    await world.put("bucket", b"bucket")
    await buckets.get(world.db, "second")
    await buckets.get(world.db, "third")
    await buckets.set_versioning(world.db, made.id, "Enabled")
    asked = [objects.get(world.db, name, name) for name in names * 2]
    found = await asyncio.gather(*asked)
    assert [one.version and one.version.key for one in found] == ["bucket", "second", "third", None] * 2
    assert found[2].bucket is not None
    assert found[2].bucket.versioning == "Enabled"
    assert found[3] == Found(None, None)


async def test_an_access_key_that_does_not_hold(world: World) -> None:
    await world.put("key", b"data")
    await world.get("key")
    assumed = Assumed(access_key="GONE", key_revision=1)
    found = await objects.get(world.db, "bucket", "key", assumed=assumed)
    assert found.version is not None
    assert not found.holds
    assert (await objects.get(world.db, "bucket", "key")).holds
