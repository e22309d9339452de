"""Further published failures of S3 servers, replayed on a real gateway: what was smuggled in, or told."""

from __future__ import annotations

import base64
import hashlib
import os
import re
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

import pytest
from botocore.exceptions import ClientError
from mypy_boto3_s3 import S3Client

from tests import forms, wire
from tests.gateway import Gateway
from tests.realm import Realm

NOT_SIGNED = b"There were headers present in the request which were not signed"


def _stored(s3: S3Client, bucket: str) -> list[str]:
    """Every key of the bucket, in any version, and of uploads."""
    listed = s3.list_object_versions(Bucket=bucket).get("Versions", [])
    begun = s3.list_multipart_uploads(Bucket=bucket).get("Uploads", [])
    return [*(one["Key"] for one in listed), *(one["Key"] for one in begun)]


def test_case_03_a_header_that_unpacks_archives(gateway: Gateway, bucket: str, s3: S3Client) -> None:
    """Of a forged upload nothing is stored, whatever it asks for; of a true one it is metadata."""
    more = {"x-amz-meta-snowball-auto-extract": "true"}
    body = wire.frame(b"forged", trailer="x-amz-checksum-crc32:AAAAAA==")
    wrong = wire.Signer(gateway, secret="not-the-secret")
    said = wire.trailer_put(gateway, f"/{bucket}/k.tar", body, decoded=6, signer=wrong, headers=more)
    assert (said.status, said.code) == (403, "SignatureDoesNotMatch")
    assert _stored(s3, bucket) == []
    s3.put_object(Bucket=bucket, Key="k.tar", Body=b"", Metadata={"snowball-auto-extract": "true"})
    assert _stored(s3, bucket) == ["k.tar"]


@pytest.mark.parametrize("payload", [wire.UNSIGNED_TRAILER, wire.SIGNED_CHUNKS, "STREAMING-SOMETHING"])
@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/"), ("GET", "/{}"), ("PUT", "/{}/k"), ("POST", "/{}?delete")]
)
def test_case_04_streaming_without_identity(
    gateway: Gateway, bucket: str, s3: S3Client, payload: str, method: str, path: str
) -> None:
    body = wire.frame(b"forged") if method != "GET" else b""
    headers = {
        "host": f"127.0.0.1:{gateway.port}",
        "x-amz-content-sha256": payload,
        "x-amz-decoded-content-length": "6",
        "content-length": str(len(body)),
    }
    said = wire.raw(gateway, wire.head(method, path.format(bucket), headers) + body, method)
    assert (said.status, said.code) in ((403, "AccessDenied"), (400, "InvalidArgument"))
    assert said.status == 403 or payload == "STREAMING-SOMETHING"
    assert _stored(s3, bucket) == []


@pytest.mark.parametrize("presigned", [True, False])
@pytest.mark.parametrize("name", ["x-amz-copy-source", "X-Amz-Copy-Source", "x-amz-acl", "x-amz-tagging"])
def test_case_07_unsigned_copy_source(
    gateway: Gateway, bucket: str, s3: S3Client, name: str, presigned: bool
) -> None:
    """Who holds a link to upload an object must not make it a copy of another, by a header nobody signed."""
    s3.put_object(Bucket=bucket, Key="victim", Body=b"secret")
    value = {name: f"/{bucket}/victim" if "ource" in name else "public-read"}
    signer = wire.Signer(gateway)
    if presigned:
        target, headers = signer.presigned("PUT", f"/{bucket}/k"), {"host": f"127.0.0.1:{gateway.port}"}
    else:
        target, headers = f"/{bucket}/k", signer.headers("PUT", f"/{bucket}/k", "", wire.UNSIGNED, {})
    said = wire.raw(gateway, wire.head("PUT", target, headers | value | {"content-length": "0"}), "PUT")
    assert (said.status, said.code) == (403, "AccessDenied")
    assert NOT_SIGNED in said.body
    assert f"<HeadersNotSigned>{name.lower()}</HeadersNotSigned>".encode() in said.body
    assert _stored(s3, bucket) == ["victim"]


