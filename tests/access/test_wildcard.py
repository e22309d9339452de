"""Patterns against a reference by regular expressions, and against what makes those slow."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from s3gw.access.wildcard import compile_pattern

_TEXT = st.text("ab/*?$", max_size=8)


@given(st.text("ab*?", max_size=10), st.text("ab", max_size=12))
def test_a_pattern_matches_as_its_regular_expression(pattern: str, value: str) -> None:
    expression = "".join({"*": ".*", "?": "."}.get(letter, re.escape(letter)) for letter in pattern)
    assert compile_pattern(pattern).matches(value) is (re.fullmatch(expression, value, re.DOTALL) is not None)


@given(_TEXT, _TEXT)
def test_the_value_of_a_variable_is_never_a_pattern(value: str, other: str) -> None:
    pattern = compile_pattern("home/${aws:username}/*", variables=True)
    assert pattern.matches(f"home/{value}/x", lambda _: value)
    assert pattern.matches(f"home/{other}/x", lambda _: value) is other.startswith(f"{value}/") or (
        other == value
    )


def test_variables() -> None:
    star = compile_pattern("a${*}", variables=True)
    assert star.matches("a*")
    assert not star.matches("ab")
    assert compile_pattern("${aws:username}", variables=True).matches("") is False
    assert compile_pattern("${aws:username, 'nobody'}", variables=True).matches("nobody")
    assert compile_pattern("${aws:username}").matches("${aws:username}")
    assert compile_pattern("A*c").matches("aBC", fold=True)
    assert compile_pattern("a*").equals("a*")
    assert not compile_pattern("a*").equals("ab")


def test_stars_do_not_multiply_the_work() -> None:
    """A pattern that takes a backtracking matcher for ever."""
    assert not compile_pattern("a*" * 200 + "b").matches("a" * 1000)
