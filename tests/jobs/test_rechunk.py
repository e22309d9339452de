"""Objects end as one PUT of them would have been cut, however they came; nothing else of them changes."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence

import pytest

from s3gw import pauses
from s3gw.backends.memory import Memory
from s3gw.config import Margins
from s3gw.db import appends, bucket_chunking, buckets, objects, rechunk, uploads
from s3gw.db.pool import Database
from s3gw.db.records import Body, Bucket, Properties
from s3gw.errors import Unavailable
from s3gw.jobs.collect import collect_now
from s3gw.jobs.job import Progress
from s3gw.jobs.rechunk import Rechunker
from s3gw.storage.presets import PRESETS
from s3gw.storage.store import Layout, Store
from tests.invariants import check_store
from tests.storage.archives import make_tar
from tests.stores import Keys, blocks_of, count, open_store, random_bytes

KIB, MIB = 1 << 10, 1 << 20


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
async def store(database: Database, memory: Memory) -> AsyncIterator[Store]:
    async with open_store(database, memory) as opened:
        yield opened


@pytest.fixture
async def keys(database: Database) -> Keys:
    return await Keys.create(database)


class World:
    """A bucket of some preset, and objects that come to it in parts."""

    def __init__(self, database: Database, memory: Memory, keys: Keys, store: Store) -> None:
        self.database, self.memory, self.keys, self.store = database, memory, keys, store
        self.rechunker = Rechunker(database, store)

    async def bucket(self) -> Bucket:
        found = await buckets.get(self.database, self.keys.bucket)
        assert found is not None
        return found

    async def layout(self) -> Layout:
        found = await self.bucket()
        return Layout(found.chunking, found.archive_hints, False, 0)

    async def choose(self, chunking: str, hints: bool = False) -> None:
        """Another preset for the bucket."""
        wanted = bucket_chunking.Change(chunking=chunking, archive_hints=hints)
        assert await bucket_chunking.change(self.database, self.keys.bucket, wanted)
        if not await count(self.database, "objects"):
            await self.run()  # the pass that this has begun

    async def put(self, key: str, data: bytes) -> None:
        """In one go."""
        await self.keys.put(self.store, key, data, await self.layout())

    async def upload(self, key: str, data: bytes, sizes: Sequence[int]) -> None:
        """In parts of these sizes, the last of which repeats."""
        db, bucket_id, account_id = self.database, self.keys.bucket_id, self.keys.account_id
        upload_id = await uploads.create(db, bucket_id, key, account_id, Properties())
        assert upload_id is not None
        upload = await uploads.get(db, bucket_id, key, upload_id)
        assert upload is not None
        at, number, layout = 0, 0, await self.layout()
        chosen: list[tuple[int, str]] = []
        while at < len(data):
            part = data[at : at + sizes[min(number, len(sizes) - 1)]]
            at, number = at + len(part), number + 1
            draft = await self.store.write(blocks_of(part), layout)
            await uploads.put_part(db, upload_id, number, draft, f"e{number}", {})
            chosen.append((number, f"e{number}"))
        result = await uploads.complete(db, upload, account_id, chosen, f"etag-{number}", {}, {})
        assert result.outcome is objects.Outcome.DONE

    async def run(self) -> dict[str, int]:
        """One run of the job, and what it counted."""
        progress = Progress()
        await self.rechunker.run(progress)
        return progress.counts

    async def collect(self) -> None:
        await self.store._packs.close()
        await collect_now(self.database, {1: self.memory}, Margins())

    async def unique(self) -> int:
        """Plain bytes of all chunks."""
        return int(await self.database.fetchval("SELECT coalesce(sum(length), 0) FROM chunks"))

    async def intact(self) -> None:
        await self.collect()
        assert await check_store(self.database, {1: self.memory}) == []
        assert await count(self.database, "rechunk_queue") == 0

    async def cuts(self, key: str) -> list[int]:
        """Lengths of the chunks of an object."""
        found = await objects.get(self.database, self.keys.bucket, key)
        assert found.version is not None
        return [cell.length async for cell in rechunk.cells(self.database, found.version.body, 0)]


@pytest.fixture
def world(database: Database, memory: Memory, keys: Keys, store: Store) -> World:
    return World(database, memory, keys, store)


async def three_ways(world: World, data: bytes, one: int, other: int) -> float:
    """Percent saved, once the data were put in one go and in parts of two sizes and the job ran."""
    await world.put("whole", data)
    await world.upload("one", data, [one])
    await world.upload("other", data, [other])
    await world.run()
    await world.collect()
    for key in ("whole", "one", "other"):
        assert await world.keys.get(world.store, key) == data
    cuts = await world.cuts("whole")
    assert await world.cuts("one") == cuts
    assert await world.cuts("other") == cuts
    return 100 * (1 - await world.unique() / (3 * len(data)))


@pytest.mark.parametrize(
    ("chunking", "hints"), [("cdc-64k", False), ("cdc-64k", True), ("fixed-64k", False), ("fixed-8k", False)]
)
async def test_parts_cost_nothing(world: World, chunking: str, hints: bool) -> None:
    await world.choose(chunking, hints)
    data = random_bytes(MIB + 12345, 1)
    assert await three_ways(world, data, 400 * KIB, 250 * KIB + 7) == pytest.approx(100 * 2 / 3, abs=0.01)
    await world.intact()


async def row_of(world: World, key: str) -> dict[str, object]:
    """Everything of a version but what it is made of."""
    row = await world.database.fetchrow("SELECT * FROM objects WHERE key = $1", key)
    assert row is not None
    return {name: row[name] for name in row.keys() if name not in ("chunk_id", "manifest_id", "pieces_id")}  # noqa: SIM118


async def body_of(world: World, key: str) -> Body:
    found = await objects.get(world.database, world.keys.bucket, key)
    assert found.version is not None
    return found.version.body


async def test_nothing_else_of_a_version_changes(world: World) -> None:
    await world.choose("cdc-64k")
    data = random_bytes(2 * MIB, 3)
    await world.upload("key", data, [300 * KIB])
    row, parts = await row_of(world, "key"), await objects.parts(world.database, await body_of(world, "key"))
    before = await body_of(world, "key")
    counts = await world.run()
    assert (counts["objects"], counts["checked"]) == (1, 1)
    after = await body_of(world, "key")
    assert before != after
    assert await row_of(world, "key") == row
    assert await objects.parts(world.database, after) == parts
    assert len(parts) == 7
    assert await world.keys.get(world.store, "key") == data
    # who has looked it up before reads on, until the reader margin is over
    assert b"".join([bytes(block) async for block in world.store.read(before, 0, before.size)]) == data
    await world.intact()
    counts = await world.run()
    assert counts.get("checked", 0) == 0


async def test_a_seam_costs_a_few_chunks_and_not_the_object(world: World) -> None:
    await world.choose("cdc-64k")
    data = random_bytes(12 * MIB, 4)
    await world.upload("key", data, [6 * MIB])
    counts = await world.run()
    assert 0 < counts["new_bytes"] <= MIB
    assert counts["bytes"] <= 4 * MIB
    await world.put("whole", data)
    assert await world.cuts("key") == await world.cuts("whole")
    await world.intact()


async def test_parts_that_fit_are_left_alone(world: World) -> None:
    await world.choose("fixed-64k")
    await world.upload("key", random_bytes(MIB, 5), [256 * KIB])
    before = await body_of(world, "key")
    counts = await world.run()
    assert (counts["checked"], counts["objects"], counts["new_bytes"]) == (1, 0, 0)
    assert await body_of(world, "key") == before
    await world.intact()


async def test_objects_come_to_another_preset(world: World) -> None:
    data = {f"k{number}": random_bytes(size, number) for number, size in enumerate((1, 100 * KIB, MIB))}
    for key, content in data.items():
        await world.put(key, content)
    await world.upload("parts", data["k2"], [300 * KIB])
    assert await world.keys.copy("k2", "copy") is objects.Outcome.DONE
    for chunking in ("fixed-8k", "cdc-64k", "cdc-256k"):
        await world.choose(chunking)
        counts = await world.run()
        assert counts["passes"] == 1
        assert await count(world.database, "rechunk_passes") == 0
        await world.put("fresh", data["k2"])
        for key in ("k2", "parts", "copy"):
            assert await world.cuts(key) == await world.cuts("fresh"), chunking
        await world.put("fresh", data["k1"])
        assert await world.cuts("k1") == await world.cuts("fresh")
        for key, content in (*data.items(), ("parts", data["k2"]), ("copy", data["k2"])):
            assert await world.keys.get(world.store, key) == content
        await world.intact()
        assert await world.unique() == sum(map(len, data.values()))


async def test_older_versions_too(world: World) -> None:
    await buckets.set_versioning(world.database, world.keys.bucket_id, "Enabled")
    await world.choose("cdc-64k")
    data = random_bytes(2 * MIB, 6)
    await world.upload("key", data, [500 * KIB])
    await world.upload("key", data, [300 * KIB])
    await world.put("key", b"new")
    counts = await world.run()
    assert counts["objects"] == 2
    await world.collect()
    assert await world.unique() == len(data) + 3
    versions = "SELECT array_agg(version_seq ORDER BY version_seq) FROM noncurrent"
    assert len(await world.database.fetchval(versions)) == 2
    await world.choose("fixed-64k")
    counts = await world.run()
    assert counts["objects"] == 2
    await world.intact()
    assert await world.unique() == len(data) + 3


async def test_what_the_preset_did_not_cut_is_cut_as_a_whole(world: World) -> None:
    """Parts that were uploaded before the preset was changed, completed afterwards."""
    await world.choose("fixed-64k")
    data = random_bytes(4 * MIB, 7)
    await world.upload("key", data, [MIB + 5])
    await world.choose("cdc-64k")
    await world.database.execute("DELETE FROM rechunk_passes")
    await world.run()
    await world.put("whole", data)
    assert await world.cuts("key") == await world.cuts("whole")
    await world.intact()


async def test_a_tar_in_parts_is_cut_at_its_members(world: World) -> None:
    await world.choose("cdc-64k", hints=True)
    data = make_tar([(f"f{number}", random_bytes(20_000 + 977 * number, number)) for number in range(60)])
    await world.upload("key", data, [300 * KIB])
    await world.run()
    await world.put("whole", data)
    assert await world.cuts("key") == await world.cuts("whole")
    await world.intact()


async def test_zeros_stay_holes(world: World) -> None:
    await world.choose("cdc-64k")
    data = bytes(MIB) + random_bytes(MIB, 8) + bytes(3 * MIB + 5) + random_bytes(MIB, 9) + bytes(MIB)
    await world.upload("key", data, [900 * KIB])
    await world.upload("zeros", bytes(4 * MIB), [MIB])
    await world.run()
    assert await world.keys.get(world.store, "key") == data
    assert await world.keys.get(world.store, "zeros") == bytes(4 * MIB)
    await world.put("whole", data)
    assert await world.cuts("key") == await world.cuts("whole")
    await world.intact()


async def test_a_long_object_is_published_piece_by_piece(world: World) -> None:
    """Whoever is cut off goes on behind the last."""
    await world.choose("cdc-64k")
    data = random_bytes(6 * MIB, 10)
    await world.upload("key", data, [700 * KIB])
    world.rechunker.segment = MIB
    published = 0

    async def cut_off(point: str) -> None:
        nonlocal published
        published += point == "rechunk.published"
        if published == 3 and point == "rechunk.published":
            raise Unavailable("the gateway ends")

    pauses.install(cut_off)
    try:
        with pytest.raises(Unavailable, match="1 objects"):
            await world.run()
    finally:
        pauses.install(None)
    assert await world.keys.get(world.store, "key") == data
    [entry] = await rechunk.queued(world.database, 0)
    assert MIB < entry.done_to < 4 * MIB
    counts = await world.run()
    assert counts["bytes"] < 5 * MIB
    await world.put("whole", data)
    assert await world.cuts("key") == await world.cuts("whole")
    await world.intact()


async def test_an_object_that_grows(world: World) -> None:
    await world.choose("cdc-64k")
    data = random_bytes(2 * MIB, 11)
    await world.put("key", data[: 500 * KIB])
    for begin in range(500 * KIB, len(data), 100 * KIB):
        found = await objects.get(world.database, world.keys.bucket, "key")
        assert found.version is not None
        draft = await world.store.write(blocks_of(data[begin : begin + 100 * KIB]), await world.layout())
        version, sums = found.version, appends.Sums({}, {}, {})
        result = await appends.append(
            world.database, version.bucket_id, "key", version.modified_at, draft, f"e{begin}", sums
        )
        assert result.outcome is objects.Outcome.DONE
        if begin == 800 * KIB:
            await world.run()
    await world.run()
    await world.put("whole", data)
    assert await world.keys.get(world.store, "key") == data
    assert await world.cuts("key") == await world.cuts("whole")
    await world.intact()


async def test_a_pass_goes_on_where_it_ended(world: World) -> None:
    data = {f"k{number:03}": random_bytes(300 * KIB, number) for number in range(70)}
    for key, content in data.items():
        await world.put(key, content)
    await world.choose("fixed-64k")
    seen = 0

    async def cut_off(point: str) -> None:
        nonlocal seen
        seen += point == "rechunk.read"
        if seen == 68 and point == "rechunk.read":
            raise Unavailable("the gateway ends")

    pauses.install(cut_off)
    try:
        with pytest.raises(Unavailable):
            await world.run()
    finally:
        pauses.install(None)
    [one] = await rechunk.passes(world.database)
    assert one.after_key == "k063"
    counts = await world.run()
    assert counts["checked"] == 6
    assert await count(world.database, "rechunk_passes") == 0
    await world.intact()


async def test_a_change_during_a_pass_begins_another(world: World) -> None:
    await world.put("a", random_bytes(300 * KIB, 1))
    await world.put("b", random_bytes(300 * KIB, 2))
    await world.choose("fixed-64k")
    changed = False

    async def change(point: str) -> None:
        nonlocal changed
        if point == "rechunk.published" and not changed:
            changed = True
            await world.choose("fixed-8k")

    pauses.install(change)
    try:
        await world.run()
    finally:
        pauses.install(None)
    assert await count(world.database, "rechunk_passes") == 1
    await world.run()
    for key in "ab":
        assert set((await world.cuts(key))[:-1]) == {8 * KIB}
    await world.intact()


async def test_damage_is_told_and_the_rest_is_done(world: World) -> None:
    await world.choose("fixed-64k")
    await world.upload("bad", random_bytes(MIB, 1), [100_000])
    await world.upload("good", random_bytes(MIB, 2), [100_000])
    await world.store._packs.close()
    place = await world.database.fetchrow(
        """
        SELECT c.frame_offset, r.name FROM objects o JOIN pieces p USING (pieces_id)
        JOIN manifest_chunks m ON m.manifest_id = p.manifest_id JOIN chunks c ON c.id = m.chunk_id
        JOIN replicas r ON r.pack_id = c.pack_id WHERE o.key = 'bad' LIMIT 1
        """
    )
    assert place is not None
    world.memory._blobs[place["name"].hex].data[place["frame_offset"]] ^= 1
    counts = await world.run()
    assert (counts["damaged"], counts["objects"]) == (1, 1)
    assert await count(world.database, "rechunk_queue") == 0


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("chunking", list(PRESETS))
async def test_200_mib_by_parts_of_8_and_of_5_mib(world: World, chunking: str) -> None:
    await world.choose(chunking, hints=True)
    saved = await three_ways(world, random_bytes(200 * MIB, 2), 8 * MIB, 5 * MIB)
    assert abs(saved - 100 * 2 / 3) < 2
