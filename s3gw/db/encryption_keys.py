"""Named keys, their data keys sealed by the master key, and the domain of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

import asyncpg

from s3gw.db.pool import Database

STORE = "store"
"""The key of what asks for no other: SSE-S3."""
CUSTOMERS = "customers"
"""The key by which customers' keys are told apart; nothing is encrypted by it."""
DUAL = "dsse/"
"""Begins the names of keys that are two, by which `aws:kms:dsse` encrypts; the id of the KMS key follows."""
MANAGED = "aws/s3/"
"""Begins the names of the keys that accounts have without asking; the account's number follows."""
ACCOUNT = "account/"
"""Begins the names of the keys of accounts that are deduplicated by themselves; the account's id follows."""
_INTERNAL = (ACCOUNT, CUSTOMERS, DUAL, "customer/")


def is_kms(name: str) -> bool:
    """Whether a named key is one that requests may name."""
    return name != STORE and not name.startswith(_INTERNAL)


@dataclass(frozen=True, slots=True)
class SealedKey:
    """A data key of a named key."""

    id: int
    key_id: int
    """Of the named key."""
    name: str
    uuid: UUID
    enabled: bool
    domain_id: int
    master: str
    """Which master key has sealed it; see `s3gw.sealing.master_id`."""
    sealed: bytes
    created_at: datetime


@dataclass(frozen=True, slots=True)
class NamedKey:
    """A named key as it is now."""

    id: int
    name: str
    uuid: UUID
    enabled: bool
    root_id: int
    """Of the root account, whose all keys are that are not an account's own."""
    data_key_id: int
    """The data key that encrypts: its last."""

    @property
    def account_id(self) -> int:
        """Whose the key is."""
        if self.name.startswith(MANAGED):
            return int(self.name.removeprefix(MANAGED))
        return self.root_id


ALL_KEYS = """
SELECT d.id, k.id AS key_id, k.name, k.uuid, k.enabled, o.id AS domain_id, d.master, d.sealed, d.created_at
FROM data_keys d JOIN named_keys k ON k.id = d.key_id
JOIN domains o ON o.key_id = k.id AND o.account_id IS NULL
WHERE d.master <> '' OR $1
ORDER BY d.id
"""
_FIND = """
SELECT k.id, k.name, k.uuid, k.enabled, (SELECT id FROM accounts WHERE is_root) AS root_id, max(d.id)
FROM named_keys k JOIN data_keys d ON d.key_id = k.id
WHERE k.{} AND d.master <> '' GROUP BY k.id
"""
_CREATE = """
WITH made AS (
    INSERT INTO named_keys (uuid, name) VALUES ($1, $2) RETURNING id
), sealed AS (
    INSERT INTO data_keys (key_id, master, sealed) SELECT id, $3, $4 FROM made
)
INSERT INTO domains (key_id) SELECT id FROM made
"""
# Nothing where another made it between the two.
_ACCOUNT_DOMAIN = """
WITH made AS (
    INSERT INTO domains (account_id) SELECT $1::bigint
    WHERE NOT EXISTS (SELECT FROM domains WHERE account_id = $1 AND key_id IS NULL)
    ON CONFLICT DO NOTHING RETURNING id
)
SELECT id FROM made UNION ALL SELECT id FROM domains WHERE account_id = $1 AND key_id IS NULL
"""
_OF_CUSTOMER = """
SELECT d.id, o.id AS domain_id
FROM named_keys k JOIN data_keys d ON d.key_id = k.id
JOIN domains o ON o.key_id = k.id AND o.account_id IS NULL
WHERE k.name = $1
"""
_ROTATE = "INSERT INTO data_keys (key_id, master, sealed) VALUES ($1, $2, $3)"
_IMPORT = """
WITH named AS (
    INSERT INTO named_keys (id, uuid, name, enabled) VALUES ($2, $4, $3, $5) ON CONFLICT DO NOTHING
), scope AS (
    INSERT INTO domains (id, key_id) VALUES ($6, $2) ON CONFLICT DO NOTHING
)
INSERT INTO data_keys (id, key_id, master, sealed, created_at) VALUES ($1, $2, $7, $8, $9)
ON CONFLICT DO NOTHING
"""
_AFTER_IMPORT = """
SELECT setval(pg_get_serial_sequence('named_keys', 'id'), (SELECT max(id) FROM named_keys)),
       setval(pg_get_serial_sequence('data_keys', 'id'), (SELECT max(id) FROM data_keys)),
       setval(pg_get_serial_sequence('domains', 'id'), (SELECT max(id) FROM domains))
"""


