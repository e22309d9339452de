"""The azure backend where Azure Blob Storage misbehaves. What it does otherwise is in the contract."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from uuid import UUID, uuid4

import pytest

from s3gw.backend_url import AzureLocation, parse
from s3gw.backends import azure
from s3gw.backends.azure import Azure
from s3gw.backends.base import Backend, Marker
from s3gw.backends.resilience import Retry
from s3gw.errors import BlobNotFound, ConfigError, Damaged, OutOfSpace, Unavailable
from tests.azurite import ACCOUNT, KEY, Azurite
from tests.backends.faulty_proxy import FaultyProxy
from tests.storage.archives import noise

pytestmark = pytest.mark.client

NAME, OTHER = f"{1:032x}", f"{2:032x}"


@pytest.fixture
def proxy(azurite: Azurite) -> Iterator[FaultyProxy]:
    running = FaultyProxy(azurite.endpoint)
    yield running
    running.stop()


def place(proxy: FaultyProxy, container: str) -> AzureLocation:
    found = parse(f"azure://{container}/p?account={ACCOUNT}&endpoint={proxy.endpoint}/{ACCOUNT}")
    assert isinstance(found, AzureLocation)
    return found


@pytest.fixture
async def backend(
    azurite: Azurite,
    proxy: FaultyProxy,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> AsyncIterator[Backend]:
    if "hang" in request.node.name:  # otherwise the emulator may take its time on a busy machine
        monkeypatch.setattr(azure, "READ_TIMEOUT", 1)
    container = f"azure-{uuid4().hex}"
    azurite.make_container(container)
    opened = Azure(place(proxy, container), azurite.credentials)
    yield opened
    await opened.close()


@pytest.mark.parametrize(
    "fault", ["500 InternalError", "503 ServerBusy", "429 TooManyRequests", "drop", "hang", "403 X"]
)
async def test_what_may_pass_is_unavailable(backend: Backend, proxy: FaultyProxy, fault: str) -> None:
    await backend.put(NAME, [b"bytes"])
    times = 2 if fault == "drop" else 1  # aiohttp tries once more where a kept connection ended
    for call in (lambda: backend.read(NAME, 0, 5), lambda: backend.put(OTHER, [b"others"])):
        proxy.script.extend([fault] * times)
        with pytest.raises(Unavailable):
            await call()
        proxy.script.clear()
    assert await backend.read(NAME, 0, 5) == b"bytes"


async def test_half_a_body_is_no_body(backend: Backend, proxy: FaultyProxy) -> None:
    data = noise(300_000)
    await backend.put(NAME, [data])
    proxy.script.extend(["cut"] * 8)  # the library asks again for what is missing, a few times
    with pytest.raises(Unavailable):
        await backend.read(NAME, 1000, 200_000)
    proxy.script.clear()
    proxy.script.extend(["cut", "503 ServerBusy"])
    assert await Retry(backend, 3, 0.0, 0.0).read(NAME, 1000, 200_000) == data[1000:201_000]


async def test_a_put_whose_answer_is_lost_may_be_repeated(backend: Backend, proxy: FaultyProxy) -> None:
    proxy.script.extend(["lose", "500 InternalError"])
    await Retry(backend, 3, 0.0, 0.0).put(NAME, [b"by", b"tes"])
    assert proxy.seen.count("PUT") == 3
    assert await backend.read(NAME, 0, 9) == b"bytes"


@pytest.mark.parametrize("fault", ["507 InsufficientStorage", "409 AccountLimitExceeded"])
async def test_a_full_service(backend: Backend, proxy: FaultyProxy, fault: str) -> None:
    proxy.script.append(fault)
    with pytest.raises(OutOfSpace):
        await backend.put(NAME, [b"bytes"])


async def test_long_blobs_go_up_in_blocks(
    azurite: Azurite, proxy: FaultyProxy, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(azure, "SINGLE", 6 << 20)
    monkeypatch.setattr(azure, "BLOCK", 5 << 20)
    container = f"azure-{uuid4().hex}"
    azurite.make_container(container)
    backend = Azure(place(proxy, container), azurite.credentials)
    data = noise(11 << 20)
    await backend.put(NAME, [data[:7], data[7:]])
    assert proxy.seen == ["PUT"] * 4
    assert await backend.read(NAME, 0, len(data)) == data
    proxy.script.extend(["", "500 InternalError"])
    with pytest.raises(Unavailable):
        await backend.put(OTHER, [data])
    with pytest.raises(BlobNotFound):
        await backend.size(OTHER)
    await backend.close()


async def test_listings_of_several_pages(backend: Backend, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(azure, "PAGE", 3)
    await backend.mark(Marker(UUID(int=1), UUID(int=2)))
    names = [f"{number:032x}" for number in range(10)]
    for name in names:
        await backend.put(name, [b"x"])
    assert sorted([info.name async for info in backend.list()]) == names


async def test_an_unreadable_marker_is_told(backend: Backend) -> None:
    await backend.put("s3gw-backend", [b"[]"])
    with pytest.raises(Damaged):
        await backend.marker()


@pytest.mark.parametrize(
    ("environment", "says"),
    [
        ({}, "give AZURE_STORAGE_CONNECTION_STRING"),
        ({"AZURE_STORAGE_KEY": "bm90IHRoZSBrZXk="}, "refused (AuthorizationFailure)"),
        ({"AZURE_STORAGE_KEY": KEY}, "there is no container"),
        ({"AZURE_STORAGE_CONNECTION_STRING": "nonsense"}, "onnection string"),
    ],
)
async def test_what_keeps_a_gateway_from_starting(
    azurite: Azurite, proxy: FaultyProxy, environment: dict[str, str], says: str
) -> None:
    container = f"azure-{uuid4().hex}"
    if "no container" not in says:
        azurite.make_container(container)
    backend = Azure(place(proxy, container), environment)
    with pytest.raises(ConfigError, match=r"^backend: azure://") as refused:
        await backend.marker()
    assert says in str(refused.value)
    assert "\n" not in str(refused.value)
    await backend.close()


async def test_a_connection_string_is_enough(azurite: Azurite, proxy: FaultyProxy) -> None:
    container = f"azure-{uuid4().hex}"
    azurite.make_container(container)
    found = parse(f"azure://{container}")
    assert isinstance(found, AzureLocation)
    connection = f"AccountName={ACCOUNT};AccountKey={KEY};BlobEndpoint={azurite.endpoint};"
    backend = Azure(found, {"AZURE_STORAGE_CONNECTION_STRING": f"DefaultEndpointsProtocol=http;{connection}"})
    await backend.put(NAME, [b"bytes"])
    assert await backend.read(NAME, 0, 9) == b"bytes"
    await backend.close()
