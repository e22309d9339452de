"""Who may lock objects, for how long, and who is shown that they are locked."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from botocore import UNSIGNED
from botocore.exceptions import ClientError

from tests import forms, wire
from tests.gateway import Gateway

UNTIL = datetime(2099, 1, 1, tzinfo=UTC)


@pytest.fixture
def s3(gateway: Gateway) -> Any:
    return gateway.client()


@pytest.fixture
def anybody(gateway: Gateway) -> Any:
    """A client without a key."""
    return gateway.client(signature_version=UNSIGNED)


@pytest.fixture
def locking(s3: Any) -> str:
    """A bucket that locks objects and may be public."""
    name = f"lock-{uuid4().hex}"
    s3.create_bucket(Bucket=name, ObjectLockEnabledForBucket=True)
    s3.delete_public_access_block(Bucket=name)
    return name


def allow(s3: Any, bucket: str, *actions: str, **members: Any) -> None:
    """Let everybody do these actions on the bucket's keys; `members` change the statement."""
    said = {"Effect": "Allow", "Principal": "*", "Action": list(actions)} | members
    said["Resource"] = f"arn:aws:s3:::{bucket}/*"
    s3.put_bucket_policy(Bucket=bucket, Policy=json.dumps({"Version": "2012-10-17", "Statement": [said]}))


def deny(s3: Any, bucket: str, *actions: str, **condition: Any) -> None:
    """Forbid everybody these actions where the condition holds."""
    allow(s3, bucket, *actions, Effect="Deny", Condition=condition)


def refused(call: Any, **arguments: Any) -> str:
    with pytest.raises(ClientError) as caught:
        call(**arguments)
    return str(caught.value.response["Error"]["Code"])


def lock_of(found: Any) -> tuple[Any, Any, Any]:
    if "Body" in found:
        assert found["Body"].read() == b"data"
    names = ("ObjectLockMode", "ObjectLockRetainUntilDate", "ObjectLockLegalHoldStatus")
    mode, until, hold = (found.get(name) for name in names)
    return mode, until, hold


def test_a_lock_is_shown_to_those_who_may_know(s3: Any, anybody: Any, locking: str) -> None:
    at = {"Bucket": locking, "Key": "k"}
    lock = {"ObjectLockMode": "GOVERNANCE", "ObjectLockRetainUntilDate": UNTIL}
    s3.put_object(**at, Body=b"data", ObjectLockLegalHoldStatus="ON", **lock)
    for actions, shown in (
        ([], (None, None, None)),
        (["s3:GetObjectRetention"], ("GOVERNANCE", UNTIL, None)),
        (["s3:GetObjectLegalHold"], (None, None, "ON")),
        (["s3:GetObjectRetention", "s3:GetObjectLegalHold"], ("GOVERNANCE", UNTIL, "ON")),
    ):
        allow(s3, locking, "s3:GetObject", *actions)
        for call in (anybody.head_object, anybody.get_object):
            assert lock_of(call(**at)) == shown
        for action, call in (
            ("s3:GetObjectRetention", anybody.get_object_retention),
            ("s3:GetObjectLegalHold", anybody.get_object_legal_hold),
        ):
            if action in actions:
                call(**at)
            else:
                assert refused(call, **at) == "AccessDenied"
    deny(s3, locking, "s3:GetObjectRetention", StringEquals={"s3:authType": "REST-HEADER"})
    assert lock_of(s3.head_object(**at)) == (None, None, "ON")


