"""The operations of a gateway, without its HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from s3gw.backends.disk import Disk
from s3gw.backends.memory import Memory
from s3gw.config import Settings
from s3gw.db import accounts, instances
from s3gw.db.encryption_keys import STORE
from s3gw.db.pool import Database
from s3gw.operations import Services
from s3gw.protocol import types
from s3gw.storage import keys
from s3gw.storage.keys import Keys
from s3gw.storage.store import Store
from tests.operations.encrypted import MASTER
from tests.operations.operation_calls import Operations


@pytest.fixture
async def s3(database: Database, tmp_path: Path) -> AsyncIterator[Operations]:
    """The operations on a database and a store of the test's own, as the root account calls them."""
    settings = Settings(data=tmp_path, reserve=0)
    packs = tmp_path / "packs"
    packs.mkdir()
    backend = Disk(packs, reserve=0)
    row = await instances.ensure_backend(database, "local", packs.as_uri())
    instance = await instances.start(database, uuid4())
    store = Store(database, {row.id: backend}, settings, instance)
    account = await accounts.ensure_root(database)
    yield Operations(Services(settings, database, store), account)
    await store.close()
    await backend.close()


@pytest.fixture
async def locking(s3: Operations) -> Operations:
    """With a bucket that locks objects."""
    await s3.do(types.CreateBucketInput(bucket="bucket", object_lock_enabled_for_bucket=True))
    return s3


@pytest.fixture
async def both(database: Database) -> AsyncIterator[tuple[Operations, Operations]]:
    """The operations before and after the store began to encrypt."""
    backend, settings = Memory(), Settings(reserve=0)
    row = await instances.ensure_backend(database, "local", "test:")
    instance = await instances.start(database, uuid4())
    account = await accounts.ensure_root(database)
    await keys.create(database, STORE, MASTER)
    ring = Keys(database, MASTER)
    await ring.load()
    stores = [Store(database, {row.id: backend}, settings, instance, keys=ring) for ring in (None, ring)]
    plain, encrypting = (Operations(Services(settings, database, store), account) for store in stores)
    await plain.create()
    yield plain, encrypting
    for store in stores:
        await store.close()
