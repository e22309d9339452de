"""SIGKILL of a gateway between giving up the copy that failed and the end of its pack: the other copy keeps
what was acknowledged, and another is made in place of what was given up."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from s3gw.backends.disk import Disk
from s3gw.db.pool import Database
from tests import wire
from tests.app.test_gateway import wait_until
from tests.invariants import check_store
from tests.killable import KillableGateway
from tests.stores import random_bytes
from tests.torture.field import HURRY, run

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]

DATA = {f"/bucket/{number}": random_bytes(300_000, number) for number in range(3)}


@pytest.fixture
def disks(tmp_path: Path) -> tuple[Path, Path]:
    return tmp_path / "one", tmp_path / "two"


@pytest.fixture
def gateway(shared_dsn: str, disks: tuple[Path, Path], tmp_path: Path) -> Iterator[KillableGateway]:
    settings = {
        **HURRY,
        "S3GW_DATABASE_URL": shared_dsn,
        "S3GW_BACKEND": " ".join(disk.as_uri() for disk in disks),
        "S3GW_REPLICAS": "2",
        "S3GW_WRITE_QUORUM": "1",
    }
    made = KillableGateway(tmp_path / "gateway", settings)
    yield made
    made.kill9()


def test_killed_when_a_copy_was_given_up(
    gateway: KillableGateway, disks: tuple[Path, Path], shared_dsn: str, tmp_path: Path
) -> None:
    gateway.start()
    assert wire.request(gateway, "PUT", "/bucket").status == 200
    away = disks[1].rename(tmp_path / "away")
    for path, body in DATA.items():
        assert wire.request(gateway, "PUT", path, body=body).status == 200
    assert "goes on without its copy on backend 2" in gateway.logs()
    gateway.order("kill", "pack.copies-given-up")
    assert gateway.stop() != 0  # it would have ended its pack
    assert gateway.has_obeyed
    copies = (
        "SELECT count(*) FROM replicas r JOIN packs p ON p.id = r.pack_id WHERE p.lease_until IS NOT NULL"
    )
    assert ask(shared_dsn, copies) == 1
    away.rename(disks[1])
    gateway.restart()
    for path, body in DATA.items():
        assert wire.request(gateway, "GET", path).body == body
    wait_until(lambda: ask(shared_dsn, LACKING) == 0, "two copies of every pack", 6000)
    assert gateway.stop() == 0
    gateway.s3gw("gc", "--grace", "0")
    assert run(violations(shared_dsn, disks)) == []


LACKING = """
SELECT count(*) FROM packs p WHERE size IS NULL
OR (SELECT count(*) FROM replicas r WHERE r.pack_id = p.id AND r.ready) < 2
"""


def ask(dsn: str, query: str) -> Any:
    async def asking() -> Any:
        db = await Database.connect(dsn, size=1)
        try:
            return await db.fetchval(query)
        finally:
            await db.close()

    return run(asking())


async def violations(dsn: str, disks: tuple[Path, Path]) -> list[str]:
    db = await Database.connect(dsn)
    opened = [Disk(disk) for disk in disks]
    try:
        return await check_store(db, dict(enumerate(opened, start=1)))
    finally:
        for disk in opened:
            await disk.close()
        await db.close()
