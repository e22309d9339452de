"""`s3gw serve`: run a gateway, and say how to use it."""

from __future__ import annotations

import argparse
import sys
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

from s3gw import app, config
from s3gw.app import Credentials
from s3gw.cli import options
from s3gw.cli.output import say
from s3gw.config import Settings

if TYPE_CHECKING:
    from s3gw.cli.options import Commands

EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "": "127.0.0.1"}  # noqa: S104
"""Addresses that mean all of a machine's, and one by which this machine reaches itself."""


def add(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Add the command to the grammar."""
    parser = commands.add_parser("serve", parents=[common], help="run a gateway")
    options.add(parser, options.SERVE)
    parser.set_defaults(run=run)


def run(settings: Settings, given: argparse.Namespace) -> int:
    """Serve until SIGTERM or SIGINT."""
    return app.serve(settings, announce, lambda: config.load(vars(given)))


def announce(settings: Settings, credentials: Credentials, port: int) -> None:
    """Print the endpoint, the credentials, and lines to paste into a second shell.

    A secret that came from the settings is known to whoever gave it, and is not repeated.
    """
    endpoint = address(settings, port)
    say(f"s3gw {version('s3gw')} serves {endpoint} from {settings.data.resolve()}")
    say()
    say("In a second shell:")
    say()
    say(f"export AWS_ACCESS_KEY_ID={credentials.access_key}")
    if credentials.generated:
        say(f"export AWS_SECRET_ACCESS_KEY={credentials.secret_key}")
    else:
        say("export AWS_SECRET_ACCESS_KEY=…  # the secret_key of your settings")
    say(f"export AWS_DEFAULT_REGION={settings.region}")
    say(f"export AWS_ENDPOINT_URL={endpoint}")
    say(f"{_aws()} s3 mb s3://backup")
    say()


def _aws() -> str:
    """The aws-cli to paste: the one beside this program, if there is one."""
    beside = Path(sys.executable).with_name("aws")
    if not beside.exists():
        return "aws"
    return str(beside.relative_to(Path.cwd()) if beside.is_relative_to(Path.cwd()) else beside)


def address(settings: Settings, port: int) -> str:
    """The URL by which this machine reaches the gateway."""
    host, _ = settings.host_port
    host = EVERYWHERE.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{host}:{port}"
