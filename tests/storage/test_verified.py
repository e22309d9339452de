"""What is kept of verified chunks answers for equal rows alone."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import pytest

from s3gw.backends.memory import Memory
from s3gw.db.pool import Database
from s3gw.db.records import Body, InlineChunk
from s3gw.errors import Damaged
from s3gw.storage.store import Store
from s3gw.storage.verified import LARGEST, Verified
from tests.stores import open_store, random_bytes

DATA = random_bytes(1000)
ROW = InlineChunk(0, sha256(DATA).digest(), len(DATA), 0, DATA)


@pytest.mark.parametrize(
    "changes",
    [
        {"domain_id": 1},
        {"digest": sha256(b"").digest()},
        {"length": 999},
        {"codec": 1},
        {"data": DATA[:-1] + bytes([DATA[-1] ^ 1])},
        {"key_id": 1},
    ],
    ids=lambda changes: next(iter(changes)),
)
async def test_a_row_that_differs_is_verified_anew(database: Database, changes: dict[str, Any]) -> None:
    other = ROW._replace(**changes)
    kept = Verified()
    kept.keep(ROW, DATA)
    assert kept.find(ROW._replace(data=bytes(bytearray(DATA)))) is DATA
    assert kept.find(other) is None
    async with open_store(database, Memory()) as store:
        for _ in range(2):
            assert await _read(store, ROW) == DATA
        if "domain_id" in changes:  # says nothing of the bytes
            assert await _read(store, other) == DATA
        else:
            with pytest.raises(Damaged):
                await _read(store, other)
        assert await _read(store, ROW) == DATA


async def _read(store: Store, row: InlineChunk) -> bytes:
    whole = [bytes(block) async for block in store.read(Body(1000, chunk_id=1), 0, 999, inline=row)]
    assert bytes(await store.inline(row, 10, 20)) == b"".join(whole)[10:30]
    return b"".join(whole) + bytes(await store.inline(row, 999, 1))


def test_what_was_asked_for_last_stays() -> None:
    room = 20_000
    kept = Verified(room)
    rows = [ROW._replace(digest=bytes([number])) for number in range(100)]
    for row in rows:
        kept.keep(row, DATA)
        assert kept.find(row) is DATA
        assert kept.find(rows[0]) is DATA
    held = [row.digest[0] for row in rows if kept.find(row)]
    assert held[0] == 0
    assert held[1:] == list(range(101 - len(held), 100))
    assert 2 < len(held) * 2 * len(DATA) < room


def test_a_row_that_is_kept_again_takes_the_place_of_the_one_before() -> None:
    kept = Verified(10_000)
    for number in range(100):
        kept.keep(ROW._replace(domain_id=number), DATA)
    assert kept.find(ROW) is None
    assert kept.find(ROW._replace(domain_id=99)) is DATA
    kept.keep(ROW._replace(digest=b"other"), DATA)
    assert kept.find(ROW._replace(domain_id=99)) is DATA


def test_long_chunks_are_not_kept() -> None:
    kept = Verified()
    kept.keep(ROW, bytes(LARGEST + 1))
    assert kept.find(ROW) is None
