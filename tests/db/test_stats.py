"""What `s3gw stats` counts, on tables filled by hand."""

from __future__ import annotations

from s3gw.db import buckets, objects, stats, uploads
from s3gw.db.records import Body, Properties
from s3gw.db.stats import Stats
from tests.db.world import World


async def pack(world: World, size: int | None) -> int:
    number: int = await world.db.fetchval("INSERT INTO packs (size) VALUES ($1) RETURNING id", size)
    return number


async def packed(
    world: World, pack_id: int, frame: tuple[int, int], start: int, length: int, name: str
) -> int:
    """A chunk in a frame (offset and stored length) of a pack."""
    number: int = await world.db.fetchval(
        "INSERT INTO chunks "
        "(pack_id, frame_offset, frame_length, frame_start, length, digest, domain_id, codec)"
        " VALUES ($1, $2, $3, $4, $5, sha256($6::text::bytea), 0, 1) RETURNING id",
        pack_id,
        *frame,
        start,
        length,
        name,
    )
    return number


async def publish(world: World, bucket_id: int, key: str, body: Body) -> None:
    await objects.publish(world.db, bucket_id, key, world.account.id, body, "e", Properties())


async def test_an_empty_store(world: World) -> None:
    found = await stats.overall(world.db)
    assert found.metadata_bytes is not None
    assert found.metadata_bytes > 0
    assert (found.objects, found.logical_bytes, found.stored_bytes, found.packs) == (0, 0, 0, 0)
    assert found.savings_percent == 0
    assert await stats.by_bucket(world.db) == {"bucket": Stats(0, 0, 0, 0, 0)}


async def test_frames_count_once_and_the_rest_of_a_pack_is_dead(world: World) -> None:
    sealed, empty, open_pack = await pack(world, 10_000), await pack(world, 500), await pack(world, None)
    one = await packed(world, sealed, (100, 3_000), 0, 4_000, "a")
    await packed(world, sealed, (100, 3_000), 4_000, 2_000, "b")
    two = await packed(world, open_pack, (4_096, 1_000), 0, 1_000, "c")
    assert empty
    await publish(world, world.bucket.id, "a", Body(4_000, chunk_id=one))
    await publish(world, world.bucket.id, "c", Body(1_000, chunk_id=two))
    await world.put("inline", b"12345")
    found = await stats.overall(world.db)
    assert (found.objects, found.logical_bytes) == (3, 5_005)
    assert (found.chunks, found.unique_bytes, found.packs) == (4, 7_005, 3)
    assert found.stored_bytes == 10_000 + 500 + 5_096 + 5
    assert found.dead_bytes == 7_000 + 500 + 4_096
    assert found.savings_percent == 100 * (1 - 15_601 / 5_005)


async def test_buckets_share(world: World) -> None:
    other, _ = await buckets.create(world.db, "other", world.account.id, "r", "cdc-256k", True)
    number = await pack(world, 10_000)
    shared = await packed(world, number, (0, 500), 0, 1_000, "shared")
    alone = await packed(world, number, (4_096, 700), 0, 700, "alone")
    for bucket_id, key, chunk, size in (
        (world.bucket.id, "1", shared, 1_000),
        (world.bucket.id, "2", shared, 1_000),
        (world.bucket.id, "3", alone, 700),
        (other.id, "1", shared, 1_000),
    ):
        await publish(world, bucket_id, key, Body(size, chunk_id=chunk))
    assert await stats.by_bucket(world.db) == {
        "bucket": Stats(3, 2_700, 1_700, 1_200, 2),
        "other": Stats(1, 1_000, 1_000, 500, 1),
    }


async def test_bodies_of_every_kind_lead_to_their_chunks(world: World) -> None:
    await world.put("chunk", b"aa")
    await world.put("manifest", b"", content=await world.manifest(b"aa", b"bbb"))
    upload = await uploads.create(world.db, world.bucket.id, "pieces", world.account.id, Properties())
    assert upload is not None
    found = await uploads.get(world.db, world.bucket.id, "pieces", upload)
    assert found is not None
    await uploads.put_part(world.db, upload, 1, await world.manifest(b"bbb", b"cccc"), "e", {})
    await uploads.copy_part(world.db, upload, 2, await world.body("chunk"), 0, 1, "e", {})
    await uploads.complete(world.db, found, world.account.id, [(1, "e"), (2, "e")], "e-2", {}, {})
    expected = Stats(3, 2 + 5 + 8, 9, 9, 3)
    assert await stats.by_bucket(world.db) == {"bucket": expected}
    whole = await stats.overall(world.db)
    assert (whole.objects, whole.logical_bytes, whole.unique_bytes) == (3, 15, 9)


async def test_versions_count_and_delete_markers_do_not(world: World) -> None:
    await world.put("key", b"old")
    await world.db.execute("INSERT INTO noncurrent SELECT * FROM objects")
    await world.put("key", b"newer")
    await world.put("gone", b"x")
    await world.db.execute("UPDATE objects SET delete_marker = true WHERE key = 'gone'")
    found = await stats.overall(world.db)
    assert (found.objects, found.logical_bytes) == (2, 8)
    assert (await stats.by_bucket(world.db))["bucket"].logical_bytes == 8
