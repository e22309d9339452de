"""The store as a library."""

from __future__ import annotations

import io
import subprocess
import sys
import textwrap
from collections.abc import AsyncIterator
from contextlib import redirect_stdout
from pathlib import Path

import pytest

import s3gw
from s3gw import chunkstore
from s3gw.chunkstore import ChunkStore
from s3gw.errors import ConfigError
from tests.stores import random_bytes

MIB = 1 << 20


async def _read(store: ChunkStore, name: str, start: int = 0, length: int | None = None) -> bytes:
    return b"".join([bytes(block) async for block in store.get(name, start, length)])


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("library")


@pytest.fixture
async def store(directory: Path) -> AsyncIterator[ChunkStore]:
    async with ChunkStore.open(directory) as opened:
        yield opened
        async for name in opened.names():
            await opened.delete(name)
        await opened.collect()


async def test_put_get_delete(store: ChunkStore) -> None:
    data = random_bytes(3 * MIB)

    async def pieces() -> AsyncIterator[bytes]:
        for at in range(0, len(data), 100_000):
            yield data[at : at + 100_000]

    await store.put("large", pieces())
    await store.put("small/ümlaut", memoryview(b"tiny"))
    await store.put("empty", b"")
    assert await _read(store, "large") == data
    assert await _read(store, "large", 1_000_000, 77) == data[1_000_000:1_000_077]
    assert await _read(store, "large", len(data) - 5) == data[-5:]
    assert await _read(store, "large", len(data) + 5, 3) == b""
    assert await _read(store, "small/ümlaut") == b"tiny"
    assert await _read(store, "empty") == b""
    assert await store.size("large") == len(data)
    assert [name async for name in store.names()] == ["empty", "large", "small/ümlaut"]
    assert [name async for name in store.names("small/")] == ["small/ümlaut"]
    assert await store.delete("large") is True
    assert await store.delete("large") is False
    assert await store.size("large") is None
    with pytest.raises(KeyError):
        await _read(store, "large")


async def test_the_source_may_use_its_blocks_again(store: ChunkStore) -> None:
    data = random_bytes(5_000_000, 77)

    async def pieces() -> AsyncIterator[bytearray]:
        block = bytearray(100_000)
        for at in range(0, len(data), len(block)):
            block[:] = data[at : at + len(block)]
            yield block

    await store.put("reused", pieces())
    assert await _read(store, "reused") == data


async def test_the_same_again_saves(store: ChunkStore) -> None:
    data = random_bytes(4 * MIB)
    await store.put("one", data)
    await store.put("two", data)
    stats = await store.stats()
    assert (stats.objects, stats.logical_bytes, stats.unique_bytes) == (2, 8 * MIB, 4 * MIB)
    assert 49 < stats.savings_percent < 51
    await store.delete("one")
    await store.delete("two")
    freed = await store.collect()
    assert freed.bytes >= 4 * MIB
    assert (await store.stats()).stored_bytes == 0


async def test_a_body_that_breaks_off_changes_nothing(store: ChunkStore) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield random_bytes(MIB)
        raise OSError("the source is gone")

    await store.put("name", b"before")
    with pytest.raises(OSError, match="source is gone"):
        await store.put("name", broken())
    assert await _read(store, "name") == b"before"


@pytest.mark.parametrize("name", ["", "a\0b", "ü" * 513])
async def test_names_that_cannot_be(store: ChunkStore, name: str) -> None:
    with pytest.raises(ValueError, match="a name has"):
        await store.put(name, b"")


async def test_one_process_at_a_time_and_what_stays(tmp_path: Path) -> None:
    async with ChunkStore.open(tmp_path / "store", chunking="fixed-4m") as store:
        await store.put("kept", random_bytes(MIB))
        with pytest.raises(ConfigError, match="in use"):
            async with ChunkStore.open(tmp_path / "store"):
                pytest.fail("two at once")
    async with ChunkStore.open(tmp_path / "store") as store:
        assert await _read(store, "kept") == random_bytes(MIB)
        with pytest.raises(ConfigError, match="chunking"):
            async with ChunkStore.open(tmp_path / "other", chunking="none"):
                pytest.fail("no such chunking")


def test_importing_the_package_is_cheap() -> None:
    assert s3gw.ChunkStore is ChunkStore
    code = "import sys, s3gw; sys.exit('asyncpg' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
    with pytest.raises(AttributeError):
        _ = s3gw.nothing_of_that_name


def test_the_documented_example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert chunkstore.__doc__ is not None
    example = chunkstore.__doc__[
        chunkstore.__doc__.index("    import asyncio") : chunkstore.__doc__.index("The directory")
    ]
    printed = io.StringIO()
    with redirect_stdout(printed):
        exec(compile(textwrap.dedent(example), "example", "exec"), {})
    assert printed.getvalue().startswith("20\n")
    assert list(Path("backups").iterdir())
