"""SIGHUP: settings are read afresh, and workers replaced one after another."""

from __future__ import annotations

import asyncio
import logging
import os
import signal
from collections.abc import Callable
from dataclasses import fields, replace

from s3gw.app import logs
from s3gw.app.foundation import Foundation
from s3gw.app.signals import Ending
from s3gw.app.supervisor import Supervisor
from s3gw.config import Settings
from s3gw.errors import ConfigError

log = logging.getLogger("s3gw.app")

Reread = Callable[[], Settings]
"""Gives the settings as they would be for a gateway started now. Raises ConfigError."""

KEPT = frozenset(
    {
        *("data", "listen", "workers", "database_url", "backend", "collect_interval", "margins"),
        *(
            "master_key",
            "other_master_keys",
            "metrics_listen",
            "metrics_token",
            "metrics_interval",
            "lifecycle_day",
        ),
        *("website_listen", "access_log_interval"),
        *("notify", "notify_keep", "notify_limit"),
    }
)
"""Settings of what stands under the workers or runs beside them in the parent: they need a restart."""


class Reloading:
    """Hears SIGHUP, and does one reload at a time; what is asked meanwhile is one more afterwards.

    A terminal that is closed sends SIGHUP, too: then the gateway that was started in it is `ending`.
    """

    def __init__(self, ending: Ending) -> None:
        self._ending = ending
        self._in_terminal = _has_terminal()
        self._asked = asyncio.Event()
        asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, self._hear)

    def _hear(self) -> None:
        if not self._in_terminal or _has_terminal():
            self._asked.set()
        elif not self._ending.asked:
            self._ending.ask(signal.SIGHUP)

    async def run(self, supervisor: Supervisor, ground: Foundation, reread: Reread) -> None:
        """Reload whenever it is asked for, until cancelled."""
        while True:
            await self._asked.wait()
            self._asked.clear()
            ground = await _reload(supervisor, ground, reread)

    async def decline(self) -> None:
        """Say why there is no reload, whenever it is asked for, until cancelled."""
        while True:
            await self._asked.wait()
            self._asked.clear()
            log.warning(
                "SIGHUP: a gateway that is one process cannot replace it, and nothing has changed; "
                "restart it, or run it with workers = 2 or more"
            )


async def _reload(supervisor: Supervisor, ground: Foundation, reread: Reread) -> Foundation:
    """One reload; what new workers stand on from now on."""
    try:
        settings = merged(ground.settings, reread())
        after = replace(ground, settings=settings, credentials=ground.directory.credentials(settings))
    except ConfigError as error:
        log.error("reload: %s; nothing has changed", error)  # noqa: TRY400 - not a fault of the gateway
        return ground
    log.info("reload: replacing %d workers", settings.workers)
    if not await supervisor.replace(after):
        log.error("reload: a new worker did not start; those that were not replaced go on as before")
        return ground
    logs.configure(settings.log_format)
    log.info("reload: every worker is replaced")
    return after


def _has_terminal() -> bool:
    """Whether the process has a terminal that is still there."""
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY))
    except OSError:
        return False
    return True


def merged(running: Settings, fresh: Settings) -> Settings:
    """The fresh settings, but for those that need a restart, of which one line tells."""
    known = {one.name for one in fields(Settings)} & KEPT
    kept = {name: getattr(running, name) for name in known if getattr(running, name) != getattr(fresh, name)}
    if kept:
        log.warning("reload: a change of %s needs a restart and is left out", ", ".join(sorted(kept)))
    return replace(fresh, **kept)
