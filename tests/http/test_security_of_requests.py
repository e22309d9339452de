"""Published failures of S3 servers that can be replayed without a gateway: signing, addressing, framing.

The numbers are those of the list that `tests/security` replays against a whole gateway.
"""

from __future__ import annotations

from collections.abc import Mapping

import pytest
from multidict import CIMultiDict

from s3gw.errors import S3Error
from s3gw.http.addressing import parse_address
from s3gw.http.body import open_body
from tests.effort import least_seconds
from tests.http.edge_requests import (
    HOST,
    SIGNED_CHUNKS,
    SIGNED_TRAILER,
    UNSIGNED_TRAILER,
    check,
    presigned,
    signed,
    signed_chunks,
    source,
    unsigned_chunks,
)

NOT_SIGNED = "There were headers present in the request which were not signed"


async def refused(method: str, target: str, headers: Mapping[str, str]) -> S3Error:
    """The error of addressing and authenticating."""
    with pytest.raises(S3Error) as caught:
        await check(method, target, headers)
    return caught.value


async def refused_body(headers: CIMultiDict[str], *blocks: bytes) -> S3Error:
    """The error of reading the body of a well-signed PUT."""
    found = await check("PUT", "/bucket/key", headers)
    with pytest.raises(S3Error) as caught:
        _ = [block async for block in open_body(source(*blocks), headers, found)]
    return caught.value


@pytest.mark.parametrize("more", [{}, {"x-amz-meta-snowball-auto-extract": "true"}])
async def test_case_01_and_03_unsigned_trailer_with_a_wrong_secret(more: dict[str, str]) -> None:
    more |= {"x-amz-decoded-content-length": "4", "x-amz-trailer": "x-amz-checksum-crc32"}
    headers = signed("PUT", "/bucket/key", more, payload=UNSIGNED_TRAILER, secret="wrong-secret")
    error = await refused("PUT", "/bucket/key", headers)
    assert (error.code, error.status) == ("SignatureDoesNotMatch", 403)


@pytest.mark.parametrize("query", ["", "&partNumber=1&uploadId=x"])
@pytest.mark.parametrize(
    "name", ["X-Amz-Credential", "x-amz-credential", "X-Amz-Signature", "X-Amz-Algorithm"]
)
async def test_case_02_a_part_of_a_presigned_query(query: str, name: str) -> None:
    headers = {"Host": HOST, "x-amz-content-sha256": UNSIGNED_TRAILER, "x-amz-decoded-content-length": "4"}
    error = await refused("PUT", f"/bucket/key?{name}=AKIAIOSFODNN7EXAMPLE{query}", headers)
    assert (error.code, error.status) == ("AuthorizationQueryParametersError", 400)


async def test_case_04_streaming_without_identity_is_anonymous() -> None:
    assert await check("GET", "/", {"Host": HOST, "x-amz-content-sha256": UNSIGNED_TRAILER}) is None


@pytest.mark.parametrize("place", [95, 5000, 9000])
async def test_case_06_a_flipped_byte_of_a_signed_chunk(place: int) -> None:
    headers = signed("PUT", "/bucket/key", {"x-amz-decoded-content-length": "8193"}, payload=SIGNED_CHUNKS)
    seed = headers["Authorization"].rpartition("=")[2]
    body = bytearray(signed_chunks(seed, [b"x" * 8192, b"y"]))
    found = await check("PUT", "/bucket/key", headers)
    good = open_body(source(bytes(body)), headers, found)
    assert sum([len(block) async for block in good]) == 8193
    body[place if place < 9000 else body.index(b"\r\ny\r\n") + 2] ^= 1
    error = await refused_body(headers, bytes(body))
    assert (error.code, error.status) == ("SignatureDoesNotMatch", 403)


@pytest.mark.parametrize(
    "name",
    ["x-amz-copy-source", "X-Amz-Copy-Source", "x-amz-acl", "x-amz-meta-a", "X-AMZ-tagging", "x-amz-date-2"],
)
async def test_case_07_unsigned_copy_source(name: str) -> None:
    target = presigned("PUT", "/bucket/key")
    error = await refused("PUT", target, {"Host": HOST, name: "/victim/k"})
    assert (error.code, error.status, error.message) == ("AccessDenied", 403, NOT_SIGNED)
    assert error.fields == {"HeadersNotSigned": name.lower()}
    headers = signed("PUT", "/bucket/key")
    headers[name] = "/victim/k"
    error = await refused("PUT", "/bucket/key", headers)
    assert (error.code, error.message) == ("AccessDenied", NOT_SIGNED)


@pytest.mark.parametrize(
    "name",
    [
        "x-amz-decoded-content-length",
        "x-amz-trailer",
        "x-amz-checksum-algorithm",
        "x-amz-sdk-checksum-algorithm",
        "x-amzn-trace-id",
        "Content-Type",
        "User-Agent",
    ],
)
async def test_case_07_headers_that_need_not_be_signed(name: str) -> None:
    assert await check("PUT", presigned("PUT", "/bucket/key"), {"Host": HOST, name: "4"}) is not None
    headers = signed("PUT", "/bucket/key")
    headers[name] = "4"
    assert await check("PUT", "/bucket/key", headers) is not None


