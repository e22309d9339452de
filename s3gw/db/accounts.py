"""Accounts: who owns buckets and objects."""

from __future__ import annotations

from s3gw.db.pool import Database
from s3gw.db.records import Account


async def ensure_root(db: Database) -> Account:
    """The root account, created with a random canonical id by whoever comes first."""
    raise NotImplementedError


async def by_id(db: Database, account_id: int) -> Account | None:
    """The account of that id."""
    raise NotImplementedError
