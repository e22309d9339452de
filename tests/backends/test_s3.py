"""What the S3 backend makes of a service that fails; the contract has the rest."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from uuid import UUID, uuid4

import pytest

from s3gw.backend_url import parse
from s3gw.backends import s3
from s3gw.backends.base import Backend, Marker
from s3gw.backends.opening import open_backend
from s3gw.backends.resilience import ATTEMPTS, Retry
from s3gw.errors import BlobNotFound, Damaged, OutOfSpace, Unavailable
from tests.backends.faulty_proxy import FaultyProxy
from tests.storage.archives import noise
from tests.upstream import CREDENTIALS, Upstream, make_bucket, url

NAME, OTHER = "ab" * 16, "cd" * 16


@pytest.fixture
def proxy(upstreams: Callable[[str], Upstream]) -> Iterator[FaultyProxy]:
    made = FaultyProxy(upstreams("moto").endpoint)
    yield made
    made.stop()


@pytest.fixture
async def backend(
    proxy: FaultyProxy,
    upstreams: Callable[[str], Upstream],
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> AsyncIterator[Backend]:
    for variable, value in CREDENTIALS.items():
        monkeypatch.setenv(variable, value)
    bucket = f"faults-{uuid4().hex}"
    make_bucket(upstreams("moto"), bucket)
    # Every other service may take its time on a busy machine.
    silence = 1.0 if "hang" in request.node.name else None
    opened = open_backend(parse(url(proxy, f"{bucket}/p")), silence=silence)  # type: ignore[arg-type]
    yield opened
    await opened.close()


@pytest.mark.parametrize(
    "fault", ["500 InternalError", "503 SlowDown", "429 SlowDown", "drop", "hang", "403 X"]
)
@pytest.mark.slow
async def test_what_may_pass_is_unavailable(backend: Backend, proxy: FaultyProxy, fault: str) -> None:
    await backend.put(NAME, [b"bytes"])
    proxy.script.append(fault)
    with pytest.raises(Unavailable):
        await backend.read(NAME, 0, 5)
    proxy.script.append(fault)
    with pytest.raises(Unavailable):
        await backend.put(OTHER, [b"others"])
    assert await backend.read(NAME, 0, 5) == b"bytes"


async def test_half_a_body_is_no_body(backend: Backend, proxy: FaultyProxy) -> None:
    data = noise(300_000)
    await backend.put(NAME, [data])
    proxy.script.append("cut")
    with pytest.raises(Unavailable):
        await backend.read(NAME, 1000, 200_000)
    proxy.script.extend(["cut", "503 SlowDown"])
    assert await Retry(backend, 3, 0.0, 0.0).read(NAME, 1000, 200_000) == data[1000:201_000]


async def test_a_put_whose_answer_is_lost_may_be_repeated(backend: Backend, proxy: FaultyProxy) -> None:
    proxy.script.extend(["lose", "500 InternalError"])
    await Retry(backend, 3, 0.0, 0.0).put(NAME, [b"by", b"tes"])
    assert proxy.seen.count("PUT") == 3
    assert await backend.read(NAME, 0, 9) == b"bytes"


@pytest.mark.parametrize("fault", ["507 InsufficientStorage", "403 QuotaExceeded"])
async def test_a_full_service(backend: Backend, proxy: FaultyProxy, fault: str) -> None:
    proxy.script.append(fault)
    with pytest.raises(OutOfSpace):
        await backend.put(NAME, [b"bytes"])


@pytest.mark.slow
async def test_long_blobs_go_up_in_parts(
    backend: Backend, proxy: FaultyProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3, "MULTIPART", 6 << 20)
    monkeypatch.setattr(s3, "PART", 5 << 20)
    data = noise(11 << 20)
    await backend.put(NAME, [data[:7], data[7:]])
    assert proxy.seen == ["POST", "PUT", "PUT", "PUT", "POST"]
    assert await backend.read(NAME, 0, len(data)) == data


async def test_parts_of_a_blob_that_failed_are_given_back(
    backend: Backend, proxy: FaultyProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(s3, "MULTIPART", 6 << 20)
    proxy.script.extend(["", "500 InternalError"])
    with pytest.raises(Unavailable):
        await backend.put(NAME, [noise(7 << 20)])
    assert proxy.seen == ["POST", "PUT", "DELETE"]
    with pytest.raises(BlobNotFound):
        await backend.size(NAME)


async def test_listings_of_several_pages(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(s3, "PAGE", 3)
    await backend.mark(Marker(UUID(int=1), UUID(int=2)))
    names = [f"{number:032x}" for number in range(10)]
    for name in names:
        await backend.put(name, [b"x"])
    assert sorted([info.name async for info in backend.list()]) == names


async def test_an_unreadable_marker_is_told(backend: Backend) -> None:
    await backend.put("s3gw-backend", [b"[]"])
    with pytest.raises(Damaged):
        await backend.marker()


async def test_a_service_without_conditions_is_marked_too(backend: Backend, proxy: FaultyProxy) -> None:
    proxy.script.extend(["", "501 NotImplemented"])
    marker = Marker(UUID(int=1), UUID(int=2))
    assert await backend.mark(marker) == marker
    assert await backend.marker() == marker


async def test_a_page_of_a_listing_is_asked_for_again(
    backend: Backend, proxy: FaultyProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The listing goes on where it was: nothing is told twice, and nothing left out."""
    monkeypatch.setattr("random.uniform", lambda low, high: 0.0)
    for name in (NAME, OTHER):
        await backend.put(name, [b"bytes"])
    proxy.script += ["503 SlowDown", "drop"]
    assert [info.name async for info in backend.list()] == [NAME, OTHER]
    assert not proxy.script
    proxy.script += ["503 SlowDown"] * ATTEMPTS
    with pytest.raises(Unavailable):
        [info async for info in backend.list()]
