"""`s3gw kms`: the keys that chunks are encrypted by; make, list, rotate, disable, export and import them."""

from __future__ import annotations

import argparse
import base64
import json
import os
import re
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any
from uuid import UUID

from s3gw import app
from s3gw.cli import kms_versions
from s3gw.cli.on_database import on_database
from s3gw.cli.output import complain, say, table
from s3gw.config import Settings
from s3gw.db import encryption_keys, packs, rekeying
from s3gw.db.encryption_keys import CUSTOMERS, DUAL, MANAGED, STORE, SealedKey
from s3gw.db.pool import Database
from s3gw.errors import ConfigError
from s3gw.storage import keys

if TYPE_CHECKING:
    from s3gw.cli.options import Commands

_NAME = re.compile(
    rf"(?!{CUSTOMERS}$)(?![0-9a-fA-F]{{8}}-(?:[0-9a-fA-F]{{4}}-){{3}}[0-9a-fA-F]{{12}}$)[A-Za-z0-9._-]{{1,64}}"
)
"""Of a key: nothing that could be an id, an ARN or an alias, nor a name that the gateway gives itself."""


def add(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Add the command and its own commands to the grammar."""
    parser = commands.add_parser("kms", help="keys that what is stored is encrypted by")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    for name, run, argument, text in (
        (
            "create",
            create,
            "NAME",
            f"make a key for aws:kms; with the one named {STORE} all that is stored anew is encrypted",
        ),
        ("list", show, None, "what keys there are"),
        (
            "rotate",
            rotate,
            "NAME",
            "encrypt by a new version from now on; what is stored stays under the old ones",
        ),
        ("disable", disable, "NAME", "refuse what is encrypted by a key, and to encrypt by it"),
        ("enable", enable, "NAME", "let a key be used again"),
        ("export", export, "FILE", "write the keys, sealed by the master key, to a new file"),
        ("import", bring_back, "FILE", "add keys from an exported file that the database lacks"),
        ("reseal", reseal, None, "have all secrets of the database sealed by the master key in use"),
    ):
        action = actions.add_parser(name, parents=[common], help=text)
        if argument is not None:
            action.add_argument(argument.lower(), metavar=argument)
        if run is reseal:
            action.add_argument(
                "--new-master", action="store_true", help="make a new master key in the data directory first"
            )
        action.set_defaults(run=run)
    kms_versions.add(actions, common)


def create(settings: Settings, given: argparse.Namespace) -> int:
    """Make a key."""

    if given.name != STORE and not _NAME.fullmatch(given.name):
        raise ConfigError(
            f"{given.name!r} cannot be the name of a key: letters, digits, '-', '_' and '.', up to 64, not "
            "what looks like an id"
        )

    async def work(db: Database) -> int:
        master = await app.to_seal(db, settings)
        if not await keys.create(db, given.name, master):
            complain(f"there is a key {given.name!r} already")
            return 1
        found = await encryption_keys.named(db, given.name)
        assert found is not None
        if given.name == STORE:
            say("gateways encrypt from now on, and all need the master key; restart those that had none")
        else:
            say(str(found.uuid))
        return 0

    return on_database(settings, work)


def show(settings: Settings, given: argparse.Namespace) -> int:
    """Print all keys."""

    async def work(db: Database) -> int:
        head = ["number", "name", "id", "state", "master key", "made", "version"]
        found = await encryption_keys.all_keys(db)
        versions = await rekeying.versions(db)
        for line in table([head, *([*_cells(key), versions.get(key.id, "-")] for key in found)]):
            say(line)
        return 0

    return on_database(settings, work)


def rotate(settings: Settings, given: argparse.Namespace) -> int:
    """Give a key a further number, and with it that of its two layers."""
    check_not_internal(given.name)

    async def work(db: Database) -> int:
        master = await app.to_seal(db, settings)
        found = await encryption_keys.named(db, given.name)
        if found is None:
            complain(f"there is no key {given.name!r}")
            return 1
        await keys.rotate(db, given.name, master)
        await keys.rotate(db, f"{DUAL}{found.uuid}", master)
        return 0

    return on_database(settings, work)


def disable(settings: Settings, given: argparse.Namespace) -> int:
    """Refuse a key from the next request on."""
    return _set_enabled(settings, given.name, False)


def enable(settings: Settings, given: argparse.Namespace) -> int:
    """Take a key again from the next request on."""
    return _set_enabled(settings, given.name, True)


def _set_enabled(settings: Settings, name: str, enabled: bool) -> int:
    check_not_internal(name)
    if name == STORE or name.startswith(MANAGED):
        raise ConfigError(f"the key {name!r} is one that nobody has to ask for; it cannot be disabled")

    async def work(db: Database) -> int:
        found = await encryption_keys.named(db, name)
        if found is None:
            complain(f"there is no key {name!r}")
            return 1
        await encryption_keys.set_enabled(db, found.id, enabled)
        return 0

    return on_database(settings, work)


def export(settings: Settings, given: argparse.Namespace) -> int:
    """Write all keys to a file that only its owner can read."""

    async def work(db: Database) -> int:
        found = await encryption_keys.all_keys(db, customers=True)
        store = await packs.store_id(db)
        text = json.dumps({"store": str(store), "keys": [_as_json(key) for key in found]}, indent=2)
        try:
            handle = os.open(given.file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w") as file:
                file.write(text + "\n")
        except OSError as error:
            raise ConfigError(f"{given.file}: {error.strerror}") from None
        sealed = sum(1 for key in found if key.master)
        say(f"{sealed} keys, sealed; keep the master key as well, elsewhere")
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


def check_not_internal(name: str) -> None:
    if name == CUSTOMERS or name.startswith(DUAL):
        raise ConfigError(f"the key {name!r} is kept by the gateway itself")


def reseal(settings: Settings, given: argparse.Namespace) -> int:
    """Seal everything anew, by a new master key or by the one in use."""

    async def work(db: Database) -> int:
        kept = None
        if given.new_master:
            done, kept = await app.change_master(db, settings)
        else:
            done = await app.reseal(db, settings)
        say(f"sealed anew: {done.keys} keys, {done.secrets} secrets of access keys")
        if kept is not None:
            say(f"the master key is a new one; the old one is kept as {kept}")
        return 0

    return on_database(settings, work)


def _cells(key: SealedKey) -> Sequence[str]:
    state = "enabled" if key.enabled else "disabled"
    return [str(key.id), key.name, str(key.uuid), state, key.master, f"{key.created_at:%Y-%m-%d}"]


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
