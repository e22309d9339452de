"""Multipart uploads: parts, completion, abortion, and copies of what they made."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from s3gw.db import objects, uploads
from s3gw.db.objects import ObjectPart, Outcome, Precondition
from s3gw.db.records import Body, Draft, Properties
from s3gw.db.uploads import Upload
from tests.db.world import World, inline

DONE = Outcome.DONE
ANSWER = {"etag": "whole-2"}
PROPERTIES = Properties(
    headers={"Content-Type": "image/png"}, metadata={"a": "b"}, extra={"tags": {"x": "y"}}
)


@pytest.fixture
async def upload(world: World) -> Upload:
    """An upload in progress to "key"."""
    identifier = await uploads.create(
        world.db,
        world.bucket.id,
        "key",
        world.account.id,
        PROPERTIES,
        checksum_algorithm="CRC32",
        checksum_type="COMPOSITE",
    )
    assert identifier is not None
    found = await uploads.get(world.db, world.bucket.id, "key", identifier)
    assert found is not None
    return found


async def put(world: World, upload: Upload, number: int, data: bytes, content: Draft | None = None) -> None:
    result = await uploads.put_part(
        world.db, upload.id, number, content or inline(data), f"e-{data.decode()}", {"CRC32": str(number)}
    )
    assert result.outcome is DONE


async def complete(
    world: World, upload: Upload, chosen: Sequence[tuple[int, str]], **more: Any
) -> uploads.Completion:
    return await uploads.complete(
        world.db, upload, world.account.id, chosen, "whole-2", {"type": "COMPOSITE"}, ANSWER, **more
    )


async def test_an_upload_comes_back_as_given(world: World, upload: Upload) -> None:
    assert upload.properties == PROPERTIES
    assert (upload.checksum_algorithm, upload.checksum_type) == ("CRC32", "COMPOSITE")
    assert (upload.owner, upload.completed) == (world.account, None)
    assert await uploads.get(world.db, world.bucket.id, "other", upload.id) is None
    assert await uploads.get(world.db, world.bucket.id + 1, "key", upload.id) is None


async def test_ids_sort_by_time(world: World) -> None:
    made = [
        await uploads.create(world.db, world.bucket.id, "key", world.account.id, Properties())
        for _ in range(20)
    ]
    assert made == sorted(made, key=str)
    assert len(set(made)) == 20


async def test_no_upload_into_a_deleted_bucket(world: World) -> None:
    bucket = world.bucket.id + 1
    assert await uploads.create(world.db, bucket, "key", world.account.id, Properties()) is None


async def test_parts_are_listed_as_they_stand(world: World, upload: Upload) -> None:
    await put(world, upload, 2, b"two")
    await put(world, upload, 1, b"one")
    await put(world, upload, 2, b"second")
    parts = await uploads.parts(world.db, upload.id)
    assert [(p.number, p.size, p.etag, p.checksums) for p in parts] == [
        (1, 3, "e-one", {"CRC32": "1"}),
        (2, 6, "e-second", {"CRC32": "2"}),
    ]
    assert await uploads.parts(world.db, upload.id, after=1, limit=1) == parts[1:]
    assert [await world.bytes_of(body) for body in await world.trash()] == [b"two"]


async def test_a_part_of_no_upload_leaves_nothing(world: World) -> None:
    draft = await world.manifest(b"x")
    for content in (inline(b"unwanted"), draft):
        result = await uploads.put_part(world.db, "none", 1, content, "e", {})
        assert result.outcome is Outcome.NO_UPLOAD
    assert await world.count("chunks") == 1
    assert await world.db.fetchval("SELECT lease_until IS NOT NULL FROM manifests")


async def test_complete_joins_the_parts_in_order(world: World, upload: Upload) -> None:
    await put(world, upload, 3, b"three")
    await put(world, upload, 1, b"", await world.manifest(b"on", b"e!"))
    await put(world, upload, 2, b"unused")
    await put(world, upload, 9, b"", Draft(0))
    chosen = [(1, "e-"), (3, "e-three"), (9, "e-")]
    done = await complete(world, upload, chosen)
    assert (done.outcome, done.answer) == (DONE, ANSWER)
    version = (await world.get("key")).version
    assert version is not None
    assert await world.bytes_of(version.body) == b"one!three"
    assert (version.size, version.parts_count, version.etag) == (9, 3, "whole-2")
    assert version.properties.headers == PROPERTIES.headers
    assert version.properties.extra == PROPERTIES.extra
    assert version.properties.checksums == {"type": "COMPOSITE"}
    parts = [
        ObjectPart(1, 0, 4, {"CRC32": "1"}),
        ObjectPart(3, 4, 5, {"CRC32": "3"}),
        ObjectPart(9, 9, 0, {"CRC32": "9"}),
    ]
    assert await objects.parts(world.db, version.body) == parts
    assert await objects.parts(world.db, version.body, after=1, limit=1) == parts[1:2]
    assert await objects.part(world.db, version.body, 3) == parts[1]
    assert await objects.part(world.db, version.body, 2) is None
    assert [await world.bytes_of(body) for body in await world.trash()] == [b"unused"]
    assert await world.count("parts") == 0


async def test_complete_may_be_repeated(world: World, upload: Upload) -> None:
    await put(world, upload, 1, b"one")
    first = await complete(world, upload, [(1, "e-one")])
    before = await world.body("key")
    assert await complete(world, upload, [(1, "e-one")]) == first
    assert await world.body("key") == before
    again = await uploads.get(world.db, world.bucket.id, "key", upload.id)
    assert again is not None
    assert again.completed == ANSWER
    late = await uploads.put_part(world.db, upload.id, 1, inline(b"late"), "e-late", {})
    assert late.outcome is Outcome.NO_UPLOAD
    assert not await uploads.abort(world.db, world.bucket.id, "key", upload.id)


@pytest.mark.parametrize("chosen", [[(1, "e-other")], [(1, "e-one"), (2, "e-two")]])
async def test_complete_with_parts_that_are_not_there(
    world: World, upload: Upload, chosen: list[tuple[int, str]]
) -> None:
    await put(world, upload, 1, b"one")
    assert (await complete(world, upload, chosen)).outcome is Outcome.INVALID_PART
    assert (await world.get("key")).version is None
    assert len(await uploads.parts(world.db, upload.id)) == 1


async def test_a_refused_complete_changes_nothing(world: World, upload: Upload) -> None:
    await world.put("key", b"present")
    await put(world, upload, 1, b"one")
    for precondition, outcome in (
        (Precondition(if_none_match_any=True), Outcome.PRECONDITION_FAILED),
        (Precondition(if_match="e-other"), Outcome.PRECONDITION_FAILED),
    ):
        done = await complete(world, upload, [(1, "e-one")], precondition=precondition)
        assert done == uploads.Completion(outcome)
    assert len(await uploads.parts(world.db, upload.id)) == 1
    assert [await world.count(table) for table in ("pieces", "object_parts", "trash")] == [0, 0, 0]
    done = await complete(world, upload, [(1, "e-one")], precondition=Precondition(if_match="e-present"))
    assert done.outcome is DONE


async def test_complete_of_an_aborted_upload(world: World, upload: Upload) -> None:
    await put(world, upload, 1, b"one")
    await put(world, upload, 2, b"", Draft(0))
    assert await uploads.abort(world.db, world.bucket.id, "key", upload.id)
    assert not await uploads.abort(world.db, world.bucket.id, "key", upload.id)
    assert (await complete(world, upload, [(1, "e-one")])).outcome is Outcome.NO_UPLOAD
    assert [await world.bytes_of(body) for body in await world.trash()] == [b"one"]
    assert await world.count("uploads") == 0


class TestCopies:
    async def made(self, world: World, upload: Upload) -> Body:
        """The body "0123456789ab" in parts of four bytes, the middle one a manifest of two chunks."""
        await put(world, upload, 1, b"0123")
        await put(world, upload, 2, b"", await world.manifest(b"456", b"7"))
        await put(world, upload, 3, b"89ab")
        await complete(world, upload, [(1, "e-0123"), (2, "e-"), (3, "e-89ab")])
        return await world.body("key")

    async def test_a_copy_of_pieces_has_its_own_and_the_parts(self, world: World, upload: Upload) -> None:
        source = await self.made(world, upload)
        result = await objects.publish_copy(
            world.db, world.bucket.id, "copy", world.account.id, source, "e", Properties(), parts_count=3
        )
        assert result.outcome is DONE
        copy = await world.body("copy")
        assert copy.pieces_id != source.pieces_id
        assert await world.bytes_of(copy) == b"0123456789ab"
        assert await objects.parts(world.db, copy) == await objects.parts(world.db, source)

    async def test_every_range_of_pieces(self, world: World, upload: Upload) -> None:
        source = await self.made(world, upload)
        target = await uploads.create(world.db, world.bucket.id, "target", world.account.id, Properties())
        assert target is not None
        for start in range(12):
            for end in range(start + 1, 13):
                result = await uploads.copy_part(world.db, target, 1, source, start, end - start, "e", {})
                assert result.outcome is DONE
                [part] = await uploads.parts(world.db, target)
                assert part.size == end - start
                assert await world.bytes_of(part.body) == b"0123456789ab"[start:end]

    async def test_a_part_that_is_pieces_becomes_pieces_of_the_object(
        self, world: World, upload: Upload
    ) -> None:
        source = await self.made(world, upload)
        identifier = await uploads.create(world.db, world.bucket.id, "joined", world.account.id, Properties())
        assert identifier is not None
        target = await uploads.get(world.db, world.bucket.id, "joined", identifier)
        assert target is not None
        await uploads.copy_part(world.db, identifier, 1, source, 2, 8, "e-1", {})
        await uploads.copy_part(world.db, identifier, 2, source, 0, 12, "e-2", {})
        parts = await uploads.parts(world.db, identifier)
        before = await world.count("chunks")
        assert (await complete(world, target, [(1, "e-1"), (2, "e-2")])).outcome is DONE
        assert await world.bytes_of(await world.body("joined")) == b"234567890123456789ab"
        assert await world.trash() == [Body(0, pieces_id=part.body.pieces_id) for part in parts]
        assert await world.count("chunks") == before

    @pytest.mark.parametrize("start", [0, 1])
    async def test_a_part_of_one_chunk(self, world: World, upload: Upload, start: int) -> None:
        await world.put("source", b"data")
        source = await world.body("source")
        await uploads.copy_part(world.db, upload.id, 1, source, start, 4 - start, "e", {})
        [part] = await uploads.parts(world.db, upload.id)
        assert await world.bytes_of(part.body) == b"data"[start:]
        assert (part.body.chunk_id == source.chunk_id) == (start == 0)

    @pytest.mark.parametrize("source", [Body(4, chunk_id=99), Body(4, manifest_id=99), Body(4, pieces_id=99)])
    @pytest.mark.parametrize("length", [2, 4])
    async def test_a_source_that_was_collected_is_noticed(
        self, world: World, upload: Upload, source: Body, length: int
    ) -> None:
        result = await uploads.copy_part(world.db, upload.id, 1, source, 0, length, "e", {})
        assert result.outcome is Outcome.SOURCE_GONE
        assert await world.count("parts") == 0

    async def test_a_copy_into_no_upload_leaves_no_pieces(self, world: World, upload: Upload) -> None:
        source = await self.made(world, upload)
        before = await world.count("pieces")
        result = await uploads.copy_part(world.db, "none", 1, source, 1, 2, "e", {})
        assert result.outcome is Outcome.NO_UPLOAD
        assert await world.count("pieces") == before
