"""What copies and completions answer where S3's answers surprise, as recordings of it show."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def refused(call: Any, **given: Any) -> dict[str, Any]:
    """The error that a call is answered with, without what every answer has of its own."""
    with pytest.raises(ClientError) as raised:
        call(**given)
    error: dict[str, Any] = dict(raised.value.response["Error"])
    return {name: value for name, value in error.items() if name not in ("Message", "Resource")}


def test_what_is_under_a_kms_key_is_copied_onto_itself_without_it(s3: S3Client, bucket: str) -> None:
    at: Any = {"Bucket": bucket, "Key": "secret"}
    s3.put_object(**at, Body=b"text", ServerSideEncryption="aws:kms")
    copied: Any = s3.copy_object(**at, CopySource=f"{bucket}/secret")
    assert copied["ServerSideEncryption"] == "AES256"
    head: Any = s3.head_object(**at)
    assert head["ServerSideEncryption"] == "AES256"
    assert "SSEKMSKeyId" not in head
    # Now nothing would change any more.
    assert refused(s3.copy_object, **at, CopySource=f"{bucket}/secret") == {"Code": "InvalidRequest"}


def test_a_source_without_a_version_of_its_own_is_not_named(s3: S3Client, bucket: str) -> None:
    at: Any = {"Bucket": bucket, "Key": "key"}
    s3.put_object(**at, Body=b"text")
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
    copied: Any = s3.copy_object(Bucket=bucket, Key="copy", CopySource=f"{bucket}/key")
    assert copied["VersionId"] == "null"
    assert "CopySourceVersionId" not in copied
    upload: Any = {"Bucket": bucket, "Key": "parts"}
    upload["UploadId"] = s3.create_multipart_upload(**upload)["UploadId"]
    part: Any = s3.upload_part_copy(**upload, PartNumber=1, CopySource=f"{bucket}/key")
    assert "CopySourceVersionId" not in part
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    version = s3.put_object(**at, Body=b"text")["VersionId"]
    copied = s3.copy_object(Bucket=bucket, Key="copy", CopySource=f"{bucket}/key")
    assert copied["CopySourceVersionId"] == version
    named = s3.copy_object(Bucket=bucket, Key="copy", CopySource=f"{bucket}/key?versionId=null")
    assert named["CopySourceVersionId"] == "null"


def test_a_source_without_a_key(s3: S3Client, bucket: str) -> None:
    said = refused(s3.copy_object, Bucket=bucket, Key="copy", CopySource=bucket)
    header = "x-amz-copy-source"
    assert said == {"Code": "InvalidArgument", "ArgumentName": header, "ArgumentValue": header}


def test_completing_no_upload_without_parts(s3: S3Client, bucket: str) -> None:
    at: Any = {"Bucket": bucket, "Key": "key"}
    said = refused(s3.complete_multipart_upload, **at, UploadId="none")
    assert said == {"Code": "NoSuchUpload", "UploadId": "none"}
    upload = s3.create_multipart_upload(**at)["UploadId"]
    assert refused(s3.complete_multipart_upload, **at, UploadId=upload) == {"Code": "InvalidRequest"}


def test_a_part_that_is_not_there_is_told_without_the_quotes_of_its_etag(s3: S3Client, bucket: str) -> None:
    upload: Any = {"Bucket": bucket, "Key": "key"}
    upload["UploadId"] = s3.create_multipart_upload(**upload)["UploadId"]
    etag = s3.upload_part(**upload, PartNumber=1, Body=b"part")["ETag"]
    parts = {"Parts": [{"PartNumber": 2, "ETag": etag}]}
    assert refused(s3.complete_multipart_upload, **upload, MultipartUpload=parts) == {
        "Code": "InvalidPart",
        "PartNumber": "2",
        "ETag": etag.strip('"'),
        "UploadId": upload["UploadId"],
    }
