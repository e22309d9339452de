"""Published failures of S3 servers, replayed on a real gateway. A refusal leaves nothing behind."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from botocore.exceptions import ClientError
from mypy_boto3_s3 import S3Client

from tests import wire
from tests.gateway import Gateway

MIB = 1 << 20
ENTITY = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>'
    b"<%s><Object><Key>&e;</Key></Object></%s>"
)


def _missing(s3: S3Client, bucket: str, key: str) -> bool:
    try:
        s3.head_object(Bucket=bucket, Key=key)
    except ClientError as error:
        return error.response["Error"]["Code"] == "404"
    return False


def test_case_01_unsigned_trailer_with_a_wrong_secret(gateway: Gateway, bucket: str, s3: S3Client) -> None:
    wrong = wire.Signer(gateway, secret="not-the-secret")
    body = wire.frame(b"forged", trailer="x-amz-checksum-crc32:AAAAAA==")
    said = wire.trailer_put(gateway, f"/{bucket}/k", body, decoded=6, signer=wrong)
    assert (said.status, said.code) == (403, "SignatureDoesNotMatch")
    assert _missing(s3, bucket, "k")


@pytest.mark.parametrize("query", ["", "&partNumber=1&uploadId=x"])
def test_case_02_a_credential_alone_in_the_query(
    gateway: Gateway, bucket: str, s3: S3Client, query: str
) -> None:
    body = wire.frame(b"forged")
    scope = wire.Signer(gateway).scope.replace("/", "%2F")
    headers = {
        "host": f"127.0.0.1:{gateway.port}",
        "x-amz-content-sha256": wire.UNSIGNED_TRAILER,
        "x-amz-decoded-content-length": "6",
        "content-encoding": "aws-chunked",
        "content-length": str(len(body)),
    }
    target = f"/{bucket}/k?X-Amz-Credential={gateway.access_key}%2F{scope}{query}"
    said = wire.raw(gateway, wire.head("PUT", target, headers) + body, "PUT")
    assert (said.status, said.code) == (400, "AuthorizationQueryParametersError")
    assert _missing(s3, bucket, "k")


@pytest.mark.parametrize("chunk", [0, 1, 2])
def test_case_06_one_flipped_byte_of_a_signed_chunk(
    gateway: Gateway, bucket: str, s3: S3Client, chunk: int
) -> None:
    chunks = [bytes([65 + number]) * 70_000 for number in range(3)]

    def flip(framed: bytes) -> bytes:
        at = framed.index(chunks[chunk][:100]) + 1234
        return framed[:at] + b"!" + framed[at + 1 :]

    said = wire.chunked_put(gateway, f"/{bucket}/flipped", chunks, tamper=flip)
    assert (said.status, said.code) == (403, "SignatureDoesNotMatch")
    assert _missing(s3, bucket, "flipped")
    assert wire.chunked_put(gateway, f"/{bucket}/whole", chunks).status == 200
    assert s3.get_object(Bucket=bucket, Key="whole")["Body"].read() == b"".join(chunks)


@pytest.mark.parametrize("kind", [wire.UNSIGNED_TRAILER, wire.SIGNED_CHUNKS, wire.SIGNED_CHUNKS + "-TRAILER"])
def test_case_08_presigned_put_with_an_unsigned_streaming_header(
    gateway: Gateway, bucket: str, s3: S3Client, kind: str
) -> None:
    body = wire.frame(b"forged")
    headers = {
        "host": f"127.0.0.1:{gateway.port}",
        "x-amz-content-sha256": kind,
        "x-amz-decoded-content-length": "6",
        "content-length": str(len(body)),
    }
    target = wire.Signer(gateway).presigned("PUT", f"/{bucket}/k")
    said = wire.raw(gateway, wire.head("PUT", target, headers) + body, "PUT")
    assert said.status in (400, 403)
    assert said.code
    assert _missing(s3, bucket, "k")


@pytest.mark.parametrize(
    "source",
    ["/{mine}/../{victim}/k", "/{mine}/%2e%2e/{victim}/k", "/{mine}/k%3FversionId=null", "../{victim}/k"],
)
def test_case_15_copy_sources_that_climb(gateway: Gateway, bucket: str, s3: S3Client, source: str) -> None:
    victim = bucket.replace("test-", "victim-")
    s3.create_bucket(Bucket=victim)
    s3.put_object(Bucket=victim, Key="k", Body=b"secret of the victim")
    given = {"x-amz-copy-source": source.format(mine=bucket, victim=victim)}
    said = wire.request(gateway, "PUT", f"/{bucket}/stolen", headers=given)
    assert said.status in (400, 404)
    assert b"secret" not in said.body
    assert _missing(s3, bucket, "stolen")


@pytest.mark.parametrize(
    "path", ["/{mine}/../{victim}/k", "/{mine}/..%2f{victim}%2fk", "/{mine}/%2e%2e/{victim}/k"]
)
def test_case_16_paths_that_climb(gateway: Gateway, bucket: str, s3: S3Client, path: str) -> None:
    victim = bucket.replace("test-", "victim-")
    s3.create_bucket(Bucket=victim)
    s3.put_object(Bucket=victim, Key="k", Body=b"secret of the victim")
    said = wire.request(gateway, "GET", path.format(mine=bucket, victim=victim))
    assert said.status in (400, 404)
    assert b"secret" not in said.body


@pytest.mark.parametrize("path", ["/..", "/../", "/%2e%2e/k"])
def test_case_16_a_bucket_called_dot_dot(gateway: Gateway, path: str) -> None:
    said = wire.request(gateway, "GET", path)
    assert (said.status, said.code) == (400, "InvalidBucketName")


def test_case_18_an_upload_id_of_another_bucket(gateway: Gateway, bucket: str, s3: S3Client) -> None:
    other = bucket.replace("test-", "other-")
    s3.create_bucket(Bucket=other)
    upload = s3.create_multipart_upload(Bucket=other, Key="k")["UploadId"]
    etag = s3.upload_part(Bucket=other, Key="k", UploadId=upload, PartNumber=1, Body=b"part")["ETag"]
    attempts: list[Callable[[], object]] = [
        lambda: s3.upload_part(Bucket=bucket, Key="k", UploadId=upload, PartNumber=1, Body=b"other"),
        lambda: s3.list_parts(Bucket=bucket, Key="k", UploadId=upload),
        lambda: s3.complete_multipart_upload(
            Bucket=bucket,
            Key="k",
            UploadId=upload,
            MultipartUpload={"Parts": [{"PartNumber": 1, "ETag": etag}]},
        ),
        lambda: s3.abort_multipart_upload(Bucket=bucket, Key="k", UploadId=upload),
        lambda: s3.list_parts(Bucket=other, Key="not-k", UploadId=upload),
    ]
    for attempt in attempts:
        with pytest.raises(ClientError) as refused:
            attempt()
        assert refused.value.response["Error"]["Code"] == "NoSuchUpload"
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 404
    parts = s3.list_parts(Bucket=other, Key="k", UploadId=upload)["Parts"]
    assert [(part["PartNumber"], part["ETag"]) for part in parts] == [(1, etag)]
    assert _missing(s3, bucket, "k")


@pytest.mark.parametrize(
    ("method", "key", "query", "root"),
    [
        ("POST", "", "delete=", b"Delete"),
        ("POST", "/k", "uploadId={upload}", b"CompleteMultipartUpload"),
        ("PUT", "", "", b"CreateBucketConfiguration"),
    ],
)
def test_case_27_an_external_entity(
    gateway: Gateway, bucket: str, s3: S3Client, method: str, key: str, query: str, root: bytes
) -> None:
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
    path = f"/{bucket}{key}" if query else f"/new-{bucket}"
    said = wire.request(
        gateway,
        method,
        path,
        query.format(upload=upload),
        body=ENTITY % (root, root),
        headers=_md5(ENTITY % (root, root)),
    )
    assert (said.status, said.code) == (400, "MalformedXML")
    assert b"root:" not in said.body


@pytest.mark.parametrize("signed", [True, False])
@pytest.mark.parametrize("half_close", [True, False])
def test_case_28_a_truncated_chunked_body(
    gateway: Gateway, bucket: str, s3: S3Client, signed: bool, half_close: bool
) -> None:
    data, path = b"z" * 100_000, f"/{bucket}/cut"
    if signed:
        said = wire.chunked_put(
            gateway, path, [data], tamper=lambda whole: whole[:60_000], half_close=half_close
        )
    else:
        framed = wire.frame(data)[:60_000]
        said = wire.trailer_put(gateway, path, framed, decoded=len(data), half_close=half_close)
    assert (said.status, said.code) == (400, "IncompleteBody")
    assert _missing(s3, bucket, "cut")


def test_case_29_chunked_without_a_decoded_length(gateway: Gateway, bucket: str, s3: S3Client) -> None:
    said = wire.trailer_put(gateway, f"/{bucket}/k", wire.frame(b"bytes"), decoded=None)
    assert (said.status, said.code) == (411, "MissingContentLength")
    assert _missing(s3, bucket, "k")


def test_case_30_an_empty_copy_source(gateway: Gateway, bucket: str, s3: S3Client) -> None:
    said = wire.request(gateway, "PUT", f"/{bucket}/k", headers={"x-amz-copy-source": ""})
    assert (said.status, said.code) == (400, "InvalidArgument")
    assert _missing(s3, bucket, "k")


@pytest.mark.parametrize("target", ["//", "?", "http://", "*", "%", "/%"])
def test_case_30_a_url_of_nothing(gateway: Gateway, target: str) -> None:
    host = {"host": f"127.0.0.1:{gateway.port}"}
    said = wire.raw(gateway, wire.head("GET", target, host))
    assert 400 <= said.status < 500


def test_case_30_a_very_long_name(gateway: Gateway, bucket: str) -> None:
    for length, status, code in [
        (1024, 404, "NoSuchKey"),
        (1025, 400, "KeyTooLongError"),
        (7000, 400, "KeyTooLongError"),
    ]:
        said = wire.request(gateway, "GET", f"/{bucket}/{'k' * length}")
        assert (said.status, said.code) == (status, code)


@pytest.mark.parametrize(
    "headers",
    [
        {"range": "bytes=" + "0-1," * 1500},
        {"range": "bytes=" + "1" * 6000 + "-"},
        {"if-none-match": '"' + '\\"' * 3000},
        {"if-modified-since": "Mon, " + " " * 6000 + "x"},
        {"content-type": "a/b;" + "=;" * 3000 + '"'},
        {"x-amz-copy-source": "/" + "%2e" * 2000},
        {"authorization": "AWS4-HMAC-SHA256 " + "Credential=" * 600},
        {"authorization": "AWS4-HMAC-SHA256 Credential=a/" + "/" * 6000},
        {"accept-encoding": "gzip;q=" + "1" * 6000},
        {"x-amz-meta-a": "=?utf-8?q?" * 150},
        {"transfer-encoding": "chunked," * 800},
    ],
    ids=lambda headers: next(iter(headers)),
)
def test_case_31_headers_made_to_backtrack(gateway: Gateway, bucket: str, headers: dict[str, str]) -> None:
    signed = wire.Signer(gateway).headers("GET", f"/{bucket}/k", "", wire.EMPTY, {}) | headers
    data = wire.head("GET", f"/{bucket}/k", signed)
    before, times = _cpu(gateway), 20
    for _ in range(times):
        assert wire.raw(gateway, data).status in (0, 400, 403, 404, 416, 501)
    assert (_cpu(gateway) - before) / times < 0.05


@pytest.mark.slow
def test_case_32_connections_that_are_never_closed(new_gateway: Callable[..., Gateway]) -> None:
    gateway = new_gateway(S3GW_MAX_CONNECTIONS="200", S3GW_HEADER_TIMEOUT="5").start()
    idle = gateway.reset_peak()
    kept = []
    with contextlib.ExitStack() as stack:
        for _ in range(1000):
            with contextlib.suppress(OSError):
                kept.append(stack.enter_context(wire.connect(gateway, 5)))
        # Whoever is served is cut off when the limit on headers is over, so somebody else gets in.
        give_up = time.monotonic() + 60
        while not gateway.answers("/-/live"):
            assert time.monotonic() < give_up
        assert gateway.peak() - idle < 64 * MIB
        open_files = sum(len(list(Path(f"/proc/{pid}/fd").iterdir())) for pid in gateway.gateway_pids())
        assert open_files < 200 + 100
    assert gateway.answers("/-/ready")


def _cpu(gateway: Gateway) -> float:
    ticks = 0
    for pid in gateway.gateway_pids():
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


def _md5(body: bytes) -> dict[str, str]:

    return {"content-md5": base64.b64encode(hashlib.md5(body).digest()).decode()}


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST"])
@pytest.mark.parametrize("page", ["metrics", "debug/pprof", "console", "admin/v1", ""])
@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer None", "Basic YWRtaW46YWRtaW4="])
def test_case_33_metrics_without_credentials(
    gateway: Gateway, page: str, method: str, authorization: str
) -> None:
    credentials = f"authorization: {authorization}\r\n" if authorization else ""
    head = f"{method} /-/{page} HTTP/1.1\r\nhost: x\r\n{credentials}content-length: 0\r\n\r\n"
    said = wire.raw(gateway, head.encode(), method)
    assert said.status == 400 if authorization.startswith("Basic") else said.status == 403
    assert b"s3gw_" not in said.body
    assert said.code in (("", "AccessDenied") if said.status == 403 else ("", "InvalidArgument"))


def test_case_33_metrics_for_the_root_key_only(gateway: Gateway) -> None:
    assert b"s3gw_requests_total" in wire.request(gateway, "GET", "/-/metrics").body
    wrong = wire.request(gateway, "GET", "/-/metrics", signer=wire.Signer(gateway, secret="guessed"))
    assert (wrong.status, wrong.code) == (403, "SignatureDoesNotMatch")
