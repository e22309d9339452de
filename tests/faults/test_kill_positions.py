"""Jobs that walk through everything, killed in the middle: they go on where they were."""

from __future__ import annotations

import re
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

HOUR = 3600

pytestmark = [pytest.mark.slow, pytest.mark.timeout(180)]


@pytest.fixture
def gateway(shared_dsn: str, tmp_path: Path) -> Iterator[KillableGateway]:
    settings = {
        **HURRY,
        "S3GW_DATABASE_URL": shared_dsn,
        "S3GW_BACKEND": " ".join((tmp_path / f"disk-{number}").as_uri() for number in range(3)),
        "S3GW_REPLICAS": "3",
        "S3GW_SCRUB_PERIOD": str(HOUR),
    }
    made = KillableGateway(tmp_path / "gateway", settings)
    made.start()
    assert wire.request(made, "PUT", "/bucket").status == 200
    yield made
    made.kill9()


def ask(gateway: KillableGateway, query: str) -> list[Any]:
    async def asking() -> list[Any]:
        db = await Database.connect(gateway.settings["S3GW_DATABASE_URL"], size=1)
        try:
            return [tuple(row.values()) for row in await db.fetch(query)]
        finally:
            await db.close()

    return run(asking())


def killed(gateway: KillableGateway, point: str) -> None:
    """Wait until it has ended there, and start it again."""
    wait_until(lambda: gateway.has_obeyed, point, 6000)
    assert gateway.process is not None
    gateway.process.wait(60)


def test_a_scrub_goes_on_with_the_copies_that_it_has_not_read(gateway: KillableGateway) -> None:
    for number in range(2):
        assert (
            wire.request(gateway, "PUT", f"/bucket/{number}", body=random_bytes(70_000, number)).status == 200
        )
        assert gateway.stop() == 0  # which seals the pack
        gateway.restart()
    gateway.order("kill", "scrub.read", 4)
    ask(gateway, f"UPDATE replicas SET created_at = now() - make_interval(secs => {2 * HOUR})")
    killed(gateway, "scrub.read")
    verified = "SELECT name, verified_at FROM replicas WHERE verified_at IS NOT NULL ORDER BY name"
    before = ask(gateway, verified)
    assert len(before) == 3
    gateway.restart()
    wait_until(lambda: len(ask(gateway, verified)) == 6, "the others", 6000)
    assert set(before) < set(ask(gateway, verified))


def test_a_pass_goes_on_behind_the_last_page(gateway: KillableGateway) -> None:
    keys = [f"{number:03}" for number in range(70)]
    for number, key in enumerate(keys):
        said = wire.request(gateway, "PUT", f"/bucket/{key}", body=random_bytes(20_000, number))
        assert said.status == 200
    gateway.order("kill", "rechunk.chosen", 67)
    gateway.s3gw("bucket", "set", "bucket", "--chunking", "fixed-8k")
    killed(gateway, "rechunk.chosen")
    [(behind,)] = ask(gateway, "SELECT after_key FROM rechunk_passes")
    assert keys[0] < behind < keys[-1]
    gateway.restart()
    told = re.compile(r"job rechunk: {.*'checked': (\d+), 'passes': 1}")
    wait_until(lambda: told.search(gateway.logs()) is not None, "the rest", 6000)
    [checked] = told.findall(gateway.logs())
    assert int(checked) == len(keys) - keys.index(behind) - 1
