"""What AWS was recorded to answer where its documentation says less, or something else."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.gateway import Gateway


def refused(call: Any, **arguments: Any) -> dict[str, str]:
    """The error document that the call is answered with, as boto3 reads it."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    error: Any = caught.value.response["Error"]
    return {name: value for name, value in error.items() if name != "Resource"}


def test_writes_to_a_suspended_bucket_show_no_version_but_copies_do(gateway: Gateway, bucket: str) -> None:
    s3: Any = gateway.client()
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Suspended"})
    at = {"Bucket": bucket, "Key": "key"}
    assert "VersionId" not in s3.put_object(**at, Body=b"data")
    assert s3.copy_object(Bucket=bucket, Key="copy", CopySource=at)["VersionId"] == "null"
    upload = {**at, "UploadId": s3.create_multipart_upload(**at)["UploadId"]}
    etag = s3.upload_part(**upload, PartNumber=1, Body=b"part")["ETag"]
    parts = {"Parts": [{"PartNumber": 1, "ETag": etag}]}
    assert "VersionId" not in s3.complete_multipart_upload(**upload, MultipartUpload=parts)
    assert s3.get_object(**at)["VersionId"] == s3.head_object(**at)["VersionId"] == "null"
    assert s3.delete_object(**at)["VersionId"] == "null"


def test_tags_of_a_bucket_are_stored_without_content(gateway: Gateway, bucket: str) -> None:
    s3: Any = gateway.client()
    some = {"TagSet": [{"Key": "a", "Value": ""}]}
    answer = s3.put_bucket_tagging(Bucket=bucket, Tagging=some)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] == 204
    assert s3.get_bucket_tagging(Bucket=bucket)["TagSet"] == some["TagSet"]
    s3.put_bucket_tagging(Bucket=bucket, Tagging={"TagSet": []})
    assert refused(s3.get_bucket_tagging, Bucket=bucket)["Code"] == "NoSuchTagSet"


def test_tags_that_are_refused_are_named(gateway: Gateway, bucket: str) -> None:
    s3: Any = gateway.client()
    error = refused(s3.put_bucket_tagging, Bucket=bucket, Tagging={"TagSet": [{"Key": "k", "Value": "1,2"}]})
    assert error == {
        "Code": "InvalidTag",
        "Message": "The TagValue you have provided is invalid",
        "TagKey": "k",
        "TagValue": "1,2",
    }
    for header in ("a=1&a=2", "a=1,b=2"):
        error = refused(s3.put_object, Bucket=bucket, Key="key", Tagging=header)
        assert error["Code"] == "InvalidArgument"
        assert (error["ArgumentName"], error["ArgumentValue"]) == ("x-amz-tagging", header)


def test_an_empty_policy_is_malformed(gateway: Gateway, bucket: str) -> None:
    error = refused(gateway.client().put_bucket_policy, Bucket=bucket, Policy="")
    message = "Policies must be valid JSON and the first byte must be '{'"
    assert error == {"Code": "MalformedPolicy", "Message": message}


def test_acceleration_looks_at_the_name_first(gateway: Gateway, bucket: str) -> None:
    s3: Any = gateway.client()
    s3.create_bucket(Bucket=f"dotted.{bucket}")
    wrong = {"AccelerateConfiguration": {"Status": "random"}}
    assert refused(s3.put_bucket_accelerate_configuration, Bucket=bucket, **wrong)["Code"] == "MalformedXML"
    error = refused(s3.put_bucket_accelerate_configuration, Bucket=f"dotted.{bucket}", **wrong)
    assert error["Code"] == "InvalidRequest"


def test_an_id_of_other_letters_was_never_given_out(gateway: Gateway, bucket: str) -> None:
    s3: Any = gateway.client()
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    at = {"Bucket": bucket, "Key": "key"}
    kept = s3.put_object(**at, Body=b"data")["VersionId"]
    wrong = kept[:-4] + "ABCD"
    for call in (s3.get_object, s3.delete_object):
        error = refused(call, **at, VersionId=wrong)
        assert (error["Code"], error["ArgumentValue"]) == ("InvalidArgument", wrong)
    answer = s3.delete_objects(Bucket=bucket, Delete={"Objects": [{"Key": "key", "VersionId": wrong}]})
    assert [error["Code"] for error in answer["Errors"]] == ["NoSuchVersion"]
    assert s3.get_object(**at, VersionId=kept)["Body"].read() == b"data"


def test_a_wrong_token_is_not_repeated(gateway: Gateway, bucket: str) -> None:
    s3: Any = gateway.client()
    for token in ("", "wrong"):
        error = refused(s3.list_objects_v2, Bucket=bucket, ContinuationToken=token)
        assert error == {
            "Code": "InvalidArgument",
            "Message": "The continuation token provided is incorrect",
            "ArgumentName": "continuation-token",
        }
