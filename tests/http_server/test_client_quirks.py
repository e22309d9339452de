"""What clients and SDKs send now and then, against a gateway: each is answered as S3 does."""

from __future__ import annotations

import re

import pytest
from botocore.exceptions import ClientError
from mypy_boto3_s3 import S3Client

from tests import wire
from tests.gateway import Gateway


@pytest.mark.parametrize("signed", [False, True])
def test_a_refused_body_is_never_asked_for(gateway: Gateway, bucket: str, signed: bool) -> None:
    """Expect: 100-continue, where the request is refused by its headers: the refusal comes alone."""
    signer = wire.Signer(gateway, secret="not-the-secret")
    given = {"expect": "100-continue", "content-length": "1000000"}
    headers = {"host": f"127.0.0.1:{gateway.port}", **given}
    if signed:
        headers = {**signer.headers("PUT", f"/{bucket}/k", "", wire.UNSIGNED, {}), **given}
    with wire.connect(gateway) as connection:
        connection.sendall(wire.head("PUT", f"/{bucket}/k", headers))
        first = connection.recv(65536)
    assert first.startswith(b"HTTP/1.1 403 ")
    assert (b"SignatureDoesNotMatch" if signed else b"AccessDenied") in first


def test_an_accepted_body_is_asked_for(gateway: Gateway, bucket: str) -> None:
    given = {"expect": "100-continue"}
    headers = wire.Signer(gateway).headers("PUT", f"/{bucket}/k", "", wire.UNSIGNED, given)
    with wire.connect(gateway) as connection:
        connection.sendall(wire.head("PUT", f"/{bucket}/k", headers | {"content-length": "4"}))
        assert connection.recv(25, 0x100) == b"HTTP/1.1 100 Continue\r\n\r\n"  # MSG_WAITALL
        connection.sendall(b"body")
        assert wire.answer(connection, "PUT").status == 200


def test_unknown_headers_are_ignored(gateway: Gateway, bucket: str, s3: S3Client) -> None:
    more = {"x-amz-of-the-future": "1", "x-amz-user-agent": "aws-sdk-js/3", "amz-sdk-request": "attempt=1"}
    assert wire.request(gateway, "PUT", f"/{bucket}/k", headers=more, body=b"kept").status == 200
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"kept"


@pytest.mark.parametrize("query", ["foo", "taging", "Policy", "versionid", "policy&tagging"])
def test_an_unknown_sub_resource_is_never_the_plain_operation(
    gateway: Gateway, bucket: str, s3: S3Client, query: str
) -> None:
    s3.put_object(Bucket=bucket, Key="k", Body=b"kept")
    empty = bucket.replace("test-", "empty-")
    s3.create_bucket(Bucket=empty)
    for method, path in (
        ("DELETE", f"/{empty}"),
        ("DELETE", f"/{bucket}/k"),
        ("PUT", f"/{bucket}/k"),
        ("PUT", f"/{empty}"),
        ("POST", f"/{bucket}"),
    ):
        said = wire.request(gateway, method, path, query)
        assert said.status in (400, 405, 501), (method, path)
        assert said.code in ("InvalidArgument", "MethodNotAllowed", "NotImplemented")
    s3.head_bucket(Bucket=empty)
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"kept"


def test_what_sdks_add_to_a_query_changes_nothing(gateway: Gateway, bucket: str, s3: S3Client) -> None:
    assert wire.request(gateway, "PUT", f"/{bucket}/k", "x-id=PutObject", body=b"kept").status == 200
    assert wire.request(gateway, "GET", f"/{bucket}/k", "x-id=GetObject").body == b"kept"
    assert wire.request(gateway, "DELETE", f"/{bucket}/k", "x-id=DeleteObject").status == 204


def test_max_keys(gateway: Gateway, bucket: str, s3: S3Client) -> None:
    s3.put_object(Bucket=bucket, Key="a")
    for query in ("max-keys=0", "list-type=2&max-keys=0"):
        said = wire.request(gateway, "GET", f"/{bucket}", query)
        assert said.status == 200
        assert b"<IsTruncated>false</IsTruncated>" in said.body
        assert b"<MaxKeys>0</MaxKeys>" in said.body
        assert b"<Contents>" not in said.body
    for value in ("blah", "-1", "1.5", "99999999999999999999"):
        for query in (f"max-keys={value}", f"list-type=2&max-keys={value}"):
            said = wire.request(gateway, "GET", f"/{bucket}", query)
            assert (said.status, said.code) == (400, "InvalidArgument"), query
    said = wire.request(gateway, "GET", f"/{bucket}", "max-keys=")
    assert (said.status, b"<MaxKeys>1000</MaxKeys>" in said.body) == (200, True)


