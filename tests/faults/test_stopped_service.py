"""The process of a service below is stopped: the other backend is enough, and all is made up afterwards."""

from __future__ import annotations

import asyncio
import json
import signal
from collections.abc import Callable
from pathlib import Path

import asyncpg
import pytest

from tests import upstream, wire
from tests.app.test_gateway import wait_until
from tests.gateway import Gateway, database_url
from tests.processes import send
from tests.streams import content

MIB = 1 << 20

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


def test_one_of_two_hangs_and_comes_back(
    new_gateway: Callable[..., Gateway],
    new_upstream: Callable[[str], upstream.Upstream],
    tmp_path: Path,
) -> None:
    below = new_upstream("rclone")
    assert isinstance(below, upstream.Rclone)
    upstream.make_bucket(below, "packs")
    gateway = new_gateway(
        S3GW_BACKEND=f"{(tmp_path / 'packs').as_uri()} {upstream.url(below, 'packs/all')}",
        S3GW_REPLICAS="2",
        S3GW_WRITE_QUORUM="1",
        S3GW_COLLECT_INTERVAL="0.5",
        S3GW_BACKEND_TIMEOUT="1",
        S3GW_BACKEND_ATTEMPTS="1",
        S3GW_BACKEND_FAILURES="1",
        S3GW_BACKEND_DOWN="1",
        **upstream.CREDENTIALS,
    ).start()
    assert wire.request(gateway, "PUT", "/bucket").status == 200
    assert wire.request(gateway, "PUT", "/bucket/0", body=content(0, MIB)).status == 200
    send(below.pid, signal.SIGSTOP)
    try:
        for turn in range(1, 4):
            said = wire.request(gateway, "PUT", f"/bucket/{turn}", body=content(turn, MIB), timeout=60)
            assert said.status == 200
        for turn in range(4):
            found = wire.request(gateway, "GET", f"/bucket/{turn}", timeout=60)
            assert found.body == content(turn, MIB)
        wait_until(lambda: "gets no copy on backend 2 yet" in gateway.logs(), "an attempt that fails", 6000)
        assert "a backend counts as down" in gateway.logs()
        assert gateway.answers("/-/ready"), "the other is enough"
    finally:
        send(below.pid, signal.SIGCONT)
    wait_until(lambda: "a backend that was down answers again" in gateway.logs(), "a closed breaker", 6000)
    wait_until(lambda: ask(gateway, LACKING) == 0, "two copies of every pack", 6000)
    wait_until(lambda: not any(breakers(gateway)), "closed breakers where nobody asks", 60)
    assert gateway.stop() == 0


def breakers(gateway: Gateway) -> list[int]:
    """For how many processes the breaker is open, of each backend."""
    return [one["breaker_open"] for one in json.loads(gateway.s3gw("backend", "list", "--json"))]


LACKING = """
SELECT count(*) FROM packs p WHERE size IS NOT NULL
AND (SELECT count(*) FROM replicas r WHERE r.pack_id = p.id AND r.ready) < 2
"""


def ask(gateway: Gateway, query: str) -> int:
    """A number from the gateway's database."""

    async def asking() -> int:
        connection = await asyncpg.connect(database_url(gateway))
        try:
            found: int = await connection.fetchval(query)
            return found
        finally:
            await connection.close()

    return asyncio.run(asking())
