"""A short run of what `make torture` does at length."""

from __future__ import annotations

import os
import random
from pathlib import Path

import pytest

from tests.torture.run import torture, two_gateways

KILLS = 17


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.parametrize("part", range(3))
def test_killed_fifty_times_at_random(shared_dsn: str, tmp_path: Path, part: int) -> None:
    """`S3GW_TEST_SEED` repeats the choices of an earlier run, which prints it."""
    seed = int(os.environ.get("S3GW_TEST_SEED") or random.randrange(1 << 32))
    print(f"S3GW_TEST_SEED={seed}")
    with two_gateways(tmp_path, shared_dsn, seed) as (field, proxies):
        torture(field, proxies, KILLS, seed)
