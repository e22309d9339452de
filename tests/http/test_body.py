"""Bodies of every form, verified while they pass."""

from __future__ import annotations

import asyncio
import base64
import hashlib
from collections.abc import AsyncGenerator, Iterator, Mapping

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from multidict import CIMultiDict

from s3gw.errors import S3Error
from s3gw.http.body import BLOCK, Body, document_limit, open_body, read_document
from s3gw.http.canonical import Scope
from s3gw.http.payload import content_encoding
from s3gw.http.signature import Authenticated
from s3gw.protocol import checksums
from tests.http.edge_requests import (
    ACCESS_KEY,
    EMPTY,
    REGION,
    SIGNED_CHUNKS,
    SIGNED_TRAILER,
    STAMP,
    UNSIGNED,
    UNSIGNED_TRAILER,
    derive,
    signed_chunks,
    source,
    unsigned_chunks,
)

SEED = "ab" * 32
SINGLE = "Expecting a single x-amz-checksum- header."
ALGORITHMS = ["CRC32", "CRC32C", "CRC64NVME", "SHA1", "SHA256"]


def identity(payload: str) -> Authenticated:
    """Of a request that was signed with x-amz-content-sha256 as `payload`."""
    scope = Scope(STAMP[:8], REGION)
    return Authenticated(ACCESS_KEY, scope, derive(), SEED, False, frozenset(), STAMP, payload)


def checksum(algorithm: str, data: bytes) -> str:
    """In base64."""
    digest = checksums.new(algorithm)
    digest.update(data)
    return base64.b64encode(digest.digest()).decode()


def opened(payload: str | None, headers: Mapping[str, str], *blocks: bytes) -> Body:
    """A body that arrives in `blocks`."""
    given = CIMultiDict(headers)
    return open_body(source(*blocks), given, None if payload is None else identity(payload))


at_once = False


@pytest.fixture(autouse=True, scope="module", params=["by blocks", "at once"])
def _way(request: pytest.FixtureRequest) -> Iterator[None]:
    """What is refused is refused either way."""
    global at_once
    at_once = request.param == "at once"
    yield
    at_once = False


async def read(body: Body) -> bytes:
    """All of it."""
    if at_once and body.length < BLOCK:
        return bytes(await body.read())
    return b"".join([bytes(block) async for block in body])


async def refused(payload: str | None, headers: Mapping[str, str], *blocks: bytes) -> S3Error:
    """The error of opening or reading."""
    with pytest.raises(S3Error) as caught:
        await read(opened(payload, headers, *blocks))
    return caught.value


def plain(data: bytes, **more: str) -> dict[str, str]:
    """Headers of a body without framing."""
    return {"Content-Length": str(len(data))} | {
        name.replace("_", "-"): value for name, value in more.items()
    }


def chunked(data: bytes, trailer: str | None = None) -> dict[str, str]:
    """Headers of a body with framing."""
    headers = {"x-amz-decoded-content-length": str(len(data)), "Content-Encoding": "aws-chunked"}
    return headers | ({"x-amz-trailer": trailer} if trailer else {})


@pytest.mark.parametrize("payload", [None, UNSIGNED, hashlib.sha256(b"hello world").hexdigest()])
async def test_plain_bodies(payload: str | None) -> None:
    body = opened(payload, plain(b"hello world"), b"hello", b" ", b"world")
    assert body.length == 11
    assert await read(body) == b"hello world"
    assert body.md5 == hashlib.md5(b"hello world").digest()
    assert body.sha256 in (None, hashlib.sha256(b"hello world").digest())
    assert (body.sha256 is None) == (payload in (None, UNSIGNED))
    assert body.checksums == {}