def test_encoded_listings_keep_slashes(gateway: Gateway, bucket: str, s3: S3Client) -> None:
    for key in ("a/b c+é", "a/\x01", "d%2F"):
        s3.put_object(Bucket=bucket, Key=key)
    said = wire.request(gateway, "GET", f"/{bucket}", "encoding-type=url&list-type=2")
    keys = re.findall(rb"<Key>(.*?)</Key>", said.body)
    assert keys == [b"a/%01", b"a/b%20c%2B%C3%A9", b"d%252F"]
    said = wire.request(gateway, "GET", f"/{bucket}", "delimiter=%2F&encoding-type=url&prefix=a%2F")
    assert b"<Prefix>a/</Prefix>" in said.body
    assert b"<Delimiter>/</Delimiter>" in said.body
    said = wire.request(gateway, "GET", f"/{bucket}", "encoding-type=base64")
    assert (said.status, said.code) == (400, "InvalidArgument")


@pytest.mark.slow
def test_a_client_of_another_region_is_told_which(gateway: Gateway, bucket: str, s3: S3Client) -> None:
    head = s3.head_bucket(Bucket=bucket)
    assert head["ResponseMetadata"]["HTTPHeaders"]["x-amz-bucket-region"] == "us-east-1"
    wrong = gateway.client()
    wrong.meta.events.register("before-sign.s3.*", _elsewhere)
    with pytest.raises(ClientError) as caught:
        wrong.list_objects_v2(Bucket=bucket)
    error = caught.value.response["Error"]
    assert error["Code"] == "AuthorizationHeaderMalformed"
    assert error["Message"].endswith("the region 'eu-west-1' is wrong; expecting 'us-east-1'")
    assert error["Region"] == "us-east-1"  # type: ignore[typeddict-item]


def _elsewhere(request: object, **_: object) -> None:
    request.context["signing"]["region"] = "eu-west-1"  # type: ignore[attr-defined]


_ACL = b"<AccessControlPolicy><Owner/><AccessControlList/></AccessControlPolicy>"
_SITE = b"<WebsiteConfiguration><IndexDocument><Suffix>i</Suffix></IndexDocument></WebsiteConfiguration>"


@pytest.mark.parametrize(
    ("target", "document"),
    [
        ("?acl", _ACL),
        ("/k?acl", _ACL),
        ("?logging", b"<BucketLoggingStatus/>"),
        ("?policy", b"{}"),
        (
            "?requestPayment",
            b"<RequestPaymentConfiguration><Payer>BucketOwner</Payer></RequestPaymentConfiguration>",
        ),
        ("?versioning", b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>"),
        ("?website", _SITE),
    ],
)
def test_documents_of_older_clients_have_no_digest(
    gateway: Gateway, bucket: str, s3: S3Client, target: str, document: bytes
) -> None:
    s3.put_object(Bucket=bucket, Key="k")
    path, _, query = target.partition("?")
    said = wire.request(gateway, "PUT", f"/{bucket}{path}", query, body=document)
    assert b"Missing required header" not in said.body
    assert said.status == 200 or said.code in ("MalformedPolicy", "MalformedACLError"), said.body


@pytest.mark.parametrize(
    "target", ["?cors", "?encryption", "?lifecycle", "?object-lock", "?tagging", "/k?tagging", "/k?retention"]
)
def test_of_others_a_digest_is_demanded(gateway: Gateway, bucket: str, target: str) -> None:
    path, _, query = target.partition("?")
    said = wire.request(gateway, "PUT", f"/{bucket}{path}", query, body=b"<A/>")
    message = b"Missing required header for this request: Content-MD5 OR x-amz-checksum-*"
    assert (said.status, said.code, message in said.body) == (400, "InvalidRequest", True)
