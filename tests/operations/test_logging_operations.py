"""Server access logging: its configuration, and how records become objects."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from s3gw.access.acl import LOG_DELIVERY
from s3gw.db import access_log_records
from s3gw.db.access_log_records import Record
from s3gw.errors import Unavailable
from s3gw.jobs.deliver_logs import Deliverer
from s3gw.jobs.job import Progress
from s3gw.protocol import types
from tests.operations.operation_calls import Operations

NOON = datetime(2026, 3, 4, 12, 30, 15, tzinfo=UTC)


def enabled(target: str = "logs", prefix: str | None = "p/", **members: Any) -> types.LoggingEnabled:
    return types.LoggingEnabled(target_bucket=target, target_prefix=prefix, **members)


def partitioned(source: str) -> types.TargetObjectKeyFormat:
    return types.TargetObjectKeyFormat(
        partitioned_prefix=types.PartitionedPrefix(partition_date_source=source)
    )


def put(given: types.LoggingEnabled | None) -> types.PutBucketLoggingInput:
    status = types.BucketLoggingStatus(logging_enabled=given)
    return types.PutBucketLoggingInput(bucket="bucket", bucket_logging_status=status)


@pytest.fixture
async def logged(s3: Operations) -> Operations:
    """With a bucket that is logged to another, which lets the service deliver."""
    await s3.create("bucket")
    await s3.create("logs")
    await allow(s3, {"ArnLike": {"aws:SourceArn": "arn:aws:s3:::bucket"}})
    await s3.do(put(enabled()))
    return s3


async def allow(s3: Operations, condition: dict[str, Any], principal: Any = None) -> None:
    statement = {
        "Effect": "Allow",
        "Principal": principal or {"Service": "logging.s3.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::logs/p/*",
        "Condition": condition,
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    await s3.do(types.DeletePublicAccessBlockInput(bucket="logs"))
    await s3.do(types.PutBucketPolicyInput(bucket="logs", policy=policy))


async def record(s3: Operations, *lines: str, at: datetime = NOON, bucket: str = "bucket") -> None:
    records = [Record(bucket, at + timedelta(seconds=number), line) for number, line in enumerate(lines)]
    await access_log_records.add(s3.services.db, records)


async def deliver(s3: Operations) -> dict[str, int]:
    progress = Progress()
    await Deliverer(s3.services.db, s3.services.store).run(progress)
    return {name: count for name, count in progress.counts.items() if count}


async def objects(s3: Operations) -> dict[str, str]:
    page = await s3.do(types.ListObjectsV2Input(bucket="logs"))
    return {one.key: (await s3.get(one.key, bucket="logs"))[1].decode() for one in page.contents or ()}


async def test_put_and_get(s3: Operations) -> None:
    await s3.create("bucket")
    await s3.create("logs")
    asked = types.GetBucketLoggingInput(bucket="bucket")
    assert (await s3.do(asked)).logging_enabled is None
    given = enabled(target_object_key_format=partitioned("EventTime"))
    await s3.do(put(given))
    assert (await s3.do(asked)).logging_enabled == given
    await s3.do(put(None))
    assert (await s3.do(asked)).logging_enabled is None


async def test_refused(s3: Operations) -> None:
    await s3.create("bucket")
    await s3.create("logs")
    error = await s3.refused(put(enabled("nowhere")))
    assert (error.code, error.status) == ("InvalidTargetBucketForLogging", 400)
    assert error.message == "The target bucket for logging does not exist"
    assert error.fields == {"TargetBucket": "nowhere"}
    both = types.TargetObjectKeyFormat(
        simple_prefix=types.SimplePrefix(),
        partitioned_prefix=types.PartitionedPrefix(partition_date_source="EventTime"),
    )
    for given in (
        enabled(prefix=None),
        enabled(target=""),
        enabled(target_object_key_format=types.TargetObjectKeyFormat()),
        enabled(target_object_key_format=both),
        enabled(target_object_key_format=partitioned("Yesterday")),
    ):
        assert (await s3.refused(put(given))).code == "MalformedXML"
    grantee = types.Grantee(type="Group", uri="http://acs.amazonaws.com/groups/global/AllUsers")
    grants = [types.TargetGrant(grantee=grantee, permission="READ")]
    assert (await s3.refused(put(enabled(target_grants=grants)))).code == "AccessControlListNotSupported"


async def set_payer(s3: Operations, payer: str) -> None:
    configuration = types.RequestPaymentConfiguration(payer=payer)
    await s3.do(
        types.PutBucketRequestPaymentInput(bucket="logs", request_payment_configuration=configuration)
    )


async def set_retention(s3: Operations, days: int | None) -> None:
    rule = types.ObjectLockRule(default_retention=types.DefaultRetention(mode="GOVERNANCE", days=days))
    configuration = types.ObjectLockConfiguration(object_lock_enabled="Enabled", rule=rule if days else None)
    await s3.do(types.PutObjectLockConfigurationInput(bucket="logs", object_lock_configuration=configuration))


async def test_targets_that_take_no_logs(logged: Operations) -> None:
    """A default retention or Requester Pays, as S3 has it; also where they come later."""
    versioned = types.VersioningConfiguration(status="Enabled")
    await logged.do(types.PutBucketVersioningInput(bucket="logs", versioning_configuration=versioned))
    await record(logged, "x", at=datetime.now(UTC))
    for prevent, allow_again in (
        (set_retention(logged, 1), set_retention(logged, None)),
        (set_payer(logged, "Requester"), set_payer(logged, "BucketOwner")),
    ):
        await prevent
        error = await logged.refused(put(enabled()))
        assert (error.code, error.status) == ("InvalidTargetBucketForLogging", 400)
        assert await deliver(logged) == {"refused": 1}
        await allow_again
        await logged.do(put(enabled()))
    assert await deliver(logged) == {"objects": 1, "records": 1}


async def test_records_become_an_object(logged: Operations) -> None:
    await record(logged, "one", "two", "three")
    assert await deliver(logged) == {"objects": 1, "records": 3}
    ((key, text),) = (await objects(logged)).items()
    assert key.startswith("p/2026-03-04-12-30-17-")
    assert len(key.rpartition("-")[2]) == 16
    owner = logged.account.canonical_id
    assert text == f"{owner} one\n{owner} two\n{owner} three\n"
    head = await logged.head(key, bucket="logs")
    assert (head.content_type, head.content_length) == ("text/plain", len(text))
    assert await deliver(logged) == {}


async def test_keys_by_date(logged: Operations) -> None:
    number = f"{logged.account.id:012d}"
    for source, time in (("EventTime", "00-00-00"), ("DeliveryTime", "12-30-15")):
        await logged.do(put(enabled(target_object_key_format=partitioned(source))))
        await record(logged, "line")
        await deliver(logged)
        start = f"p/{number}/us-east-1/bucket/2026/03/04/2026-03-04-{time}-"
        assert [key for key in await objects(logged) if key.startswith(start)]


async def test_a_day_to_an_object(logged: Operations) -> None:
    await record(logged, "late", at=datetime(2026, 3, 4, 23, 59, 59, tzinfo=UTC))
    await record(logged, "early", at=datetime(2026, 3, 5, tzinfo=UTC))
    assert await deliver(logged) == {"objects": 2, "records": 2}


async def test_many_records(logged: Operations, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("s3gw.jobs.deliver_logs.MOST", 10)
    await record(logged, *map(str, range(25)))
    assert await deliver(logged) == {"objects": 3, "records": 25}
    assert sum(text.count("\n") for text in (await objects(logged)).values()) == 25


async def test_a_delivery_that_was_interrupted_writes_the_same_object(
    logged: Operations, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def gone(*_: Any) -> int:
        raise Unavailable("the database went away")

    await record(logged, "one", "two")
    with monkeypatch.context() as broken:
        broken.setattr(access_log_records, "delivered", gone)
        with pytest.raises(Unavailable):
            await deliver(logged)
    before = await objects(logged)
    await record(logged, "three")
    assert await deliver(logged) == {"objects": 2, "records": 3}
    after = await objects(logged)
    assert len(after) == 2
    assert before.items() <= after.items()


async def test_only_buckets_that_are_logged(logged: Operations) -> None:
    await logged.create("other")
    await record(logged, "x", bucket="other")
    await record(logged, "x", bucket="nowhere")
    assert await deliver(logged) == {}
    await record(logged, "x")
    await logged.do(put(None))
    assert await deliver(logged) == {"dropped": 1}


async def test_a_bucket_that_is_gone(logged: Operations) -> None:
    await record(logged, "x")
    await logged.do(types.DeleteBucketInput(bucket="bucket"))
    assert await deliver(logged) == {"dropped": 1}


@pytest.mark.parametrize(
    ("condition", "principal"),
    [
        ({"ArnLike": {"aws:SourceArn": "arn:aws:s3:::other"}}, None),
        ({"StringEquals": {"aws:SourceAccount": "999999999999"}}, None),
        ({}, {"Service": "elasticloadbalancing.amazonaws.com"}),
        ({}, {"AWS": "arn:aws:iam::000000000001:root"}),
    ],
)
async def test_not_where_the_policy_does_not_let_the_service(
    logged: Operations, condition: dict[str, Any], principal: Any
) -> None:
    await allow(logged, condition, principal)
    await record(logged, "x", at=datetime.now(UTC))
    assert await deliver(logged) == {"refused": 1}
    assert await objects(logged) == {}
    await allow(logged, {"StringEquals": {"aws:SourceAccount": f"{logged.account.id:012d}"}})
    assert await deliver(logged) == {"objects": 1, "records": 1}


async def test_records_that_may_not_be_delivered_are_dropped_after_a_day(logged: Operations) -> None:
    await logged.do(types.DeleteBucketPolicyInput(bucket="logs"))
    await record(logged, "x", at=datetime.now(UTC) - timedelta(days=2))
    assert await deliver(logged) == {"refused": 1, "dropped": 1}
    assert await deliver(logged) == {}


async def test_delivery_by_list_with_grants(logged: Operations) -> None:
    await logged.do(types.DeleteBucketPolicyInput(bucket="logs"))
    rules = [types.OwnershipControlsRule(object_ownership="ObjectWriter")]
    controls = types.OwnershipControls(rules=rules)
    await logged.do(types.PutBucketOwnershipControlsInput(bucket="logs", ownership_controls=controls))
    await record(logged, "x", at=datetime.now(UTC))
    assert await deliver(logged) == {"refused": 1}
    await logged.do(types.PutBucketAclInput(bucket="logs", acl="log-delivery-write"))
    grantee = types.Grantee(type="Group", uri=LOG_DELIVERY)
    grants = [
        types.TargetGrant(grantee=grantee, permission="READ"),
        types.TargetGrant(grantee=grantee, permission="WRITE"),
    ]
    await logged.do(put(enabled(target_grants=grants)))
    assert await deliver(logged) == {"objects": 1, "records": 1}
    (key,) = await objects(logged)
    acl = await logged.do(types.GetObjectAclInput(bucket="logs", key=key))
    assert [(one.grantee.uri or one.grantee.id, one.permission) for one in acl.grants] == [
        (logged.account.canonical_id, "FULL_CONTROL"),
        (LOG_DELIVERY, "READ"),
    ]
