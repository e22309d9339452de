"""Form uploads against a gateway, among them everything that ceph/s3-tests asks of them."""

from __future__ import annotations

import hashlib
import json
import re
from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any
from xml.etree import ElementTree as ET

import pytest
from botocore.exceptions import ClientError
from mypy_boto3_s3 import S3Client

from tests import forms, wire
from tests.forms import body_of, part, post, upload
from tests.gateway import Gateway


def _said(answer: wire.Answer) -> tuple[int, str, str]:
    found = re.search(rb"<Message>(.*)</Message>", answer.body)
    return answer.status, answer.code, found[1].decode().replace("&quot;", '"') if found else ""


def _stored(s3: S3Client, bucket: str) -> list[str]:
    return [entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]


@pytest.mark.parametrize("version", [2, 4])
def test_a_form_is_stored_with_what_its_fields_say(
    gateway: Gateway, bucket: str, s3: S3Client, version: int
) -> None:
    fields = {
        "kEy": "user/é/${filename}",
        "aCl": "private",
        "Content-Type": "text/plain",
        "cache-control": "no-store",
        "x-amz-meta-Foo": "barclamp ${filename}",
        "x-amz-storage-class": "STANDARD_IA",
        "x-amz-checksum-sha256": b64encode(hashlib.sha256(b"content").digest()).decode(),
        "x-ignore-this": "anything",
    }
    answer = upload(
        gateway,
        bucket,
        fields,
        version=version,
        filename="C:\\dir\\a/b.txt",
        after=part("key", b"other") + part("submit", b"Upload"),
        filenames=version == 2,
    )
    assert (answer.status, answer.body) == (204, b"")
    assert answer.headers["ETag"] == f'"{hashlib.md5(b"content").hexdigest()}"'
    assert answer.headers["Location"] == f"{gateway.endpoint}/{bucket}/user%2F%C3%A9%2Fb.txt"
    assert _stored(s3, bucket) == ["user/é/b.txt"]
    found = s3.get_object(Bucket=bucket, Key="user/é/b.txt")
    assert found["Body"].read() == b"content"
    assert found["ContentType"] == "text/plain"
    assert found["CacheControl"] == "no-store"
    assert found["Metadata"] == {"foo": "barclamp b.txt"}
    assert found["StorageClass"] == "STANDARD_IA"


def test_boto3_signs_forms_that_are_accepted(gateway: Gateway, bucket: str, s3: S3Client) -> None:
    for version in ("s3v4", "s3"):
        client = gateway.client(signature_version=version)
        given = client.generate_presigned_post(
            bucket, "by-${filename}", Fields={"acl": "private"}, Conditions=[{"acl": "private"}]
        )
        answer = post(gateway, bucket, body_of(given["fields"], filename=version))
        assert answer.status == 204
    assert _stored(s3, bucket) == ["by-s3", "by-s3v4"]


