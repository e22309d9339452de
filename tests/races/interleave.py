"""Runs sessions against each other in every order of their steps.

A session is a coroutine; the points of `s3gw.pauses` that it reaches divide it into steps. One schedule after
the other is run from the start, until every choice of who goes next was made. A session that waits for a lock
of the database is not chosen until it goes on by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Coroutine, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any

from s3gw import pauses
from s3gw.db.pool import Database

_session: ContextVar[Session | None] = ContextVar("session", default=None)


@dataclass(eq=False)
class Session:
    """One of those that run against each other."""

    name: str
    work: Callable[[], Awaitable[Any]]
    points: Collection[str] | None
    """Where it can be held; None: everywhere."""
    go: asyncio.Event = field(default_factory=asyncio.Event)
    held: asyncio.Event = field(default_factory=asyncio.Event)
    task: asyncio.Task[Any] | None = None
    path: list[str] = field(default_factory=list)

    async def run(self) -> Any:
        """The work, begun when it is the session's turn."""
        _session.set(self)
        await self.hold("begin")
        return await self.work()

    async def hold(self, point: str) -> None:
        """Stand until it is the session's turn."""
        self.path.append(point)
        self.held.set()
        await self.go.wait()
        self.go.clear()

    @property
    def done(self) -> bool:
        """Whether the work has ended."""
        return self.task is not None and self.task.done()


@dataclass
class Choices:
    """Walks through the tree of choices, depth first."""

    taken: list[int] = field(default_factory=list)
    widths: list[int] = field(default_factory=list)
    at: int = 0

    def choose(self, width: int) -> int:
        """Which of `width` to take now."""
        if self.at == len(self.taken):
            self.taken.append(0)
            self.widths.append(width)
        # What a session finds may shift with the database's timing; the tree is cut to what there is.
        self.at += 1
        return min(self.taken[self.at - 1], width - 1)

    def advance(self) -> bool:
        """Go on to the next path; False when all were taken."""
        del self.taken[self.at :], self.widths[self.at :]
        self.at = 0
        while self.taken and self.taken[-1] + 1 >= self.widths[-1]:
            self.taken.pop()
            self.widths.pop()
        if not self.taken:
            return False
        self.taken[-1] += 1
        return True


async def _reach(point: str) -> None:
    session = _session.get()
    if session is not None and (session.points is None or point in session.points):
        await session.hold(point)


async def _settled(db: Database, session: Session) -> bool:
    """Wait until the session is held or done, or waits for a lock; whether it is not the last."""
    while not (session.held.is_set() or session.done):
        blocked = await db.fetchval(
            "SELECT count(*) FROM pg_locks WHERE NOT granted AND pid IN "
            "(SELECT pid FROM pg_stat_activity WHERE datname = current_database())"
        )
        if blocked and not (session.held.is_set() or session.done):
            return False
        await asyncio.sleep(0)
    return True


async def run_schedule(db: Database, sessions: Sequence[Session], choices: Choices) -> list[Any]:
    """Run the sessions in one order; their results, exceptions included."""
    for session in sessions:
        session.task = asyncio.create_task(session.run())
        await session.held.wait()
    while not all(session.done for session in sessions):
        ready = [session for session in sessions if session.held.is_set() and not session.done]
        if not ready:  # all that are left wait for locks, in the end for PostgreSQL to break a deadlock
            await asyncio.sleep(0.001)
            continue
        session = ready[choices.choose(len(ready)) if len(ready) > 1 else 0]
        session.held.clear()
        session.go.set()
        for other in (session, *sessions):
            await _settled(db, other)
    tasks = [session.task for session in sessions if session.task is not None]
    return await asyncio.gather(*tasks, return_exceptions=True)


Sessions = Sequence[tuple[str, Callable[[], Coroutine[Any, Any, Any]], Collection[str] | None]]
Check = Callable[[list[Any]], Awaitable[None]]


async def every_order(
    db: Database, prepare: Callable[[int], Awaitable[tuple[Sessions, Check]]], at_most: int = 2000
) -> int:
    """Prepare and run sessions in every order and check each outcome; how many orders there were.

    `prepare` is given the number of the run, and makes a state of its own.
    """
    choices = Choices()
    pauses.install(_reach)
    try:
        for number in range(at_most):
            described, check = await prepare(number)
            sessions = [Session(name, work, points) for name, work, points in described]
            results = await run_schedule(db, sessions, choices)
            try:
                await check(results)
            except BaseException as error:
                order = "; ".join(f"{session.name}: {' '.join(session.path)}" for session in sessions)
                error.add_note(f"run {number}, choices {choices.taken}, {order}, results {results}")
                raise
            if not choices.advance():
                return number + 1
    finally:
        pauses.install(None)
    raise AssertionError(f"more than {at_most} orders")