async def test_small_bodies_come_as_one_block_and_large_ones_as_few() -> None:
    body = opened(None, plain(b"x" * 1000), *[b"x" * 10] * 100)
    assert [len(block) async for block in body] == [1000]
    data = bytes(5 * BLOCK + 17)
    body = opened(None, plain(data), *[data[at : at + 65536] for at in range(0, len(data), 65536)])
    sizes = [len(block) async for block in body]
    assert sum(sizes) == len(data)
    assert len(sizes) == 6
    assert max(sizes) < BLOCK + 65536


async def test_an_empty_body() -> None:
    body = opened(EMPTY, plain(b""))
    assert [block async for block in body] == []
    assert body.md5 == hashlib.md5(b"").digest()
    error = await refused("0" * 64, plain(b""))
    assert error.code == "XAmzContentSHA256Mismatch"


@pytest.mark.parametrize("size", [11, 3 * BLOCK])
async def test_a_wrong_sha256(size: int) -> None:
    data = bytes(size)
    error = await refused("0" * 64, plain(data), data)
    assert (error.code, error.status) == ("XAmzContentSHA256Mismatch", 400)
    assert error.fields == {
        "ClientComputedContentSHA256": "0" * 64,
        "S3ComputedContentSHA256": hashlib.sha256(data).hexdigest(),
    }


@pytest.mark.parametrize("length", [10, 12, 0, 10**6])
async def test_a_body_of_another_length(length: int) -> None:
    headers = {"Content-Length": str(length)}
    if length == 0:
        assert await read(opened(None, headers, b"hello world")) == b""  # the rest is the next request's
    else:
        assert (await refused(None, headers, b"hello world")).code == "IncompleteBody"


@pytest.mark.parametrize("headers", [{}, {"Transfer-Encoding": "chunked"}])
@pytest.mark.parametrize("payload", [None, UNSIGNED, EMPTY])
async def test_a_length_is_required(payload: str | None, headers: dict[str, str]) -> None:
    error = await refused(payload, headers, b"x")
    assert (error.code, error.status) == ("MissingContentLength", 411)


@pytest.mark.parametrize("payload", [SIGNED_CHUNKS, SIGNED_TRAILER, UNSIGNED_TRAILER])
async def test_a_decoded_length_is_required(payload: str) -> None:
    error = await refused(payload, {"Content-Length": "100"}, b"x")
    assert (error.code, error.status) == ("MissingContentLength", 411)


@pytest.mark.parametrize("length", ["", "-1", "+1", "1e3", "0x1", "1 ", "٣", "9" * 30, "9" * 5000])
async def test_a_length_that_is_none(length: str) -> None:
    assert (await refused(None, {"Content-Length": length}, b"x")).code == "InvalidArgument"
    decoded = await refused(UNSIGNED_TRAILER, {"x-amz-decoded-content-length": length})
    assert decoded.code == ("InvalidArgument" if length.startswith("9") else "MissingContentLength")


async def test_signed_chunks() -> None:
    chunks = [b"a" * 65536, b"b" * 65536, b"c" * 1024]
    framed = signed_chunks(SEED, chunks)
    data = b"".join(chunks)
    body = opened(SIGNED_CHUNKS, chunked(data), framed[:100], framed[100:70000], framed[70000:])
    assert await read(body) == data
    assert body.md5 == hashlib.md5(data).digest()


