"""docs/security.md against the tests: every published failure and every abuse it lists is tested by name."""

from __future__ import annotations

import ast
import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]
FAILURES = 35
ABUSES = 17


def _rows(heading: str) -> list[list[str]]:
    """The cells of each row of the table below a heading."""
    text = (ROOT / "docs" / "security.md").read_text()
    section = text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
    lines = [line for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


@cache
def _tests() -> frozenset[str]:
    """The names of all test functions. Ones that do nothing do not count."""
    found = set()
    for path in (ROOT / "tests").rglob("test_*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                continue
            if any(isinstance(inside, ast.Assert) for inside in ast.walk(node)):
                found.add(node.name)
    return frozenset(found)


def test_every_published_failure_is_replayed() -> None:
    listed = [int(row[0]) for row in _rows("Published failures, replayed")]
    assert listed == list(range(1, FAILURES + 1))
    tested = {int(number) for name in _tests() for number in re.findall(r"^test_case_(\d\d)_", name)}
    assert sorted(set(listed) - tested) == []
    assert sorted(tested - set(listed)) == [], "tests of cases that the list does not have"


def test_every_abuse_is_tested() -> None:
    rows = _rows("Abuse of the protocol")
    assert len(rows) == ABUSES
    for what, _, tests in rows:
        named = re.findall(r"`(test_\w+)`", tests)
        assert named, what
        assert sorted(set(named) - _tests()) == [], what
