"""What the product is for: ten releases of one package cost little more than one."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bench.releases import release_tars
from tests.gateway import Gateway

if TYPE_CHECKING:
    from _typeshed import SupportsRead

MIB = 1 << 20
SOME = 3
"""Releases that are sent again, and come back by the same client."""


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_ten_releases_by_aws_sync_save_at_least_93_percent(
    new_gateway: Callable[..., Gateway], tmp_path: Path
) -> None:
    gateway = new_gateway().start()
    given, back = tmp_path / "given", tmp_path / "back"
    tars = release_tars(given)
    gateway.aws("s3", "mb", "s3://releases")
    gateway.aws("s3", "sync", "--quiet", str(given), "s3://releases/first", timeout=600)
    once = _stats(gateway)
    assert once["objects"] == 10
    assert once["logical_bytes"] == sum(tar.stat().st_size for tar in tars)
    assert once["savings_percent"] >= 93

    client = gateway.client()
    for tar in tars:
        _assert_same(client.get_object(Bucket="releases", Key=f"first/{tar.name}")["Body"], tar)
    for tar in tars[SOME:]:
        tar.unlink()
    gateway.aws("s3", "sync", "--quiet", str(given), "s3://releases/second", timeout=600)
    twice = _stats(gateway)
    assert twice["objects"] == 10 + SOME
    assert twice["packs"] == once["packs"]
    assert twice["stored_bytes"] - once["stored_bytes"] < MIB

    gateway.aws("s3", "sync", "--quiet", "s3://releases/second", str(back), timeout=600)
    for tar in tars[:SOME]:
        with (back / tar.name).open("rb") as found:
            _assert_same(found, tar)
    shutil.rmtree(tmp_path, ignore_errors=True)


def _assert_same(found: SupportsRead[bytes], tar: Path) -> None:
    with tar.open("rb") as expected:
        while block := expected.read(MIB):
            assert found.read(MIB) == block
    assert not found.read(1)


def _stats(gateway: Gateway) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(gateway.s3gw("stats", "--json"))
    print({name: value for name, value in found.items() if name != "buckets"})  # for docs/benchmarks.md
    return found
