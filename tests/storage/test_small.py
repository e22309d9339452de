"""A small body takes a short way, at whose end stands what the long one makes of it."""

from __future__ import annotations

import io
import random
import tarfile
import zipfile
from collections.abc import AsyncIterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from uuid import UUID

import pytest

from s3gw.backends.disk import Disk
from s3gw.db.pool import Database
from s3gw.errors import S3Error
from s3gw.keyring import DataKey
from s3gw.storage import small
from s3gw.storage.chunker import Chunker
from s3gw.storage.presets import PRESETS
from s3gw.storage.store import Store
from tests.stores import CDC, blocks_of, open_store, random_bytes, read_all


def _zip(*sizes: int) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for number, size in enumerate(sizes):
            archive.writestr(f"member{number}", random_bytes(size, number))
    return made.getvalue()


def _tar(*sizes: int) -> bytes:
    made = io.BytesIO()
    with tarfile.open(fileobj=made, mode="w") as archive:
        for number, size in enumerate(sizes):
            member = tarfile.TarInfo(f"member{number}")
            member.size = size
            archive.addfile(member, io.BytesIO(random_bytes(size, number)))
    return made.getvalue()


@pytest.fixture
async def store(database: Database, tmp_path: Path) -> AsyncIterator[Store]:
    """A store of its own."""
    disk = Disk(tmp_path / "packs")
    async with open_store(database, disk) as opened:
        yield opened
    await disk.close()


BODIES = [
    *(random_bytes(size, size) for size in (1, 100, 4096, 8191, 8192, 8193, 16383, 16384)),
    bytes(4096),
    bytes(16384),
    b"text that compresses\n" * 700,
    *(_zip(*sizes) for sizes in ((10,), (4096,), (3000, 3000), (4097, 8000), (1, 9000, 1))),
    *(random_bytes(count, count) + _zip(6000) for count in (1, 4000)),
    *(_tar(*sizes)[:16384] for sizes in ((10,), (4096, 4096), (12000,), (16384,))),
]


@pytest.mark.parametrize("chunking", sorted(PRESETS))
@pytest.mark.parametrize("hints", [False, True])
def test_one_chunk_is_what_the_chunker_makes_one_of(chunking: str, hints: bool) -> None:
    layout = replace(CDC, chunking=chunking, hints=hints, compression=False)
    for data in BODIES:
        chunker = Chunker(PRESETS[chunking], hints)
        chunks = [bytes(chunk) for chunk in (*chunker.feed(data), *chunker.finish())]
        found = small.inline(data, layout, 1 << 20)
        if found is not None:
            assert chunks == [found.data]
        elif not hints:
            assert len(chunks) > 1


async def test_the_row_is_the_one_of_the_long_way(store: Store) -> None:
    for data in BODIES:
        short = await store.write(blocks_of(data, (1, 500)), CDC, size=len(data))
        long = await store.write(blocks_of(data, (1, 500)), CDC)
        assert short.inline == long.inline
        assert (short.manifest_id is None) == (long.manifest_id is None)
        assert await read_all(store, short) == data


@pytest.mark.parametrize("naming", [None, b"a customer's"])
def test_a_digest_that_is_known_is_not_computed_again(naming: bytes | None) -> None:
    key = DataKey(3, 7, UUID(int=5), bytes(32), naming)
    for data in BODIES:
        for layout in (CDC, CDC.within(7, key)):
            known = small.inline(data, layout, 1 << 20, sha256(data).digest())
            found = small.inline(data, layout, 1 << 20)
            assert (known and known.digest) == (found and found.digest)
    taken = small.inline(b"data", CDC, 1 << 20, b"known")
    assert taken is not None
    assert taken.digest == b"known"


@pytest.mark.parametrize("came", [0, 99, 101, 5000])
async def test_another_size_than_announced_is_refused(store: Store, came: int) -> None:
    with pytest.raises(ValueError, match="100 were announced"):
        await store.write(blocks_of(random_bytes(came)), CDC, size=100)


async def test_what_fails_in_the_body_fails_the_write(store: Store) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"some"
        raise S3Error("BadDigest")

    with pytest.raises(S3Error, match="BadDigest"):
        await store.write(broken(), CDC, size=100)


async def test_few_blocks_of_an_endless_body_are_read(store: Store) -> None:
    chosen = random.Random(1)
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while True:
            read += 1
            yield chosen.randbytes(60)

    with pytest.raises(ValueError, match="120 bytes came where 100 were announced"):
        await store.write(endless(), CDC, size=100)
    assert read == 2
