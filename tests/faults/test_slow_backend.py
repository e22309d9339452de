"""One of two backends hangs, a service whose process is stopped: the other is enough for writes and reads."""

from __future__ import annotations

import json
import os
import signal
from collections.abc import Callable
from pathlib import Path

import pytest

from tests import upstream, wire
from tests.app.test_gateway import wait_until
from tests.gateway import Gateway
from tests.streams import content

MIB = 1 << 20
BUCKET = "slow"

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def test_one_of_two_hangs_and_comes_back(
    new_gateway: Callable[..., Gateway],
    new_upstream: Callable[[str], upstream.Upstream],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    for name, value in upstream.CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    below = new_upstream("rclone")
    upstream.make_bucket(below, "packs")
    assert isinstance(below, upstream.Rclone)
    gateway = new_gateway(
        S3GW_BACKEND=f"{(tmp_path / 'packs').as_uri()} {upstream.url(below, 'packs/all')}",
        S3GW_REPLICAS="2",
        S3GW_WRITE_QUORUM="1",
        S3GW_COLLECT_INTERVAL="1",
        S3GW_BACKEND_TIMEOUT="1",
        S3GW_BACKEND_ATTEMPTS="2",
        **upstream.CREDENTIALS,
    ).start()
    assert wire.request(gateway, "PUT", f"/{BUCKET}").status == 200
    assert wire.request(gateway, "PUT", f"/{BUCKET}/0", body=content(0, MIB)).status == 200
    os.kill(below.pid, signal.SIGSTOP)
    try:
        for turn in range(1, 6):
            said = wire.request(gateway, "PUT", f"/{BUCKET}/{turn}", body=content(turn, MIB), timeout=120)
            assert said.status == 200
        for turn in range(6):
            found = wire.request(gateway, "GET", f"/{BUCKET}/{turn}", timeout=120)
            assert found.body == content(turn, MIB)
        # The job that repairs tries it, and fails, until it counts as down.
        wait_until(lambda: breakers(gateway) > 0, "an open breaker", 300)
        assert gateway.answers("/-/ready"), "the other is enough"
    finally:
        os.kill(below.pid, signal.SIGCONT)
    wait_until(lambda: breakers(gateway) == 0, "a closed breaker", 300)
    wait_until(lambda: repaired(gateway), "as many copies on either", 300)
    assert gateway.stop() == 0


def breakers(gateway: Gateway) -> int:
    """Processes for which a backend counts as down."""
    return sum(one["breaker_open"] for one in json.loads(gateway.s3gw("backend", "list", "--json")))


def repaired(gateway: Gateway) -> bool:
    """Whether both have the same number of copies."""
    packs = {one["packs"] for one in json.loads(gateway.s3gw("backend", "list", "--json"))}
    return len(packs) == 1 and packs != {0}
