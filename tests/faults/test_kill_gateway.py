"""SIGKILL of the whole gateway while fifty clients write: what was acknowledged stays, nothing else."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence

import pytest

from s3gw.backends.disk import Disk
from tests import wire
from tests.app.test_gateway import wait_until
from tests.faults.uploads import Writer, abort_all, violations
from tests.gateway import Gateway, database_url
from tests.processes import is_running

BUCKET = "kill"
WRITERS = 50
ENOUGH = 3 * WRITERS
"""Acknowledged writes before the plug is pulled."""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.mark.parametrize("workers", ["1", "2"])
async def test_kill_9_amid_fifty_clients(new_gateway: Callable[..., Gateway], workers: str) -> None:
    """Its database is the embedded one, which ends with it and has to recover."""
    gateway = new_gateway(S3GW_WORKERS=workers).start()
    assert wire.request(gateway, "PUT", f"/{BUCKET}").status == 200
    stop = threading.Event()
    writers = [Writer([gateway], BUCKET, number, 1, stop) for number in range(WRITERS)]
    threads = [threading.Thread(target=writer.run) for writer in writers]
    for thread in threads:
        thread.start()
    try:
        wait_until(lambda: sum(one.acknowledged for one in writers) >= ENOUGH, "writes", 12000)
        gateway.kill9()
    finally:
        stop.set()
        for thread in threads:
            thread.join(120)
    gateway.restart()
    assert wrong(gateway, writers) == []
    abort_all(gateway, BUCKET)
    gateway.s3gw("gc", "--grace", "0")
    assert await violations(database_url(gateway), Disk(gateway.data / "packs"), gateway.data) == []
    assert wrong(gateway, writers) == []


def test_postgresql_dies_with_the_gateway(new_gateway: Callable[..., Gateway]) -> None:
    gateway = new_gateway().start()
    processes = gateway.postgres_pids()
    assert processes
    gateway.kill9()
    wait_until(lambda: not any(map(is_running, processes)), "the end of PostgreSQL", 6000)


def wrong(gateway: Gateway, writers: Sequence[Writer]) -> list[str]:
    """What was seen, or is, otherwise than as it was acknowledged, or as what is in doubt would leave it."""
    keys = [key for writer in writers for key in writer.keys]
    judged = [key.judge(wire.request(gateway, "GET", key.path)) for key in keys]
    return [one for writer in writers for one in writer.wrong] + [one for one in judged if one is not None]
