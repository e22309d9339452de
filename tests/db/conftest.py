"""The world that tests of the tables start from."""

from __future__ import annotations

import pytest

from s3gw.db import accounts, buckets
from s3gw.db.pool import Database
from tests.db.world import World


@pytest.fixture
async def world(database: Database) -> World:
    """A fresh database with an account and a bucket."""
    account = await accounts.ensure_root(database)
    bucket, created = await buckets.create(database, "bucket", account.id, "us-east-1", "cdc-256k", True)
    assert created
    return World(database, account, bucket)
