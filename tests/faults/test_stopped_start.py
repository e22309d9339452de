"""A gateway that is stopped or killed in the midst of its start: others say what they wait for, and start."""

from __future__ import annotations

import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import wire
from tests.app.test_gateway import wait_until
from tests.killable import KillableGateway

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

POINT = "start.alone"


@pytest.fixture
def pair(shared_dsn: str, tmp_path: Path) -> Iterator[tuple[KillableGateway, KillableGateway]]:
    settings = {"S3GW_DATABASE_URL": shared_dsn, "S3GW_BACKEND": (tmp_path / "packs").as_uri()}
    one, two = (KillableGateway(tmp_path / name, settings) for name in ("one", "two"))
    yield one, two
    for gateway in (one, two):
        gateway.kill9()


def begin(gateway: KillableGateway) -> None:
    """Start it, without waiting until it is ready."""
    with gateway.log.open("ab") as log:
        gateway.process = subprocess.Popen(
            [str(gateway.command), "serve"], env=gateway.environment(), stdout=log, stderr=log
        )


def test_another_starts_and_so_does_the_first_when_it_wakes_up(
    pair: tuple[KillableGateway, KillableGateway],
) -> None:
    one, two = pair
    one.order("stop", POINT)
    begin(one)
    wait_until(lambda: one.has_obeyed, "the first is stopped in its start", 6000)
    begin(two)
    wait_until(
        lambda: "another gateway of this database is starting" in two.logs(), "what it waits for", 6000
    )
    wait_until(lambda: two.answers("/-/ready"), "the start of the second", 12000)
    assert wire.request(two, "PUT", "/bucket").status == 200
    one.signal_all(signal.SIGCONT)
    wait_until(lambda: one.answers("/-/ready"), "the start of the first", 6000)
    assert "others may start now" in one.logs()
    assert wire.request(one, "PUT", "/bucket/key", body=b"body").status == 200
    assert wire.request(two, "GET", "/bucket/key").body == b"body"
    assert one.stop() == two.stop() == 0


def test_another_starts_at_once_where_the_first_was_killed(
    pair: tuple[KillableGateway, KillableGateway],
) -> None:
    one, two = pair
    one.order("kill", POINT)
    begin(one)
    assert one.process is not None
    assert one.process.wait(60) != 0
    two.start()
    one.restart()
    assert one.stop() == two.stop() == 0
