"""The store of one process: opened on what the parent has laid, closed with its open packs sealed."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager

from s3gw.app.foundation import Foundation
from s3gw.backends.base import Backend
from s3gw.backends.disk import Disk
from s3gw.db.pool import Database
from s3gw.errors import GatewayError
from s3gw.sealing import Masters
from s3gw.storage.keys import Keys
from s3gw.storage.store import Store

log = logging.getLogger("s3gw.app")

FOLLOW = 5.0
"""Seconds between two looks for keys that others have made: one small statement."""


@asynccontextmanager
async def opened(
    ground: Foundation, db: Database, backends: Mapping[int, Backend], masters: Masters
) -> AsyncIterator[Store]:
    """A store with the keys of this gateway."""
    async with AsyncExitStack() as stack:
        keys = Keys(db, masters)
        await keys.follow()
        rows = _embedded(ground)
        if rows is not None:
            stack.push_async_callback(rows.close)
        store = Store(db, backends, ground.settings, ground.instance, ground.placing(), keys, rows)
        stack.push_async_callback(_close, store)
        following = asyncio.create_task(_follow(store), name="follow")
        stack.push_async_callback(_ended, following)
        yield store


def _embedded(ground: Foundation) -> Disk | None:
    """Where the embedded database writes."""
    if ground.settings.database_url is not None:
        return None
    settings = ground.settings
    reserve = settings.reserve if settings.database_reserve is None else settings.database_reserve
    return Disk(ground.directory.path, reserve=reserve, make=False)


async def _follow(store: Store) -> None:
    """Encrypt by what another gateway or a command has made, soon after; end packs that lack copies."""
    while True:
        await asyncio.sleep(FOLLOW)
        store.make_up()
        try:
            await store.follow_keys()
        except GatewayError as error:
            log.warning("keys that were made meanwhile are not known yet: %s", error)


async def _ended(task: asyncio.Task[None]) -> None:
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def _close(store: Store) -> None:
    try:
        await store.close()
    except GatewayError as error:  # the next start seals what this one could not
        log.warning("the open packs could not be sealed: %s", error)
