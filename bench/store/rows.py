"""What the database takes to describe what is stored, by preset."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from pathlib import Path
from random import Random

import asyncpg

from bench.store.gateways import BUCKET, MIB, running
from tests.gateway import Gateway, database_url

_OBJECT = 64 * MIB


@dataclass(frozen=True)
class Rows:
    """Of random bytes, each chunk of which is new."""

    chunks: int
    bytes_per_tib: int
    """Bytes of the database for each TiB stored, the write-ahead log left out."""


def measure(preset: str, home: Path, size: int) -> Rows:
    """Store `size` bytes in objects of 64 MiB, and as many again: what the second half adds counts, so that
    what an empty table takes does not."""
    with running(home, S3GW_CHUNKING=preset) as gateway:
        _put(gateway, "first", size)
        before, known = asyncio.run(_taken(gateway))
        _put(gateway, "second", size)
        after, now = asyncio.run(_taken(gateway))
    return Rows(now - known, round((after - before) * 2**40 / size))


def _put(gateway: Gateway, name: str, size: int) -> None:
    client, random = gateway.client(), Random(name)
    for number in range(size // _OBJECT):
        client.put_object(Bucket=BUCKET, Key=f"{name}/{number}", Body=random.randbytes(_OBJECT))


async def _taken(gateway: Gateway) -> tuple[int, int]:
    """Bytes of the database after VACUUM, and how many chunks there are."""
    connection = await asyncpg.connect(database_url(gateway))
    try:
        await connection.execute("VACUUM")
        taken = int(await connection.fetchval("SELECT pg_database_size(current_database())"))
        return taken, int(await connection.fetchval("SELECT count(*) FROM chunks"))
    finally:
        await connection.close()
