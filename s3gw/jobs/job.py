"""The one shape of background work: a name, an interval, something to run; and how it is going."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field

from s3gw.jobs.throttle import Throttle


@dataclass(slots=True)
class Progress:
    """What a run has done so far, by names of the job's choosing; watched while it runs."""

    counts: dict[str, int] = field(default_factory=dict)
    done: int | None = None
    """How much of `total`, in whatever the job counts; None where it cannot know beforehand."""
    total: int | None = None
    throttle: Throttle = field(default_factory=Throttle)
    """Tells the run when to rest; never, unless told otherwise."""

    async def worked(self, count: int = 0) -> None:
        """A step of the run ended, which handled `count` bytes: rest as is due. May be cut off here."""
        await self.throttle.worked(count)

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
    """Work that is repeated. `run` does it in small steps, each of which may be its last; what a step does
    needs not be done again, so the next run goes on where one was broken off."""

    name: str
    interval: float
    """Seconds between the end of a run and the next."""
    run: Callable[[Progress], Awaitable[None]]


@dataclass(slots=True)
class Status:
    """How a job is going in this process, for people; `db.jobs` tells it for all gateways together."""

    name: str
    running: bool = False
    paused: bool = False
    """For all gateways, as this one last heard."""
    runs: int = 0
    """Runs that ended here, well or not; rounds that another gateway took are left out."""
    failures: int = 0
    """Of these."""
    succeeded_at: float | None = None
    """When the last one ended well, in seconds since 1970."""
    seconds: float = 0.0
    """How long the last run took."""
    rested: float = 0.0
    """Seconds that all runs here have rested."""
    totals: dict[str, int] = field(default_factory=dict)
    """What all runs here did that have ended."""
    counts: Mapping[str, int] = field(default_factory=dict)
    """What the last run did, or the present one so far."""
    error: str | None = None
    """Why the last run failed."""
