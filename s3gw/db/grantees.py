"""The accounts that access control lists name."""

from __future__ import annotations

from collections.abc import Collection

from s3gw.db.pool import Database
from s3gw.db.records import Account
from s3gw.db.rows import OWNER, account


async def by_canonical_id(db: Database, canonical_id: str) -> Account | None:
    """The account of that canonical id."""
    row = await db.fetchrow(f"SELECT {OWNER} FROM accounts oo WHERE oo.canonical_id = $1", canonical_id)
    return account(row, "o_") if row else None


async def by_email(db: Database, email: str) -> Account | None:
    """The account of that address."""
    row = await db.fetchrow(f"SELECT {OWNER} FROM accounts oo WHERE lower(oo.email) = lower($1)", email)
    return account(row, "o_") if row else None


async def any_of(db: Database, numbers: Collection[int], texts: Collection[str]) -> list[Account]:
    """The accounts of these numbers, canonical ids or names."""
    rows = await db.fetch(
        f"SELECT {OWNER} FROM accounts oo WHERE oo.id = ANY ($1) OR oo.canonical_id = ANY ($2) "
        "OR oo.name = ANY ($2)",
        list(numbers),
        list(texts),
    )
    return [account(row, "o_") for row in rows]


async def display_names(db: Database, canonical_ids: Collection[str]) -> dict[str, str]:
    """The names to show, by canonical id."""
    rows = await db.fetch(
        "SELECT canonical_id, display_name FROM accounts WHERE canonical_id = ANY ($1)", list(canonical_ids)
    )
    return {row["canonical_id"]: row["display_name"] for row in rows}
