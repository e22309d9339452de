"""GET, HEAD, PUT and DELETE of bodies up to 1 MiB, for a time rather than a number."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import count, islice

from bench.load import Body, Outcome, Request, drive
from bench.works.base import BUCKET, MIB, Session, short, sized

METHODS = ("PUT", "GET", "HEAD", "DELETE")
_CHECKED = 64
"""Of the GETs one in so many has its body compared with what was put."""


@dataclass(frozen=True)
class Small:
    """One method, one size, one number of connections."""

    method: str
    size: int
    connections: int
    seconds: float = 1.0
    unit: str = "requests/s"

    @property
    def name(self) -> str:
        """Such as get-4k-c16."""
        return f"{self.method.lower()}-{short(self.size)}-c{self.connections}"

    @property
    def title(self) -> str:
        """Such as GET 4 KiB."""
        return f"{self.method} {sized(self.size)}"

    @property
    def status(self) -> int:
        """204 for a DELETE."""
        return 204 if self.method == "DELETE" else 200

    def prepare(self, session: Session, number: int) -> Callable[[], Outcome]:
        """GET and HEAD take the same objects in every round; a PUT makes new ones, a DELETE removes those."""
        if self.method == "PUT":
            return self._put(session, number)
        if self.method == "DELETE":
            return self._delete(session, number)
        bodies = session.filled(f"{self.method}-{self.size}", self.size, self._objects())
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
        name = self._pile(number)
        bodies = {f"{name}/{at}": Body.new(self.size) for at in range(self._limit())}
        requests = list(session.puts(bodies))

        def run() -> Outcome:
            outcome = drive(session.server.target, requests, self.connections, seconds=self.seconds)
            session.stored[name] = dict(islice(bodies.items(), outcome.requests))
            return outcome

        return run

    def _delete(self, session: Session, number: int) -> Callable[[], Outcome]:
        bodies = session.filled(self._pile(number), self.size, self._objects())
        del session.stored[self._pile(number)]
        requests = [session.server.target.request("DELETE", f"/{BUCKET}/{key}", status=204) for key in bodies]
        return lambda: drive(session.server.target, requests, self.connections, seconds=self.seconds)

    def _pile(self, number: int) -> str:
        return f"put-{self.size}-{self.connections}-{number}"

    def _objects(self) -> int:
        return 2000 if self.size < MIB else 256

    def _limit(self) -> int:
        """More requests than any server answers in the time."""
        most = {"PUT": 800e6 / (self.size + 60_000), "GET": 3e9 / (self.size + 150_000), "HEAD": 20_000}
        return max(self.connections, int(most[self.method] * self.seconds))
