"""What a work is, and what works know of a server while they run on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path
from typing import Protocol

from bench.load import Body, Outcome, Request, drive
from bench.speed.servers import Server

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30
BUCKET = "bench"


def sized(size: int) -> str:
    """As tables and names of works show a size."""
    for unit, of in ((GIB, "GiB"), (MIB, "MiB"), (KIB, "KiB")):
        if size >= unit and size % unit == 0:
            return f"{size // unit} {of}"
    return f"{size} B"


def short(size: int) -> str:
    """The same in a name: 4k, 128m, 1g."""
    return sized(size).replace(" ", "").removesuffix("iB").lower()


@dataclass
class Session:
    """A server and what works have stored on it: bodies by key, in piles.

    Each session counts its own seeds, so that servers get the same bodies, which are then hashed once.
    """

    server: Server
    home: Path
    """For files of the work's own."""
    stored: dict[str, dict[str, Body]] = field(default_factory=dict)
    _seeds: Iterator[int] = field(default_factory=lambda: count(1))

    def begin(self) -> None:
        """Make the bucket."""
        self.home.mkdir(parents=True, exist_ok=True)
        drive(self.server.target, [self.server.target.request("PUT", f"/{BUCKET}")])

    def body(self, size: int) -> Body:
        """One that this server has not got."""
        return Body(next(self._seeds), size)

    def bodies(self, pile: str, size: int, number: int) -> dict[str, Body]:
        """So many new ones under keys of the pile."""
        return {f"{pile}/{at}": self.body(size) for at in range(number)}

    def filled(self, pile: str, size: int, number: int) -> dict[str, Body]:
        """The first `number` objects of a pile, which are put where they are not there yet."""
        there = self.stored.setdefault(pile, {})
        new = {f"{pile}/{at}": self.body(size) for at in range(len(there), number)}
        fillers = self.server.fillers if size < MIB else min(2, self.server.fillers)
        drive(self.server.target, self.puts(new), fillers)
        there.update(new)
        return dict(list(there.items())[:number])

    def puts(self, bodies: Mapping[str, Body]) -> list[Request]:
        """A PUT of each."""
        request = self.server.target.request
        return [request("PUT", f"/{BUCKET}/{key}", body) for key, body in bodies.items()]


class Work(Protocol):
    """A kind of request at a number of connections.

    `prepare` does all that is not measured and returns what is.
    """

    @property
    def name(self) -> str:
        """Unique, for --only and the results."""

    @property
    def title(self) -> str:
        """As tables show it."""

    @property
    def unit(self) -> str:
        """Of its main figure: requests/s, MB/s, or ms for the median latency."""

    @property
    def connections(self) -> int:
        """How many requests are under way at once."""

    def prepare(self, session: Session, number: int) -> Callable[[], Outcome]:
        """Make ready for round `number`."""
