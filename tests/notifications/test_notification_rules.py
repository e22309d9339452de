"""Which events are told to whom, and the records that tell them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from s3gw.notifications.records import Cause, Place, finish, first_event, record
from s3gw.notifications.rules import KIND, SUPPORTED, Rule, matching, target_of

CAUSE = Cause("CANONICAL", "192.0.2.7", "REQUEST", "HOST", "eu-west-1")
AT = datetime(2026, 5, 4, 3, 2, 1, 987654, tzinfo=UTC)


@pytest.mark.parametrize(
    ("arn", "service", "target"),
    [
        ("arn:aws:sqs:us-east-1:111111111111:hook", "sqs", "hook"),
        ("arn:s3gw:sns:us-east-1:account:my.hook", "sns", "my.hook"),
        ("arn:aws:sns:::hook", "sns", "hook"),
        ("arn:minio:sqs::hook:webhook", "sqs", "hook"),
        ("arn:minio:sqs:us-east-1:hook:webhook", "sqs", "hook"),
        ("arn:aws:lambda:us-east-1:111111111111:function:hook", "lambda", "hook"),
        ("arn:aws:sqs:us-east-1:111111111111:hook", "sns", None),
        ("arn:aws:s3:::bucket", "sqs", None),
        ("invalid-queue", "sqs", None),
        ("arn:aws:sqs:us-east-1:111111111111:", "sqs", None),
        ("http://example.com", "sqs", None),
        ("arn:aws:sqs:::../x", "sqs", None),
    ],
)
def test_arns(arn: str, service: str, target: str | None) -> None:
    assert target_of(arn, service) == target


@pytest.mark.parametrize(
    ("events", "prefix", "suffix", "event", "key", "told"),
    [
        (["s3:ObjectCreated:*"], "", "", "ObjectCreated:Copy", "k", True),
        (["s3:ObjectCreated:Put"], "", "", "ObjectCreated:Copy", "k", False),
        (["s3:ObjectRemoved:*"], "", "", "ObjectCreated:Put", "k", False),
        (["s3:ObjectCreated:*"], "a/", ".jpg", "ObjectCreated:Put", "a/b.jpg", True),
        (["s3:ObjectCreated:*"], "a/", ".jpg", "ObjectCreated:Put", "b/b.jpg", False),
        (["s3:ObjectCreated:*"], "a/", ".jpg", "ObjectCreated:Put", "a/b.png", False),
        (["s3:LifecycleTransition"], "", "", "LifecycleTransition", "k", True),
    ],
)
def test_rules(events: list[str], prefix: str, suffix: str, event: str, key: str, told: bool) -> None:
    filters = [["Prefix", prefix], ["Suffix", suffix]]
    kept = {"id": "r", "target": "t", "events": events, "filter": filters}
    document = {"revision": repr(kept), "rules": [kept]}
    assert list(matching({KIND: document}, event, key)) == (
        [Rule("r", "t", tuple(events), prefix, suffix)] * told
    )
    assert list(matching({}, event, key)) == []


@pytest.mark.parametrize(
    ("one", "other", "overlap"),
    [
        (("s3:ObjectCreated:*", "", ""), ("s3:ObjectCreated:Put", "", ""), True),
        (("s3:ObjectCreated:Copy", "", ""), ("s3:ObjectCreated:Put", "", ""), False),
        (("s3:ObjectCreated:*", "a", ""), ("s3:ObjectCreated:*", "b", ""), False),
        (("s3:ObjectCreated:*", "a", ""), ("s3:ObjectCreated:*", "ab", ""), True),
        (("s3:ObjectCreated:*", "", ".jpg"), ("s3:ObjectCreated:*", "", ".png"), False),
        (("s3:ObjectCreated:*", "a", ".png"), ("s3:ObjectCreated:*", "", ""), True),
        (("s3:ObjectCreated:*", "", ""), ("s3:ObjectRemoved:*", "", ""), False),
    ],
)
def test_overlaps(one: tuple[str, str, str], other: tuple[str, str, str], overlap: bool) -> None:
    first, second = (Rule("r", "t", (event,), *filters) for event, *filters in (one, other))
    assert first.overlaps(second) == second.overlaps(first) == overlap


def test_event_types() -> None:
    assert {
        "s3:ObjectCreated:*",
        "s3:ObjectAcl:Put",
        "s3:ObjectTagging:*",
        "s3:LifecycleTransition",
    } <= SUPPORTED
    assert SUPPORTED.isdisjoint({"s3:ObjectAcl:*", "s3:TestEvent", "s3:ObjectCreated", "s3:*"})


def told(kept: dict[str, Any], version: str | None = None) -> dict[str, Any]:
    """The record, finished."""
    (found,) = finish(kept, 0xABC, AT, version)["Records"]
    assert isinstance(found, dict)
    return found


def test_a_record_is_as_s3_writes_it() -> None:
    place = Place("bucket", "OWNER", "a b/ü@+.txt")
    kept = record("ObjectCreated:Put", "rule", CAUSE, place, size=9, etag="abc")
    assert told(kept, "V1") == {
        "eventVersion": "2.1",
        "eventSource": "aws:s3",
        "awsRegion": "eu-west-1",
        "eventTime": "2026-05-04T03:02:01.987Z",
        "eventName": "ObjectCreated:Put",
        "userIdentity": {"principalId": "CANONICAL"},
        "requestParameters": {"sourceIPAddress": "192.0.2.7"},
        "responseElements": {"x-amz-request-id": "REQUEST", "x-amz-id-2": "HOST"},
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": "rule",
            "bucket": {
                "name": "bucket",
                "ownerIdentity": {"principalId": "OWNER"},
                "arn": "arn:aws:s3:::bucket",
            },
            "object": {
                "key": "a+b/%C3%BC%40%2B.txt",
                "size": 9,
                "eTag": "abc",
                "versionId": "V1",
                "sequencer": "0000000000000ABC",
            },
        },
    }


def test_what_other_records_have() -> None:
    place = Place("bucket", "OWNER", "key")
    deleted = told(record("ObjectRemoved:Delete", "r", CAUSE, place, version="V"))
    assert deleted["s3"]["object"] == {"key": "key", "versionId": "V", "sequencer": "0000000000000ABC"}
    null = told(record("ObjectRemoved:Delete", "r", CAUSE, place, version="null"), "null")
    assert null["s3"]["object"] == {"key": "key", "sequencer": "0000000000000ABC"}
    tagged = told(record("ObjectTagging:Put", "r", CAUSE, place, etag="e"))
    assert (tagged["eventVersion"], tagged["s3"]["object"]) == ("2.3", {"key": "key", "eTag": "e"})
    assert told(record("LifecycleExpiration:Delete", "r", CAUSE, place))["eventVersion"] == "2.3"
    assert finish(first_event("bucket", "REQUEST", "HOST"), 1, AT, None) == {
        "Service": "Amazon S3",
        "Event": "s3:TestEvent",
        "Time": "2026-05-04T03:02:01.987Z",
        "Bucket": "bucket",
        "RequestId": "REQUEST",
        "HostId": "HOST",
    }
