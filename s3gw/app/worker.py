"""One process that serves: its connections to the database, its backends, its store, its HTTP server."""

from __future__ import annotations

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from functools import partial
from importlib.metadata import version
from time import perf_counter
from typing import Any

import s3gw.operations  # noqa: F401 - registers the handlers
from s3gw.app import stores
from s3gw.app.foundation import Foundation
from s3gw.app.meter import Meter
from s3gw.backends.base import Backend
from s3gw.db import instances
from s3gw.db.instances import BackendRow
from s3gw.db.pool import Database
from s3gw.errors import GatewayError
from s3gw.http.identities import RootKey, StoredKeys
from s3gw.http.server import Server
from s3gw.http.server_log import ServerLog
from s3gw.operations.call import Services
from s3gw.sealing import Masters

log = logging.getLogger("s3gw.app")

PATIENCE = 2.0
"""Seconds that a backend has to tell what room it has, for the health pages."""
LET_GO = 30.0
"""Seconds between two looks at what a worker keeps open although it was deleted."""


@asynccontextmanager
async def serving(foundation: Foundation, server: Server, meter: Meter) -> AsyncIterator[None]:
    """Let `server` serve; on leaving it is stopped first, the store's open packs are sealed next."""
    settings = foundation.settings
    credentials = foundation.credentials
    async with AsyncExitStack() as stack:
        db = await foundation.connect()
        stack.push_async_callback(db.close)
        backends = await stack.enter_async_context(foundation.backends(db, meter))
        letting_go = asyncio.create_task(_let_go(backends), name="let go of deleted blobs")
        stack.callback(letting_go.cancel)
        masters = Masters(partial(foundation.directory.master_keys, settings))
        store = await stack.enter_async_context(stores.opened(foundation, db, backends, masters))
        server_log = ServerLog(db, settings.trusted_proxies)
        stack.push_async_callback(server_log.close)
        stack.push_async_callback(server.stop, settings.shutdown_timeout)
        meter.watch(db)
        meter.watch(store)
        meter.watch(backends)
        root_key = RootKey(credentials.access_key, credentials.secret_key, foundation.root)
        server.serve(
            Services(settings, db, store),
            StoredKeys(root_key, db, masters),
            _Probe(db, backends),
            server_log,
        )
        gc.collect()
        gc.freeze()  # what is there now stays; no later collection has to look at it
        yield


async def _let_go(backends: Mapping[int, Backend]) -> None:
    """Give back the space of packs that the parent deletes, also where nothing is read or written here."""
    while True:
        await asyncio.sleep(LET_GO)
        for backend in backends.values():
            with suppress(GatewayError, OSError, TimeoutError):
                async with asyncio.timeout(PATIENCE):
                    await backend.space()


class _Probe:
    """Looks at the database and the backends for the health pages."""

    def __init__(self, db: Database, backends: Mapping[int, Backend]) -> None:
        self._db = db
        self._backends = backends
        self._version = version("s3gw")

    async def __call__(self) -> Mapping[str, Any]:
        state: dict[str, Any] = {"status": "ok", "version": self._version}
        began = perf_counter()
        try:
            rows = await instances.backends(self._db)
        except GatewayError:
            return {**state, "status": "failing", "database": {"status": "failing"}}
        state["database"] = {"status": "ok", "ms": round((perf_counter() - began) * 1000, 2)}
        state["backends"] = await asyncio.gather(*map(self._backend, rows))
        return state

    async def _backend(self, row: BackendRow) -> dict[str, Any]:
        shown: dict[str, Any] = {"name": row.name, "state": row.state}
        backend = self._backends.get(row.id)
        if backend is None:
            return shown | {"status": "not of this gateway"}
        if backend.is_down:
            return shown | {"status": "down"}
        try:
            async with asyncio.timeout(PATIENCE):
                space = await backend.space()
        except (GatewayError, OSError, TimeoutError):
            return shown | {"status": "failing"}
        if space is None:
            return shown | {"status": "ok"}
        status = "ok" if space.free > 0 else "full"
        return shown | {"status": status, "free_bytes": max(0, space.free), "total_bytes": space.total}
