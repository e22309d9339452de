"""Object lock as boto3 sees it: what ceph/s3-tests expects of it, and S3's recorded answers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from botocore.exceptions import ClientError

from tests.gateway import Gateway

SOON, LATER = datetime(2099, 1, 1, tzinfo=UTC), datetime(2099, 1, 3, tzinfo=UTC)
GOVERNANCE: dict[str, Any] = {"Mode": "GOVERNANCE", "RetainUntilDate": SOON}
ON, OFF = {"Status": "ON"}, {"Status": "OFF"}


@pytest.fixture
def s3(gateway: Gateway) -> Any:
    return gateway.client()


@pytest.fixture
def locking(s3: Any) -> str:
    """The name of a bucket that locks objects."""
    name = f"lock-{uuid4().hex}"
    s3.create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
    return name


@pytest.fixture
def plain(s3: Any) -> Iterator[str]:
    """The name of a bucket that does not, with an object "file1"."""
    name = f"plain-{uuid4().hex}"
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="file1", Body=b"abc")
    yield name
    empty(s3, name)


def empty(s3: Any, bucket: str) -> None:
    """Delete everything as ceph/s3-tests does after each test, wherever it is."""
    listed = s3.list_object_versions(Bucket=bucket)
    found = listed.get("Versions", []) + listed.get("DeleteMarkers", [])
    objects = [{"Key": one["Key"], "VersionId": one["VersionId"]} for one in found]
    if objects:
        said = s3.delete_objects(
            Bucket=bucket, Delete={"Objects": objects, "Quiet": True}, BypassGovernanceRetention=True
        )
        assert "Errors" not in said
    s3.delete_bucket(Bucket=bucket)


def refused(call: Any, **arguments: Any) -> tuple[int, str]:
    """Status and code of the error by which a call ends."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    response: Any = caught.value.response
    return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"]


def status(response: Any) -> int:
    found: int = response["ResponseMetadata"]["HTTPStatusCode"]
    return found


def rule(mode: str = "GOVERNANCE", enabled: str = "Enabled", **period: int) -> dict[str, Any]:
    return {"ObjectLockEnabled": enabled, "Rule": {"DefaultRetention": {"Mode": mode, **period}}}


def test_the_configuration_of_a_bucket(s3: Any, locking: str) -> None:
    put, get = s3.put_object_lock_configuration, s3.get_object_lock_configuration
    assert get(Bucket=locking)["ObjectLockConfiguration"] == {"ObjectLockEnabled": "Enabled"}
    for configuration in (rule(Days=1), rule("COMPLIANCE", Years=1), {"ObjectLockEnabled": "Enabled"}):
        assert status(put(Bucket=locking, ObjectLockConfiguration=configuration)) == 200
        assert get(Bucket=locking)["ObjectLockConfiguration"] == configuration
    assert s3.get_bucket_versioning(Bucket=locking)["Status"] == "Enabled"
    suspended = {"Bucket": locking, "VersioningConfiguration": {"Status": "Suspended"}}
    assert refused(s3.put_bucket_versioning, **suspended) == (409, "InvalidBucketState")


def test_the_configuration_of_a_bucket_without(s3: Any, plain: str) -> None:
    put = {"Bucket": plain, "ObjectLockConfiguration": rule(Days=1)}
    lacking = (404, "ObjectLockConfigurationNotFoundError")
    assert refused(s3.get_object_lock_configuration, Bucket=plain) == lacking
    assert refused(s3.put_object_lock_configuration, **put) == (409, "InvalidBucketState")
    for versioning in ("Suspended", "Enabled"):
        s3.put_bucket_versioning(Bucket=plain, VersioningConfiguration={"Status": versioning})
        if versioning == "Suspended":
            assert refused(s3.put_object_lock_configuration, **put) == (409, "InvalidBucketState")
    assert status(s3.put_object_lock_configuration(**put)) == 200


