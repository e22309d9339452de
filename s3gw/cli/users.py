"""`s3gw user`: the accounts that own buckets and objects."""

from __future__ import annotations

import argparse
import json
import re
from typing import TYPE_CHECKING, Any

from s3gw.access.principals import user_arn
from s3gw.cli.on_database import on_database
from s3gw.cli.output import say, table
from s3gw.config import Settings
from s3gw.db import accounts
from s3gw.db.accounts import ListedAccount
from s3gw.db.records import Account
from s3gw.errors import ConfigError

if TYPE_CHECKING:
    from s3gw.cli.options import Commands

_NAME = re.compile(r"[A-Za-z0-9_+=,.@-]{1,64}", re.ASCII)
"""https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html: names are part of ARNs."""
_ID = re.compile(r"[0-9a-f]{64}", re.ASCII)
_EMAIL = re.compile(r"[!-?A-~]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)*", re.ASCII)
_MOST = 254


def add(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Add the commands to the grammar."""
    parser = commands.add_parser("user", help="who may own buckets and objects")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    create = actions.add_parser("create", parents=[common], help="make a user; `key create` gives it a key")
    create.add_argument("name", metavar="NAME")
    create.add_argument("--id", metavar="ID", help="canonical id, 64 hexadecimal digits (a random one)")
    create.add_argument("--display-name", metavar="TEXT", help="what S3 shows as the owner's name (NAME)")
    create.add_argument("--email", metavar="ADDRESS", help="by which access control lists may name the user")
    create.add_argument("--json", action="store_true", help="for machines")
    create.set_defaults(run=run_create)
    listing = actions.add_parser("list", parents=[common], help="all users")
    listing.add_argument("--json", action="store_true", help="for machines")
    listing.set_defaults(run=run_list)
    for name, run, text in (
        ("disable", run_disable, "refuse all keys of a user, at once and until it is enabled"),
        ("enable", run_enable, "let the keys of a user authenticate again"),
        ("delete", run_delete, "delete a user that owns nothing, and its keys"),
    ):
        action = actions.add_parser(name, parents=[common], help=text)
        action.add_argument("name", metavar="NAME")
        action.set_defaults(run=run)


def run_create(settings: Settings, given: argparse.Namespace) -> int:
    """Make a user."""
    name, canonical_id, email = given.name, given.id, given.email
    if _NAME.fullmatch(name) is None or name == accounts.ROOT:
        raise ConfigError("user create: a name takes 1 to 64 of A-Z a-z 0-9 _ + = , . @ -, and is not root")
    if canonical_id is not None and _ID.fullmatch(canonical_id) is None:
        raise ConfigError("user create: an id takes 64 hexadecimal digits, letters in lower case")
    if email is not None:
        email = email.lower()
        if len(email) > _MOST or _EMAIL.fullmatch(email) is None:
            raise ConfigError("user create: the address is not one of email")
    shown = name if given.display_name is None else given.display_name
    if not shown.isprintable() or not 1 <= len(shown) <= _MOST:
        raise ConfigError(f"user create: a display name takes 1 to {_MOST} printable characters")
    canonical_id = canonical_id or accounts.new_canonical_id()

    made = on_database(settings, lambda db: accounts.create(db, canonical_id, name, shown, email))
    document = {**_named(made), "email": email}
    if given.json:
        say(json.dumps(document, indent=2))
    else:
        say(f"created user {name} with the canonical id {made.canonical_id}")
    return 0


def run_list(settings: Settings, given: argparse.Namespace) -> int:
    """Print all users."""
    found = on_database(settings, accounts.all_accounts)
    if given.json:
        say(json.dumps([_as_json(one) for one in found], indent=2))
        return 0
    head = ["name", "display name", "email", "keys", "state", "canonical id"]
    for line in table([head, *([*_cells(one)] for one in found)]):
        say(line)
    return 0


def run_disable(settings: Settings, given: argparse.Namespace) -> int:
    """Disable a user."""
    on_database(settings, lambda db: accounts.set_disabled(db, given.name, True))
    say(f"disabled user {given.name}")
    return 0


def run_enable(settings: Settings, given: argparse.Namespace) -> int:
    """Enable a user."""
    on_database(settings, lambda db: accounts.set_disabled(db, given.name, False))
    say(f"enabled user {given.name}")
    return 0


def run_delete(settings: Settings, given: argparse.Namespace) -> int:
    """Delete a user."""
    on_database(settings, lambda db: accounts.delete(db, given.name))
    say(f"deleted user {given.name}")
    return 0


def _named(account: Account) -> dict[str, Any]:
    return {
        "name": account.name,
        "id": account.canonical_id,
        "display_name": account.display_name,
        "arn": user_arn(account),
    }


def _as_json(one: ListedAccount) -> dict[str, Any]:
    return {
        **_named(one.account),
        "email": one.email,
        "disabled": one.disabled,
        "root": one.account.is_root,
        "keys": one.keys,
        "created_at": one.created_at.isoformat(),
    }


def _cells(one: ListedAccount) -> list[str]:
    account = one.account
    state = "disabled" if one.disabled else "root" if account.is_root else "enabled"
    return [account.name, account.display_name, one.email or "-", str(one.keys), state, account.canonical_id]
