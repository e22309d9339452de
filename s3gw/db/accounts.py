"""Accounts: who owns buckets and objects."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime

import asyncpg

from s3gw.db.pool import Database
from s3gw.db.records import Account
from s3gw.db.rows import OWNER, account
from s3gw.errors import GatewayError

ROOT = "root"

_MOST_NAMED = 3
"""Buckets that are named of those that keep an account from being deleted."""

_INSERT = f"""
WITH oo AS (
    INSERT INTO accounts (canonical_id, name, display_name, email) VALUES ($1, $2, $3, $4)
    ON CONFLICT DO NOTHING RETURNING *
)
SELECT {OWNER} FROM oo
"""
_TAKEN = """
SELECT (canonical_id = $1) AS id, (name = $2) AS name, coalesce(email = $3, false) AS email
FROM accounts WHERE canonical_id = $1 OR name = $2 OR email = $3
"""
_ALL = f"""
SELECT {OWNER}, oo.email, oo.disabled, oo.created_at,
       (SELECT count(*) FROM access_keys k WHERE k.account_id = oo.id) AS keys
FROM accounts oo ORDER BY oo.name COLLATE "C"
"""
_OWNED = """
SELECT 'bucket' AS kind, b.name FROM buckets b WHERE b.account_id = $1
UNION ALL
SELECT 'objects in', b.name FROM buckets b WHERE b.account_id <> $1
    AND (EXISTS (SELECT FROM objects o WHERE o.bucket_id = b.id AND o.account_id = $1)
         OR EXISTS (SELECT FROM noncurrent o WHERE o.bucket_id = b.id AND o.account_id = $1))
UNION ALL
SELECT 'uploads into', b.name FROM buckets b WHERE b.account_id <> $1
    AND EXISTS (SELECT FROM uploads u WHERE u.bucket_id = b.id AND $1 IN (u.account_id, u.initiator_id))
LIMIT $2
"""


class Refused(GatewayError):
    """An account cannot be made, changed or deleted; the message says why, for people."""


@dataclass(frozen=True, slots=True)
class ListedAccount:
    """An account as it is administered."""

    account: Account
    email: str | None
    disabled: bool
    created_at: datetime
    keys: int
    """How many access keys it has, disabled ones too; root's own key is not counted."""


async def ensure_root(db: Database) -> Account:
    """The root account, created with a random canonical id by whoever comes first."""
    found = await by_name(db, ROOT)
    while found is None:
        await db.execute(
            """
            INSERT INTO accounts (canonical_id, name, display_name, is_root) VALUES ($1, $2, $2, true)
            ON CONFLICT DO NOTHING
            """,
            new_canonical_id(),
            ROOT,
        )
        found = await by_name(db, ROOT)
    return found


def new_canonical_id() -> str:
    """A random id, as long as those of AWS: 64 hexadecimal digits."""
    return secrets.token_hex(32)


async def create(
    db: Database, canonical_id: str, name: str, display_name: str, email: str | None = None
) -> Account:
    """A new account. Raises Refused where its id, name or email is another's."""
    row = await db.fetchrow(_INSERT, canonical_id, name, display_name, email)
    if row is not None:
        return account(row, "o_")
    taken = await db.fetchrow(_TAKEN, canonical_id, name, email)
    if taken is None:
        raise Refused("a user like this was made and deleted just now; try again")
    if taken["name"]:
        raise Refused(f"there is a user {name} already")
    what = f"the id {canonical_id}" if taken["id"] else f"the address {email}"
    raise Refused(f"{what} is another user's")


async def all_accounts(db: Database) -> list[ListedAccount]:
    """Every account, in the order of their names."""
    return [
        ListedAccount(account(row, "o_"), row["email"], row["disabled"], row["created_at"], row["keys"])
        for row in await db.fetch(_ALL)
    ]


async def set_disabled(db: Database, name: str, disabled: bool) -> None:
    """Let the keys of an account authenticate, or not, from the next request on. Raises Refused."""
    found = await _changeable(db, name)
    await db.execute("UPDATE accounts SET disabled = $2 WHERE id = $1", found.id, disabled)


async def delete(db: Database, name: str) -> None:
    """Delete an account that owns nothing, with its keys. Raises Refused, naming what it owns."""
    found = await _changeable(db, name)
    try:
        await db.execute("DELETE FROM accounts WHERE id = $1", found.id)
    except asyncpg.ForeignKeyViolationError:
        rows = await db.fetch(_OWNED, found.id, _MOST_NAMED + 1)
        owned = [f"{row['kind']} {row['name']}" for row in rows[:_MOST_NAMED]]
        if len(rows) > _MOST_NAMED:
            owned.append("more")
        raise Refused(f"user {name} owns {', '.join(owned) or 'something'}") from None


async def by_id(db: Database, account_id: int) -> Account | None:
    """The account of that id."""
    row = await db.fetchrow(f"SELECT {OWNER} FROM accounts oo WHERE oo.id = $1", account_id)
    return account(row, "o_") if row else None


async def by_name(db: Database, name: str) -> Account | None:
    """The account of that name."""
    row = await db.fetchrow(f"SELECT {OWNER} FROM accounts oo WHERE oo.name = $1", name)
    return account(row, "o_") if row else None


async def _changeable(db: Database, name: str) -> Account:
    found = await by_name(db, name)
    if found is None:
        raise Refused(f"there is no user {name}")
    if found.is_root:
        raise Refused("root can be neither disabled nor deleted")
    return found
