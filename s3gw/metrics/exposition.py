"""What a scrape gets: the board of all processes, and what the system says of them, as text.

The formats are prometheus_client's: its text format, and OpenMetrics where the scraper prefers that.
"""

from __future__ import annotations

import os
import platform
import re
import time
from collections.abc import Iterator
from importlib.metadata import version
from itertools import accumulate
from pathlib import Path

from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.exposition import choose_encoder
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.utils import floatToGoString

from s3gw.metrics import catalogue
from s3gw.metrics.board import Board, Reading, Slot
from s3gw.metrics.catalogue import CATALOGUE, Kind, Metric

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")

Samples = dict[tuple[str, ...], list[float]]
"""Numbers of one metric by the values of its shown labels."""


class Exposition:
    """Renders a board. Safe to use in a thread; reading disturbs nobody who writes."""

    def __init__(self, board: Board, slot: Slot) -> None:
        """`slot` is that of the process which answers scrapes by this."""
        self._board = board
        self._slot = slot
        self._registry = CollectorRegistry(auto_describe=False)
        self._registry.register(self)
        self._build = (version("s3gw"), platform.python_version())

    def render(self, accept: str = "") -> tuple[bytes, str]:
        """The text and its media type, as an Accept header prefers."""
        self._slot.asked()
        encode, media_type = choose_encoder(accept)
        return encode(self._registry), media_type

    def collect(self) -> Iterator[Family]:
        """Every metric that has a value, in the catalogue's order; what prometheus_client asks for."""
        found = self._gather()
        for name, metric in CATALOGUE.items():
            if name in found:
                yield _family(metric, found[name])

    def _gather(self) -> dict[str, Samples]:
        found: dict[str, Samples] = {}
        readings = self._board.read()
        for reading in readings:
            process = "main" if reading.number == 0 else f"worker-{reading.number}"
            for (name, *labels), numbers in reading.series.items():
                metric = CATALOGUE.get(name)
                if metric is None or (metric.kind is Kind.GAUGE and not reading.pid):
                    continue
                shown = (*labels, process) if metric.by_process else tuple(labels)
                samples = found.setdefault(name, {})
                known = samples.get(shown)
                samples[shown] = numbers if known is None else _sum(known, numbers)
            if reading.pid:
                for metric, value in _of_system(reading):
                    found.setdefault(metric.name, {})[(process,)] = [value]
        found[catalogue.LOST.name] = {(): [sum(reading.lost for reading in readings)]}
        found[catalogue.BUILD.name] = {self._build: [1.0]}
        return found


def _sum(one: list[float], other: list[float]) -> list[float]:
    return [a + b for a, b in zip(one, other, strict=True)]


def _family(metric: Metric, samples: Samples) -> Family:
    match metric.kind:
        case Kind.COUNTER:
            counter = CounterMetricFamily(metric.name, metric.text, labels=metric.shown_labels)
            for labels, (value,) in sorted(samples.items()):
                counter.add_metric(labels, value)
            return counter
        case Kind.GAUGE:
            gauge = GaugeMetricFamily(metric.name, metric.text, labels=metric.shown_labels)
            for labels, (value,) in sorted(samples.items()):
                gauge.add_metric(labels, value)
            return gauge
        case Kind.HISTOGRAM:
            histogram = HistogramMetricFamily(metric.name, metric.text, labels=metric.shown_labels)
            bounds = [*map(floatToGoString, metric.buckets), "+Inf"]
            for labels, (total, *counts) in sorted(samples.items()):
                buckets = list(zip(bounds, accumulate(counts), strict=True))
                histogram.add_metric(labels, buckets=buckets, sum_value=total)
            return histogram


def _of_system(reading: Reading) -> list[tuple[Metric, float]]:
    """What Linux knows of a process; nothing where it has ended meanwhile."""
    proc = Path(f"/proc/{reading.pid}")
    try:
        # After the command's name, which may hold anything: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
        stat = (proc / "stat").read_text().rpartition(")")[2].split()
        limits = (proc / "limits").read_text()
        files = sum(1 for _ in (proc / "fd").iterdir())
    except OSError:
        return []
    booted = time.time() - time.clock_gettime(time.CLOCK_BOOTTIME)
    values = [
        (catalogue.CPU, (int(stat[11]) + int(stat[12])) / _TICKS),
        (catalogue.STARTED, booted + int(stat[19]) / _TICKS),
        (catalogue.RESIDENT, float(int(stat[21]) * _PAGE)),
        (catalogue.OPEN_FILES, float(files)),
        (catalogue.SILENT, reading.silent),
    ]
    files_allowed = re.search(r"^Max open files\s+(\d+)", limits, re.MULTILINE)
    if files_allowed:
        values.append((catalogue.MAX_FILES, float(files_allowed[1])))
    return values
