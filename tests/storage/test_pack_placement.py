"""Which backend takes a new pack."""

from __future__ import annotations

import pytest

from s3gw.backends.memory import Memory
from s3gw.config import Settings
from s3gw.db import instances
from s3gw.db.pool import Database
from s3gw.errors import Unavailable
from s3gw.storage.ring import Ring
from s3gw.storage.store import Store
from tests.stores import CDC, INSTANCE, blocks_of, random_bytes, read_all

MIB = 1 << 20


async def test_packs_go_where_the_ring_says(database: Database) -> None:
    """And a backend that joins, leaves, or weighs more is heeded by the next pack."""
    backends = {
        (await instances.ensure_backend(database, name, f"test:{name}")).id: Memory() for name in ("a", "b")
    }
    store = Store(database, backends, Settings(), await instances.start(database, INSTANCE))
    changes = ("weight = weight", "weight = id * 10", "state = CASE id WHEN 1 THEN 'draining' ELSE state END")
    seen: set[int] = set()
    for number, change in enumerate(changes):
        await database.execute(f"UPDATE backends SET {change}")
        ring = Ring(await instances.active_weights(database))
        drafts = [
            await store.write(blocks_of(random_bytes(25 * MIB, n + 10 * number)), CDC) for n in range(2)
        ]
        rows = await database.fetch(
            "SELECT pack_id, backend_id FROM replicas WHERE pack_id <> ALL ($1)", seen
        )
        assert len(rows) == 2
        for row in rows:
            assert ring.backends(row["pack_id"], 1) == [row["backend_id"]]
            seen.add(row["pack_id"])
        for n, draft in enumerate(drafts):
            assert await read_all(store, draft) == random_bytes(25 * MIB, n + 10 * number)
    await store.close()


async def test_no_backend_takes_packs(database: Database) -> None:
    row = await instances.ensure_backend(database, "a", "test:")
    await database.execute("UPDATE backends SET state = 'draining'")
    instance = await instances.start(database, INSTANCE)
    store = Store(database, {row.id: Memory()}, Settings(), instance)
    with pytest.raises(Unavailable, match="there are 0"):
        await store.write(blocks_of(random_bytes(MIB)), CDC)
    await store.close()
