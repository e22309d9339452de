"""Tags and attributes of objects as boto3 sees them."""

from __future__ import annotations

import hashlib
from base64 import b64encode
from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.forms import upload
from tests.gateway import Gateway

ONE, TWO = {"Key": "a", "Value": "1"}, {"Key": "b c", "Value": ""}


def _code(call: Any, **arguments: Any) -> tuple[int, str]:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    response: Any = caught.value.response
    return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"]


def test_tags_of_an_object(gateway: Gateway, bucket: str) -> None:
    s3: Any = gateway.client()
    at = {"Bucket": bucket, "Key": "key"}
    assert _code(s3.get_object_tagging, **at) == (404, "NoSuchKey")
    assert _code(s3.put_object_tagging, **at, Tagging={"TagSet": [ONE]}) == (404, "NoSuchKey")
    s3.put_object(**at, Body=b"x", Tagging="a=1&b+c=")
    assert s3.get_object_tagging(**at)["TagSet"] == [ONE, TWO]
    assert s3.get_object(**at)["TagCount"] == s3.head_object(**at)["TagCount"] == 2
    s3.put_object_tagging(**at, Tagging={"TagSet": [TWO]})
    assert s3.get_object_tagging(**at)["TagSet"] == [TWO]
    s3.delete_object_tagging(**at)
    assert s3.get_object_tagging(**at)["TagSet"] == []
    assert "TagCount" not in s3.get_object(**at)
    many = [{"Key": str(number), "Value": ""} for number in range(11)]
    assert _code(s3.put_object_tagging, **at, Tagging={"TagSet": many}) == (400, "BadRequest")
    assert _code(s3.put_object, **at, Tagging="a=1&a=2") == (400, "InvalidArgument")


def test_tags_go_with_copies_and_uploads(gateway: Gateway, bucket: str) -> None:
    s3: Any = gateway.client()
    s3.put_object(Bucket=bucket, Key="source", Body=b"x", Tagging="a=1")
    source = {"Bucket": bucket, "Key": "source"}

    def tags(key: str) -> list[dict[str, str]]:
        found: list[dict[str, str]] = s3.get_object_tagging(Bucket=bucket, Key=key)["TagSet"]
        return found

    s3.copy_object(Bucket=bucket, Key="copied", CopySource=source, Tagging="b=2")
    assert tags("copied") == [ONE]
    s3.copy_object(Bucket=bucket, Key="copied", CopySource=source, MetadataDirective="REPLACE")
    assert tags("copied") == [ONE]
    s3.copy_object(Bucket=bucket, Key="copied", CopySource=source, TaggingDirective="REPLACE", Tagging="b+c=")
    assert tags("copied") == [TWO]
    s3.copy_object(Bucket=bucket, Key="copied", CopySource=source, TaggingDirective="REPLACE")
    assert tags("copied") == []
    begun = s3.create_multipart_upload(Bucket=bucket, Key="parts", Tagging="a=1")
    at = {"Bucket": bucket, "Key": "parts", "UploadId": begun["UploadId"]}
    part = s3.upload_part(**at, PartNumber=1, Body=b"x")
    s3.complete_multipart_upload(**at, MultipartUpload={"Parts": [{"ETag": part["ETag"], "PartNumber": 1}]})
    assert tags("parts") == [ONE]
    document = "<Tagging><TagSet><Tag><Key>a</Key><Value>1</Value></Tag></TagSet></Tagging>"
    assert upload(gateway, bucket, {"key": "form", "tagging": document}).status == 204
    assert tags("form") == [ONE]
    assert upload(gateway, bucket, {"key": "form", "tagging": "<Tagging>"}).status == 400


@pytest.mark.slow
def test_each_version_has_its_own_tags(gateway: Gateway, bucket: str) -> None:
    s3: Any = gateway.client()
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    at = {"Bucket": bucket, "Key": "key"}
    first = s3.put_object(**at, Body=b"1", Tagging="a=1")["VersionId"]
    second = s3.put_object(**at, Body=b"2")["VersionId"]
    assert s3.put_object_tagging(**at, Tagging={"TagSet": [TWO]})["VersionId"] == second
    assert s3.get_object_tagging(**at, VersionId=first)["TagSet"] == [ONE]
    assert s3.delete_object_tagging(**at, VersionId=first)["VersionId"] == first
    assert s3.get_object_tagging(**at, VersionId=first)["TagSet"] == []
    assert s3.get_object_tagging(**at)["TagSet"] == [TWO]
    s3.delete_object(**at)
    assert _code(s3.get_object_tagging, **at) == (404, "NoSuchKey")