async def test_the_chunks_of_the_s3_reference() -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html"""
    seed = "4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9"
    ends = [
        "ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648",
        "0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497",
        "b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9",
    ]
    chunks = [b"a" * 65536, b"a" * 1024, b""]
    framed = b"".join(
        f"{len(chunk):x};chunk-signature={end}\r\n".encode() + chunk + b"\r\n"
        for chunk, end in zip(chunks, ends, strict=True)
    )
    who = identity(SIGNED_CHUNKS)._replace(
        scope=Scope("20130524", REGION),
        timestamp="20130524T000000Z",
        signing_key=derive(stamp="20130524T000000Z"),
        seed_signature=seed,
    )
    body = open_body(source(framed), CIMultiDict(chunked(b"a" * 66560)), who)
    assert await read(body) == b"a" * 66560


async def test_the_trailer_of_the_s3_reference() -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming-trailers.html"""
    ends = [
        "b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2",
        "1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7",
        "2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992",
    ]
    framed = b"".join(
        f"{len(chunk):x};chunk-signature={end}\r\n".encode() + chunk + (b"\r\n" if chunk else b"")
        for chunk, end in zip([b"a" * 65536, b"a" * 1024, b""], ends, strict=True)
    )
    framed += (
        b"x-amz-checksum-crc32c:sOO8/Q==\r\n"
        b"x-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n\r\n"
    )
    who = identity(SIGNED_TRAILER)._replace(
        scope=Scope("20130524", REGION),
        timestamp="20130524T000000Z",
        signing_key=derive(stamp="20130524T000000Z"),
        seed_signature="106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e",
    )
    body = open_body(source(framed), CIMultiDict(chunked(b"a" * 66560, "x-amz-checksum-crc32c")), who)
    assert await read(body) == b"a" * 66560
    assert body.checksums == {"CRC32C": "sOO8/Q=="}


