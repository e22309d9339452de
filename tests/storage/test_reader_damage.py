"""Wrong bytes are never sent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path
from uuid import UUID

import pytest

from s3gw.backends.base import Buffer
from s3gw.backends.disk import Disk
from s3gw.config import Settings
from s3gw.db import instances
from s3gw.db.pool import Database
from s3gw.db.records import Body, InlineChunk
from s3gw.errors import Damaged, Unavailable
from s3gw.storage.store import Store
from tests.stores import CDC, FIXED, Keys, blocks_of, body_of, open_store, random_bytes, read_all

KIB, MIB = 1 << 10, 1 << 20
_OTHER = UUID(int=2)


@pytest.fixture
async def disk(tmp_path: Path) -> AsyncIterator[Disk]:
    opened = Disk(tmp_path / "packs")
    yield opened
    await opened.close()


@pytest.fixture
async def store(database: Database, disk: Disk) -> AsyncIterator[Store]:
    async with open_store(database, disk) as opened:
        yield opened


def _packs(tmp_path: Path) -> list[Path]:
    return [path for path in (tmp_path / "packs").rglob("*") if path.is_file()]


async def _read_into(sent: bytearray, blocks: AsyncIterator[Buffer]) -> None:
    async for block in blocks:
        sent += block


async def test_a_flipped_bit_is_never_sent(store: Store, tmp_path: Path) -> None:
    data = random_bytes(MIB)
    draft = await store.write(blocks_of(data), FIXED)
    (pack,) = _packs(tmp_path)
    content = bytearray(pack.read_bytes())
    at = content.index(data[600 * KIB : 600 * KIB + 32])
    content[at] ^= 1
    pack.write_bytes(content)
    sent = bytearray()
    with pytest.raises(Damaged):
        await _read_into(sent, store.read(body_of(draft), 0, draft.size))
    assert data.startswith(sent)
    assert len(sent) <= 576 * KIB
    # Ranges that do not touch the chunk are read as before.
    assert await read_all(store, draft, 0, 500 * KIB) == data[: 500 * KIB]
    assert await read_all(store, draft, 700 * KIB) == data[700 * KIB :]


@pytest.mark.parametrize("spoil", [lambda c: c[: len(c) // 2], lambda c: b"", lambda c: bytes(len(c))])
async def test_spoiled_compressed_frames_are_never_sent(
    store: Store, tmp_path: Path, spoil: Callable[[bytes], bytes]
) -> None:
    data = b"".join(b"%d bottles of beer on the wall\n" % number for number in range(100_000))
    draft = await store.write(blocks_of(data), CDC)
    (pack,) = _packs(tmp_path)
    pack.write_bytes(spoil(pack.read_bytes()))
    with pytest.raises(Damaged):
        await read_all(store, draft, len(data) - 10, 10)


async def test_a_missing_pack_is_damage(store: Store, tmp_path: Path) -> None:
    draft = await store.write(blocks_of(random_bytes(100 * KIB)), CDC)
    (pack,) = _packs(tmp_path)
    pack.unlink()
    with pytest.raises(Damaged):
        await read_all(store, draft)


async def test_inline_bytes_are_verified(store: Store) -> None:
    data = random_bytes(1000)
    draft = await store.write(blocks_of(data), CDC)
    assert draft.inline is not None
    wrong = InlineChunk(0, draft.inline.digest, 1000, 0, data[:-1] + b"?")
    sent = bytearray()
    with pytest.raises(Damaged):
        await _read_into(sent, store.read(Body(1000, chunk_id=1), 0, 10, inline=wrong))
    assert not sent


async def test_a_body_that_was_collected_breaks_off(database: Database, store: Store) -> None:
    draft = await store.write(blocks_of(random_bytes(MIB)), FIXED)
    await database.execute("DELETE FROM manifest_chunks")
    with pytest.raises(Damaged):
        await read_all(store, draft)
    with pytest.raises(Damaged):
        await read_all(store, draft, 5, 3)


async def test_a_reader_follows_chunks_that_moved(
    database: Database, store: Store, disk: Disk, tmp_path: Path
) -> None:
    keys = await Keys.create(database)
    data = random_bytes(3 * MIB)
    await keys.put(store, "key", data, FIXED)
    (pack,) = _packs(tmp_path)
    content = pack.read_bytes()
    row = await database.fetchrow("SELECT id, backend_id FROM packs p JOIN replicas r ON r.pack_id = p.id")
    assert row is not None

    async def move() -> None:
        """As compaction does: copy, repoint, condemn."""
        name = await database.fetchval(
            """
            WITH moved AS (INSERT INTO packs (size) VALUES ($1) RETURNING id),
            copied AS (UPDATE chunks SET pack_id = moved.id FROM moved)
            INSERT INTO replicas (pack_id, backend_id) SELECT id, $2 FROM moved RETURNING name
            """,
            len(content),
            row["backend_id"],
        )
        await disk.put(name.hex, [content])
        await disk.delete(pack.name)

    got = bytearray()
    version = await database.fetchrow("SELECT size, manifest_id FROM objects")
    assert version is not None
    blocks = store.read(Body(version["size"], manifest_id=version["manifest_id"]), 0, version["size"])
    async for block in blocks:
        if not got:
            await move()
        got += block
    assert got == data


async def test_a_backend_that_is_not_configured_is_unavailable(database: Database, store: Store) -> None:
    draft = await store.write(blocks_of(random_bytes(100 * KIB)), CDC)
    other = Store(database, {}, Settings(), await instances.start(database, instance_id=_OTHER))
    with pytest.raises(Unavailable):
        await read_all(other, draft)
    await other.close()


async def test_leaving_early_leaves_nothing_running(store: Store) -> None:
    draft = await store.write(blocks_of(random_bytes(8 * MIB)), CDC)
    before = asyncio.all_tasks()
    async with aclosing(store.read(body_of(draft), 0, draft.size)) as blocks:
        async for _ in blocks:
            break
    assert asyncio.all_tasks() == before


async def test_ranges_outside_the_body_are_a_mistake(store: Store) -> None:
    draft = await store.write(blocks_of(random_bytes(100)), CDC)
    with pytest.raises(ValueError, match="of a body"):
        await read_all(store, draft, 90, 20)