@pytest.mark.parametrize(
    "name",
    [
        "x-minio-internal-server-side-encryption-sealed-key",
        "x-minio-replication-server-side-encryption-iv",
        "x-minio-source-mtime",
        "x-rgw-object-type",
        "x-s3gw-owner",
        "x-amz-replication-status",
        "x-amz-meta-x-minio-internal-inline-data",
        "x-amz-meta-x-amz-server-side-encryption-customer-key",
        "x-amz-bucket-region",
        "x-amz-version-id",
    ],
)
def test_case_09_headers_that_are_meant_to_be_internal(
    gateway: Gateway, bucket: str, s3: S3Client, name: str
) -> None:
    """A client cannot say of its object what only a server may: it is stored and read as any other."""
    plain = s3.put_object(Bucket=bucket, Key="plain", Body=b"data")
    said = wire.request(gateway, "PUT", f"/{bucket}/k", headers={name: "forged"}, body=b"data")
    assert said.status == 200
    found = s3.get_object(Bucket=bucket, Key="k")
    assert (found["Body"].read(), found["ETag"]) == (b"data", plain["ETag"])
    kept = {name.removeprefix("x-amz-meta-"): "forged"} if name.startswith("x-amz-meta-") else {}
    assert found["Metadata"] == kept
    assert not {"VersionId", "ReplicationStatus"} & set(found)
    assert (
        s3.get_object_acl(Bucket=bucket, Key="k")["Owner"]
        == s3.get_object_acl(Bucket=bucket, Key="plain")["Owner"]
    )
    copied: Any = {"Bucket": bucket, "Key": "c", "CopySource": f"{bucket}/k"}
    s3.copy_object(**copied)
    assert s3.get_object(Bucket=bucket, Key="c")["Body"].read() == b"data"


def _as(realm: Realm, access_key: str, secret: str) -> Gateway:
    """The gateway, as whoever holds that key signs for it."""
    known = SimpleNamespace(port=realm.gateway.port, access_key=access_key, secret_key=secret)
    return cast("Gateway", known)


_CREATE = b"Action=CreateAccessKey&UserName=root&Version=2010-05-08"
_FORM = {"content-type": "application/x-www-form-urlencoded"}
_ADMINISTRATION = [
    ("POST", "/", "", _FORM, _CREATE),
    ("POST", "/", "Action=CreateAccessKey&Version=2010-05-08", {}, b""),
    ("GET", "/", "Action=CreateUser&UserName=mallory&Version=2010-05-08", {}, b""),
    ("POST", "/", "Action=AssumeRole&Version=2011-06-15", _FORM, b""),
    ("PUT", "/minio/admin/v3/add-user", "accessKey=mallory", {}, b'{"secretKey":"mallory-secret"}'),
    ("PUT", "/minio/admin/v3/add-service-account", "", {}, b"{}"),
    ("POST", "/minio/admin/v3/update-service-account", "accessKey=x", {}, b"{}"),
    ("PUT", "/admin/user", "uid=mallory&key", {}, b""),
    ("POST", "/admin/user", "uid=root&admin=true", {}, b""),
    ("PATCH", "/create-user", "", {}, b"<Account><Access>mallory</Access></Account>"),
    ("POST", "/rustfs/admin/v3/add-user", "", {}, b"{}"),
    ("POST", "/-/keys", "", {}, b"{}"),
    ("PUT", "/-/users/mallory", "", {}, b"{}"),
    ("DELETE", "/-/keys/root", "", {}, b""),
]


def test_case_24_a_restricted_key_makes_no_keys(realm: Realm) -> None:
    """No request makes, changes or shows a user or a key: it is refused, and they are what they were."""
    before = realm.gateway.s3gw("user", "list", "--json"), realm.gateway.s3gw("key", "list", "--json")
    user = _as(realm, realm.alt.key["access_key"], realm.alt.key["secret_key"])
    refusals = {403: "AccessDenied", 404: "NoSuchBucket", 405: "MethodNotAllowed", 501: "NotImplemented"}
    for method, path, query, headers, body in _ADMINISTRATION:
        said = wire.request(user, method, path, query, headers=headers, body=body)
        if (method, path) == ("GET", "/"):  # it is a list of one's own buckets, whatever else the query says
            assert said.status == 200
            assert b"<ListAllMyBucketsResult" in said.body
        else:
            assert refusals.get(said.status, "") == said.code, (method, path, said.status, said.body)
        for secret in (realm.gateway.secret_key, realm.alt.key["secret_key"], realm.main.key["access_key"]):
            assert secret.encode() not in said.body
    after = realm.gateway.s3gw("user", "list", "--json"), realm.gateway.s3gw("key", "list", "--json")
    assert after == before


