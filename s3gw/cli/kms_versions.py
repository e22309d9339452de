"""`s3gw kms reencrypt` and `retire`: the way of old versions of a key, out of use and out of the database."""

from __future__ import annotations

import argparse
import asyncio
from typing import TYPE_CHECKING

from s3gw import app
from s3gw.cli import progress
from s3gw.cli.on_database import on_database
from s3gw.cli.output import complain, say, size
from s3gw.config import Settings
from s3gw.db import encryption_keys, jobs, rekeying
from s3gw.db.pool import Database
from s3gw.jobs import reencrypt
from s3gw.jobs.compact import compacting
from s3gw.jobs.job import Progress
from s3gw.jobs.reencrypt import Reencryptor
from s3gw.storage.packs import Placing

if TYPE_CHECKING:
    from s3gw.cli.options import Commands


def add(actions: Commands, common: argparse.ArgumentParser) -> None:
    """Add both to the grammar of `s3gw kms`."""
    action = actions.add_parser(
        "reencrypt",
        parents=[common],
        help="have what older versions of a key have encrypted encrypted anew, by the job reencrypt",
    )
    action.add_argument("name", metavar="NAME")
    action.add_argument(
        "--now", action="store_true", help="do it in this command, beside a running gateway or without one"
    )
    action.set_defaults(run=leave)
    action = actions.add_parser(
        "retire", parents=[common], help="remove the older versions of a key that nothing is encrypted by"
    )
    action.add_argument("name", metavar="NAME")
    action.set_defaults(run=retire)


def leave(settings: Settings, given: argparse.Namespace) -> int:
    """Tell the gateways to leave the older versions, or do so."""
    if given.now:
        return asyncio.run(_now(settings, given.name))

    async def work(db: Database) -> int:
        if not await _is_there(db, given.name):
            return 1
        if await _marked(db, given.name):
            await jobs.register(db, [reencrypt.NAME])
            await jobs.want(db, reencrypt.NAME)
            say(f"the job {reencrypt.NAME} of the gateways does it; s3gw jobs shows how far it is")
        return 0

    return on_database(settings, work)


def retire(settings: Settings, given: argparse.Namespace) -> int:
    """Remove what is not used; what is stays, and is told."""

    async def work(db: Database) -> int:
        if not await _is_there(db, given.name):
            return 1
        found = await rekeying.older(db, given.name)
        kept = [number for number in found if not await rekeying.remove(db, number)]
        for number in found:
            if number not in kept:
                say(f"removed version {number}")
        if kept:
            numbers = ", ".join(map(str, kept))
            complain(f"still in use: {numbers}; see s3gw stats, and have it left by s3gw kms reencrypt")
        elif not found:
            say("there is no older version")
        return 1 if kept else 0

    return on_database(settings, work)


async def _now(settings: Settings, name: str) -> int:
    done = Progress()
    async with app.storage(settings) as (db, backends):
        if not await _is_there(db, name):
            return 1
        if not await _marked(db, name):
            return 0
        keys = app.keys_of(db, settings)
        placing = Placing(settings.replicas, settings.needed_replicas)
        compacts = compacting(db, backends, settings, placing=placing, keys=keys)
        async with compacts as compactor, progress.shown("encrypting", done):
            await Reencryptor(db, compactor, keys).run(done)
    say(f"encrypted {size(done.counts.get('bytes', 0))} anew; s3gw kms retire {name} removes what was left")
    return 0


async def _is_there(db: Database, name: str) -> bool:
    if await encryption_keys.named(db, name) is None:
        complain(f"there is no key {name!r}")
        return False
    return True


async def _marked(db: Database, name: str) -> bool:
    found = await rekeying.leave(db, name)
    if not found:
        say("there is no older version")
    return bool(found)
