"""The one shape of background work: a name, an interval, something to run; and how it is going."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field


@dataclass(slots=True)
class Progress:
    """What a run has done so far, by names of the job's choosing; watched while it runs."""

    counts: dict[str, int] = field(default_factory=dict)
    done: int | None = None
    """How much of `total`, in whatever the job counts; None where it cannot know beforehand."""
    total: int | None = None

    def add(self, **counts: int) -> None:
        """Count more."""
        for name, count in counts.items():
            self.counts[name] = self.counts.get(name, 0) + count

    def expect(self, amount: int) -> None:
        """There is so much more to be done."""
        self.done, self.total = self.done or 0, (self.total or 0) + amount

    def advance(self, amount: int) -> None:
        """So much of it is done."""
        self.done = (self.done or 0) + amount


@dataclass(frozen=True, slots=True)
class Job:
    """Work that is repeated. `run` does it in small steps, each of which may be its last."""

    name: str
    interval: float
    """Seconds between the end of a run and the next."""
    run: Callable[[Progress], Awaitable[None]]


@dataclass(slots=True)
class Status:
    """How a job is going in this process, for people; `db.jobs` tells it for all gateways together."""

    name: str
    running: bool = False
    runs: int = 0
    """Runs that ended here, well or not; rounds that another gateway took are left out."""
    seconds: float = 0.0
    """How long the last run took."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """What the last run did, or the present one so far."""
    error: str | None = None
    """Why the last run failed."""
