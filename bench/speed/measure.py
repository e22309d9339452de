"""One run of one work on one server: what it took, of time, of processors and of memory."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field

from bench.load import Outcome
from bench.processes import cpu_seconds, peak_bytes, reset_peaks
from bench.speed.servers import Server


@dataclass
class Run:
    """The figures of one run. Seconds and bytes throughout."""

    seconds: float
    requests: int
    bytes: int
    p50: float
    p99: float
    slowest: float
    errors: int
    peak: int
    """Most resident memory of the server's own processes."""
    cpu: dict[str, float] = field(default_factory=dict)
    """Processor time by part: server, database, upstream, load."""

    @property
    def rate(self) -> float:
        """Requests a second."""
        return self.requests / self.seconds

    @property
    def megabytes(self) -> float:
        """MB (10^6 bytes) of bodies a second."""
        return self.bytes / self.seconds / 1e6

    def cpu_per_request(self, *parts: str) -> float:
        """Processor time a request of these parts."""
        return sum(self.cpu.get(part, 0.0) for part in parts) / self.requests

    def cpu_per_gb(self, *parts: str) -> float:
        """Processor time for 10^9 bytes of bodies."""
        return sum(self.cpu.get(part, 0.0) for part in parts) / (self.bytes / 1e9)


def measure(server: Server, work: Callable[[], Outcome]) -> Run:
    """Write back what is dirty, whoever made it so, and only then run the work."""
    os.sync()
    parts = server.pids()
    reset_peaks(parts["server"])
    before = {name: cpu_seconds(pids) for name, pids in parts.items()}
    outcome = work()
    parts = server.pids()
    cpu = {name: cpu_seconds(pids) - before[name] for name, pids in parts.items()}
    return Run(
        seconds=outcome.seconds,
        requests=outcome.requests,
        bytes=outcome.sent + outcome.received,
        p50=outcome.quantile(0.5),
        p99=outcome.quantile(0.99),
        slowest=outcome.quantile(1.0),
        errors=outcome.errors,
        peak=peak_bytes(parts["server"]),
        cpu={**cpu, "load": outcome.cpu},
    )
