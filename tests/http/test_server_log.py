"""Server access logs of a real gateway, read as AWS says they are read."""

from __future__ import annotations

import asyncio
import json
import re
import time
from collections.abc import Callable
from typing import TYPE_CHECKING

import asyncpg
import pytest

from tests import wire
from tests.gateway import Gateway, database_url

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

# As the documentation of AWS has it for Athena.
LINE = re.compile(
    r'([^ ]*) ([^ ]*) \[(.*?)\] ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ("[^"]*"|-) (-|[0-9]*) ([^ ]*) '
    r'([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ("[^"]*"|-) ([^ ]*) '
    r"([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*) ([^ ]*)"
)
NAMES = (
    *("owner", "bucket", "time", "ip", "requester", "request", "operation", "key", "uri", "status", "error"),
    *("sent", "size", "total", "turn", "referer", "agent", "version", "host_id", "signature", "cipher"),
    *("auth", "host", "tls", "point", "acl"),
)


def log_to(s3: S3Client, bucket: str) -> str:
    """Have the bucket logged to another; its name."""
    target = f"{bucket}-logs"
    s3.create_bucket(Bucket=target)
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "logging.s3.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{target}/*",
    }
    s3.put_bucket_policy(
        Bucket=target, Policy=json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    )
    s3.put_bucket_logging(
        Bucket=bucket, BucketLoggingStatus={"LoggingEnabled": {"TargetBucket": target, "TargetPrefix": ""}}
    )
    return target


def recorded(gateway: Gateway) -> int:
    """How many records wait in the database."""

    async def ask() -> int:
        connection = await asyncpg.connect(database_url(gateway))
        try:
            return int(await connection.fetchval("SELECT count(*) FROM access_log_records"))
        finally:
            await connection.close()

    return asyncio.run(ask())


def lines(gateway: Gateway, s3: S3Client, target: str, count: int) -> list[dict[str, str]]:
    """The log, once it has so many lines."""
    give_up = time.monotonic() + 60
    while True:
        gateway.s3gw("jobs", "run", "deliver-logs", "--wait")
        keys = [one["Key"] for one in s3.list_objects_v2(Bucket=target).get("Contents", [])]
        text = "".join(s3.get_object(Bucket=target, Key=key)["Body"].read().decode() for key in keys)
        if text.count("\n") >= count or time.monotonic() > give_up:
            break
    found = []
    for line in text.splitlines():
        match = LINE.fullmatch(line)
        assert match is not None, line
        found.append(dict(zip(NAMES, match.groups(), strict=True)))
    assert len(found) == count
    return found


def test_requests_are_logged(gateway: Gateway, s3: S3Client, bucket: str) -> None:
    target = log_to(s3, bucket)
    s3.put_object(Bucket=bucket, Key="a b/ü", Body=b"content")
    s3.get_object(Bucket=bucket, Key="a b/ü")
    wrong = wire.Signer(gateway, secret="not-the-secret")
    wire.request(gateway, "GET", f"/{bucket}/k", signer=wrong)
    host = f"127.0.0.1:{gateway.port}"
    nasty = {"host": host, "user-agent": 'x" 200 "y', "referer": 'http://e/"', "origin": "http://o"}
    wire.raw(gateway, wire.head("GET", f'/{bucket}/none?versionId="', nasty))
    presigned = wire.Signer(gateway).presigned("GET", f"/{bucket}/none")
    wire.raw(gateway, wire.head("GET", presigned, {"host": host}))
    s3.list_objects_v2(Bucket=bucket)
    wire.raw(gateway, wire.head("OPTIONS", f"/{bucket}/k", nasty), "OPTIONS")
    wire.raw(gateway, wire.head("GET", "/page", {"host": f"{bucket}.web.test"}))
    found = {line["request"]: line for line in lines(gateway, s3, target, 8)}.values()
    by = {(line["operation"], line["status"]): line for line in found}
    put, got = by["REST.PUT.OBJECT", "200"], by["REST.GET.OBJECT", "200"]
    assert (put["bucket"], put["key"], put["size"]) == (bucket, "a%20b/%C3%BC", "7")
    assert (got["sent"], got["size"], got["error"]) == ("7", "7", "-")
    assert (got["signature"], got["auth"], got["host"], got["ip"]) == (
        "SigV4",
        "AuthHeader",
        host,
        "127.0.0.1",
    )
    assert got["requester"] == got["owner"] == s3.list_buckets()["Owner"]["ID"]
    assert int(got["total"]) >= int(got["turn"]) >= 0
    forbidden = [line for line in found if line["status"] == "403" and line["operation"] == "REST.GET.OBJECT"]
    assert {line["error"] for line in forbidden} == {"SignatureDoesNotMatch", "AccessDenied"}
    anonymous = next(line for line in forbidden if line["error"] == "AccessDenied")
    assert (anonymous["requester"], anonymous["auth"]) == ("-", "-")
    assert anonymous["agent"] == '"x%22 200 %22y"'
    assert by["REST.GET.OBJECT", "404"]["auth"] == "QueryString"
    signature = re.search("X-Amz-Signature=([0-9a-f]+)", presigned)
    assert signature is not None
    assert not any(signature[1] in line["uri"] for line in found)
    assert {"REST.GET.BUCKET", "REST.OPTIONS.PREFLIGHT", "WEBSITE.GET.OBJECT"} <= {
        line["operation"] for line in found
    }


@pytest.mark.slow
@pytest.mark.parametrize("workers", ["1", "2"])
def test_what_was_recorded_survives_a_kill(new_gateway: Callable[..., Gateway], workers: str) -> None:
    gateway = new_gateway(S3GW_WORKERS=workers).start()
    s3 = gateway.client()
    s3.create_bucket(Bucket="bucket")
    target = log_to(s3, "bucket")
    for number in range(50):
        s3.put_object(Bucket="bucket", Key=str(number), Body=b"x")
    give_up = time.monotonic() + 30
    while recorded(gateway) < 50:
        assert time.monotonic() < give_up
    gateway.kill9()
    gateway.restart()
    s3 = gateway.client()
    keys = sorted(line["key"] for line in lines(gateway, s3, target, 50))
    assert keys == sorted(map(str, range(50)))
    assert recorded(gateway) == 0