@pytest.mark.parametrize("size", [0, 1 << 20, (5 << 20) + 17])
def test_files_of_every_size(gateway: Gateway, bucket: str, s3: S3Client, size: int) -> None:
    file = (b"\r\n--" + forms.BOUNDARY[:-1].encode() + b"x" * 50) * (size // 70 + 1)
    file = file[:size]
    answer = upload(gateway, bucket, {"key": "k"}, file, conditions=[["content-length-range", 0, size]])
    assert answer.status == 204
    assert s3.get_object(Bucket=bucket, Key="k")["Body"].read() == file


def test_the_answer_is_what_the_form_asks_for(gateway: Gateway, bucket: str) -> None:
    etag = f"%22{hashlib.md5(b'content').hexdigest()}%22"
    place = f"{gateway.endpoint}/{bucket}/a%2Fb"

    def ask(**fields: str) -> tuple[int, str, bytes]:
        answer = upload(gateway, bucket, {"key": "a/b", **fields})
        return answer.status, answer.headers["Location"], answer.body

    assert ask(success_action_status="200") == (200, place, b"")
    assert ask(success_action_status="204") == (204, place, b"")
    assert ask(success_action_status="404") == (204, place, b"")
    status, location, body = ask(success_action_status="201")
    assert (status, location) == (201, place)
    document = ET.fromstring(body)
    assert [(element.tag, element.text) for element in document] == [
        ("Location", place),
        ("Bucket", bucket),
        ("Key", "a/b"),
        ("ETag", etag.replace("%22", '"')),
    ]
    named = f"bucket={bucket}&key=a%2Fb&etag={etag}"
    there = "http://example.com/done"
    assert ask(success_action_redirect=there) == (303, f"{there}?{named}", b"")
    assert ask(redirect=f"{there}?x=1", success_action_status="201") == (303, f"{there}?x=1&{named}", b"")
    for nowhere in ("not a url", "ftp://example.com/", "http://", "//example.com"):
        assert ask(success_action_redirect=nowhere)[:2] == (204, place)
    # A bucket named by the host stays there.
    host = f"{bucket}.s3.test:{gateway.port}"
    answer = upload(gateway, bucket, {"key": "a/b"}, host=host)
    assert (answer.status, answer.headers["Location"]) == (204, f"http://{host}/a%2Fb")


ALLOWED: Mapping[str, str] = {"key": "foo.txt", "acl": "private", "Content-Type": "text/plain"}
CONDITIONS: Sequence[Any] = (
    ["StArTs-WiTh", "$KeY", "foo"],
    {"AcL": "private"},
    ["starts-with", "$CoNtEnT-TyPe", "text/plain"],
    ["content-length-range", 0, 1024],
)


def _failed(operator: str, name: str, value: str) -> tuple[int, str, str]:
    message = f'Invalid according to Policy: Policy Condition failed: ["{operator}", "{name}", "{value}"]'
    return 403, "AccessDenied", message


def _extra(name: str) -> tuple[int, str, str]:
    return 403, "AccessDenied", f"Invalid according to Policy: Extra input fields: {name}"


@pytest.mark.parametrize(
    ("change", "more", "expected"),
    [
        ({"key": "bar"}, [], _failed("starts-with", "$KeY", "foo")),
        ({"acl": "public-read"}, [], _failed("eq", "$AcL", "private")),
        ({"Content-Type": "text/plain,image/png"}, [], _failed("starts-with", "$CoNtEnT-TyPe", "text/plain")),
        ({}, [["starts-with", "$x-amz-meta-foo", "bar"]], _failed("starts-with", "$x-amz-meta-foo", "bar")),
        ({"x-amz-meta-foo": "bar"}, [["eq", "$x-amz-meta-foo", ""]], _failed("eq", "$x-amz-meta-foo", "")),
        ({}, [["eq", "key", "foo.txt"]], _failed("eq", "key", "foo.txt")),
        ({"x-amz-meta-foo": "bar"}, [], _extra("x-amz-meta-foo")),
        ({"Expires": "0"}, [], _extra("expires")),
        ({"submit": "Upload"}, [], _extra("submit")),
        ({"success_action_status": "201"}, [], _extra("success_action_status")),
    ],
)
@pytest.mark.slow
def test_the_policy_decides_what_the_form_may_say(
    gateway: Gateway,
    bucket: str,
    s3: S3Client,
    change: dict[str, str],
    more: list[Any],
    expected: tuple[int, str, str],
) -> None:
    policy = forms.policy_of([{"bUcKeT": bucket}, *CONDITIONS, *more])
    for signed in (forms.sign_2(gateway, policy), forms.sign_4(gateway, policy)):
        assert _said(post(gateway, bucket, body_of({**ALLOWED, **change, **signed}))) == expected
    assert _stored(s3, bucket) == []


@pytest.mark.parametrize(
    ("policy", "message"),
    [
        ("expiration", "Invalid JSON."),
        ("[" * 10_000, "Invalid JSON."),
        ({"conditions": CONDITIONS}, "Policy missing expiration."),
        ({"EXPIRATION": "2999-01-01T00:00:00Z", "conditions": CONDITIONS}, "Policy missing expiration."),
        (
            {"expiration": "2999-01-01 00:00:00+00:00", "conditions": CONDITIONS},
            "Invalid 'expiration' value: '2999-01-01 00:00:00+00:00'",
        ),
        ({"expiration": True, "conditions": CONDITIONS}, "Invalid JSON."),
        ({"expiration": "2999-01-01T00:00:00Z"}, "Policy missing conditions."),
        (
            {"expiration": "2999-01-01T00:00:00Z", "conditions": True},
            "Invalid 'conditions' value: must be a List.",
        ),
        (
            {"expiration": "2999-01-01T00:00:00Z", "conditions": CONDITIONS, "extra": ""},
            'Unexpected: "extra"',
        ),
        ({"expiration": "2999-01-01T00:00:00Z", "CONDITIONS": CONDITIONS}, "Policy missing conditions."),
        (
            {"expiration": "2999-01-01T00:00:00Z", "conditions": [{}]},
            "Invalid Simple-Condition: Simple-Conditions must have exactly one property specified.",
        ),
        (
            {"expiration": "2999-01-01T00:00:00Z", "conditions": [{"acl": 1}]},
            "Invalid Simple-Condition: value must be a string.",
        ),
        *(
            ({"expiration": "2999-01-01T00:00:00Z", "conditions": [condition]}, message)
            for condition, message in (
                (["content-length-range", 0], "Invalid content-length-range: wrong number of arguments."),
                (["content-length-range", -1, 0], "Invalid JSON."),
                (["content-length-range", "some", True], "Invalid JSON."),
                (["ends-with", "$key", "x"], "Invalid Condition: unknown operation 'ends-with'."),
                (["eq", "$key"], "Invalid eq: wrong number of arguments."),
                (["eq", "$key", True], "Invalid JSON."),
                ("key", "Invalid condition test: must be a List or Object."),
                ([], "Invalid Condition: missing operation identifier."),
            )
        ),
    ],
)
def test_policies_that_are_none(gateway: Gateway, bucket: str, policy: Any, message: str) -> None:
    answer = post(gateway, bucket, body_of({**ALLOWED, **forms.sign_2(gateway, policy)}))
    status, code, said = _said(answer)
    assert (status, code) == (400, "InvalidPolicyDocument")
    assert said.startswith(f"Invalid Policy: {message}")


def test_a_condition_is_repeated_as_the_policy_writes_it(gateway: Gateway, bucket: str) -> None:
    conditions: list[Any] = [{"bucket": bucket}, *CONDITIONS, {"x-amz-meta-a": "b"}]
    for separators, written in (((", ", ": "), '["eq", "$key", "k"]'), ((",", ":"), '["eq","$key","k"]')):
        for last, shown in ((["eq", "$key", "k"], written), ({"key": "k"}, '["eq", "$key", "k"]')):
            policy = forms.policy_of([*conditions, last])
            text = json.dumps(policy, separators=separators)
            fields = {**ALLOWED, "x-amz-meta-a": "b", **forms.sign_2(gateway, text)}
            message = f"Invalid according to Policy: Policy Condition failed: {shown}"
            assert _said(post(gateway, bucket, body_of(fields))) == (403, "AccessDenied", message)


def test_policies_expire_and_bind_the_bucket(gateway: Gateway, bucket: str, s3: S3Client) -> None:
    late = forms.policy_of([{"bucket": bucket}, *CONDITIONS], seconds=-6000)
    answer = post(gateway, bucket, body_of({**ALLOWED, **forms.sign_2(gateway, late)}))
    assert _said(answer) == (403, "AccessDenied", "Invalid according to Policy: Policy expired.")
    unbound = forms.policy_of(CONDITIONS)
    assert _said(post(gateway, bucket, body_of({**ALLOWED, **forms.sign_4(gateway, unbound)}))) == _extra(
        "bucket"
    )
    assert _stored(s3, bucket) == []


def test_a_file_without_a_name_puts_none_into_the_key(gateway: Gateway, bucket: str, s3: S3Client) -> None:
    for filename, key in ((None, "a-${filename}"), ("", "a-"), ("b", "a-b")):
        assert upload(gateway, bucket, {"key": "a-${filename}"}, filename=filename).status == 204
        assert _stored(s3, bucket) == [key]
        s3.delete_object(Bucket=bucket, Key=key)


def test_the_range_of_lengths(gateway: Gateway, bucket: str, s3: S3Client) -> None:
    def size(count: int, *limits: object) -> tuple[int, str]:
        conditions = [["content-length-range", *limits]]
        answer = upload(gateway, bucket, {"key": "k"}, b"x" * count, conditions=conditions)
        return answer.status, answer.code

    assert size(3, 0, 0) == (400, "EntityTooLarge")
    assert size(3, 512, 1000) == (400, "EntityTooSmall")
    assert size(11, "5", "10") == (400, "EntityTooLarge")
    # The file goes on for longer than its end is looked for in memory.
    assert size((2 << 20) + 1, 0, 2 << 20) == (400, "EntityTooLarge")
    assert size(2 << 20, (2 << 20) + 1, 9 << 20) == (400, "EntityTooSmall")
    assert _stored(s3, bucket) == []
    policy = forms.policy_of([{"bucket": bucket}, *CONDITIONS, ["content-length-range", "some", 14]])
    answer = post(gateway, bucket, body_of({**ALLOWED, **forms.sign_2(gateway, policy)}))
    shown = '["content-length-range", "some", "14"]'
    message = f"Invalid according to Policy: Policy Condition failed: {shown}"
    assert _said(answer) == (403, "AccessDenied", message)
    assert _stored(s3, bucket) == []
    assert size(10, 10, 10) == (204, "")
    assert size((4 << 20) + 200, 4 << 20, 12 << 20) == (204, "")


def test_signatures_that_are_none(gateway: Gateway, bucket: str, s3: S3Client) -> None:
    policy = forms.policy_of([{"bucket": bucket}, *CONDITIONS])
    for signed in (forms.sign_2(gateway, policy), forms.sign_4(gateway, policy)):
        shown = "AWSAccessKeyId" if "signature" in signed else "X-Amz-Credential"
        signature = "signature" if "signature" in signed else "x-amz-signature"

        def ask(
            signed: Mapping[str, str], change: Mapping[str, str], remove: str = ""
        ) -> tuple[int, str, str]:
            fields = {**ALLOWED, **signed, **change}
            fields.pop(remove, None)
            return _said(post(gateway, bucket, body_of(fields)))

        def missing(name: str) -> tuple[int, str, str]:
            order = "If it is specified, please check the order of the fields."
            return 400, "InvalidArgument", f"Bucket POST must contain a field named '{name}'.  {order}"

        assert ask(signed, {signature: signed[signature][::-1]})[:2] == (403, "SignatureDoesNotMatch")
        other = {"policy": forms.encode({**policy, "x": 1})}
        assert ask(signed, other)[:2] == (403, "SignatureDoesNotMatch")
        by = next(name for name in signed if name.lower() == shown.lower())
        unknown = signed[by].replace(gateway.access_key, "AKNOBODY")
        assert ask(signed, {by: unknown})[:2] == (403, "InvalidAccessKeyId")
        assert ask(signed, {}, by) == missing(shown)
        assert ask(signed, {}, "policy") == missing("policy")
        assert ask(signed, {}, "key") == missing("key")
        assert ask(signed, {"key": ""})[:2] == (400, "InvalidArgument")
        assert ask(signed, {"x-amz-security-token": "x"})[:2] == (400, "InvalidToken")
    by_4 = forms.sign_4(gateway, policy)
    elsewhere = by_4["x-amz-credential"].replace("us-east-1", "eu-west-1")
    for change, message in (
        ({"x-amz-algorithm": "AWS4-HMAC-SHA1"}, "Only AWS4-HMAC-SHA256 is supported"),
        ({"x-amz-credential": "no-slashes"}, "the Credential is mal-formed; expecting"),
        (
            {"x-amz-credential": f"{gateway.access_key}/20200101/us-east-1/s3/aws4_request"},
            "Date in credential",
        ),
        ({"x-amz-credential": elsewhere}, "the region 'eu-west-1' is wrong; expecting 'us-east-1'"),
        ({"x-amz-date": "today"}, "X-Amz-Date must be formated via ISO8601 Long format"),
    ):
        status, code, said = _said(post(gateway, bucket, body_of({**ALLOWED, **by_4, **change})))
        assert (status, code) == (400, "InvalidArgument")
        assert said.startswith(message)
    for policy_text, message in (
        ("", "Invalid Policy: Expecting '{' but found End-of-Input"),
        ("no_base64", "Invalid Policy: invalid Base64 encoding."),
    ):
        again = {**by_4, "policy": policy_text}
        again["x-amz-signature"] = wire.Signer(gateway).sign(policy_text)
        answer = _said(post(gateway, bucket, body_of({**ALLOWED, **again})))
        assert answer == (400, "InvalidPolicyDocument", message)
    unsigned = {**ALLOWED, "policy": forms.encode(policy)}
    assert _said(post(gateway, bucket, body_of(unsigned)))[:2] == (403, "AccessDenied")
    assert _said(post(gateway, bucket, body_of(ALLOWED)))[:2] == (403, "AccessDenied")
    assert _stored(s3, bucket) == []


def test_forms_that_are_none(gateway: Gateway, bucket: str, s3: S3Client) -> None:
    whole = body_of({"key": "k"})
    end = f"--{forms.BOUNDARY}--".encode()
    no_boundary = {"content-type": "multipart/form-data"}
    framed = f"{len(whole):x}\r\n".encode() + whole + b"\r\n0\r\n\r\n"
    for body, headers, expected in (
        (b"key=k", {"content-type": "application/x-www-form-urlencoded"}, (412, "PreconditionFailed")),
        (whole, {"content-type": ""}, (412, "PreconditionFailed")),
        (whole, no_boundary, (400, "MalformedPOSTRequest")),
        (b"key=k&file=x", {}, (400, "MalformedPOSTRequest")),
        (b"", {}, (400, "MalformedPOSTRequest")),
        (whole[: whole.index(end)], {}, (400, "MalformedPOSTRequest")),
        (whole.replace(b"form-data", b"mixed"), {}, (400, "MalformedPOSTRequest")),
        (body_of({"key": "k"}, None), {}, (400, "InvalidArgument")),
        (body_of({"key": "k"}, after=part("file", b"again", "x")), {}, (400, "InvalidArgument")),
        (body_of({"key": "k", "x-ignore-a": "a" * 20_480}), {}, (400, "MaxPostPreDataLengthExceededError")),
        (
            body_of({"key": "k", "x-ignore-a": "a" * 2_000_000}),
            {},
            (400, "MaxPostPreDataLengthExceededError"),
        ),
        (body_of({"key": "k", "x-amz-meta-a": "a\r\nb: c"}), {}, (400, "InvalidArgument")),
        (body_of({"key": "k\0"}), {}, (400, "InvalidArgument")),
        (framed, {"content-length": "", "transfer-encoding": "chunked"}, (411, "MissingContentLength")),
    ):
        answer = post(gateway, bucket, body, headers=headers)
        assert (answer.status, answer.code) == expected, body[:200]
    assert upload(gateway, "nowhere-at-all", {"key": "k"}).code == "NoSuchBucket"
    assert _stored(s3, bucket) == []


def test_fields_are_judged_as_the_headers_of_a_put_are(gateway: Gateway, bucket: str, s3: S3Client) -> None:
    def ask(key: str = "k", **fields: str) -> tuple[int, str]:
        given = {name.replace("_", "-"): value for name, value in fields.items()}
        answer = upload(gateway, bucket, {"key": key, **given})
        return answer.status, answer.code

    assert ask(x_amz_checksum_sha256="sailorjerry") == (400, "InvalidRequest")
    assert ask(x_amz_checksum_sha256=b64encode(bytes(32)).decode()) == (400, "BadDigest")
    assert ask(content_md5=b64encode(bytes(16)).decode()) == (400, "BadDigest")
    assert ask(x_amz_storage_class="COLD") == (400, "InvalidStorageClass")
    assert ask(x_amz_meta_a="a" * 3000) == (400, "MetadataTooLarge")
    assert ask(tagging="a=1") == (400, "MalformedXML")
    assert ask(key="k" * 1025) == (400, "KeyTooLongError")
    tag = "<Tag><Key>a</Key><Value>1</Value></Tag>"
    assert ask(tagging=f"<Tagging><TagSet>{tag * 2}</TagSet></Tagging>") == (400, "InvalidTag")
    assert _stored(s3, bucket) == []
    assert ask(x_amz_checksum_algorithm="sha256") == (204, "")
    head = s3.head_object(Bucket=bucket, Key="k", ChecksumMode="ENABLED")
    assert head["ChecksumSHA256"] == b64encode(hashlib.sha256(b"content").digest()).decode()
    assert ask(if_none_match="*") == (412, "PreconditionFailed")
    with pytest.raises(ClientError):
        s3.head_object(Bucket=bucket, Key="other")


def test_a_form_sent_in_a_signed_request(gateway: Gateway, bucket: str, s3: S3Client) -> None:
    body = body_of({"key": "signed"})
    kind = {"content-type": f"multipart/form-data; boundary={forms.BOUNDARY}"}
    assert wire.request(gateway, "POST", f"/{bucket}", headers=kind, body=body).status == 204
    other = hashlib.sha256(b"").hexdigest()
    said = wire.request(gateway, "POST", f"/{bucket}", headers=kind, body=body, payload=other)
    assert (said.status, said.code) == (400, "XAmzContentSHA256Mismatch")
    twice = body_of({"key": "twice", **forms.sign_2(gateway, forms.policy_of([]))})
    said = wire.request(gateway, "POST", f"/{bucket}", headers=kind, body=twice)
    assert (said.status, said.code) == (400, "InvalidArgument")
    assert _stored(s3, bucket) == ["signed"]
