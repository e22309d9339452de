"""The operations of a gateway, without its HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import pytest

from s3gw.backends.disk import Disk
from s3gw.config import Settings
from s3gw.db import accounts, instances
from s3gw.db.pool import Database
from s3gw.operations import Services
from s3gw.protocol import types
from s3gw.storage.store import Store
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
