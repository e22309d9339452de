"""Publishing, finding, copying and deleting keys."""

from __future__ import annotations

import pytest

from s3gw.db import objects
from s3gw.db.objects import Outcome, Precondition
from s3gw.db.records import Body, Draft, Properties
from s3gw.errors import Unavailable
from tests.db.world import World, inline

DONE = Outcome.DONE
PROPERTIES = Properties(
    headers={"Content-Type": "text/plain"},
    metadata={"mood": "gut"},
    checksums={"type": "FULL_OBJECT", "CRC32": "AAAAAA=="},
    storage_class="STANDARD_IA",
    extra={"tags": {"a": "b"}},
)


async def test_get_tells_a_missing_bucket_from_a_missing_key(world: World) -> None:
    assert await objects.get(world.db, "other", "key") == objects.Found(None, None)
    assert await world.get("key") == objects.Found(world.bucket, None)


async def test_a_published_object_comes_back_as_given(world: World) -> None:
    result = await world.put("key", b"data", properties=PROPERTIES)
    assert result.outcome is DONE
    found = await world.get("key")
    assert found.version is not None
    assert found.version.properties == PROPERTIES
    assert (found.version.size, found.version.etag) == (4, "e-data")
    assert (found.version.modified_at, found.version.owner) == (result.modified_at, world.account)
    assert found.inline == inline(b"data").inline
    head = await objects.get(world.db, "bucket", "key", inline=False)
    assert head == found._replace(inline=None)


async def test_equal_content_is_one_chunk(world: World) -> None:
    for key in ("a", "b", "c"):
        await world.put(key, b"same")
    assert await world.count("chunks") == 1


async def test_an_empty_object_names_nothing(world: World) -> None:
    await world.put("key", b"", content=Draft(0))
    assert await world.body("key") == Body(0)
    await world.put("key", b"x")
    assert await world.trash() == []


async def test_an_overwrite_sends_what_the_row_held_to_the_trash(world: World) -> None:
    await world.put("key", b"one")
    before = await world.body("key")
    await world.put("key", b"two")
    assert await world.trash() == [Body(0, before.chunk_id)]
    assert await world.bytes_of(await world.body("key")) == b"two"


async def test_publishing_a_manifest_ends_its_lease(world: World) -> None:
    draft = await world.manifest(b"abc", b"def")
    await world.put("key", b"", content=draft)
    assert await world.bytes_of(await world.body("key")) == b"abcdef"
    row = await world.db.fetchrow("SELECT * FROM manifests")
    assert row is not None
    assert (row["size"], row["instance_id"], row["epoch"], row["lease_until"]) == (6, None, None, None)


@pytest.mark.parametrize("how", ["reaped", "published"])
async def test_a_lost_lease_publishes_nothing(world: World, how: str) -> None:
    draft = await world.manifest(leased=how == "reaped")
    if how == "reaped":
        await world.db.execute("DELETE FROM manifests")
    with pytest.raises(Unavailable):
        await world.put("key", b"", content=draft)
    assert (await world.get("key")).version is None


async def test_a_deleted_bucket_takes_no_object(world: World) -> None:
    await world.db.execute("DELETE FROM buckets")
    assert (await world.put("key", b"x")).outcome is Outcome.NO_BUCKET
    assert await world.count("chunks") == 0