async def all_keys(db: Database, *, customers: bool = False) -> list[SealedKey]:
    """Every data key in the order of their numbers: the last of a name is the one to encrypt with.

    With `customers` also those of customers, of which there is nothing but a number and a domain.
    """
    return [SealedKey(*row.values()) for row in await db.fetch(ALL_KEYS, customers)]


async def named(db: Database, name: str) -> NamedKey | None:
    """The key of that name."""
    return await _find(db, "name = $1", name)


async def by_uuid(db: Database, uuid: UUID) -> NamedKey | None:
    """The key that ARNs name so."""
    return await _find(db, "uuid = $1", uuid)


async def by_id(db: Database, number: int) -> NamedKey | None:
    """The key that records of objects name so."""
    return await _find(db, "id = $1", number)


async def _find(db: Database, condition: str, value: object) -> NamedKey | None:
    row = await db.fetchrow(_FIND.format(condition), value)
    return None if row is None else NamedKey(*row.values())


async def set_enabled(db: Database, number: int, enabled: bool) -> None:
    """Let a named key be used from the next request on, or not."""
    await db.execute("UPDATE named_keys SET enabled = $2 WHERE id = $1", number, enabled)


async def is_unused(db: Database) -> bool:
    """Whether no gateway has ever started on the database."""
    unused: bool = await db.fetchval("SELECT NOT EXISTS (SELECT 1 FROM instances)")
    return unused


async def create(db: Database, uuid: UUID, name: str, master: str, sealed: bytes) -> bool:
    """Make a named key with its first data key and its domain; False where the name is taken."""
    try:
        await db.execute(_CREATE, uuid, name, master, sealed)
    except asyncpg.UniqueViolationError:
        return False
    return True


async def account_domain(db: Database, account_id: int) -> int:
    """The domain of an account in which nothing is encrypted, made where it is missing."""
    found = None
    while found is None:
        found = await db.fetchval(_ACCOUNT_DOMAIN, account_id)
    return int(found)


async def of_customer(db: Database, verifier: str, *, make: bool) -> tuple[int, int] | None:
    """Number and domain of a customer's key, which is not kept: `verifier` tells it from others.

    None where nothing was encrypted by it yet, unless `make` begins it.
    """
    name = f"customer/{verifier}"
    row = await db.fetchrow(_OF_CUSTOMER, name)
    if row is None and make:
        await create(db, uuid4(), name, "", b"")
        row = await db.fetchrow(_OF_CUSTOMER, name)
    return None if row is None else (row["id"], row["domain_id"])


async def rotate(db: Database, key_id: int, master: str, sealed: bytes) -> None:
    """Give a named key a further data key, which encrypts from now on."""
    await db.execute(_ROTATE, key_id, master, sealed)


async def bring_back(db: Database, keys: Sequence[SealedKey]) -> None:
    """Add the data keys that are missing, under the numbers that they had."""
    async with db.transaction() as connection:
        for key in keys:
            await connection.execute(
                _IMPORT,
                key.id,
                key.key_id,
                key.name,
                key.uuid,
                key.enabled,
                key.domain_id,
                key.master,
                key.sealed,
                key.created_at,
            )
        if keys:
            await connection.execute(_AFTER_IMPORT)
