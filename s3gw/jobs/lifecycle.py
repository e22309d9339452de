"""Lifecycle: what expires by the rules of buckets, goes.

Once a day, after midnight UTC as in S3, and whenever its rules were replaced, a pass goes through each bucket
that has rules: through its uploads, its current and its noncurrent versions, a page of keys at a time. How
far it came stands in the database, for whoever goes on. A page is judged by its rules and by the database's
clock; then what is due happens, in one statement, and only to what is still as it was judged.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from s3gw import pauses
from s3gw.config import Settings
from s3gw.db import lifecycle
from s3gw.db.lifecycle import Candidate, Cursor, Page, Pass, RulesChanged
from s3gw.db.pool import Database
from s3gw.jobs.job import Job, Progress
from s3gw.jobs.lifecycle_events import Events
from s3gw.lifecycle.rules import (
    CALENDAR,
    DAY,
    Calendar,
    Due,
    Rule,
    Rules,
    Subject,
    coldest,
    parse,
    prefixes,
)

_LOOK_AT = 500
"""Rows of a page."""
_PASSES = 10
"""Passes a day where days are short."""


@dataclass(frozen=True, slots=True)
class Walk:
    """One pass through one bucket."""

    db: Database
    bucket_id: int
    rules: Rules
    calendar: Calendar
    progress: Progress
    now: datetime
    """When the pass began, or went on: what is due later waits for the next one."""
    events: Events

    async def uploads(self, prefix: str, cursor: Cursor | None) -> Page:
        """Abort uploads."""
        until = self._until(rule.abort_days for rule in self.rules.rules)
        page = await lifecycle.uploads(self.db, self.bucket_id, prefix, cursor, _LOOK_AT, until)
        due = [
            each
            for each in page.found
            if self._is_due(self.rules.abort(each.key, each.begun_at, self.calendar))
        ]
        await pauses.reach("lifecycle.judged")
        count = await lifecycle.expire_uploads(self.db, self.bucket_id, self.rules.revision, due)
        self.progress.add(uploads=count)
        return page

    async def current(self, prefix: str, cursor: Cursor | None) -> Page:
        """Expire and move current versions, remove delete markers."""
        until = self._until(_current_age(rule) for rule in self.rules.rules)
        page = await lifecycle.current(self.db, self.bucket_id, prefix, cursor, _LOOK_AT, until)
        expired: list[Candidate] = []
        markers: list[Candidate] = []
        moves: list[tuple[Candidate, str]] = []
        for each in page.found:
            subject = Subject(each.key, each.size, each.tags)
            if each.delete_marker:
                if each.alone and self._is_due(self.rules.marker_expiry(each.key, each.since, self.calendar)):
                    markers.append(each)
            elif self._is_due(self.rules.expiry(subject, each.since, self.calendar)):
                expired.append(each)
            else:
                moves += self._moves(each, self.rules.transition(subject, each.since, self.calendar))
        await pauses.reach("lifecycle.judged")
        named = (self.db, self.bucket_id, self.rules.revision)
        self.progress.add(
            current=await lifecycle.expire_current(*named, expired, self.events.of_current(expired)),
            markers=await lifecycle.expire_markers(*named, markers, self.events.of_deleted(markers)),
            moved=await lifecycle.move(*named, moves, self.events.of_moved(moves)),
        )
        return page

    async def noncurrent(self, prefix: str, cursor: Cursor | None) -> Page:
        """Expire and move noncurrent versions."""
        until = self._until(_noncurrent_age(rule) for rule in self.rules.rules)
        count = self.rules.newest_kept
        page = await lifecycle.noncurrent(self.db, self.bucket_id, prefix, cursor, _LOOK_AT, until, count)
        expired: list[tuple[Candidate, int]] = []
        moves: list[tuple[Candidate, str]] = []
        for each in page.found:
            subject = Subject(each.key, each.size, each.tags)
            found = self.rules.noncurrent_expiry(subject, each.since, each.newer, self.calendar)
            if found is not None and self._is_due(found[0]):
                expired.append((each, found[1]))
            elif not each.delete_marker:
                due = self.rules.noncurrent_transitions(subject, each.since, each.newer, self.calendar)
                moves += self._moves(each, due)
        await pauses.reach("lifecycle.judged")
        named = (self.db, self.bucket_id, self.rules.revision)
        self.progress.add(
            noncurrent=await lifecycle.expire_noncurrent(
                *named, expired, self.events.of_deleted([each for each, _ in expired])
            ),
            moved=await lifecycle.move(*named, moves, self.events.of_moved(moves)),
        )
        return page

    def _moves(self, each: Candidate, transitions: Iterable[Due]) -> list[tuple[Candidate, str]]:
        """The move that is due, if there is one."""
        target = coldest(each.storage_class, (one for one in transitions if self._is_due(one)))
        return [] if target is None else [(each, target)]

    def _is_due(self, due: Due | None) -> bool:
        return due is not None and due.at <= self.now

    def _until(self, ages: Iterable[int | None]) -> datetime:
        """What is younger is not due by any rule, given the age in days by which each begins."""
        return self.calendar.before(self.now, min(age for age in ages if age is not None))


def _abort_age(rule: Rule) -> int | None:
    return rule.abort_days


def _current_age(rule: Rule) -> int | None:
    """The age in days at which the rule first does something to what is current; None if never."""
    ages = [each.days or 0 for each in rule.transitions]
    if rule.days is not None:
        ages.append(rule.days)
    if rule.date is not None or rule.markers:
        ages.append(0)
    return min(ages, default=None)


def _noncurrent_age(rule: Rule) -> int | None:
    """The same for what is noncurrent."""
    ages = [each.days or 0 for each in rule.noncurrent_transitions]
    if rule.noncurrent_days is not None:
        ages.append(rule.noncurrent_days)
    return min(ages, default=None)


_Look = Callable[[Walk, str, Cursor | None], Awaitable[Page]]
_STEPS: Mapping[str, tuple[_Look, Callable[[Rule], int | None]]] = {
    "uploads": (Walk.uploads, _abort_age),
    "current": (Walk.current, _current_age),
    "noncurrent": (Walk.noncurrent, _noncurrent_age),
}
_FIRST = next(iter(_STEPS))


@dataclass(frozen=True, slots=True)
class Lifecycle:
    """Carries out the rules of all buckets."""

    db: Database
    calendar: Calendar = CALENDAR
    known: frozenset[str] = frozenset()
    """The targets of events that there are."""
    region: str = ""

    async def run(self, progress: Progress) -> None:
        """Go through every bucket that is due."""
        period = DAY if self.calendar.day == DAY else self.calendar.day / _PASSES
        after = 0
        while (found := await lifecycle.next_due(self.db, period, after)) is not None:
            after = found.bucket_id
            try:
                await self._walk(found, progress)
            except RulesChanged:  # from the first key, at the next run
                continue
            progress.add(buckets=1)

    async def _walk(self, found: Pass, progress: Progress) -> None:
        rules = parse(found.document)
        step, place = found.step, found.place
        if step is None or step not in _STEPS:
            step, place = _FIRST, None
            await lifecycle.begin(self.db, found.bucket_id, rules.revision, step)
        now = await lifecycle.clock(self.db)
        events = Events(found, self.known, self.region)
        walk = Walk(self.db, found.bucket_id, rules, self.calendar, progress, now, events)
        names = list(_STEPS)
        for name in names[names.index(step) :]:
            await self._take(walk, name, place)
            place = None
        await lifecycle.end(self.db, found.bucket_id)

    async def _take(self, walk: Walk, step: str, place: str | None) -> None:
        """One step, from that key on."""
        look, age = _STEPS[step]
        for prefix in prefixes(rule for rule in walk.rules.rules if age(rule) is not None):
            cursor = None
            if place is not None and not place.startswith(prefix):
                if prefix < place:
                    continue
            elif place is not None:
                cursor = Cursor(place)
            while (page := await look(walk, prefix, cursor)).end is not None:
                cursor = page.end
                await lifecycle.say(walk.db, walk.bucket_id, step, cursor.key)
                await walk.progress.worked()


def job(db: Database, settings: Settings) -> Job:
    """What a gateway runs in the background, for `Runner`."""
    lifecycles = Lifecycle(db, Calendar(settings.lifecycle_day), settings.notifies, settings.region)
    return Job("lifecycle", min(settings.collect_interval, settings.lifecycle_day / _PASSES), lifecycles.run)
