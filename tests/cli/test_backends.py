"""`s3gw backend` and `s3gw rebalance` beside a running gateway: disks come and go, and nothing is missed."""

from __future__ import annotations

import json
import shutil
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from mypy_boto3_s3 import S3Client

from tests.app.test_gateway import wait_until
from tests.gateway import Gateway
from tests.streams import content

MIB = 1 << 20

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


def listed(gateway: Gateway) -> dict[str, dict[str, Any]]:
    return {one["name"]: one for one in json.loads(gateway.s3gw("backend", "list", "--json"))}


def refused(gateway: Gateway, *arguments: str) -> str:
    with pytest.raises(AssertionError) as error:
        gateway.s3gw(*arguments)
    return str(error.value)


def disk(path: Path) -> str:
    path.mkdir()
    return path.as_uri()


def test_a_disk_is_added_and_the_first_is_emptied_and_removed(
    new_gateway: Callable[..., Gateway], tmp_path: Path
) -> None:
    gateway = new_gateway(S3GW_BACKEND=disk(tmp_path / "first")).start()
    client = gateway.client()
    client.create_bucket(Bucket="bkt")
    for number in range(6):
        client.put_object(Bucket="bkt", Key=str(number), Body=content(number, 5 * MIB))
    second = disk(tmp_path / "second")
    assert "added second" in gateway.s3gw("backend", "add", "second", second, "--weight", "2")
    assert "is 'second' already" in refused(gateway, "backend", "add", "third", second)
    assert "already" in refused(gateway, "backend", "add", "second", disk(tmp_path / "third"))
    gateway.s3gw("rebalance")
    for number in range(6):  # what was moved to a backend that the gateway did not know when it was started
        assert client.get_object(Bucket="bkt", Key=str(number))["Body"].read() == content(number, 5 * MIB)
    assert gateway.stop() == 0
    gateway.restart()
    backends = listed(gateway)
    assert {name: one["weight"] for name, one in backends.items()} == {"disk": 1, "second": 2}
    assert backends["second"]["ms"] >= 0
    assert "copies of packs are on second" in refused(gateway, "backend", "remove", "second")
    gateway.s3gw("backend", "set", "disk", "--state", "draining")
    gateway.s3gw("rebalance")
    assert "to be unlinked" in refused(gateway, "backend", "remove", "disk")
    gateway.s3gw("gc", "--grace", "0")
    assert listed(gateway)["disk"]["packs"] == 0
    client = gateway.client()
    for number in range(6):
        assert client.get_object(Bucket="bkt", Key=str(number))["Body"].read() == content(number, 5 * MIB)
    assert "removed disk" in gateway.s3gw("backend", "remove", "disk")
    assert gateway.stop() == 0
    gateway.settings["S3GW_BACKEND"] = second
    gateway.restart()
    client = gateway.client()
    client.put_object(Bucket="bkt", Key="new", Body=content(9, 5 * MIB))
    for number in range(6):
        assert client.get_object(Bucket="bkt", Key=str(number))["Body"].read() == content(number, 5 * MIB)
    assert "no backend 'disk'" in refused(gateway, "backend", "set", "disk", "--weight", "3")
    assert gateway.stop() == 0


def test_a_running_gateway_takes_up_what_is_added_when_it_is_full(
    new_gateway: Callable[..., Gateway], tmp_path: Path
) -> None:
    """No restart: neither for the disk that is added, nor for reserves that are changed."""
    gateway = new_gateway(S3GW_BACKEND=disk(tmp_path / "first"), S3GW_DATABASE_RESERVE="0", S3GW_WORKERS="2")
    gateway.start()
    client = gateway.client()
    client.create_bucket(Bucket="bkt")
    client.put_object(Bucket="bkt", Key="0", Body=content(0, 5 * MIB))
    gateway.s3gw("backend", "set", "disk", "--reserve", "1000T")
    wait_until(lambda: not takes(client, "refused"), "a refusal", 60)
    with pytest.raises(client.exceptions.ClientError) as full:
        client.put_object(Bucket="bkt", Key="refused", Body=content(2, 5 * MIB))
    assert full.value.response["Error"]["Code"] == "InsufficientStorage"
    assert listed(gateway)["disk"]["full"] is True
    gateway.s3gw("backend", "add", "second", disk(tmp_path / "second"), "--reserve", "1M")
    wait_until(lambda: takes(client, "taken"), "a backend with room", 60)
    for number in range(1, 5):
        client.put_object(Bucket="bkt", Key=str(number), Body=content(number, 5 * MIB))
    backends = listed(gateway)
    assert backends["second"]["reserve"] == MIB
    assert backends["second"]["full"] is False
    assert backends["second"]["packs"] > 0
    assert "active, full" in gateway.s3gw("backend", "list")
    health = json.loads(urllib.request.urlopen(f"{gateway.endpoint}/-/health").read())
    assert health["status"] == "ok"
    assert {one["name"]: one["status"] for one in health["backends"]} == {"disk": "full", "second": "ok"}
    wait_until(lambda: listed(gateway)["second"]["gateways"] == 1, "a report", 120)
    assert listed(gateway)["second"]["breaker_open"] == 0
    gateway.s3gw("backend", "set", "disk", "--reserve", "0")
    wait_until(lambda: listed(gateway)["disk"]["full"] is False, "room", 120)
    for number in range(5):
        assert client.get_object(Bucket="bkt", Key=str(number))["Body"].read() == content(number, 5 * MIB)
    assert gateway.stop() == 0


def takes(client: S3Client, key: str) -> bool:
    """Whether something is stored now. Asked every half second."""
    time.sleep(0.5)
    try:
        client.put_object(Bucket="bkt", Key=key, Body=content(99, MIB))
    except client.exceptions.ClientError:
        return False
    return True


def test_a_service_takes_no_reserve(new_gateway: Callable[..., Gateway]) -> None:
    gateway = new_gateway()
    told = refused(gateway, "backend", "add", "up", "s3://bucket/prefix", "--reserve", "1G")
    assert "does not tell what is free" in told


def test_one_of_three_disks_is_lost(new_gateway: Callable[..., Gateway], tmp_path: Path) -> None:
    places = [disk(tmp_path / name) for name in ("a", "b", "c")]
    gateway = new_gateway(S3GW_BACKEND=" ".join(places), S3GW_REPLICAS="2").start()
    client = gateway.client()
    client.create_bucket(Bucket="bkt")
    for number in range(4):
        client.put_object(Bucket="bkt", Key=str(number), Body=content(number, 13 * MIB))
    copies = sum(one["packs"] for one in listed(gateway).values())
    gateway.s3gw("backend", "set", "disk-2", "--state", "dead")
    shutil.rmtree(tmp_path / "b")
    for number in range(4):
        assert client.get_object(Bucket="bkt", Key=str(number))["Body"].read() == content(number, 13 * MIB)
    assert gateway.stop() == 0
    gateway.settings["S3GW_BACKEND"] = f"{places[0]} {places[2]}"
    gateway.restart()
    gateway.s3gw("rebalance")
    after = listed(gateway)
    assert after["disk-2"]["error"] == "dead"
    assert after["disk-2"]["packs"] == 0
    assert sum(one["packs"] for one in after.values()) == copies
    client = gateway.client()
    for number in range(4):
        assert client.get_object(Bucket="bkt", Key=str(number))["Body"].read() == content(number, 13 * MIB)
    assert gateway.stop() == 0
