"""Published failures of access control, replayed on a real gateway by its owner and by anybody."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore import UNSIGNED
from botocore.exceptions import ClientError
from mypy_boto3_s3 import S3Client

from tests import wire
from tests.gateway import Gateway


@pytest.fixture
def anybody(gateway: Gateway) -> S3Client:
    """A client without a key."""
    return gateway.client(signature_version=UNSIGNED)


def statement(bucket: str, action: Any, *, key: str | None = "*", **members: Any) -> dict[str, Any]:
    """An Allow to everybody, changed by `members`."""
    resource = f"arn:aws:s3:::{bucket}" + ("" if key is None else f"/{key}")
    return {"Effect": "Allow", "Principal": "*", "Action": action, "Resource": resource} | members


def allow(s3: S3Client, bucket: str, *statements: dict[str, Any]) -> None:
    """Let the bucket be public, by a policy of these statements."""
    s3.delete_public_access_block(Bucket=bucket)
    policy = {"Version": "2012-10-17", "Statement": list(statements)}
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps(policy))


def refused(call: Any, **arguments: Any) -> str:
    """The code of the error by which a call ends."""
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return str(caught.value.response["Error"]["Code"])


def unsigned(gateway: Gateway, method: str, target: str, **headers: str) -> wire.Answer:
    """A request without a signature; underscores in the names of headers are hyphens."""
    given = {"host": f"127.0.0.1:{gateway.port}", "content-length": "0"}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    return wire.raw(gateway, wire.head(method, target, given), method)


def test_case_05_streaming_put_without_permission(gateway: Gateway, s3: S3Client, bucket: str) -> None:
    allow(s3, bucket, statement(bucket, "s3:PutObject", Effect="Deny"))
    said = wire.trailer_put(gateway, f"/{bucket}/k", wire.frame(b"data"), decoded=4)
    assert (said.status, said.code) == (403, "AccessDenied")
    assert s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


def test_case_13_part_copied_from_what_may_not_be_read(s3: S3Client, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="secret", Body=b"data")
    allow(s3, bucket, statement(bucket, ["s3:GetObject", "s3:GetObjectVersion"], key="secret", Effect="Deny"))
    upload = s3.create_multipart_upload(Bucket=bucket, Key="k")["UploadId"]
    for source in (f"{bucket}/secret", f"/{bucket}/secret?versionId=null"):
        given = {"Bucket": bucket, "Key": "k", "CopySource": source}
        assert refused(s3.upload_part_copy, UploadId=upload, PartNumber=1, **given) == "AccessDenied"
        assert refused(s3.copy_object, **given) == "AccessDenied"
    s3.abort_multipart_upload(Bucket=bucket, Key="k", UploadId=upload)


def test_case_14_a_version_needs_its_own_action(s3: S3Client, anybody: S3Client, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="k", Body=b"data")
    allow(s3, bucket, statement(bucket, ["s3:GetObject", "s3:PutObject"]))
    assert anybody.get_object(Bucket=bucket, Key="k")["Body"].read() == b"data"
    assert refused(anybody.get_object, Bucket=bucket, Key="k", VersionId="null") == "AccessDenied"
    source = {"Bucket": bucket, "Key": "k", "VersionId": "null"}
    assert refused(anybody.copy_object, Bucket=bucket, Key="c", CopySource=source) == "AccessDenied"
    anybody.copy_object(Bucket=bucket, Key="c", CopySource={"Bucket": bucket, "Key": "k"})


def test_case_17_one_decision_on_one_key(gateway: Gateway, s3: S3Client, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="secret", Body=b"data")
    s3.put_object(Bucket=bucket, Key="open/x", Body=b"open")
    allow(s3, bucket, statement(bucket, "s3:GetObject", key="open/*"))
    assert unsigned(gateway, "GET", f"/{bucket}/open%2Fx").body == b"open"
    for path in ("open/../secret", "open%2F..%2Fsecret", "open%2f%2e%2e%2fsecret", "secret", "./secret"):
        said = unsigned(gateway, "GET", f"/{bucket}/{path}")
        assert (said.status, said.code) == (403, "AccessDenied"), path


def test_case_19_a_private_key_is_the_same_whether_it_exists(
    gateway: Gateway, s3: S3Client, bucket: str
) -> None:
    etag = s3.put_object(Bucket=bucket, Key="k", Body=b"data")["ETag"]
    answers = []
    for key in ("k", "missing"):
        for headers in ({"if_match": etag}, {"if_none_match": etag}, {"if_none_match": "*"}, {"range": "a"}):
            said = unsigned(gateway, "GET", f"/{bucket}/{key}", **headers)
            answers.append((said.status, said.code, said.headers["ETag"]))
    assert set(answers) == {(403, "AccessDenied", None)}


def test_case_20_versions_of_a_blocked_bucket(s3: S3Client, anybody: S3Client, bucket: str) -> None:
    allow(s3, bucket, statement(bucket, ["s3:ListBucketVersions", "s3:ListBucket"], key=None))
    anybody.list_object_versions(Bucket=bucket)
    block = {"RestrictPublicBuckets": True}
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=block)  # type: ignore[arg-type]
    assert refused(anybody.list_object_versions, Bucket=bucket) == "AccessDenied"
    assert refused(anybody.list_objects_v2, Bucket=bucket) == "AccessDenied"
    s3.list_object_versions(Bucket=bucket)


def test_case_21_a_spoofed_address(gateway: Gateway, s3: S3Client, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="k", Body=b"data")
    inside = {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}
    allow(s3, bucket, statement(bucket, "s3:GetObject", Condition=inside))
    for name in ("x_forwarded_for", "x_real_ip", "forwarded", "true_client_ip"):
        said = unsigned(gateway, "GET", f"/{bucket}/k", **{name: "10.1.2.3"})
        assert (said.status, said.code) == (403, "AccessDenied")
    here = {"IpAddress": {"aws:SourceIp": "127.0.0.1"}}
    allow(s3, bucket, statement(bucket, "s3:GetObject", Condition=here))
    assert unsigned(gateway, "GET", f"/{bucket}/k", x_forwarded_for="10.1.2.3").status == 200


def test_case_22_a_header_is_no_policy_variable(gateway: Gateway, s3: S3Client, bucket: str) -> None:
    s3.put_object(Bucket=bucket, Key="alice/k", Body=b"data")
    variables = [
        statement(bucket, "s3:GetObject", key=f"${{{name}}}/*")
        for name in ("aws:username", "aws:Referer", "aws:UserAgent", "s3:prefix")
    ]
    allow(s3, bucket, *variables)
    for query in ("", "?prefix=alice", "?aws:username=alice"):
        said = unsigned(
            gateway, "GET", f"/{bucket}/alice/k{query}", referer="alice", user_agent="alice", username="alice"
        )
        assert (said.status, said.code) == (403, "AccessDenied")


def test_case_23_a_denial_of_any_other_value_holds(s3: S3Client, anybody: S3Client, bucket: str) -> None:
    names = "s3:RequestObjectTagKeys"
    allow(
        s3,
        bucket,
        statement(
            bucket, "s3:PutObject", Condition={"ForAllValues:StringNotEquals": {names: ["secret", "cost"]}}
        ),
    )
    given = {"Bucket": bucket, "Key": "k", "Body": b""}
    assert refused(anybody.put_object, Tagging="a=1&secret=1", **given) == "AccessDenied"
    allow(
        s3,
        bucket,
        statement(bucket, "s3:PutObject"),
        statement(
            bucket,
            "s3:PutObject",
            Effect="Deny",
            Condition={"ForAnyValue:StringNotEquals": {names: ["a", "b"]}},
        ),
    )
    assert refused(anybody.put_object, Tagging="a=1&secret=1", **given) == "AccessDenied"


def test_case_25_a_denied_bypass(s3: S3Client, anybody: S3Client, bucket: str) -> None:
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    s3.put_object_lock_configuration(Bucket=bucket, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled"})
    soon, later = datetime(2098, 1, 1, tzinfo=UTC), datetime(2099, 1, 1, tzinfo=UTC)
    version = s3.put_object(
        Bucket=bucket,
        Key="k",
        Body=b"data",
        ObjectLockMode="GOVERNANCE",
        ObjectLockRetainUntilDate=later,
    )["VersionId"]
    one: Any = {"Bucket": bucket, "Key": "k", "VersionId": version, "BypassGovernanceRetention": True}
    shorter: Any = {"Retention": {"Mode": "GOVERNANCE", "RetainUntilDate": soon}}
    several: Any = {
        "Bucket": bucket,
        "Delete": {"Objects": [{"Key": "k", "VersionId": version}]},
        "BypassGovernanceRetention": True,
    }

    def stays(client: S3Client) -> None:
        assert refused(client.delete_object, **one) == "AccessDenied"
        assert refused(client.put_object_retention, **one, **shorter) == "AccessDenied"
        (error,) = client.delete_objects(**several)["Errors"]
        assert (error["Code"], error["Message"]) == ("AccessDenied", "Access Denied")
        assert s3.get_object_retention(Bucket=bucket, Key="k")["Retention"]["RetainUntilDate"] == later

    every = statement(bucket, "s3:*", key="*")
    allow(s3, bucket, every, statement(bucket, "s3:BypassGovernanceRetention", Effect="Deny"))
    stays(s3)
    stays(anybody)
    # Who may do everything else with the object may not do this.
    may = ["s3:DeleteObjectVersion", "s3:DeleteObject", "s3:PutObjectRetention", "s3:GetObject"]
    allow(s3, bucket, statement(bucket, may))
    stays(anybody)
    # To be allowed it is not enough: it must be asked for.
    allow(s3, bucket, every)
    del one["BypassGovernanceRetention"]
    assert refused(anybody.delete_object, **one) == "AccessDenied"
    assert refused(anybody.put_object_retention, **one, **shorter) == "AccessDenied"
    s3.put_object_legal_hold(Bucket=bucket, Key="k", LegalHold={"Status": "ON"})
    one["BypassGovernanceRetention"] = True
    assert refused(anybody.delete_object, **one) == "AccessDenied"
    s3.put_object_legal_hold(Bucket=bucket, Key="k", LegalHold={"Status": "OFF"})
    anybody.put_object_retention(**one, **shorter)
    anybody.delete_object(**one)
