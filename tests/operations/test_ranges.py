"""Byte ranges against the definition: a set of positions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from s3gw.errors import S3Error
from s3gw.operations.ranges import Span, copied, requested
from tests.effort import least_seconds

sizes = st.integers(0, 50) | st.integers(0, 2**62)


@given(
    sizes, st.integers(0, 60) | st.integers(0, 2**70), st.none() | st.integers(0, 60) | st.integers(0, 2**70)
)
def test_first_and_last_positions(size: int, first: int, last: int | None) -> None:
    header = f"bytes={first}-{'' if last is None else last}"
    if last is not None and last < first:
        assert requested(header, size) is None
    elif first >= size:
        with pytest.raises(S3Error) as caught:
            requested(header, size)
        assert caught.value.code == "InvalidRange"
        assert caught.value.status == 416
        assert caught.value.fields == {"RangeRequested": header, "ActualObjectSize": str(size)}
        assert caught.value.headers == {"Content-Range": f"bytes */{size}"}
    else:
        end = size - 1 if last is None else min(last, size - 1)
        assert requested(header, size) == Span(first, end - first + 1)


@given(sizes, st.integers(0, 60) | st.integers(0, 2**70))
def test_suffixes(size: int, count: int) -> None:
    header = f"bytes=-{count}"
    if count == 0 or size == 0:
        with pytest.raises(S3Error, match="InvalidRange"):
            requested(header, size)
    else:
        kept = min(count, size)
        assert requested(header, size) == Span(size - kept, kept)


@pytest.mark.parametrize(
    "header",
    ["", "bytes", "bytes=", "bytes=-", "bytes=a-b", "bytes=1", "bytes=0-1,3-4", "items=0-1", "bytes=5-2",
     "bytes 0-1", "bytes=0x1-2", "bytes=+1-2", "bytes=--1", "bytes=١-٢", "bytes=1-2\n3"],
)  # fmt: skip
def test_ignored_ranges(header: str) -> None:
    assert requested(header, 10) is None


@given(st.text(max_size=40))
def test_any_text_is_a_range_or_not(text: str) -> None:
    try:
        span = requested(text, 100)
    except S3Error as error:
        assert error.code == "InvalidRange"  # noqa: PT017
    else:
        assert span is None or (span.start >= 0 and span.length > 0 and span.start + span.length <= 100)


def test_content_range() -> None:
    assert Span(2, 3).content_range(10) == "bytes 2-4/10"
    assert requested(" Bytes=2-4 ", 10) == Span(2, 3)


async def test_case_31_a_long_range_costs_nothing() -> None:
    header = "bytes=" + "1" * 100_000 + "-" + "2" * 100_000

    async def ask() -> None:
        assert requested(header, 10) is None
        with pytest.raises(S3Error):
            copied(header, 10)

    assert await least_seconds(ask) < 0.05


@given(st.integers(0, 50), st.integers(0, 60), st.integers(0, 60))
def test_copied_ranges(size: int, first: int, last: int) -> None:
    header = f"bytes={first}-{last}"
    if first <= last < size:
        assert copied(header, size) == Span(first, last - first + 1)
    else:
        with pytest.raises(S3Error) as caught:
            copied(header, size)
        begins_past_the_end = size <= first <= last
        assert caught.value.code == ("InvalidRequest" if begins_past_the_end else "InvalidArgument")


@pytest.mark.parametrize(
    "header",
    [
        "",
        "0-2",
        "bytes=0",
        "bytes=hello-world",
        "bytes=0-bar",
        "bytes=hello-",
        "bytes=0-2,3-5",
        "bytes=-3",
        "bytes=3-",
    ],
)
def test_copied_ranges_are_strict(header: str) -> None:
    with pytest.raises(S3Error) as caught:
        copied(header, 100)
    assert caught.value.code == "InvalidArgument"
