"""Access keys of accounts, with sealed secrets. The root key is not among them: it is the gateway's own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

import asyncpg

from s3gw.db.batches import batches
from s3gw.db.pool import Database
from s3gw.db.records import Account
from s3gw.db.rows import OWNER, account


class SealedSecret(NamedTuple):
    """The secret of an access key that may be used, and whose it is."""

    account: Account
    sealed: bytes
    seal_key_id: int
    """Which master key has sealed it."""
    revision: int


@dataclass(frozen=True, slots=True)
class ListedKey:
    """An access key as it is administered."""

    access_key: str
    user: str
    disabled: bool
    """Itself; its user may be too."""
    created_at: datetime
    sealed: bytes = field(repr=False)
    seal_key_id: int


_FIND = f"""
SELECT {OWNER}, k.access_key, k.sealed_secret, k.seal_key_id, k.revision
FROM access_keys k JOIN accounts oo ON oo.id = k.account_id
WHERE k.access_key = ANY($1::text[]) AND NOT k.disabled AND NOT oo.disabled
"""
_INSERT = """
INSERT INTO access_keys (access_key, account_id, sealed_secret, seal_key_id)
SELECT $1, a.id, $3, $4 FROM accounts a WHERE a.id = $2
ON CONFLICT DO NOTHING RETURNING true
"""
_ALL = """
SELECT k.access_key, a.name, k.disabled, k.created_at, k.sealed_secret, k.seal_key_id
FROM access_keys k JOIN accounts a ON a.id = k.account_id
WHERE $1::text IS NULL OR a.name = $1
ORDER BY a.name COLLATE "C", k.created_at, k.access_key
"""


async def find(db: Database, access_key: str) -> SealedSecret | None:
    """The key as it is now; None where it is unknown or disabled, or its account is."""
    return await batches(db, _find).ask(access_key)


async def _find(db: Database, wanted: Sequence[str]) -> list[SealedSecret | None]:
    found = {
        row["access_key"]: SealedSecret(
            account(row, "o_"), row["sealed_secret"], row["seal_key_id"], row["revision"]
        )
        for row in await db.fetch(_FIND, wanted)
    }
    return [found.get(access_key) for access_key in wanted]


async def create(
    db: Database, access_key: str, account_id: int, sealed_secret: bytes, seal_key_id: int
) -> bool:
    """Give an account a key; False where the key is taken or the account is gone."""
    try:
        made = await db.fetchval(_INSERT, access_key, account_id, sealed_secret, seal_key_id)
    except asyncpg.ForeignKeyViolationError:
        return False
    return made is not None


async def all_keys(db: Database, user: str | None = None) -> list[ListedKey]:
    """The keys of that user, or of all."""
    return [ListedKey(*row.values()) for row in await db.fetch(_ALL, user)]


async def set_disabled(db: Database, access_key: str, disabled: bool) -> bool:
    """Let a key authenticate, or not, from the next request on; False where there is none."""
    statement = "UPDATE access_keys SET disabled = $2 WHERE access_key = $1 RETURNING true"
    return await db.fetchval(statement, access_key, disabled) is not None


async def delete(db: Database, access_key: str) -> bool:
    """Revoke a key for good, from the next request on; False where there is none."""
    statement = "DELETE FROM access_keys WHERE access_key = $1 RETURNING true"
    return await db.fetchval(statement, access_key) is not None


async def sealed_otherwise(db: Database, seal_key_ids: Sequence[int]) -> int:
    """How many keys were sealed by another master key than one of those."""
    statement = "SELECT count(*) FROM access_keys WHERE seal_key_id <> ALL ($1::integer[])"
    count: int = await db.fetchval(statement, list(seal_key_ids))
    return count
