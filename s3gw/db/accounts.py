"""Accounts: who owns buckets and objects."""

from __future__ import annotations

import secrets

from s3gw.db.pool import Database
from s3gw.db.records import Account
from s3gw.db.rows import OWNER, account

ROOT = "root"


async def ensure_root(db: Database) -> Account:
    """The root account, created with a random canonical id by whoever comes first."""
    found = await _root(db)
    while found is None:
        await db.execute(
            """
            INSERT INTO accounts (canonical_id, name, display_name, is_root) VALUES ($1, $2, $2, true)
            ON CONFLICT DO NOTHING
            """,
            secrets.token_hex(32),  # as long as those of AWS
            ROOT,
        )
        found = await _root(db)
    return found


async def by_id(db: Database, account_id: int) -> Account | None:
    """The account of that id."""
    row = await db.fetchrow(f"SELECT {OWNER} FROM accounts oo WHERE oo.id = $1", account_id)
    return account(row, "o_") if row else None


async def _root(db: Database) -> Account | None:
    row = await db.fetchrow(f"SELECT {OWNER} FROM accounts oo WHERE oo.name = $1", ROOT)
    return account(row, "o_") if row else None
