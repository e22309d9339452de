"""`s3gw bucket`: how the objects of buckets are cut, compressed and deduplicated."""

from __future__ import annotations

import argparse
import json
from typing import TYPE_CHECKING, Any

from s3gw.cli.on_database import on_database
from s3gw.cli.output import say, table
from s3gw.config import CHUNKINGS, Settings
from s3gw.db import bucket_chunking, rechunk
from s3gw.db.bucket_chunking import Change, shown_level
from s3gw.db.pool import Database
from s3gw.db.records import Bucket
from s3gw.errors import ConfigError

if TYPE_CHECKING:
    from s3gw.cli.options import Commands


def add(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Add the commands to the grammar."""
    parser = commands.add_parser("bucket", help="how buckets cut, compress and deduplicate")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", parents=[common], help="all buckets")
    listing.add_argument("--json", action="store_true", help="for machines")
    listing.set_defaults(run=run_list)
    show = actions.add_parser("show", parents=[common], help="one bucket")
    show.add_argument("name", metavar="NAME")
    show.add_argument("--json", action="store_true", help="for machines")
    show.set_defaults(run=run_show)
    change = actions.add_parser("set", parents=[common], help="change a bucket, for every gateway at once")
    change.add_argument("name", metavar="NAME")
    _add_changes(change)
    change.set_defaults(run=run_set)
    again = actions.add_parser(
        "rechunk", parents=[common], help="have all objects looked at by the job rechunk, as after a change"
    )
    again.add_argument("name", metavar="NAME")
    again.set_defaults(run=run_rechunk)


def _add_changes(parser: argparse.ArgumentParser) -> None:
    """Under names of their own: settings of the same names are about new buckets."""
    for option, metavar, text in (
        ("chunking", "PRESET", "how objects are cut, also those that are there: " + ", ".join(CHUNKINGS)),
        ("archive-hints", "on|off", "cut at the members of tar and zip archives"),
        ("compression", "on|off|LEVEL", "of what is written from now on; a level of zstd, 1 to 19"),
        ("dedup", "store|account", "with whom what is written from now on shares chunks"),
    ):
        name = "new_" + option.replace("-", "_")
        parser.add_argument(f"--{option}", dest=name, metavar=metavar, help=text)


def run_list(settings: Settings, given: argparse.Namespace) -> int:
    """Print all buckets."""
    found = on_database(settings, _all)
    if given.json:
        say(json.dumps([_as_json(one) for one in found], indent=2))
        return 0
    head = ["bucket", "owner", "chunking", "archive hints", "compression", "dedup"]
    for line in table([head, *([*_cells(one)] for one in found)]):
        say(line)
    return 0


def run_show(settings: Settings, given: argparse.Namespace) -> int:
    """Print one bucket."""
    document = _as_json(on_database(settings, lambda db: _one(db, given.name)))
    if given.json:
        say(json.dumps(document, indent=2))
        return 0
    for line in table([[name, str(value)] for name, value in document.items()]):
        say(line)
    return 0


def run_set(settings: Settings, given: argparse.Namespace) -> int:
    """Change a bucket."""
    wanted = bucket_chunking.parse(
        given.new_chunking, given.new_archive_hints, given.new_compression, given.new_dedup
    )
    if wanted == Change():
        raise ConfigError("bucket set: nothing is to be changed")

    async def work(db: Database) -> tuple[Bucket, Bucket]:
        before = await _one(db, given.name)
        await bucket_chunking.change(db, given.name, wanted)
        return before, await _one(db, given.name)

    before, after = on_database(settings, work)
    for line in table([[name, str(value)] for name, value in _settings(after).items()]):
        say(line)
    if (before.chunking, before.archive_hints) != (after.chunking, after.archive_hints):
        say("what is stored already will be cut again by the job rechunk")
    return 0


def run_rechunk(settings: Settings, given: argparse.Namespace) -> int:
    """Begin a pass through a bucket."""

    async def work(db: Database) -> None:
        await rechunk.begin_pass(db, (await _one(db, given.name)).id)

    on_database(settings, work)
    say(f"the job rechunk will look at all objects of {given.name}")
    return 0


async def _all(db: Database) -> list[Bucket]:
    found: list[Bucket] = []
    while page := await bucket_chunking.all_buckets(db, found[-1].name if found else ""):
        found += page
    return found


async def _one(db: Database, name: str) -> Bucket:
    found = await bucket_chunking.find(db, name)
    if found is None:
        raise ConfigError(f"there is no bucket {name!r}")
    return found


def _settings(one: Bucket) -> dict[str, Any]:
    return {
        "chunking": one.chunking,
        "archive_hints": "on" if one.archive_hints else "off",
        "compression": shown_level(one.level),
        "dedup": one.dedup,
    }


def _as_json(one: Bucket) -> dict[str, Any]:
    return {
        "name": one.name,
        "owner": one.owner.name,
        "region": one.region,
        "created_at": one.created_at.isoformat(),
        "versioning": one.versioning or "never",
        **_settings(one),
    }


def _cells(one: Bucket) -> list[str]:
    return [one.name, one.owner.name, *map(str, _settings(one).values())]
