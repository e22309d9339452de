"""Lifecycle rules as they are kept in a bucket's document, and what each makes due when.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/intro-lifecycle-rules.html
https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-conflicts.html
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from itertools import chain
from typing import Any, NamedTuple

KIND = "lifecycle"
"""Of the document among those of a bucket."""

DAY = 86400.0
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = datetime(9999, 12, 31, tzinfo=UTC)

SMALL = 128 << 10
"""Bytes below which objects are not moved to another class, unless a rule's filter speaks of sizes."""

_WATERFALL = (
    "STANDARD",
    "STANDARD_IA",
    "INTELLIGENT_TIERING",
    "ONEZONE_IA",
    "GLACIER_IR",
    "GLACIER",
    "DEEP_ARCHIVE",
)
"""Objects move down only:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html"""


class Subject(NamedTuple):
    """What filters look at. A delete marker has no tags and no bytes."""

    key: str
    size: int = 0
    tags: Mapping[str, str] | None = None


class Due(NamedTuple):
    """When something is to happen, and by which rule."""

    at: datetime
    rule: str
    storage_class: str | None = None
    """Of a transition: where the object goes."""


@dataclass(frozen=True, slots=True)
class Calendar:
    """How long a day is: for tests it may be short, and then does not begin at midnight."""

    day: float = DAY

    def after(self, since: datetime, days: int) -> datetime:
        """So many days after `since`; as in S3, rounded up to the next midnight UTC."""
        try:
            at = since + timedelta(seconds=self.day * days)
            if self.day == DAY:
                at = _EPOCH - (_EPOCH - at) // timedelta(days=1) * timedelta(days=1)
        except OverflowError:
            return _LAST
        return at

    def before(self, now: datetime, days: int) -> datetime:
        """What began later than this is not due at `now`, after so many days."""
        try:
            return now - timedelta(seconds=self.day * days)
        except OverflowError:
            return _EPOCH


CALENDAR = Calendar()


class Transition(NamedTuple):
    """A move to another storage class, by age in days or at a date."""

    storage_class: str
    days: int | None = None
    date: datetime | None = None
    newer: int = 0
    """Of a noncurrent version: how many newer ones must be there."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule that is enabled."""

    id: str
    prefixes: tuple[str, ...] = ()
    """The key must begin with each of them."""
    tags: tuple[tuple[str, str], ...] = ()
    larger: int | None = None
    smaller: int | None = None
    days: int | None = None
    date: datetime | None = None
    markers: bool = False
    """Whether delete markers go that no version is left under."""
    noncurrent_days: int | None = None
    newer: int = 0
    """Noncurrent versions that are kept whatever their age."""
    abort_days: int | None = None
    transitions: tuple[Transition, ...] = ()
    noncurrent_transitions: tuple[Transition, ...] = ()

    def applies(self, subject: Subject) -> bool:
        """Whether the rule is about such a version."""
        tags = subject.tags or {}
        return (
            all(subject.key.startswith(prefix) for prefix in self.prefixes)
            and (self.larger is None or subject.size > self.larger)
            and (self.smaller is None or subject.size < self.smaller)
            and all(tags.get(key) == value for key, value in self.tags)
        )

    @property
    def prefix(self) -> str:
        """What every key begins with that the rule may apply to."""
        return max(self.prefixes, key=len, default="")


