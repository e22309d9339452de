"""Goes through a plan: in each round each work on each server in turn, so that all see the same machine."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bench.speed.measure import Run, measure
from bench.speed.plan import Group
from bench.speed.results import Measured, Results
from bench.speed.servers import SERVERS
from bench.speed.works.base import Session, Work
from bench.speed.works.listing import fill


@dataclass
class Runner:
    """One run of a plan. What fails is noted, and the rest goes on."""

    results: Results
    save: Callable[[], None]
    """Called after each round of a group."""
    minutes: float
    """After these, works that have run on each server are not run again."""
    began: float = field(default_factory=time.monotonic)
    _failed: set[tuple[str, str]] = field(default_factory=set)

    def group(self, group: Group) -> None:
        """Run a group on servers of its own."""
        for work in group.works:
            made = Measured(group.name, work.title, work.connections, work.unit)
            self.results.works[_key(group, work)] = made
        self._failed.clear()
        rounds = range(group.rounds)
        for numbers in [[number] for number in rounds] if group.fresh else [list(rounds)]:
            if numbers[0] and self._is_late():
                return
            with self._sessions(group) as sessions:
                self._rounds(group, sessions, numbers)

    def _rounds(self, group: Group, sessions: list[Session], numbers: list[int]) -> None:
        for number in numbers:
            if number and self._is_late():
                return
            for work in group.works:
                for session in sessions:
                    self._one(group, work, session, number)
            self.results.seconds = round(time.monotonic() - self.began)
            self.save()

    def _one(self, group: Group, work: Work, session: Session, number: int) -> None:
        name = session.server.name
        if (work.name, name) in self._failed:
            return
        try:
            run = measure(session.server, work.prepare(session, number))
        except Exception as error:  # noqa: BLE001 - whatever it is, the other works are to be measured
            self._failed.add((work.name, name))
            self._note(f"{work.name} on {name}", error)
            return
        measured = self.results.works[_key(group, work)]
        measured.runs.setdefault(name, []).append(run)
        self._say(f"{group.name} {number + 1}/{group.rounds} {work.name} {name}: {line(measured, run)}")

    @contextmanager
    def _sessions(self, group: Group) -> Iterator[list[Session]]:
        with ExitStack() as stack:
            home = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="s3gw-bench-")))
            sessions = []
            for name in group.servers:
                try:
                    server = stack.enter_context(SERVERS[name](home / name))
                    session = Session(server, home / f"{name}-files")
                    session.begin()
                    if group.keys:
                        fill(session, group.keys)
                except Exception as error:  # noqa: BLE001
                    self._note(f"{group.name}: starting {name}", error)
                else:
                    sessions.append(session)
            yield sessions

    def _note(self, what: str, error: Exception) -> None:
        told = " ".join(str(error).split())
        if len(told) > 600:  # a log, say: what matters stands at its end
            told = f"{told[:200]} … {told[-400:]}"
        said = f"{what}: {type(error).__name__}: {told}"
        self.results.failures.append(said)
        self._say(f"FAILED {said}")
        self.save()

    def _is_late(self) -> bool:
        return time.monotonic() - self.began > 60 * self.minutes

    def _say(self, what: str) -> None:
        passed = int(time.monotonic() - self.began)
        print(f"[{passed // 60:02}:{passed % 60:02}] {what}", flush=True)


def _key(group: Group, work: Work) -> str:
    return f"{group.name}/{work.name}"


def line(measured: Measured, run: Run) -> str:
    """One run as a line."""
    figure, cpu = measured.figure(run), []
    for part in run.cpu:
        if measured.unit == "MB/s":
            cpu.append(f"{part} {run.cpu_per_gb(part):.2f}")
        else:
            cpu.append(f"{part} {run.cpu_per_request(part) * 1e6:.0f}")
    spent = f"CPU {'s/GB' if measured.unit == 'MB/s' else 'µs'}: {', '.join(cpu)}"
    precise = f"{figure:,.2f}" if measured.unit == "ms" else f"{figure:,.0f}"
    waits = f"p50 {run.p50 * 1e3:.2f} ms, p99 {run.p99 * 1e3:.2f} ms"
    return f"{precise} {measured.unit}, {waits}, {spent}, {run.peak / 2**20:.0f} MiB"
