"""What one gateway was told of a bucket's browsers, pages, payers and logs, the other heeds at once."""

from __future__ import annotations

import json
import uuid
from typing import Any

from tests import wire
from tests.gateway import Gateway
from tests.several.conftest import Pair

ORIGIN = "https://app.example"
ALLOWED = "Access-Control-Allow-Origin"


def anybody(gateway: Gateway, method: str, target: str, **headers: str) -> wire.Answer:
    given = {"host": f"127.0.0.1:{gateway.port}"}
    given |= {name.replace("_", "-"): value for name, value in headers.items()}
    return wire.raw(gateway, wire.head(method, target, given), method)


def test_settings_hold_at_both_gateways_at_once(pair: Pair) -> None:
    name = f"services-{uuid.uuid4().hex[:12]}"
    clients = pair[0].client(), pair[1].client()
    clients[0].create_bucket(Bucket=name)
    clients[0].delete_public_access_block(Bucket=name)
    arn = f"arn:aws:s3:::{name}"
    everybody = {"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": [arn, f"{arn}/*"]}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [everybody]})
    clients[0].put_bucket_policy(Bucket=name, Policy=policy)
    clients[0].put_object(Bucket=name, Key="k", Body=b"content")
    rules: Any = {"CORSRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": [ORIGIN]}]}
    site: Any = {"IndexDocument": {"Suffix": "index.html"}}
    asked = {"origin": ORIGIN, "access_control_request_method": "GET"}
    page = {"host": f"{name}.web.test"}

    for turn in range(4):
        told, other = clients[turn % 2], pair[1 - turn % 2]
        told.put_bucket_cors(Bucket=name, CORSConfiguration=rules)
        for key, status in (("k", 200), ("missing", 404)):
            for _ in range(4):  # until each worker was asked
                said = anybody(other, "GET", f"/{name}/{key}", origin=ORIGIN)
                assert (said.status, said.headers[ALLOWED]) == (status, ORIGIN)
        assert anybody(other, "OPTIONS", f"/{name}/k", **asked).status == 200
        told.delete_bucket_cors(Bucket=name)
        for _ in range(4):
            assert anybody(other, "GET", f"/{name}/k", origin=ORIGIN).headers[ALLOWED] is None
        assert anybody(other, "OPTIONS", f"/{name}/k", **asked).status == 403

        told.put_bucket_website(Bucket=name, WebsiteConfiguration=site)
        assert wire.raw(other, wire.head("GET", "/k", page)).body == b"content"
        told.delete_bucket_website(Bucket=name)
        assert wire.raw(other, wire.head("GET", "/k", page)).status == 404

        told.put_bucket_request_payment(Bucket=name, RequestPaymentConfiguration={"Payer": "Requester"})
        for _ in range(4):
            assert anybody(other, "GET", f"/{name}/k").status == 403
        told.put_bucket_request_payment(Bucket=name, RequestPaymentConfiguration={"Payer": "BucketOwner"})
        for _ in range(4):
            assert anybody(other, "GET", f"/{name}/k").status == 200


def test_both_gateways_record_for_one_log(pair: Pair) -> None:
    name = f"logged-{uuid.uuid4().hex[:12]}"
    one, two = pair[0].client(), pair[1].client()
    for bucket in (name, f"{name}-logs"):
        one.create_bucket(Bucket=bucket)
    allow = {
        "Effect": "Allow",
        "Principal": {"Service": "logging.s3.amazonaws.com"},
        "Action": "s3:PutObject",
        "Resource": f"arn:aws:s3:::{name}-logs/*",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
    one.put_bucket_policy(Bucket=f"{name}-logs", Policy=policy)
    logged: Any = {"LoggingEnabled": {"TargetBucket": f"{name}-logs", "TargetPrefix": ""}}
    one.put_bucket_logging(Bucket=name, BucketLoggingStatus=logged)
    for number in range(10):
        (one, two)[number % 2].put_object(Bucket=name, Key=f"k{number}", Body=b"x")
    found: set[str] = set()
    for _ in range(20):
        pair[1].s3gw("jobs", "run", "deliver-logs", "--wait")
        keys = [each["Key"] for each in one.list_objects_v2(Bucket=f"{name}-logs").get("Contents", [])]
        text = [one.get_object(Bucket=f"{name}-logs", Key=key)["Body"].read().decode() for key in keys]
        found = {line.split(" ")[8] for line in "".join(text).splitlines() if "REST.PUT.OBJECT" in line}
        if len(found) >= 10:
            break
    assert found == {f"k{number}" for number in range(10)}
