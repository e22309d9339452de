"""What a work is, and what works know of a server while they run on it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from bench.load import Body, Outcome, Request, drive
from bench.servers import Server

KIB, MIB, GIB = 1 << 10, 1 << 20, 1 << 30
BUCKET = "bench"
_FILLERS = 16


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
    """A server and what works have stored on it: bodies by key."""

    server: Server
    stored: dict[str, dict[str, Body]] = field(default_factory=dict)

    def begin(self) -> None:
        """Make the bucket."""
        drive(self.server.target, [self.server.target.request("PUT", f"/{BUCKET}")])

    def filled(self, name: str, size: int, count: int) -> dict[str, Body]:
        """`count` objects below `name`, which are put where they are not there yet."""
        there = self.stored.setdefault(name, {})
        new = {f"{name}/{number}": Body.new(size) for number in range(len(there), count)}
        drive(self.server.target, list(self.puts(new)), _FILLERS if size < MIB else 2)
        there.update(new)
        return there

    def puts(self, bodies: dict[str, Body]) -> Iterator[Request]:
        """A PUT of each."""
        for key, body in bodies.items():
            yield self.server.target.request("PUT", f"/{BUCKET}/{key}", body)


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
        """Of its main figure: requests/s or MB/s."""

    @property
    def connections(self) -> int:
        """How many requests are under way at once."""

    @property
    def status(self) -> int:
        """Of the answers that are expected."""

    def prepare(self, session: Session, number: int) -> Callable[[], Outcome]:
        """Make ready for round `number`."""
