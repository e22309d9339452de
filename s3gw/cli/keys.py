"""`s3gw key`: the access keys of users."""

from __future__ import annotations

import argparse
import json
import re
import secrets
import string
from typing import TYPE_CHECKING, Any

from s3gw import app
from s3gw.cli.on_database import on_database
from s3gw.cli.output import say, table
from s3gw.config import Settings
from s3gw.db import access_keys, accounts
from s3gw.db.access_keys import ListedKey
from s3gw.db.accounts import Refused
from s3gw.db.pool import Database
from s3gw.errors import ConfigError
from s3gw.http.identities import ACCESS_KEY, seal_key_id, seal_secret

if TYPE_CHECKING:
    from s3gw.cli.options import Commands

_LETTERS = string.ascii_uppercase + "234567"
_SECRET = string.ascii_letters + string.digits
_SECRET_GIVEN = re.compile(r"[!-~]{8,128}", re.ASCII)


def add(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Add the commands to the grammar."""
    parser = commands.add_parser("key", help="access keys of users")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    create = actions.add_parser(
        "create", parents=[common], help="give a user a key; its secret is shown this once"
    )
    create.add_argument("user", metavar="USER")
    # Their own destinations: the settings of these names are those of the root key.
    create.add_argument("--access-key", dest="new_key", metavar="KEY", help="the key (a random one)")
    create.add_argument(
        "--secret-key",
        dest="new_secret",
        metavar="SECRET",
        help="its secret (a random one); all users of this machine may see it in the list of processes",
    )
    create.add_argument("--json", action="store_true", help="for machines")
    create.set_defaults(run=run_create)
    listing = actions.add_parser("list", parents=[common], help="the keys of a user or of all, no secrets")
    listing.add_argument("user", metavar="USER", nargs="?")
    listing.add_argument("--json", action="store_true", help="for machines")
    listing.set_defaults(run=run_list)
    for name, run, text in (
        ("disable", run_disable, "refuse a key, at once and until it is enabled"),
        ("enable", run_enable, "let a key authenticate again"),
        ("delete", run_delete, "revoke a key for good"),
    ):
        action = actions.add_parser(name, parents=[common], help=text)
        action.add_argument("key", metavar="KEY")
        action.set_defaults(run=run)


def run_create(settings: Settings, given: argparse.Namespace) -> int:
    """Make a key, and show its secret."""
    if (given.new_key is None) != (given.new_secret is None):
        raise ConfigError("key create: give --access-key and --secret-key both, or neither")
    key = given.new_key or "AKIA" + "".join(secrets.choice(_LETTERS) for _ in range(16))
    secret = given.new_secret or "".join(secrets.choice(_SECRET) for _ in range(40))
    if ACCESS_KEY.fullmatch(key) is None:
        raise ConfigError("key create: an access key takes 3 to 128 visible ASCII characters other than /")
    if _SECRET_GIVEN.fullmatch(secret) is None:
        raise ConfigError("key create: a secret takes 8 to 128 visible ASCII characters")
    taken = f"there is an access key {key} already"

    async def create(db: Database) -> None:
        account = await accounts.by_name(db, given.user)
        if account is None:
            raise Refused(f"there is no user {given.user}")
        if key == settings.access_key:
            raise Refused(f"{taken}: it is root's")
        master = await app.to_seal(db, settings)
        sealed = seal_secret(master, key, secret)
        if not await access_keys.create(db, key, account.id, sealed, seal_key_id(master)):
            raise Refused(taken)

    on_database(settings, create)
    if given.json:
        say(json.dumps({"user": given.user, "access_key": key, "secret_key": secret}, indent=2))
    else:
        say(f"access key  {key}")
        say(f"secret key  {secret}")
        say("Keep the secret: it is not shown again.")
    return 0


def run_list(settings: Settings, given: argparse.Namespace) -> int:
    """Print keys without their secrets."""

    async def listed(db: Database) -> list[ListedKey]:
        if given.user is not None and await accounts.by_name(db, given.user) is None:
            raise Refused(f"there is no user {given.user}")
        return await access_keys.all_keys(db, given.user)

    found = on_database(settings, listed)
    if given.json:
        say(json.dumps([_as_json(one) for one in found], indent=2))
        return 0
    rows = [[one.access_key, one.user, "disabled" if one.disabled else "enabled"] for one in found]
    for line in table([["access key", "user", "state"], *rows]):
        say(line)
    return 0


def run_disable(settings: Settings, given: argparse.Namespace) -> int:
    """Disable a key."""
    return _change(settings, given.key, "disabled")


def run_enable(settings: Settings, given: argparse.Namespace) -> int:
    """Enable a key."""
    return _change(settings, given.key, "enabled")


def run_delete(settings: Settings, given: argparse.Namespace) -> int:
    """Delete a key."""
    return _change(settings, given.key, "deleted")


def _change(settings: Settings, key: str, change: str) -> int:
    async def work(db: Database) -> None:
        if change == "deleted":
            there = await access_keys.delete(db, key)
        else:
            there = await access_keys.set_disabled(db, key, change == "disabled")
        if not there:
            raise Refused(f"there is no access key {key}")

    on_database(settings, work)
    say(f"{change} access key {key}")
    return 0


def _as_json(one: ListedKey) -> dict[str, Any]:
    return {
        "access_key": one.access_key,
        "user": one.user,
        "disabled": one.disabled,
        "created_at": one.created_at.isoformat(),
    }
