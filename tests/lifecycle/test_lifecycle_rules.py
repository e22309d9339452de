"""Which rules apply to what, and when."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s3gw.lifecycle.rules import CALENDAR, Calendar, Due, Rule, Rules, Subject, coldest, parse, prefixes

CREATED = datetime(2026, 1, 15, 10, 30, tzinfo=UTC)


def midnight(month: int, day: int) -> datetime:
    return datetime(2026, month, day, tzinfo=UTC)


def rules(*kept: dict[str, Any]) -> Rules:
    """As they are kept; enabled unless they say otherwise."""
    named = [{"id": f"rule{place}", "enabled": True, **rule} for place, rule in enumerate(kept, 1)]
    return parse({"revision": uuid4().hex, "rules": named})


def test_days_end_at_the_next_midnight() -> None:
    """The example of S3's documentation: three days after January 15, 10:30, is January 19, 0:00."""
    assert CALENDAR.after(CREATED, 3) == midnight(1, 19)
    assert CALENDAR.after(CREATED, 0) == midnight(1, 16)
    assert CALENDAR.after(midnight(1, 15), 3) == midnight(1, 18)
    assert Calendar(10).after(CREATED, 3) == CREATED + timedelta(seconds=30)
    assert CALENDAR.after(CREATED, (1 << 31) - 1).year == 9999
    assert CALENDAR.before(CREATED, (1 << 31) - 1).year == 1970


@given(
    st.integers(0, 1 << 32).map(lambda seconds: datetime.fromtimestamp(seconds, UTC)),
    st.integers(0, 40000),
)
def test_nothing_is_due_early_or_later_than_a_day(since: datetime, days: int) -> None:
    at = CALENDAR.after(since, days)
    full = since + timedelta(days=days)
    assert full <= at < full + timedelta(days=1)
    assert (at.hour, at.minute, at.second, at.microsecond) == (0, 0, 0, 0)
    if at <= full + timedelta(hours=12):
        assert since <= CALENDAR.before(at, days)  # what is due is looked at


@pytest.mark.parametrize(
    ("filter_", "subject", "applies"),
    [
        ({}, Subject("any"), True),
        ({"prefix": "log/"}, Subject("log/1"), True),
        ({"prefix": "log/"}, Subject("logs"), False),
        ({"tag": ["a", "1"]}, Subject("k", 0, {"a": "1", "b": "2"}), True),
        ({"tag": ["a", "1"]}, Subject("k", 0, {"a": "2"}), False),
        ({"tag": ["a", "1"]}, Subject("k"), False),
        ({"larger": 100}, Subject("k", 100), False),
        ({"larger": 100}, Subject("k", 101), True),
        ({"smaller": 100}, Subject("k", 100), False),
        ({"smaller": 100}, Subject("k", 99), True),
        ({"and": {"prefix": "p", "tags": [["a", "1"], ["b", "2"]]}}, Subject("p", 0, {"a": "1"}), False),
        (
            {"and": {"prefix": "p", "tags": [["a", "1"], ["b", "2"]]}},
            Subject("p", 0, {"a": "1", "b": "2"}),
            True,
        ),
        ({"and": {"larger": 10, "smaller": 20}}, Subject("p", 20), False),
        ({"and": {"larger": 10, "smaller": 20}}, Subject("p", 15), True),
        (
            {"prefix": "d/", "tag": ["a", "1"], "and": {"prefix": "d", "tags": [["b", "2"]]}},
            Subject("d/x", 0, {"a": "1", "b": "2"}),
            True,
        ),
        (
            {"prefix": "d/", "tag": ["a", "1"], "and": {"prefix": "d", "tags": [["b", "2"]]}},
            Subject("d/x", 0, {"a": "1"}),
            False,
        ),
    ],
)
def test_filters(filter_: dict[str, Any], subject: Subject, applies: bool) -> None:
    found = rules({"filter": filter_, "days": 1}).expiry(subject, CREATED)
    assert (found is not None) == applies


def test_the_first_of_several_counts() -> None:
    several = rules(
        {"prefix": "", "days": 30},
        {"prefix": "a", "days": 3},
        {"prefix": "a", "enabled": False, "days": 1},
        {"prefix": "b", "date": "2026-01-17T00:00:00.000Z"},
        {"prefix": "", "markers": True},
    )
    assert several.expiry(Subject("x"), CREATED) == Due(midnight(2, 15), "rule1")
    assert several.expiry(Subject("a"), CREATED) == Due(midnight(1, 19), "rule2")
    assert several.expiry(Subject("b"), CREATED) == Due(midnight(1, 17), "rule4")
    assert several.marker_expiry("x", CREATED) == Due(midnight(1, 16), "rule5")
    assert rules({"prefix": "", "days": 3}).marker_expiry("x", CREATED) == Due(midnight(1, 19), "rule1")
    assert rules({"prefix": "", "date": "2026-01-17T00:00:00.000Z"}).marker_expiry("x", CREATED) is None
    assert rules({"prefix": "", "markers": False}).marker_expiry("x", CREATED) is None


def test_newer_versions_are_kept() -> None:
    both = rules({"prefix": "", "noncurrent_days": 1, "newer": 2}, {"prefix": "", "noncurrent_days": 9})
    assert both.newest_kept == 2
    assert both.noncurrent_expiry(Subject("k"), CREATED, 1) == (Due(midnight(1, 25), "rule2"), 0)
    assert both.noncurrent_expiry(Subject("k"), CREATED, 2) == (Due(midnight(1, 17), "rule1"), 2)
    assert rules({"prefix": "", "days": 1}).noncurrent_expiry(Subject("k"), CREATED, 9) is None


def test_transitions() -> None:
    moving = rules(
        {
            "prefix": "",
            "transitions": [{"class": "STANDARD_IA", "days": 30}, {"class": "GLACIER", "days": 60}],
        }
    )
    large, small = Subject("k", 200 << 10), Subject("k", 1 << 10)
    due = list(moving.transition(large, CREATED))
    assert [(one.at, one.storage_class) for one in due] == [
        (midnight(2, 15), "STANDARD_IA"),
        (midnight(3, 17), "GLACIER"),
    ]
    assert list(moving.transition(small, CREATED)) == []
    assert coldest("STANDARD", due[:1]) == "STANDARD_IA"
    assert coldest("STANDARD", due) == coldest("GLACIER_IR", due) == "GLACIER"
    assert coldest("DEEP_ARCHIVE", due) is None
    sized = rules({"filter": {"larger": 10}, "transitions": [{"class": "GLACIER_IR", "days": 0}]})
    assert coldest("STANDARD", sized.transition(small, CREATED)) == "GLACIER_IR"


def test_prefixes_within_others_are_left_out() -> None:
    made = [Rule("x", (prefix,)) for prefix in ("b", "a/b", "a/", "a/b/c", "c", "bb")]
    assert prefixes(made) == ["a/", "b", "c"]
    assert prefixes([*made, Rule("y")]) == [""]
    assert prefixes([]) == []