def test_tags_of_a_bucket(gateway: Gateway, bucket: str) -> None:
    s3: Any = gateway.client()
    assert _code(s3.get_bucket_tagging, Bucket=bucket) == (404, "NoSuchTagSet")
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": [ONE, TWO]})
    assert s3.get_bucket_tagging(Bucket=bucket)["TagSet"] == [ONE, TWO]
    s3.delete_bucket_tagging(Bucket=bucket)
    assert _code(s3.get_bucket_tagging, Bucket=bucket) == (404, "NoSuchTagSet")


def test_attributes(gateway: Gateway, bucket: str) -> None:
    s3: Any = gateway.client()
    at = {"Bucket": bucket, "Key": "key"}
    assert _code(s3.get_object_attributes, **at, ObjectAttributes=["ETag"]) == (404, "NoSuchKey")
    digest = b64encode(hashlib.sha256(b"content").digest()).decode()
    put = s3.put_object(**at, Body=b"content", ChecksumAlgorithm="SHA256", StorageClass="STANDARD_IA")
    every = ["ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"]
    found = s3.get_object_attributes(**at, ObjectAttributes=every)
    assert found["ETag"] == put["ETag"].strip('"')
    assert found["Checksum"] == {"ChecksumSHA256": digest, "ChecksumType": "FULL_OBJECT"}
    assert (found["ObjectSize"], found["StorageClass"]) == (7, "STANDARD_IA")
    assert "ObjectParts" not in found
    assert found["LastModified"]
    only = s3.get_object_attributes(**at, ObjectAttributes=["ObjectSize"])
    assert only["ObjectSize"] == 7
    assert "ETag" not in only
    assert _code(s3.get_object_attributes, **at, ObjectAttributes=["Size"]) == (400, "InvalidArgument")


def test_attributes_need_the_customers_key(gateway: Gateway, bucket: str) -> None:
    s3: Any = gateway.client()
    at = {"Bucket": bucket, "Key": "key"}
    key = {"SSECustomerAlgorithm": "AES256", "SSECustomerKey": "k" * 32}
    s3.put_object(**at, Body=b"content", **key)
    assert _code(s3.get_object_attributes, **at, ObjectAttributes=["ObjectSize"]) == (400, "InvalidRequest")
    # boto3 encodes the key and adds its MD5 for the older operations only.
    key["SSECustomerKey"] = b64encode(b"k" * 32).decode()
    key["SSECustomerKeyMD5"] = b64encode(hashlib.md5(b"k" * 32).digest()).decode()
    found = s3.get_object_attributes(**at, ObjectAttributes=["ObjectSize"], **key)
    assert found["ObjectSize"] == 7


def test_attributes_of_parts(gateway: Gateway, bucket: str) -> None:
    s3: Any = gateway.client()
    at = {"Bucket": bucket, "Key": "parts"}
    begun = s3.create_multipart_upload(**at, ChecksumAlgorithm="SHA256")
    bodies = [b"a" * (5 << 20), b"b" * (5 << 20), b"c"]
    parts = []
    for number, body in enumerate(bodies, 1):
        done = s3.upload_part(
            **at, UploadId=begun["UploadId"], PartNumber=number, Body=body, ChecksumAlgorithm="SHA256"
        )
        parts.append({"PartNumber": number, "ETag": done["ETag"], "ChecksumSHA256": done["ChecksumSHA256"]})
    s3.complete_multipart_upload(**at, UploadId=begun["UploadId"], MultipartUpload={"Parts": parts})
    found = s3.get_object_attributes(**at, ObjectAttributes=["ObjectParts", "Checksum"], MaxParts=2)
    assert found["Checksum"]["ChecksumType"] == "COMPOSITE"
    listed = found["ObjectParts"]
    assert (listed["TotalPartsCount"], listed["IsTruncated"], listed["NextPartNumberMarker"]) == (3, True, 2)
    assert [(part["PartNumber"], part["Size"]) for part in listed["Parts"]] == [(1, 5 << 20), (2, 5 << 20)]
    assert [part["ChecksumSHA256"] for part in listed["Parts"]] == [
        part["ChecksumSHA256"] for part in parts[:2]
    ]
    for asked in (-1, 0):  # S3 takes no notice of what is no number of parts
        some = s3.get_object_attributes(**at, ObjectAttributes=["ObjectParts"], MaxParts=asked)
        assert len(some["ObjectParts"].get("Parts", ())) == (3 if asked < 0 else 0)
    rest = s3.get_object_attributes(**at, ObjectAttributes=["ObjectParts"], PartNumberMarker=2)
    assert [part["PartNumber"] for part in rest["ObjectParts"]["Parts"]] == [3]
    assert rest["ObjectParts"]["IsTruncated"] is False
