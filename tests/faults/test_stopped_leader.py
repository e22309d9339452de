"""A gateway that is stopped in the middle of a job: another goes on with it, also when the first wakes up."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from s3gw.db.pool import Database
from tests import wire
from tests.app.test_gateway import wait_until
from tests.killable import KillableGateway
from tests.stores import random_bytes
from tests.torture.field import HURRY, run

pytestmark = [pytest.mark.slow, pytest.mark.timeout(240)]


@pytest.fixture
def pair(shared_dsn: str, tmp_path: Path) -> Iterator[tuple[KillableGateway, KillableGateway]]:
    settings = {**HURRY, "S3GW_DATABASE_URL": shared_dsn, "S3GW_BACKEND": (tmp_path / "packs").as_uri()}
    one, two = (KillableGateway(tmp_path / name, settings) for name in ("one", "two"))
    yield one, two
    for gateway in (one, two):
        gateway.kill9()


def test_another_goes_on_with_the_job(pair: tuple[KillableGateway, KillableGateway], shared_dsn: str) -> None:
    one, two = pair
    one.start()
    one.order("stop", "tombstone.due")
    assert wire.request(one, "PUT", "/bucket").status == 200
    assert wire.request(one, "PUT", "/bucket/key", body=random_bytes(100_000)).status == 200
    assert one.stop() == 0  # which seals the pack
    one.restart()
    assert wire.request(one, "DELETE", "/bucket/key").status == 204
    wait_until(lambda: one.has_obeyed, "the job is stopped before it unlinks")
    assert ask(shared_dsn, "SELECT count(*) FROM tombstones") > 0
    two.start()
    wait_until(lambda: ask(shared_dsn, "SELECT count(*) FROM tombstones") == 0, "the other unlinks", 6000)
    runs = "SELECT runs FROM jobs WHERE name = 'collect'"
    before = ask(shared_dsn, runs)
    one.signal_all(signal.SIGCONT)
    wait_until(lambda: ask(shared_dsn, runs) > before + 2, "the job goes on")
    two.kill9()
    before = ask(shared_dsn, runs)
    wait_until(lambda: ask(shared_dsn, runs) > before + 2, "the one that woke up runs it, too")
    assert wire.request(one, "PUT", "/bucket/key", body=b"body").status == 200


def ask(dsn: str, query: str) -> Any:
    async def asking() -> Any:
        db = await Database.connect(dsn, size=1)
        try:
            return await db.fetchval(query)
        finally:
            await db.close()

    return run(asking())
