"""Telling events: what changes wrote down is handed to the targets that the buckets named, in its order.

An event is told at least once: its row goes after the target has taken it, so that whoever is killed in
between tells it again. A target that does not take one is left alone for a while, longer each time, and its
events wait behind that one; those of other targets do not. What is older than `notify_keep`, or more than
`notify_limit`, is given up, the oldest first.
"""

from __future__ import annotations

import asyncio
import json
import logging
import random
from collections.abc import Mapping
from dataclasses import dataclass

from s3gw import pauses
from s3gw.config import Settings
from s3gw.db import events
from s3gw.db.events import Event
from s3gw.db.pool import Database
from s3gw.jobs.job import Job, Progress
from s3gw.notifications.records import finish
from s3gw.targets.base import NotTaken, Target

log = logging.getLogger(__name__)

_INTERVAL = 1.0
_AT_ONCE = 50
"""Events that are taken out together; so many may be told twice after a crash."""
_LONGEST_PAUSE = 300.0


@dataclass(frozen=True, slots=True)
class Notifier:
    """Tells events to the targets that it is given; those of others wait for a gateway that knows them."""

    db: Database
    targets: Mapping[str, Target]
    keep: float
    limit: int

    async def run(self, progress: Progress) -> None:
        """Tell what waits, every target by itself."""
        given_up = await events.drop_expired(self.db, self.keep)
        for name in self.targets:
            given_up += await events.drop_overflowing(self.db, name, self.limit)
        if given_up:
            log.warning("%d events were given up, which no target took in time", given_up)
            progress.add(given_up=given_up)
        known = await events.failures(self.db, list(self.targets))
        async with asyncio.TaskGroup() as group:
            for name, target in self.targets.items():
                count, waits = known.get(name, (0, False))
                if not waits:
                    group.create_task(self._tell(name, target, count, progress))

    async def _tell(self, name: str, target: Target, failures: int, progress: Progress) -> None:
        """Tell one target what waits for it, until it does not take something."""
        while waiting := await events.waiting(self.db, name, _AT_ONCE):
            error = await self._hand_over(target, waiting, progress)
            if error is not None:
                pause = min(_LONGEST_PAUSE, 2.0**failures) * random.uniform(0.5, 1.0)  # noqa: S311
                log.warning("target %s does not take events, again in %.0f seconds: %s", name, pause, error)
                await events.failed(self.db, name, pause, str(error))
                progress.add(refused=1)
                return
            if failures:
                await events.works(self.db, name)
                failures = 0

    async def _hand_over(self, target: Target, waiting: list[Event], progress: Progress) -> NotTaken | None:
        """Hand over events in their order; why the first of them was not taken that was not."""
        told: list[int] = []
        refusal = None
        try:
            for event in waiting:
                message = finish(event.record, event.id, event.made_at, event.version)
                await target.send(json.dumps(message, ensure_ascii=False, separators=(",", ":")).encode())
                told.append(event.id)
        except NotTaken as error:
            refusal = error
        await pauses.reach("notify.sent")
        if told:
            await events.told(self.db, told)
            progress.add(told=len(told))
        return refusal


def job(db: Database, targets: Mapping[str, Target], settings: Settings) -> Job:
    """What a gateway with targets runs in the background, for `Runner`."""
    notifier = Notifier(db, targets, settings.notify_keep, settings.notify_limit)
    return Job("notify", _INTERVAL, notifier.run)
