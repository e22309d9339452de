"""`s3gw stats`: what the store holds, what it costs on disk, and what is saved."""

from __future__ import annotations

import argparse
import asyncio
import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from s3gw import app
from s3gw.cli import output
from s3gw.config import Settings
from s3gw.db import stats
from s3gw.db.stats import UnderKey

if TYPE_CHECKING:
    from s3gw.cli.options import Commands

OVERALL = (
    "objects",
    "logical_bytes",
    "unique_bytes",
    "stored_bytes",
    "dead_bytes",
    "chunks",
    "packs",
    "savings_percent",
    "metadata_bytes",
)
OF_BUCKET = tuple(name for name in OVERALL if name not in ("dead_bytes", "packs", "metadata_bytes"))


def add(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Add the command to the grammar."""
    parser = commands.add_parser("stats", parents=[common], help="what is stored, and what is saved")
    parser.add_argument("--json", action="store_true", help="numbers for machines, sizes in bytes")
    parser.set_defaults(run=run)


def run(settings: Settings, given: argparse.Namespace) -> int:
    """Print the statistics of the whole store and of every bucket."""
    overall, buckets, keys = asyncio.run(_collect(settings))
    if given.json:
        document = {
            **as_json(overall, OVERALL),
            "buckets": {name: as_json(found, OF_BUCKET) for name, found in buckets.items()},
            "keys": [asdict(key) for key in keys],
        }
        output.say(json.dumps(document, indent=2))
        return 0
    for line in [*lines(overall, buckets), *key_lines(keys)]:
        output.say(line)
    return 0


async def _collect(settings: Settings) -> tuple[stats.Stats, dict[str, stats.Stats], list[UnderKey]]:
    async with app.database(settings) as db:
        return await stats.overall(db), await stats.by_bucket(db), await stats.by_key(db)


def as_json(found: stats.Stats, names: tuple[str, ...]) -> dict[str, Any]:
    """The named numbers; percentages with two digits."""
    values = {name: getattr(found, name) for name in names}
    values["savings_percent"] = round(found.savings_percent, 2)
    return values


def lines(overall: stats.Stats, buckets: dict[str, stats.Stats]) -> list[str]:
    """A table for people: sizes with units, one column for the store and a row for each bucket."""
    rows = [[name.replace("_", " "), _cell(overall, name)] for name in OVERALL]
    shown = output.table(rows)
    if buckets:
        head = ["bucket", *(name.replace("_", " ") for name in OF_BUCKET)]
        body = [[name, *(_cell(found, column) for column in OF_BUCKET)] for name, found in buckets.items()]
        shown += ["", *output.table([head, *body])]
    return shown


def key_lines(keys: list[UnderKey]) -> list[str]:
    """A table of what stands under which version of which key; nothing where nothing is encrypted."""
    if not any(key.name for key in keys):
        return []
    head = ["key", "version", "state", "chunks", "stored bytes"]
    return ["", *output.table([head, *map(_key_cells, keys)])]


def _key_cells(key: UnderKey) -> list[str]:
    number = "-" if key.number is None else str(key.number)
    state = "-" if key.name is None else "current" if key.is_current else "old"
    return [key.name or "(not encrypted)", number, state, str(key.chunks), output.size(key.stored_bytes)]


def _cell(found: stats.Stats, name: str) -> str:
    value = getattr(found, name)
    if value is None:
        return "-"
    if name == "savings_percent":
        return f"{value:.2f} %"
    return output.size(value) if name.endswith("_bytes") else str(value)
