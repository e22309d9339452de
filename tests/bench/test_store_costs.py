"""What the store itself costs is measured on a store that is small."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench.store import copies, rows
from bench.store.gateways import MIB


@pytest.mark.slow
def test_rows_are_counted_by_what_is_added(tmp_path: Path) -> None:
    found = rows.measure("fixed-64k", tmp_path / "home", 64 * MIB)
    assert found.chunks == 1024
    # About 330 bytes a chunk, a row of a manifest included.
    assert 100 < found.bytes_per_tib / (2**40 / (64 << 10)) < 1000


@pytest.mark.slow
def test_requests_go_on_without_a_disk(tmp_path: Path) -> None:
    found = copies.measure(tmp_path, 8 * MIB, 0.3)
    assert found.scrubbed > 0
    for latency in (found.put, found.put_without, found.get, found.get_without):
        assert 0 < latency.p50 <= latency.p99 <= latency.slowest
