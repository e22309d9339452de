"""How busy this gateway is, as all its processes tell the board: what its background jobs rest for."""

from __future__ import annotations

import time

from s3gw.http.figures import UNKNOWN
from s3gw.metrics import catalogue
from s3gw.metrics.board import Board, Reading

FRESH = 0.5
"""Seconds for which a look at the board holds."""
FEW = 2.0
"""Requests a second up to which nobody is kept waiting; a monitor and a user who types ask so much."""
LATE = 0.05
"""Seconds that the event loop of a process may be late, on the average of a look, before it is pressed."""
SERVES = 1.0
PRESSED = 4.0


class BoardLoad:
    """The pressure on the gateway since the look before: none, some, or such that requests have to wait."""

    def __init__(self, board: Board) -> None:
        self._board = board
        self._looked = float("-inf")
        self._served = 0.0
        self._lag: dict[int, tuple[float, float]] = {}
        self._pressure = SERVES

    def pressure(self) -> float:
        """See `s3gw.jobs.throttle.Load`."""
        now = time.monotonic()
        if now - self._looked >= FRESH:
            self._pressure = self._look(now - self._looked)
            self._looked = now
        return self._pressure

    def _look(self, seconds: float) -> float:
        readings = self._board.read()
        served = sum(_served(reading) for reading in readings)
        more, self._served = served - self._served, served
        lag = max((self._lag_of(reading) for reading in readings), default=0.0)
        here = [reading for reading in readings if reading.pid]
        if more <= FEW * seconds and not sum(_gauge(reading, catalogue.RUNNING.name) for reading in here):
            return 0.0  # then a late event loop is the job's own doing
        waiting = sum(_gauge(reading, catalogue.POOL_WAITING.name) for reading in here)
        return PRESSED if waiting or lag > LATE else SERVES

    def _lag_of(self, reading: Reading) -> float:
        """By how much the timers of that process were late since the last look, on the average."""
        total, *counts = reading.series.get((catalogue.LAG.name,), [0.0])
        number = sum(counts)
        before, had = self._lag.get(reading.number, (0.0, 0.0))
        self._lag[reading.number] = total, number
        return (total - before) / (number - had) if number > had else 0.0


def _served(reading: Reading) -> float:
    """Requests that ended there. Those for metrics and health name no operation, and are not counted."""
    return sum(
        numbers[0]
        for (name, *labels), numbers in reading.series.items()
        if name == catalogue.REQUESTS.name and labels[0] != UNKNOWN
    )


def _gauge(reading: Reading, name: str) -> float:
    return reading.series.get((name,), [0.0])[0]
