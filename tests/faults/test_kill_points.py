"""SIGKILL of a gateway at every point of `s3gw.pauses`, under load: then everything is as acknowledged, and
nothing is left over."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from s3gw.db import jobs, placement
from s3gw.db.pool import Database
from tests.torture.field import Field, run
from tests.torture.points import ELSEWHERE, KILLED_BY, POINTS

SOURCE = Path(__file__).parents[2] / "s3gw"

pytestmark = pytest.mark.timeout(900)


def test_every_point_of_the_source_is_tested() -> None:
    found = {
        point
        for path in SOURCE.rglob("*.py")
        for point in re.findall(r'pauses\.reach\("([^"]+)"\)', path.read_text())
    }
    tested = {point for points in POINTS.values() for point in points}
    assert found == tested | set(ELSEWHERE)
    root = SOURCE.parent
    for where in (*ELSEWHERE.items(), *KILLED_BY.items()):
        assert f'"{where[0]}"' in (root / where[1]).read_text(), where


@pytest.fixture
def field(shared_dsn: str, tmp_path: Path) -> Iterator[Field]:
    """One gateway, of one process, and its clients."""
    made = Field(tmp_path, [shared_dsn], clients=6, workers=1, seed=1)
    yield made
    made.remove()


@pytest.mark.slow
@pytest.mark.parametrize("group", POINTS)
def test_killed_at(field: Field, group: str) -> None:
    """Each kill is followed by a look at every key, and all of them by one for what is left over."""
    gateway = field.gateways[0]
    field.start()
    for point in POINTS[group]:
        gateway.order("kill", point)
        field.load()
        run(wait_for_death(field, group))
        assert gateway.process is not None
        gateway.process.wait(60)
        field.rest()
        gateway.restart()
        field.restarts += 1
        field.look()
    field.settle()


async def lose_copies(field: Field, db: Database) -> None:
    """Take the blobs of one disk away, as a new disk in its place would lack them, and have that repaired."""
    rows = await db.fetch(
        "SELECT r.name FROM replicas r JOIN packs p ON p.id = r.pack_id "
        "WHERE r.backend_id = (SELECT min(id) FROM backends) AND p.lease_until IS NULL"
    )
    for row in rows:
        for found in field.disks[0].rglob(row["name"].hex):
            found.unlink()
    await placement.queue_repairs(db, [row["id"] for row in await db.fetch("SELECT id FROM packs")])


async def leave_things(field: Field, db: Database) -> None:
    """Let leases run out; leave a blob that no row names, and have such looked for, as once an hour."""
    await db.execute("UPDATE packs SET lease_until = '-infinity' WHERE lease_until IS NOT NULL")
    torn = field.disks[1] / "ab" / ("ab" * 16)
    torn.parent.mkdir(exist_ok=True)
    torn.touch()
    await jobs.want(db, "sightings")


PREPARATIONS = {"repair": lose_copies, "reap": leave_things}


async def wait_for_death(field: Field, group: str) -> None:
    """Until the gateway reached the point; what must be broken for that is broken again and again."""
    gateway = field.gateways[0]
    db = await Database.connect(field.url)
    try:
        for turn in range(12000):
            if gateway.has_obeyed:
                return
            if group in PREPARATIONS and turn % 60 == 20:
                await PREPARATIONS[group](field, db)
            await asyncio.sleep(0.01)
    finally:
        await db.close()
    raise AssertionError(f"it did not get there: {gateway.orders.read_text()}")
