"""A gateway whose days are short carries out the rules of its buckets by itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from tests.forms import upload
from tests.gateway import Gateway


def _until(holds: Callable[[], bool], what: str) -> None:
    """Look again and again."""
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end, what
        time.sleep(0.1)


def test_rules_as_clients_put_them(gateway: Gateway, bucket: str) -> None:
    s3: Any = gateway.client()
    older = [{"ID": "a", "Expiration": {"Days": 31}, "Prefix": "test1/", "Status": "Enabled"}]
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": older})
    answer = s3.get_bucket_lifecycle_configuration(Bucket=bucket)
    assert answer["Rules"] == older
    assert answer["TransitionDefaultMinimumObjectSize"] == "all_storage_classes_128K"
    put = s3.put_object(Bucket=bucket, Key="test1/a", Body=b"x")
    assert put["Expiration"] == s3.head_object(Bucket=bucket, Key="test1/a")["Expiration"]
    assert put["Expiration"].endswith(', rule-id="a"')
    posted = upload(gateway, bucket, {"key": "test1/form"})
    assert posted.headers["x-amz-expiration"].endswith(', rule-id="a"')
    newer = [
        {
            "ID": "b",
            "Filter": {"And": {"Prefix": "p", "Tags": [{"Key": "k", "Value": "v"}]}},
            "Status": "Disabled",
            "NoncurrentVersionExpiration": {"NoncurrentDays": 3, "NewerNoncurrentVersions": 2},
        }
    ]
    s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": newer})
    assert s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"] == newer
    s3.delete_bucket_lifecycle(Bucket=bucket)


def test_the_operations_by_their_older_names(gateway: Gateway, bucket: str) -> None:
    s3: Any = gateway.client()
    rule = {"ID": "a", "Prefix": "logs/", "Status": "Enabled", "Expiration": {"Days": 3}}
    s3.put_bucket_lifecycle(Bucket=bucket, LifecycleConfiguration={"Rules": [rule]})
    assert s3.get_bucket_lifecycle(Bucket=bucket)["Rules"] == [rule]
    assert s3.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"] == [rule]
    s3.put_bucket_notification(Bucket=bucket, NotificationConfiguration={})
    assert "TopicConfiguration" not in s3.get_bucket_notification(Bucket=bucket)


@pytest.mark.slow
def test_short_days(new_gateway: Callable[..., Gateway]) -> None:
    gateway = new_gateway(S3GW_LIFECYCLE_DAY="1").start()
    s3: Any = gateway.client()
    for bucket in ("plain", "versions"):
        s3.create_bucket(Bucket=bucket)
    s3.put_bucket_versioning(Bucket="versions", VersioningConfiguration={"Status": "Enabled"})
    for bucket in ("plain", "versions"):
        for key in ("expire/1", "keep/1"):
            s3.put_object(Bucket=bucket, Key=key, Body=b"x")
        rules = [
            {
                "Filter": {"Prefix": "expire/", "ObjectSizeLessThan": 10},
                "Status": "Enabled",
                "Expiration": {"Days": 1},
                "NoncurrentVersionExpiration": {"NoncurrentDays": 1},
            },
            {
                "Filter": {"Prefix": "parts/"},
                "Status": "Enabled",
                "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1},
            },
        ]
        s3.put_bucket_lifecycle_configuration(Bucket=bucket, LifecycleConfiguration={"Rules": rules})
        s3.create_multipart_upload(Bucket=bucket, Key="parts/1")

    def left(bucket: str) -> list[str]:
        listed = s3.list_object_versions(Bucket=bucket)
        uploads = s3.list_multipart_uploads(Bucket=bucket).get("Uploads", [])
        return [
            one["Key"] for one in (*listed.get("Versions", []), *listed.get("DeleteMarkers", []), *uploads)
        ]

    _until(lambda: left("plain") == left("versions") == ["keep/1"], "expired")
    assert s3.head_object(Bucket="plain", Key="keep/1")["ContentLength"] == 1


@pytest.mark.slow
def test_what_a_rule_archives_can_be_read_and_restored(new_gateway: Callable[..., Gateway]) -> None:
    s3: Any = new_gateway(S3GW_LIFECYCLE_DAY="1").start().client()
    s3.create_bucket(Bucket="bucket")
    for key in ("glacier/1", "deep/1", "keep/1"):
        s3.put_object(Bucket="bucket", Key=key, Body=b"archived")
    rules = [
        {
            "Filter": {"Prefix": prefix},
            "Status": "Enabled",
            "Transitions": [{"Days": 1, "StorageClass": storage_class}],
        }
        for prefix, storage_class in (("glacier/", "GLACIER"), ("deep/", "DEEP_ARCHIVE"))
    ]
    s3.put_bucket_lifecycle_configuration(Bucket="bucket", LifecycleConfiguration={"Rules": rules})

    def classes() -> dict[str, str]:
        listed = s3.list_objects_v2(Bucket="bucket")["Contents"]
        return {one["Key"]: one["StorageClass"] for one in listed}

    moved = {"glacier/1": "GLACIER", "deep/1": "DEEP_ARCHIVE", "keep/1": "STANDARD"}
    _until(lambda: classes() == moved, "moved")
    for key in ("glacier/1", "deep/1"):
        restored = s3.restore_object(Bucket="bucket", Key=key, RestoreRequest={"Days": 1})
        assert restored["ResponseMetadata"]["HTTPStatusCode"] == 200
        assert s3.head_object(Bucket="bucket", Key=key)["Restore"].startswith('ongoing-request="false"')
        assert s3.get_object(Bucket="bucket", Key=key)["Body"].read() == b"archived"
