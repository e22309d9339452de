"""`make bench` and `make bench-full`: this gateway beside `rclone serve s3`, in turns, on one machine.

Before each run the disks are synced, so that nobody pays for what another wrote. The gateway's PUTs are
durable when they are answered; rclone syncs nothing. Exits with 1 where a work failed.
"""

from __future__ import annotations

import argparse
import re
import shlex
import signal
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from bench.speed.machine import machine, versions
from bench.speed.plan import Group, full, quick
from bench.speed.report import FIGURES, ROOT, tables, write
from bench.speed.results import Results, load
from bench.speed.runner import Runner
from bench.speed.servers import SERVERS
from bench.speed.works.base import Work
from bench.speed.works.small import Ranges, Small

QUICK = ROOT / "bench" / "results" / "quick.json"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure, keep the figures, and print tables."""
    given = _parser().parse_args(arguments)
    groups = _chosen(given)
    if given.list:
        for group in groups:
            print(f"{group.name}: {', '.join(work.name for work in group.works)}")
        return 0
    into: Path = given.into or (FIGURES if given.full else QUICK)
    results = load(into) if given.keep and into.exists() else Results()
    results.failures.clear()
    results.began = time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime())
    results.command = shlex.join(["python", "-m", "bench.speed", *(arguments or sys.argv[1:])])
    results.machine, results.versions = machine(Path(tempfile.gettempdir())), versions()
    runner = Runner(results, lambda: results.save(into), given.minutes)
    try:
        for group in groups:
            runner.group(group)
    except KeyboardInterrupt:
        print("stopped", file=sys.stderr)
        return 130
    print(f"\n{tables(results)}\n{into} holds the figures.")
    if given.document:
        write(results)
    for failure in results.failures:
        print(f"FAILED {failure}", file=sys.stderr)
    return 1 if results.failures else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench.speed", description=__doc__)
    parser.add_argument("--full", action="store_true", help="what the document shows, not the quick run")
    parser.add_argument(
        "--only", default="", metavar="REGEX", help="works or groups whose names, or GROUP/WORK, match"
    )
    parser.add_argument("--servers", metavar="NAMES", help=f"some of {','.join(SERVERS)}")
    parser.add_argument("--rounds", type=int, help="of each group")
    parser.add_argument("--duration", type=float, metavar="SECONDS", help="of each run of small requests")
    parser.add_argument("--minutes", type=float, default=30, help="after these, each work runs only once")
    parser.add_argument("--into", type=Path, metavar="FILE", help="where the figures are kept, as JSON")
    parser.add_argument("--keep", action="store_true", help="keep the figures there of works that do not run")
    parser.add_argument("--document", action="store_true", help="renew docs/benchmarks.md and its plots")
    parser.add_argument("--list", action="store_true", help="only say what would run")
    return parser


def _chosen(given: argparse.Namespace) -> list[Group]:
    """The plan, cut down to what was asked for. Exits where nothing is left, or a server is not known."""
    names = given.servers.split(",") if given.servers else None
    if unknown := set(names or ()) - set(SERVERS):
        sys.exit(f"no such server: {', '.join(sorted(unknown))}")
    groups = []
    for group in full() if given.full else quick():
        servers = [name for name in group.servers if name in names] if names else group.servers
        named = re.search(given.only, group.name)
        works = [
            work
            for work in group.works
            if named or any(re.search(given.only, one) for one in (work.name, f"{group.name}/{work.name}"))
        ]
        if works and servers:
            works = [_timed(work, given.duration) for work in works]
            rounds = given.rounds or group.rounds
            groups.append(replace(group, works=works, servers=servers, rounds=rounds))
    if not groups:
        sys.exit("nothing matches; --list tells the names")
    return groups


def _timed(work: Work, seconds: float | None) -> Work:
    return replace(work, seconds=seconds) if seconds and isinstance(work, Small | Ranges) else work


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that everything that was started ends
    sys.exit(main())
