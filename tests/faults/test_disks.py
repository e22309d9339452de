"""Disks that are full, read-only, broken: writes are refused or go elsewhere, what is there is read."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from s3gw.db.pool import Database
from tests import wire
from tests.app.test_gateway import wait_until
from tests.conftest import _run
from tests.faults.images import Image, image_directory, mounted
from tests.gateway import Gateway, database_url
from tests.processes import is_running
from tests.streams import content

MIB = 1 << 20
BUCKET = "disks"
New = Callable[..., Gateway]

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture
def images(tmp_path: Path) -> Iterator[list[Image]]:
    """Two small file systems for packs."""
    directory = image_directory(tmp_path)
    with ExitStack() as stack:
        yield [
            stack.enter_context(mounted(directory / f"{name}.img", 96 * MIB, tmp_path / name))
            for name in ("one", "two")
        ]


@pytest.fixture
def on_disks(new_gateway: New, images: list[Image]) -> Iterator[Callable[..., Gateway]]:
    """Starts a gateway whose packs are on so many of the file systems."""
    made: list[Gateway] = []

    def start(number: int, **settings: str) -> Gateway:
        places = " ".join((image.at / "packs").as_uri() for image in images[:number])
        gateway = new_gateway(S3GW_BACKEND=places, S3GW_COLLECT_INTERVAL="1", **settings)
        made.append(gateway.start())
        assert wire.request(gateway, "PUT", f"/{BUCKET}").status == 200
        return gateway

    yield start
    for gateway in made:  # before the file systems are unmounted
        gateway.kill9()


def put(gateway: Gateway, key: str, seed: int, size: int = 2 * MIB) -> tuple[int, str]:
    """Status and error code of a PUT."""
    said = wire.request(gateway, "PUT", f"/{BUCKET}/{key}", body=content(seed, size))
    return said.status, said.code


def has(gateway: Gateway, key: str, seed: int, size: int = 2 * MIB) -> bool:
    """Whether the key has just these bytes."""
    return wire.request(gateway, "GET", f"/{BUCKET}/{key}").body == content(seed, size)


def listed(gateway: Gateway) -> list[dict[str, Any]]:
    """The backends as the command shows them."""
    found: list[dict[str, Any]] = json.loads(gateway.s3gw("backend", "list", "--json"))
    return found


@pytest.mark.parametrize("reserve", ["16M", "0"])
def test_the_only_disk_is_full(on_disks: New, images: list[Image], reserve: str) -> None:
    gateway = on_disks(1, S3GW_RESERVE=reserve, S3GW_DATABASE_RESERVE="0")
    assert put(gateway, "old", 1) == (200, "")
    images[0].fill(leave=0 if reserve == "0" else 8 * MIB)
    for turn in range(3):
        assert put(gateway, "new", 2 + turn) == (507, "InsufficientStorage")
    assert wire.request(gateway, "GET", f"/{BUCKET}/new").status == 404
    assert has(gateway, "old", 1)
    assert wire.request(gateway, "DELETE", f"/{BUCKET}/old").status == 204
    images[0].relieve()
    wait_until(lambda: put(gateway, "new", 9) == (200, ""), "room", 600)
    assert has(gateway, "new", 9)


@pytest.mark.parametrize("copies", ["1", "2"])
def test_one_of_two_disks_is_full(on_disks: New, images: list[Image], copies: str) -> None:
    """Writes go on, all of them; what the full one lacks it gets when it has room."""
    quorum = {"S3GW_REPLICAS": copies, "S3GW_WRITE_QUORUM": "1"}
    gateway = on_disks(2, S3GW_RESERVE="8M", S3GW_DATABASE_RESERVE="0", **quorum)
    assert put(gateway, "0", 0) == (200, "")
    images[0].fill(leave=4 * MIB)
    for turn in range(1, 8):
        assert put(gateway, str(turn), turn) == (200, "")
    for turn in range(8):
        assert has(gateway, str(turn), turn)
    assert [one["full"] for one in listed(gateway)] == [True, False]
    images[0].relieve()
    if copies == "2":
        wait_until(lambda: repaired(gateway), "both copies of everything", 12000)


def test_no_reserve_and_one_of_two_disks_is_full(on_disks: New, images: list[Image]) -> None:
    """It says that it has room until a write meets its end: that write goes to the other one."""
    gateway = on_disks(2, S3GW_RESERVE="0", S3GW_DATABASE_RESERVE="0")
    images[0].fill(leave=256 << 10)
    for turn in range(6):
        assert put(gateway, str(turn), turn) == (200, "")
    for turn in range(6):
        assert has(gateway, str(turn), turn)


def test_the_only_disk_becomes_read_only(on_disks: New, images: list[Image]) -> None:
    gateway = on_disks(1, S3GW_RESERVE="0", S3GW_DATABASE_RESERVE="0")
    assert put(gateway, "old", 1) == (200, "")
    read_only(gateway, images[0])
    for _ in range(4):
        assert put(gateway, "new", 2)[0] == 503
    assert has(gateway, "old", 1)
    assert wire.request(gateway, "GET", f"/{BUCKET}/new").status == 404
    assert wire.request(gateway, "DELETE", f"/{BUCKET}/old").status == 204
    images[0].remount("rw")
    wait_until(lambda: put(gateway, "new", 3) == (200, ""), "writes", 600)
    assert has(gateway, "new", 3)


def test_one_of_two_disks_flaps(on_disks: New, images: list[Image]) -> None:
    """It is read-only, again and again, under writes of two copies of which one is enough."""
    gateway = on_disks(
        2, S3GW_RESERVE="0", S3GW_DATABASE_RESERVE="0", S3GW_REPLICAS="2", S3GW_WRITE_QUORUM="1"
    )
    for turn in range(9):
        if turn % 3 == 1:
            read_only(gateway, images[0])
        assert put(gateway, str(turn), turn) == (200, "")
        if turn % 3 == 2:
            images[0].remount("rw")
    for turn in range(9):
        assert has(gateway, str(turn), turn)
    wait_until(lambda: repaired(gateway), "both copies of everything", 12000)
    assert [one["breaker_open"] for one in listed(gateway)] == [0, 0]


def test_one_of_two_disks_breaks(on_disks: New, images: list[Image]) -> None:
    """Every access fails from then on (EIO): the other serves reads and takes writes. When it is there again,
    what it missed is made up for."""
    gateway = on_disks(
        2, S3GW_RESERVE="0", S3GW_DATABASE_RESERVE="0", S3GW_REPLICAS="2", S3GW_WRITE_QUORUM="1"
    )
    assert put(gateway, "old", 1) == (200, "")
    images[0].cut_power()
    for turn in range(2, 6):
        assert put(gateway, str(turn), turn) == (200, "")
        assert has(gateway, str(turn), turn)
        assert has(gateway, "old", 1)
    assert "error" in listed(gateway)[0]
    gateway.kill9()
    images[0].unmount()
    images[0].mount()
    gateway.restart()
    wait_until(lambda: repaired(gateway), "both copies of everything", 12000)
    images[1].cut_power()  # what was made anew is enough
    for turn in range(2, 6):
        assert has(gateway, str(turn), turn)
    assert has(gateway, "old", 1)


def test_the_only_disk_breaks(on_disks: New, images: list[Image]) -> None:
    gateway = on_disks(1, S3GW_RESERVE="0", S3GW_DATABASE_RESERVE="0")
    assert put(gateway, "old", 1) == (200, "")
    images[0].cut_power()
    for _ in range(3):
        assert put(gateway, "new", 2)[0] == 503
    small = wire.request(gateway, "PUT", f"/{BUCKET}/small", body=b"x")
    assert small.status == 200, "what needs no pack goes on"
    assert wire.request(gateway, "GET", f"/{BUCKET}/new").status == 404


def test_the_disk_of_the_database_is_full(new_gateway: New, tmp_path: Path) -> None:
    """Without a reserve PostgreSQL itself runs into the end: nothing that was acknowledged is lost."""
    gateway = new_gateway(S3GW_RESERVE="0", S3GW_BACKEND=(tmp_path / "packs").as_uri())
    with mounted(image_directory(tmp_path) / "disk.img", 768 * MIB, gateway.data) as image:
        try:
            gateway.start()
            assert wire.request(gateway, "PUT", f"/{BUCKET}").status == 200
            assert put(gateway, "old", 1, 5000) == (200, "")
            image.fill()
            kept = {}
            for turn in range(300):
                status, _ = put(gateway, str(turn), turn, 6000)
                if status == 200:
                    kept[str(turn)] = turn
                elif len(kept) < turn - 5:
                    break
                else:
                    assert status in (503, 507)
            assert len(kept) < 300
            image.relieve()
            wait_until(lambda: put(gateway, "new", 9, 5000) == (200, ""), "room", 600)
            for key, seed in kept.items():
                assert has(gateway, key, seed, 6000)
            assert has(gateway, "old", 1, 5000)
        finally:
            left = gateway.postgres_pids()
            gateway.kill9()
            wait_until(lambda: not any(map(is_running, left)), "the end of PostgreSQL", 6000)


def read_only(gateway: Gateway, image: Image) -> None:
    """Remount it, which works as soon as no file is open for writing: the open pack is given up first."""
    gateway.stop()
    gateway.restart()
    image.remount("ro")


_LACKING = """
SELECT (SELECT count(*) FROM repairs) + (
    SELECT count(*) FROM packs p LEFT JOIN instances i ON i.id = p.instance_id
    WHERE i.epoch > p.epoch
    OR 2 <> (SELECT count(DISTINCT r.backend_id) FROM replicas r WHERE r.pack_id = p.id AND r.ready)
)
"""
"""How many packs nobody has looked at since their writer died, or are not on both backends."""


def repaired(gateway: Gateway) -> bool:
    """Whether every pack has both its copies, with all their bytes."""

    async def lacking() -> int:
        db = await Database.connect(database_url(gateway))
        try:
            found: int = await db.fetchval(_LACKING)
            return found
        finally:
            await db.close()

    return _run(lacking()) == 0