@dataclass(frozen=True)
class Rules:
    """The enabled rules of one bucket."""

    revision: str
    """Another one for every document that was put."""
    rules: tuple[Rule, ...]

    def expiry(self, subject: Subject, created: datetime, calendar: Calendar = CALENDAR) -> Due | None:
        """When a current version expires that is an object: the first of what applies."""
        days = (
            Due(calendar.after(created, rule.days), rule.id)
            for rule in self._applying(subject)
            if rule.days is not None
        )
        dates = (Due(rule.date, rule.id) for rule in self._applying(subject) if rule.date is not None)
        return _first(chain(days, dates))

    def marker_expiry(self, key: str, created: datetime, calendar: Calendar = CALENDAR) -> Due | None:
        """When a delete marker goes that no version is under: soon where a rule says so, and by age."""
        return _first(
            Due(calendar.after(created, 0 if rule.markers else rule.days or 0), rule.id)
            for rule in self._applying(Subject(key))
            if rule.markers or rule.days is not None
        )

    def noncurrent_expiry(
        self, subject: Subject, since: datetime, newer: int, calendar: Calendar = CALENDAR
    ) -> tuple[Due, int] | None:
        """When a version goes that is noncurrent since then, under `newer` noncurrent ones; and how many of
        those the rule wants to be there."""
        found = [
            (Due(calendar.after(since, rule.noncurrent_days), rule.id), rule.newer)
            for rule in self._applying(subject)
            if rule.noncurrent_days is not None and newer >= rule.newer
        ]
        return min(found, key=lambda pair: pair[0].at, default=None)

    def abort(self, key: str, begun: datetime, calendar: Calendar = CALENDAR) -> Due | None:
        """When an upload is aborted that was begun then."""
        return _first(
            Due(calendar.after(begun, rule.abort_days), rule.id)
            for rule in self._applying(Subject(key))
            if rule.abort_days is not None
        )

    def transition(self, subject: Subject, created: datetime, calendar: Calendar = CALENDAR) -> Iterator[Due]:
        """When a current version moves where."""
        for rule in self._applying(subject):
            for each in rule.transitions:
                at = each.date if each.days is None else calendar.after(created, each.days)
                if at is not None and _large_enough(rule, subject.size, calendar):
                    yield Due(at, rule.id, each.storage_class)

    def noncurrent_transitions(
        self, subject: Subject, since: datetime, newer: int, calendar: Calendar = CALENDAR
    ) -> Iterator[Due]:
        """The same of a version that is noncurrent since then, under so many noncurrent ones."""
        for rule in self._applying(subject):
            for each in rule.noncurrent_transitions:
                if newer >= each.newer and _large_enough(rule, subject.size, calendar):
                    yield Due(calendar.after(since, each.days or 0), rule.id, each.storage_class)

    def _applying(self, subject: Subject) -> Iterator[Rule]:
        return (rule for rule in self.rules if rule.applies(subject))

    @cached_property
    def newest_kept(self) -> int:
        """The most noncurrent versions that any rule wants to be there."""
        counts = [rule.newer for rule in self.rules]
        counts += [each.newer for rule in self.rules for each in rule.noncurrent_transitions]
        return max(counts, default=0)


def _large_enough(rule: Rule, size: int, calendar: Calendar) -> bool:
    """Whether an object of that size moves; tests with short days have small ones."""
    return size >= SMALL or rule.larger is not None or rule.smaller is not None or calendar.day != DAY


def coldest(present: str, due: Iterable[Due]) -> str | None:
    """Where an object of that class goes if these moves are due; None where it stays."""
    here = _WATERFALL.index(present) if present in _WATERFALL else 0
    targets = [one.storage_class for one in due if one.storage_class is not None]
    colder = [name for name in targets if _WATERFALL.index(name) > here]
    return max(colder, key=_WATERFALL.index, default=None)


def _first(found: Iterable[Due]) -> Due | None:
    return min(found, key=lambda due: due.at, default=None)


_NONE = Rules("", ())


def rules_in(documents: Mapping[str, Any]) -> Rules:
    """The rules among the documents of a bucket; none where there are none."""
    document = documents.get(KIND)
    return _NONE if document is None else parse(document)


def parse(document: Mapping[str, Any]) -> Rules:
    """The enabled rules of a document."""
    revision = document["revision"]
    found = _parsed.get(revision)
    if found is None:
        if len(_parsed) >= _AT_MOST:
            _parsed.clear()
        enabled = (rule for rule in document["rules"] if rule["enabled"])
        found = _parsed[revision] = Rules(revision, tuple(_rule(rule) for rule in enabled))
    return found


_parsed: dict[str, Rules] = {}
"""By revision, since every request to such a bucket brings its document along."""
_AT_MOST = 256


def _rule(kept: Mapping[str, Any]) -> Rule:
    given = kept.get("filter") or {}
    both = given.get("and") or {}
    prefixes = [kept.get("prefix"), given.get("prefix"), both.get("prefix")]
    tags = [given["tag"]] if "tag" in given else []
    sizes = {**both, **given}
    return Rule(
        id=kept["id"],
        prefixes=tuple(prefix for prefix in prefixes if prefix),
        tags=tuple((key, value) for key, value in [*tags, *both.get("tags", ())]),
        larger=sizes.get("larger"),
        smaller=sizes.get("smaller"),
        days=kept.get("days"),
        date=_date(kept.get("date")),
        markers=kept.get("markers") or False,
        noncurrent_days=kept.get("noncurrent_days"),
        newer=kept.get("newer") or 0,
        abort_days=kept.get("abort_days"),
        transitions=tuple(_transition(each) for each in kept.get("transitions", ())),
        noncurrent_transitions=tuple(_transition(each) for each in kept.get("noncurrent_transitions", ())),
    )


def _transition(kept: Mapping[str, Any]) -> Transition:
    return Transition(kept["class"], kept.get("days"), _date(kept.get("date")), kept.get("newer") or 0)


def _date(kept: str | None) -> datetime | None:
    return None if kept is None else datetime.fromisoformat(kept)


def prefixes(rules: Iterable[Rule]) -> list[str]:
    """Prefixes that together are those of all the rules, in order, none of them within another."""
    found: list[str] = []
    for prefix in sorted({rule.prefix for rule in rules}):
        if not found or not prefix.startswith(found[-1]):
            found.append(prefix)
    return found
