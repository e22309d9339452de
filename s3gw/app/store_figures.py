"""The figures of the store: what costs a walk through its tables, or a look at its backends.

They are computed when somebody scrapes, not at each scrape: a walk follows the first one and then one at most
every `metrics_interval`, and never takes more than a twentieth of the time.
"""

from __future__ import annotations

import asyncio
import logging
import time
from contextlib import suppress

from s3gw.backends.several import Several
from s3gw.db import events, scrub, stats
from s3gw.db.pool import Database
from s3gw.db.stats import Stats, Waiting
from s3gw.errors import GatewayError
from s3gw.metrics import catalogue
from s3gw.metrics.board import Board, Slot

log = logging.getLogger("s3gw.app")

LOOK = 0.5
"""Seconds between two looks at whether somebody has scraped."""
SPACE_FRESH = 10.0
"""Seconds for which the free space of a backend holds."""
PATIENCE = 2.0
"""Seconds that a backend has to tell it."""
REST = 20
"""A walk is followed by a pause of at least so many times what it took."""


class StoreFigures:
    """Keeps them in the slot of this process, the parent."""

    def __init__(self, db: Database, backends: Several, board: Board, slot: Slot, interval: float) -> None:
        self._db = db
        self._backends = backends
        self._board = board
        self._slot = slot
        self._interval = interval

    async def run(self) -> None:
        """Keep the figures for as long as somebody scrapes."""
        walk_due = space_due = 0.0
        walked = seen = 0.0  # as if nobody had scraped before the first who does
        while True:
            asked, now = self._board.asked(), time.monotonic()
            if asked > seen and now >= space_due:
                await self._space()
                space_due, seen = now + SPACE_FRESH, now
            if asked > walked and now >= walk_due:
                walked = now
                await self._walk()
                took = time.monotonic() - now
                walk_due = time.monotonic() + max(self._interval, REST * took)
            await asyncio.sleep(LOOK)

    async def _space(self) -> None:
        for number, backend in self._backends.items():
            name = self._backends.names[number]
            # The health page tells of one that fails; one that hangs must not keep others from being told.
            with suppress(GatewayError, OSError, TimeoutError):
                async with asyncio.timeout(PATIENCE):
                    space = await backend.space()
                if space is not None:
                    self._slot.set(catalogue.BACKEND_FREE, max(0, space.free), name)
                    self._slot.set(catalogue.BACKEND_SIZE, space.total, name)
                    self._slot.set(catalogue.BACKEND_FULL, space.free <= 0, name)

    async def _walk(self) -> None:
        began = time.monotonic()
        self._slot.add(catalogue.STORE_FAILURES, 0)
        try:
            found, waiting = await stats.overall(self._db), await stats.waiting(self._db)
            untold = await events.pending(self._db)
            health = await scrub.health(self._db)
            keys = await stats.by_key(self._db)
        except GatewayError as error:
            log.warning("the figures of the store could not be computed: %s", error)
            self._slot.add(catalogue.STORE_FAILURES, 1)
            return
        self._show(found, waiting)
        old = sum(key.stored_bytes for key in keys if not key.is_current)
        self._slot.set(catalogue.OLD_KEYS, old)
        self._slot.set(catalogue.DAMAGED, health.damaged)
        self._slot.set(catalogue.REPAIRS, health.repairs)
        self._slot.set(catalogue.EVENTS, sum(number for number, _ in untold.values()))
        self._slot.set(catalogue.EVENTS_AGE, max((age for _, age in untold.values()), default=0.0))
        self._slot.set(catalogue.STORE_SECONDS, time.monotonic() - began)
        self._slot.set(catalogue.STORE_AT, time.time())

    def _show(self, found: Stats, waiting: Waiting) -> None:
        packs, dead = found.packs or 0, found.dead_bytes or 0
        alive = found.stored_bytes - dead
        for metric, value in {
            catalogue.OBJECTS: found.objects,
            catalogue.BUCKETS: waiting.buckets,
            catalogue.LOGICAL: found.logical_bytes,
            catalogue.UNIQUE: found.unique_bytes,
            catalogue.STORED: found.stored_bytes,
            catalogue.DEAD: dead,
            catalogue.METADATA: found.metadata_bytes or 0,
            catalogue.CHUNKS: found.chunks,
            catalogue.DEDUPLICATION: found.logical_bytes / found.unique_bytes if found.unique_bytes else 1.0,
            catalogue.COMPRESSION: found.unique_bytes / alive if alive else 1.0,
            catalogue.TRASH: waiting.trash,
            catalogue.TOMBSTONES: waiting.tombstones,
            catalogue.CANDIDATES: waiting.candidates,
            catalogue.UNPUBLISHED: waiting.unpublished_manifests,
            catalogue.UPLOADS: waiting.uploads,
        }.items():
            self._slot.set(metric, value)
        self._slot.set(catalogue.PACKS, waiting.open_packs, "open")
        self._slot.set(catalogue.PACKS, max(0, packs - waiting.open_packs), "sealed")
