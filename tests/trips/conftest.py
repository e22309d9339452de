"""Gateways whose round trips are counted."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.db.conftest import world
from tests.trips.counted import Counting, counting

__all__ = ["world"]


@pytest.fixture
async def gateway(dsn: str, tmp_path: Path) -> AsyncIterator[Counting]:
    """One gateway."""
    async with counting(dsn, tmp_path) as one:
        yield one


@pytest.fixture
async def pair(dsn: str, tmp_path: Path) -> AsyncIterator[tuple[Counting, Counting]]:
    """Two gateways on one database and one directory of packs."""
    async with AsyncExitStack() as stack:
        one = await stack.enter_async_context(counting(dsn, tmp_path))
        yield one, await stack.enter_async_context(counting(dsn, tmp_path))
