"""Chunks that are encrypted: what is stored reveals nothing, and what was altered is not handed out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import dataclass
from hashlib import sha256
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from s3gw.backends.memory import Memory
from s3gw.config import Settings
from s3gw.db import encryption_keys, instances, objects
from s3gw.db.encryption_keys import STORE
from s3gw.db.pool import Database
from s3gw.errors import ConfigError, Damaged
from s3gw.keyring import OVERHEAD, DataKey
from s3gw.sealing import Sealed, master_id
from s3gw.storage import codec, keys
from s3gw.storage.keys import Keys
from s3gw.storage.store import Layout, Store
from tests.stores import CDC, FIXED, INSTANCE, blocks_of, body_of, count, random_bytes, read_all
from tests.stores import Keys as Bucket

MASTER = bytes(range(32))
TEXT = b"a line that compresses well\n" * 20_000
KEY = DataKey(3, 7, UUID(int=5), bytes(32))


@dataclass
class World:
    """An encrypting store and a bucket."""

    db: Database
    backend: Memory
    store: Store
    bucket: Bucket

    async def stored(self) -> bytes:
        """All bytes of all packs and inline chunks."""
        rows = await self.db.fetch("SELECT data FROM chunks WHERE data IS NOT NULL")
        inline = b"".join(row["data"] for row in rows)
        return inline + b"".join(bytes(blob.data) for blob in self.backend._blobs.values())


async def open_store(db: Database, backend: Memory, master: bytes | None) -> Store:
    row = await instances.ensure_backend(db, "local", "test:")
    ring = Keys(db, master)
    await ring.load()
    return Store(db, {row.id: backend}, Settings(), await instances.start(db, INSTANCE), keys=ring)


@pytest.fixture
async def world(database: Database) -> AsyncIterator[World]:
    assert await keys.create(database, STORE, MASTER)
    backend = Memory()
    store = await open_store(database, backend, MASTER)
    yield World(database, backend, store, await Bucket.create(database))
    await store.close()


def test_a_payload_comes_back_and_nonces_are_never_the_same() -> None:
    seals = [bytes(KEY.seal(b"payload")) for _ in range(2000)]
    assert len({sealed[:12] for sealed in seals}) == len(seals)
    assert all(len(sealed) == 7 + OVERHEAD and KEY.open(sealed) == b"payload" for sealed in seals)


@pytest.mark.parametrize("at", [0, 11, 12, 18, 19, 34])
def test_a_payload_that_was_altered(at: int) -> None:
    sealed = bytearray(KEY.seal(b"payload"))
    sealed[at] ^= 128
    with pytest.raises(Damaged):
        KEY.open(sealed)


@pytest.mark.parametrize(
    "other",
    [
        DataKey(3, 7, UUID(int=5), bytes([1] * 32)),
        DataKey(4, 7, UUID(int=5), bytes(32)),
        DataKey(3, 8, UUID(int=5), bytes(32)),
        DataKey(3, 7, UUID(int=6), bytes(32)),
    ],
    ids=["key", "number", "domain", "store"],
)
def test_a_payload_is_bound_to(other: DataKey) -> None:
    with pytest.raises(Damaged):
        other.open(KEY.seal(b"payload"))


@pytest.mark.parametrize("length", [0, 1, OVERHEAD - 1])
def test_a_payload_that_is_too_short(length: int) -> None:
    with pytest.raises(Damaged):
        KEY.open(bytes(length))


@pytest.mark.parametrize("plain", [b"x", TEXT, random_bytes(100_000)])
@pytest.mark.parametrize("compress", [True, False])
def test_it_is_compressed_before_it_is_encrypted(plain: bytes, compress: bool) -> None:
    number, without = codec.encode(plain, compress)
    same, stored = codec.encode(plain, compress, KEY)
    assert same == number
    assert len(stored) == len(without) + OVERHEAD
    assert codec.decode(number, stored, len(plain), KEY) == plain


@pytest.mark.parametrize("layout", [CDC, FIXED], ids=["compressed", "raw"])
@pytest.mark.parametrize("size", [1, 700, 40_000, 300_000, 1_500_000, 5_000_000])
async def test_objects_come_back_and_are_not_stored_plain(world: World, layout: Layout, size: int) -> None:
    data = b"the secret of the house" + random_bytes(size, seed=size)
    await world.bucket.put(world.store, "key", data, layout)
    assert await world.bucket.get(world.store, "key") == data
    assert b"the secret of the house" not in await world.stored()
    ids = await world.db.fetch("SELECT DISTINCT key_id, domain_id FROM chunks")
    assert [tuple(row.values()) for row in ids] == [(1, 1)]


async def test_ranges_within_a_frame_of_several_chunks(world: World) -> None:
    data = random_bytes(1_000_000)
    await world.bucket.put(world.store, "key", data, FIXED)
    found = await world.bucket.get(world.store, "key")
    assert found == data
    version = (await objects.get(world.db, world.bucket.bucket, "key")).version
    assert version is not None
    body = version.body
    for start, length in ((0, 1), (65_535, 2), (200_000, 100_000), (999_999, 1)):
        got = b"".join([bytes(block) async for block in world.store.read(body, start, length)])
        assert got == data[start : start + length]


async def test_the_same_bytes_are_stored_once(world: World) -> None:
    data = random_bytes(3_000_000)
    await world.bucket.put(world.store, "a", data)
    before = await count(world.db, "chunks")
    await world.bucket.put(world.store, "b", data)
    await world.bucket.put(world.store, "small", b"small")
    await world.bucket.put(world.store, "again", b"small")
    assert await count(world.db, "chunks") == before + 1


async def test_what_was_plain_before_stays_readable_and_apart(database: Database) -> None:
    backend = Memory()
    bucket = await Bucket.create(database)
    before = await open_store(database, backend, None)
    data = random_bytes(500_000)
    await bucket.put(before, "old", data)
    await before.close()
    await keys.create(database, STORE, MASTER)
    after = await open_store(database, backend, MASTER)
    await bucket.put(after, "new", data)
    assert await bucket.get(after, "old") == await bucket.get(after, "new") == data
    per_key = await database.fetch("SELECT count(*) AS n FROM chunks GROUP BY key_id")
    assert [row["n"] for row in per_key] == [per_key[0]["n"]] * 2
    await after.close()


async def test_an_altered_payload_is_not_handed_out(world: World) -> None:
    await world.bucket.put(world.store, "key", b"small")
    await world.db.execute("UPDATE chunks SET data = set_byte(data, 14, (get_byte(data, 14) + 1) % 256)")
    with pytest.raises(Damaged):
        await world.bucket.get(world.store, "key")


async def test_without_the_key_nothing_is_read(world: World) -> None:
    await world.bucket.put(world.store, "key", b"small")
    other = await open_store(world.db, world.backend, None)
    with pytest.raises(Damaged, match="key 1"):
        await world.bucket.get(other, "key")
    await other.close()


async def test_a_rotated_key_reads_what_the_first_wrote_and_finds_it_again(world: World) -> None:
    data = random_bytes(400_000)
    await world.bucket.put(world.store, "old", data)
    assert await keys.rotate(world.db, STORE, MASTER)
    rotated = await open_store(world.db, world.backend, MASTER)
    await world.bucket.put(rotated, "new", data[:100_000])
    before = await count(world.db, "chunks")
    await world.bucket.put(rotated, "again", data)
    assert await count(world.db, "chunks") == before
    # The other process has not heard of the new key, and finds it when it meets it.
    assert await world.bucket.get(world.store, "new") == data[:100_000]
    assert await world.db.fetchval("SELECT count(DISTINCT key_id) FROM chunks") == 2
    assert not await keys.rotate(world.db, "nobody", MASTER)
    await rotated.close()


async def test_keys_are_sealed_and_names_taken_once(database: Database) -> None:
    assert await keys.create(database, "alpha", MASTER)
    assert not await keys.create(database, "alpha", MASTER)
    [key] = await encryption_keys.all_keys(database)
    assert key.master == master_id(MASTER)
    keys.check([key], [master_id(MASTER)])
    for master in (None, bytes(32)):
        with pytest.raises(ConfigError, match=f"alpha cannot be read without the master key {key.master}"):
            keys.check([key], [] if master is None else [master_id(master)])
    with pytest.raises(Sealed):
        await Keys(database, bytes(32)).load()


async def test_keys_are_brought_back_under_their_numbers(database: Database) -> None:
    for name in ("alpha", "beta"):
        await keys.create(database, name, MASTER)
    await keys.rotate(database, "alpha", MASTER)
    before = await encryption_keys.all_keys(database)
    await database.execute("DELETE FROM domains WHERE key_id IS NOT NULL")
    await database.execute("DELETE FROM data_keys")
    await database.execute("DELETE FROM named_keys")
    await encryption_keys.bring_back(database, before)
    await encryption_keys.bring_back(database, before)
    assert await encryption_keys.all_keys(database) == before
    assert await keys.create(database, "gamma", MASTER)
    assert [key.id for key in await encryption_keys.all_keys(database)] == [1, 2, 3, 4]


def test_digests_stay_those_of_the_plain_bytes() -> None:
    assert sha256(KEY.open(KEY.seal(TEXT))).digest() == sha256(TEXT).digest()


@given(
    st.lists(st.sampled_from([0, 1, 2, 3]), min_size=1, max_size=12),
    st.tuples(st.floats(0, 1), st.floats(0, 1)),
)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
async def test_chunks_in_any_order_and_again_and_again(
    world: World, order: list[int], part: tuple[float, float]
) -> None:
    data = b"".join(random_bytes(64 << 10, seed) for seed in order)
    draft = await world.store.write(blocks_of(data), FIXED, size=len(data))
    first, last = sorted(int(one * len(data)) for one in part)
    assert await read_all(world.store, draft) == data
    assert await read_all(world.store, draft, first, last - first) == data[first:last]


async def test_neighbours_are_handed_on_together(world: World) -> None:
    data = random_bytes(2 << 20)
    draft = await world.store.write(blocks_of(data), FIXED, size=len(data))
    async with aclosing(world.store.read(body_of(draft), 0, len(data))) as blocks:
        assert [len(block) async for block in blocks] == [8 << 16, 24 << 16]  # a frame, and three
