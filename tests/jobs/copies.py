"""A store over several backends in memory, each of which may be made to fail."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Self

from s3gw.backends.base import Backend
from s3gw.backends.faults import Fault, FaultyBackend
from s3gw.backends.memory import Memory
from s3gw.config import Margins, Settings
from s3gw.db import instances
from s3gw.db.pool import Database
from s3gw.errors import Unavailable
from s3gw.jobs.collect import collect_now
from s3gw.jobs.replicate import Balancer
from s3gw.storage.packs import Placing
from s3gw.storage.ring import Ring
from s3gw.storage.store import Store
from tests.invariants import check_store
from tests.stores import INSTANCE, Keys, random_bytes

KIB = 1 << 10
DOWN = Unavailable("down")


@dataclass
class World:
    """A store over several backends in memory, each of which may be made to fail."""

    db: Database
    keys: Keys
    memories: dict[int, Memory] = field(default_factory=dict)
    backends: dict[int, FaultyBackend] = field(default_factory=dict)
    replicas: int = 2
    needed: int = 2
    stores: list[Store] = field(default_factory=list)

    @classmethod
    async def create(cls, db: Database, number: int, replicas: int = 2, needed: int = 2) -> Self:
        world = cls(db, await Keys.create(db), replicas=replicas, needed=needed)
        for _ in range(number):
            await world.add()
        return world

    async def add(self) -> int:
        name = f"backend-{len(self.memories)}"
        row = await instances.ensure_backend(self.db, name, f"test:{name}")
        self.memories[row.id] = Memory()
        self.backends[row.id] = FaultyBackend(self.memories[row.id], [])
        return row.id

    async def store(self, settings: Settings | None = None) -> Store:
        instance = await instances.start(self.db, INSTANCE)
        placing = Placing(self.replicas, self.needed)
        self.stores.append(Store(self.db, dict(self.backends), settings or Settings(), instance, placing))
        return self.stores[-1]

    async def close(self) -> None:
        """Close the stores."""
        while self.stores:
            await self.stores.pop().close()

    @property
    def balancer(self) -> Balancer:
        return Balancer(self.db, dict(self.backends), self.replicas)

    def down(self, backend_id: int) -> None:
        """From now on every call of the backend fails."""
        methods = ("put", "open", "append", "read", "size", "delete", "list")
        self.backends[backend_id].script(*(Fault(method, DOWN, count=None) for method in methods))

    def up(self, backend_id: int) -> None:
        self.backends[backend_id].script()

    async def copies(self) -> dict[int, set[int]]:
        """On which backends each pack has copies that are ready."""
        rows = await self.db.fetch("SELECT pack_id, backend_id FROM replicas WHERE ready")
        found: dict[int, set[int]] = {}
        for row in rows:
            found.setdefault(row["pack_id"], set()).add(row["backend_id"])
        return found

    async def is_settled(self) -> bool:
        ring = Ring(await instances.active_weights(self.db))
        return all(
            where == set(ring.backends(pack, self.replicas)) for pack, where in (await self.copies()).items()
        )


async def filled(world: World, number: int = 3) -> Store:
    """A store in which some objects are, each with a pack of its own."""
    for seed in range(number):
        store = await world.store()
        await world.keys.put(store, f"key-{seed}", random_bytes(700 * KIB, seed))
        await store.close()
        world.stores.remove(store)
    return await world.store()


async def assert_readable(world: World, store: Store, number: int = 3) -> None:
    for seed in range(number):
        assert await world.keys.get(store, f"key-{seed}") == random_bytes(700 * KIB, seed)


async def clean(world: World) -> None:
    """Collect without margins; nothing may be amiss then."""
    backends: dict[int, Backend] = dict(world.backends)
    await collect_now(world.db, backends, Margins())
    found = await check_store(world.db, backends)
    assert found == [], found
