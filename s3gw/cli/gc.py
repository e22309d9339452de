"""`s3gw gc`: remove now what nothing names any more."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from s3gw.config import Settings
from s3gw.errors import ConfigError

if TYPE_CHECKING:
    from s3gw.cli.options import Commands


def add(commands: Commands, common: argparse.ArgumentParser) -> None:
    """Add the command to the grammar."""


def run(settings: Settings, given: argparse.Namespace) -> int:
    """Collect."""
    raise ConfigError("not yet")
