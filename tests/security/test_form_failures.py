"""Published failures of form uploads, replayed on a real gateway. A refusal leaves nothing behind."""

from __future__ import annotations

import json

import pytest
from mypy_boto3_s3 import S3Client

from tests import forms, wire
from tests.gateway import Gateway


def _empty(s3: S3Client, bucket: str) -> bool:
    return "Contents" not in s3.list_objects_v2(Bucket=bucket)


@pytest.mark.parametrize("signed", [True, False])
def test_case_10_a_field_that_names_another_bucket(
    gateway: Gateway, bucket: str, s3: S3Client, signed: bool
) -> None:
    other = bucket.replace("test-", "other-")
    s3.create_bucket(Bucket=other)
    fields = {"key": "k", "bucket": bucket}
    if signed:
        fields |= forms.sign_4(gateway, forms.policy_of([{"bucket": bucket}, ["eq", "$key", "k"]]))
    said = forms.post(gateway, other, forms.body_of(fields))
    assert (said.status, said.code) == (403, "AccessDenied")
    # Nor does a policy for the one bucket help where the field names it truly.
    if signed:
        fields["bucket"] = other
        said = forms.post(gateway, other, forms.body_of(fields))
        assert (said.status, said.code) == (403, "AccessDenied")
    assert _empty(s3, bucket)
    assert _empty(s3, other)


def test_case_11_a_form_of_somebody_who_may_not_write(gateway: Gateway, bucket: str, s3: S3Client) -> None:
    said = forms.post(gateway, bucket, forms.body_of({"key": "k", "acl": "public-read"}))
    assert (said.status, said.code) == (403, "AccessDenied")
    name = f"mallory-{bucket}"
    gateway.s3gw("user", "create", name)
    made = json.loads(gateway.s3gw("key", "create", name, "--json"))
    policy = forms.policy_of([{"bucket": bucket}, ["eq", "$key", "k"]])
    signed = forms.sign_2(gateway, policy, (made["access_key"], made["secret_key"]))
    said = forms.post(gateway, bucket, forms.body_of({"key": "k", **signed}))
    assert (said.status, said.code) == (403, "AccessDenied")
    large = forms.post(gateway, bucket, forms.body_of({"key": "k"}, b"x" * (2 << 20)))
    assert (large.status, large.code) in ((403, "AccessDenied"), (0, ""))
    assert _empty(s3, bucket)


def test_case_12_a_form_that_breaks_its_policy(gateway: Gateway, bucket: str, s3: S3Client) -> None:
    conditions = [
        {"bucket": bucket},
        ["starts-with", "$key", "mine/"],
        ["eq", "$Content-Type", "image/png"],
        ["content-length-range", 1, 10],
    ]
    signed = forms.sign_4(gateway, forms.policy_of(conditions))
    good = {"key": "mine/k", "Content-Type": "image/png"}

    def ask(file: bytes = b"x", **change: str) -> tuple[int, str]:
        fields = {**good, **{name.replace("_", "-"): value for name, value in change.items()}, **signed}
        said = forms.post(gateway, bucket, forms.body_of(fields, file))
        return said.status, said.code

    assert ask(b"x" * 11) == (400, "EntityTooLarge")
    assert ask(b"x" * (3 << 20))[1] in ("EntityTooLarge", "")
    assert ask(key="yours/k") == (403, "AccessDenied")
    assert ask(Content_Type="text/html") == (403, "AccessDenied")
    assert ask(content_type="text/html") == (403, "AccessDenied")
    assert _empty(s3, bucket)
    assert ask() == (204, "")


def test_case_22_a_request_header_does_not_speak_for_the_form(
    gateway: Gateway, bucket: str, s3: S3Client
) -> None:
    wanted = "bucket-owner-full-control"
    statement = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{bucket}/*",
        "Condition": {"StringEquals": {"s3:x-amz-acl": wanted}},
    }
    s3.delete_public_access_block(Bucket=bucket)
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))
    given = {"x-amz-acl": wanted}
    said = forms.post(gateway, bucket, forms.body_of({"key": "k"}), headers=given)
    assert (said.status, said.code) == (403, "AccessDenied")
    assert _empty(s3, bucket)
    fields = {"key": "k", "acl": wanted}
    assert forms.post(gateway, bucket, forms.body_of(fields)).status == 204
    assert not _empty(s3, bucket)


def test_an_anonymous_form_is_stored_where_everybody_may_write(
    gateway: Gateway, bucket: str, s3: S3Client
) -> None:
    open_bucket = bucket.replace("test-", "open-")
    s3.create_bucket(Bucket=open_bucket, ObjectOwnership="ObjectWriter")
    s3.delete_public_access_block(Bucket=open_bucket)
    s3.put_bucket_acl(Bucket=open_bucket, ACL="public-read-write")
    fields = {"key": "foo.txt", "acl": "public-read", "Content-Type": "text/plain", "anything": "goes"}
    said = forms.post(gateway, open_bucket, forms.body_of(fields))
    assert (said.status, said.body) == (204, b"")
    assert not _empty(s3, open_bucket)
    host = {"host": f"127.0.0.1:{gateway.port}"}
    assert wire.raw(gateway, wire.head("GET", f"/{open_bucket}/foo.txt", host)).body == b"content"
