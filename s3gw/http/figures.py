"""What requests add to the metrics: one call for each, a few numbers in memory."""

from __future__ import annotations

from bisect import bisect_left
from time import perf_counter

from s3gw.errors import S3Error
from s3gw.http.exchange import Exchange
from s3gw.metrics.board import Slot
from s3gw.metrics.catalogue import RECEIVED, REQUEST_SECONDS, REQUESTS, SENT

UNKNOWN = "Unknown"
"""The operation of a request that named none."""

_BOUNDS = REQUEST_SECONDS.buckets


class RequestFigures:
    """Counts the requests of one process; to be used in its event loop only."""

    def __init__(self, slot: Slot) -> None:
        self._slot = slot
        self._cells = slot.cells
        self._places: dict[tuple[str | None, int, str | None], tuple[int, int, int, int]] = {}

    def record(self, exchange: Exchange) -> None:
        """Count a request that has ended."""
        key = (exchange.operation, exchange.status, exchange.error)
        places = self._places.get(key)
        if places is None:
            places = self._places[key] = self._declare(*key)
        count, duration, received, sent = places
        cells = self._cells
        seconds = perf_counter() - exchange.started
        cells[count] += 1.0
        cells[duration] += seconds
        cells[duration + 1 + bisect_left(_BOUNDS, seconds)] += 1.0
        if exchange.bytes_in:
            cells[received] += exchange.bytes_in
        if exchange.bytes_out:
            cells[sent] += exchange.bytes_out

    def refused(self, error: S3Error) -> None:
        """Count a request whose headers never ended, or a connection too many."""
        self._slot.add(REQUESTS, 1, UNKNOWN, str(error.status), error.code)

    def _declare(self, operation: str | None, status: int, error: str | None) -> tuple[int, int, int, int]:
        """All three are words of the gateway's own, hence few: operation, status, code or exception."""
        name = operation or UNKNOWN
        series = self._slot.series
        return (
            series(REQUESTS, name, str(status), error or ""),
            series(REQUEST_SECONDS, name),
            series(RECEIVED, name),
            series(SENT, name),
        )
