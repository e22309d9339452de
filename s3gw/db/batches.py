"""Questions that arrive while another is being asked, put together into one statement.

A statement of its own costs a round trip, two wake-ups of the event loop and, where it changes something, a
commit; sixteen questions in one statement cost little more than one does. Where nobody waits nothing changes:
a question that finds none in flight is asked as soon as the event loop has run what was ready with it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from s3gw.db.pool import Asked, Database
from s3gw.errors import Unavailable

Question = TypeVar("Question")
Answer = TypeVar("Answer")
Ask = Callable[[Database, Sequence[Question]], Awaitable[Sequence[Answer]]]

_PATIENCE = 0.01
"""Seconds after which questions no longer wait for a statement in flight, which may be held up by a lock."""
_AT_ONCE = 4
"""Statements in flight at most."""
_TOGETHER = 64


class Batches(Generic[Question, Answer]):
    """Questions of one kind to one database. `ask` answers several, in their order."""

    def __init__(self, db: Database, ask: Ask[Question, Answer]) -> None:
        self._db = db
        self._ask = ask
        self.asked = Asked()
        """What was asked so far."""
        self._in_flight = 0
        self._waiting: deque[tuple[Question, asyncio.Future[Answer]]] = deque()
        self._tasks: set[asyncio.Task[None]] = set()
        self._patience: asyncio.TimerHandle | None = None

    async def ask(self, question: Question) -> Answer:
        """The answer, perhaps together with others'."""
        waiter: asyncio.Future[Answer] = asyncio.get_running_loop().create_future()
        self._waiting.append((question, waiter))
        if self._in_flight:
            self._be_patient()
        elif len(self._waiting) == 1:
            # What else arrived in this round of the event loop is to go along.
            asyncio.get_running_loop().call_soon(self._go_on)
        return await waiter

    def _go_on(self) -> None:
        """Ask what waits, once nothing is in flight."""
        if self._waiting and not self._in_flight:
            self._start()

    def _be_patient(self) -> None:
        if self._patience is None:
            self._patience = asyncio.get_running_loop().call_later(_PATIENCE, self._lose_patience)

    def _lose_patience(self) -> None:
        """Ask what waits although something is in flight, and look again if it is much."""
        self._patience = None
        if self._waiting and self._in_flight < _AT_ONCE:
            self._start()
        if self._waiting:
            self._be_patient()

    def _start(self) -> None:
        """Ask the first that wait in a task, since they are nobody's own."""
        self._in_flight += 1
        batch = [self._waiting.popleft() for _ in range(min(_TOGETHER, len(self._waiting)))]
        if self._waiting:
            self._be_patient()
        task = asyncio.ensure_future(self._together(batch))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _together(self, batch: Sequence[tuple[Question, asyncio.Future[Answer]]]) -> None:
        try:
            await self._answer([one for one in batch if not one[1].done()])
        finally:
            self._in_flight -= 1
            self._go_on()

    async def _answer(self, batch: Sequence[tuple[Question, asyncio.Future[Answer]]]) -> None:
        if not batch:
            return
        self.asked.statements += 1
        self.asked.questions += len(batch)
        try:
            answers = await self._ask(self._db, [question for question, _ in batch])
        except Exception as error:  # noqa: BLE001 - it belongs to those who asked
            if len(batch) > 1 and not isinstance(error, Unavailable):
                for one in batch:  # one bad question must not fail the others
                    await self._answer([one])
                return
            for _, waiter in batch:
                if not waiter.done():
                    waiter.set_exception(error)
            return
        except BaseException:
            for _, waiter in batch:
                waiter.cancel()
            raise
        for (_, waiter), answer in zip(batch, answers, strict=True):
            if not waiter.done():
                waiter.set_result(answer)


def batches(db: Database, ask: Ask[Question, Answer]) -> Batches[Question, Answer]:
    """The batches of that question on that pool."""
    found: Batches[Question, Answer] | None = db.batches.get(ask)
    if found is None:
        found = db.batches[ask] = Batches(db, ask)
    return found
