"""Whole manifests that one statement publishes: what each comes to, and that one which fails fails alone."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from s3gw.db import objects
from s3gw.db.batches import batches
from s3gw.db.objects import Outcome, PublishResult
from s3gw.db.records import Draft, Properties
from s3gw.db.whole import FEW
from tests.db.world import World, whole


async def publish(world: World, drafts: Sequence[Draft]) -> list[PublishResult]:
    """All at once, each under a key of its own: k0, k1 and so on."""
    return await asyncio.gather(
        *(
            objects.publish(
                world.db, world.bucket.id, f"k{place}", world.account.id, draft, f"e{place}", Properties()
            )
            for place, draft in enumerate(drafts)
        )
    )


async def bytes_under(world: World, key: str) -> bytes:
    """What the object's chunks hold, holes left out."""
    return await world.bytes_of(await world.body(key))


async def pack(world: World, lease: str) -> int:
    """A pack that is being written, whose lease ends so much later than now."""
    instance = await world.db.fetchval(
        "INSERT INTO instances (id, epoch) VALUES (gen_random_uuid(), 1) RETURNING id"
    )
    number: int = await world.db.fetchval(
        "INSERT INTO packs (instance_id, epoch, lease_until) "
        "VALUES ($1, 1, now() + $2::text::interval) RETURNING id",
        instance,
        lease,
    )
    return number


async def test_chunks_that_are_new_known_shared_and_missing_in_holes(world: World) -> None:
    await world.put("old", b"known", content=whole(b"known"))
    results = await publish(
        world,
        [
            whole(b"one", b"", b"two", b"one"),
            whole(b"two", b"three"),
            whole(b"known", new=False),
            whole(b"", b"known", b"", new=False),
            whole(b""),
        ],
    )
    assert [result.outcome for result in results] == [Outcome.DONE] * 5
    assert batches(world.db, objects._publish_whole).asked.statements == 2, "old, and the five"
    assert [await bytes_under(world, f"k{place}") for place in range(2)] == [b"onetwoone", b"twothree"]
    assert [await bytes_under(world, f"k{place}") for place in range(2, 5)] == [b"known", b"known", b""]
    assert await world.count("chunks") == 4
    offsets = await world.db.fetch(
        "SELECT byte_offset, chunk_id IS NULL AS hole FROM manifest_chunks ORDER BY 1"
    )
    assert [row["byte_offset"] for row in offsets if row["hole"]] == [0, 0, 3, 6]


async def test_a_known_chunk_that_is_gone_fails_alone(world: World) -> None:
    results = await publish(world, [whole(b"a"), whole(b"gone", new=False), whole(b"b")])
    assert [result.outcome for result in results] == [Outcome.DONE, Outcome.CHUNKS_GONE, Outcome.DONE]
    assert await world.count("manifests") == 2


async def test_packs_that_are_not_held_fail_alone(world: World) -> None:
    held, lost, never = await pack(world, "60 s"), await pack(world, "-1 s"), 12345
    results = await publish(
        world, [whole(b"a", pack_id=held), whole(b"b", pack_id=lost), whole(b"c", pack_id=never), whole(b"d")]
    )
    gone = Outcome.CHUNKS_GONE
    assert [result.outcome for result in results] == [Outcome.DONE, gone, gone, Outcome.DONE]
    assert [row["pack_id"] for row in await world.db.fetch("SELECT pack_id FROM chunks ORDER BY id")] in (
        [held, None],
        [None, held],
    )


async def test_long_manifests_are_published_alone(world: World) -> None:
    parts = [bytes((number,)) for number in range(1, FEW + 2)]
    results = await publish(world, [whole(*parts), whole(*parts[:-1]), whole(*parts[1:])])
    assert [result.outcome for result in results] == [Outcome.DONE] * 3
    assert await bytes_under(world, "k0") == b"".join(parts)
    assert await world.count("chunks") == len(parts)