@pytest.mark.parametrize("size", [10, 20000, 3 * BLOCK])
async def test_any_flipped_byte_of_a_signed_chunk(size: int) -> None:
    framed = bytearray(signed_chunks(SEED, [b"x" * size]))
    framed[100 + size // 2 if size > 10 else 90] ^= 1
    error = await refused(SIGNED_CHUNKS, chunked(b"x" * size), bytes(framed))
    assert (error.code, error.status) == ("SignatureDoesNotMatch", 403)
    assert error.fields["StringToSign"].startswith("AWS4-HMAC-SHA256-PAYLOAD\n")


async def test_chunks_cannot_be_swapped_or_left_out() -> None:
    chunks = [b"a" * 8192, b"b" * 8192]
    framed = signed_chunks(SEED, chunks)
    one = len(framed) - len(signed_chunks(SEED, chunks[:1]))
    swapped = framed[one : 2 * one] + framed[:one] + framed[2 * one :]
    assert (await refused(SIGNED_CHUNKS, chunked(bytes(16384)), swapped)).code == "SignatureDoesNotMatch"
    short = framed[:one] + framed[2 * one :]
    assert (await refused(SIGNED_CHUNKS, chunked(bytes(8192)), short)).code == "SignatureDoesNotMatch"
    other = signed_chunks("cd" * 32, chunks)
    assert (await refused(SIGNED_CHUNKS, chunked(bytes(16384)), other)).code == "SignatureDoesNotMatch"


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("payload", [UNSIGNED_TRAILER, SIGNED_TRAILER])
async def test_trailing_checksums(algorithm: str, payload: str) -> None:
    data = b"hello world" * 1000
    name = checksums.header_name(algorithm)
    value = checksum(algorithm, data)
    make = unsigned_chunks if payload == UNSIGNED_TRAILER else lambda *a: signed_chunks(SEED, *a)
    body = opened(payload, chunked(data, name), make([data], (name, value)))
    assert await read(body) == data
    assert body.checksums == {algorithm: value}
    wrong = checksum(algorithm, b"something else")
    error = await refused(payload, chunked(data, name), make([data], (name, wrong)))
    assert (error.code, error.status) == ("BadDigest", 400)
    assert error.message == f"The {algorithm} you specified did not match the calculated checksum."
    error = await refused(payload, chunked(data, name), make([data], (name, "AAAA")))
    assert (error.code, error.message) == ("InvalidRequest", f"Value for {name} trailing header is invalid.")


async def test_a_trailer_signature_of_another_trailer() -> None:
    data = b"hello"
    name = "x-amz-checksum-crc32"
    good = signed_chunks(SEED, [data], (name, checksum("CRC32", data)))
    forged = good.replace(b"trailer-signature:", b"trailer-signature:0")[:-5] + b"\r\n\r\n"
    error = await refused(SIGNED_TRAILER, chunked(data, name), forged)
    assert error.code == "SignatureDoesNotMatch"
    assert error.fields["StringToSign"].startswith("AWS4-HMAC-SHA256-TRAILER\n")


async def test_a_trailer_must_be_announced_and_an_announced_one_come() -> None:
    name = "x-amz-checksum-crc32"
    framed = unsigned_chunks([b"x"], (name, checksum("CRC32", b"x")))
    assert (await refused(UNSIGNED_TRAILER, chunked(b"x"), framed)).code == "MalformedTrailerError"
    bare = unsigned_chunks([b"x"])
    assert (await refused(UNSIGNED_TRAILER, chunked(b"x", name), bare)).code == "MalformedTrailerError"
    assert await read(opened(UNSIGNED_TRAILER, chunked(b"x"), bare)) == b"x"
    headers = plain(b"x") | {"x-amz-trailer": name}
    assert (await refused(UNSIGNED, headers, b"x")).code == "MalformedTrailerError"
    headers = chunked(b"x", "x-amz-meta-late")
    assert (await refused(UNSIGNED_TRAILER, headers, framed)).code == "InvalidRequest"


async def test_anonymous_uploads_may_be_framed_but_not_signed() -> None:
    headers = chunked(b"x") | {"x-amz-content-sha256": UNSIGNED_TRAILER}
    assert await read(opened(None, headers, unsigned_chunks([b"x"]))) == b"x"
    headers["x-amz-content-sha256"] = SIGNED_CHUNKS
    assert (await refused(None, headers, unsigned_chunks([b"x"]))).code == "AccessDenied"


async def test_framing_that_the_signature_denies_is_not_stored() -> None:
    headers = plain(b"x", Content_Encoding="gzip, aws-chunked") | {"x-amz-content-sha256": UNSIGNED}
    error = await refused(UNSIGNED, headers, b"x")
    assert (error.code, error.fields["ArgumentName"]) == ("InvalidArgument", "Content-Encoding")


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@pytest.mark.parametrize("size", [11, 3 * BLOCK])
async def test_checksums_in_headers(algorithm: str, size: int) -> None:
    data = b"x" * size
    name, value = checksums.header_name(algorithm), checksum(algorithm, data)
    headers = plain(data) | {name: value, "x-amz-sdk-checksum-algorithm": algorithm}
    body = opened(None, headers, data)
    assert await read(body) == data
    assert body.checksums == {algorithm: value}
    error = await refused(None, headers, data[:-1] + b"y")
    assert (error.code, error.message) == (
        "BadDigest",
        f"The {algorithm} you specified did not match the calculated checksum.",
    )


@pytest.mark.parametrize(
    ("headers", "message"),
    [
        ({"x-amz-checksum-crc32": "AAAAAA==", "x-amz-checksum-sha1": "AAAA"}, SINGLE),
        ({"x-amz-checksum-crc32": "AAAA"}, "Value for x-amz-checksum-crc32 header is invalid."),
        ({"x-amz-checksum-crc32": "!"}, "Value for x-amz-checksum-crc32 header is invalid."),
        ({"x-amz-checksum-crc32": "é"}, "Value for x-amz-checksum-crc32 header is invalid."),
        ({"x-amz-checksum-crc16": "AAA="}, "The algorithm type you specified in"),
        ({"x-amz-sdk-checksum-algorithm": "CRC32"}, "x-amz-sdk-checksum-algorithm specified, but"),
        ({"x-amz-sdk-checksum-algorithm": "CRC16"}, "Value for x-amz-sdk-checksum-algorithm header"),
        (
            {"x-amz-sdk-checksum-algorithm": "SHA1", "x-amz-checksum-crc32": "AAAAAA=="},
            "Value for x-amz-sdk-checksum-algorithm header is invalid.",
        ),
        ({"x-amz-trailer": "x-amz-checksum-crc16"}, "The value specified in the x-amz-trailer header"),
    ],
)
async def test_checksum_headers_that_cannot_be_right(headers: dict[str, str], message: str) -> None:
    error = await refused(None, plain(b"x") | headers, b"x")
    assert (error.code, error.status) == ("InvalidRequest", 400)
    assert error.message.startswith(message)


async def test_a_checksum_in_header_and_trailer() -> None:
    headers = chunked(b"x", "x-amz-checksum-crc32") | {"x-amz-checksum-crc32": checksum("CRC32", b"x")}
    error = await refused(UNSIGNED_TRAILER, headers, unsigned_chunks([b"x"]))
    assert error.message.startswith(SINGLE)


async def test_headers_about_checksums_that_are_none() -> None:
    headers = plain(b"x") | {"x-amz-checksum-algorithm": "CRC32", "x-amz-checksum-mode": "ENABLED"}
    body = opened(None, headers | {"x-amz-checksum-type": "FULL_OBJECT"}, b"x")
    assert await read(body) == b"x"
    assert body.checksums == {}


@pytest.mark.parametrize("value", ["", "x", "AAAA", "AAAAAAAAAAAAAAAAAAAAAA", "!" * 24, "é"])
async def test_a_content_md5_that_is_none(value: str) -> None:
    error = await refused(None, plain(b"x", Content_MD5=value), b"x")
    assert (error.code, error.status) == ("InvalidDigest", 400)


async def test_content_md5() -> None:
    right = base64.b64encode(hashlib.md5(b"x").digest()).decode()
    assert await read(opened(None, plain(b"x", Content_MD5=right), b"x")) == b"x"
    error = await refused(None, plain(b"y", Content_MD5=right), b"y")
    assert (error.code, error.status) == ("BadDigest", 400)
    assert error.fields["ExpectedDigest"] == hashlib.md5(b"x").hexdigest()
    assert base64.b64decode(error.fields["CalculatedDigest"]) == hashlib.md5(b"y").digest()


async def test_checksums_that_the_operation_asks_for() -> None:
    body = opened(hashlib.sha256(b"x").hexdigest(), plain(b"x"), b"x")
    body.request_checksum("CRC64NVME")
    assert await read(body) == b"x"
    assert body.checksums == {"CRC64NVME": checksum("CRC64NVME", b"x")}
    with pytest.raises(RuntimeError):
        body.request_checksum("CRC32")
    with pytest.raises(RuntimeError):
        await read(body)


async def test_the_next_block_is_received_while_one_is_worked_on() -> None:
    asked = asyncio.Event()
    data = bytes(BLOCK)

    async def arriving() -> AsyncGenerator[bytes, None]:
        yield data
        asked.set()
        yield data

    body = open_body(arriving(), CIMultiDict(plain(data * 2)), None)
    count = 0
    async for _ in body:
        await asyncio.wait_for(asked.wait(), 30)
        count += 1
    assert count == 2


async def test_a_consumer_may_stop_in_the_middle() -> None:
    waiting, closed = asyncio.Event(), asyncio.Event()
    data = bytes(BLOCK)

    async def arriving() -> AsyncGenerator[bytes, None]:
        try:
            yield data
            waiting.set()
            await asyncio.Event().wait()
        finally:
            closed.set()

    body = open_body(arriving(), CIMultiDict(plain(data * 2)), None)
    blocks = aiter(body)
    assert len(await anext(blocks)) == BLOCK
    await waiting.wait()
    await body.close()
    assert closed.is_set()
    await body.close()


async def test_errors_of_the_source_pass_through() -> None:
    async def broken() -> AsyncGenerator[bytes, None]:
        yield bytes(BLOCK)
        raise ConnectionResetError

    body = open_body(broken(), CIMultiDict(plain(bytes(2 * BLOCK))), None)
    with pytest.raises(ConnectionResetError):
        await read(body)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(8192, 400_000), max_size=6), st.integers(0, 9000), st.integers(1000, 300_000))
