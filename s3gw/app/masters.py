"""Whether the master key that a gateway has is the one that sealed what its database keeps."""

from __future__ import annotations

from s3gw.app.data_directory import DataDirectory
from s3gw.config import Settings
from s3gw.db import access_keys, encryption_keys
from s3gw.db.pool import Database
from s3gw.errors import ConfigError
from s3gw.http.identities import seal_key_id
from s3gw.storage import keys


async def check(db: Database, master: bytes | None) -> None:
    """Raise ConfigError, in one line, where something was sealed by another master key."""
    keys.check(await encryption_keys.all_keys(db), master)
    lost = await access_keys.sealed_otherwise(db, None if master is None else seal_key_id(master))
    if lost:
        raise ConfigError(
            f"master_key: the secrets of {lost} access keys in this database were sealed by another one; "
            "give that as S3GW_MASTER_KEY, or restore the file master-key of the data directory"
        )


async def to_seal(db: Database, settings: Settings) -> bytes:
    """The master key, to seal something for all gateways of the database. Raises ConfigError.

    It is made where the database is the gateway's own; on another, other gateways could not unseal.
    """
    directory = DataDirectory(settings.data)
    await check(db, directory.master_key(settings))
    master = directory.master_key(settings, make=settings.database_url is None)
    if master is None:
        raise ConfigError(
            "master_key: secrets are sealed by it; give all gateways and commands of this database the same "
            "S3GW_MASTER_KEY"
        )
    return master
