"""What people change about backends while a gateway runs is heeded by it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from s3gw.app.adoption import add_backend, adopt
from s3gw.app.following import Followed
from s3gw.app.reporting import Reporter
from s3gw.backend_url import FileLocation
from s3gw.backends.base import Space
from s3gw.backends.several import Several, find
from s3gw.config import Settings
from s3gw.db import backends, instances
from s3gw.db.pool import Database
from s3gw.errors import Unavailable
from s3gw.metrics import catalogue
from s3gw.metrics.board import Board
from s3gw.storage.standing import Standing

HUGE = 1 << 60


@pytest.fixture
async def followed(database: Database, tmp_path: Path) -> AsyncIterator[Followed]:
    places = await adopt(database, [FileLocation(tmp_path / "first")])
    made = Followed(database, places, Settings(reserve=0, backend_down=0.1), None)
    yield made
    await made.close()


async def added(database: Database, path: Path, reserve: int | None = None) -> int:
    """Add a backend as the command does; its id."""
    await add_backend(database, FileLocation(path, path.name), 1, reserve)
    return next(row.id for row in await instances.backends(database) if row.name == path.name)


async def room(several: Several, number: int) -> int:
    """Free bytes above the reserve."""
    space = await several[number].space()
    assert isinstance(space, Space)
    return space.free


async def test_what_is_added_joins(database: Database, followed: Followed, tmp_path: Path) -> None:
    number = await added(database, tmp_path / "second")
    assert number not in followed.backends
    before = iter(followed.backends)
    found = await find(followed.backends, number)
    assert found is followed.backends[number]
    assert followed.backends.names[number] == "second"
    await found.put("ab", [b"x"])
    assert len(list(before)) == 1, "who iterates sees what was there"
    assert await find(followed.backends, 99) is None
    assert await find({}, number) is None


async def test_what_is_not_there_joins_when_it_is(
    database: Database, followed: Followed, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    number = await added(database, tmp_path / "second")
    (tmp_path / "second").rename(tmp_path / "elsewhere")
    for _ in range(3):
        await followed.look()
    assert number not in followed.backends
    assert caplog.text.count("cannot be used here") == 1
    (tmp_path / "second").mkdir()  # the place alone, with nothing mounted there
    await followed.look()
    assert number not in followed.backends
    (tmp_path / "second").rmdir()
    (tmp_path / "elsewhere").rename(tmp_path / "second")
    await followed.look()
    assert number in followed.backends


async def test_each_has_a_reserve_of_its_own(database: Database, followed: Followed, tmp_path: Path) -> None:
    number = await added(database, tmp_path / "second", HUGE)
    await followed.look()
    (first,) = set(followed.backends) - {number}
    assert await room(followed.backends, first) > 0
    assert await room(followed.backends, number) == 0
    assert await backends.change(database, "second", reserve=0)
    assert await backends.change(database, followed.backends.names[first], reserve=HUGE)
    await followed.look()
    assert await room(followed.backends, first) == 0
    assert await room(followed.backends, number) > 0


async def test_the_settings_come_before_the_row(database: Database, tmp_path: Path) -> None:
    places = await adopt(database, [FileLocation(tmp_path / "first", reserve=HUGE)])
    followed = Followed(database, places, Settings(reserve=0), None)
    await backends.change(database, places[0].row.name, reserve=0)
    await followed.look()
    assert await room(followed.backends, places[0].row.id) == 0
    await followed.close()


async def test_one_that_is_down_is_tried_again(
    followed: Followed, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also where nobody asks it for anything; what is told of it follows."""
    monkeypatch.setattr("s3gw.app.following.FOLLOW", 0.01)
    (backend,) = followed.backends.values()
    following = asyncio.create_task(followed.run())
    (tmp_path / "first").rename(tmp_path / "away")
    (tmp_path / "first").mkdir()  # the place alone, with nothing mounted there
    while [backend.is_down] != [True]:
        with pytest.raises(Unavailable):
            await backend.put("ab", [b"x"])
    (tmp_path / "first").rmdir()
    (tmp_path / "away").rename(tmp_path / "first")
    async with asyncio.timeout(60):
        while [backend.is_down] != [False]:
            await asyncio.sleep(0.01)
    following.cancel()
    assert [info async for info in backend.list()] == []


async def test_gateways_report_what_they_meet(database: Database, followed: Followed) -> None:
    instance = await instances.start(database, uuid4())
    board = Board(3, shared=False)
    one, other = board.slot(board.take()), board.slot(board.take())
    (number,) = followed.backends
    name = followed.backends.names[number]
    reporter = Reporter(database, followed.backends, instance, board)
    standing = Standing(followed.backends)
    assert [report.calls for report in reporter.reports(standing)] == [0]
    for slot, outcome in ((one, "ok"), (other, "unavailable"), (other, "not found")):
        slot.add(catalogue.BACKEND_CALLS, 1, name, "read", outcome)
        slot.observe(catalogue.BACKEND_SECONDS, 0.5, name, "read")
    one.add(catalogue.BACKEND_CALLS, 1, name, "space", "failed")
    other.set(catalogue.BACKEND_DOWN, 1, name)
    (report,) = reporter.reports(standing)
    assert report == backends.Report(number, 2, 1, False, 3, 1, 1.5)
    await backends.report(database, instance.id, report)
    await backends.report(database, instance.id, report)
    assert await backends.reports(database, 60.0) == [report]
    assert await backends.reports(database, -1.0) == []
    (report,) = reporter.reports(standing)
    assert (report.calls, report.down) == (0, 1)
    await instances.forget_backend(database, number)
    await backends.report(database, instance.id, report)
    assert await backends.reports(database, 60.0) == []