@pytest.mark.parametrize("form", [SIGNED_CHUNKS, SIGNED_TRAILER, UNSIGNED_TRAILER])
async def test_case_08_presigned_put_with_a_streaming_header(form: str) -> None:
    headers = {"Host": HOST, "x-amz-content-sha256": form, "x-amz-decoded-content-length": "4"}
    error = await refused("PUT", presigned("PUT", "/bucket/key"), headers)
    assert (error.code, error.status) == ("InvalidRequest", 400)
    error = await refused("PUT", presigned("PUT", "/bucket/key", headers, payload=form), headers)
    assert (error.code, error.status) == ("InvalidRequest", 400)
    target = presigned("PUT", f"/bucket/key?X-Amz-Content-Sha256={form}", payload=form)
    error = await refused("PUT", target, {"Host": HOST})
    assert (error.code, error.status) == ("InvalidRequest", 400)


@pytest.mark.parametrize("path", ["/b-1/../victim/k", "/b-1/..%2fvictim%2fk", "/b-1/%2e%2e/victim/k"])
async def test_case_16_paths_that_climb_are_literal_keys(path: str) -> None:
    address = parse_address(path, HOST, ())
    assert (address.bucket, address.key) == ("b-1", "../victim/k")
    assert await check("GET", path, signed("GET", path)) is not None
    error = await refused("GET", path, signed("GET", "/victim/k"))
    assert error.code == "SignatureDoesNotMatch"


@pytest.mark.parametrize("path", ["/..", "/../k", "/%2e%2e/k", "/.%2E"])
async def test_case_16_a_bucket_called_dot_dot(path: str) -> None:
    error = await refused("GET", path, signed("GET", path))
    assert (error.code, error.status) == ("InvalidBucketName", 400)


async def test_case_28_a_truncated_chunked_body() -> None:
    more = {"x-amz-decoded-content-length": "1000", "x-amz-trailer": "x-amz-checksum-crc32"}
    headers = signed("PUT", "/bucket/key", more, payload=UNSIGNED_TRAILER)
    body = unsigned_chunks([b"x" * 1000], ("x-amz-checksum-crc32", "AAAAAA=="))
    for cut in (0, 1, 500, 1005, 1010, len(body) - 1):
        error = await refused_body(headers, body[:cut])
        assert (error.code, error.status) == ("IncompleteBody", 400)


@pytest.mark.parametrize("form", [SIGNED_CHUNKS, SIGNED_TRAILER, UNSIGNED_TRAILER])
async def test_case_29_chunked_without_a_decoded_length(form: str) -> None:
    headers = signed("PUT", "/bucket/key", {"Content-Length": "100"}, payload=form)
    error = await refused_body(headers, b"4\r\ndata\r\n0\r\n\r\n")
    assert (error.code, error.status) == ("MissingContentLength", 411)


@pytest.mark.parametrize("target", ["", "?", "*", "//", "///", "/?%", "http://", "://"])
async def test_case_30_a_url_of_nothing(target: str) -> None:
    headers = {"Host": HOST}
    if target == "http://":
        assert parse_address(target, HOST, ()).bucket is None
    else:
        assert (await refused("GET", target, headers)).status == 400


async def test_case_30_a_very_long_name() -> None:
    error = await refused("GET", "/bucket/" + "k" * 1025, {"Host": HOST})
    assert (error.code, error.status) == ("KeyTooLongError", 400)


LONG = 16 * 1024
BACKTRACKING = [
    {"Authorization": "AWS4-HMAC-SHA256 " + "Credential=" * (LONG // 11)},
    {"Authorization": "AWS4-HMAC-SHA256 " + " " * LONG + "x"},
    {"Authorization": "AWS4-HMAC-SHA256 Credential=" + "/" * LONG},
    {"Authorization": "AWS4-HMAC-SHA256 " + "," * LONG},
    {
        "Authorization": "AWS4-HMAC-SHA256 Credential=a/20260504/us-east-1/s3/aws4_request,"
        "Signature=x,SignedHeaders=" + ";" * LONG
    },
    {"x-amz-content-sha256": "a" * LONG},
    {"x-amz-content-sha256": "STREAMING-" * (LONG // 10)},
    {"x-amz-date": "2" * LONG},
    {"x-amz-meta-a": " \t" * (LONG // 2) + "x"},
    {"Host": "a." * (LONG // 2)},
    {"Host": "[" * LONG},
]


@pytest.mark.parametrize("change", BACKTRACKING, ids=lambda change: next(iter(change)))
async def test_case_31_headers_built_to_backtrack(change: dict[str, str]) -> None:
    headers = signed("GET", "/bucket/key")
    headers.update(change)

    async def ask() -> None:
        try:
            await check("GET", "/bucket/key", headers, domains=("s3.example.com",))
        except S3Error as error:
            assert error.status in (400, 403)  # noqa: PT017 - either is right, what matters is the time

    assert await least_seconds(ask) < 0.05


@pytest.mark.parametrize(
    "target",
    [
        "/bucket/" + "%" * LONG,
        "/bucket/" + "%41" * (LONG // 3),
        "/" + "a" * LONG,
        "/bucket?" + "&" * 900 + "a=" * LONG,
        "/bucket?" + "%C3" * (LONG // 3),
        "/bucket?prefix=" + "~%7E" * (LONG // 4) + "!",
    ],
    ids=range(6),
)
async def test_case_31_targets_built_to_backtrack(target: str) -> None:
    headers = signed("GET", "/bucket/key")

    async def ask() -> None:
        assert (await refused("GET", target, headers)).status in (400, 403)

    assert await least_seconds(ask) < 0.05
