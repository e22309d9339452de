"""`s3gw db`: look after the database."""

from __future__ import annotations

import argparse
import asyncio
from typing import TYPE_CHECKING

from s3gw import app
from s3gw.config import Settings

if TYPE_CHECKING:
    from s3gw.cli.options import Commands


def add(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Add the commands to the grammar."""
    parser = commands.add_parser("db", help="look after the database")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    migrate = actions.add_parser("migrate", parents=[common], help="bring the tables up to date")
    migrate.set_defaults(run=run_migrate)


def run_migrate(settings: Settings, given: argparse.Namespace) -> int:
    """Apply what is missing."""
    asyncio.run(_migrate(settings))
    return 0


async def _migrate(settings: Settings) -> None:
    async with app.database(settings):
        pass
