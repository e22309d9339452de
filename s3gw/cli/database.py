"""`s3gw db`: look after the database."""

from __future__ import annotations

import argparse
import asyncio
from typing import TYPE_CHECKING

from s3gw.app import DataDirectory, address_of_database
from s3gw.cli import exports
from s3gw.cli.output import say
from s3gw.config import Settings
from s3gw.db.embedded_upgrade import upgrade
from s3gw.db.migrations import Migration, migrate
from s3gw.errors import ConfigError

if TYPE_CHECKING:
    from s3gw.cli.options import Commands


def add(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Add the commands to the grammar."""
    parser = commands.add_parser("db", help="look after the database")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    migrating = actions.add_parser(
        "migrate", parents=[common], help="bring the tables up to date, as every start does"
    )
    migrating.set_defaults(run=run_migrate)
    upgrading = actions.add_parser(
        "upgrade", parents=[common], help="bring the embedded PostgreSQL to the version of this release"
    )
    upgrading.set_defaults(run=run_upgrade)
    exports.add(actions, common)


def run_migrate(settings: Settings, given: argparse.Namespace) -> int:
    """Apply the migrations that are missing."""
    applied = asyncio.run(_migrate(settings))
    for one in applied:
        say(f"applied {one.version:04d} {one.name}")
    if not applied:
        say("the tables are up to date")
    return 0


async def _migrate(settings: Settings) -> list[Migration]:
    async with address_of_database(settings) as url:
        return await migrate(url)


def run_upgrade(settings: Settings, given: argparse.Namespace) -> int:
    """Upgrade the cluster in the data directory, on which no gateway may run."""
    if settings.database_url is not None:
        raise ConfigError(
            "db upgrade: is for the embedded PostgreSQL; the one of database_url is yours to upgrade"
        )
    directory = DataDirectory.existing(settings.data)
    directory.lock()
    try:
        kept = asyncio.run(upgrade(directory.path))
    finally:
        directory.unlock()
    say(
        "the embedded PostgreSQL is up to date"
        if kept is None
        else f"upgraded; the old cluster is kept in {kept}"
    )
    return 0
