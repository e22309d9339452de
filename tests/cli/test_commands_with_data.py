"""The commands beside a running gateway and without one."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.gateway import Gateway
from tests.streams import content

MIB = 1 << 20
New = Callable[..., Gateway]


@pytest.mark.slow
def test_stats_gc_and_migrate_with_and_without_the_gateway(new_gateway: New) -> None:
    gateway = new_gateway().start()
    client = gateway.client()
    client.create_bucket(Bucket="first")
    client.create_bucket(Bucket="second")
    data = content(1, 3 * MIB)
    for bucket, key in (("first", "a"), ("first", "b"), ("second", "c")):
        client.put_object(Bucket=bucket, Key=key, Body=data)

    found = json.loads(gateway.s3gw("stats", "--json"))
    buckets = found.pop("buckets")
    assert list(buckets) == ["first", "second"]
    assert (found["objects"], found["logical_bytes"], found["unique_bytes"]) == (3, 9 * MIB, 3 * MIB)
    assert found["savings_percent"] > 60
    assert found["metadata_bytes"] > MIB
    assert buckets["first"]["logical_bytes"] == 6 * MIB
    assert buckets["second"]["unique_bytes"] == 3 * MIB
    assert set(found) - set(buckets["first"]) == {"dead_bytes", "keys", "packs", "metadata_bytes"}
    assert gateway.s3gw("db", "migrate") == "the tables are up to date\n"

    for bucket, key in (("first", "a"), ("first", "b"), ("second", "c")):
        client.delete_object(Bucket=bucket, Key=key)
    assert gateway.stop() == 0
    assert "objects" in gateway.s3gw("stats")
    freed = gateway.s3gw("gc", "--grace", "0")
    assert freed.startswith("freed 3.0 MiB")
    found = json.loads(gateway.s3gw("stats", "--json"))
    assert (found["objects"], found["chunks"], found["packs"], found["stored_bytes"]) == (0, 0, 0, 0)
    assert list(gateway.data.joinpath("packs").rglob("?" * 32)) == []
    assert gateway.s3gw("db", "upgrade") == "the embedded PostgreSQL is up to date\n"
