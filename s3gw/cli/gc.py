"""`s3gw gc`: remove now what nothing names any more."""

from __future__ import annotations

import argparse
import asyncio
from typing import TYPE_CHECKING

from s3gw import app
from s3gw.cli.output import say, size
from s3gw.config import Settings
from s3gw.jobs.collect import Freed, collect_now

if TYPE_CHECKING:
    from s3gw.cli.options import Commands


def add(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Add the command to the grammar."""
    parser = commands.add_parser(
        "gc",
        parents=[common],
        help="remove now what nothing names any more",
        description="Removes at once what the background jobs would remove after their margins. Safe beside "
        "a running gateway; a download of an object that was replaced or deleted meanwhile breaks off.",
    )
    parser.add_argument(
        "--grace",
        type=seconds,
        default=0.0,
        metavar="SECONDS",
        help="spare what was let go within this time, for downloads that still run (0)",
    )
    parser.set_defaults(run=run)


def run(settings: Settings, given: argparse.Namespace) -> int:
    """Collect and unlink, and say what that freed."""
    freed = asyncio.run(_collect(settings, given.grace))
    bodies = f"{freed.bodies} replaced or deleted bodies, {freed.uploads} abandoned uploads"
    rest = f"{freed.chunks} chunks, {freed.packs} packs, {freed.blobs} files"
    say(f"freed {size(freed.bytes)}: {bodies}, {rest}")
    return 0


async def _collect(settings: Settings, grace: float) -> Freed:
    async with app.storage(settings) as (db, backends):
        return await collect_now(db, backends, settings.margins, grace=grace)


def seconds(text: str) -> float:
    """A span of time on the command line."""
    value = float(text)
    if not 0 <= value < 1e9:
        raise ValueError
    return value
