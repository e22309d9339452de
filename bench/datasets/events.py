"""A table of events in Parquet that is written anew as it grows, in two ways of cutting its pages."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

VERSIONS = 6
ROWS = 1_500_000


def by_default(folder: Path, scale: float) -> list[Path]:
    """Pages of a fixed number of rows: a row that is deleted moves every row after it to another place."""
    return _write(folder, scale, content_defined=False)


def content_defined(folder: Path, scale: float) -> list[Path]:
    """Pages that end where the values say so (`use_content_defined_chunking`): most stay as they are."""
    return _write(folder, scale, content_defined=True)


def _write(folder: Path, scale: float, *, content_defined: bool) -> list[Path]:
    """Six versions: 5 % of the first are appended each time, and from the fourth on 200 rows are deleted."""
    folder.mkdir(parents=True, exist_ok=True)
    rows = max(1000, round(ROWS * scale))
    events = _Events()
    table = events.take(rows)
    made = []
    for version in range(VERSIONS):
        if version:
            table = pa.concat_tables([table, events.take(rows // 20)])
        if version >= 3:
            table = table.filter(pa.array(events.kept(len(table))))
        made.append(folder / f"events-{version}.parquet")
        pq.write_table(table, made[-1], use_content_defined_chunking=content_defined)
    return made


class _Events:
    """Rows in the order of their times, from one seed."""

    def __init__(self) -> None:
        self._source = np.random.default_rng(3)
        self._last = 0

    def take(self, count: int) -> pa.Table:
        source = self._source
        times = self._last + np.cumsum(source.integers(1, 2000, count))
        self._last = int(times[-1])
        pages = zip(source.integers(0, 50_000, count), source.integers(0, 1 << 40, count), strict=True)
        sessions = source.integers(0, 1 << 63, (count, 2)).tobytes()
        return pa.table(
            {
                "time": times,
                "user": source.zipf(1.3, count).clip(0, 1_000_000),
                "page": pa.array([f"/item/{item}/{visit:x}" for item, visit in pages]),
                "amount": source.normal(100, 30, count),
                "flag": source.integers(0, 2, count).astype(bool),
                "session": pa.array(
                    [sessions[at : at + 16] for at in range(0, 16 * count, 16)], pa.binary(16)
                ),
            }
        )

    def kept(self, count: int) -> np.ndarray:
        """Which of `count` rows stay."""
        stays: np.ndarray = np.ones(count, bool)
        stays[self._source.integers(0, count, 200)] = False
        return stays