class TestPreconditions:
    async def test_if_none_match_any(self, world: World) -> None:
        absent = Precondition(if_none_match_any=True)
        assert (await world.put("key", b"one", precondition=absent)).outcome is DONE
        result = await world.put("key", b"two", precondition=absent)
        assert result == objects.PublishResult(Outcome.PRECONDITION_FAILED)
        assert await world.bytes_of(await world.body("key")) == b"one"
        assert await world.count("chunks") == 1, "the refused chunk must not stay"
        assert await world.trash() == []

    @pytest.mark.parametrize("etag", ["e-one", "*"])
    async def test_if_match_of_the_present_version(self, world: World, etag: str) -> None:
        await world.put("key", b"one")
        result = await world.put("key", b"two", precondition=Precondition(if_match=etag))
        assert result.outcome is DONE
        assert await world.bytes_of(await world.body("key")) == b"two"
        assert len(await world.trash()) == 1

    async def test_if_match_of_another_version(self, world: World) -> None:
        await world.put("key", b"one")
        result = await world.put("key", b"two", precondition=Precondition(if_match="e-zero"))
        assert result.outcome is Outcome.PRECONDITION_FAILED
        assert await world.bytes_of(await world.body("key")) == b"one"
        assert await world.count("chunks") == 1

    @pytest.mark.parametrize("etag", ["e-one", "*"])
    async def test_if_match_of_no_key(self, world: World, etag: str) -> None:
        result = await world.put("key", b"two", precondition=Precondition(if_match=etag))
        assert result.outcome is Outcome.MISSING
        assert await world.count("chunks") == 0

    async def test_a_refused_manifest_keeps_its_lease(self, world: World) -> None:
        await world.put("key", b"one")
        draft = await world.manifest(b"two")
        await world.put("key", b"", content=draft, precondition=Precondition(if_none_match_any=True))
        assert await world.db.fetchval("SELECT lease_until IS NOT NULL FROM manifests")


class TestDelete:
    async def test_each_key_ends_for_itself(self, world: World) -> None:
        for key in ("a", "b", "c"):
            await world.put(key, key.encode())
        outcomes = await objects.delete(
            world.db, world.bucket.id, ["c", "b", "a", "z"], {"b": "e-other", "c": "e-c", "z": "*"}
        )
        assert outcomes == {
            "a": DONE,
            "b": Outcome.PRECONDITION_FAILED,
            "c": DONE,
            "z": Outcome.MISSING,
        }
        assert len(await world.trash()) == 2
        assert await world.count("objects") == 1

    async def test_a_key_named_twice_is_deleted_once(self, world: World) -> None:
        await world.put("a", b"a")
        assert await objects.delete(world.db, world.bucket.id, ["a", "a"]) == {"a": DONE}
        assert len(await world.trash()) == 1

    async def test_other_buckets_are_left_alone(self, world: World) -> None:
        await world.put("a", b"a")
        assert await objects.delete(world.db, world.bucket.id + 1, ["a"]) == {"a": Outcome.MISSING}
        assert await objects.delete(world.db, world.bucket.id, []) == {}


class TestCopy:
    async def copy(self, world: World, source: Body, key: str = "copy") -> objects.PublishResult:
        return await objects.publish_copy(
            world.db, world.bucket.id, key, world.account.id, source, "etag", PROPERTIES
        )

    async def test_a_chunk_or_manifest_is_named_again(self, world: World) -> None:
        await world.put("chunk", b"data")
        await world.put("manifest", b"", content=await world.manifest(b"one", b"two"))
        for key in ("chunk", "manifest"):
            source = await world.body(key)
            assert (await self.copy(world, source)).outcome is DONE
            assert await world.body("copy") == source

    async def test_onto_itself_the_body_stays(self, world: World) -> None:
        await world.put("key", b"data")
        source = await world.body("key")
        await self.copy(world, source, "key")
        assert await world.body("key") == source

    async def test_an_empty_body(self, world: World) -> None:
        assert (await self.copy(world, Body(0))).outcome is DONE
        assert await world.body("copy") == Body(0)

    @pytest.mark.parametrize("source", [Body(4, chunk_id=99), Body(4, manifest_id=99), Body(4, pieces_id=99)])
    async def test_a_source_that_was_collected_is_noticed(self, world: World, source: Body) -> None:
        assert (await self.copy(world, source)).outcome is Outcome.SOURCE_GONE
        assert (await world.get("copy")).version is None
        assert await world.count("pieces") == 0


async def test_a_version_is_found_wherever_it_is(world: World) -> None:
    await world.put("key", b"old")
    await world.db.execute("INSERT INTO noncurrent SELECT * FROM objects")
    await world.db.execute("UPDATE objects SET version_id = 'v2', etag = 'e-new', delete_marker = true")
    found = {
        version_id: (await objects.get(world.db, "bucket", "key", version_id=version_id)).version
        for version_id in ("v2", "null", "v1")
    }
    assert {name: version and (version.etag, version.version_id) for name, version in found.items()} == {
        "v2": ("e-new", "v2"),
        "null": ("e-old", None),
        "v1": None,
    }
    assert (await objects.get(world.db, "bucket", "key", version_id="null")).inline == inline(b"old").inline
