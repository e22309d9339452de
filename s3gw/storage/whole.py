"""Bodies that fit into memory: looked up once, made safe once, named by the statement that publishes them.

`writer` comes to the same with a leased manifest, which it fills while the body streams: more round trips to
the database and two more commits, most of the time that an object of 64 KiB took.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterable, AsyncIterator, Callable, Sequence
from functools import partial
from typing import TypeVar

from s3gw import pauses
from s3gw.backends.base import Buffer
from s3gw.db import whole
from s3gw.db.assumed import Assumed
from s3gw.db.records import Draft, InlineChunk, NewChunk, WholeManifest
from s3gw.storage import frames, small
from s3gw.storage.chunker import Chunker
from s3gw.storage.frames import Cut
from s3gw.storage.packs import Placement
from s3gw.storage.presets import PRESETS
from s3gw.storage.writer import INLINE_RATIO, ROWS, Layout, Tools, inline_rows, name_chunks

T = TypeVar("T")

SHORT = 1 << 20
"""Bytes up to which a body is always kept in memory until it is published."""
QUICK = 256 << 10
"""Bytes up to which a body's processor work is done on the spot. With some connections at work a thread waits
longer for the interpreter, again and again, than it works: PUTs of 64 KiB took twice the processor time."""
LARGEST = 16 << 20
"""Bytes of the largest body that is, while there are few others of more than SHORT."""


def fits(layout: Layout, size: int) -> bool:
    """Whether a body probably has no more chunks than one statement writes."""
    if size <= SHORT:
        return True
    preset = PRESETS[layout.chunking]
    usual = preset.average + preset.minimum // 2 if preset.content_defined else preset.maximum
    return size <= LARGEST and size <= ROWS * usual


class Whole:
    """Writes one body. Use once; call `close` when its draft is published, or will never be."""

    def __init__(self, tools: Tools, layout: Layout, size: int, assumed: Assumed) -> None:
        self._tools = tools
        self._assumed = assumed
        self._layout = layout
        self._size = size
        self._chunker = Chunker(PRESETS[layout.chunking], layout.hints)
        self._cuts: list[Cut] = []
        self._cut_to = 0
        self._claimed: set[tuple[int, bytes]] = set()
        self._placement: Placement | None = None
        self._held = 0

    async def run(self, blocks: AsyncIterable[Buffer]) -> Draft | None:
        """Store everything that `blocks` yields; None where that takes the other way, by `again`.

        Raises ValueError where it is not of the size that was announced, and what `blocks` raises.
        """
        try:
            inline = await self._gather(blocks)
            if inline is not None:
                return Draft(self._size, inline=inline)
            if self._size <= SHORT:
                await self._tools.storing.take(self._size)  # not before: its sender may be slow
                self._held = self._size
            return await self._store()
        except BaseException:
            self.close()
            raise

    async def again(self) -> AsyncIterator[Buffer]:
        """The body, for a writer that streams."""
        for cut in self._cuts:
            yield cut.data

    def close(self) -> None:
        """Let go of what was held for the publication."""
        if self._claimed:
            self._tools.inflight.release(self._claimed)
            self._claimed = set()
        if self._placement is not None:
            self._tools.packs.published(self._placement)
            self._placement = None
        if self._held:
            self._tools.storing.give(self._held)
            self._held = 0

    async def _gather(self, blocks: AsyncIterable[Buffer]) -> InlineChunk | None:
        """Cut the body; while that goes on, the sender of the blocks verifies the last of them."""
        if self._size <= QUICK:
            return self._cut([await small.gather(blocks, self._size)], final=True)
        waiting: list[Buffer] = []
        length = 0
        cutting: asyncio.Task[InlineChunk | None] | None = None
        try:
            async for block in blocks:
                waiting.append(block)
                length += len(block)
                if length > self._size:
                    break
                if cutting is not None and (cutting.done() or length == self._size):
                    await cutting
                    cutting = None
                if cutting is None:
                    work = partial(self._cut, waiting, final=length == self._size)
                    waiting, cutting = [], asyncio.create_task(self._work(work))
            if length != self._size or cutting is None:
                raise ValueError(f"{length} bytes came where {self._size} were announced")
            return await cutting
        finally:
            if cutting is not None and not cutting.done():
                await asyncio.gather(cutting, return_exceptions=True)

    async def _work(self, work: Callable[[], T]) -> T:
        """Processor work: in a thread, unless that takes longer."""
        return work() if self._size <= QUICK else await self._tools.run(work)

    def _cut(self, blocks: Sequence[Buffer], *, final: bool) -> InlineChunk | None:
        """Cut and name what has come of the body; at its end the row that holds all of it, where one does."""
        chunks = [chunk for block in blocks for chunk in self._chunker.feed(block)]
        if final:
            chunks.extend(self._chunker.finish())
        self._cuts.extend(name_chunks(chunks, self._cut_to, self._layout.key))
        self._cut_to += sum(map(len, chunks))
        if not final:
            return None
        limit = self._tools.inline_limit
        if len(self._cuts) > 1 or self._size > INLINE_RATIO * limit or not self._cuts[0].digest:
            return None
        [cut] = self._cuts
        return small.row(cut.data, cut.digest, self._layout, limit)

    async def _store(self) -> Draft | None:
        """Make safe what is not stored yet."""
        domain_id = self._layout.domain_id
        unique = {cut.digest: cut for cut in self._cuts if cut.digest}
        known = frozenset[bytes]()
        if unique:
            known = await whole.known(self._tools.db, domain_id, list(unique), self._assumed)
        await pauses.reach("whole.known")
        new = [cut for digest, cut in unique.items() if digest not in known]
        if len(new) > ROWS or not self._claim(new):
            return None
        rows = await self._make_safe(new) if new else []
        await pauses.reach("whole.safe")
        rows.sort(key=lambda row: row.digest)
        return Draft(self._size, whole=WholeManifest(domain_id, rows, self._rows()))

    def _claim(self, new: Sequence[Cut]) -> bool:
        """Keep others of this process from storing the same; whether none of them does already."""
        mine, others = self._tools.inflight.claim((self._layout.domain_id, cut.digest) for cut in new)
        self._claimed = mine
        return not others

    async def _make_safe(self, new: Sequence[Cut]) -> list[NewChunk]:
        if len(self._cuts) > 1:  # one alone was tried while it was cut
            rows = await self._work(partial(inline_rows, new, self._layout, self._tools.inline_limit))
            if rows is not None:
                return rows
        layout = self._layout
        build = partial(frames.build, domain_id=layout.domain_id, compress=layout.compression, key=layout.key)
        if self._size <= SHORT:
            plans = frames.plan(new)
            filled = await self._work(lambda: [frame for plan in plans for frame in build(plan)])
        else:
            built = await asyncio.gather(*(self._work(partial(build, plan)) for plan in frames.plan(new)))
            filled = [frame for some in built for frame in some]
        buffers = [buffer for frame in filled for buffer in frame.encoded.buffers]
        length = sum(frame.encoded.length for frame in filled)
        self._placement = await self._tools.packs.place(buffers, length)
        return frames.place(filled, self._placement.pack.id, self._placement.offset)

    def _rows(self) -> list[tuple[int, bytes | None]]:
        """The rows of the manifest; of a run of zeros the first only."""
        rows: list[tuple[int, bytes | None]] = []
        in_hole = False
        for cut in self._cuts:
            if cut.digest:
                rows.append((cut.offset, cut.digest))
            elif not in_hole:
                rows.append((cut.offset, None))
            in_hole = not cut.digest
        return rows
