"""Events are told at least once and in their order, whatever the target does and whoever is killed."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest

from s3gw import pauses
from s3gw.db import events
from s3gw.db.events import telling
from s3gw.db.pool import Database
from s3gw.jobs.job import Progress
from s3gw.jobs.notify import Notifier
from s3gw.targets.base import NotTaken


class Memory:
    """A target that keeps messages, and refuses those that it is told to."""

    def __init__(self) -> None:
        self.taken: list[int] = []
        self.refused: set[int] = set()
        self.asked = 0

    async def send(self, message: bytes) -> None:
        self.asked += 1
        number: int = json.loads(message)["Number"]
        if number in self.refused:
            raise NotTaken("no")
        self.taken.append(number)

    async def close(self) -> None:
        pass


@pytest.fixture(autouse=True)
def no_hooks_left() -> AsyncIterator[None]:  # type: ignore[misc]
    yield
    pauses.install(None)


async def happen(database: Database, *numbers: int, target: str = "hook") -> None:
    """Events that hold a number each."""
    wanted = [events.Wanted(target, {"Number": number}) for number in numbers]
    statement, arguments = telling("SELECT 1 AS one", (), wanted, version="NULL")
    await database.fetch(statement, *arguments)


async def tell(
    database: Database, *, keep: float = 1000, limit: int = 1000, **targets: Any
) -> dict[str, int]:
    progress = Progress()
    await Notifier(database, targets, keep, limit).run(progress)
    return progress.counts


async def retry_now(database: Database) -> None:
    await database.execute("UPDATE event_targets SET retry_at = now() - interval '1 second'")


async def left(database: Database) -> int:
    number: int = await database.fetchval("SELECT count(*) FROM events")
    return number


async def test_events_are_told_in_their_order(database: Database) -> None:
    hook, other = Memory(), Memory()
    await happen(database, *range(120))
    await happen(database, 200, 201, target="other")
    await happen(database, 300, target="unknown")
    assert await tell(database, hook=hook, other=other) == {"told": 122}
    assert hook.taken == list(range(120))
    assert other.taken == [200, 201]
    assert await left(database) == 1
    assert await tell(database, hook=hook, other=other) == {}


async def test_a_target_that_refuses_is_left_alone_for_a_while(database: Database) -> None:
    hook, other = Memory(), Memory()
    hook.refused = {2}
    await happen(database, 1, 2, 3)
    await happen(database, 4, target="other")
    assert await tell(database, hook=hook, other=other) == {"told": 2, "refused": 1}
    assert (hook.taken, other.taken, hook.asked) == ([1], [4], 2)
    assert await tell(database, hook=hook) == {}
    assert hook.asked == 2
    row = await database.fetchrow("SELECT failures, retry_at > now() AS later, error FROM event_targets")
    assert row is not None
    assert tuple(row) == (1, True, "no")
    await retry_now(database)
    assert await tell(database, hook=hook) == {"refused": 1}
    assert await database.fetchval("SELECT failures FROM event_targets") == 2
    hook.refused = set()
    await retry_now(database)
    assert await tell(database, hook=hook) == {"told": 2}
    assert hook.taken == [1, 2, 3]
    assert await database.fetchval("SELECT count(*) FROM event_targets") == 0


async def test_who_is_killed_before_the_rows_are_gone_tells_again(database: Database) -> None:
    hook = Memory()
    await happen(database, 1, 2)

    async def killed(point: str) -> None:
        assert point == "notify.sent"
        raise KeyboardInterrupt

    pauses.install(killed)
    notifier = Notifier(database, {}, 1000, 1000)
    with pytest.raises(KeyboardInterrupt):
        await notifier._hand_over(hook, await events.waiting(database, "hook", 10), Progress())
    pauses.install(None)
    assert await left(database) == 2
    assert await tell(database, hook=hook) == {"told": 2}
    assert hook.taken == [1, 2, 1, 2]


async def test_what_waits_is_bounded(database: Database) -> None:
    hook = Memory()
    await happen(database, *range(10))
    await happen(database, 10, target="gone")
    assert await tell(database, limit=4) == {}
    assert await tell(database, hook=hook, limit=4) == {"given_up": 6, "told": 4}
    assert hook.taken == [6, 7, 8, 9]
    await database.execute("UPDATE events SET made_at = made_at - interval '2000 seconds'")
    assert await tell(database) == {"given_up": 1}
    assert await left(database) == 0


async def test_what_is_rolled_back_is_not_told(database: Database) -> None:
    wanted = [events.Wanted("hook", {"Number": 1})]
    statement, arguments = telling("SELECT 1 / $1::integer AS one", (0,), wanted, version="NULL")
    with pytest.raises(Exception, match="zero"):
        await database.fetch(statement, *arguments)
    assert await left(database) == 0


async def test_how_much_waits(database: Database) -> None:
    assert await events.pending(database) == {}
    await happen(database, 1, 2)
    ((name, (number, age)),) = (await events.pending(database)).items()
    assert (name, number) == ("hook", 2)
    assert age >= 0
