"""What goes in comes out: every preset, awkward sizes, any blocks, any range."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from s3gw.backends.disk import Disk
from s3gw.backends.memory import Memory
from s3gw.config import Settings
from s3gw.db import instances
from s3gw.db.pool import Database
from s3gw.errors import OutOfSpace
from s3gw.storage.presets import PRESETS
from s3gw.storage.store import Store
from tests.stores import CDC, FIXED, INSTANCE, blocks_of, open_store, random_bytes, read_all

KIB, MIB = 1 << 10, 1 << 20


@pytest.fixture
async def store(database: Database, tmp_path: Path) -> AsyncIterator[Store]:
    disk = Disk(tmp_path / "packs")
    async with open_store(database, disk) as opened:
        yield opened
    await disk.close()


SIZES = (
    1,
    2,
    4095,
    4096,
    8192,
    8193,
    16384,
    16385,
    65535,
    65536,
    65537,
    MIB - 1,
    MIB,
    MIB + 1,
    5 * MIB + 321,
)


@pytest.mark.parametrize("chunking", sorted(PRESETS))
@pytest.mark.parametrize("hints", [False, True])
@pytest.mark.slow
async def test_round_trip(store: Store, chunking: str, hints: bool) -> None:
    layout = replace(CDC, chunking=chunking, hints=hints)
    for seed, size in enumerate(SIZES):
        data = random_bytes(size, seed)
        draft = await store.write(blocks_of(data, (7, 100_000, 1 << 20)), layout, size=size)
        assert await read_all(store, draft) == data


async def test_empty_body_needs_no_row(store: Store) -> None:
    draft = await store.write(blocks_of(b""), CDC, size=0)
    assert (draft.size, draft.inline, draft.manifest_id) == (0, None, None)
    assert await read_all(store, draft) == b""


@pytest.mark.parametrize("layout", [CDC, FIXED, replace(FIXED, compression=True)])
async def test_any_range(store: Store, layout: object) -> None:
    chosen = random.Random(5)
    text = b"".join(b"line %d of a text that compresses\n" % line for line in range(60_000))
    data = random_bytes(MIB, 1) + text + bytes(3 * MIB + 17) + random_bytes(300_001, 2) + bytes(9)
    draft = await store.write(blocks_of(data), layout)  # type: ignore[arg-type]
    assert await read_all(store, draft) == data
    for _ in range(60):
        start = chosen.randrange(len(data))
        length = min(len(data) - start, chosen.choice((1, 10, 70_000, 2 * MIB)))
        assert await read_all(store, draft, start, length) == data[start : start + length]
    assert await read_all(store, draft, len(data), 0) == b""


@pytest.mark.parametrize("chunking", sorted(PRESETS))
async def test_bodies_put_together_at_random(store: Store, chunking: str) -> None:
    """Runs of zeros, repeated, compressible and random stretches, in blocks and ranges of any size."""
    chosen = random.Random(chunking)
    repeated = random_bytes(200_000, 99)
    for seed in range(12):
        stretches = []
        for _ in range(chosen.randrange(1, 6)):
            length = chosen.choice((1, 300, 5_000, 70_000, 300_000, 1_100_000))
            kind = chosen.randrange(4)
            stretches.append(
                (bytes(length), random_bytes(length, seed), repeated[:length], b"ab" * length)[kind]
            )
        data = b"".join(stretches)
        sizes = [chosen.choice((1, 17, 4096, 65_536, 1 << 20)) for _ in range(50)]
        draft = await store.write(
            blocks_of(data, sizes), replace(CDC, chunking=chunking, compression=seed % 3 > 0)
        )
        assert await read_all(store, draft) == data
        start = chosen.randrange(len(data))
        length = chosen.randrange(len(data) - start) + 1
        assert await read_all(store, draft, start, length) == data[start : start + length]


async def test_a_full_disk_of_the_database_stops_writes(database: Database, tmp_path: Path) -> None:
    """Packs may be elsewhere, but rows are written too."""
    row = await instances.ensure_backend(database, "memory", "test:memory")
    rows = Disk(tmp_path, reserve=1 << 62, make=False)
    instance = await instances.start(database, INSTANCE)
    store = Store(database, {row.id: Memory()}, Settings(), instance, rows=rows)
    with pytest.raises(OutOfSpace, match="disk of the database"):
        await store.check_space()
    await store.close()
    await rows.close()
