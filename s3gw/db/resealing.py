"""Sealing everything anew by another master key: in one transaction, so that there is no half of it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from s3gw.db.encryption_keys import ALL_KEYS, SealedKey
from s3gw.db.pool import Database


class Resealed(NamedTuple):
    """How many seals were replaced."""

    keys: int
    secrets: int


async def reseal(
    db: Database,
    master: str,
    short: int,
    data_key: Callable[[SealedKey], bytes],
    secret: Callable[[str, bytes, int], bytes],
) -> Resealed:
    """Replace every seal that is not of the master key of these ids.

    `data_key` seals a data key anew, `secret` that of an access key, given the seal and the short id of the
    master key that it is of. What they raise is raised, and then nothing has changed. Nobody writes seals
    meanwhile.
    """
    async with db.transaction() as connection:
        await connection.execute("LOCK TABLE data_keys, access_keys IN SHARE ROW EXCLUSIVE MODE")
        rows = [SealedKey(*row.values()) for row in await connection.fetch(ALL_KEYS, False)]
        found = [key for key in rows if key.master != master]
        await connection.executemany(
            "UPDATE data_keys SET sealed = $2, master = $3 WHERE id = $1",
            [(key.id, data_key(key), master) for key in found],
        )
        secrets = await connection.fetch(
            "SELECT access_key, sealed_secret, seal_key_id FROM access_keys WHERE seal_key_id <> $1", short
        )
        await connection.executemany(
            "UPDATE access_keys SET sealed_secret = $2, seal_key_id = $3 WHERE access_key = $1",
            [(row["access_key"], secret(*row.values()), short) for row in secrets],
        )
    return Resealed(len(found), len(secrets))