def test_case_24_a_signature_for_another_service(realm: Realm) -> None:
    user = _as(realm, realm.alt.key["access_key"], realm.alt.key["secret_key"])
    for service in ("iam", "sts", "s3control"):
        said = wire.request(user, "GET", "/", "Action=CreateUser", signer=_Other(user, service=service))
        assert (said.status, said.code) == (400, "AuthorizationHeaderMalformed")


@dataclass
class _Other(wire.Signer):
    service: str = "s3"

    @property
    def scope(self) -> str:
        return super().scope.replace("/s3/", f"/{self.service}/")


def test_case_34_no_secret_in_logs_and_errors(gateway: Gateway, bucket: str, s3: S3Client) -> None:
    """Whatever went wrong: neither keys, nor signatures, nor a customer's key are told to anybody."""
    raw_key = hashlib.sha256(os.urandom(32)).digest()
    customer = base64.b64encode(raw_key).decode()
    sums = base64.b64encode(hashlib.md5(raw_key).digest()).decode()
    sse = {
        "x-amz-server-side-encryption-customer-algorithm": "AES256",
        "x-amz-server-side-encryption-customer-key": customer,
        "x-amz-server-side-encryption-customer-key-md5": sums,
    }
    signer = wire.Signer(gateway)
    answers, signatures = [], []

    def ask(method: str, target: str, headers: dict[str, str], body: bytes = b"") -> None:
        signatures.extend(re.findall(r"[0-9a-f]{64}", headers.get("authorization", "")))
        signatures.extend(re.findall(r"Signature=([0-9a-f]{64})", target))
        given = {"host": f"127.0.0.1:{gateway.port}", "content-length": str(len(body))} | headers
        answers.append(wire.raw(gateway, wire.head(method, target, given) + body, method))

    for path in (f"/{bucket}/k", f"/{bucket}/missing", f"/{bucket}-2/k"):
        for method in ("PUT", "GET", "DELETE"):
            ask(method, path, signer.headers(method, path, "", wire.UNSIGNED, sse))
            ask(method, signer.presigned(method, path), {})
    ask(
        "PUT",
        f"/{bucket}/k",
        signer.headers("PUT", f"/{bucket}/k", "", wire.UNSIGNED, sse | {"x-amz-acl": "x"}),
    )
    ask("PUT", f"/{bucket}/k", signer.headers("PUT", f"/{bucket}/k", "", wire.EMPTY, {}) | sse)
    ask(
        "GET",
        f"/{bucket}/k",
        {"authorization": f"Basic {base64.b64encode(gateway.secret_key.encode()).decode()}"},
    )
    ask("GET", f"/{bucket}/k", {"authorization": f"Bearer {gateway.secret_key}"})
    wrong = wire.Signer(gateway, secret="guess")
    ask("GET", wrong.presigned("GET", f"/{bucket}/k"), {})
    with pytest.raises(ClientError):
        s3.get_object(Bucket=bucket, Key="missing", SSECustomerAlgorithm="AES256", SSECustomerKey=raw_key)
    form = forms.sign_4(gateway, forms.policy_of([{"bucket": f"{bucket}-2"}]))
    answers.append(forms.post(gateway, bucket, forms.body_of({"key": "k", **form})))
    signatures.append(form["x-amz-signature"])

    s3.head_bucket(Bucket=bucket)
    while f'"bucket": "{bucket}-2"' not in (logs := gateway.logs()):
        continue
    assert len(answers) > 20
    told = logs.encode() + b"".join(said.body + str(said.headers).encode() for said in answers)
    for secret in (gateway.secret_key, customer, form["policy"]):
        assert secret.encode() not in told, secret
    assert sums not in logs
    # S3 repeats to the client what the client signed wrongly; otherwise no signature is told, and none
    # is logged.
    others = b"".join(said.body for said in answers if said.code != "SignatureDoesNotMatch")
    assert len(set(signatures)) > 20
    for signature in signatures:
        assert signature not in logs
        assert signature.encode() not in others
