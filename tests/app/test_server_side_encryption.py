"""Encryption as boto3 sees it: every form copied to every form, in one request and in parts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

import pytest
from botocore import UNSIGNED
from botocore.exceptions import ClientError

from tests import wire
from tests.forms import upload
from tests.gateway import Gateway
from tests.streams import content

MINE = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": "k" * 32}
OTHER = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": "o" * 32}
DATA = content(3, 700_000)


def _code(call: Any, **arguments: Any) -> tuple[int, str]:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    response: Any = caught.value.response
    return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"]


@pytest.fixture(scope="module")
def kms_key(gateway: Gateway) -> str:
    """The id of a key of the gateway's own ring."""
    found = next(
        (line for line in gateway.s3gw("kms", "list").splitlines() if line.split()[1] == "payroll"), None
    )
    return found.split()[2] if found else gateway.s3gw("kms", "create", "payroll").strip()


@pytest.fixture
def forms(kms_key: str) -> Mapping[str, dict[str, Any]]:
    kms = {"ServerSideEncryption": "aws:kms"}
    return {
        "s3": {"ServerSideEncryption": "AES256"},
        "own": kms,
        "kms": {**kms, "SSEKMSKeyId": kms_key, "BucketKeyEnabled": True},
        "dsse": {"ServerSideEncryption": "aws:kms:dsse", "SSEKMSKeyId": kms_key},
        "mine": MINE,
        "other": OTHER,
    }


def _reads(form: Mapping[str, Any]) -> dict[str, Any]:
    """What reading needs."""
    return dict(form) if "SSECustomerKey" in form else {}


def _of_source(form: Mapping[str, Any]) -> dict[str, Any]:
    return {f"CopySource{name}": value for name, value in _reads(form).items()}


def _shown(answer: Mapping[str, Any]) -> dict[str, Any]:
    names = ("ServerSideEncryption", "SSEKMSKeyId", "BucketKeyEnabled", "SSECustomerKeyMD5")
    return {name: answer[name] for name in names if name in answer}


@pytest.mark.slow
def test_every_form_in_every_way(
    gateway: Gateway, bucket: str, kms_key: str, forms: Mapping[str, dict[str, Any]]
) -> None:
    s3: Any = gateway.client()
    at = {"Bucket": bucket}
    for source, of_source in forms.items():
        put = s3.put_object(**at, Key=source, Body=DATA, **of_source)
        assert ("SSECustomerKeyMD5" in put) == (source in ("mine", "other"))
        if source in ("kms", "dsse"):
            assert put["SSEKMSKeyId"].endswith(f":key/{kms_key}")
        head = s3.head_object(**at, Key=source, **_reads(of_source))
        assert _shown(head) == _shown(put)
        assert (put["ETag"] == f'"{hashlib.md5(DATA).hexdigest()}"') == (source == "s3")
    for source, of_source in forms.items():
        named = {"CopySource": f"{bucket}/{source}", **_of_source(of_source)}
        for target, of_target in forms.items():
            expected = _shown(s3.head_object(**at, Key=target, **_reads(of_target)))
            copied = s3.copy_object(**at, Key="copy", **named, **of_target)
            got = s3.get_object(**at, Key="copy", **_reads(of_target))
            assert got["Body"].read() == DATA
            assert _shown(copied) == _shown(got) == expected
            part = s3.get_object(**at, Key="copy", Range="bytes=300000-650000", **_reads(of_target))
            assert part["Body"].read() == DATA[300_000:650_001]
            begun = s3.create_multipart_upload(**at, Key="parts", **of_target)
            assert _shown(begun) == expected
            of_part = {**at, "Key": "parts", "UploadId": begun["UploadId"], "PartNumber": 1}
            ranged = s3.upload_part_copy(
                **of_part, **named, CopySourceRange="bytes=7-600000", **_reads(of_target)
            )
            assert _shown(ranged) == expected
            parts = {"Parts": [{"PartNumber": 1, "ETag": ranged["CopyPartResult"]["ETag"]}]}
            del of_part["PartNumber"]
            done = s3.complete_multipart_upload(**of_part, MultipartUpload=parts, **_reads(of_target))
            assert done["ETag"].endswith('-1"')
            got = s3.get_object(**at, Key="parts", **_reads(of_target))
            assert got["Body"].read() == DATA[7:600_001]
            assert _shown(got) == expected


