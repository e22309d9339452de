"""Cuts a stored body again, as it would have been cut in one go by a preset.

    keep ── near a seam, or where a cell is no whole chunk ──→ cut ── cuts coincide again ──→ keep

Parts of a multipart upload are cut each by itself, so at a *seam* between two of them a chunk ends that no
content has ended, and what follows is cut otherwise than in another upload of the same bytes. From where
FastCDC begins at a cut that it makes itself, its further cuts are the same, in whatever part that is:
hence all chunks but the last of a part can be kept once a new cut coincides with an old one. The chunk before
the last is cut again, too: where that gives another cut, the body was cut by something else, and none of its
cuts is relied upon.

What has changed is written to manifests of some hundred MiB, each of which is published by itself: whoever is
cut off goes on behind the last.
"""

from __future__ import annotations

from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass, replace
from functools import partial

from s3gw import pauses
from s3gw.backends.base import Buffer
from s3gw.db import rechunk
from s3gw.db.rechunk import Cell, Version
from s3gw.db.records import Body
from s3gw.errors import Unavailable
from s3gw.storage.chunker import Chunker
from s3gw.storage.frames import Cut
from s3gw.storage.keys import Keys
from s3gw.storage.presets import PRESETS
from s3gw.storage.rewrite import Rewrite
from s3gw.storage.writer import Layout, Tools, name_chunks

SEGMENT = 1 << 30
"""Bytes after which what was written is published."""
_WINDOW = 8 << 20
"""Bytes read at once where all of a body is."""
_LEAST = 1 << 20
"""The least that is read at once."""

Read = Callable[..., AsyncGenerator[Buffer, None]]


class Mistrusted(Exception):
    """The body was not cut by the preset: it must be cut again as a whole."""


class Unsuited(Exception):
    """The body cannot be cut again: its key is missing, or it has several."""


@dataclass(slots=True)
class Done:
    """What cutting a body again came to."""

    read: int = 0
    """Bytes that were read."""
    fresh: int = 0
    """Bytes of chunks that the body had not before."""
    segments: int = 0
    """Publications."""
    at: int = 0
    """Up to where the body is cut as it should be."""
    body: Body | None = None
    """That the version was given."""
    changed: bool = False
    """Whether the version was replaced or deleted meanwhile, so that the rest is nobody's."""


@dataclass(frozen=True, slots=True)
class Recutter:
    """Cuts bodies of one process's store again."""

    tools: Tools
    keys: Keys
    read: Read
    """As `Store.read`."""

    async def run(
        self,
        version: Version,
        done: Done,
        *,
        whole: bool,
        worked: Callable[[int, int], Awaitable[None]],
        segment: int = SEGMENT,
    ) -> None:
        """Cut the version's body again from `done.at` on, as its bucket wants it, and publish that.

        With `whole` none of its cuts is relied upon. `worked` is told how many bytes were read and how many
        were passed since the last time. Raises Mistrusted, Unsuited, and what reading and writing raise; what
        was published by then stays.
        """
        cutting = _Cutting(self, version, done, whole, worked, segment)
        while done.at < version.body.size and not done.changed:
            await cutting.next_segment()

    async def layout(self, version: Version, domain_id: int) -> Layout:
        """How chunks of that domain are written. Raises Unsuited."""
        scope = await rechunk.scope(self.tools.db, domain_id)
        if not scope.usable:
            raise Unsuited("its key is a customer's, or disabled")
        key = await self.keys.of_domain(domain_id) if scope.encrypted else None
        if scope.encrypted and key is None:
            raise Unsuited("its key is not known to this gateway")
        compression = version.compression and (version.compression_level or True)
        return Layout(version.chunking, version.archive_hints, compression, domain_id, key)


