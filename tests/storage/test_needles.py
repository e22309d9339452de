"""Every way to look for a few bytes finds the same."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from s3gw.storage.needles import Find, by_copy, by_memmem, by_pcre2, finder

NEEDLES = [b"PK\x03\x04", b"ustar", b"a", b"ab", b".*", b"\0\0", b"\\Qa", b"\xff\xfe\xfd"]


def ways(needle: bytes) -> list[Find]:
    """All that this system has."""
    slow = by_copy(needle)
    found = [finder(needle), by_memmem(needle), by_pcre2(needle, slow), slow]
    return [find for find in found if find is not None]


WAYS = {needle: ways(needle) for needle in NEEDLES}


@settings(max_examples=200, deadline=None)
@given(
    needle=st.sampled_from(NEEDLES),
    parts=st.lists(st.sampled_from([*NEEDLES, b"P", b"PK", b"x", b"\n", b"usta"]), max_size=40),
    start=st.integers(0, 80),
    short=st.integers(0, 5),
)
def test_all_ways_agree(needle: bytes, parts: list[bytes], start: int, short: int) -> None:
    data = b"".join(parts)
    start, end = min(start, len(data)), max(0, len(data) - short)
    for find in WAYS[needle]:
        if start < end:
            assert find(memoryview(bytearray(data)), start, end) == data.find(needle, start, end)


@pytest.mark.parametrize("needle", [b"PK\x03\x04", b"ustar"])
def test_at_every_place_of_a_long_buffer(needle: bytes) -> None:
    for at in (*range(200), 4095, 65_530):
        data = bytearray(b"Pu" * 40_000)
        data[at : at + len(needle)] = needle
        for find in WAYS[needle]:
            assert find(memoryview(data), 0, len(data)) == at
            assert find(memoryview(data), at + 1, len(data)) == -1
            assert find(memoryview(data), 0, at + len(needle) - 1) == -1


def test_several_threads_at_once() -> None:
    data = memoryview(bytearray(1 << 20))
    data[900_000:900_005] = b"ustar"
    find = finder(b"ustar")
    with ThreadPoolExecutor(8) as threads:
        found = threads.map(lambda start: find(data, start, len(data)), range(0, 1 << 20, 4096))
        assert list(found) == [900_000 if start <= 900_000 else -1 for start in range(0, 1 << 20, 4096)]


def test_without_the_library() -> None:
    assert by_pcre2(b"ustar", by_copy(b"ustar"), "libnothing.so.0") is None
    assert by_pcre2(b"ustar", by_copy(b"ustar"), "libc.so.6") is None
