"""`s3gw fsck`: whether metadata, packs and keys fit together; mends what can be mended without loss."""

from __future__ import annotations

import argparse
import asyncio
import json
from dataclasses import asdict
from typing import TYPE_CHECKING

from s3gw import app
from s3gw.cli import progress
from s3gw.cli.output import complain, say, size
from s3gw.config import Settings
from s3gw.db import instances, stats
from s3gw.fsck.check import Fsck
from s3gw.fsck.findings import Finding
from s3gw.fsck.packs import Depth
from s3gw.jobs.job import Progress

if TYPE_CHECKING:
    from s3gw.cli.options import Commands


def add(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Add the command to the grammar."""
    parser = commands.add_parser(
        "fsck",
        parents=[common],
        help="check metadata, packs and keys against each other",
        description="Checks that what the database says is so: bodies of objects, manifests, chunks, and in "
        "every copy of every pack the frame of each chunk. Says what each finding means, which objects it "
        "concerns, and what to do. Safe beside running gateways; may be interrupted. Exit status 1 where "
        "something is not as it should be.",
    )
    depth = parser.add_mutually_exclusive_group()
    depth.add_argument(
        "--quick", action="store_true", help="of packs only that their files are there, and long enough"
    )
    depth.add_argument(
        "--read", action="store_true", help="read all bytes, and compare them with checksums and digests"
    )
    parser.add_argument("--repair", action="store_true", help="mend what can be mended without loss")
    parser.add_argument(
        "--rebuild",
        action="store_true",
        help="take back packs that no row names, with rows for their chunks, from the packs alone",
    )
    parser.add_argument(
        "--from-pack",
        type=int,
        default=0,
        metavar="ID",
        help="go on behind this pack, where a check broke off",
    )
    parser.add_argument("--json", action="store_true", help="one JSON document a line, the last a summary")
    parser.set_defaults(run=run)


def run(settings: Settings, given: argparse.Namespace) -> int:
    """Check, mend, tell."""
    return asyncio.run(_fsck(settings, given))


async def _fsck(settings: Settings, given: argparse.Namespace) -> int:
    done = Progress()
    teller = _Teller(given.json)
    async with app.storage(settings) as (db, backends):
        fsck = Fsck(
            db,
            backends,
            {row.id: row.name for row in await instances.backends(db)},
            app.masters_of(settings),
            settings,
            Depth(frames=not given.quick, bytes=given.read),
            repair=given.repair,
            rebuild=given.rebuild,
            from_pack=given.from_pack,
            progress=done,
        )
        try:
            async with progress.shown("checking", done):
                async for finding in fsck.run():
                    teller.tell(finding)
        except asyncio.CancelledError:
            complain(f"broken off; go on with --from-pack {fsck.last_pack}")
            raise
        overall = await stats.overall(db)
    teller.sum_up(fsck, overall)
    return 1 if teller.bad else 0


class _Teller:
    """Tells of findings as they come; what a kind of them means, once."""

    def __init__(self, as_json: bool) -> None:
        self._json = as_json
        self._explained: set[str] = set()
        self.bad = 0
        self._counts: dict[str, int] = {}

    def tell(self, finding: Finding) -> None:
        self.bad += finding.counts
        self._counts[finding.kind] = self._counts.get(finding.kind, 0) + 1
        if self._json:
            say(json.dumps(_document(finding)))
            return
        mended = " (mended)" if finding.mended else ""
        say(f"{finding.about.severity}: {finding.subject}: {finding.what} [{finding.kind}]{mended}")
        for address in finding.objects:
            say(f"  concerns {address}")
        if finding.kind not in self._explained:
            self._explained.add(finding.kind)
            say(f"  {finding.about.meaning}")
            say(f"  What to do: {finding.about.advice}.")

    def sum_up(self, fsck: Fsck, overall: stats.Stats) -> None:
        counts = fsck.progress.counts
        if self._json:
            rebuilt = None if fsck.rebuilt is None else asdict(fsck.rebuilt)
            document = {
                "findings": self._counts,
                "bad": self.bad,
                "checked": counts,
                "rebuilt": rebuilt,
                "store": asdict(overall),
            }
            say(json.dumps({"summary": document}))
            return
        packs = f"{counts.get('packs', 0)} packs in {counts.get('copies', 0)} copies"
        say(
            f"checked {overall.objects} versions ({size(overall.logical_bytes)}), {overall.chunks} chunks "
            f"({size(overall.unique_bytes)}), {packs}; {size(overall.stored_bytes)} are stored, "
            f"{size(overall.dead_bytes or 0)} of them dead"
        )
        if unverified := counts.get("unverified", 0):
            say(
                f"{unverified} chunks have their checksums, and could not be compared with their digests: "
                "their keys are customers', or lost"
            )
        if (taken := fsck.rebuilt) is not None:
            say(
                f"took back {taken.packs} packs and {taken.copies} copies: {taken.made} rows of chunks made, "
                f"{taken.moved} corrected, {taken.refused} chunks refused"
            )
        say("everything is as it should be" if not self.bad else f"{self.bad} findings")


def _document(finding: Finding) -> dict[str, object]:
    return {
        "kind": finding.kind,
        "severity": finding.about.severity,
        "subject": finding.subject,
        "what": finding.what,
        "objects": list(finding.objects),
        "meaning": finding.about.meaning,
        "advice": finding.about.advice,
        "mended": finding.mended,
    }
