"""What the processes of a gateway meet on its backends, told in the database for `s3gw backend list`."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, field

from s3gw.backends.several import Several
from s3gw.db import backends
from s3gw.db.backends import Report
from s3gw.db.instances import Instance
from s3gw.db.pool import Database
from s3gw.errors import GatewayError
from s3gw.metrics import catalogue
from s3gw.metrics.board import Board, Reading
from s3gw.storage.standing import Standing

log = logging.getLogger("s3gw.app")

PERIOD = 5.0
"""Seconds between two reports."""
HOLDS = 30.0
"""Seconds for which a report is shown."""
_ASIDE = ("space", "marker")
"""Calls that serve nobody's request."""


@dataclass(slots=True)
class _Sums:
    calls: float = 0
    failures: float = 0
    seconds: float = 0


@dataclass(slots=True)
class Reporter:
    """Reports by what stands on the board of the gateway's processes."""

    db: Database
    backends: Several
    instance: Instance
    board: Board
    _before: dict[str, _Sums] = field(default_factory=dict)

    async def run(self) -> None:
        """Report again and again."""
        standing = Standing(self.backends)
        while True:
            await standing.look()
            try:
                for report in self.reports(standing):
                    await backends.report(self.db, self.instance.id, report)
            except GatewayError as error:
                log.info("how the backends do could not be reported: %s", error)
            await asyncio.sleep(PERIOD)

    def reports(self, standing: Standing) -> list[Report]:
        """One for each backend: what happened since this was last asked for."""
        readings = self.board.read()
        running = [one for one in readings if one.pid]
        found: list[Report] = []
        for number, name in self.backends.names.items():
            now, before = _sums(readings, name), self._before.get(name, _Sums())
            self._before[name] = now
            down = sum(one.series.get((catalogue.BACKEND_DOWN.name, name), [0])[0] > 0 for one in running)
            found.append(
                Report(
                    number,
                    len(running),
                    down,
                    number in standing.full,
                    max(0, int(now.calls - before.calls)),
                    max(0, int(now.failures - before.failures)),
                    max(0.0, now.seconds - before.seconds),
                )
            )
        return found


def _sums(readings: list[Reading], name: str) -> _Sums:
    sums = _Sums()
    for reading in readings:
        for (metric, *labels), numbers in reading.series.items():
            if not labels or labels[0] != name or (labels[1:2] and labels[1] in _ASIDE):
                continue
            if metric == catalogue.BACKEND_SECONDS.name:
                sums.seconds += numbers[0]
            elif metric == catalogue.BACKEND_CALLS.name and labels[2] != "cancelled":
                sums.calls += numbers[0]
                sums.failures += numbers[0] if labels[2] in ("unavailable", "failed", "full") else 0
    return sums
