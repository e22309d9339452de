"""The backup programs that the figures stand beside: one repository a data set, one backup a version."""

from __future__ import annotations

import json
import os
import resource
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench.savings.files import size
from bench.savings.results import Figures
from tests.gateway import clean_environment


class _Repository:
    """A place for one data set, and how its program is run there: without any cache or key of the user's."""

    def __init__(self, home: Path):
        self.place = home / "repository"
        self._environment = clean_environment(
            home,
            RESTIC_REPOSITORY=str(self.place),
            RESTIC_PASSWORD="of-no-value",
            RESTIC_CACHE_DIR=str(home / "cache"),
            BORG_REPO=str(self.place),
            BORG_BASE_DIR=str(home),
        )

    def run(self, *command: str, within: Path) -> str:
        """What the command printed. Raises CalledProcessError where it fails."""
        done = subprocess.run(
            command, env=self._environment, cwd=within, check=True, stdout=subprocess.PIPE, text=True
        )
        return done.stdout


@dataclass(frozen=True)
class Peer:
    """A backup program: its options, and how it is asked what it keeps."""

    name: str
    version: tuple[str, ...]
    init: tuple[str, ...]
    backup: tuple[str, ...]
    chunks: Callable[[_Repository, Path], tuple[int | None, int]]
    """Bytes of the distinct chunks, plain and as they are stored."""

    @property
    def command(self) -> str:
        """How it is driven, for the document."""
        return f"{' '.join(self.init)}; {' '.join(self.backup)}"

    def told_version(self) -> str:
        """As the program says."""
        return subprocess.run(self.version, check=True, capture_output=True, text=True).stdout.strip()

    def measure(self, versions: Sequence[Path], home: Path) -> Figures:
        """Back up one version after the other into a new repository below `home`."""
        home.mkdir(parents=True)
        repository = _Repository(home)
        before = _children_cpu()
        repository.run(*self.init, within=home)
        for version in versions:
            command = [word.format(version=version.name) for word in self.backup]
            repository.run(*command, within=version.parent)
        cpu = round(_children_cpu() - before, 2)
        unique, stored = self.chunks(repository, home)
        return Figures(unique, stored, size(repository.place), cpu)


def _restic_chunks(repository: _Repository, home: Path) -> tuple[int | None, int]:
    told = json.loads(repository.run("restic", "stats", "--mode", "raw-data", "--json", within=home))
    return told.get("total_uncompressed_size"), told["total_size"]


def _borg_chunks(repository: _Repository, home: Path) -> tuple[int | None, int]:
    told = json.loads(repository.run("borg", "info", "--json", within=home))["cache"]["stats"]
    return told["unique_size"], told["unique_csize"]


RESTIC = Peer(
    "restic",
    ("restic", "version"),
    ("restic", "init", "--quiet", "--repository-version", "2"),
    ("restic", "backup", "--quiet", "--compression", "auto", "{version}"),
    _restic_chunks,
)
BORG = Peer(
    "borg",
    ("borg", "--version"),
    ("borg", "init", "--encryption", "none"),
    ("borg", "create", "--compression", "zstd,3", "::{version}", "{version}"),
    _borg_chunks,
)
PEERS = (RESTIC, BORG)


def _children_cpu() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def missing() -> list[str]:
    """Peers that are not installed."""
    folders = os.get_exec_path()
    return [
        peer.name
        for peer in PEERS
        if not any(os.access(Path(folder) / peer.name, os.X_OK) for folder in folders)
    ]
