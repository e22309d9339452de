"""Condition keys, each by a request that has the value of its policy, and by one that has another."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from tests.realm import DENIED, Realm, User, policy, refused, statement

LATER = "2999-01-01T00:00:00Z"


def number(user: User) -> str:
    """The number of a user's account."""
    return user.arn.split(":")[4]


def read(user: User, bucket: str) -> None:
    user.s3.get_object(Bucket=bucket, Key="k")


def link(user: User, bucket: str) -> None:
    """The same, signed in the query."""
    client = user.client(signature_version="s3v4-query")
    try:
        client.get_object(Bucket=bucket, Key="k")
    finally:
        client.close()


def put(**members: Any) -> Any:
    def call(user: User, bucket: str) -> None:
        user.s3.put_object(Bucket=bucket, Key=f"new-{uuid.uuid4().hex}", Body=b"x", **members)

    return call


@pytest.mark.parametrize(
    ("key", "operator", "right", "wrong", "call"),
    [
        ("aws:CurrentTime", "DateLessThan", LATER, "2020-01-01T00:00:00Z", read),
        ("aws:EpochTime", "NumericLessThan", "32472144000", "1577836800", read),
        ("aws:PrincipalAccount", "StringEquals", "alt", "000000000000", read),
        ("aws:PrincipalType", "StringEquals", "User", "Account", read),
        ("aws:userid", "StringEquals", "alt", "x", read),
        ("aws:username", "StringEquals", "alt", "main", read),
        ("aws:RequestedRegion", "StringEquals", "us-east-1", "eu-west-1", read),
        ("aws:ResourceAccount", "StringEquals", "main", "000000000000", read),
        ("s3:ResourceAccount", "StringEquals", "main", "000000000000", read),
        ("aws:SourceIp", "IpAddress", "127.0.0.0/8", "10.0.0.0/8", read),
        ("aws:SecureTransport", "Bool", "false", "true", read),
        ("aws:UserAgent", "StringLike", "Boto3/*", "curl/*", read),
        ("s3:authType", "StringEquals", "REST-HEADER", "POST", read),
        ("s3:authType", "StringEquals", "REST-QUERY-STRING", "REST-HEADER", link),
        ("s3:signatureversion", "StringEquals", "AWS4-HMAC-SHA256", "AWS", read),
        ("s3:signatureAge", "NumericLessThan", "900000", "0", read),
        ("s3:x-amz-content-sha256", "StringEquals", "UNSIGNED-PAYLOAD", "x", link),
        ("s3:if-none-match", "StringEquals", "*", "x", put(IfNoneMatch="*")),
        ("s3:x-amz-storage-class", "StringEquals", "GLACIER", "STANDARD", put(StorageClass="GLACIER")),
        (
            "s3:x-amz-website-redirect-location",
            "StringEquals",
            "/there",
            "/here",
            put(WebsiteRedirectLocation="/there"),
        ),
        ("s3:x-amz-acl", "StringEquals", "private", "public-read", put(ACL="private")),
        ("s3:ObjectCreationOperation", "Bool", "true", "false", put()),
    ],
)
def test_each_key(realm: Realm, key: str, operator: str, right: str, wrong: str, call: Any) -> None:
    main, alt = realm.main, realm.alt
    if key.endswith("Account"):
        right = {"alt": number(alt), "main": number(main)}[right]
    elif key == "aws:userid":
        right = alt.id
    bucket = main.bucket()
    main.s3.put_object(Bucket=bucket, Key="k", Body=b"data")
    for value in (right, wrong):
        given = statement(
            ["s3:GetObject", "s3:PutObject*"], f"{bucket}/*", Condition={operator: {key: value}}
        )
        main.s3.put_bucket_policy(Bucket=bucket, Policy=policy(given))
        if value == right:
            call(alt, bucket)
        else:
            assert refused(call, user=alt, bucket=bucket) == DENIED


def test_versions(realm: Realm) -> None:
    main, alt = realm.main, realm.alt
    bucket = main.bucket()
    enabled: Any = {"Status": "Enabled"}
    main.s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration=enabled)
    first, second = (main.s3.put_object(Bucket=bucket, Key="k", Body=b"x")["VersionId"] for _ in "ab")
    allowed = statement(
        "s3:GetObjectVersion", f"{bucket}/*", Condition={"StringEquals": {"s3:VersionId": first}}
    )
    main.s3.put_bucket_policy(Bucket=bucket, Policy=policy(allowed))
    alt.s3.get_object(Bucket=bucket, Key="k", VersionId=first)
    assert refused(alt.s3.get_object, Bucket=bucket, Key="k", VersionId=second) == DENIED


def test_a_bucket_that_takes_conditional_writes_only(realm: Realm) -> None:
    """https://docs.aws.amazon.com/AmazonS3/latest/userguide/conditional-writes-enforce.html"""
    main = realm.main
    s3: Any = realm.alt.s3
    bucket = main.bucket()
    conditional = {"Null": {"s3:if-none-match": "false"}}
    steps = {"Bool": {"s3:ObjectCreationOperation": "false"}}
    given = [statement("s3:PutObject", f"{bucket}/*", Condition=one) for one in (conditional, steps)]
    main.s3.put_bucket_policy(Bucket=bucket, Policy=policy(*given))
    at = {"Bucket": bucket, "Key": "k"}
    assert refused(s3.put_object, **at, Body=b"x") == DENIED
    assert refused(s3.copy_object, **at, CopySource=f"{bucket}/k") == DENIED
    upload = {"UploadId": s3.create_multipart_upload(**at)["UploadId"]}
    tag = s3.upload_part(**at, **upload, PartNumber=1, Body=b"x")["ETag"]
    parts = {"MultipartUpload": {"Parts": [{"PartNumber": 1, "ETag": tag}]}}
    assert refused(s3.complete_multipart_upload, **at, **upload, **parts) == DENIED
    s3.complete_multipart_upload(**at, **upload, **parts, IfNoneMatch="*")
    s3.put_object(Bucket=bucket, Key="other", Body=b"x", IfNoneMatch="*")
    assert json.loads(main.s3.get_bucket_policy(Bucket=bucket)["Policy"])["Statement"] == given
