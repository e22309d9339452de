"""Abuse of the protocol against a real gateway: every answer is an S3 error, and nothing is left behind."""

from __future__ import annotations

import base64
import hashlib
import resource
import unicodedata
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from botocore.exceptions import ClientError
from mypy_boto3_s3 import S3Client

from tests import wire
from tests.gateway import Gateway

KIB = 1 << 10
DATA = b"0123456789" * 2000
HELLO_CRC32 = base64.b64encode(zlib.crc32(b"hello").to_bytes(4, "big")).decode()


def keys(s3: S3Client, bucket: str) -> list[str]:
    """Every key of the bucket."""
    return [entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]


# Bodies that are not what was announced -----------------------------------------------------------------


def test_a_body_shorter_than_its_length(gateway: Gateway, bucket: str, s3: S3Client) -> None:
    headers = {"content-length": str(len(DATA) + 1)}
    said = wire.request(
        gateway, "PUT", f"/{bucket}/k", headers=headers, body=DATA, payload=wire.UNSIGNED, half_close=True
    )
    assert (said.status, said.code) in [(0, ""), (400, "IncompleteBody")]
    assert keys(s3, bucket) == []


@pytest.mark.parametrize("decoded", [4, 6, 500_000])
def test_a_decoded_length_that_differs(gateway: Gateway, bucket: str, s3: S3Client, decoded: int) -> None:
    framed = wire.frame(b"hello", trailer=f"x-amz-checksum-crc32:{HELLO_CRC32}")
    said = wire.trailer_put(gateway, f"/{bucket}/k", framed, decoded=decoded)
    assert (said.status, said.code) == (400, "IncompleteBody")
    assert keys(s3, bucket) == []


@pytest.mark.parametrize(
    ("headers", "payload", "code"),
    [
        ({}, hashlib.sha256(b"other").hexdigest(), "XAmzContentSHA256Mismatch"),
        ({"content-md5": base64.b64encode(bytes(16)).decode()}, wire.UNSIGNED, "BadDigest"),
        ({"content-md5": "not base64"}, wire.UNSIGNED, "InvalidDigest"),
        ({"x-amz-checksum-crc32": "AAAAAA=="}, wire.UNSIGNED, "BadDigest"),
        ({"x-amz-checksum-crc32c": "AAAAAA=="}, wire.UNSIGNED, "BadDigest"),
        ({"x-amz-checksum-crc64nvme": base64.b64encode(bytes(8)).decode()}, wire.UNSIGNED, "BadDigest"),
        ({"x-amz-checksum-sha1": base64.b64encode(bytes(20)).decode()}, wire.UNSIGNED, "BadDigest"),
        ({"x-amz-checksum-sha256": base64.b64encode(bytes(32)).decode()}, wire.UNSIGNED, "BadDigest"),
    ],
)
@pytest.mark.parametrize("body", [b"hello", DATA * 50], ids=["small", "large"])
def test_a_digest_that_does_not_match(
    gateway: Gateway, bucket: str, s3: S3Client, headers: dict[str, str], payload: str, code: str, body: bytes
) -> None:
    said = wire.request(gateway, "PUT", f"/{bucket}/k", headers=headers, body=body, payload=payload)
    assert (said.status, said.code) == (400, code)
    assert keys(s3, bucket) == []


@pytest.mark.parametrize(
    ("trailer", "code"),
    [
        (f"x-amz-checksum-crc32:{HELLO_CRC32}", ""),
        ("x-amz-checksum-crc32:AAAAAA==", "BadDigest"),
        ("x-amz-checksum-crc32", "MalformedTrailerError"),
        ("x-amz-checksum-sha256:AAAAAA==", "MalformedTrailerError"),
        ("", "MalformedTrailerError"),
    ],
)
def test_trailers(gateway: Gateway, bucket: str, s3: S3Client, trailer: str, code: str) -> None:
    said = wire.trailer_put(gateway, f"/{bucket}/k", wire.frame(b"hello", trailer=trailer), decoded=5)
    assert (said.status, said.code) == (400 if code else 200, code)
    assert keys(s3, bucket) == ([] if code else ["k"])


def test_a_small_chunk_before_the_last(gateway: Gateway, bucket: str, s3: S3Client) -> None:
    said = wire.chunked_put(gateway, f"/{bucket}/k", [b"a" * 8191, b"b" * 8192])
    assert (said.status, said.code) == (403, "InvalidChunkSizeError")
    assert keys(s3, bucket) == []
    assert wire.chunked_put(gateway, f"/{bucket}/k", [b"a" * 8192, b"b"]).status == 200


