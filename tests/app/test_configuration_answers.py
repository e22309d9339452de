"""What is answered to configurations with ids, to logging and to access control lists, as S3 is recorded."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from tests import wire

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

    from tests.gateway import Gateway

LOG_DELIVERY = {"Type": "Group", "URI": "http://acs.amazonaws.com/groups/s3/LogDelivery"}


def refused(call: Any, **given: Any) -> tuple[int, dict[str, Any]]:
    """Status and error of an answer, without what every answer has of its own."""
    with pytest.raises(ClientError) as raised:
        call(**given)
    status = raised.value.response["ResponseMetadata"]["HTTPStatusCode"]
    error: dict[str, Any] = dict(raised.value.response["Error"])
    return status, {name: value for name, value in error.items() if name != "Resource"}


def status(answer: Any) -> int:
    """The status of a call that succeeded."""
    code: int = answer["ResponseMetadata"]["HTTPStatusCode"]
    return code


def inventory(name: str, **members: Any) -> Any:
    return {
        "Id": name,
        "Destination": {"S3BucketDestination": {"Bucket": "arn:aws:s3:::lists", "Format": "CSV"}},
        "IsEnabled": True,
        "IncludedObjectVersions": "All",
        "Schedule": {"Frequency": "Daily"},
        **members,
    }


def analytics(name: str) -> Any:
    return {"Id": name, "StorageClassAnalysis": {}}


def tiering(name: str) -> Any:
    return {"Id": name, "Status": "Enabled", "Tierings": [{"AccessTier": "ARCHIVE_ACCESS", "Days": 90}]}


def test_kept_configurations_are_answered_without_content(s3: S3Client, bucket: str) -> None:
    at: Any = {"Bucket": bucket, "Id": "a"}
    answers: list[Any] = [
        s3.put_bucket_analytics_configuration(**at, AnalyticsConfiguration=analytics("a")),
        s3.put_bucket_intelligent_tiering_configuration(**at, IntelligentTieringConfiguration=tiering("a")),
        s3.put_bucket_inventory_configuration(**at, InventoryConfiguration=inventory("a")),
        s3.put_bucket_metrics_configuration(**at, MetricsConfiguration={"Id": "a"}),
    ]
    assert [status(answer) for answer in answers] == [204] * 4


def test_a_document_of_another_id(s3: S3Client, bucket: str) -> None:
    at: Any = {"Bucket": bucket, "Id": "a"}
    code, error = refused(s3.put_bucket_inventory_configuration, **at, InventoryConfiguration=inventory("b"))
    message = "Document ID does not match the specified configuration ID."
    assert (code, error) == (400, {"Code": "IdMismatch", "Message": message})
    for call, given in (
        (s3.put_bucket_analytics_configuration, {"AnalyticsConfiguration": analytics("b")}),
        (s3.put_bucket_intelligent_tiering_configuration, {"IntelligentTieringConfiguration": tiering("b")}),
        (s3.put_bucket_metrics_configuration, {"MetricsConfiguration": {"Id": "b"}}),
    ):
        code, error = refused(call, **at, **given)
        assert (code, error["Code"]) == (400, "MalformedXML")


def test_an_inventory_of_what_objects_have_not(s3: S3Client, bucket: str) -> None:
    at: Any = {"Bucket": bucket, "Id": "a"}
    wrong = inventory("a", OptionalFields=["Size", "Colour"])
    assert refused(s3.put_bucket_inventory_configuration, **at, InventoryConfiguration=wrong)[0] == 400
    right = inventory("a", OptionalFields=["Size", "ObjectOwner"])
    s3.put_bucket_inventory_configuration(**at, InventoryConfiguration=right)
    assert s3.get_bucket_inventory_configuration(**at)["InventoryConfiguration"] == right


def test_logs_may_be_granted_any_permission(s3: S3Client, bucket: str) -> None:
    s3.delete_bucket_ownership_controls(Bucket=bucket)
    grants = [{"Grantee": LOG_DELIVERY, "Permission": name} for name in ("WRITE", "READ_ACP")]
    given: Any = {"TargetBucket": bucket, "TargetPrefix": "log", "TargetGrants": grants}
    s3.put_bucket_logging(Bucket=bucket, BucketLoggingStatus={"LoggingEnabled": given})
    assert s3.get_bucket_logging(Bucket=bucket)["LoggingEnabled"] == given


def test_no_logs_cross_regions(s3: S3Client, bucket: str) -> None:
    made = {region: f"{region}-{uuid.uuid4().hex[:12]}" for region in ("us-east-2", "us-west-2")}
    for region, name in made.items():
        s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": region})  # type: ignore[typeddict-item]
    west, east = made["us-west-2"], made["us-east-2"]
    error = {
        "Code": "CrossLocationLoggingProhibitted",
        "Message": "Cross S3 location logging not allowed. ",
        "TargetBucketLocation": "us-west-2",
    }
    given: Any = {"LoggingEnabled": {"TargetBucket": west, "TargetPrefix": "log"}}
    said = refused(s3.put_bucket_logging, Bucket=bucket, BucketLoggingStatus=given)
    assert said == (403, error)
    said = refused(s3.put_bucket_logging, Bucket=east, BucketLoggingStatus=given)
    assert said == (403, {**error, "SourceBucketLocation": "us-east-2"})
    policy = {"LoggingEnabled": {"TargetBucket": west, "TargetPrefix": "log"}}
    assert status(s3.put_bucket_logging(Bucket=west, BucketLoggingStatus=policy)) == 200  # type: ignore[arg-type]


def test_lists_whose_grantees_or_owners_are_nobody(s3: S3Client, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="key")
    owner = s3.list_buckets()["Owner"]
    nobody = "http://acs.amazonaws.com/groups/s3/Nobody"
    group = {"Grantee": {"Type": "Group", "URI": nobody}, "Permission": "READ"}
    for policy, argument in (
        ({"Owner": {"ID": "nobody"}, "Grants": []}, ("CanonicalUser/ID", "nobody", "Invalid id")),
        ({"Owner": owner, "Grants": [group]}, ("Group/URI", nobody, "Invalid group uri")),
    ):
        name, value, message = argument
        error = {"Code": "InvalidArgument", "Message": message, "ArgumentName": name, "ArgumentValue": value}
        given: Any = {"Bucket": bucket, "AccessControlPolicy": policy}
        assert refused(s3.put_bucket_acl, **given) == (400, error)
        assert refused(s3.put_object_acl, **given, Key="key") == (400, error)
    code, error = refused(s3.put_bucket_acl, Bucket=bucket, GrantRead=f'uri="{nobody}"')
    assert (code, error["ArgumentName"]) == (400, "uri")


def test_a_list_beside_a_canned_one(gateway: Gateway, s3: S3Client, bucket: str) -> None:
    owner = s3.list_buckets()["Owner"]["ID"]
    body = f"<AccessControlPolicy><Owner><ID>{owner}</ID></Owner></AccessControlPolicy>".encode()
    headers = {"x-amz-acl": "private"}
    said = wire.request(gateway, "PUT", f"/{bucket}", "acl=", headers=headers, body=body)
    assert (said.status, said.code) == (400, "UnexpectedContent")
    assert b"<Message>This request does not support content</Message>" in said.body
