"""Every data set by its name."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from bench import workloads


@dataclass(frozen=True)
class DataSet:
    """How a data set is made, and what tables call it."""

    name: str
    title: str
    maker: Callable[[Path, float], list[Path]]

    def make(self, folder: Path, scale: float = 1.0) -> list[Path]:
        """Write the set below `folder`, smaller for a `scale` below 1: one file or directory a version, in
        their order."""
        return self.maker(folder, scale)


def _from(module: str, function: str) -> Callable[[Path, float], list[Path]]:
    """A maker whose module is imported when it is needed: not every machine has what they import."""

    def make(folder: Path, scale: float) -> list[Path]:
        maker: Callable[[Path, float], list[Path]] = getattr(
            import_module(f"bench.datasets.{module}"), function
        )
        return maker(folder, scale)

    return make


def _seed(workload: Callable[[], Iterator[bytes]]) -> Callable[[Path, float], list[Path]]:
    """The files of a workload of bench-seeds, which has one size only."""

    def make(folder: Path, _scale: float) -> list[Path]:
        folder.mkdir(parents=True, exist_ok=True)
        made = []
        for number, body in enumerate(workload()):
            made.append(folder / f"{workload.__name__}-{number:04}")
            made[-1].write_bytes(body)
        return made

    return make


SETS = (
    DataSet("releases-tar", "ten releases as .tar", _from("releases", "as_tar")),
    DataSet("releases-unpacked", "ten releases, unpacked", _from("releases", "unpacked")),
    DataSet("releases-targz", "ten releases as .tar.gz", _from("releases", "as_published")),
    DataSet("database", "SQLite snapshots", _from("database", "snapshots")),
    DataSet("documents", "office documents", _from("documents", "versions")),
    DataSet("events", "Parquet, grown", _from("events", "by_default")),
    DataSet("events-cdc", "Parquet, content-defined", _from("events", "content_defined")),
    DataSet("seed-versions", "two versions, 90 % shared", _seed(workloads.versions)),
    DataSet("seed-prefix", "a byte put in front", _seed(workloads.prefix)),
    DataSet("seed-duplicate", "the same file twice", _seed(workloads.duplicate)),
)
