"""Load from one process, or from a few, and what came of it."""

from __future__ import annotations

import gc
import multiprocessing
import time
from array import array
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from multiprocessing.connection import Connection as Pipe
from typing import TYPE_CHECKING

from bench.load.loop import Loop, Unexpected
from bench.load.requests import Request, Target

if TYPE_CHECKING:
    from collections.abc import Iterator

FOR_EVER = 3600.0
_FORK = multiprocessing.get_context("fork")


@dataclass
class Outcome:
    """What one run of load did. Times are in seconds, bytes are those of bodies."""

    seconds: float = 0.0
    latencies: array[float] = field(default_factory=lambda: array("d"))
    statuses: Counter[int] = field(default_factory=Counter)
    sent: int = 0
    received: int = 0
    cpu: float = 0.0
    """Processor time of the load generator itself."""

    @property
    def requests(self) -> int:
        """How many were answered."""
        return len(self.latencies)

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds

    @property
    def megabytes(self) -> float:
        """MB (10^6 bytes) of bodies a second, both ways."""
        return (self.sent + self.received) / self.seconds / 1e6

    @property
    def errors(self) -> int:
        """Tolerated answers that were errors."""
        return sum(number for status, number in self.statuses.items() if status >= 400)

    def quantile(self, share: float) -> float:
        """The latency that `share` of the requests did not exceed."""
        ranked = sorted(self.latencies)
        return ranked[min(len(ranked) - 1, int(share * len(ranked)))] if ranked else 0.0


def drive(
    target: Target,
    requests: Iterable[Request],
    connections: int = 1,
    *,
    seconds: float = FOR_EVER,
    tolerated: Collection[int] = (),
    processes: int = 1,
) -> Outcome:
    """Send the requests in their order, each over whichever connection is free, and wait for every answer.

    After `seconds` no further one is begun. Answers of a `tolerated` status are counted; raises Unexpected at
    any other that was not asked for. With more `processes` the requests are dealt out to them.
    """
    given = list(requests)
    if not given:
        return Outcome()
    connections = min(connections, len(given))
    processes = min(processes, connections)
    if processes == 1:
        loop = Loop(target, iter(given), tolerated)
        try:
            loop.connect(connections)
            return _run(loop, seconds)[1]
        finally:
            loop.close()
    shares = [(given[at::processes], len(range(at, connections, processes))) for at in range(processes)]
    return _fork(target, shares, seconds, tolerated)


def _run(loop: Loop, seconds: float) -> tuple[float, Outcome]:
    """When it began, on the clock that all processes share, and what came of it."""
    with _without_collection():
        used, began = time.process_time(), time.perf_counter()
        loop.run(seconds)
        took, cpu = time.perf_counter() - began, time.process_time() - used
    return began, Outcome(took, loop.latencies, loop.statuses, loop.sent, loop.received, cpu)


def _fork(
    target: Target,
    shares: Sequence[tuple[Sequence[Request], int]],
    seconds: float,
    tolerated: Collection[int],
) -> Outcome:
    pipes, children = [], []
    try:
        for requests, connections in shares:
            here, there = _FORK.Pipe()
            loop = Loop(target, iter(requests), tolerated)
            child = _FORK.Process(target=_child, args=(loop, connections, seconds, there), daemon=True)
            child.start()
            there.close()
            loop.close()
            pipes.append(here)
            children.append(child)
        for pipe in pipes:
            _receive(pipe)
        for pipe in pipes:
            pipe.send("go")
        done: list[tuple[float, Outcome]] = [_receive(pipe) for pipe in pipes]
    finally:
        for child in children:
            child.kill()
            child.join()
        for pipe in pipes:
            pipe.close()
    total = Outcome()
    for _, one in done:
        total.latencies.extend(one.latencies)
        total.statuses.update(one.statuses)
        total.sent += one.sent
        total.received += one.received
        total.cpu += one.cpu
    total.seconds = max(began + one.seconds for began, one in done) - min(began for began, _ in done)
    return total


def _child(loop: Loop, connections: int, seconds: float, pipe: Pipe) -> None:
    try:
        loop.connect(connections)
        pipe.send(None)
        pipe.recv()
        pipe.send(_run(loop, seconds))
    except (Unexpected, OSError, EOFError) as error:
        pipe.send(Unexpected(str(error) or repr(error)))


def _receive(pipe: Pipe) -> tuple[float, Outcome]:
    said = pipe.recv()
    if isinstance(said, Exception):
        raise said
    received: tuple[float, Outcome] = said
    return received


@contextmanager
def _without_collection() -> Iterator[None]:
    """Prepared requests are many objects; a walk through all of them would stall every connection."""
    enabled = gc.isenabled()
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()