def test_locking_needs_actions_of_its_own(s3: Any, anybody: Any, locking: str) -> None:
    at = {"Bucket": locking, "Key": "k"}
    s3.put_object(**at, Body=b"data")
    retention = {"Retention": {"Mode": "GOVERNANCE", "RetainUntilDate": UNTIL}}
    hold = {"LegalHold": {"Status": "ON"}}
    allow(s3, locking, "s3:PutObject", "s3:GetObject")
    anybody.put_object(**at, Body=b"data")
    assert refused(anybody.put_object_retention, **at, **retention) == "AccessDenied"
    assert refused(anybody.put_object_legal_hold, **at, **hold) == "AccessDenied"
    members: tuple[dict[str, Any], ...] = (
        {"ObjectLockMode": "GOVERNANCE", "ObjectLockRetainUntilDate": UNTIL},
        {"ObjectLockLegalHoldStatus": "OFF"},
        {
            "ObjectLockMode": "GOVERNANCE",
            "ObjectLockEventHold": "ON",
            "ObjectLockEventHoldDurationDays": 1,
        },
    )
    for lock in members:
        assert refused(anybody.put_object, **at, Body=b"data", **lock) == "AccessDenied"
    allow(s3, locking, "s3:PutObject", "s3:PutObjectRetention", "s3:PutObjectLegalHold")
    for lock in members:  # S3 wants a signature behind a lock
        assert refused(anybody.put_object, **at, Body=b"data", **lock) == "InvalidArgument"
    anybody.put_object_legal_hold(**at, **hold)
    anybody.put_object_retention(**at, **retention)
    assert lock_of(s3.head_object(**at)) == ("GOVERNANCE", UNTIL, "ON")
    assert refused(anybody.get_object_lock_configuration, Bucket=locking) == "AccessDenied"
    configuration = {"ObjectLockConfiguration": {"ObjectLockEnabled": "Enabled"}}
    assert refused(anybody.put_object_lock_configuration, Bucket=locking, **configuration) == "AccessDenied"


def test_a_policy_may_limit_locks(s3: Any, locking: str) -> None:
    at = {"Bucket": locking, "Key": "k"}
    s3.put_object(**at, Body=b"data")
    now = datetime.now(UTC)

    def until(days: int, mode: str = "GOVERNANCE") -> dict[str, Any]:
        return {"Retention": {"Mode": mode, "RetainUntilDate": now + timedelta(days=days, hours=-1)}}

    def headers(days: int, mode: str = "GOVERNANCE") -> dict[str, Any]:
        found = until(days, mode)["Retention"]
        return {"ObjectLockMode": found["Mode"], "ObjectLockRetainUntilDate": found["RetainUntilDate"]}

    deny(
        s3,
        locking,
        "s3:PutObjectRetention",
        NumericGreaterThan={"s3:object-lock-remaining-retention-days": "10"},
    )
    s3.put_object_retention(**at, **until(10))
    s3.put_object(**at, Body=b"data", **headers(10))
    assert refused(s3.put_object_retention, **at, **until(11)) == "AccessDenied"
    assert refused(s3.put_object, **at, Body=b"data", **headers(11)) == "AccessDenied"
    for condition in (
        {"StringEquals": {"s3:object-lock-mode": "COMPLIANCE"}},
        {"DateGreaterThan": {"s3:object-lock-retain-until-date": (now + timedelta(days=20)).isoformat()}},
    ):
        deny(s3, locking, "s3:PutObjectRetention", **condition)
        s3.put_object_retention(**at, **until(10))
        s3.put_object(**at, Body=b"data", **headers(10))
        assert refused(s3.put_object_retention, **at, **until(30, "COMPLIANCE")) == "AccessDenied"
        assert refused(s3.put_object, **at, Body=b"data", **headers(30, "COMPLIANCE")) == "AccessDenied"
    deny(s3, locking, "s3:PutObjectLegalHold", StringEquals={"s3:object-lock-legal-hold": "OFF"})
    s3.put_object_legal_hold(**at, LegalHold={"Status": "ON"})
    s3.put_object(**at, Body=b"data", ObjectLockLegalHoldStatus="ON")
    assert refused(s3.put_object_legal_hold, **at, LegalHold={"Status": "OFF"}) == "AccessDenied"
    assert refused(s3.put_object, **at, Body=b"data", ObjectLockLegalHoldStatus="OFF") == "AccessDenied"