def test_a_compressed_body_is_stored_as_sent(gateway: Gateway, bucket: str, s3: S3Client) -> None:
    body = zlib.compress(b"text " * 1000, wbits=31)
    said = wire.request(gateway, "PUT", f"/{bucket}/k", headers={"content-encoding": "gzip"}, body=body)
    assert said.status == 200
    back = s3.get_object(Bucket=bucket, Key="k")
    assert (back["ContentEncoding"], back["Body"].read()) == ("gzip", body)


# Documents and numbers -----------------------------------------------------------------------------------


@pytest.mark.parametrize("number", ["0", "10001", "-1", "x"])
def test_part_numbers_out_of_bounds(gateway: Gateway, bucket: str, s3: S3Client, number: str) -> None:
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
    query = f"partNumber={number}&uploadId={upload}"
    said = wire.request(gateway, "PUT", f"/{bucket}/k", query, body=b"part")
    assert (said.status, said.code) == (400, "InvalidArgument")
    assert "Parts" not in s3.list_parts(Bucket=bucket, Key="k", UploadId=upload)


@pytest.mark.parametrize("order", [[2, 1], [1, 1], [1, 2, 2]])
def test_parts_out_of_order_or_twice(gateway: Gateway, bucket: str, s3: S3Client, order: list[int]) -> None:
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
    etags = {
        n: s3.upload_part(Bucket=bucket, Key="k", UploadId=upload, PartNumber=n, Body=b"p")["ETag"]
        for n in (1, 2)
    }
    with pytest.raises(ClientError, match="InvalidPartOrder"):
        s3.complete_multipart_upload(
            Bucket=bucket,
            Key="k",
            UploadId=upload,
            MultipartUpload={"Parts": [{"PartNumber": n, "ETag": etags[n]} for n in order]},
        )
    assert keys(s3, bucket) == []


def _delete(count: int, comment: bytes = b"") -> bytes:
    items = b"".join(b"<Object><Key>k%d</Key></Object>" % number for number in range(count))
    return b"<Delete>" + items + comment + b"</Delete>"


BOMB = (
    b'<!DOCTYPE d [<!ENTITY a "aaaaaaaaaa">'
    + b"".join(b'<!ENTITY %c "%s">' % (98 + n, b"&%c;" % (97 + n) * 10) for n in range(8))
    + b"]><Delete><Object><Key>&i;</Key></Object></Delete>"
)


@pytest.mark.parametrize(
    "document",
    [
        _delete(1001),
        BOMB,
        _delete(1, b"<!--" + b"x" * (8 << 20) + b"-->"),
        b"<Delete>",
        b"",
        b"\0",
        b"<Other/>",
    ],
    ids=["1001 keys", "bomb", "too large", "cut off", "empty", "nul", "other root"],
)
def test_documents_that_are_refused(gateway: Gateway, bucket: str, s3: S3Client, document: bytes) -> None:
    s3.put_object(Bucket=bucket, Key="k0", Body=b"stays")
    md5 = base64.b64encode(hashlib.md5(document).digest()).decode()
    said = wire.request(gateway, "POST", f"/{bucket}", "delete=", headers={"content-md5": md5}, body=document)
    assert said.status == 400
    assert said.code in ("MalformedXML", "MissingRequestBodyError")
    assert keys(s3, bucket) == ["k0"]


# Names ---------------------------------------------------------------------------------------------------


def test_metadata_over_its_bound(gateway: Gateway, bucket: str, s3: S3Client) -> None:
    fits = {"x-amz-meta-a": "v" * (2048 - 1)}
    assert wire.request(gateway, "PUT", f"/{bucket}/fits", headers=fits, body=b"x").status == 200
    over = {"x-amz-meta-a": "v" * 2048}
    said = wire.request(gateway, "PUT", f"/{bucket}/over", headers=over, body=b"x")
    assert (said.status, said.code) == (400, "MetadataTooLarge")
    assert keys(s3, bucket) == ["fits"]


@pytest.mark.parametrize("name", ["%00", "a%00b", "%ff", "%c3%28", "%ed%a0%80"])
def test_names_that_are_not_text(gateway: Gateway, bucket: str, s3: S3Client, name: str) -> None:
    said = wire.request(gateway, "PUT", f"/{bucket}/{name}", body=b"x")
    assert said.status == 400
    assert said.code
    assert keys(s3, bucket) == []


