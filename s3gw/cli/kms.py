"""`s3gw kms`: the keys that chunks are encrypted by; make, list, rotate, export and import them."""

from __future__ import annotations

import argparse
import base64
import json
import os
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from s3gw import app
from s3gw.cli.on_database import on_database
from s3gw.cli.output import complain, say, table
from s3gw.config import Settings
from s3gw.db import encryption_keys, packs
from s3gw.db.encryption_keys import STORE, SealedKey
from s3gw.db.pool import Database
from s3gw.errors import ConfigError
from s3gw.storage import keys

if TYPE_CHECKING:
    from s3gw.cli.options import Commands


def add(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Add the command and its own commands to the grammar."""
    parser = commands.add_parser("kms", help="keys that what is stored is encrypted by")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, run, argument, text in (
        (
            "create",
            create,
            "NAME",
            f"make a key; with the one named {STORE} all that is stored anew is encrypted",
        ),
        ("list", show, None, "what keys there are"),
        (
            "rotate",
            rotate,
            "NAME",
            "have gateways started from now on encrypt by a new key; the old ones stay",
        ),
        ("export", export, "FILE", "write the keys, sealed by the master key, to a new file"),
        ("import", bring_back, "FILE", "add keys from an exported file that the database lacks"),
    ):
        action = actions.add_parser(name, parents=[common], help=text)
        if argument is not None:
            action.add_argument(argument.lower(), metavar=argument)
        action.set_defaults(run=run)


def create(settings: Settings, given: argparse.Namespace) -> int:
    """Make a key."""

    async def work(db: Database) -> int:
        master = await app.to_seal(db, settings)
        if not await keys.create(db, given.name, master):
            complain(f"there is a key {given.name!r} already")
            return 1
        say(f"made {given.name}; gateways use it from their next start, and all need the master key")
        return 0

    return on_database(settings, work)


def show(settings: Settings, given: argparse.Namespace) -> int:
    """Print all keys."""

    async def work(db: Database) -> int:
        head = ["number", "name", "id", "master key", "made"]
        found = await encryption_keys.all_keys(db)
        for line in table([head, *(_cells(key) for key in found)]):
            say(line)
        return 0

    return on_database(settings, work)


def rotate(settings: Settings, given: argparse.Namespace) -> int:
    """Give a key a further number."""

    async def work(db: Database) -> int:
        master = await app.to_seal(db, settings)
        if not await keys.rotate(db, given.name, master):
            complain(f"there is no key {given.name!r}")
            return 1
        return 0

    return on_database(settings, work)


def export(settings: Settings, given: argparse.Namespace) -> int:
    """Write all keys to a file that only its owner can read."""

    async def work(db: Database) -> int:
        found = await encryption_keys.all_keys(db)
        store = await packs.store_id(db)
        text = json.dumps({"store": str(store), "keys": [_as_json(key) for key in found]}, indent=2)
        try:
            handle = os.open(given.file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w") as file:
                file.write(text + "\n")
        except OSError as error:
            raise ConfigError(f"{given.file}: {error.strerror}") from None
        say(f"{len(found)} keys, sealed; keep the master key as well, elsewhere")
        return 0

    return on_database(settings, work)


def bring_back(settings: Settings, given: argparse.Namespace) -> int:
    """Add the keys of a file."""
    store, found = _read(Path(given.file))

    async def work(db: Database) -> int:
        if store != await packs.store_id(db):
            raise ConfigError(f"{given.file}: holds the keys of another store")
        await encryption_keys.bring_back(db, found)
        return 0

    return on_database(settings, work)


def _cells(key: SealedKey) -> Sequence[str]:
    return [str(key.id), key.name, str(key.uuid), key.master, f"{key.created_at:%Y-%m-%d}"]


def _as_json(key: SealedKey) -> dict[str, Any]:
    return {
        "id": key.id,
        "key_id": key.key_id,
        "name": key.name,
        "uuid": str(key.uuid),
        "enabled": key.enabled,
        "domain_id": key.domain_id,
        "master": key.master,
        "sealed": base64.b64encode(key.sealed).decode(),
        "created_at": key.created_at.isoformat(),
    }


def _read(path: Path) -> tuple[UUID, list[SealedKey]]:
    try:
        document = json.loads(path.read_text())
        found = [
            SealedKey(
                **{
                    **row,
                    "uuid": UUID(row["uuid"]),
                    "sealed": base64.b64decode(row["sealed"]),
                    "created_at": datetime.fromisoformat(row["created_at"]),
                }
            )
            for row in document["keys"]
        ]
        return UUID(document["store"]), found
    except OSError as error:
        raise ConfigError(f"{path}: {error.strerror}") from None
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ConfigError(f"{path}: is not a file that s3gw kms export wrote") from None
