"""Renames, appends, and conditional deletes through a client, and who may do them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore import UNSIGNED
from botocore.exceptions import ClientError

from tests.gateway import Gateway


def refused(call: Any, **arguments: Any) -> tuple[int, str]:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    answer = caught.value.response
    return answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]


def keys_of(s3: Any, bucket: str) -> list[str]:
    return [entry["Key"] for entry in s3.list_objects_v2(Bucket=bucket).get("Contents", [])]


def test_append_and_rename(s3: Any, bucket: str) -> None:
    at: dict[str, Any] = {"Bucket": bucket, "Key": "log"}
    s3.put_object(**at, Body=b"one", WriteOffsetBytes=0)
    grown = s3.put_object(**at, Body=b"two", WriteOffsetBytes=3)
    assert (grown["Size"], grown["ChecksumType"]) == (6, "FULL_OBJECT")
    assert refused(s3.put_object, **at, Body=b"x", WriteOffsetBytes=3) == (400, "InvalidWriteOffset")
    got = s3.get_object(**at)
    assert (got["Body"].read(), got["ETag"]) == (b"onetwo", grown["ETag"])  # botocore checks the checksum
    assert refused(s3.rename_object, **at, RenameSource="missing") == (404, "NoSuchKey")
    s3.rename_object(Bucket=bucket, Key="a/b c", RenameSource="log", SourceIfMatch=grown["ETag"])
    assert keys_of(s3, bucket) == ["a/b c"]
    assert refused(s3.rename_object, **at, RenameSource="a/b%20c", SourceIfMatch='"other"') == (
        412,
        "PreconditionFailed",
    )


def test_deletes_of_what_a_listing_showed(s3: Any, bucket: str) -> None:
    for key in ("a", "b"):
        s3.put_object(Bucket=bucket, Key=key, Body=b"data")
    listed = s3.list_objects_v2(Bucket=bucket)["Contents"]
    s3.put_object(Bucket=bucket, Key="b", Body=b"changed")
    entries = [
        {"Key": entry["Key"], "LastModifiedTime": entry["LastModified"], "Size": entry["Size"]}
        for entry in listed
    ]
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": entries})
    assert [each["Key"] for each in answer["Deleted"]] == ["a"]
    assert [(each["Key"], each["Code"]) for each in answer["Errors"]] == [("b", "PreconditionFailed")]
    at = {"Bucket": bucket, "Key": "b"}
    assert refused(s3.delete_object, **at, IfMatchSize=4) == (412, "PreconditionFailed")
    modified = s3.head_object(**at)["LastModified"]
    s3.delete_object(**at, IfMatchSize=7, IfMatchLastModifiedTime=modified)
    s3.delete_object(**at, IfMatchSize=7)
    assert keys_of(s3, bucket) == []


def test_who_may(gateway: Gateway, s3: Any, bucket: str) -> None:
    anybody: Any = gateway.client(signature_version=UNSIGNED)
    s3.delete_public_access_block(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="key", Body=b"data")
    rename = {"Bucket": bucket, "Key": "new", "RenameSource": "key"}
    entry = {"Bucket": bucket, "Delete": {"Objects": [{"Key": "key", "Size": 5}]}}

    def allow(*actions: str) -> None:
        said = {
            "Effect": "Allow",
            "Principal": "*",
            "Action": list(actions),
            "Resource": f"arn:aws:s3:::{bucket}/*",
        }
        document = {"Version": "2012-10-17", "Statement": [said]}
        s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(document))

    for actions in (
        ("s3:PutObject", "s3:GetObject"),
        ("s3:PutObject", "s3:DeleteObject"),
        ("s3:GetObject", "s3:DeleteObject"),
    ):
        allow(*actions)
        assert refused(anybody.rename_object, **rename) == (403, "AccessDenied")
    allow("s3:DeleteObject")  # without GetObject a condition would tell what is there
    assert refused(anybody.delete_object, Bucket=bucket, Key="key", IfMatchSize=5) == (403, "AccessDenied")
    assert [each["Code"] for each in anybody.delete_objects(**entry)["Errors"]] == ["AccessDenied"]
    allow("s3:DeleteObject", "s3:GetObject")
    assert [each["Code"] for each in anybody.delete_objects(**entry)["Errors"]] == ["PreconditionFailed"]
    allow("s3:PutObject", "s3:GetObject", "s3:DeleteObject")
    anybody.rename_object(**rename)
    assert keys_of(s3, bucket) == ["new"]
