"""`make bench`: this gateway beside `rclone serve s3`, in turns, on one machine and one disk.

Each figure is the median of the rounds. Before each run the disks are synced, so that nobody pays for what
another wrote. The gateway's PUTs are durable when they are answered; rclone syncs nothing.
"""

from __future__ import annotations

import argparse
import re
import signal
import statistics
import tempfile
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from bench.measure import Run, measure
from bench.servers import SERVERS
from bench.works.base import Session, Work
from bench.works.plan import Group, quick
from bench.works.small import Small

Runs = dict[tuple[str, str], list[Run]]


def main() -> None:
    """Measure and print a Markdown table a group."""
    parser = argparse.ArgumentParser(prog="python -m bench.speed", description=__doc__)
    parser.add_argument("--only", default="", metavar="REGEX", help="works whose names match, such as 4k-c16")
    parser.add_argument("--servers", metavar="NAMES", help=f"some of {','.join(SERVERS)}")
    parser.add_argument("--rounds", type=int)
    parser.add_argument("--duration", type=float, metavar="SECONDS", help="of each run of small requests")
    given = parser.parse_args()
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # everything that was started is to end
    for group in quick():
        works = [_timed(work, given.duration) for work in group.works if re.search(given.only, work.name)]
        if works:
            names = given.servers.split(",") if given.servers else group.servers
            chosen = replace(group, works=works, servers=names, rounds=given.rounds or group.rounds)
            _print(chosen, _measured(chosen))


def _timed(work: Work, seconds: float | None) -> Work:
    return replace(work, seconds=seconds) if seconds and isinstance(work, Small) else work


def _measured(group: Group) -> Runs:
    runs: Runs = {}
    with ExitStack() as stack:
        home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="s3gw-bench-")))
        sessions = [Session(stack.enter_context(SERVERS[name](home / name))) for name in group.servers]
        for session in sessions:
            session.begin()
        for number in range(group.rounds):
            for work in group.works:
                for session in sessions:
                    name = session.server.name
                    run = measure(session.server, work.prepare(session, number), work.status)
                    runs.setdefault((work.name, name), []).append(run)
                    print(f"{number + 1}/{group.rounds} {work.name} {name}: {_line(work, run)}", flush=True)
    return runs


def _figure(work: Work, run: Run) -> float:
    return run.megabytes if work.unit == "MB/s" else run.rate


def _line(work: Work, run: Run) -> str:
    if work.unit == "MB/s":
        cpu = ", ".join(f"{part} {run.cpu_per_gb(part):.2f}" for part in run.cpu)
        return f"{_figure(work, run):,.0f} MB/s in {run.seconds:.2f} s, CPU s/GB: {cpu}"
    cpu = ", ".join(f"{part} {run.cpu_per_request(part) * 1e6:.0f}" for part in run.cpu)
    return (
        f"{_figure(work, run):,.0f}/s, p50 {run.p50 * 1e3:.2f} ms, p99 {run.p99 * 1e3:.2f} ms, CPU µs: {cpu}"
    )


def _print(group: Group, runs: Runs) -> None:
    print("\n| Work | Connections | " + " | ".join(group.servers) + " | Ratio | Unit |")
    print("|---|---:|" + "---:|" * len(group.servers) + "---:|---|")
    for work in group.works:
        medians = [_median(work, runs[work.name, name]) for name in group.servers]
        figures = " | ".join(f"{median:,.0f}" for median in medians)
        ratios = ", ".join(f"{median / medians[0]:.2f}" for median in medians[1:])
        print(f"| {work.title} | {work.connections} | {figures} | {ratios} | {work.unit} |")
    print()


def _median(work: Work, runs: Sequence[Run]) -> float:
    return statistics.median(_figure(work, run) for run in runs)


if __name__ == "__main__":
    main()
