"""What was measured, as JSON that is kept beside the document that shows it."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True)
class Figures:
    """What one data set takes in one system. Bytes and seconds."""

    unique_bytes: int | None
    """Each chunk once, not compressed; None where the system does not tell."""
    stored_bytes: int
    """Chunks as they are stored, compressed, without what describes them."""
    total_bytes: int
    """Everything that is kept: chunks, indexes, manifests, database."""
    cpu_seconds: float
    """Of all processes that store; not of a client that only sends."""

    @property
    def metadata_bytes(self) -> int:
        """What describes the chunks."""
        return self.total_bytes - self.stored_bytes


@dataclass(frozen=True)
class Parts:
    """What deduplication saves of a file that comes in parts of different sizes. Percent."""

    sent: float
    """As it was sent."""
    settled: float | None
    """Once the seams of its parts are closed; None where that was not measured."""


@dataclass
class Measured:
    """One data set in all systems."""

    title: str
    versions: int
    files: int
    logical_bytes: int
    systems: dict[str, Figures] = field(default_factory=dict)


@dataclass
class Results:
    """A whole run."""

    scale: float = 1.0
    versions: dict[str, str] = field(default_factory=dict)
    """Of the programs, and of the libraries that wrote the data."""
    commands: dict[str, str] = field(default_factory=dict)
    """How each system was driven."""
    sets: dict[str, Measured] = field(default_factory=dict)
    parts: dict[str, Parts] = field(default_factory=dict)
    """Of one file sent three times in parts of different sizes, by preset."""

    def save(self, path: Path) -> None:
        """Write it down."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(asdict(self), indent=1) + "\n")


def load(path: Path) -> Results:
    """What `save` wrote; an empty run where there is none."""
    if not path.exists():
        return Results()
    found = json.loads(path.read_text())
    sets = {}
    for name, measured in found.pop("sets").items():
        systems = {system: Figures(**figures) for system, figures in measured.pop("systems").items()}
        sets[name] = Measured(**measured, systems=systems)
    parts = {preset: Parts(**saved) for preset, saved in found.pop("parts").items()}
    return Results(**found, sets=sets, parts=parts)
