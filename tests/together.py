"""Has `--dist loadgroup` give all tests of a group to one worker, so that what they share is made once.

A group is a module, or several, at whose head stands `pytest.mark.xdist_group("name")`. Workers of
pytest-xdist 3.8 tell of it within the ids of tests, which pytest 9.2 does not let them change, and nobody is
told that groups are torn apart. So the controller, which imports no tests, reads the mark in the source.
"""

from __future__ import annotations

import functools
import re
from pathlib import Path

import pytest
from xdist.remote import Producer
from xdist.scheduler import LoadGroupScheduling

_MARK = re.compile(r'\bpytest\.mark\.xdist_group\("([^"]+)"\)')


@functools.cache
def group_of(module: Path) -> str | None:
    """The group that the tests of a module belong to, if they belong to any."""
    found = _MARK.search(module.read_text(encoding="utf-8"))
    return found and found[1]


class Together(LoadGroupScheduling):  # type: ignore[misc]
    """Gives a worker a whole group, or a single test."""

    def _split_scope(self, nodeid: str) -> str:
        return group_of(self.config.rootpath / nodeid.partition("::")[0]) or nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> Together | None:
    """For `--dist loadgroup` the above, else what xdist has."""
    return Together(config, log) if config.getvalue("dist") == "loadgroup" else None


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """A mark that would have no effect is a mistake."""
    for item in items:
        for mark in item.iter_markers("xdist_group"):
            if (group_of(item.path),) != mark.args:
                message = f"{item.nodeid}: xdist_group is a mark of whole modules, written in full"
                raise pytest.UsageError(message)
