"""The power goes while clients write: what was acknowledged is there, since it was synced before.

Data directory and database are on a file system that is shut down without writing what it holds in memory.
Without syncing the same test loses data, which shows that it could.
"""

from __future__ import annotations

import os
import random
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from s3gw.backends.disk import Disk
from tests import wire
from tests.app.test_gateway import wait_until
from tests.conftest import _run
from tests.faults.images import Image, image_directory, mounted
from tests.faults.unsynced import library
from tests.faults.uploads import Writer, abort_all, violations
from tests.gateway import Gateway, database_url
from tests.processes import process_tree

BUCKET = "power"
WRITERS = 4
ENOUGH = 60
"""Acknowledged writes before the power goes."""
SIZE = 2 << 30

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture
def gateway(new_gateway: Callable[..., Gateway], tmp_path: Path) -> Iterator[tuple[Gateway, Image]]:
    made = new_gateway(S3GW_RESERVE="0", S3GW_COLLECT_INTERVAL="1")
    with mounted(image_directory(tmp_path) / "disk.img", SIZE, made.data) as image:
        yield made, image
        made.kill9()


@pytest.mark.parametrize("workers", ["1", "2"])
def test_what_was_acknowledged_outlives_power_cuts(gateway: tuple[Gateway, Image], workers: str) -> None:
    """From the very first start on: nothing is ever ended in order. `S3GW_TEST_SEED` repeats the choices."""
    running, image = gateway
    seed = int(os.environ.get("S3GW_TEST_SEED") or random.randrange(1 << 32))
    print(f"S3GW_TEST_SEED={seed}")
    running.settings["S3GW_WORKERS"] = workers
    running.start()
    assert wire.request(running, "PUT", f"/{BUCKET}").status == 200
    writers = [Writer([running], BUCKET, number, seed, threading.Event()) for number in range(WRITERS)]
    for _ in range(2):
        write_until_the_power_goes(running, image, writers)
        running.restart()
        assert lost(running, writers) == []
    abort_all(running, BUCKET)
    running.s3gw("gc", "--grace", "0")
    assert lost(running, writers) == []
    assert _run(violations(database_url(running), Disk(running.data / "packs"), running.data)) == []


def test_without_syncing_the_same_loses_data(gateway: tuple[Gateway, Image], tmp_path: Path) -> None:
    running, image = gateway
    running.start()
    assert wire.request(running, "PUT", f"/{BUCKET}").status == 200
    assert running.stop() == 0
    os.sync()
    running.settings["LD_PRELOAD"] = library(tmp_path)
    running.restart()
    writers = [Writer([running], BUCKET, number, 1, threading.Event()) for number in range(WRITERS)]
    write_until_the_power_goes(running, image, writers)
    try:
        running.restart()
    except AssertionError:
        return  # not even its database
    assert lost(running, writers) != []


def write_until_the_power_goes(gateway: Gateway, image: Image, writers: Sequence[Writer]) -> None:
    """Let the writers run, and cut the power in their midst; the file system is mounted again afterwards."""
    stop = threading.Event()
    for writer in writers:
        writer.stop = stop
    threads = [threading.Thread(target=writer.run) for writer in writers]
    before = sum(writer.acknowledged for writer in writers)
    for thread in threads:
        thread.start()
    try:
        wait_until(lambda: sum(one.acknowledged for one in writers) >= before + ENOUGH, "writes", 12000)
        image.cut_power()
    finally:
        # Requests that are under way meet the dead file system, and must not be acknowledged.
        threading.Event().wait(0.2)
        stop.set()
        for thread in threads:
            thread.join(120)
    os.kill(gateway.pid, signal.SIGSTOP)  # or it starts its database again meanwhile
    left = process_tree(gateway.pid)
    gateway.kill9()
    # Also of such as have ended but are not yet reaped: PostgreSQL takes them for alive.
    wait_until(
        lambda: not any(Path(f"/proc/{pid}").exists() for pid in left), "the end of all processes", 6000
    )
    image.unmount()
    image.mount()


def lost(gateway: Gateway, writers: Sequence[Writer]) -> list[str]:
    """What is not as it was acknowledged, or as what is in doubt would leave it."""
    keys = [key for writer in writers for key in writer.keys]
    wrong = [key.judge(wire.request(gateway, "GET", key.path)) for key in keys]
    return [one for one in wrong if one is not None]
