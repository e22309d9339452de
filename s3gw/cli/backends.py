"""`s3gw backend`: the places that packs are in; list, add, change, remove them. `s3gw rebalance`."""

from __future__ import annotations

import argparse
import asyncio
import json
import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from s3gw import app, backend_url
from s3gw.app import reporting
from s3gw.backends.base import Reserve
from s3gw.backends.opening import open_backend
from s3gw.cli import progress
from s3gw.cli.compact import rate
from s3gw.cli.on_database import on_database
from s3gw.cli.output import complain, say, size, table
from s3gw.config import Settings
from s3gw.db import backends, instances
from s3gw.db.backends import Listed, Report
from s3gw.db.instances import STATES
from s3gw.db.pool import Database
from s3gw.errors import ConfigError, GatewayError
from s3gw.jobs.job import Progress
from s3gw.jobs.replicate import balancer
from s3gw.jobs.throttle import Throttle
from s3gw.sizes import parse_size

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
        description="Marks the place and registers it. Gateways that run open it within seconds, and without "
        "being given it at their next start; `s3gw rebalance` then moves its share there.",
    )
    adding.add_argument("name", metavar="NAME")
    adding.add_argument("url", metavar="URL", help="as --backend takes it")
    adding.add_argument(
        "--weight", type=_weight, default=1, metavar="NUMBER", help="its share, beside others"
    )
    adding.add_argument("--reserve", type=_size, metavar="SIZE", help="bytes that are left free on it")
    adding.set_defaults(run=run_add)
    changing = actions.add_parser("set", parents=[common], help="change its weight, state or reserve")
    changing.add_argument("name", metavar="NAME")
    changing.add_argument("--weight", type=_weight, metavar="NUMBER", help="its share, beside others")
    changing.add_argument(
        "--state",
        choices=STATES,
        help="active; draining: its packs move elsewhere; read-only: they stay, and none are added; dead: "
        "they are lost, and made anew from other copies",
    )
    changing.add_argument("--reserve", type=_size, metavar="SIZE", help="bytes that are left free on it")
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
        told = await backends.reports(db, reporting.HOLDS)
        reserves = [one.row.reserve if one.row.reserve is not None else settings.reserve for one in found]
        health = await asyncio.gather(*map(_health, found, reserves))
        met = [_met([report for report in told if report.backend_id == one.row.id]) for one in found]
        return [(one, has | was) for one, has, was in zip(found, health, met, strict=True)]

    found = on_database(settings, work)
    if given.json:
        say(json.dumps([_as_json(one, health) for one, health in found], indent=2))
        return 0
    head = ["name", "state", "weight", "packs", "bytes", "free", "answers", "calls", "breaker", "url"]
    for line in table([head, *(_cells(one, health) for one, health in found)]):
        say(line)
    return 0


def run_add(settings: Settings, given: argparse.Namespace) -> int:
    """Mark and register a backend."""
    location = backend_url.parse(given.url, given.name)
    if given.reserve is not None:
        backend_url.reserving(location, given.reserve)  # refuses it where it means nothing

    async def work(db: Database) -> None:
        async with instances.starting(db):
            await app.add_backend(db, location, given.weight, given.reserve)

    on_database(settings, work)
    say(f"added {given.name}, which gateways use within seconds; `s3gw rebalance` moves its share there")
    return 0


def run_set(settings: Settings, given: argparse.Namespace) -> int:
    """Change a backend."""
    if given.weight is None and given.state is None and given.reserve is None:
        raise ConfigError("backend set: give --weight, --state or --reserve")

    async def work(db: Database) -> bool:
        for one in await instances.backends(db):
            if one.name == given.name and given.reserve is not None:
                backend_url.reserving(backend_url.parse(one.url), given.reserve)
        return await backends.change(
            db, given.name, weight=given.weight, state=given.state, reserve=given.reserve
        )

    changed = on_database(settings, work)
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


async def _health(one: Listed, reserve: int) -> dict[str, Any]:
    """Whether the backend answers, how fast, and what room it has above its reserve."""
    if one.row.state == "dead":
        return {"error": "dead"}
    backend = open_backend(
        backend_url.parse(one.row.url),
        reserve=Reserve(reserve),
        identity=one.row.identity,
        silence=_PATIENCE,
    )
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
    if space is None:
        return {"ms": round(took * 1e3, 1), "free": None, "full": None}
    return {
        "ms": round(took * 1e3, 1),
        "free": max(0, space.free),
        "total": space.total,
        "full": space.free <= 0,
    }


def _met(reports: Sequence[Report]) -> dict[str, Any]:
    """What the gateways that run tell of the backend, together."""
    calls = sum(report.calls for report in reports)
    return {
        "gateways": len(reports),
        "processes": sum(report.processes for report in reports),
        "breaker_open": sum(report.down for report in reports),
        "calls": calls,
        "calls_failed": sum(report.failures for report in reports),
        "calls_ms": round(sum(report.seconds for report in reports) / calls * 1e3, 2) if calls else None,
    }


def _as_json(one: Listed, health: dict[str, Any]) -> dict[str, Any]:
    row = one.row
    told = {"name": row.name, "url": row.url, "state": row.state, "weight": row.weight}
    told["reserve"] = row.reserve
    return {**told, "packs": one.packs, "bytes": one.bytes, "to_unlink": one.doomed, **health}


def _cells(one: Listed, health: dict[str, Any]) -> list[str]:
    row = one.row
    free = health.get("free")
    answers = f"{health['ms']} ms" if "ms" in health else health["error"]
    state = f"{row.state}, full" if health.get("full") else row.state
    counts = [str(row.weight), str(one.packs), size(one.bytes), "-" if free is None else size(free)]
    calls = "-" if health["calls_ms"] is None else f"{health['calls_ms']} ms"
    if health["calls_failed"]:
        calls += f", {health['calls_failed']} of {health['calls']} failed"
    breaker = "-" if not health["gateways"] else "closed"
    if health["breaker_open"]:
        breaker = f"open in {health['breaker_open']} of {health['processes']}"
    return [row.name, state, *counts, answers, calls, breaker, row.url]


def _size(text: str) -> int:
    try:
        return parse_size("reserve", text)
    except ConfigError as error:
        raise argparse.ArgumentTypeError(str(error)) from None


def _weight(text: str) -> int:
    value = int(text)
    if not 1 <= value <= _HEAVIEST:
        raise ValueError
    return value
