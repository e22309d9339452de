"""The `s3gw` command. Exit status: 0 done, 1 it could not be done now, 2 wrong usage or settings."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from importlib.metadata import version

from s3gw import config
from s3gw.cli import (
    backends,
    buckets,
    compact,
    database,
    fsck,
    gc,
    jobs,
    keys,
    kms,
    options,
    scrub,
    serve,
    stats,
    users,
)
from s3gw.cli.output import complain
from s3gw.config import Settings
from s3gw.errors import ConfigError, GatewayError

Command = Callable[[Settings, argparse.Namespace], int]


def parser() -> argparse.ArgumentParser:
    """The grammar of all commands."""
    top = argparse.ArgumentParser(
        prog="s3gw", description="An S3-compatible object gateway that stores every byte once."
    )
    top.add_argument("--version", action="version", version=f"s3gw {version('s3gw')}")
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")
    common = options.common()
    for add in (serve, stats, gc, compact, scrub, fsck, backends, buckets, jobs, users, keys, kms, database):
        add.add(commands, common)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; the exit status."""
    given = parser().parse_args(arguments)
    run: Command = given.run
    try:
        return run(config.load(vars(given)), given)
    except ConfigError as error:
        complain(str(error))
        return 2
    except GatewayError as error:
        complain(str(error))
        return 1
    except KeyboardInterrupt:
        return 130
