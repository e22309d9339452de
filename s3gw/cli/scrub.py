"""`s3gw scrub`: verify every copy of every pack, and repair what is not whole."""

from __future__ import annotations

import argparse
import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

from s3gw import app
from s3gw.cli import progress
from s3gw.cli.compact import rate
from s3gw.cli.output import complain, say
from s3gw.config import Settings
from s3gw.db import scrub
from s3gw.jobs.job import Progress
from s3gw.jobs.replicate import balancer
from s3gw.jobs.scrub import scrubber
from s3gw.jobs.throttle import Throttle

if TYPE_CHECKING:
    from s3gw.cli.options import Commands

_MOST = 1000
"""Keys that are told of."""


def add(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Add the command to the grammar."""
    parser = commands.add_parser(
        "scrub",
        parents=[common],
        help="verify all that is stored, and repair it from other copies",
        description="Reads every copy of every pack, or with --due those that the job of a gateway would "
        "read now. What is not whole is made anew from another copy; keys whose bytes no copy has are told. "
        "Safe beside a running gateway; may be interrupted, and --due then goes on where it ended.",
    )
    parser.add_argument("--due", action="store_true", help="only what was not verified for scrub_period")
    parser.add_argument("--rate", type=rate, metavar="SIZE", help="bytes a second that are read (any)")
    parser.set_defaults(run=run)


def run(settings: Settings, given: argparse.Namespace) -> int:
    """Scrub, repair, and say what is left that is not whole."""
    period = settings.scrub_period if given.due else 0.0
    return asyncio.run(_scrub(replace(settings, scrub_period=period), given.rate or 0))


async def _scrub(settings: Settings, rate: int) -> int:
    done, repaired = Progress(throttle=Throttle(rate=rate)), Progress(throttle=Throttle(rate=rate))
    async with app.storage(settings) as (db, backends):
        verifier = scrubber(db, backends, settings)
        async with progress.shown("scrubbing", done):
            await verifier.run(done)
        counts = done.counts
        say(f"verified {counts.get('copies', 0)} copies of packs, {counts.get('damaged', 0)} damaged")
        await balancer(db, backends, settings).repair(repaired)
        if packs := repaired.counts.get("packs", 0) - repaired.counts.get("damaged", 0):
            say(f"repaired {packs} packs")
        left = await scrub.damaged(db)
        for damage in left:
            complain(f"pack {damage.pack_id}: copy {damage.blob} on {damage.backend} is not whole")
        lost = await verifier.lost(_MOST)
    for one in lost:
        complain(f"lost bytes: {one.address}")
    return 1 if left else 0