async def test_any_signed_body(sizes: list[int], last: int, step: int) -> None:
    chunks = [bytes([number]) * size for number, size in enumerate([*sizes, last]) if size]
    data = b"".join(chunks)
    name = "x-amz-checksum-crc64nvme"
    framed = signed_chunks(SEED, chunks, (name, checksum("CRC64NVME", data)))
    blocks = [framed[at : at + step] for at in range(0, len(framed), step)]
    body = opened(SIGNED_TRAILER, chunked(data, name), *blocks)
    assert hashlib.sha256(await read(body)).digest() == hashlib.sha256(data).digest()
    assert body.md5 == hashlib.md5(data).digest()


async def test_documents() -> None:
    document = b"<Delete/>"
    sha = identity(hashlib.sha256(document).hexdigest())
    assert await read_document(source(document), CIMultiDict(plain(document)), sha) == document
    assert await read_document(source(), CIMultiDict(), None) == b""
    with pytest.raises(S3Error, match="MissingContentLength"):
        await read_document(source(document), CIMultiDict({"Transfer-Encoding": "chunked"}), None)
    with pytest.raises(S3Error, match="XAmzContentSHA256Mismatch"):
        await read_document(source(b"<Dilete/>"), CIMultiDict(plain(document)), sha)


async def test_documents_are_bounded_before_they_are_read() -> None:
    async def never() -> AsyncGenerator[bytes, None]:
        touched.append(True)
        yield b""

    touched: list[bool] = []
    for headers, who in (
        ({"Content-Length": str(document_limit("PutBucketTagging") + 1)}, None),
        ({"x-amz-decoded-content-length": str((1 << 20) + 1)}, identity(UNSIGNED_TRAILER)),
    ):
        with pytest.raises(S3Error) as caught:
            await read_document(never(), CIMultiDict(headers), who)
        assert caught.value.code == "MalformedXML"
    with pytest.raises(S3Error, match="MaxMessageLengthExceeded"):
        await read_document(never(), CIMultiDict({"Content-Length": "11"}), None, limit=10)
    assert not touched
    assert document_limit("PutBucketWebsite") == 128 << 10  # as S3 documents it
    assert document_limit("DeleteObjects") == document_limit("CompleteMultipartUpload") == 8 << 20


