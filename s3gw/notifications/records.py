"""The records by which events are told, as S3 writes them.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-content-structure.html

A record is made before the event happens, by whoever is about to make it happen. The rest is known
afterwards: `finish` adds the time, the version that was made and the sequencer.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import quote_plus

# Versions of the form, by the kind of event.
_LATER = frozenset({"ObjectTagging", "ObjectAcl", "LifecycleExpiration", "LifecycleTransition"})
_UNORDERED = frozenset({"ObjectTagging", "ObjectAcl"})
EMPTY_ETAG = "d41d8cd98f00b204e9800998ecf8427e"
NULL_VERSION = "null"


class Cause(NamedTuple):
    """Who asked for what happens, and by which request."""

    principal: str
    source: str
    """The address of the client."""
    request_id: str
    host_id: str
    region: str


class Place(NamedTuple):
    """Where it happens."""

    bucket: str
    owner: str
    """The canonical id of the bucket's owner."""
    key: str


def record(
    event: str,
    rule: str,
    cause: Cause,
    place: Place,
    *,
    size: int | None = None,
    etag: str | None = None,
    version: str | None = None,
) -> dict[str, Any]:
    """The record of an event such as "ObjectCreated:Put", told by that rule, so far as it is known before."""
    kind = event.partition(":")[0]
    about: dict[str, Any] = {"key": quote_plus(place.key, safe="/")}
    if size is not None:
        about["size"] = size
    if etag is not None:
        about["eTag"] = etag
    if version not in (None, NULL_VERSION):
        about["versionId"] = version
    if kind not in _UNORDERED:
        about["sequencer"] = ""
    return {
        "eventVersion": "2.3" if kind in _LATER else "2.1",
        "eventSource": "aws:s3",
        "awsRegion": cause.region,
        "eventTime": "",
        "eventName": event,
        "userIdentity": {"principalId": cause.principal},
        "requestParameters": {"sourceIPAddress": cause.source},
        "responseElements": {"x-amz-request-id": cause.request_id, "x-amz-id-2": cause.host_id},
        "s3": {
            "s3SchemaVersion": "1.0",
            "configurationId": rule,
            "bucket": {
                "name": place.bucket,
                "ownerIdentity": {"principalId": place.owner},
                "arn": f"arn:aws:s3:::{place.bucket}",
            },
            "object": about,
        },
    }


def first_event(bucket: str, request_id: str, host_id: str) -> dict[str, Any]:
    """What a target is told when a bucket begins to tell it events."""
    return {
        "Service": "Amazon S3",
        "Event": "s3:TestEvent",
        "Time": "",
        "Bucket": bucket,
        "RequestId": request_id,
        "HostId": host_id,
    }


def finish(kept: Mapping[str, Any], number: int, made_at: datetime, version: str | None) -> dict[str, Any]:
    """The message that tells an event: a record, or a test event, with what was known when it had happened.

    Of one key, an event that happened later has the greater sequencer, since `number` was drawn while whoever
    made it happen held the key.
    """
    time = made_at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{made_at.microsecond // 1000:03d}Z"
    if "s3" not in kept:
        return {**kept, "Time": time}
    about = dict(kept["s3"]["object"])
    if version not in (None, NULL_VERSION):
        about["versionId"] = version
    if "sequencer" in about:
        del about["sequencer"]
        about["sequencer"] = f"{number:016X}"
    return {"Records": [{**kept, "eventTime": time, "s3": {**kept["s3"], "object": about}}]}
