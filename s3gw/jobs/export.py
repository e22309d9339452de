"""Exports the metadata to backends, beside the packs, and keeps the newest of them."""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from s3gw.backends.base import Backend
from s3gw.config import Settings
from s3gw.db import instances
from s3gw.db.pool import Database
from s3gw.errors import GatewayError, OutOfSpace, Unavailable
from s3gw.jobs.job import Job, Progress
from s3gw.metadata import blobs
from s3gw.metadata.blobs import Export, PartWriter
from s3gw.metadata.dump import Exported, dump
from s3gw.sealing import Masters

log = logging.getLogger(__name__)

_ABANDONED = 86400.0
"""Seconds after which an export counts as broken off that has not grown since."""


@dataclass(frozen=True, slots=True)
class Exporter:
    """Exports to backends, by the ids of their rows."""

    db: Database
    backends: Mapping[int, Backend]
    masters: Masters
    copies: int
    """On so many backends each export is put."""
    keep: int
    """Exports that are kept on each backend, the newest."""

    async def run(self, progress: Progress) -> None:
        """As `export`, for a job."""
        await self.export(progress)

    async def export(self, progress: Progress) -> Export:
        """Write one export, then remove those that are too many; what was written.

        A backend that fails is left out, as long as another does not. Raises Unavailable, OutOfSpace.
        """
        weights = await instances.active_weights(self.db)
        targets = [number for number in sorted(self.backends) if number in weights][: self.copies]
        if not targets:
            raise Unavailable("no backend takes writes")
        number = blobs.new_id()
        writing = _Writing({target: PartWriter(self.backends[target], number) for target in targets})
        try:
            exported = await dump(
                self.db, self.masters, writing.take, expect=progress.expect, advance=progress.advance
            )
            export = await writing.finish(exported)
        except BaseException:
            for target in targets:
                await self._remove(target, [number])
            raise
        progress.add(exports=1, rows=export.rows, bytes=export.size)
        for target in self.backends:
            await self._retain(target, progress)
        return export

    async def _retain(self, target: int, progress: Progress) -> None:
        """Remove what is too much on a backend; one that does not answer keeps it until the next export."""
        try:
            found = await blobs.find(self.backends[target], _ABANDONED)
        except (GatewayError, OSError) as error:
            log.warning("the exports on backend %d cannot be looked at: %s", target, error)
            return
        old = [*(one.id for one in found.whole[: -self.keep]), *found.broken]
        if old and await self._remove(target, old):
            progress.add(removed=len(old))

    async def _remove(self, target: int, numbers: Sequence[str]) -> bool:
        backend = self.backends[target]
        try:
            async for info in blobs.names(backend, numbers):
                await backend.delete(info.name)
        except (GatewayError, OSError) as error:
            log.warning("exports on backend %d cannot be removed: %s", target, error)
            return False
        return True


class _Writing:
    """One export on its way to several backends."""

    def __init__(self, writers: dict[int, PartWriter]) -> None:
        self._writers = writers

    async def take(self, data: bytes) -> None:
        for target, writer in list(self._writers.items()):
            try:
                await writer.take(data)
            except (Unavailable, OutOfSpace, OSError) as error:
                self._without(target, error)

    async def finish(self, exported: Exported) -> Export:
        finished: Export | None = None
        for target, writer in list(self._writers.items()):
            try:
                finished = await writer.finish(exported)
            except (Unavailable, OutOfSpace, OSError) as error:
                self._without(target, error)
        assert finished is not None
        return finished

    def _without(self, target: int, error: Exception) -> None:
        log.warning("the export is not put on backend %d: %s", target, error)
        del self._writers[target]
        if not self._writers:
            raise Unavailable(f"the export could not be put on any backend: {error}") from error


def exporter(db: Database, backends: Mapping[int, Backend], masters: Masters, settings: Settings) -> Exporter:
    """An exporter as the settings want it."""
    return Exporter(db, backends, masters, settings.replicas, settings.export_keep)


def jobs(db: Database, backends: Mapping[int, Backend], masters: Masters, settings: Settings) -> list[Job]:
    """What a gateway runs in the background, for `Runner`; nothing where exports are off."""
    if not settings.export_interval:
        return []
    return [Job("export", settings.export_interval, exporter(db, backends, masters, settings).run)]
