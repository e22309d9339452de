"""PUT and GET of large bodies, by one stream and by several."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from bench.load import Body, Outcome, drive
from bench.works.base import BUCKET, Session, short, sized


@dataclass(frozen=True)
class Large:
    """One method, one size, so many streams, and the number of objects that make a run.

    `again` PUTs under new keys what the server has stored already.
    """

    method: str
    size: int
    connections: int
    objects: int
    again: bool = False
    unit: str = "MB/s"
    status: int = 200

    @property
    def name(self) -> str:
        """Such as put-128m-s4, again-128m-s1."""
        return f"{'again' if self.again else self.method.lower()}-{short(self.size)}-s{self.connections}"

    @property
    def title(self) -> str:
        """Such as PUT 128 MiB."""
        return f"{self.method} {sized(self.size)}{' stored already' if self.again else ''}"

    def prepare(self, session: Session, number: int) -> Callable[[], Outcome]:
        """New bytes are put under the same keys in each round, so that a peer needs no more room."""
        target = session.server.target
        if self.method == "GET":
            bodies = session.filled(f"get-{self.size}", self.size, self.objects)
            first = number == 0
            requests = [
                target.request(
                    "GET", f"/{BUCKET}/{key}", length=self.size, check=body.sha256() if first else None
                )
                for key, body in list(bodies.items())[: self.objects]
            ]
            if first:  # checked to the last byte before the clock runs
                drive(target, requests)
                requests = [request._replace(sha256=None) for request in requests]
        elif self.again:
            bodies = session.filled(f"get-{self.size}", self.size, self.objects)
            copies = {f"again/{at}": body for at, body in enumerate(bodies.values())}
            requests = list(session.puts(dict(list(copies.items())[: self.objects])))
        else:
            requests = list(session.puts({f"new/{at}": Body.new(self.size) for at in range(self.objects)}))
        return lambda: drive(target, requests, self.connections)
