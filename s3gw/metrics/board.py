"""Memory that all processes of a gateway share: a slot for each, to which that process alone writes.

A slot is text and numbers. The text declares series, one a line: how many numbers it takes, the metric, its
label values. The numbers follow in the same order. A process that is killed leaves its counts in its slot,
and the next one to get the slot goes on with them; gauges begin anew.

Numbers are doubles, each written by one machine instruction, so a reader in another process sees no half of
one. Counts are exact up to 2^53.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import time
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Self

from s3gw.metrics.catalogue import CATALOGUE, Kind, Metric

TEXT = 128 << 10
"""Bytes of a slot's text: about two thousand label sets, four times what operations and errors amount to."""
NUMBERS = 8192
"""Numbers of a slot."""
SLOT = TEXT + 8 * NUMBERS

LAYOUT = 1
"""Counts changes of what stands where in a slot."""

_LENGTH, _PID, _BEAT, _LOST, _ASKED = range(5)
_FIRST = 8
_SPARE = 32
"""Numbers at a slot's end that take what finds no room, and are not shown."""


class Slot:
    """The series of one process. Get indices by `series` once; then `cells[index] += 1` is all it takes."""

    def __init__(self, memory: memoryview) -> None:
        self._text = memory[:TEXT]
        self.cells: memoryview[float] = memory[TEXT:SLOT].cast("d")
        self._known: dict[tuple[str, ...], int] = {}
        self._next = _FIRST
        for key, start, width in _declared(self._text, self.cells):
            self._known[key] = start
            self._next = start + width
            metric = CATALOGUE.get(key[0])
            if metric is not None and metric.kind is Kind.GAUGE:
                self.cells[start] = 0.0
        self.cells[_PID] = float(os.getpid())
        self.beat()

    @classmethod
    def unseen(cls) -> Self:
        """A slot of no board, which nobody reads."""
        return cls(memoryview(bytearray(SLOT)))

    def beat(self) -> None:
        """Say that this process is alive and its event loop runs."""
        self.cells[_BEAT] = time.monotonic()

    def asked(self) -> None:
        """Say that somebody scrapes the metrics here."""
        self.cells[_ASKED] = time.monotonic()

    def series(self, metric: Metric, *labels: str) -> int:
        """The index of the first number of a series, declared where it is new.

        A series that finds no room is counted as lost; its numbers go where nobody looks.
        """
        key = (metric.name, *labels)
        found = self._known.get(key)
        if found is not None:
            return found
        line = json.dumps([metric.width, *key]).encode() + b"\n"
        length = int(self.cells[_LENGTH])
        if length + len(line) > TEXT or self._next + metric.width > NUMBERS - _SPARE:
            self.cells[_LOST] += 1
            return self._known.setdefault(key, NUMBERS - _SPARE)
        start, self._next = self._next, self._next + metric.width
        self._text[length : length + len(line)] = line
        self.cells[_LENGTH] = length + len(line)  # from here on readers see it
        self._known[key] = start
        return start

    def set(self, metric: Metric, value: float, *labels: str) -> None:
        """Set a gauge."""
        self.cells[self.series(metric, *labels)] = value

    def add(self, metric: Metric, value: float, *labels: str) -> None:
        """Add to a counter."""
        self.cells[self.series(metric, *labels)] += value

    def observe(self, metric: Metric, value: float, *labels: str) -> None:
        """Count a value in a histogram."""
        start = self.series(metric, *labels)
        self.cells[start] += value
        self.cells[start + 1 + bisect_left(metric.buckets, value)] += 1


@dataclass(frozen=True, slots=True)
class Reading:
    """A slot as somebody else reads it."""

    number: int
    pid: int
    """0 where no process has the slot; its counts stay."""
    silent: float
    """Seconds since the process last said that its event loop runs."""
    lost: float
    series: dict[tuple[str, ...], list[float]]
    """Numbers by metric name and label values."""


class Board:
    """All slots. It may be given to a spawned process; only the parent takes and frees slots."""

    def __init__(self, slots: int, *, shared: bool) -> None:
        self.slots = slots
        spawn = multiprocessing.get_context("spawn")
        self._memory: Any = spawn.RawArray("B", slots * SLOT) if shared else bytearray(slots * SLOT)
        self._view: memoryview | None = None
        self._taken: set[int] = set()

    @classmethod
    def unseen(cls) -> Self:
        """A board of one process that nobody else reads."""
        return cls(1, shared=False)

    def __getstate__(self) -> dict[str, Any]:
        return {"layout": (LAYOUT, SLOT), "slots": self.slots, "memory": self._memory}

    def __setstate__(self, state: dict[str, Any]) -> None:
        """A worker may be of a newer release than its parent; one that knows another layout keeps apart."""
        known = state["layout"] == (LAYOUT, SLOT)
        self.slots = state["slots"]
        self._memory = state["memory"] if known else bytearray(self.slots * SLOT)
        self._view = None
        self._taken = set()

    def take(self) -> int | None:
        """A slot for a process that is about to start; None where there is none left."""
        free = next((number for number in range(self.slots) if number not in self._taken), None)
        if free is not None:
            self._taken.add(free)
        return free

    def free(self, number: int | None) -> None:
        """The slot's process has ended: its gauges are gone, its counts stay."""
        if number is not None:
            self._taken.discard(number)
            self._part(number)[TEXT:SLOT].cast("d")[_PID] = 0.0

    def slot(self, number: int | None) -> Slot:
        """The slot for writing, by the one process that has it; one that nobody reads where it is None."""
        return Slot.unseen() if number is None else Slot(self._part(number))

    def read(self) -> list[Reading]:
        """Every slot that was ever used."""
        now = time.monotonic()
        readings = []
        for number in range(self.slots):
            part = self._part(number)
            text, cells = part[:TEXT], part[TEXT:SLOT].cast("d")
            header = cells[:_FIRST].tolist()
            if not header[_PID] and not header[_LENGTH]:
                continue
            series = {
                key: list(map(float, cells[start : start + width]))
                for key, start, width in _declared(text, cells)
            }
            silent = max(0.0, now - header[_BEAT])
            readings.append(Reading(number, int(header[_PID]), silent, header[_LOST], series))
        return readings

    def asked(self) -> float:
        """When metrics were last scraped, by any process; seconds of the monotonic clock."""
        return max(self._part(number)[TEXT:SLOT].cast("d")[_ASKED] for number in range(self.slots))

    def _part(self, number: int) -> memoryview:
        if self._view is None:
            self._view = memoryview(self._memory).cast("B")
        return self._view[number * SLOT : (number + 1) * SLOT]


def _declared(text: memoryview, cells: Any) -> Iterator[tuple[tuple[str, ...], int, int]]:
    """Key, first index and width of every series."""
    start = _FIRST
    for line in bytes(text[: int(cells[_LENGTH])]).splitlines():
        width, *key = json.loads(line)
        yield tuple(key), start, width
        start += width
