"""What AWS's answers say beside the obvious: errors' fields, headers, and members that are not for everyone.

Each was compared with an answer of AWS itself.
"""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from botocore import UNSIGNED
from botocore.exceptions import ClientError

from tests.gateway import Gateway

GROUP = "http://acs.amazonaws.com/groups/s3/Nobodys"
READERS = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers"


def refused(call: Any, **arguments: Any) -> tuple[int, dict[str, str]]:
    """The status and the error of a call, without the path, which AWS's answers do not have."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    answer: Any = caught.value.response
    error = {name: text for name, text in answer["Error"].items() if name != "Resource"}
    return answer["ResponseMetadata"]["HTTPStatusCode"], error


def wrong(name: str, value: str, message: str) -> tuple[int, dict[str, str]]:
    """An InvalidArgument about `name`."""
    return 400, {"Code": "InvalidArgument", "Message": message, "ArgumentName": name, "ArgumentValue": value}


def versioned(s3: Any, bucket: str, status: str = "Enabled") -> None:
    """Set the bucket's versioning."""
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": status})


@pytest.mark.parametrize("kind", ["bucket", "object"])
def test_documents_of_lists_name_what_is_wrong_in_them(s3: Any, bucket: str, kind: str) -> None:
    if kind == "bucket":
        put, at = s3.put_bucket_acl, {"Bucket": bucket}
    else:
        put, at = s3.put_object_acl, {"Bucket": bucket, "Key": "key"}
        s3.put_object(**at, Body=b"data")
    owner = s3.get_bucket_acl(Bucket=bucket)["Owner"]
    readable = {"Grantee": {"Type": "Group", "URI": READERS}, "Permission": "READ"}
    policy = {"Owner": {"ID": "somebody"}, "Grants": [readable]}
    assert refused(put, **at, AccessControlPolicy=policy) == wrong(
        "CanonicalUser/ID", "somebody", "Invalid id"
    )
    unknown = {"Grantee": {"Type": "Group", "URI": GROUP}, "Permission": "READ"}
    policy = {"Owner": owner, "Grants": [unknown]}
    assert refused(put, **at, AccessControlPolicy=policy) == wrong("Group/URI", GROUP, "Invalid group uri")
    assert refused(put, **at, GrantRead=f'uri="{GROUP}"') == wrong("uri", GROUP, "Invalid group uri")
    policy = {"Owner": owner, "Grants": []}
    assert refused(put, **at, ACL="private", AccessControlPolicy=policy) == (
        400,
        {"Code": "UnexpectedContent", "Message": "This request does not support content"},
    )


def test_what_is_written_to_a_delete_marker_is_not_allowed(s3: Any, bucket: str) -> None:
    versioned(s3, bucket)
    at = {"Bucket": bucket, "Key": "key"}
    s3.put_object(**at, Body=b"data")
    marker = s3.delete_object(**at)["VersionId"]
    not_allowed = (
        405,
        {
            "Code": "MethodNotAllowed",
            "Message": "The specified method is not allowed against this resource.",
            "Method": "PUT",
            "ResourceType": "DeleteMarker",
        },
    )
    for addressed in (at, {**at, "VersionId": marker}):
        assert refused(s3.put_object_acl, **addressed, ACL="private") == not_allowed
        assert refused(s3.put_object_tagging, **addressed, Tagging={"TagSet": []}) == not_allowed
    for read in (s3.get_object_acl, s3.get_object_tagging, s3.get_object):
        status, error = refused(read, **at)
        assert (status, error["Code"], error["Key"]) == (404, "NoSuchKey", "key")
    assert refused(s3.head_object, **at)[0] == 404


def test_suspended_versioning_tells_writers_of_no_version(s3: Any, bucket: str) -> None:
    versioned(s3, bucket, "Suspended")
    at = {"Bucket": bucket, "Key": "key"}
    assert "VersionId" not in s3.put_object(**at, Body=b"data")
    upload = {**at, "UploadId": s3.create_multipart_upload(**at)["UploadId"]}
    part = {"PartNumber": 1, "ETag": s3.upload_part(**upload, PartNumber=1, Body=b"part")["ETag"]}
    for _ in range(2):  # the repeated one is answered from what was remembered
        done = s3.complete_multipart_upload(**upload, MultipartUpload={"Parts": [part]})
        assert "VersionId" not in done
    assert s3.get_object(**at)["VersionId"] == "null"
    assert s3.delete_object(**at)["VersionId"] == "null"
    versioned(s3, bucket)
    assert s3.put_object(**at, Body=b"data")["VersionId"] != "null"


def test_a_wrong_part_is_named_without_quotes(s3: Any, bucket: str) -> None:
    at = {"Bucket": bucket, "Key": "key"}
    upload = {**at, "UploadId": s3.create_multipart_upload(**at)["UploadId"]}
    etag = s3.upload_part(**upload, PartNumber=1, Body=b"part")["ETag"]
    assert etag.startswith('"')
    parts = [{"PartNumber": 4, "ETag": etag}]
    _, error = refused(s3.complete_multipart_upload, **upload, MultipartUpload={"Parts": parts})
    assert (error["Code"], error["PartNumber"], error["ETag"]) == ("InvalidPart", "4", etag.strip('"'))


def test_pages_of_keys_tell_the_region(s3: Any, bucket: str) -> None:
    other = f"test-{uuid.uuid4().hex[:16]}"
    s3.create_bucket(Bucket=other, CreateBucketConfiguration={"LocationConstraint": "eu-west-1"})
    for name, region in ((bucket, "us-east-1"), (other, "eu-west-1")):
        for listing in (s3.list_objects, s3.list_objects_v2):
            headers = listing(Bucket=name)["ResponseMetadata"]["HTTPHeaders"]
            assert headers["x-amz-bucket-region"] == region


def test_owners_are_not_told_to_nobody(gateway: Gateway, s3: Any, bucket: str) -> None:
    s3.delete_bucket_ownership_controls(Bucket=bucket)
    s3.delete_public_access_block(Bucket=bucket)
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read")
    s3.put_object(Bucket=bucket, Key="key", Body=b"data")
    (seen,) = gateway.client(signature_version=UNSIGNED).list_objects(Bucket=bucket)["Contents"]
    assert seen["Key"] == "key"
    assert "Owner" not in seen
    (seen,) = s3.list_objects(Bucket=bucket)["Contents"]
    assert seen["Owner"]["ID"]


def test_creating_again_succeeds_in_the_first_region_only(s3: Any, bucket: str) -> None:
    s3.create_bucket(Bucket=bucket)
    far = {"LocationConstraint": "eu-west-1"}
    name = f"test-{uuid.uuid4().hex[:16]}"
    s3.create_bucket(Bucket=name, CreateBucketConfiguration=far)
    message = "Your previous request to create the named bucket succeeded and you already own it."
    for again in (
        {"Bucket": name},
        {"Bucket": name, "CreateBucketConfiguration": far},
        {"Bucket": bucket, "CreateBucketConfiguration": far},
    ):
        assert refused(s3.create_bucket, **again) == (
            409,
            {"Code": "BucketAlreadyOwnedByYou", "Message": message, "BucketName": again["Bucket"]},
        )
    assert s3.get_bucket_location(Bucket=bucket)["LocationConstraint"] is None


def test_an_empty_index_document_is_shown_as_it_is(s3: Any, bucket: str) -> None:
    website = {"IndexDocument": {"Suffix": ""}}
    _, error = refused(s3.put_bucket_website, Bucket=bucket, WebsiteConfiguration=website)
    assert error["Code"] == "InvalidArgument"
    assert not error["ArgumentValue"]
