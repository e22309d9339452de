"""Below the free-space reserve: no more bytes come in, and deleting still works."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from botocore.exceptions import ClientError

from tests.gateway import Gateway
from tests.streams import content


@pytest.mark.slow
def test_writes_are_refused_and_deletes_work(new_gateway: Callable[..., Gateway]) -> None:
    gateway = new_gateway()
    gateway.start()
    client = gateway.client()
    client.create_bucket(Bucket="full")
    for key, size in [("small", 100), ("large", 3 << 20)]:
        client.put_object(Bucket="full", Key=key, Body=content(1, size))
    gateway.stop()

    gateway.settings["S3GW_RESERVE"] = "1000T"
    gateway.restart()
    client = gateway.client()
    for size in (100, 3 << 20):
        with pytest.raises(ClientError) as refused:
            client.put_object(Bucket="full", Key="new", Body=content(2, size))
        assert refused.value.response["Error"]["Code"] == "InsufficientStorage"
        assert refused.value.response["ResponseMetadata"]["HTTPStatusCode"] == 507
    assert client.get_object(Bucket="full", Key="large")["Body"].read() == content(1, 3 << 20)
    for key in ("small", "large"):
        client.delete_object(Bucket="full", Key=key)
    assert client.list_objects_v2(Bucket="full")["KeyCount"] == 0
    gateway.s3gw("gc", "--grace", "0")
    client.delete_bucket(Bucket="full")
