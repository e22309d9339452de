"""Gateways that are started for one measurement."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.gateway import Gateway

BUCKET = "store"
MIB = 1 << 20


@contextmanager
def running(home: Path, **settings: str) -> Iterator[Gateway]:
    """A gateway below `home` with a bucket, removed afterwards."""
    gateway = Gateway(home, settings).start()
    try:
        gateway.client().create_bucket(Bucket=BUCKET)
        yield gateway
    finally:
        gateway.stop()
        gateway.remove()