@pytest.mark.slow
def test_errors_are_those_of_s3(gateway: Gateway, bucket: str) -> None:
    s3: Any = gateway.client()
    at = {"Bucket": bucket, "Key": "key"}
    s3.put_object(**at, Body=b"data", **MINE)
    assert _code(s3.get_object, **at) == (400, "InvalidRequest")
    assert _code(s3.head_object, **at) == (400, "400")
    assert _code(s3.get_object, **at, **OTHER) == (403, "AccessDenied")
    assert _code(s3.head_object, **at, **OTHER) == (403, "403")
    source = {"Bucket": bucket, "Key": "copy", "CopySource": f"{bucket}/key"}
    assert _code(s3.copy_object, **source) == (400, "InvalidRequest")
    assert _code(s3.put_object, **at, ServerSideEncryption="aws:kms", SSEKMSKeyId="no") == (
        400,
        "KMS.NotFoundException",
    )
    assert _code(s3.put_object, **at, ServerSideEncryption="AES256", **MINE) == (400, "InvalidArgument")


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_read_does_not_choose_an_encryption(gateway: Gateway, bucket: str, method: str) -> None:
    gateway.client().put_object(Bucket=bucket, Key="key", Body=b"data")
    given = {"x-amz-server-side-encryption": "aws:kms", "x-amz-server-side-encryption-aws-kms-key-id": "x"}
    answer = wire.request(gateway, method, f"/{bucket}/key", headers=given)
    assert answer.status == 400
    if method == "GET":
        assert answer.code == "InvalidArgument"
        assert b"x-amz-server-side-encryption header is not supported for this operation." in answer.body
        assert b"<ArgumentValue>aws:kms</ArgumentValue>" in answer.body
    assert wire.request(gateway, method, f"/{bucket}/key").status == 200


def test_nobody_reads_by_kms_without_a_signature(gateway: Gateway, bucket: str) -> None:
    s3: Any = gateway.client()
    s3.put_object(Bucket=bucket, Key="key", Body=b"data", ServerSideEncryption="aws:kms")
    s3.delete_public_access_block(Bucket=bucket)
    allow = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
    }
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [allow]}))
    anybody: Any = gateway.client(signature_version=UNSIGNED)
    with pytest.raises(ClientError, match="require AWS Signature Version 4") as caught:
        anybody.get_object(Bucket=bucket, Key="key")
    assert caught.value.response["Error"]["Code"] == "InvalidArgument"


def test_policies_ask_for_the_headers_of_encryption(gateway: Gateway, bucket: str, kms_key: str) -> None:
    s3: Any = gateway.client()
    at = {"Bucket": bucket, "Key": "key"}

    def deny(operator: str, key: str, value: str) -> None:
        statement = {
            "Effect": "Deny",
            "Principal": "*",
            "Action": "s3:PutObject",
            "Resource": f"arn:aws:s3:::{bucket}/*",
            "Condition": {operator: {f"s3:x-amz-server-side-encryption{key}": value}},
        }
        policy = {"Version": "2012-10-17", "Statement": [statement]}
        s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))

    kms = {"ServerSideEncryption": "aws:kms"}
    deny("StringNotEquals", "", "aws:kms")
    assert _code(s3.put_object, **at) == (403, "AccessDenied")
    assert _code(s3.put_object, **at, ServerSideEncryption="AES256") == (403, "AccessDenied")
    s3.put_object(**at, **kms)
    fields = {"key": "form", "x-amz-server-side-encryption": "AES256"}
    assert upload(gateway, bucket, fields).status == 403
    assert upload(gateway, bucket, {**fields, "x-amz-server-side-encryption": "aws:kms"}).status == 204
    deny("StringNotEquals", "-aws-kms-key-id", kms_key)
    assert _code(s3.put_object, **at, **kms) == (403, "AccessDenied")
    s3.put_object(**at, **kms, SSEKMSKeyId=kms_key)
    deny("Null", "-customer-algorithm", "true")
    assert _code(s3.put_object, **at) == (403, "AccessDenied")
    assert _code(s3.create_multipart_upload, **at) == (403, "AccessDenied")
    s3.put_object(**at, **MINE)


