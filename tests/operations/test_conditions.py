"""Conditional requests against the table of RFC 9110 and the words of S3's reference."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s3gw.errors import S3Error
from s3gw.operations.conditions import (
    Conditions,
    Verdict,
    check_source,
    for_write,
    range_applies,
)

WHEN = datetime(2026, 3, 4, 5, 6, 7, 891_000, tzinfo=UTC)
TAG = "5d41402abc4b2a76b9719d911017c592"
SECOND = timedelta(seconds=1)
WHOLE = WHEN.replace(microsecond=0)
NOW = WHOLE + timedelta(days=1)


@pytest.mark.parametrize(
    ("conditions", "verdict", "header"),
    [
        (Conditions(), Verdict.PROCEED, ""),
        (Conditions(if_match=f'"{TAG}"'), Verdict.PROCEED, ""),
        (Conditions(if_match=TAG), Verdict.PROCEED, ""),
        (Conditions(if_match="*"), Verdict.PROCEED, ""),
        (Conditions(if_match=f'"other", "{TAG}"'), Verdict.PROCEED, ""),
        (Conditions(if_match='"other"'), Verdict.FAILED, "If-Match"),
        (Conditions(if_match=""), Verdict.FAILED, "If-Match"),
        (Conditions(if_none_match=f'"{TAG}"'), Verdict.UNCHANGED, "If-None-Match"),
        (Conditions(if_none_match=f'W/"{TAG}"'), Verdict.UNCHANGED, "If-None-Match"),
        (Conditions(if_none_match="*"), Verdict.UNCHANGED, "If-None-Match"),
        (Conditions(if_none_match='"other"'), Verdict.PROCEED, ""),
        (Conditions(if_modified_since=WHOLE), Verdict.UNCHANGED, "If-Modified-Since"),
        (Conditions(if_modified_since=WHOLE - SECOND), Verdict.PROCEED, ""),
        # a date that has not come yet says nothing; an object's own date always does
        (Conditions(if_modified_since=NOW), Verdict.UNCHANGED, "If-Modified-Since"),
        (Conditions(if_modified_since=NOW + SECOND), Verdict.PROCEED, ""),
        (Conditions(if_unmodified_since=NOW + SECOND), Verdict.PROCEED, ""),
        (Conditions(if_unmodified_since=WHOLE), Verdict.PROCEED, ""),
        (Conditions(if_unmodified_since=WHOLE - SECOND), Verdict.FAILED, "If-Unmodified-Since"),
        # the tag decides where both are given
        (Conditions(if_match=TAG, if_unmodified_since=WHOLE - SECOND), Verdict.PROCEED, ""),
        (Conditions(if_none_match='"other"', if_modified_since=WHOLE), Verdict.PROCEED, ""),
        (Conditions(if_none_match=TAG, if_modified_since=WHOLE - SECOND), Verdict.UNCHANGED, "If-None-Match"),
        # what must hold is judged first
        (Conditions(if_match='"other"', if_none_match=TAG), Verdict.FAILED, "If-Match"),
        (Conditions(if_match=TAG, if_none_match=TAG), Verdict.UNCHANGED, "If-None-Match"),
    ],
)
def test_verdicts(conditions: Conditions, verdict: Verdict, header: str) -> None:
    assert conditions.judge(TAG, WHEN, NOW) == (verdict, header)


def test_a_clock_behind_that_of_the_database() -> None:
    judged = Conditions(if_modified_since=WHOLE).judge(TAG, WHEN, WHOLE - SECOND)
    assert judged == (Verdict.UNCHANGED, "If-Modified-Since")


@given(
    st.lists(st.text(alphabet='ab"W/*, ', max_size=8), max_size=5).map(",".join),
    st.text(alphabet="ab", min_size=1, max_size=4),
)
def test_match_and_none_match_are_opposites(header: str, tag: str) -> None:
    match, _ = Conditions(if_match=header).judge(tag, WHEN, NOW)
    none_match, _ = Conditions(if_none_match=header).judge(tag, WHEN, NOW)
    assert (match is Verdict.PROCEED) == (none_match is Verdict.UNCHANGED)


@pytest.mark.parametrize(
    ("conditions", "name"),
    [
        (Conditions(if_match="x"), "x-amz-copy-source-If-Match"),
        (Conditions(if_none_match=TAG), "x-amz-copy-source-If-None-Match"),
        (Conditions(if_modified_since=WHEN), "x-amz-copy-source-If-Modified-Since"),
        (Conditions(if_unmodified_since=WHEN - SECOND), "x-amz-copy-source-If-Unmodified-Since"),
    ],
)
def test_a_copy_is_412_in_every_case(conditions: Conditions, name: str) -> None:
    with pytest.raises(S3Error) as caught:
        check_source(conditions, TAG, WHEN, NOW)
    assert caught.value.status == 412
    assert caught.value.fields == {"Condition": name}
    check_source(Conditions(if_match=TAG), TAG, WHEN, NOW)
    check_source(Conditions(if_modified_since=NOW + SECOND), TAG, WHEN, NOW)


def write(**headers: Any) -> Any:
    return SimpleNamespace(**{"if_match": None, "if_none_match": None, **headers})


def test_preconditions_of_writes() -> None:
    assert for_write(write()) is None
    absent = for_write(write(if_none_match="*"))
    assert absent is not None
    assert absent.if_none_match_any
    same = for_write(write(if_match=f'"{TAG}"'))
    assert same is not None
    assert same.if_match == TAG
    assert not same.if_none_match_any


@pytest.mark.parametrize(
    "headers", [{"if_none_match": f'"{TAG}"'}, {"if_none_match": ""}, {"if_none_match": "*", "if_match": TAG}]
)
def test_preconditions_that_s3_does_not_know(headers: dict[str, str]) -> None:
    with pytest.raises(S3Error) as caught:
        for_write(write(**headers))
    assert caught.value.code == "NotImplemented"


@pytest.mark.parametrize(
    ("if_range", "heeded"),
    [
        (None, True),
        (f'"{TAG}"', True),
        (TAG, True),
        ('"other"', False),
        (f'W/"{TAG}"', False),
        ("Wed, 04 Mar 2026 05:06:07 GMT", True),
        ("Wed, 04 Mar 2026 05:06:08 GMT", False),
        ("Wed, 04 Mar 2026 05:06:06 GMT", False),
        ("yesterday", False),
        ("", False),
    ],
)
def test_a_range_of_the_state_that_a_client_holds(if_range: str | None, heeded: bool) -> None:
    assert range_applies(if_range, TAG, WHEN) is heeded


@given(st.text())
def test_no_if_range_breaks(text: str) -> None:
    range_applies(text, TAG, WHEN)
