"""The store of one process: opened on what the parent has laid, closed with its open packs sealed."""

from __future__ import annotations

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


@asynccontextmanager
async def opened(
    ground: Foundation, db: Database, backends: Mapping[int, Backend], masters: Masters
) -> AsyncIterator[Store]:
    """A store with the keys of this gateway."""
    async with AsyncExitStack() as stack:
        keys = Keys(db, masters)
        await keys.load()
        rows = _embedded(ground)
        if rows is not None:
            stack.push_async_callback(rows.close)
        store = Store(db, backends, ground.settings, ground.instance, ground.placing(), keys, rows)
        stack.push_async_callback(_close, store)
        yield store


def _embedded(ground: Foundation) -> Disk | None:
    """Where the embedded database writes."""
    if ground.settings.database_url is not None:
        return None
    return Disk(ground.directory.path, reserve=ground.settings.reserve, make=False)


async def _close(store: Store) -> None:
    try:
        await store.close()
    except GatewayError as error:  # the next start seals what this one could not
        log.warning("the open packs could not be sealed: %s", error)