def test_a_policy_may_limit_event_holds(s3: Any, locking: str) -> None:
    at = {"Bucket": locking, "Key": "k"}
    s3.put_object(**at, Body=b"data")

    def hold(event: str = "ON", **duration: int) -> dict[str, Any]:
        lasting = {"EventHoldDuration": duration} if duration else {}
        return {"Retention": {"Mode": "GOVERNANCE", "EventHold": event, **lasting}}

    days: dict[str, Any] = {"ObjectLockMode": "GOVERNANCE", "ObjectLockEventHold": "ON"}
    deny(
        s3,
        locking,
        "s3:PutObjectRetention",
        NumericLessThan={"s3:object-lock-event-hold-duration-days": "365"},
    )
    s3.put_object_retention(**at, **hold(Years=1))
    s3.put_object_retention(**at, **hold("OFF"))
    s3.put_object(**at, Body=b"data", ObjectLockEventHoldDurationYears=1, **days)
    assert refused(s3.put_object_retention, **at, **hold(Days=364)) == "AccessDenied"
    put = {**at, "Body": b"data", **days}
    assert refused(s3.put_object, ObjectLockEventHoldDurationDays=364, **put) == "AccessDenied"
    deny(
        s3,
        locking,
        "s3:PutObject",
        "s3:PutObjectRetention",
        StringEquals={"s3:object-lock-event-hold": "ON"},
    )
    assert refused(s3.put_object_retention, **at, **hold(Years=1)) == "AccessDenied"
    assert refused(s3.put_object, ObjectLockEventHoldDurationYears=1, **put) == "AccessDenied"
    s3.put_object_retention(**at, **hold("OFF"))
    for call in (s3.head_object, s3.get_object):
        shown = call(**at)
        assert lock_of(shown)[0] == "GOVERNANCE"
        assert shown["ObjectLockEventHold"] == "OFF"
        assert "ObjectLockEventHoldDurationYears" not in shown


def test_a_form_may_lock_what_it_brings(gateway: Gateway, s3: Any, locking: str) -> None:
    lock = {
        "x-amz-object-lock-mode": "COMPLIANCE",
        "x-amz-object-lock-retain-until-date": "2099-01-01T00:00:00Z",
        "x-amz-object-lock-legal-hold": "ON",
    }
    assert forms.upload(gateway, locking, {"key": "k", **lock}, b"data").status == 204
    assert lock_of(s3.head_object(Bucket=locking, Key="k")) == ("COMPLIANCE", UNTIL, "ON")
    del lock["x-amz-object-lock-mode"]
    said = forms.upload(gateway, locking, {"key": "k", **lock}, b"data")
    assert (said.status, said.code) == (400, "InvalidArgument")
    deny(s3, locking, "s3:PutObjectLegalHold", StringEquals={"s3:object-lock-legal-hold": "ON"})
    said = forms.upload(gateway, locking, {"key": "k", "x-amz-object-lock-legal-hold": "ON"}, b"data")
    assert (said.status, said.code) == (403, "AccessDenied")
    configuration = {"Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}}
    s3.put_object_lock_configuration(
        Bucket=locking, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", **configuration}
    )
    assert forms.upload(gateway, locking, {"key": "k"}, b"data").status == 204
    assert lock_of(s3.head_object(Bucket=locking, Key="k"))[0] == "GOVERNANCE"


def test_a_put_of_what_is_locked_needs_a_digest_and_a_signature(
    gateway: Gateway, s3: Any, anybody: Any, locking: str
) -> None:
    allow(s3, locking, "s3:PutObject")
    configuration = {"Rule": {"DefaultRetention": {"Mode": "GOVERNANCE", "Days": 1}}}
    s3.put_object_lock_configuration(
        Bucket=locking, ObjectLockConfiguration={"ObjectLockEnabled": "Enabled", **configuration}
    )
    target = f"/{locking}/k"

    def put(body: bytes = b"data", **headers: str) -> tuple[int, str | None]:
        given = {name.replace("_", "-"): value for name, value in headers.items()}
        said = wire.request(gateway, "PUT", target, headers=given, body=body)
        return said.status, said.code

    digest = "jXd/OF09/siBXSD3SWAm3A=="
    assert put() == (400, "InvalidRequest")
    assert put(b"date", content_md5=digest) == (400, "BadDigest")
    assert put(content_md5=digest)[0] == 200
    assert put(x_amz_checksum_crc32="rfNKbQ==") == (400, "BadDigest")
    assert put(x_amz_checksum_crc32="rfPzYw==")[0] == 200
    trailer = "x-amz-checksum-crc32:rfPzYw=="
    said = wire.trailer_put(gateway, target, wire.frame(b"data", trailer=trailer), decoded=4)
    assert said.status == 200
    assert lock_of(s3.head_object(Bucket=locking, Key="k"))[0] == "GOVERNANCE"
    unsigned = {"Bucket": locking, "Key": "k", "Body": b"data"}
    assert refused(anybody.put_object, **unsigned) == "InvalidArgument"
    assert forms.post(gateway, locking, forms.body_of({"key": "form"}, b"data")).status == 204
    assert lock_of(s3.head_object(Bucket=locking, Key="form"))[0] == "GOVERNANCE"
