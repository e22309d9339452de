"""`s3gw scrub` beside a running gateway: damage is told by its keys, and repaired where that is possible."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.gateway import Gateway
from tests.streams import content

KIB, MIB = 1 << 10, 1 << 20

pytestmark = pytest.mark.slow


def packs(place: Path) -> list[Path]:
    return sorted(path for path in place.rglob("*") if path.is_file() and path.stat().st_size > MIB)


def flip(pack: Path, at: int) -> None:
    with pack.open("r+b") as file:
        file.seek(at)
        byte = file.read(1)[0]
        file.seek(at)
        file.write(bytes([byte ^ 1]))


def test_damage_is_told_and_repaired(new_gateway: Callable[..., Gateway], tmp_path: Path) -> None:
    places = [tmp_path / name for name in ("a", "b")]
    for place in places:
        place.mkdir()
    urls = " ".join(place.as_uri() for place in places)
    gateway = new_gateway(S3GW_BACKEND=urls, S3GW_REPLICAS="2", S3GW_COLLECT_INTERVAL="3600").start()
    client = gateway.client()
    client.create_bucket(Bucket="bkt")
    client.put_object(Bucket="bkt", Key="one", Body=content(1, 3 * MIB))
    gateway.stop()
    gateway.restart()
    assert "verified 2 copies of packs, 0 damaged" in gateway.s3gw("scrub")
    flip(packs(places[0])[0], 2 * MIB)
    said = gateway.s3gw("scrub")
    assert "verified 2 copies of packs, 1 damaged" in said
    assert "repaired 1 packs" in said
    assert "0 damaged" in gateway.s3gw("scrub")
    gateway.s3gw("gc", "--grace", "0")
    for place in places:
        (pack,) = packs(place)
        flip(pack, MIB)
    with pytest.raises(AssertionError) as told:
        gateway.s3gw("scrub")
    assert "ended with 1" in str(told.value)
    assert "lost bytes: s3://bkt/one (version null)" in str(told.value)
    assert {"scrub", "repair", "rebalance"} <= {
        one["name"] for one in json.loads(gateway.s3gw("jobs", "--json"))
    }
    assert gateway.stop() == 0
