"""PUT, GET and copies of large bodies, by one stream and by several."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bench.load import Outcome, Request, drive
from bench.speed.works.base import BUCKET, Session, short, sized

_VERBS = {"PUT": "PUT", "GET": "GET", "AGAIN": "PUT", "COPY": "COPY"}


@dataclass(frozen=True)
class Large:
    """One method, one size, so many streams, and the number of objects that make a run.

    AGAIN is a PUT, under other keys, of what the server has stored already.
    """

    method: str
    size: int
    connections: int
    objects: int
    unit: str = "MB/s"

    @property
    def name(self) -> str:
        """Such as put-128m-s4, again-128m-s1."""
        return f"{self.method.lower()}-{short(self.size)}-s{self.connections}"

    @property
    def title(self) -> str:
        """Such as PUT 128 MiB."""
        known = " stored already" if self.method == "AGAIN" else ""
        return f"{_VERBS[self.method]} {sized(self.size)}{known}"

    def prepare(self, session: Session, number: int) -> Callable[[], Outcome]:
        """New bytes go under the same keys in each round, so that the peer needs no more room."""
        match self.method:
            case "PUT":
                bodies = session.bodies(self._pile(), self.size, self.objects)
                session.stored[self._pile()] = bodies
                requests = session.puts(bodies)
            case "AGAIN":
                known = session.filled(self._pile(), self.size, self.objects)
                requests = session.puts({f"again/{at}": body for at, body in enumerate(known.values())})
            case "COPY":
                requests = self._copies(session)
            case _:
                requests = self._gets(session, number)
        return lambda: self._run(session, requests)

    def _gets(self, session: Session, number: int) -> list[Request]:
        """Of what was put last; in the first round it is compared to the last byte before the clock runs."""
        bodies = session.filled(self._pile(), self.size, self.objects)
        target = session.server.target
        if number == 0:
            drive(
                target,
                [
                    target.request("GET", f"/{BUCKET}/{key}", length=self.size, check=body.sha256())
                    for key, body in bodies.items()
                ],
            )
        return [target.request("GET", f"/{BUCKET}/{key}", length=self.size) for key in bodies]

    def _copies(self, session: Session) -> list[Request]:
        sources = session.filled(self._pile(), self.size, self.objects)
        return [
            session.server.target.request(
                "PUT",
                f"/{BUCKET}/copy-{self.size}/{at}",
                headers={"x-amz-copy-source": f"/{BUCKET}/{source}"},
            )
            for at, source in enumerate(sources)
        ]

    def _run(self, session: Session, requests: list[Request]) -> Outcome:
        outcome = drive(session.server.target, requests, self.connections)
        if self.method == "COPY":  # bytes that the client never sees
            outcome.sent, outcome.received = self.size * outcome.requests, 0
        return outcome

    def _pile(self) -> str:
        return f"put-{self.size}-{self.connections}"