@pytest.mark.parametrize("version", [2, 4])
def test_forms_choose_their_encryption(
    gateway: Gateway, bucket: str, forms: Mapping[str, dict[str, Any]], kms_key: str, version: int
) -> None:
    s3: Any = gateway.client()
    header = "x-amz-server-side-encryption"
    customer = {
        f"{header}-customer-algorithm": "AES256",
        f"{header}-customer-key": "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s=",
        f"{header}-customer-key-MD5": "MHdm7d8s9BDYwg9KSzuwSw==",
    }
    for name, fields in (
        ("s3", {header: "AES256"}),
        ("own", {header: "aws:kms"}),
        ("dsse", {header: "aws:kms:dsse", f"{header}-aws-kms-key-id": kms_key}),
        ("mine", customer),
    ):
        form = forms[name]
        expected = s3.put_object(Bucket=bucket, Key="example", **form)
        if name == "mine":
            fields[f"{header}-customer-key-MD5"] = expected["SSECustomerKeyMD5"]
        answer = upload(gateway, bucket, {"key": name, **fields}, version=version)
        assert answer.status == 204
        assert answer.headers.get(header) == expected.get("ServerSideEncryption")
        got = s3.get_object(Bucket=bucket, Key=name, **_reads(form))
        assert got["Body"].read() == b"content"
        assert _shown(got) == _shown(expected)
    wrong = {**customer, f"{header}-customer-key": "a2tr"}
    assert upload(gateway, bucket, {"key": "x", **wrong}, version=version).code == "InvalidArgument"
    assert upload(gateway, bucket, {"key": "x", header: "aes"}, version=version).code == "InvalidArgument"


def test_no_key_of_a_customer_is_logged(gateway: Gateway, bucket: str) -> None:
    """Case 34: neither in what succeeds, nor in what fails, nor in links, forms and answers."""
    s3: Any = gateway.client()
    at = {"Bucket": bucket, "Key": "key"}
    secret = "case-34-is-the-key-of-a-customer"
    mine = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": secret}
    s3.put_object(**at, Body=b"data", **mine)
    s3.get_object(**at, **mine)
    errors = []
    for call, arguments in (
        (s3.get_object, {**mine, "SSECustomerAlgorithm": "AES128"}),
        (s3.get_object, {**mine, "SSECustomerKeyMD5": "AAAAAAAAAAAAAAAAAAAAAA=="}),
        (s3.put_object, {**mine, "SSECustomerKey": secret[1:]}),
        (s3.put_object, {**mine, "ServerSideEncryption": "AES256"}),
        (s3.copy_object, {"CopySource": f"{bucket}/key", "CopySourceSSECustomerKey": secret}),
        (s3.create_multipart_upload, {"SSECustomerKey": secret}),
    ):
        with pytest.raises(ClientError) as caught:
            call(**at, **arguments)
        errors.append(str(caught.value.response))
    field = "x-amz-server-side-encryption-customer-key"
    encoded = "Y2FzZS0zNC1pcy10aGUta2V5LW9mLWEtY3VzdG9tZXI"
    link = wire.Signer(gateway).presigned("GET", f"/{bucket}/key", query=f"{field}={encoded}A")
    for target in (link, f"{link}x"):
        head = wire.head("GET", target, {"host": f"127.0.0.1:{gateway.port}"})
        errors.append(wire.raw(gateway, head, "GET").body.decode())
    answer = upload(gateway, bucket, {"key": "form", field: f"{encoded}A"})
    errors.append(answer.body.decode())
    assert all("<Error>" in text for text in errors[-3:])
    for text in (gateway.logs(), *errors):
        assert secret not in text
        assert encoded not in text


def test_another_key_for_an_object_that_is_there(
    gateway: Gateway, bucket: str, forms: Mapping[str, dict[str, Any]]
) -> None:
    s3: Any = gateway.client()
    put = s3.put_object(Bucket=bucket, Key="key", Body=DATA)
    named = s3.put_object(Bucket=bucket, Key="other", Body=b"x", **forms["kms"])["SSEKMSKeyId"]
    arn = s3.put_object(Bucket=bucket, Key="other", Body=b"x", **forms["own"])["SSEKMSKeyId"]
    assert arn != named
    wanted = {"SSEKMS": {"KMSKeyArn": arn, "BucketKeyEnabled": True}}
    s3.update_object_encryption(Bucket=bucket, Key="key", ObjectEncryption=wanted)
    got = s3.get_object(Bucket=bucket, Key="key")
    assert got["Body"].read() == DATA
    assert (got["ETag"], got["SSEKMSKeyId"], got["BucketKeyEnabled"]) == (put["ETag"], arn, True)
    wanted = {"SSEKMS": {"KMSKeyArn": "not-a-key"}}
    client = gateway.client(parameter_validation=False)
    assert _code(client.update_object_encryption, Bucket=bucket, Key="key", ObjectEncryption=wanted) == (
        400,
        "InvalidRequest",
    )
