"""A gateway is killed again and again while it delivers access logs and carries out lifecycle rules."""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable
from typing import Any

import asyncpg
import pytest

from tests.gateway import Gateway, database_url

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

ROUNDS = 3
DAY = 1
"""Seconds of a lifecycle's day."""
DAYS = 3


def rows(gateway: Gateway, query: str) -> list[Any]:
    """What the gateway's database answers."""

    async def ask() -> list[Any]:
        connection = await asyncpg.connect(database_url(gateway))
        try:
            return list(await connection.fetch(query))
        finally:
            await connection.close()

    return asyncio.run(ask())


def until(holds: Callable[[], bool], what: str) -> None:
    """Look again and again."""
    give_up = time.monotonic() + 90
    while not holds():
        assert time.monotonic() < give_up, what
        time.sleep(0.1)


def delivered(s3: Any) -> list[str]:
    """The lines of all logs."""
    pages = s3.get_paginator("list_objects_v2").paginate(Bucket="logs")
    keys = [one["Key"] for page in pages for one in page.get("Contents", ())]
    texts = [s3.get_object(Bucket="logs", Key=key)["Body"].read().decode() for key in keys]
    return "".join(texts).splitlines()


def test_no_record_of_a_request_is_lost_or_told_twice(new_gateway: Callable[..., Gateway]) -> None:
    """Once it is in the database, which it is within the next statement after the request."""
    gateway = new_gateway(S3GW_ACCESS_LOG_INTERVAL="1").start()
    s3: Any = gateway.client()
    for bucket in ("bucket", "logs"):
        s3.create_bucket(Bucket=bucket)
    allow = {
        "Effect": "Allow",
        "Principal": {"Service": "logging.s3.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::logs/*",
    }
    s3.put_bucket_policy(Bucket="logs", Policy=json.dumps({"Version": "2012-10-17", "Statement": [allow]}))
    target = {"TargetBucket": "logs", "TargetPrefix": ""}
    s3.put_bucket_logging(Bucket="bucket", BucketLoggingStatus={"LoggingEnabled": target})
    sent: set[str] = set()

    def all_recorded() -> bool:
        waiting = [row["line"] for row in rows(gateway, "SELECT line FROM access_log_records")]
        lines = waiting + delivered(s3)
        return all(any(f" {request} " in line for line in lines) for request in sent)

    for turn in range(ROUNDS):
        for number in range(60):
            answer = s3.put_object(Bucket="bucket", Key=f"{turn}-{number}", Body=b"x")
            sent.add(answer["ResponseMetadata"]["HTTPHeaders"]["x-amz-request-id"])
        until(all_recorded, "recorded")
        time.sleep(0.25 * turn)  # somewhere in a delivery
        gateway.kill9()
        s3 = gateway.start().client()
    until(lambda: not rows(gateway, "SELECT FROM access_log_records LIMIT 1"), "delivered")
    # A field of each line is the id of its request.
    found = Counter(line.partition("] ")[2].split(" ")[2] for line in delivered(s3))
    assert sent <= set(found)
    assert set(found.values()) == {1}


_EXPIRED = """
SELECT o.key, extract(epoch FROM o.modified_at - n.modified_at) AS age,
    (SELECT count(*) FROM noncurrent m WHERE m.bucket_id = o.bucket_id AND m.key = o.key) AS versions
FROM objects o JOIN noncurrent n ON n.bucket_id = o.bucket_id AND n.key = o.key
WHERE o.delete_marker
"""


def test_nothing_expires_too_early_or_twice(new_gateway: Callable[..., Gateway]) -> None:
    gateway = new_gateway(S3GW_LIFECYCLE_DAY=str(DAY)).start()
    s3: Any = gateway.client()
    s3.create_bucket(Bucket="bucket")
    s3.put_bucket_versioning(Bucket="bucket", VersioningConfiguration={"Status": "Enabled"})
    rule = {"Filter": {"Prefix": "expire/"}, "Status": "Enabled", "Expiration": {"Days": DAYS}}
    s3.put_bucket_lifecycle_configuration(Bucket="bucket", LifecycleConfiguration={"Rules": [rule]})
    expected = set()
    for turn in range(ROUNDS):
        for number in range(60):
            key = f"expire/{turn}-{number}"
            s3.put_object(Bucket="bucket", Key=key, Body=b"x")
            expected.add(key)
        s3.put_object(Bucket="bucket", Key=f"keep/{turn}", Body=b"x")
        s3.put_object(Bucket="bucket", Key="expire/again", Body=b"x")  # which makes it young
        time.sleep(0.3 * turn)  # somewhere in a pass
        gateway.kill9()
        s3 = gateway.start().client()

    def left() -> list[str]:
        listed = s3.list_objects_v2(Bucket="bucket").get("Contents", [])
        return [one["Key"] for one in listed]

    until(lambda: left() == [f"keep/{turn}" for turn in range(ROUNDS)], "expired")
    found = {row["key"]: row for row in rows(gateway, _EXPIRED) if row["key"] != "expire/again"}
    assert set(found) == expected
    assert all(row["versions"] == 1 for row in found.values()), "a marker was made twice"
    assert min(row["age"] for row in found.values()) >= DAYS * DAY