class _Cutting:
    """One body on its way."""

    def __init__(
        self,
        recutter: Recutter,
        version: Version,
        done: Done,
        whole: bool,
        worked: Callable[[int, int], Awaitable[None]],
        segment: int,
    ) -> None:
        self._recutter = recutter
        self._version = version
        self._done = done
        self._whole = whole
        self._worked = worked
        self._most = segment
        self._preset = PRESETS[version.chunking]
        self._layout: Layout | None = None
        self._chunker: Chunker | None = None
        self._chunks: deque[memoryview] = deque()
        """That the chunker gave, from `_at` on."""
        self._fed = 0
        self._verifying: int | None = None
        """Where the first chunk must end that the chunker gives."""
        self._at = done.at
        self._told = done.at

    async def next_segment(self) -> None:
        """Cut up to where a segment ends, and publish what has changed."""
        async with aclosing(rechunk.cells(self._recutter.tools.db, self._version.body, self._at)) as cells:
            ahead = _Ahead(cells)
            first = await ahead.at(self._at)
            await self._know_domain(first)
            segment = _Segment(self._new_rewrite, self._at)
            try:
                await self._cut(ahead, segment)
                await self._publish(segment)
            except BaseException:
                await segment.abandon()
                raise
        self._done.at = self._at

    async def _cut(self, ahead: _Ahead, segment: _Segment) -> None:
        size = self._version.body.size
        while self._at < size and (not segment.changed or self._at - segment.begin < self._most):
            cell = await ahead.at(self._at)
            await self._know_domain(cell, segment)
            if cell.first and cell.offset == self._at and not segment.changed:
                # What is before can stay as it is. A manifest of which the beginning is not needed any more
                # would keep its chunks.
                await segment.begin_anew(self._at, changed=cell.clipped)
            if self._reliable(cell):
                self._chunker = None
                self._chunks.clear()
                await segment.keep(cell.offset, cell.chunk_id)
                self._at += cell.length
                await self._tell(0)
                continue
            if self._chunker is None:
                self._begin_chunker(cell)
            if not self._chunks:
                await self._feed()
                continue
            await self._take(self._chunks.popleft(), ahead, cell, segment)

    def _reliable(self, cell: Cell) -> bool:
        """Whether the cell is what the preset would cut here: a cut was made at its beginning, and its end
        was made by the content."""
        return not self._whole and cell.offset == self._at and cell.entire and cell.left == 2

    def _begin_chunker(self, cell: Cell) -> None:
        self._chunker = Chunker(self._preset, self._version.archive_hints)
        self._fed = self._at
        trusted = not self._whole and cell.offset == self._at and cell.entire and cell.left == 1
        self._verifying = cell.offset + cell.length if trusted and cell.chunk_id is not None else None

    async def _feed(self) -> None:
        """Read on, until the chunker gives something or everything was read."""
        chunker, size = self._chunker, self._version.body.size
        assert chunker is not None
        window = _WINDOW if self._whole else max(_LEAST, self._preset.maximum)
        length = min(window, size - self._fed)
        async with aclosing(self._recutter.read(self._version.body, self._fed, length)) as reading:
            blocks = [block async for block in reading]
        self._fed += length
        ends = self._fed == size

        def feed() -> list[memoryview]:
            found = [chunk for block in blocks for chunk in chunker.feed(block)]
            return [*found, *chunker.finish()] if ends else found

        self._chunks.extend(await self._recutter.tools.run(feed))
        self._done.read += length
        await pauses.reach("rechunk.read")
        await self._tell(length)

    async def _take(self, chunk: memoryview, ahead: _Ahead, cell: Cell, segment: _Segment) -> None:
        """The chunk comes next; it may be one that the body has already."""
        end = self._at + len(chunk)
        verifying, self._verifying = self._verifying, None
        if verifying is not None and verifying != end:
            raise Mistrusted
        same = cell.offset == self._at and cell.offset + cell.length == end and cell.entire
        if same and cell.chunk_id is not None:
            await segment.keep(self._at, cell.chunk_id)
        else:
            await self._take_other(chunk, ahead, cell, segment)
        self._at = end

    async def _take_other(self, chunk: memoryview, ahead: _Ahead, cell: Cell, segment: _Segment) -> None:
        """The chunk is none that the body has here."""
        end = self._at + len(chunk)
        behind = cell
        while behind.offset + behind.length < end:
            behind = await ahead.at(behind.offset + behind.length)
            await self._know_domain(behind, segment)
        key = None if self._layout is None else self._layout.key
        [cut] = await self._recutter.tools.run(partial(name_chunks, [chunk], self._at - segment.begin, key))
        if not cut.digest and cell.chunk_id is None and behind is cell:
            await segment.keep(self._at, None)
        else:
            self._done.fresh += len(chunk)
            await segment.take(cut)

    async def _publish(self, segment: _Segment) -> None:
        if not segment.changed:
            await segment.abandon()
            return
        manifest_id = await segment.rewrite.close()
        await pauses.reach("rechunk.written")
        length = self._at - segment.begin
        db = self._recutter.tools.db
        body = await rechunk.publish(db, self._version, segment.begin, length, manifest_id)
        if body is None:
            self._done.changed = True
            await segment.abandon()
            return
        self._version = replace(self._version, body=body)
        self._done.body = body
        self._done.segments += 1
        await pauses.reach("rechunk.published")

    async def _know_domain(self, cell: Cell, segment: _Segment | None = None) -> None:
        if cell.domain_id is None:
            return
        if self._layout is None:
            self._layout = await self._recutter.layout(self._version, cell.domain_id)
            if segment is not None:
                segment.rewrite.store_as(self._layout)
        elif self._layout.domain_id != cell.domain_id:
            raise Unsuited("it is stored in several domains")

    def _new_rewrite(self) -> Rewrite:
        return Rewrite(self._recutter.tools, self._layout or _anywhere(self._version))

    async def _tell(self, read: int) -> None:
        """Say how far it is, now and then."""
        if read or self._at - self._told >= _WINDOW or self._at == self._version.body.size:
            passed, self._told = self._at - self._told, self._at
            await self._worked(read, passed)


class _Segment:
    """A run of the body that becomes a manifest, if anything in it changes."""

    def __init__(self, make: Callable[[], Rewrite], begin: int) -> None:
        self._make = make
        self.begin = begin
        self.rewrite = make()
        self.changed = False

    async def begin_anew(self, begin: int, *, changed: bool) -> None:
        """Nothing that was taken so far is to be written."""
        self.changed = changed
        if begin != self.begin:
            await self.rewrite.abandon()
            self.begin = begin
            self.rewrite = self._make()

    async def keep(self, at: int, chunk_id: int | None) -> None:
        """A chunk of the body stays where it is, or zeros do."""
        await self.rewrite.keep(at - self.begin, chunk_id)

    async def take(self, cut: Cut) -> None:
        """A new chunk."""
        self.changed = True
        await self.rewrite.take([cut])

    async def abandon(self) -> None:
        """Let go of it."""
        await self.rewrite.abandon()


class _Ahead:
    """Looks at the cell that covers a position, which only grows."""

    def __init__(self, cells: AsyncGenerator[Cell, None]) -> None:
        self._cells = cells
        self._cell: Cell | None = None

    async def at(self, position: int) -> Cell:
        """The cell that begins at the position, or has begun before it and covers it."""
        while self._cell is None or self._cell.offset + self._cell.length <= position:
            self._cell = await anext(self._cells, None)
            if self._cell is None:
                raise Unavailable("the body was replaced and collected while it was cut again")
        return self._cell


def _anywhere(version: Version) -> Layout:
    """For a body that begins with zeros, which are in no domain; one that it has later is known by then."""
    return Layout(version.chunking, version.archive_hints, False, 0)