@pytest.mark.parametrize(
    ("configuration", "code"),
    [
        (rule(Days=1, Years=1), "MalformedXML"),
        (rule("abc", Years=1), "MalformedXML"),
        (rule("governance", Years=1), "MalformedXML"),
        (rule(enabled="Disabled", Years=1), "MalformedXML"),
        ({"Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}}, "MalformedXML"),
        ({}, "MalformedXML"),
        ({"ObjectLockEnabled": "Enabled", "Rule": {}}, "MalformedXML"),
        ({"ObjectLockEnabled": "Enabled", "Rule": {"DefaultRetention": {}}}, "MalformedXML"),
        (rule(), "MalformedXML"),
        (rule(Days=0), "InvalidArgument"),
        (rule(Years=-1), "InvalidArgument"),
        (rule(Days=999999999), "InvalidArgument"),
    ],
)
def test_configurations_that_are_none(s3: Any, locking: str, configuration: Any, code: str) -> None:
    asked = {"Bucket": locking, "ObjectLockConfiguration": configuration}
    assert refused(s3.put_object_lock_configuration, **asked) == (400, code)


def test_a_bucket_without_lock_has_no_locked_objects(s3: Any, plain: str) -> None:
    at = {"Bucket": plain, "Key": "file1"}
    for call, members in (
        (s3.put_object_retention, {"Retention": GOVERNANCE}),
        (s3.get_object_retention, {}),
        (s3.put_object_legal_hold, {"LegalHold": ON}),
        (s3.get_object_legal_hold, {}),
        (s3.put_object, {"ObjectLockLegalHoldStatus": "ON"}),
    ):
        assert refused(call, **at, **members) == (400, "InvalidRequest")


def test_the_retention_of_an_object(s3: Any, locking: str) -> None:
    at = {"Bucket": locking, "Key": "file1"}
    first = s3.put_object(**at, Body=b"abc")["VersionId"]
    second = s3.put_object(**at, Body=b"abc")["VersionId"]
    for retention in ({**GOVERNANCE, "Mode": "governance"}, {**GOVERNANCE, "Mode": "abc"}):
        assert refused(s3.put_object_retention, **at, Retention=retention) == (400, "MalformedXML")
    assert status(s3.put_object_retention(**at, Retention=GOVERNANCE)) == 200
    assert s3.get_object_retention(**at)["Retention"] == GOVERNANCE
    longer = {**GOVERNANCE, "RetainUntilDate": LATER}
    s3.put_object_retention(**at, VersionId=first, Retention=longer)
    assert s3.get_object_retention(**at, VersionId=first)["Retention"] == longer
    assert s3.get_object_retention(**at, VersionId=second)["Retention"] == GOVERNANCE
    empty(s3, locking)


def test_the_date_is_one_of_iso_8601(s3: Any, locking: str) -> None:
    at = {"Bucket": locking, "Key": "file1"}
    s3.put_object(**at, Body=b"abc")
    until = datetime.now(UTC) + timedelta(days=365)
    s3.put_object_retention(**at, Retention={"Mode": "GOVERNANCE", "RetainUntilDate": until})
    headers = s3.head_object(**at)["ResponseMetadata"]["HTTPHeaders"]
    shown = headers["x-amz-object-lock-retain-until-date"]
    assert datetime.fromisoformat(shown) == until.replace(microsecond=until.microsecond // 1000 * 1000)
    # What was shown can be set again.
    s3.put_object_retention(**at, Retention=s3.get_object_retention(**at)["Retention"])
    empty(s3, locking)


def test_retention_overrides_the_default(s3: Any, locking: str) -> None:
    at = {"Bucket": locking, "Key": "file1"}
    s3.put_object_lock_configuration(Bucket=locking, ObjectLockConfiguration=rule(Days=1))
    made = s3.put_object(**at, Body=b"abc")["VersionId"]
    head = s3.head_object(**at)
    assert head["ObjectLockMode"] == "GOVERNANCE"
    apart = head["ObjectLockRetainUntilDate"] - head["LastModified"] - timedelta(days=1)
    assert abs(apart) < timedelta(seconds=1)
    s3.put_object_retention(**at, Retention=GOVERNANCE)
    assert s3.get_object_retention(**at)["Retention"] == GOVERNANCE
    s3.delete_object(**at, VersionId=made, BypassGovernanceRetention=True)


def test_longer_and_shorter_retention(s3: Any, locking: str) -> None:
    at = {"Bucket": locking, "Key": "file1"}
    s3.put_object(**at, Body=b"abc")
    longer = {**GOVERNANCE, "RetainUntilDate": LATER}
    s3.put_object_retention(**at, Retention=GOVERNANCE)
    s3.put_object_retention(**at, Retention=longer)
    assert s3.get_object_retention(**at)["Retention"] == longer
    assert refused(s3.put_object_retention, **at, Retention=GOVERNANCE) == (403, "AccessDenied")
    s3.put_object_retention(**at, Retention=GOVERNANCE, BypassGovernanceRetention=True)
    assert s3.get_object_retention(**at)["Retention"] == GOVERNANCE
    assert refused(s3.put_object_retention, **at, Retention={}) == (403, "AccessDenied")
    s3.put_object_retention(**at, Retention={}, BypassGovernanceRetention=True)
    assert refused(s3.get_object_retention, **at) == (404, "NoSuchObjectLockConfiguration")
    empty(s3, locking)


@pytest.mark.parametrize(
    ("mode", "wanted", "bypass", "allowed"),
    [
        ("GOVERNANCE", "COMPLIANCE", True, True),
        ("GOVERNANCE", "COMPLIANCE", False, False),
        ("COMPLIANCE", "GOVERNANCE", False, False),
        ("COMPLIANCE", "GOVERNANCE", True, False),
    ],
)
@pytest.mark.slow
def test_changing_the_mode(
    s3: Any, locking: str, mode: str, wanted: str, bypass: bool, allowed: bool
) -> None:
    at = {"Bucket": locking, "Key": "file1"}
    # boto3 sends fractions of a second in a document and not in a header
    until = datetime.now(UTC) + timedelta(days=1)
    s3.put_object(**at, Body=b"abc", ObjectLockMode=mode, ObjectLockRetainUntilDate=until)
    asked = {"Retention": {"Mode": wanted, "RetainUntilDate": until}} | (
        {"BypassGovernanceRetention": True} if bypass else {}
    )
    if allowed:
        assert status(s3.put_object_retention(**at, **asked)) == 200
        assert s3.get_object_retention(**at)["Retention"]["Mode"] == wanted
    else:
        assert refused(s3.put_object_retention, **at, **asked) == (403, "AccessDenied")
        assert s3.get_object_retention(**at)["Retention"]["Mode"] == mode


@pytest.mark.parametrize("parts", [False, True])
def test_deleting_what_is_retained(s3: Any, locking: str, parts: bool) -> None:
    at = {"Bucket": locking, "Key": "file1"}
    version = {**at, "VersionId": put(s3, at, parts=parts)}
    s3.put_object_retention(**at, Retention=GOVERNANCE)
    assert refused(s3.delete_object, **version) == (403, "AccessDenied")
    marker = s3.delete_object(**at)
    assert marker["DeleteMarker"]
    assert refused(s3.delete_object, **version) == (403, "AccessDenied")
    of_marker = {**at, "VersionId": marker["VersionId"]}
    retention = {"Retention": GOVERNANCE}
    assert refused(s3.put_object_retention, **of_marker, **retention) == (405, "MethodNotAllowed")
    assert status(s3.delete_object(**of_marker)) == 204
    assert refused(s3.delete_object, **version) == (403, "AccessDenied")
    assert status(s3.delete_object(**version, BypassGovernanceRetention=True)) == 204
    s3.delete_bucket(Bucket=locking)


@pytest.mark.parametrize("parts", [False, True])
def test_deleting_what_is_held(s3: Any, locking: str, parts: bool) -> None:
    at = {"Bucket": locking, "Key": "file1"}
    version = {**at, "VersionId": put(s3, at, parts=parts)}
    assert refused(s3.get_object_legal_hold, **at) == (404, "NoSuchObjectLockConfiguration")
    assert refused(s3.put_object_legal_hold, **at, LegalHold={"Status": "abc"}) == (400, "MalformedXML")
    for _ in range(2):
        assert status(s3.put_object_legal_hold(**at, LegalHold=ON)) == 200
        assert s3.get_object_legal_hold(**at)["LegalHold"] == ON
        assert refused(s3.delete_object, **version) == (403, "AccessDenied")
        assert refused(s3.delete_object, **version, BypassGovernanceRetention=True) == (403, "AccessDenied")
        assert status(s3.put_object_legal_hold(**at, LegalHold=OFF)) == 200
        assert s3.get_object_legal_hold(**at)["LegalHold"] == OFF
    assert status(s3.delete_object(**version)) == 204
    s3.delete_bucket(Bucket=locking)


def put(s3: Any, at: dict[str, Any], *, parts: bool) -> str:
    """Put an object, in parts or not; its version."""
    if not parts:
        return str(s3.put_object(**at, Body=b"abc")["VersionId"])
    upload = {**at, "UploadId": s3.create_multipart_upload(**at)["UploadId"]}
    part = s3.upload_part(**upload, PartNumber=1, Body=b"abc")
    chosen = {"Parts": [{"PartNumber": 1, "ETag": part["ETag"]}]}
    return str(s3.complete_multipart_upload(**upload, MultipartUpload=chosen)["VersionId"])


def test_deleting_several_of_which_one_is_retained(s3: Any, locking: str) -> None:
    versions = {
        key: s3.put_object(Bucket=locking, Key=key, Body=b"abc")["VersionId"] for key in ("file1", "file2")
    }
    s3.put_object_retention(Bucket=locking, Key="file1", VersionId=versions["file1"], Retention=GOVERNANCE)
    objects = [{"Key": key, "VersionId": version} for key, version in versions.items()]
    said = s3.delete_objects(Bucket=locking, Delete={"Objects": objects})
    assert [one["Key"] for one in said["Deleted"]] == ["file2"]
    (failed,) = said["Errors"]
    assert failed == {
        "Key": "file1",
        "VersionId": versions["file1"],
        "Code": "AccessDenied",
        "Message": "Access Denied because object protected by object lock.",
    }
    said = s3.delete_objects(Bucket=locking, Delete={"Objects": objects}, BypassGovernanceRetention=True)
    assert "Errors" not in said
    s3.delete_bucket(Bucket=locking)


def test_a_lock_given_with_an_upload(s3: Any, locking: str) -> None:
    at = {"Bucket": locking, "Key": "file1"}
    s3.put_object(
        **at,
        Body=b"abc",
        ObjectLockMode="GOVERNANCE",
        ObjectLockRetainUntilDate=SOON,
        ObjectLockLegalHoldStatus="ON",
    )
    for call in (s3.head_object, s3.get_object):
        shown = call(**at)
        assert shown["ObjectLockMode"] == "GOVERNANCE"
        assert shown["ObjectLockRetainUntilDate"] == SOON
        assert shown["ObjectLockLegalHoldStatus"] == "ON"
        if "Body" in shown:
            assert shown["Body"].read() == b"abc"
    s3.put_object_legal_hold(**at, LegalHold=OFF)
    empty(s3, locking)


def test_tools_that_empty_any_bucket_can(s3: Any, plain: str) -> None:
    s3.put_object(Bucket=plain, Key="file2", Body=b"abc")
    asked = {"Bucket": plain, "Delete": {"Objects": [{"Key": "file2"}]}, "BypassGovernanceRetention": True}
    assert refused(s3.delete_objects, **asked) == (400, "InvalidArgument")
