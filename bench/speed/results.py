"""What was measured, as JSON that is kept beside the document that shows it."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import NamedTuple

from bench.speed.measure import Run

PLOTS = {"small": "speed-small.svg", "large": "speed-large.svg", "growth": "speed-growth.svg"}
"""The pictures, by the section that shows them."""


class Spread(NamedTuple):
    """A figure over the rounds."""

    median: float
    least: float
    most: float


@dataclass
class Measured:
    """One work on all its servers."""

    group: str
    title: str
    connections: int
    unit: str
    runs: dict[str, list[Run]] = field(default_factory=dict)

    def spread(self, server: str, figure: Callable[[Run], float] | None = None) -> Spread:
        """Of the main figure, or of another."""
        values = [(figure or self.figure)(run) for run in self.runs[server]]
        return Spread(statistics.median(values), min(values), max(values))

    def figure(self, run: Run) -> float:
        """In the work's unit."""
        match self.unit:
            case "MB/s":
                return run.megabytes
            case "ms":
                return run.p50 * 1e3
            case _:
                return run.rate


@dataclass
class Results:
    """A whole run."""

    began: str = ""
    command: str = ""
    seconds: float = 0.0
    machine: dict[str, str] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    works: dict[str, Measured] = field(default_factory=dict)
    failures: list[str] = field(default_factory=list)

    def group(self, name: str) -> list[Measured]:
        """The works of a group that have figures."""
        return [one for one in self.works.values() if one.group == name and any(one.runs.values())]

    def save(self, path: Path) -> None:
        """Write it down; a reader sees the whole old or the whole new file."""
        path.parent.mkdir(parents=True, exist_ok=True)
        new = path.with_suffix(".new")
        new.write_text(json.dumps(asdict(self), indent=1) + "\n")
        new.replace(path)


def load(path: Path) -> Results:
    """What `save` wrote."""
    found = json.loads(path.read_text())
    works = {}
    for name, work in found.pop("works").items():
        runs = {server: [Run(**run) for run in runs] for server, runs in work.pop("runs").items()}
        works[name] = Measured(**work, runs=runs)
    return Results(**found, works=works)
