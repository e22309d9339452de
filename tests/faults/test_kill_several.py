"""Two gateways of two workers, killed while clients write through both, and with them what is below them.

The choices of a run follow from a seed, which is printed; `S3GW_TEST_SEED` gives it again.
"""

from __future__ import annotations

import os
import random
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from s3gw import backend_url
from s3gw.backends.disk import Disk
from s3gw.backends.opening import open_backend
from s3gw.db.embedded import Embedded, start_embedded
from tests import upstream, wire
from tests.app.test_gateway import wait_until, workers
from tests.conftest import _run
from tests.faults.uploads import Writer, abort_all, violations
from tests.gateway import Gateway

WRITERS = 6
BETWEEN = 20
"""Acknowledged writes between two strikes."""
BUCKET = "kill"

Strike = Callable[[Gateway, random.Random], None]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


class Database:
    """A PostgreSQL of its own under both gateways, which a test may kill."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._server: Embedded = _run(start_embedded(home))
        self.url = self._server.url

    def strike(self) -> None:
        """Kill it as by a power cut, and start it again."""
        assert self._server.pid is not None
        os.kill(self._server.pid, signal.SIGKILL)
        wait_until(lambda: not self._server.running(), "the end of PostgreSQL")
        self.stop()
        self._server = _run(start_embedded(self._home))

    def stop(self) -> None:
        """End it in order."""
        _run(self._server.stop())


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    server = Database(tmp_path)
    yield server
    server.stop()


def strike_worker(gateway: Gateway, chosen: random.Random) -> None:
    """Kill a worker; its parent starts another."""
    os.kill(chosen.choice(sorted(workers(gateway))), signal.SIGKILL)


def strike_all(gateway: Gateway, chosen: random.Random) -> None:
    """Kill the parent and its workers at once, and start the gateway again."""
    gateway.kill9()
    gateway.restart()


def test_the_database_is_killed_too(
    new_gateway: Callable[..., Gateway], database: Database, tmp_path: Path
) -> None:
    gateways = a_pair(new_gateway, S3GW_DATABASE_URL=database.url, S3GW_BACKEND=(tmp_path / "packs").as_uri())

    def strike_database(gateway: Gateway, chosen: random.Random) -> None:
        database.strike()

    writers = write_through(gateways, [strike_database, strike_all, strike_database, strike_worker])
    settle(gateways, writers)
    assert _run(violations(database.url, Disk(tmp_path / "packs"))) == []


@pytest.mark.parametrize("service", ["rclone", "s3gw"])
def test_the_upstream_is_killed_too(
    new_gateway: Callable[..., Gateway],
    new_upstream: Callable[[str], upstream.Upstream],
    database: Database,
    monkeypatch: pytest.MonkeyPatch,
    service: str,
) -> None:
    for name, value in upstream.CREDENTIALS.items():
        monkeypatch.setenv(name, value)
    below = new_upstream(service)
    upstream.make_bucket(below, "packs")
    place = upstream.url(below, "packs/all")

    def strike_upstream(gateway: Gateway, chosen: random.Random) -> None:
        below.kill9()
        threading.Event().wait(chosen.uniform(0.0, 1.0))
        below.start()

    gateways = a_pair(new_gateway, S3GW_DATABASE_URL=database.url, S3GW_BACKEND=place, **upstream.CREDENTIALS)
    writers = write_through(gateways, [strike_upstream, strike_all])
    settle(gateways, writers)
    (location,) = backend_url.parse_all(place)
    assert _run(violations(database.url, open_backend(location))) == []


def a_pair(new_gateway: Callable[..., Gateway], **settings: str) -> list[Gateway]:
    """Two running gateways of two workers, in a hurry, and a bucket."""
    hurry = {
        "S3GW_WORKERS": "2",
        "S3GW_SHUTDOWN_TIMEOUT": "2",
        "S3GW_COLLECT_INTERVAL": "1",
        "S3GW_MARGIN_LEASE": "20",
    }
    gateways = [new_gateway(**settings, **hurry).start() for _ in range(2)]
    assert wire.request(gateways[0], "PUT", f"/{BUCKET}").status == 200
    return gateways


def write_through(gateways: list[Gateway], strikes: Sequence[Strike]) -> list[Writer]:
    """Write through both while the strikes come one after another; the writers, who have ended."""
    seed = int(os.environ.get("S3GW_TEST_SEED") or random.randrange(1 << 32))
    print(f"S3GW_TEST_SEED={seed}")
    chosen = random.Random(seed)
    stop = threading.Event()
    writers = [Writer(gateways, BUCKET, number, seed, stop) for number in range(WRITERS)]
    threads = [threading.Thread(target=writer.run) for writer in writers]
    for thread in threads:
        thread.start()
    try:
        for strike in strikes:
            enough = sum(writer.acknowledged for writer in writers) + BETWEEN
            wait_until(lambda: sum(one.acknowledged for one in writers) >= enough, "writes", 12000)  # noqa: B023
            threading.Event().wait(chosen.uniform(0.0, 0.5))
            strike(chosen.choice(gateways), chosen)
    finally:
        stop.set()
        for thread in threads:
            thread.join(120)
    assert [wrong for writer in writers for wrong in writer.wrong] == []
    return writers


def settle(gateways: list[Gateway], writers: list[Writer]) -> None:
    """Everything acknowledged is there before and after a collection; then the gateways are stopped."""
    for gateway in gateways:
        wait_until(lambda: len(workers(gateway)) == 2 and gateway.answers("/-/ready"), "readiness", 6000)  # noqa: B023
    verify(gateways, writers)
    # Leases of workers that were killed are over when their gateway has started again.
    assert [gateway.stop() for gateway in gateways] == [0, 0]
    for gateway in gateways:
        gateway.restart()
    abort_all(gateways[0], BUCKET)
    gateways[0].s3gw("gc", "--grace", "0")
    verify(gateways, writers)
    assert [gateway.stop() for gateway in gateways] == [0, 0]
    gateways[1].s3gw("gc", "--grace", "0")


def verify(gateways: list[Gateway], writers: list[Writer]) -> None:
    """Through either gateway every key is as it was acknowledged, or as what is in doubt would leave it."""
    for gateway in gateways:
        keys = [key for writer in writers for key in writer.keys]
        wrong = [key.judge(wire.request(gateway, "GET", key.path)) for key in keys]
        assert [one for one in wrong if one is not None] == []
