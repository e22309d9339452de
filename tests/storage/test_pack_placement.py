"""Which backend takes a new pack."""

from __future__ import annotations

import pytest

from s3gw.backends.memory import Memory
from s3gw.config import Settings
from s3gw.db import instances
from s3gw.db.pool import Database
from s3gw.errors import Unavailable
from s3gw.storage.packs import Placing
from s3gw.storage.store import Store
from tests.stores import CDC, INSTANCE, blocks_of, random_bytes, read_all

MIB = 1 << 20


@pytest.mark.parametrize("weights", [None, {2: 7}, {1: 1, 2: 1000}])
async def test_packs_go_where_the_weights_say(database: Database, weights: dict[int, int] | None) -> None:
    backends = {
        (await instances.ensure_backend(database, name, f"test:{name}")).id: Memory() for name in ("a", "b")
    }
    store = Store(database, backends, Settings(), await instances.start(database, INSTANCE), Placing(weights))
    drafts = [await store.write(blocks_of(random_bytes(25 * MIB, n)), CDC) for n in range(3)]
    packs = {number: len([info async for info in backend.list()]) for number, backend in backends.items()}
    assert sum(packs.values()) == 3
    if weights == {2: 7}:
        assert packs == {1: 0, 2: 3}
    for number, draft in enumerate(drafts):
        assert await read_all(store, draft) == random_bytes(25 * MIB, number)
    await store.close()


async def test_no_backend_takes_packs(database: Database) -> None:
    row = await instances.ensure_backend(database, "a", "test:")
    store = Store(
        database, {row.id: Memory()}, Settings(), await instances.start(database, INSTANCE), Placing({})
    )
    with pytest.raises(Unavailable, match="there are 0"):
        await store.write(blocks_of(random_bytes(MIB)), CDC)
    await store.close()
