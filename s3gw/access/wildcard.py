"""Patterns of policies: `*`, `?` and `${variables}`, matched in one pass without backtracking into regexes.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

_VARIABLE = re.compile(r"\$\{([^{}]*)\}")
_LITERAL = frozenset("*?$")


class _Wild(Enum):
    MANY = "*"
    ONE = "?"


@dataclass(frozen=True, slots=True)
class _Variable:
    name: str
    default: str | None


_Token = str | _Wild | _Variable
_Segment = tuple[str | None, ...]
"""Runs of text; None stands for any one character."""
Resolve = Callable[[str], str | None]
"""The value of a policy variable, by its name in lower case; None where there is none."""


@dataclass(frozen=True, slots=True)
class Pattern:
    """A parsed pattern; make it with `compile_pattern`."""

    text: str
    tokens: tuple[_Token, ...]
    segments: tuple[_Segment, ...] | None
    """What stands between the stars; None where variables must be resolved first."""

    @property
    def is_fixed(self) -> bool:
        """Whether it matches one value only."""
        return all(isinstance(token, str) for token in self.tokens)

    def matches(self, value: str, resolve: Resolve | None = None, *, fold: bool = False) -> bool:
        """Whether the whole value matches; a variable without value matches nothing. `fold` ignores case."""
        segments = self.segments
        if segments is None:
            tokens = _resolved(self.tokens, resolve)
            if tokens is None:
                return False
            segments = _segments(tokens)
        if fold:
            value = value.casefold()
            segments = tuple(tuple(run and run.casefold() for run in segment) for segment in segments)
        return _match(segments, value)

    def equals(self, value: str, resolve: Resolve | None = None, *, fold: bool = False) -> bool:
        """Whether the value is the pattern's text, with variables, where `*` and `?` stand for themselves."""
        tokens = _resolved(self.tokens, resolve)
        if tokens is None:
            return False
        text = "".join(token if isinstance(token, str) else token.value for token in tokens)
        return text.casefold() == value.casefold() if fold else text == value


def compile_pattern(text: str, *, variables: bool = False) -> Pattern:
    """Parse a pattern; `${…}` is a variable only where `variables` says so (Version 2012-10-17)."""
    tokens: list[_Token] = []
    at = 0
    if variables:
        for found in _VARIABLE.finditer(text):
            tokens += _plain(text[at : found.start()])
            tokens.append(_variable(found[1]))
            at = found.end()
    tokens += _plain(text[at:])
    has_variable = any(isinstance(token, _Variable) for token in tokens)
    return Pattern(text, tuple(tokens), None if has_variable else _segments(tuple(tokens)))


def _variable(content: str) -> _Token:
    if content in _LITERAL:
        return content
    name, comma, default = content.partition(",")
    default = default.strip()
    quoted = len(default) >= 2 and default[0] == default[-1] == "'"
    return _Variable(name.strip().lower(), default[1:-1] if comma and quoted else None)


def _plain(text: str) -> list[_Token]:
    tokens: list[_Token] = []
    for piece in re.split(r"([*?])", text):
        if piece == "*":
            if not tokens or tokens[-1] is not _Wild.MANY:
                tokens.append(_Wild.MANY)
        elif piece == "?":
            tokens.append(_Wild.ONE)
        elif piece:
            tokens.append(piece)
    return tokens


def _resolved(tokens: tuple[_Token, ...], resolve: Resolve | None) -> tuple[str | _Wild, ...] | None:
    resolved: list[str | _Wild] = []
    for token in tokens:
        if isinstance(token, _Variable):
            value = None if resolve is None else resolve(token.name)
            value = token.default if value is None else value
            if value is None:
                return None
            resolved.append(value)
        else:
            resolved.append(token)
    return tuple(resolved)


def _segments(tokens: tuple[_Token, ...]) -> tuple[_Segment, ...]:
    segments: list[_Segment] = []
    current: list[str | None] = []
    for token in tokens:
        if token is _Wild.MANY:
            segments.append(tuple(current))
            current = []
        elif token is _Wild.ONE:
            current.append(None)
        elif isinstance(token, str) and token:
            if current and current[-1] is not None:
                current[-1] += token
            else:
                current.append(token)
    segments.append(tuple(current))
    return tuple(segments)


def _length(segment: _Segment) -> int:
    return sum(1 if run is None else len(run) for run in segment)


def _at(segment: _Segment, value: str, at: int) -> bool:
    """Whether the segment stands in the value at that place."""
    for run in segment:
        if run is None:
            if at >= len(value):
                return False
            at += 1
        else:
            if not value.startswith(run, at):
                return False
            at += len(run)
    return True


def _find(segment: _Segment, value: str, start: int, end: int) -> int:
    """The first place from `start` where the segment stands and ends by `end`, or -1."""
    if not segment:
        return start
    if len(segment) == 1 and segment[0] is not None:
        return value.find(segment[0], start, end)
    for at in range(start, end - _length(segment) + 1):
        if _at(segment, value, at):
            return at
    return -1


def _match(segments: tuple[_Segment, ...], value: str) -> bool:
    first, last = segments[0], segments[-1]
    if len(segments) == 1:
        return _length(first) == len(value) and _at(first, value, 0)
    start, end = _length(first), len(value) - _length(last)
    if start > end or not _at(first, value, 0) or not _at(last, value, end):
        return False
    for segment in segments[1:-1]:
        found = _find(segment, value, start, end)
        if found < 0:
            return False
        start = found + _length(segment)
    return True
