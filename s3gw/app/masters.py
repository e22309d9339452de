"""Whether a gateway has the master keys that sealed what its database keeps, and changing them."""

from __future__ import annotations

from pathlib import Path

from s3gw import sealing
from s3gw.app.data_directory import DataDirectory
from s3gw.config import Settings
from s3gw.db import access_keys, encryption_keys, resealing
from s3gw.db.pool import Database
from s3gw.db.resealing import Resealed
from s3gw.errors import ConfigError
from s3gw.http.identities import seal_secret, unseal_secret
from s3gw.sealing import Masters
from s3gw.storage import keys
from s3gw.storage.keys import Keys


async def check(db: Database, masters: Masters) -> None:
    """Raise ConfigError, in one line, where something was sealed by a master key that is not known."""
    keys.check(await encryption_keys.all_keys(db), masters.ids)
    lost = await access_keys.sealed_otherwise(db, list(map(sealing.short_id, masters.ids)))
    if lost:
        raise ConfigError(
            f"master_key: the secrets of {lost} access keys in this database were sealed by another one; "
            "give that as S3GW_MASTER_KEY, or restore the file master-key of the data directory"
        )


def keys_of(db: Database, settings: Settings) -> Keys:
    """The data keys of the database, for a command."""
    return Keys(db, DataDirectory(settings.data).masters(settings))


async def to_seal(db: Database, settings: Settings) -> bytes:
    """The master key, to seal something for all gateways of the database. Raises ConfigError.

    It is made where the database is the gateway's own; on another, other gateways could not unseal.
    """
    directory = DataDirectory(settings.data)
    await check(db, directory.masters(settings))
    master = directory.master_key(settings, make=settings.database_url is None)
    if master is None:
        raise ConfigError(
            "master_key: secrets are sealed by it; give all gateways and commands of this database the same "
            "S3GW_MASTER_KEY"
        )
    return master


async def reseal(db: Database, settings: Settings) -> Resealed:
    """Have everything sealed by the master key that is in use. Raises ConfigError where one is missing."""
    master = await to_seal(db, settings)
    return await _reseal(db, DataDirectory(settings.data).masters(settings), master)


async def change(db: Database, settings: Settings) -> tuple[Resealed, Path]:
    """Make a new master key in the data directory, have everything sealed by it, and keep the old one.

    Beside a running gateway, which finds the new one as soon as it meets a seal of it. May be cut off at any
    point and begun again. Raises ConfigError where the master key is a setting.
    """
    if settings.master_key is not None:
        raise ConfigError(
            "master_key: is a setting here; give all gateways the new one as S3GW_MASTER_KEY and the old one "
            "as S3GW_OTHER_MASTER_KEYS, then run s3gw kms reseal"
        )
    directory = DataDirectory.existing(settings.data)
    await to_seal(db, settings)
    master = directory.next_master()
    done = await _reseal(db, directory.masters(settings), master)
    return done, directory.change_master()


async def _reseal(db: Database, masters: Masters, master: bytes) -> Resealed:
    def secret(access_key: str, sealed: bytes, number: int) -> bytes:
        return seal_secret(master, access_key, unseal_secret(masters.short(number), access_key, sealed))

    number = sealing.master_id(master)
    return await resealing.reseal(
        db, number, sealing.short_id(number), lambda key: keys.resealed(key, masters, master), secret
    )
