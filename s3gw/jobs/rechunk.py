"""Cuts again what is not cut as its bucket wants: seams of multipart uploads soon after Complete, and all
objects of a bucket whose preset was changed.

A version gets a new manifest for its bytes and nothing else: not another ETag, time, part or key. Readers go
on with what it was made of, which is collected after their margin.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

from s3gw import pauses
from s3gw.config import Settings
from s3gw.db import rechunk
from s3gw.db.pool import Database
from s3gw.db.rechunk import Entry, Pass, Version
from s3gw.errors import Damaged, OutOfSpace, Unavailable
from s3gw.jobs.job import Job, Progress
from s3gw.storage.presets import PRESETS
from s3gw.storage.recut import SEGMENT, Done, Mistrusted, Recutter, Unsuited
from s3gw.storage.store import Store

log = logging.getLogger(__name__)

NAME = "rechunk"
_NOTED = 64 << 20
"""Bytes of an object from which a pass remembers that it was done, and not only those of a page."""


@dataclass(slots=True)
class Rechunker:
    """Cuts versions again with the store of its own process; several at once only work in vain."""

    db: Database
    store: Store
    segment: int = SEGMENT
    """Bytes of an object after which what was cut is published."""
    failed: int = 0
    """Versions of the present run that could not be cut again, and are left for the next."""

    async def run(self, progress: Progress) -> None:
        """Look at what was queued, then at buckets whose preset was changed.

        Raises OutOfSpace, and at the end Unavailable where something must be tried again.
        """
        self.failed = 0
        await self._queue(progress)
        for one in await rechunk.passes(self.db):
            await self._pass(one, progress)
        if self.failed:
            raise Unavailable(f"{self.failed} objects could not be cut again, and will be tried another time")

    async def _queue(self, progress: Progress) -> None:
        last = 0
        expected = False
        while entries := await rechunk.queued(self.db, last):
            if not expected:
                progress.expect(await rechunk.queued_bytes(self.db))
                expected = True
            for entry in entries:
                if await self._entry(entry, progress):
                    await rechunk.forget(self.db, entry.id)
            last = entries[-1].id

    async def _entry(self, entry: Entry, progress: Progress) -> bool:
        """Close the seams of a queued version; whether it needs no further attempt."""
        while True:
            version = await rechunk.find(self.db, entry.bucket_id, entry.key, entry.seq)
            if version is None:
                return True
            if version.body.pieces_id is None:
                return True  # one piece has no seam
            try:
                return await self._cut(
                    version, Done(at=entry.done_to), progress, whole=entry.whole, entry=entry
                )
            except Mistrusted:
                entry = replace(entry, whole=True, done_to=0)
                await rechunk.note(self.db, entry)

    async def _pass(self, one: Pass, progress: Progress) -> None:
        """Look at every version of a bucket whose preset was changed."""
        progress.expect(await rechunk.pass_bytes(self.db, one))
        while versions := await rechunk.next_versions(self.db, one):
            for key, seq, size in versions:
                if not await self._whole(one, key, seq, size, progress):
                    return  # it stays where it is, and so does the pass
                one = replace(one, after_key=key, after_seq=seq)
                if size >= _NOTED and not await rechunk.advance(self.db, one):
                    return
            if not await rechunk.advance(self.db, one):
                return
        await rechunk.end_pass(self.db, one)
        progress.add(passes=1)

    async def _whole(self, one: Pass, key: str, seq: int, size: int, progress: Progress) -> bool:
        version = await rechunk.find(self.db, one.bucket_id, key, seq)
        if version is None or _is_one_chunk(version):
            progress.advance(size)
            return True
        return await self._cut(version, Done(), progress, whole=True)

    async def _cut(
        self, version: Version, done: Done, progress: Progress, *, whole: bool, entry: Entry | None = None
    ) -> bool:
        """Cut a version again, and note in the entry how far that came; False where that is to be tried
        another time. Raises Mistrusted."""
        await self.store.check_space()
        await pauses.reach("rechunk.chosen")

        async def worked(read: int, passed: int) -> None:
            nonlocal entry
            progress.advance(passed)
            if entry is not None and done.at > entry.done_to:
                entry = replace(entry, done_to=done.at)
                await rechunk.note(self.db, entry)
            await progress.worked(read)

        recutter: Recutter = self.store.recutter()
        where = f"{version.key!r} of bucket {version.bucket_id}"
        try:
            await recutter.run(version, done, whole=whole, worked=worked, segment=self.segment)
        except Unsuited as error:
            log.info("%s is not cut again: %s", where, error)
            progress.add(skipped=1)
            return True
        except OutOfSpace:
            raise
        except (Damaged, Unavailable) as error:
            if await self._is_gone(version, done):
                return True
            log.warning("%s cannot be cut again: %s", where, error)
            if isinstance(error, Damaged):
                progress.add(damaged=1)
                return True
            self.failed += 1
            return False
        finally:
            progress.add(bytes=done.read, new_bytes=done.fresh)
        progress.add(objects=int(done.segments > 0), checked=1)
        return True

    async def _is_gone(self, version: Version, done: Done) -> bool:
        """Whether the version was deleted, or given another body by somebody else."""
        found = await rechunk.find(self.db, version.bucket_id, version.key, version.seq)
        return found is None or found.body != (done.body or version.body)


def _is_one_chunk(version: Version) -> bool:
    """Whether a body is one chunk, and stays so whatever cuts it."""
    body = version.body
    preset = PRESETS[version.chunking]
    least = preset.minimum if preset.content_defined else preset.maximum
    return version.inline or (body.chunk_id is not None and body.size <= least)


def job(db: Database, store: Store, settings: Settings) -> Job:
    """For `Runner`."""
    return Job(NAME, settings.collect_interval, Rechunker(db, store).run)
