"""A manifest that names chunks of another body and new ones, in order: what `recut` writes."""

from __future__ import annotations

from collections.abc import Sequence

from s3gw.db import rechunk
from s3gw.storage.frames import Cut
from s3gw.storage.writer import Layout, Tools, Upload

_ROWS = 1024
"""Rows of chunks that are kept, gathered before they are written."""


class Rewrite(Upload):
    """Writes one manifest. Use once; `close` or `abandon` it."""

    def __init__(self, tools: Tools, layout: Layout) -> None:
        super().__init__(tools, layout)
        self._kept: list[tuple[int, int | None]] = []

    def store_as(self, layout: Layout) -> None:
        """How new chunks are stored; to be said before the first."""
        self._layout = layout

    async def keep(self, offset: int, chunk_id: int | None) -> None:
        """The chunk, which the other body names, is at that offset; None for zeros up to what comes next."""
        if chunk_id is None and self._in_hole:
            return
        self._in_hole = chunk_id is None
        self._kept.append((offset, chunk_id))
        if len(self._kept) >= _ROWS:
            await self._write_kept()

    async def take(self, cuts: Sequence[Cut]) -> None:
        """These chunks come next."""
        for cut in cuts:
            if not cut.digest:
                await self.keep(cut.offset, None)
                continue
            self._in_hole = False
            await self._add(cut)

    async def close(self) -> int:
        """Everything is safe: the leased manifest, to be published."""
        await self._write_kept()
        await self._stored(0)
        manifest_id = await self._manifest()
        if self._batch.cuts:
            await self._store(self._batch, (), final=True)
        self._tools.leases.let_go(manifest_id)
        return manifest_id

    async def _write_kept(self) -> None:
        kept, self._kept = self._kept, []
        if kept:
            await rechunk.keep(self._tools.db, await self._manifest(), kept)
