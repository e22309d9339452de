"""Keeps alive what this process is writing: its manifests and its open packs."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

from s3gw.db import manifests, packs
from s3gw.db.pool import Database
from s3gw.errors import GatewayError

log = logging.getLogger(__name__)


class Leases:
    """Renews leases in the background, all of them in two statements a round.

    A lease only says when others may try to clear up. One that could not be renewed costs its upload, never
    data.
    """

    def __init__(self, db: Database, lease: float) -> None:
        self._db = db
        self.seconds = lease
        self.manifests: set[int] = set()
        self.packs: set[int] = set()
        self.on_pack_lost: Callable[[int], None] = lambda pack_id: None
        """Told of a pack that others sealed or condemned, so that nobody appends to it any more."""
        self._last_time: set[int] = set()
        self._renewing: asyncio.Task[None] | None = None
        self._releasing: set[asyncio.Task[None]] = set()

    def hold_manifest(self, manifest_id: int) -> None:
        """Renew the manifest's lease until it is published, let go or abandoned."""
        self.manifests.add(manifest_id)
        self._start()

    def hold_pack(self, pack_id: int) -> None:
        """Renew the pack's lease until it is let go."""
        self.packs.add(pack_id)
        self._start()

    def let_go(self, manifest_id: int) -> None:
        """The manifest is written: renew its lease once more, which is time enough to publish it."""
        self._last_time.add(manifest_id)

    def abandon(self, manifest_id: int) -> None:
        """End the lease of a manifest that will not be published; its rows go with the next reaping."""
        self.manifests.discard(manifest_id)
        self._last_time.discard(manifest_id)
        self.spawn(manifests.release(self._db, [manifest_id]))

    def spawn(self, work: Coroutine[Any, Any, None]) -> None:
        """Run `work` in the background; where it fails, leases run out and the reaper does the same."""
        task = asyncio.create_task(_logged(work))
        self._releasing.add(task)
        task.add_done_callback(self._releasing.discard)

    async def renew(self) -> None:
        """One round of renewal. Raises Unavailable; then everything is still held."""
        if self.manifests:
            last_time = frozenset(self._last_time)
            await manifests.renew(self._db, sorted(self.manifests), self.seconds)
            self.manifests -= last_time
            self._last_time -= last_time
        if self.packs:
            for gone in await packs.renew(self._db, sorted(self.packs), self.seconds):
                self.packs.discard(gone)
                self.on_pack_lost(gone)

    async def settle(self) -> None:
        """Wait for everything that was spawned."""
        while self._releasing:
            await asyncio.gather(*self._releasing)

    async def close(self) -> None:
        """Stop renewing, and finish what runs in the background."""
        if self._renewing is not None:
            self._renewing.cancel()
            await asyncio.gather(self._renewing, return_exceptions=True)
        await self.settle()

    def _start(self) -> None:
        if self._renewing is None:
            self._renewing = asyncio.create_task(self._run())

    async def _run(self) -> None:
        while True:
            await asyncio.sleep(self.seconds / 3)
            try:
                await _logged(self.renew())
            except Exception:  # a fault in one round must not end all later ones
                log.exception("leases could not be renewed")


async def _logged(work: Coroutine[Any, Any, None]) -> None:
    try:
        await work
    except (GatewayError, OSError) as error:
        log.warning("a lease could not be tended: %s", error)
