"""GET, HEAD, PUT, DELETE and copies of bodies up to 1 MiB, for a time rather than a number."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count, islice

from bench.load import Body, Outcome, Request, drive
from bench.speed.works.base import BUCKET, MIB, Session, short, sized

METHODS = ("PUT", "GET", "HEAD", "DELETE")
_CHECKED = 64
"""Of the GETs one in so many has its body compared with what was put."""


@dataclass(frozen=True)
class Small:
    """One method, one size, one number of connections; `among`: how many keys the bucket holds, if many."""

    method: str
    size: int
    connections: int
    seconds: float = 1.0
    among: int = 0
    unit: str = "requests/s"

    @property
    def name(self) -> str:
        """Such as get-4k-c16."""
        among = f"-among-{self.among}" if self.among else ""
        return f"{self.method.lower()}-{short(self.size)}-c{self.connections}{among}"

    @property
    def title(self) -> str:
        """Such as GET 4 KiB."""
        among = f" among {self.among:,} keys" if self.among else ""
        return f"{self.method} {sized(self.size)}{among}"

    def prepare(self, session: Session, number: int) -> Callable[[], Outcome]:
        """GET and HEAD take the same objects in every round; a PUT makes new ones, a DELETE removes those."""
        match self.method:
            case "PUT":
                return self._put(session, number)
            case "DELETE":
                requests = self._deletes(session, number)
            case "COPY":
                requests = self._copies(session, number)
            case _:
                bodies = session.filled(f"get-{self.size}", self.size, self._objects())
                requests = list(islice(self._reads(session, bodies), self._limit()))
        return lambda: drive(session.server.target, requests, self.connections, seconds=self.seconds)

    def _reads(self, session: Session, bodies: dict[str, Body]) -> Iterator[Request]:
        digests = {key: body.sha256() for key, body in islice(bodies.items(), 0, None, _CHECKED)}
        request = session.server.target.request
        for age in count():  # so that no two requests have the same signature
            for key in bodies:
                if self.method == "GET":
                    check = digests.get(key)
                    yield request("GET", f"/{BUCKET}/{key}", length=self.size, check=check, age=age % 600)
                else:
                    yield request("HEAD", f"/{BUCKET}/{key}", age=age % 600)

    def _put(self, session: Session, number: int) -> Callable[[], Outcome]:
        pile = self._pile(number)
        bodies = session.bodies(pile, self.size, self._limit())
        requests = session.puts(bodies)

        def run() -> Outcome:
            outcome = drive(session.server.target, requests, self.connections, seconds=self.seconds)
            session.stored[pile] = dict(islice(bodies.items(), outcome.requests))
            return outcome

        return run

    def _deletes(self, session: Session, number: int) -> list[Request]:
        pile = self._pile(number)
        session.filled(pile, self.size, self._objects() // 2)
        bodies = session.stored.pop(pile)
        request = session.server.target.request
        return [request("DELETE", f"/{BUCKET}/{key}", status=204) for key in bodies]

    def _copies(self, session: Session, number: int) -> list[Request]:
        sources = list(session.filled(f"get-{self.size}", self.size, self._objects()))
        request = session.server.target.request
        return [
            request(
                "PUT",
                f"/{BUCKET}/copy-{self.size}-{self.connections}-{number}/{at}",
                headers={"x-amz-copy-source": f"/{BUCKET}/{sources[at % len(sources)]}"},
            )
            for at in range(self._limit())
        ]

    def _pile(self, number: int) -> str:
        return f"put-{self.size}-{self.connections}-{number}"

    def _objects(self) -> int:
        """As many as a long run may ask for once, but no more than fit a short one."""
        return max(32, min(2000, int((1000 if self.size < MIB else 256) * self.seconds)))

    def _limit(self) -> int:
        """More requests than a server answers in the time."""
        most = {
            "PUT": 800e6 / (self.size + 60_000),
            "COPY": 800e6 / (self.size + 60_000),
            "GET": 3e9 / (self.size + 150_000),
            "HEAD": 20_000,
        }
        return max(self.connections, int(most[self.method] * self.seconds))


@dataclass(frozen=True)
class Ranges:
    """Ranged GETs of 64 KiB at random places of a large object, which begin on no boundary."""

    of: int
    connections: int
    seconds: float = 1.0
    size: int = 64 << 10
    unit: str = "requests/s"

    @property
    def name(self) -> str:
        """Such as range-64k-c16."""
        return f"range-{short(self.size)}-c{self.connections}"

    @property
    def title(self) -> str:
        """Such as 64 KiB of 1 GiB."""
        return f"GET {sized(self.size)} of {sized(self.of)}"

    def prepare(self, session: Session, number: int) -> Callable[[], Outcome]:
        """The places follow from the round; some of the first are compared with what was put."""
        ((key, body),) = session.filled(f"get-{self.of}", self.of, 1).items()
        requests = []
        for at in range(int(20_000 * self.seconds)):
            start = (at * 0x9E3779B97F4A7C15 + number * 0x2545F491) % (self.of - self.size)
            check = body.range_sha256(start, self.size) if at < 4 else None
            headers = {"range": f"bytes={start}-{start + self.size - 1}"}
            requests.append(
                session.server.target.request(
                    "GET", f"/{BUCKET}/{key}", headers=headers, status=206, length=self.size, check=check
                )
            )
        return lambda: drive(
            session.server.target,
            requests,
            self.connections,
            seconds=self.seconds,
            tolerated=(200,),  # rclone's status for a range, whose length it gets right
        )
