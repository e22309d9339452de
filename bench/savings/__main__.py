"""`python -m bench.savings`: make the data sets, store each in every system, write down what it takes."""

from __future__ import annotations

import argparse
import importlib.metadata
import shutil
import sqlite3
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from bench.datasets.catalogue import SETS, DataSet
from bench.savings import files, peers, report
from bench.savings.gateway import PRESETS, Preset, parts_saved
from bench.savings.peers import PEERS, Peer
from bench.savings.results import Measured, Results, load

SYSTEMS: tuple[Preset | Peer, ...] = (*PRESETS, *PEERS)
PART_PRESETS = ("cdc-64k", "cdc-256k", "cdc-1m", "cdc-4m", "fixed-4m", "fixed-64k", "fixed-8k")


def main() -> int:
    """Measure what is asked for, adding to what was measured before."""
    given = _arguments()
    if absent := peers.missing():
        print(f"not installed: {', '.join(absent)}; make test-deps installs them", file=sys.stderr)
        return 1
    results = load(given.results)
    if results.sets and results.scale != given.scale:
        print(f"{given.results} holds figures of scale {results.scale}; name another file", file=sys.stderr)
        return 1
    results.scale = given.scale
    results.versions = _versions()
    results.commands = {system.name: system.command for system in SYSTEMS}
    systems = [system for system in SYSTEMS if not given.only or system.name in given.only]
    with tempfile.TemporaryDirectory(prefix="s3gw-savings-", dir=given.work) as work:
        for data_set in SETS:
            if not given.sets or data_set.name in given.sets:
                for _ in measure(data_set, systems, results, Path(work)):
                    results.save(given.results)
        if not given.sets or "parts" in given.sets:
            for preset in PART_PRESETS:
                results.parts[preset] = parts_saved(preset, Path(work) / preset)
            results.save(given.results)
    if given.document:
        report.write(results, given.document, given.image)
    return 0


def measure(
    data_set: DataSet, systems: Sequence[Preset | Peer], results: Results, work: Path
) -> Iterator[str]:
    """Make a data set below `work`, store it in each system, whose name is yielded then, and remove it.

    What was measured of the same data in other systems stays.
    """
    folder = work / "data"
    versions = data_set.make(folder, results.scale)
    measured = Measured(
        data_set.title, len(versions), files.count(versions), sum(files.size(one) for one in versions)
    )
    known = results.sets.get(data_set.name)
    if known and known.logical_bytes == measured.logical_bytes:
        measured.systems |= known.systems
    results.sets[data_set.name] = measured
    for number, system in enumerate(systems):
        home = work / f"home-{number}"
        figures = measured.systems[system.name] = system.measure(versions, home)
        shutil.rmtree(home, ignore_errors=True)
        saved = 100 * (1 - figures.total_bytes / measured.logical_bytes)
        print(f"{data_set.name}: {system.name}: {saved:.1f} % in {figures.cpu_seconds:.0f} s", flush=True)
        yield system.name
    shutil.rmtree(folder)


def _arguments() -> argparse.Namespace:
    names = [data_set.name for data_set in SETS]
    parser = argparse.ArgumentParser(prog="python -m bench.savings", description=__doc__)
    parser.add_argument("sets", nargs="*", help=f"of {', '.join(names)}, parts; all if none is named")
    parser.add_argument("--only", action="append", metavar="SYSTEM", choices=[one.name for one in SYSTEMS])
    parser.add_argument("--scale", type=float, default=1.0, help="part of the full size, such as 0.05")
    parser.add_argument("--results", type=Path, default=report.RESULTS, help="JSON that is added to")
    parser.add_argument("--document", type=Path, help="Markdown whose tables are renewed")
    parser.add_argument(
        "--image", type=Path, default=report.IMAGE, help="the plot, renewed with the document"
    )
    parser.add_argument("--work", type=Path, help="where to put 3 GB for a while, instead of /tmp")
    given = parser.parse_args()
    if unknown := set(given.sets) - {*names, "parts"}:
        parser.error(f"unknown: {', '.join(sorted(unknown))}")
    return given


def _versions() -> dict[str, str]:
    told = {"s3gw": importlib.metadata.version("s3gw")}
    told |= {peer.name: peer.told_version() for peer in PEERS}
    told["SQLite"] = sqlite3.sqlite_version
    told |= {
        name: importlib.metadata.version(name) for name in ("pyarrow", "numpy", "zstandard", "pyfastcdc")
    }
    return told


if __name__ == "__main__":
    sys.exit(main())
