"""What every backend must do. A new one passes by being added to `BACKENDS` or `SERVICES`."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from s3gw.backend_url import parse
from s3gw.backends.base import Backend, Marker
from s3gw.backends.disk import Disk
from s3gw.backends.faults import FaultyBackend
from s3gw.backends.memory import Memory
from s3gw.backends.opening import open_backend
from s3gw.backends.resilience import guarded, resilient
from s3gw.errors import BlobNotFound
from tests.azurite import Azurite
from tests.storage.archives import noise
from tests.upstream import CREDENTIALS, Upstream, make_bucket, url

BACKENDS: dict[str, Callable[[Path], Backend]] = {
    "memory": lambda _: Memory(),
    "disk": lambda path: Disk(path / "packs"),
    "disk, no handles kept": lambda path: Disk(path / "packs", handles=0),
    "faulty without faults": lambda _: FaultyBackend(Memory()),
    "resilient": lambda _: resilient(Memory()),
    "guarded": lambda path: guarded(Disk(path / "guarded")),
}


SERVICES = {"s3 on moto": "moto", "s3 on rclone": "rclone", "s3 on s3gw": "s3gw"}
AZURE = "azure on azurite"


# The quick tests keep to one service.
QUICK = (*BACKENDS, "s3 on moto")


@pytest.fixture(
    params=[
        *QUICK,
        *(pytest.param(name, marks=pytest.mark.slow) for name in SERVICES if name not in QUICK),
        pytest.param(AZURE, marks=pytest.mark.client),
    ]
)
async def backend(
    request: pytest.FixtureRequest,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    upstreams: Callable[[str], Upstream],
) -> AsyncIterator[Backend]:
    if request.param in BACKENDS:
        backend = BACKENDS[request.param](tmp_path)
    elif request.param == AZURE:
        azurite: Azurite = request.getfixturevalue("azurite")
        container = f"contract-{uuid4().hex}"
        azurite.make_container(container)
        for variable, value in azurite.credentials.items():
            monkeypatch.setenv(variable, value)
        backend = open_backend(parse(azurite.url(f"{container}/some/prefix")))
    else:
        for variable, value in CREDENTIALS.items():
            monkeypatch.setenv(variable, value)
        upstream = upstreams(SERVICES[request.param])
        bucket = f"contract-{uuid4().hex}"
        make_bucket(upstream, bucket)
        # rclone at times leaves requests unanswered that make one directory at once.
        prefix = "" if request.param == "s3 on rclone" else "/some/prefix"
        backend = open_backend(parse(url(upstream, f"{bucket}{prefix}")))
    yield backend
    await backend.close()


def name(number: int) -> str:
    return str(UUID(int=number << 64 | number % 256 << 120))


def many(backend: Backend) -> int:
    """How many blobs are many: some services take a fifth of a second for each."""
    return 200 if backend.appendable else 16


async def names(backend: Backend) -> dict[str, int]:
    return {info.name: info.size async for info in backend.list()}


async def test_put_and_read(backend: Backend) -> None:
    data = noise(1_000_000)
    await backend.put(name(1), [data[:10], memoryview(data)[10:500_000], bytearray(data[500_000:])])
    assert await backend.read(name(1), 0, len(data)) == data
    assert await backend.read(name(1), 999_000, 500) == data[999_000:999_500]
    assert await backend.size(name(1)) == len(data)


async def test_reading_past_the_end_gives_what_there_is(backend: Backend) -> None:
    await backend.put(name(1), [b"0123456789"])
    assert await backend.read(name(1), 5, 100) == b"56789"
    assert await backend.read(name(1), 10, 1) == b""
    assert await backend.read(name(1), 1000, 1) == b""
    assert await backend.read(name(1), 3, 0) == b""


async def test_an_empty_blob(backend: Backend) -> None:
    await backend.put(name(1), [])
    assert await backend.size(name(1)) == 0
    assert await names(backend) == {name(1): 0}


async def test_putting_the_same_again_is_a_success(backend: Backend) -> None:
    for _ in range(2):
        await backend.put(name(1), [b"same"])
    assert await backend.read(name(1), 0, 10) == b"same"


async def test_what_is_absent(backend: Backend) -> None:
    for call in (backend.read(name(1), 0, 1), backend.size(name(1))):
        with pytest.raises(BlobNotFound):
            await call
    await backend.delete(name(1))
    assert await names(backend) == {}


async def test_delete(backend: Backend) -> None:
    await backend.put(name(1), [b"x"])
    await backend.put(name(2), [b"y"])
    assert await backend.read(name(1), 0, 1) == b"x"
    for _ in range(2):
        await backend.delete(name(1))
    with pytest.raises(BlobNotFound):
        await backend.read(name(1), 0, 1)
    assert await names(backend) == {name(2): 1}


async def test_listing_many(backend: Backend) -> None:
    await asyncio.gather(*(backend.put(name(number), [bytes(number)]) for number in range(many(backend))))
    assert await names(backend) == {name(number): number for number in range(many(backend))}
    assert all([0 <= info.age < 60 async for info in backend.list()])


async def test_names_with_folders(backend: Backend) -> None:
    await backend.put("ab/cd-12/ef", [b"x"])
    assert await names(backend) == {"ab/cd-12/ef": 1}
    assert await backend.read("ab/cd-12/ef", 0, 1) == b"x"


async def test_concurrent_calls(backend: Backend) -> None:
    async def cycle(number: int) -> None:
        data = noise(20_000 + number, number)
        await backend.put(name(number), [data])
        assert await backend.read(name(number), 100, 19_000) == data[100:19_100]
        await backend.delete(name(number))

    await asyncio.gather(*(cycle(number) for number in range(many(backend))))
    assert await names(backend) == {}


async def test_appending(backend: Backend) -> None:
    if not backend.appendable:
        with pytest.raises(NotImplementedError):
            await backend.open(name(1))
        return
    appender = await backend.open(name(1))
    written: dict[int, bytes] = {}
    for number, size in enumerate((1, 4096, 5000, 100_000, 4095)):
        data = noise(size, number)
        start = await appender.append([data[: size // 2], data[size // 2 :]])
        assert start % appender.alignment == 0
        written[start] = data
        # Readable before the next append, and at once.
        assert await backend.read(name(1), start, size) == data
    await appender.close()
    length = await backend.size(name(1))
    whole = bytearray(await backend.read(name(1), 0, length))
    assert sorted(written) == list(written)
    for start, data in written.items():
        assert whole[start : start + len(data)] == data
        whole[start : start + len(data)] = bytes(len(data))
    assert not any(whole), "gaps read as zeros"
    assert set(await names(backend)) == {name(1)}


async def test_a_name_is_opened_once(backend: Backend) -> None:
    if backend.appendable:
        await (await backend.open(name(1))).close()
        with pytest.raises(FileExistsError):
            await backend.open(name(1))


async def test_a_closed_appender_may_be_closed_again(backend: Backend) -> None:
    if backend.appendable:
        appender = await backend.open(name(1))
        await appender.append([b"x"])
        await appender.close()
        await appender.close()
        assert await backend.read(name(1), 0, 1) == b"x"


async def test_deleting_what_is_being_appended_to(backend: Backend) -> None:
    if backend.appendable:
        appender = await backend.open(name(1))
        await appender.append([b"x"])
        await backend.delete(name(1))
        await appender.close()
        assert await names(backend) == {}


async def test_space_is_told_or_unknown(backend: Backend) -> None:
    space = await backend.space()
    assert space is None or 0 <= space.free <= space.total


async def test_a_marker_is_set_once(backend: Backend) -> None:
    assert await backend.marker() is None
    first, second = (Marker(UUID(int=number), UUID(int=number + 10)) for number in (1, 2))
    assert await backend.mark(first) == first
    assert await backend.mark(second) == first
    assert await backend.marker() == first
    assert await names(backend) == {}, "a marker is no blob"


async def test_a_marker_without_the_backend_is_completed(backend: Backend) -> None:
    bare = Marker(UUID(int=1), None)
    assert await backend.mark(bare) == bare
    assert await backend.mark(Marker(UUID(int=2), UUID(int=9))) == bare
    assert await backend.mark(Marker(UUID(int=1), UUID(int=9))) == Marker(UUID(int=1), UUID(int=9))
