"""Published failures of cross-origin resource sharing, replayed on a real gateway."""

from __future__ import annotations

import base64
import zlib
from typing import TYPE_CHECKING, Any

import pytest

from tests import wire
from tests.gateway import Gateway

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

EVIL = "https://evil.example"


def put_rules(gateway: Gateway, bucket: str, inside: str) -> wire.Answer:
    rule = f"<CORSRule><AllowedMethod>GET</AllowedMethod>{inside}</CORSRule>"
    body = f"<CORSConfiguration>{rule}</CORSConfiguration>".encode()
    digest = base64.b64encode(zlib.crc32(body).to_bytes(4, "big")).decode()
    headers = {"x-amz-checksum-crc32": digest}
    return wire.request(gateway, "PUT", f"/{bucket}", "cors", headers=headers, body=body)


def preflight(gateway: Gateway, bucket: str, origin: str) -> wire.Answer:
    headers = {
        "host": f"127.0.0.1:{gateway.port}",
        "origin": origin,
        "access-control-request-method": "GET",
    }
    return wire.raw(gateway, wire.head("OPTIONS", f"/{bucket}/k", headers), "OPTIONS")


@pytest.mark.parametrize(
    "hidden", ["&#13;&#10;Set-Cookie: a=b", "&#10;X: y", "\nX: y", "&#9;", "&#127;", "&#133;x"]
)
@pytest.mark.parametrize("element", ["ExposeHeader", "AllowedHeader", "AllowedOrigin"])
def test_case_26_a_newline_in_a_rule(gateway: Gateway, bucket: str, element: str, hidden: str) -> None:
    origin = "" if element == "AllowedOrigin" else "<AllowedOrigin>*</AllowedOrigin>"
    said = put_rules(gateway, bucket, f"{origin}<{element}>ETag{hidden}</{element}>")
    assert (said.status, said.code) == (400, "InvalidRequest")
    assert said.headers["Set-Cookie"] is None
    assert preflight(gateway, bucket, EVIL).status == 403


@pytest.mark.parametrize("asked", ["x-a\tb", "x-a\x0bb", "a, b\x85", "ü"])
def test_case_26_control_characters_in_what_is_asked(
    gateway: Gateway, s3: S3Client, bucket: str, asked: str
) -> None:
    rule: Any = {"AllowedMethods": ["GET"], "AllowedOrigins": ["*"], "AllowedHeaders": ["*"]}
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [rule]})
    headers = {
        "host": f"127.0.0.1:{gateway.port}",
        "origin": EVIL,
        "access-control-request-method": "GET",
        "access-control-request-headers": asked,
    }
    said = wire.raw(gateway, wire.head("OPTIONS", f"/{bucket}/k", headers), "OPTIONS")
    assert said.status == 400
    assert said.headers["Access-Control-Allow-Headers"] is None


@pytest.mark.parametrize(
    "origins", [["*"], ["https://*"], ["http*"], ["*", EVIL], ["https://trusted.example", "*"]]
)
def test_case_35_no_credentials_for_whoever_asks(
    gateway: Gateway, s3: S3Client, bucket: str, origins: list[str]
) -> None:
    rule: Any = {"AllowedMethods": ["GET"], "AllowedOrigins": origins}
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [rule]})
    said = preflight(gateway, bucket, EVIL)
    assert said.status == 200
    assert said.headers["Access-Control-Allow-Origin"] in ("*", EVIL)
    assert said.headers["Access-Control-Allow-Credentials"] is None
    actual = wire.request(gateway, "GET", f"/{bucket}", headers={"origin": EVIL})
    assert actual.status == 200
    assert actual.headers["Access-Control-Allow-Credentials"] is None


def test_case_35_credentials_for_a_named_origin(gateway: Gateway, s3: S3Client, bucket: str) -> None:
    rule: Any = {"AllowedMethods": ["GET"], "AllowedOrigins": ["https://trusted.example"]}
    s3.put_bucket_cors(Bucket=bucket, CORSConfiguration={"CORSRules": [rule]})
    assert (
        preflight(gateway, bucket, "https://trusted.example").headers["Access-Control-Allow-Credentials"]
        == "true"
    )
    for origin in (EVIL, "https://trusted.example.evil.example", "null", "https://TRUSTED.example"):
        said = preflight(gateway, bucket, origin)
        assert (said.status, said.headers["Access-Control-Allow-Origin"]) == (403, None)
