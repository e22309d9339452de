"""`s3gw backend`: the places that packs are in; list, add, change, remove them. `s3gw rebalance`."""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from typing import TYPE_CHECKING, Any

from s3gw import app, backend_url
from s3gw.backends.opening import open_backend
from s3gw.cli import progress
from s3gw.cli.compact import rate
from s3gw.cli.on_database import on_database
from s3gw.cli.output import complain, say, size, table
from s3gw.config import Settings
from s3gw.db import backends, instances
from s3gw.db.backends import Listed
from s3gw.db.instances import STATES
from s3gw.db.pool import Database
from s3gw.errors import ConfigError, GatewayError
from s3gw.jobs.job import Progress
from s3gw.jobs.replicate import balancer
from s3gw.jobs.throttle import Throttle

if TYPE_CHECKING:
    from s3gw.cli.options import Commands

_PATIENCE = 5.0
"""Seconds that a backend has to answer, to be listed as one that does."""
_HEAVIEST = 1000


def add(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Add the commands to the grammar."""
    parser = commands.add_parser("backend", help="the places that packs are in")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    listing = actions.add_parser("list", parents=[common], help="what there are, and how they do")
    listing.add_argument("--json", action="store_true", help="for machines")
    listing.set_defaults(run=run_list)
    adding = actions.add_parser(
        "add",
        parents=[common],
        help="a further one",
        description="Marks the place and registers it. Gateways open it at their next start, without being "
        "given it; `s3gw rebalance` then moves its share there.",
    )
    adding.add_argument("name", metavar="NAME")
    adding.add_argument("url", metavar="URL", help="as --backend takes it")
    adding.add_argument(
        "--weight", type=_weight, default=1, metavar="NUMBER", help="its share, beside others"
    )
    adding.set_defaults(run=run_add)
    changing = actions.add_parser("set", parents=[common], help="change its weight or state")
    changing.add_argument("name", metavar="NAME")
    changing.add_argument("--weight", type=_weight, metavar="NUMBER", help="its share, beside others")
    changing.add_argument(
        "--state",
        choices=STATES,
        help="active; draining: its packs move elsewhere; read-only: they stay, and none are added; dead: "
        "they are lost, and made anew from other copies",
    )
    changing.set_defaults(run=run_set)
    removing = actions.add_parser("remove", parents=[common], help="forget one that is empty")
    removing.add_argument("name", metavar="NAME")
    removing.set_defaults(run=run_remove)
    balancing = commands.add_parser(
        "rebalance",
        parents=[common],
        help="bring every pack to the backends where it belongs",
        description="Walks through all packs, and copies what belongs elsewhere since backends came or "
        "went. Safe beside running gateways, and may be interrupted at any time.",
    )
    balancing.add_argument("--rate", type=rate, metavar="SIZE", help="bytes a second that are copied (any)")
    balancing.set_defaults(run=run_rebalance)


def run_list(settings: Settings, given: argparse.Namespace) -> int:
    """Print all backends."""

    async def work(db: Database) -> list[tuple[Listed, dict[str, Any]]]:
        found = await backends.listed(db)
        return list(zip(found, await asyncio.gather(*map(_health, found)), strict=True))

    found = on_database(settings, work)
    if given.json:
        say(json.dumps([_as_json(one, health) for one, health in found], indent=2))
        return 0
    head = ["name", "state", "weight", "packs", "bytes", "free", "answers", "url"]
    for line in table([head, *(_cells(one, health) for one, health in found)]):
        say(line)
    return 0


def run_add(settings: Settings, given: argparse.Namespace) -> int:
    """Mark and register a backend."""
    location = backend_url.parse(given.url, given.name)

    async def work(db: Database) -> None:
        async with instances.starting(db):
            await app.add_backend(db, location, given.weight)

    on_database(settings, work)
    say(f"added {given.name}, which gateways use from their next start; `s3gw rebalance` moves its share")
    return 0


def run_set(settings: Settings, given: argparse.Namespace) -> int:
    """Change a backend."""
    if given.weight is None and given.state is None:
        raise ConfigError("backend set: give --weight or --state")
    changed = on_database(
        settings, lambda db: backends.change(db, given.name, weight=given.weight, state=given.state)
    )
    return _told(changed, given.name, "changed")


def run_remove(settings: Settings, given: argparse.Namespace) -> int:
    """Forget a backend."""

    async def work(db: Database) -> bool:
        found = [one for one in await backends.listed(db) if one.row.name == given.name]
        for one in found:
            if one.packs or one.doomed:
                raise ConfigError(
                    f"backend remove: {one.packs} copies of packs are on {given.name}, and {one.doomed} are "
                    "to be unlinked: set it draining, and let rebalance and collect empty it"
                )
            if one.row.state == "active":
                raise ConfigError(f"backend remove: {given.name} takes packs: set it draining first")
            await instances.forget_backend(db, one.row.id)
        return bool(found)

    return _told(on_database(settings, work), given.name, "removed")


def run_rebalance(settings: Settings, given: argparse.Namespace) -> int:
    """Settle every pack, and say what that took."""
    done = asyncio.run(_rebalance(settings, given.rate or 0))
    say(f"settled {done.counts.get('packs', 0)} packs, copied {size(done.counts.get('bytes', 0))}")
    if damaged := done.counts.get("damaged", 0):
        complain(f"{damaged} packs have no whole copy; see the log")
    return 1 if damaged else 0


async def _rebalance(settings: Settings, rate: int) -> Progress:
    done = Progress(throttle=Throttle(rate=rate))
    async with app.storage(settings) as (db, opened):
        mover = balancer(db, opened, settings)
        async with progress.shown("rebalancing", done):
            await mover.rebalance(done)
            await mover.repair(done)
    return done


def _told(done: bool, name: str, what: str) -> int:
    if not done:
        complain(f"there is no backend {name!r}")
        return 1
    say(f"{what} {name}")
    return 0


async def _health(one: Listed) -> dict[str, Any]:
    """Whether the backend answers, how fast, and what room it has."""
    if one.row.state == "dead":
        return {"error": "dead"}
    backend = open_backend(backend_url.parse(one.row.url), identity=one.row.identity)
    began = time.monotonic()
    try:
        async with asyncio.timeout(_PATIENCE):
            await backend.marker()
            took = time.monotonic() - began
            space = await backend.space()
    except (GatewayError, OSError, TimeoutError) as error:
        return {"error": str(error) or "no answer"}
    finally:
        await backend.close()
    return {"ms": round(took * 1e3, 1), "free": None if space is None else space.free}


def _as_json(one: Listed, health: dict[str, Any]) -> dict[str, Any]:
    row = one.row
    told = {"name": row.name, "url": row.url, "state": row.state, "weight": row.weight}
    return {**told, "packs": one.packs, "bytes": one.bytes, "to_unlink": one.doomed, **health}


def _cells(one: Listed, health: dict[str, Any]) -> list[str]:
    row = one.row
    free = health.get("free")
    answers = f"{health['ms']} ms" if "ms" in health else health["error"]
    counts = [str(row.weight), str(one.packs), size(one.bytes), "-" if free is None else size(free)]
    return [row.name, row.state, *counts, answers, row.url]


def _weight(text: str) -> int:
    value = int(text)
    if not 1 <= value <= _HEAVIEST:
        raise ValueError
    return value