def test_names_are_opaque_and_never_paths(gateway: Gateway, bucket: str, s3: S3Client) -> None:
    names = [
        "..",
        ".",
        "../..",
        "a//b",
        "a/b",
        "a/b/",
        "/a",
        "//",
        "a/./b",
        "+",
        " ",
        "%2F",
        "%",
        "?",
        "\n",
        "ü/😀",
    ]
    names += [unicodedata.normalize("NFC", "é"), unicodedata.normalize("NFD", "é")]
    for name in names:
        said = wire.request(gateway, "PUT", f"/{bucket}/{quote(name, safe='')}", body=name.encode())
        assert said.status == 200, name
    for name in names:
        assert s3.get_object(Bucket=bucket, Key=name)["Body"].read() == name.encode()
        assert wire.request(gateway, "GET", f"/{bucket}/{quote(name)}").body == name.encode()
    listed = s3.list_objects_v2(Bucket=bucket)["Contents"]  # asks for encoding-type=url and decodes
    assert [entry["Key"] for entry in listed] == sorted(names, key=str.encode)
    written = {part for path in gateway.data.rglob("*") for part in path.relative_to(gateway.data).parts}
    assert not written & {*names, bucket}


def test_the_decision_is_made_on_the_raw_path(gateway: Gateway, bucket: str, s3: S3Client) -> None:
    s3.put_object(Bucket=bucket, Key="a/b", Body=b"slash")
    s3.put_object(Bucket=bucket, Key="a%2Fb", Body=b"percent")
    assert wire.request(gateway, "GET", f"/{bucket}/a%2Fb").body == b"slash"
    assert wire.request(gateway, "GET", f"/{bucket}/a%252Fb").body == b"percent"
    signed = wire.Signer(gateway).headers("GET", f"/{bucket}/a/b", "", wire.EMPTY, {})
    said = wire.raw(gateway, wire.head("GET", f"/{bucket}/a%252Fb", signed))
    assert (said.status, said.code) == (403, "SignatureDoesNotMatch")


# Time ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("minutes", [-16, 16])
def test_clocks_too_far_apart(gateway: Gateway, bucket: str, minutes: int) -> None:
    signer = wire.Signer(gateway, now=datetime.now(UTC) + timedelta(minutes=minutes))
    said = wire.request(gateway, "GET", f"/{bucket}", signer=signer)
    assert (said.status, said.code) == (403, "RequestTimeTooSkewed")


@pytest.mark.parametrize("expires", ["604801", "-1", "x", ""])
def test_expiries_out_of_bounds(gateway: Gateway, bucket: str, expires: str) -> None:
    target = wire.Signer(gateway).presigned("GET", f"/{bucket}", expires)
    said = wire.raw(gateway, wire.head("GET", target, {"host": f"127.0.0.1:{gateway.port}"}))
    assert (said.status, said.code) == (400, "AuthorizationQueryParametersError")


def test_an_expiry_of_nothing_has_expired(gateway: Gateway, bucket: str) -> None:
    target = wire.Signer(gateway).presigned("GET", f"/{bucket}", 0)
    said = wire.raw(gateway, wire.head("GET", target, {"host": f"127.0.0.1:{gateway.port}"}))
    assert (said.status, said.code) == (403, "AccessDenied")


def test_a_link_that_has_expired(gateway: Gateway, bucket: str) -> None:
    host = {"host": f"127.0.0.1:{gateway.port}"}
    old = wire.Signer(gateway, now=datetime.now(UTC) - timedelta(minutes=5))
    said = wire.raw(gateway, wire.head("GET", old.presigned("GET", f"/{bucket}", 60), host))
    assert (said.status, said.code) == (403, "AccessDenied")
    assert b"Request has expired" in said.body
    assert wire.raw(gateway, wire.head("GET", old.presigned("GET", f"/{bucket}", 600), host)).status == 200


