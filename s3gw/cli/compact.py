"""`s3gw compact`: copy what lives out of packs that are mostly dead, and merge small ones."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from s3gw import app
from s3gw.backends.base import Backend
from s3gw.cli import progress
from s3gw.cli.gc import seconds
from s3gw.cli.output import say, size
from s3gw.config import Settings, parse_size
from s3gw.db.pool import Database
from s3gw.errors import ConfigError
from s3gw.jobs.collect import Collector, Freed, collect_now
from s3gw.jobs.compact import compacting
from s3gw.jobs.job import Progress
from s3gw.jobs.throttle import Throttle
from s3gw.storage.packs import Placing

if TYPE_CHECKING:
    from s3gw.cli.options import Commands


def add(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Add the command to the grammar."""
    parser = commands.add_parser(
        "compact",
        parents=[common],
        help="give back dead bytes that share packs with live ones",
        description="Judges every pack; what lives in those that are dead enough, or very small, is copied "
        "to new packs. Safe beside a running gateway, and may be interrupted at any time. The old packs go "
        "when the margins are over, or at once with --grace.",
    )
    parser.add_argument(
        "--dead", type=_percent, metavar="PERCENT", help="of a pack that must be dead (compact_dead: 30)"
    )
    parser.add_argument(
        "--rate", type=rate, metavar="SIZE", help="bytes a second that are read at most (any)"
    )
    parser.add_argument(
        "--grace",
        type=seconds,
        metavar="SECONDS",
        help="collect afterwards, and spare only what was let go within this time, as `s3gw gc` does",
    )
    parser.set_defaults(run=run)


def run(settings: Settings, given: argparse.Namespace) -> int:
    """Compact, and say what that was good for."""
    settings = replace(
        settings,
        compact_dead=settings.compact_dead if given.dead is None else given.dead,
    )
    done, freed = asyncio.run(_compact(settings, given.grace, given.rate or 0))
    moved = f"{size(done.counts.get('bytes', 0))} in {done.counts.get('frames', 0)} frames"
    say(f"copied {moved} out of {done.counts.get('packs', 0)} packs")
    if damaged := done.counts.get("damaged", 0):
        say(f"{damaged} frames in use are damaged or missing: their packs stay; see the log")
    if freed is not None:
        say(f"freed {size(freed.bytes)}: {freed.packs} packs, {freed.blobs} files")
    elif done.counts.get("packs"):
        say("their space comes back after the margins; `s3gw gc` gives it back now")
    return 1 if damaged else 0


async def _compact(settings: Settings, grace: float | None, rate: int) -> tuple[Progress, Freed | None]:
    """Collect, so that what was let go counts as dead; compact; collect the packs that this emptied."""
    done = Progress(throttle=Throttle(rate=rate))
    async with app.storage(settings) as (db, backends):
        freed = await _collect(db, backends, settings, grace)
        placing = Placing(settings.replicas, settings.needed_replicas)
        compacts = compacting(db, backends, settings, placing=placing, keys=app.keys_of(db, settings))
        async with compacts as compactor, progress.shown("compacting", done):
            await compactor.run_all(done)
        after = await _collect(db, backends, settings, grace)
    return done, None if freed is None or after is None else freed + after


async def _collect(
    db: Database, backends: Mapping[int, Backend], settings: Settings, grace: float | None
) -> Freed | None:
    """A collection without waiting for the margins where a grace is given; what it freed."""
    if grace is not None:
        return await collect_now(db, backends, settings.margins, grace=grace)
    await Collector(db, backends, settings.margins).run(Progress())
    return None


def _percent(text: str) -> float:
    value = float(text.removesuffix("%"))
    if not 1 <= value <= 99:
        raise ValueError
    return value


def rate(text: str) -> int:
    """Bytes a second, as an option gives them."""
    try:
        return parse_size("rate", text)
    except ConfigError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
