"""The short way of reads from an S3 service, and when it is left for botocore's client."""

from __future__ import annotations

import io
import re
import threading
from collections import deque
from collections.abc import AsyncIterator, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from botocore.awsrequest import AWSResponse
from urllib3 import HTTPResponse

from s3gw.backend_url import S3Location, parse
from s3gw.backends.s3 import S3, _connect
from s3gw.errors import BlobNotFound, Unavailable
from tests.storage.archives import noise
from tests.upstream import CREDENTIALS

NAME = "ab" * 16
BLOB = noise(300_000)
START, LENGTH = 1000, 200_000
WANTED = BLOB[START : START + LENGTH]


class Service(ThreadingHTTPServer):
    """Holds one blob. `script` says how the next requests are answered, "" as they should be; `seen` tells of
    each request whether botocore's client made it, which numbers its requests, and `headers` what it said."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.script: deque[str] = deque()
        self.seen: list[str] = []
        self.headers: list[dict[str, str]] = []
        self.connections = 0
        threading.Thread(target=self.serve_forever, args=(0.01,), daemon=True).start()

    @property
    def endpoint(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.server_address[1]}"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Service

    def setup(self) -> None:
        self.server.connections += 1
        super().setup()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
        pass

    def do_GET(self) -> None:
        service = self.server
        service.headers.append({name.lower(): value for name, value in self.headers.items()})
        service.seen.append("client" if "amz-sdk-request" in self.headers else "direct")
        found = re.fullmatch("bytes=([0-9]+)-([0-9]+)", self.headers["range"])
        assert found is not None
        start, data = int(found[1]), BLOB[int(found[1]) : int(found[2]) + 1]
        told = {"content-range": f"bytes {start}-{start + len(data) - 1}/{len(BLOB)}"}
        match service.script.popleft() if service.script else "":
            case "":
                self.answer(206, told, data)
            case "200 with the part":
                self.answer(200, told, data)
            case "200 with the whole":
                self.answer(200, {}, BLOB)
            case "206 without a range":
                self.answer(206, {}, data)
            case "206 with another range":
                self.answer(206, {"content-range": f"bytes 0-{len(data) - 1}/{len(BLOB)}"}, BLOB[: len(data)])
            case "206 with too little":
                self.answer(206, {"content-range": f"bytes {start}-{start + 9}/{len(BLOB)}"}, data[:10])
            case "cut":
                self.answer(206, told, data, cut=True)
            case "drop":
                self.close_connection = True
            case fault:
                status, code = fault.split()
                body = f"<?xml version='1.0'?><Error><Code>{code}</Code></Error>".encode()
                self.answer(int(status), {"location": f"{service.endpoint}/else"}, body)

    def answer(self, status: int, headers: dict[str, str], data: bytes, *, cut: bool = False) -> None:
        self.send_response_only(status)
        for name, value in {**headers, "content-length": str(len(data))}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data[: len(data) // 2] if cut else data)
        self.close_connection = cut


@pytest.fixture
def service() -> Iterator[Service]:
    made = Service()
    yield made
    made.shutdown()
    made.server_close()


@pytest.fixture
async def backend(service: Service, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[S3]:
    for variable, value in CREDENTIALS.items():
        monkeypatch.setenv(variable, value)
    location = parse(f"s3://bucket/p?endpoint={service.endpoint}")
    assert isinstance(location, S3Location)
    opened = S3(location)
    yield opened
    await opened.close()


async def test_the_client_reads_once(backend: S3, service: Service) -> None:
    for start, length in ((START, LENGTH), (0, 1), (5, 100_000)):
        assert await backend.read(NAME, start, length) == BLOB[start : start + length]
    assert service.seen == ["client", "direct", "direct"]
    assert service.connections == 1
    first, second = service.headers[:2]
    assert second["user-agent"] == first["user-agent"]
    assert (
        second["authorization"].partition("Signature")[0] == first["authorization"].partition("Signature")[0]
    )


async def test_the_end_of_a_blob(backend: S3, service: Service) -> None:
    await backend.read(NAME, 0, 1)
    assert await backend.read(NAME, len(BLOB) - 5, 100) == BLOB[-5:]
    assert service.seen == ["client", "direct"]


@pytest.mark.parametrize("answer", ["200 with the part", "200 with the whole"])
async def test_answers_with_the_bytes(backend: S3, service: Service, answer: str) -> None:
    await backend.read(NAME, 0, 1)
    service.script.append(answer)
    assert await backend.read(NAME, START, LENGTH) == WANTED
    assert service.seen == ["client", "direct"]


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        ("404 NoSuchKey", BlobNotFound),
        ("429 SlowDown", Unavailable),
        ("500 InternalError", Unavailable),
        ("503 SlowDown", Unavailable),
        ("cut", Unavailable),
        ("drop", Unavailable),
    ],
)
async def test_errors_are_those_of_the_client(
    backend: S3, service: Service, answer: str, error: type[Exception]
) -> None:
    """And what failed is not asked for once more at once, without a pause."""
    told = []
    for _ in range(2):
        service.script.append(answer)
        with pytest.raises(error) as caught:
            await backend.read(NAME, START, LENGTH)
        told.append(str(caught.value))
    assert service.seen == ["client", "direct"]
    assert told[0] == told[1]
    assert await backend.read(NAME, START, LENGTH) == WANTED


async def test_past_the_end(backend: S3, service: Service) -> None:
    await backend.read(NAME, 0, 1)
    service.script.append("416 InvalidRange")
    assert await backend.read(NAME, len(BLOB), 5) == b""
    assert service.seen == ["client", "direct"]


@pytest.mark.parametrize(
    "answer",
    [
        "206 without a range",
        "206 with another range",
        "206 with too little",
        "307 TemporaryRedirect",
        "400 ExpiredToken",
        "403 RequestTimeTooSkewed",
        "403 SignatureDoesNotMatch",
    ],
)
async def test_the_client_is_asked_where_it_may_do_better(backend: S3, service: Service, answer: str) -> None:
    await backend.read(NAME, 0, 1)
    service.script.append(answer)
    assert await backend.read(NAME, START, LENGTH) == WANTED
    assert await backend.read(NAME, START, LENGTH) == WANTED
    assert service.seen == ["client", "direct", "client", "direct"]
    assert service.connections == 1


async def test_renewed_credentials_are_used_at_once(
    backend: S3, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_SESSION_TOKEN", "first")
    await backend.read(NAME, 0, 1)
    await backend.read(NAME, 0, 1)
    credentials = backend._connected[1]._credentials
    credentials.access_key, credentials.secret_key, credentials.token = "AKNEW", "new", "second"
    await backend.read(NAME, 0, 1)
    assert service.seen == ["client", "direct", "direct"]
    assert [each["x-amz-security-token"] for each in service.headers] == ["first", "first", "second"]
    assert "Credential=AKNEW/" in service.headers[2]["authorization"]


@pytest.mark.parametrize(
    ("url", "origin", "path"),
    [
        ("s3://bucket?region=eu-west-3", "https://bucket.s3.eu-west-3.amazonaws.com", "/"),
        ("s3://bucket/p", "https://bucket.s3.amazonaws.com", "/"),
        ("s3://a.bucket/p?region=eu-west-3", "https://s3.eu-west-3.amazonaws.com", "/a.bucket/"),
        ("s3://bucket/p?endpoint=http://[::1]:9000", "http://[::1]:9000", "/bucket/"),
        ("s3://bucket/p?endpoint=https://host:443", "https://host:443", "/bucket/"),
        ("s3://bucket/p?endpoint=http://host&addressing=virtual", "http://bucket.host", "/"),
        ("s3://bucket/it's*(!)/p_-.?endpoint=http://host:9000", "http://host:9000", "/bucket/"),
    ],
)
def test_every_way_of_addressing(url: str, origin: str, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the client would send there comes out here too, with the same signature."""
    for variable, value in CREDENTIALS.items():
        monkeypatch.setenv(variable, value)
    location = parse(url)
    assert isinstance(location, S3Location)
    client, reads = _connect(location, 1, None)

    def answered(request: Any, **_: Any) -> AWSResponse:
        body = HTTPResponse(io.BytesIO(b"abc"), preload_content=False)
        told: Any = {"content-length": "3", "content-range": "bytes 0-2/3"}
        return AWSResponse(request.url, 206, told, body)

    client.meta.events.register("before-send.s3.GetObject", answered)
    assert reads.read(location.bucket, f"{location.prefix}/{NAME}", 0, 3) == b"abc"
    shape = reads._shape
    assert shape is not None
    assert (shape.origin, shape.path) == (origin, path)
    client.close()


async def test_other_signatures_are_left_to_the_client(backend: S3, service: Service) -> None:
    client, reads = backend._connected

    def marked(request: Any, **_: Any) -> None:
        request.headers["x-amz-request-payer"] = "requester"

    client.meta.events.register("before-sign.s3.GetObject", marked)
    for _ in range(2):
        assert await backend.read(NAME, START, LENGTH) == WANTED
    assert service.seen == ["client", "client"]
    assert reads._shape is None