async def test_documents_that_need_a_digest() -> None:
    document = b"<Delete/>"
    with pytest.raises(S3Error) as caught:
        await read_document(source(document), CIMultiDict(plain(document)), None, digest_required=True)
    assert caught.value.code == "InvalidRequest"
    assert caught.value.message == "Missing required header for this request: Content-MD5 OR x-amz-checksum-*"
    for name, value in (
        ("Content-MD5", base64.b64encode(hashlib.md5(document).digest()).decode()),
        ("x-amz-checksum-crc32", checksum("CRC32", document)),
    ):
        headers = CIMultiDict(plain(document) | {name: value})
        assert await read_document(source(document), headers, None, digest_required=True) == document
        with pytest.raises(S3Error, match="BadDigest"):
            await read_document(source(b"<Dilete/>"), headers, None, digest_required=True)


async def test_a_checksum_that_is_of_the_object_and_not_of_the_document() -> None:
    document = b"<CompleteMultipartUpload/>"
    headers = CIMultiDict(plain(document) | {"x-amz-checksum-crc32": "AAAAAA==-3"})
    assert await read_document(source(document), headers, None, checksums=False) == document


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        (None, None),
        ("", None),
        ("gzip", "gzip"),
        ("aws-chunked", None),
        ("AWS-Chunked", None),
        ("gzip, aws-chunked", "gzip"),
        ("aws-chunked,gzip , br", "gzip,br"),
    ],
)
def test_content_encodings(given: str | None, kept: str | None) -> None:
    assert content_encoding(given) == kept
