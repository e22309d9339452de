"""Requests of pages from elsewhere, over HTTP: preflights, answers and errors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pytest

from tests import wire
from tests.gateway import Gateway

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

ORIGIN = "https://app.example.com"
ALLOWED = "Access-Control-Allow-Origin"


def rules(*given: Mapping[str, Any]) -> Any:
    return {"CORSRules": list(given)}


@pytest.fixture
def shared(s3: S3Client, bucket: str) -> str:
    """A bucket that anybody may read and list, and that one origin may use."""
    s3.delete_public_access_block(Bucket=bucket)
    statement = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": ["s3:GetObject", "s3:ListBucket"],
        "Resource": [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"],
    }
    s3.put_bucket_policy(
        Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    )
    s3.put_bucket_cors(
        Bucket=bucket,
        CORSConfiguration=rules({"AllowedMethods": ["GET", "PUT"], "AllowedOrigins": [ORIGIN]}),
    )
    s3.put_object(Bucket=bucket, Key="k", Body=b"content")
    return bucket


def ask(gateway: Gateway, method: str, target: str, host: str = "", **headers: str) -> wire.Answer:
    given = {"host": host or f"127.0.0.1:{gateway.port}"}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    return wire.raw(gateway, wire.head(method, target, given), method)


@pytest.mark.slow
def test_answers_and_errors_say_who_may_read_them(gateway: Gateway, shared: str) -> None:
    said = ask(gateway, "GET", f"/{shared}/k", origin=ORIGIN)
    assert (said.status, said.body, said.headers[ALLOWED]) == (200, b"content", ORIGIN)
    assert said.headers["Vary"] == "Origin, Access-Control-Request-Headers, Access-Control-Request-Method"
    assert said.headers["Access-Control-Allow-Methods"] == "GET, PUT"
    assert said.headers["Access-Control-Allow-Credentials"] == "true"
    assert ask(gateway, "GET", f"/{shared}", origin=ORIGIN).headers[ALLOWED] == ORIGIN
    missing = ask(gateway, "GET", f"/{shared}/none", origin=ORIGIN)
    assert (missing.status, missing.headers[ALLOWED]) == (404, ORIGIN)
    denied = ask(gateway, "PUT", f"/{shared}/k", origin=ORIGIN, content_length="0")
    assert (denied.status, denied.headers[ALLOWED]) == (403, ORIGIN)


def test_no_header_without_an_origin_or_for_another_one(gateway: Gateway, shared: str) -> None:
    for headers in ({}, {"origin": "https://else.example.com"}, {"referer": ORIGIN}):
        said = ask(gateway, "GET", f"/{shared}/k", **headers)
        assert (said.status, said.headers[ALLOWED], said.headers["Vary"]) == (200, None, None)
    assert ask(gateway, "HEAD", f"/{shared}/k", origin=ORIGIN).headers[ALLOWED] is None


def test_what_the_request_names_counts_before_what_it_is(gateway: Gateway, shared: str) -> None:
    said = ask(gateway, "GET", f"/{shared}/k", origin=ORIGIN, access_control_request_method="DELETE")
    assert (said.status, said.headers[ALLOWED]) == (200, None)
    said = ask(gateway, "DELETE", f"/{shared}/k", origin=ORIGIN, access_control_request_method="GET")
    assert (said.status, said.headers[ALLOWED]) == (403, ORIGIN)
    said = ask(gateway, "GET", f"/{shared}/k", origin=ORIGIN, access_control_request_headers="x-any")
    assert (said.status, said.headers[ALLOWED]) == (200, None)
    said = ask(gateway, "GET", f"/{shared}/k", origin=ORIGIN, access_control_request_method="bad")
    assert (said.status, said.code) == (400, "BadRequest")


def test_a_signature_that_is_wrong_is_readable(gateway: Gateway, shared: str) -> None:
    wrong = wire.Signer(gateway, secret="not-the-secret")
    said = wire.request(gateway, "GET", f"/{shared}/k", headers={"origin": ORIGIN}, signer=wrong)
    assert (said.status, said.code, said.headers[ALLOWED]) == (403, "SignatureDoesNotMatch", ORIGIN)


def test_preflights_need_no_credentials(gateway: Gateway, shared: str) -> None:
    asked = {"origin": ORIGIN, "access_control_request_method": "PUT"}
    presigned = wire.Signer(gateway, secret="not-the-secret").presigned("PUT", f"/{shared}/k")
    for target, host in (
        (f"/{shared}/k", ""),
        (f"/{shared}", ""),
        ("/k", f"{shared}.s3.test"),
        ("/", f"{shared}.s3.test"),
        (presigned, ""),
        (f"/{shared}/k?partNumber=1&uploadId=abc", ""),
        (f"/{shared}?cors&acl", ""),
    ):
        said = ask(gateway, "OPTIONS", target, host, **asked)
        assert (said.status, said.body) == (200, b"")
        assert said.headers[ALLOWED] == ORIGIN
        assert said.headers["Content-Length"] == "0"


def test_preflights_that_are_refused(gateway: Gateway, shared: str) -> None:
    said = ask(gateway, "OPTIONS", f"/{shared}/k")
    assert (said.status, said.code, said.headers[ALLOWED]) == (400, "BadRequest", None)
    said = ask(gateway, "OPTIONS", "/", origin=ORIGIN)
    assert (said.status, said.code) == (403, "AccessForbidden")
    said = ask(gateway, "OPTIONS", f"/{shared}/k", origin=ORIGIN, access_control_request_method="DELETE")
    assert (said.status, said.code, said.headers[ALLOWED]) == (403, "AccessForbidden", None)
    assert b"<Method>DELETE</Method><ResourceType>OBJECT</ResourceType>" in said.body


def test_a_change_is_heeded_by_the_next_request(gateway: Gateway, s3: S3Client, shared: str) -> None:
    for _ in range(3):
        s3.delete_bucket_cors(Bucket=shared)
        assert ask(gateway, "GET", f"/{shared}/k", origin=ORIGIN).headers[ALLOWED] is None
        s3.put_bucket_cors(
            Bucket=shared, CORSConfiguration=rules({"AllowedMethods": ["GET"], "AllowedOrigins": ["*"]})
        )
        said = ask(gateway, "GET", f"/{shared}/k", origin=ORIGIN)
        assert (said.headers[ALLOWED], said.headers["Access-Control-Allow-Credentials"]) == ("*", None)


def test_a_form_from_elsewhere(gateway: Gateway, s3: S3Client, shared: str) -> None:
    form = s3.generate_presigned_post(shared, "from-form")
    boundary = "b"
    parts = "".join(
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
        for name, value in [*form["fields"].items(), ("file", "content")]
    )
    body = (parts + f"--{boundary}--\r\n").encode()
    s3.put_bucket_cors(
        Bucket=shared, CORSConfiguration=rules({"AllowedMethods": ["POST"], "AllowedOrigins": [ORIGIN]})
    )
    headers = {
        "host": f"127.0.0.1:{gateway.port}",
        "origin": ORIGIN,
        "content-type": f"multipart/form-data; boundary={boundary}",
        "content-length": str(len(body)),
    }
    said = wire.raw(gateway, wire.head("POST", f"/{shared}", headers) + body, "POST")
    assert (said.status, said.headers[ALLOWED]) == (204, ORIGIN)