# Ranges --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "status", "body"),
    [
        ("bytes=20000-", 416, None),
        ("bytes=-0", 416, None),
        ("bytes=0-0,5-6", 200, DATA),
        ("bytes=5-2", 200, DATA),
        ("lines=1-2", 200, DATA),
        ("bytes=19999-30000", 206, DATA[-1:]),
        ("bytes=-30000", 206, DATA),
    ],
)
def test_ranges(
    gateway: Gateway, bucket: str, s3: S3Client, given: str, status: int, body: bytes | None
) -> None:
    s3.put_object(Bucket=bucket, Key="k", Body=DATA)
    said = wire.request(gateway, "GET", f"/{bucket}/k", headers={"range": given})
    assert said.status == status
    assert said.code == "InvalidRange" if body is None else said.body == body


# The HTTP parser's own refusals --------------------------------------------------------------------------


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\nhost: x\r\nx-long: " + b"a" * (80 << 10) + b"\r\n\r\n",
        b"GET /" + b"a" * (80 << 10) + b" HTTP/1.1\r\nhost: x\r\n\r\n",
        b"PUT /b/k HTTP/1.1\r\nhost: x\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
        b"PUT /b/k HTTP/1.1\r\nhost: x\r\ncontent-length: x\r\n\r\n",
        b"PUT /b/k HTTP/1.1\r\nhost: x\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: x\r\nx-nul: a\0b\r\n\r\n",
        b"GET / HTTP/1.1\r\nhost: x\r\n" + b"".join(b"x-%d: y\r\n" % n for n in range(20_000)) + b"\r\n",
        b"nonsense\r\n\r\n",
        b"GET / HTTP/9.9\r\nhost: x\r\n\r\n",
    ],
    ids=[
        "header",
        "target",
        "two lengths",
        "bad length",
        "both framings",
        "nul",
        "many",
        "nonsense",
        "version",
    ],
)
def test_what_the_parser_refuses_is_an_s3_error(gateway: Gateway, head: bytes) -> None:
    said = wire.raw(gateway, head)
    assert 400 <= said.status < 500
    assert said.code
    assert b"<RequestId>" in said.body


# Slow and many -------------------------------------------------------------------------------------------


@pytest.fixture
def impatient(new_gateway: Callable[..., Gateway]) -> Gateway:
    """A gateway that waits a second where others wait a minute."""
    gateway = new_gateway(S3GW_HEADER_TIMEOUT="1", S3GW_BODY_TIMEOUT="1").start()
    gateway.client().create_bucket(Bucket="slow")
    return gateway


def test_headers_that_never_end(impatient: Gateway) -> None:
    with wire.connect(impatient) as connection:
        connection.sendall(b"GET / HTTP/1.1\r\nhost: x\r\nx-a: ")
        said = wire.answer(connection)
    assert (said.status, said.code) in [(0, ""), (400, "RequestTimeout"), (408, "RequestTimeout")]


@pytest.mark.parametrize("sent", [0, 100_000])
def test_a_body_that_stalls(impatient: Gateway, sent: int) -> None:
    headers = {"content-length": "500000"}
    said = wire.request(impatient, "PUT", "/slow/k", headers=headers, body=b"x" * sent, payload=wire.UNSIGNED)
    assert (said.status, said.code) == (400, "RequestTimeout")
    assert keys(impatient.client(), "slow") == []


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_thousands_of_connections_and_stalled_bodies_stay_within_bounds(
    new_gateway: Callable[..., Gateway], tmp_path: Path
) -> None:
    gateway = new_gateway(S3GW_HEADER_TIMEOUT="120", S3GW_BODY_TIMEOUT="120").start()
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))  # this process's own end of 2,000 connections
    client = gateway.client()
    client.create_bucket(Bucket="many")
    client.put_object(Bucket="many", Key="k", Body=DATA)
    idle, connections = gateway.reset_peak(), []
    try:
        connections += [wire.connect(gateway) for _ in range(2000)]
        signed = wire.Signer(gateway).headers("PUT", "/many/stalled", "", wire.UNSIGNED, {})
        head = wire.head("PUT", "/many/stalled", signed | {"content-length": str(1 << 30)})
        for connection in connections[:200]:
            connection.sendall(head + bytes(1 << 20))
        for number in range(50):
            client.put_object(Bucket="many", Key=f"other-{number}", Body=DATA)
        assert client.get_object(Bucket="many", Key="k")["Body"].read() == DATA
        above = gateway.peak() - idle
        assert above < 2000 * 16 * KIB + 200 * 4096 * KIB, f"{above >> 20} MiB above idle"
    finally:
        for connection in connections:
            connection.close()
    assert keys(gateway.client(), "many") == ["k", *sorted(f"other-{number}" for number in range(50))]
