"""Collection: what nothing names any more leaves the database, and then the backends.

A round follows the way out: leases that are over, then the trash, then the queue of candidates: manifests,
their chunks, the packs of those; last the tombstones, whose blobs are unlinked. Each step puts what it freed
before the next. How long a round takes depends on what was deleted, not on what is stored.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import astuple, dataclass, replace
from uuid import UUID

from s3gw import pauses
from s3gw.backends.base import Backend
from s3gw.config import Margins, Settings
from s3gw.db import collection, reaping
from s3gw.db.collection import Step
from s3gw.db.packs import Replica
from s3gw.db.pool import Database
from s3gw.errors import BlobNotFound, GatewayError, Unavailable
from s3gw.jobs.job import Job, Progress
from s3gw.jobs.sightings import remove_unnamed

log = logging.getLogger(__name__)

_LOOK = 3600.0
"""Seconds between two looks at all blobs: that one costs what is stored."""


@dataclass(frozen=True, slots=True)
class Freed:
    """What a collection removed. `bytes` are those of unlinked packs and of chunks in the database."""

    bodies: int = 0
    """Replaced or deleted object versions and parts that were dropped."""
    uploads: int = 0
    """Manifests of uploads that ended without an answer."""
    manifests: int = 0
    chunks: int = 0
    packs: int = 0
    """Packs that emptied; their blobs are unlinked when the tombstone margin is over."""
    blobs: int = 0
    """Blobs that were unlinked."""
    bytes: int = 0

    def __add__(self, other: Freed) -> Freed:
        """What two collections removed together."""
        return Freed(*(mine + more for mine, more in zip(astuple(self), astuple(other), strict=True)))


@dataclass(frozen=True, slots=True)
class Collector:
    """Collects on the backends it is given, by the ids of their rows; others' blobs wait."""

    db: Database
    backends: Mapping[int, Backend]
    margins: Margins

    async def run(self, progress: Progress) -> None:
        """One round."""
        await self._reap(progress)
        while count := await collection.drop_trash(self.db, self.margins.reader):
            progress.add(bodies=count)
            await progress.worked()
        await self._queue(progress, "manifests", collection.collect_manifests)
        await self._queue(progress, "chunks", collection.collect_chunks)
        await self._queue(progress, "packs", collection.collect_packs)
        await self._unlink(progress)

    async def run_sightings(self, progress: Progress) -> None:
        """Look at every blob for those that no row names.

        A backend that fails keeps nobody from looking at the others; its error is raised at the end.
        """
        failed: Exception | None = None
        for backend_id, backend in self.backends.items():
            try:
                removed, size = await remove_unnamed(
                    self.db, backend_id, backend, self.margins.sighting, progress.worked
                )
            except (GatewayError, OSError) as error:
                log.warning("the blobs of backend %d cannot be looked at: %s", backend_id, error)
                failed = failed or error
                continue
            progress.add(blobs=removed, bytes=size)
        if failed is not None:
            raise failed

    async def _reap(self, progress: Progress) -> None:
        while count := await reaping.reap_manifests(self.db):
            progress.add(uploads=count)
            await progress.worked()
        last = 0
        while packs := await reaping.expired_packs(self.db, last):
            for pack in packs:
                try:
                    sizes = {
                        replica.name: 0 if replica in pack.lost else await self._size(replica)
                        for replica in pack.replicas
                    }
                except (GatewayError, OSError) as error:
                    log.warning("the size of pack %d cannot be told, it waits: %s", pack.id, error)
                    continue
                size = max(sizes.values())
                short = [name for name, length in sizes.items() if length < size]
                await pauses.reach("reap.pack-sized")
                await reaping.seal_expired(self.db, pack, size, short)
            last = packs[-1].id
        while await reaping.reap_uploads(self.db, self.margins.completed_upload):
            pass

    async def _size(self, replica: Replica) -> int:
        """Bytes of a blob; none where it was registered and never made. Raises Unavailable."""
        backend = self.backends.get(replica.backend_id)
        if backend is None:
            raise Unavailable(f"backend {replica.backend_id} is not of this gateway")
        try:
            return await backend.size(replica.blob)
        except BlobNotFound:
            return 0

    async def _queue(
        self, progress: Progress, name: str, step: Callable[[Database, int, int], Awaitable[Step]]
    ) -> None:
        """Take every candidate that is queued by now."""
        end = await collection.queue_end(self.db)
        done = Step(1, 0)
        while done.taken:
            done = await step(self.db, done.last, end)
            progress.add(**{name: done.deleted}, bytes=done.bytes)
            await progress.worked()

    async def _unlink(self, progress: Progress) -> None:
        """Unlink condemned blobs; one that is gone already is unlinked again without harm."""
        mine = sorted(self.backends)
        failed: list[UUID] = []
        while due := await collection.due_tombstones(self.db, self.margins.tombstone, mine, failed):
            gone: list[UUID] = []
            for tombstone in due:
                replica = tombstone.replica
                await pauses.reach("tombstone.due")
                try:
                    size = await self._size(replica) if tombstone.size is None else tombstone.size
                    await self.backends[replica.backend_id].delete(replica.blob)
                except (GatewayError, OSError) as error:
                    log.warning("blob %s cannot be unlinked: %s", replica.blob, error)
                    failed.append(replica.name)
                    continue
                gone.append(replica.name)
                progress.add(bytes=size)
                await pauses.reach("tombstone.unlinked")
            progress.add(blobs=await collection.forget_tombstones(self.db, gone))
            await progress.worked()


def jobs(db: Database, backends: Mapping[int, Backend], settings: Settings) -> list[Job]:
    """What a gateway runs in the background, for `Runner`."""
    collector = Collector(db, backends, settings.margins)
    return [
        Job("collect", settings.collect_interval, collector.run),
        Job("sightings", max(_LOOK, settings.collect_interval), collector.run_sightings),
    ]


async def collect_now(
    db: Database, backends: Mapping[int, Backend], margins: Margins, *, grace: float = 0.0
) -> Freed:
    """Collect everything that has been unused for `grace` seconds, and unlink it at once.

    `grace` stands for the reader, tombstone and sighting margins. With 0, a GET that began before its object
    was replaced or deleted breaks off, and a backup of the database can no longer be restored without loss.
    Leases, and the time for which CompleteMultipartUpload may be repeated, hold as they are. Safe beside
    running gateways. Raises Unavailable; what was done by then stays done.
    """
    collector = Collector(db, backends, replace(margins, reader=grace, tombstone=grace, sighting=grace))
    progress = Progress()
    await collector.run(progress)
    for _ in range(2):  # noted by the first, removed by the second
        await collector.run_sightings(progress)
    return Freed(**progress.counts)
