"""One body on its way in: cut, named, looked up, stored, published as rows of a leased manifest.

Three things go on at once: the next blocks are read while the ones before are cut and hashed in a thread,
and while the batches before that are stored. Each holds a bounded number of bytes.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any, TypeVar

from s3gw import keyring, pauses
from s3gw.backends.base import Buffer
from s3gw.db import manifests
from s3gw.db.instances import Instance
from s3gw.db.manifests import PackLost, Reference
from s3gw.db.pool import Database
from s3gw.db.records import Draft, InlineChunk, NewChunk
from s3gw.errors import Unavailable
from s3gw.keyring import DataKey
from s3gw.storage import codec, frames
from s3gw.storage.budget import Budget
from s3gw.storage.chunker import Chunker
from s3gw.storage.frames import Cut
from s3gw.storage.inflight import InFlight
from s3gw.storage.leases import Leases
from s3gw.storage.packs import PackWriter
from s3gw.storage.presets import PRESETS

T = TypeVar("T")

FEED = 1 << 19
"""Bytes handed to the cutting thread at a time."""
TINY = 16 << 10
"""Bytes up to which a body is dealt with on the spot: a thread would take longer to wake."""
BATCH_CHUNKS = 1024
ROWS = 64
"""Chunk rows inserted in one transaction: more would block other uploads for long."""
PINS = 256
"""Known chunks pinned in one statement."""
INLINE_RATIO = 16
"""How many times the limit the plain bytes may be for inlining to be tried at all."""
_ATTEMPTS = 8


@dataclass(frozen=True, slots=True)
class Layout:
    """How a bucket wants its objects stored."""

    chunking: str
    hints: bool
    compression: bool | int
    """zstd's level; True for the usual one, False for none."""
    domain_id: int
    key: DataKey | None = None
    """Of the domain; None where it is not encrypted."""
    account_id: int | None = None
    """Of the account in whose own domain it is stored, unless there is a key; None for the store's."""

    def within(self, domain_id: int, key: DataKey | None) -> Layout:
        """The same in a domain, with its key."""
        return Layout(self.chunking, self.hints, self.compression, domain_id, key, self.account_id)

    @property
    def key_id(self) -> int | None:
        """What rows of chunks call the key."""
        return None if self.key is None else self.key.id


@dataclass(frozen=True, slots=True)
class Share:
    """An upload's part of the memory of a process."""

    batch: int
    """Plain bytes that it gathers before it stores them."""
    behind: int
    """Batches that it stores at once: with two, one is looked up and compressed while another is synced."""


@dataclass(frozen=True, slots=True)
class Tools:
    """What every upload of a process shares."""

    db: Database
    instance: Instance
    cpu: ThreadPoolExecutor
    packs: PackWriter
    leases: Leases
    inflight: InFlight
    inline_limit: int
    share: Callable[[], Share]
    """What an upload may hold in memory, given how many run now."""
    storing: Budget
    """Plain bytes that all uploads store at once; an upload gathers no further ones until it has its own."""

    async def run(self, work: Callable[[], T]) -> T:
        """Run processor work in a thread."""
        return await asyncio.get_running_loop().run_in_executor(self.cpu, work)


@dataclass(slots=True)
class Batch:
    """Neighbouring chunks that are looked up and stored together."""

    cuts: list[Cut] = field(default_factory=list)
    length: int = 0

    def add(self, cut: Cut) -> None:
        """Take one more chunk."""
        self.cuts.append(cut)
        self.length += len(cut.data)


class Upload:
    """Writes one body. Use once."""

    def __init__(self, tools: Tools, layout: Layout) -> None:
        self._tools = tools
        self._layout = layout
        self._chunker = Chunker(PRESETS[layout.chunking], layout.hints)
        self._cut_to = 0
        self._batch = Batch()
        self._cutting: asyncio.Task[list[Cut]] | None = None
        self._storing: deque[asyncio.Task[None]] = deque()
        self._beginning = asyncio.Lock()
        self._manifest_id: int | None = None
        self._in_hole = False
        self._packed = False

    async def run(self, blocks: AsyncIterable[Buffer]) -> Draft:
        """Store everything that `blocks` yields. When it raises, nothing is left but rows for the reaper."""
        try:
            return await self._run(blocks)
        except BaseException:
            await self.abandon()
            raise

    async def abandon(self) -> None:
        """Break off: whatever was written is the reaper's."""
        running: list[asyncio.Task[Any]] = [*self._storing]
        if self._cutting is not None:
            running.append(self._cutting)
        for task in running:
            task.cancel()
        try:
            await asyncio.gather(*running, return_exceptions=True)
        finally:  # cancelled again, perhaps
            if self._manifest_id is not None:
                self._tools.leases.abandon(self._manifest_id)

    async def _run(self, blocks: AsyncIterable[Buffer]) -> Draft:
        fed = 0
        async for parts in _gather(blocks):
            length = sum(map(len, parts))
            fed += length
            if fed <= TINY:  # and hence the whole body, since the first parts are short only at the end
                self._take(self._cut(parts, final=False))
                continue
            await self._cut_done()
            self._cutting = asyncio.create_task(self._tools.run(partial(self._cut, parts, final=False)))
        await self._cut_done()
        if fed <= TINY:
            self._take(self._cut((), final=True))
        else:
            self._take(await self._tools.run(partial(self._cut, (), final=True)))
        return await self._finish()

    def _cut(self, parts: Sequence[Buffer], *, final: bool) -> list[Cut]:
        """The chunks that are finished by now, named. Processor work."""
        chunks: list[Buffer] = []
        for part in parts:
            chunks.extend(self._chunker.feed(part))
        if final:
            chunks.extend(self._chunker.finish())
        cuts = name_chunks(chunks, self._cut_to, self._layout.key)
        self._cut_to += sum(map(len, chunks))
        return cuts

    def _take(self, cuts: Sequence[Cut]) -> None:
        for cut in cuts:
            self._batch.add(cut)

    async def _cut_done(self) -> None:
        """Take over what was cut, and have it stored where it makes a batch."""
        if self._cutting is None:
            return
        cuts = await self._cutting
        self._cutting = None
        for cut in cuts:
            await self._add(cut)

    async def _add(self, cut: Cut) -> None:
        """Take one more chunk, and have what was taken stored where it makes a batch."""
        self._batch.add(cut)
        if len(self._batch.cuts) >= BATCH_CHUNKS or self._batch.length >= self._tools.share().batch:
            await self._store_behind()

    async def _store_behind(self) -> None:
        """Begin to store the batch, once few enough others are on their way."""
        await self._stored(self._tools.share().behind - 1)
        length = self._batch.length
        await self._tools.storing.take(length)
        batch, self._batch = self._batch, Batch()
        task = asyncio.create_task(self._store(batch, self._holes(batch), final=False))
        task.add_done_callback(lambda _: self._tools.storing.give(length))
        self._storing.append(task)

    async def _stored(self, left: int) -> None:
        """Wait until at most `left` batches are being stored."""
        while len(self._storing) > left:
            await self._storing[0]
            self._storing.popleft()

    def _holes(self, batch: Batch) -> list[int]:
        """Where runs of zeros begin in the batch, which is the next of the upload."""
        offsets: list[int] = []
        for cut in batch.cuts:
            if not cut.digest and not self._in_hole:
                offsets.append(cut.offset)
            self._in_hole = not cut.digest
        return offsets

    async def _finish(self) -> Draft:
        batch, self._batch = self._batch, Batch()
        size = self._cut_to
        if size == 0:
            return Draft(0)
        if self._manifest_id is None and not self._storing and len(batch.cuts) == 1:
            inline = await self._inline(batch.cuts[0])
            if inline is not None:
                return Draft(size, inline=inline)
        await self._stored(0)
        await self._store(batch, self._holes(batch), final=True)
        manifest_id = await self._manifest()
        self._tools.leases.let_go(manifest_id)
        await pauses.reach("put.stored")
        return Draft(size, manifest_id=manifest_id)

    async def _inline(self, cut: Cut) -> InlineChunk | None:
        """The body's only chunk as a row, where it is small enough."""
        limit = self._tools.inline_limit
        length = len(cut.data)
        if length > INLINE_RATIO * limit:
            return None
        layout = self._layout
        encode = partial(codec.encode_within, limit, cut.data, layout.compression, layout.key)
        encoded = encode() if length <= TINY else await self._tools.run(encode)
        if encoded is None:
            return None
        number, data = encoded
        digest = cut.digest or keyring.digest(cut.data, layout.key)
        return InlineChunk(layout.domain_id, digest, length, number, data, layout.key_id)

    async def _manifest(self) -> int:
        """The upload's manifest, made when it is first needed."""
        async with self._beginning:
            if self._manifest_id is None:
                leases = self._tools.leases
                self._manifest_id = await manifests.begin(
                    self._tools.db, self._tools.instance, leases.seconds
                )
                leases.hold_manifest(self._manifest_id)
                await pauses.reach("put.begun")
        return self._manifest_id

    async def _store(self, batch: Batch, holes: Sequence[int], *, final: bool) -> None:
        """Give every chunk of the batch a row of the manifest: a hole, a pin of what is stored, or new."""
        manifest_id = await self._manifest()
        if holes:
            await manifests.add_holes(self._tools.db, manifest_id, holes)
        wanted = [cut for cut in batch.cuts if cut.digest]
        for _ in range(_ATTEMPTS):
            wanted = await self._pin(manifest_id, wanted)
            await pauses.reach("put.pinned")
            if not wanted:
                return
            domain_id = self._layout.domain_id
            mine, others = self._tools.inflight.claim((domain_id, cut.digest) for cut in wanted)
            try:
                new = [cut for cut in wanted if (domain_id, cut.digest) in mine]
                if new:
                    await self._store_new(manifest_id, new, final=final)
            finally:
                self._tools.inflight.release(mine)
            wanted = [cut for cut in wanted if (domain_id, cut.digest) not in mine]
            for other in others:
                await other.wait()
            if not wanted:
                return
        raise Unavailable("chunks that other uploads were storing did not appear")

    async def _pin(self, manifest_id: int, cuts: list[Cut]) -> list[Cut]:
        """Pin the chunks that are stored already; the cuts whose are not."""
        missing: list[Cut] = []
        for some in _slices(cuts, PINS):
            pinned = await manifests.pin_known(
                self._tools.db, manifest_id, self._layout.domain_id, _references(some)
            )
            missing.extend(cut for cut in some if cut.offset not in pinned)
        return missing

    async def _store_new(self, manifest_id: int, cuts: Sequence[Cut], *, final: bool) -> None:
        """Make the bytes of new chunks durable, then insert their rows."""
        first: dict[bytes, Cut] = {}
        for cut in cuts:
            first.setdefault(cut.digest, cut)
        unique = list(first.values())
        if final and not self._packed:
            limit = self._tools.inline_limit
            if rows := await self._tools.run(partial(inline_rows, unique, self._layout, limit)):
                await self._publish(manifest_id, rows, cuts)
                return
        self._packed = True
        plans = frames.plan(unique)
        layout = self._layout
        build = partial(frames.build, domain_id=layout.domain_id, compress=layout.compression, key=layout.key)
        built = await asyncio.gather(*(self._tools.run(partial(build, plan)) for plan in plans))
        filled = [frame for some in built for frame in some]
        buffers = [buffer for frame in filled for buffer in frame.encoded.buffers]
        length = sum(frame.encoded.length for frame in filled)
        for _ in range(_ATTEMPTS):
            async with self._tools.packs.append(buffers, length, last=final) as placement:
                await pauses.reach("put.synced")
                chunks = frames.place(filled, placement.pack.id, placement.offset)
                try:
                    await self._publish(manifest_id, chunks, cuts)
                except PackLost:
                    self._tools.packs.retire(placement.pack)
                    continue
            return
        raise Unavailable("packs were condemned as fast as they were written")

    async def _publish(self, manifest_id: int, chunks: Sequence[NewChunk], cuts: Sequence[Cut]) -> None:
        """Rows of chunks that are safe and of the manifest, some at a time."""
        by_digest: dict[bytes, list[Cut]] = {}
        for cut in cuts:
            by_digest.setdefault(cut.digest, []).append(cut)
        for some in _slices(chunks, ROWS):
            references = _references([cut for chunk in some for cut in by_digest[chunk.digest]])
            await manifests.add_new(self._tools.db, manifest_id, self._layout.domain_id, some, references)
            await pauses.reach("put.inserted")


def name_chunks(chunks: Iterable[Buffer], offset: int, key: DataKey | None) -> list[Cut]:
    """Chunks one behind the other from `offset` on, by their digests. Processor work."""
    cuts: list[Cut] = []
    for chunk in chunks:
        cuts.append(Cut(offset, chunk, b"" if _is_zero(chunk) else keyring.digest(chunk, key)))
        offset += len(chunk)
    return cuts


def inline_rows(unique: Sequence[Cut], layout: Layout, limit: int) -> list[NewChunk] | None:
    """The only new chunks of an upload as rows, where they are small enough together. Processor work."""
    if sum(len(cut.data) for cut in unique) > INLINE_RATIO * limit:
        return None
    rows: list[NewChunk] = []
    left = limit
    for cut in unique:
        encoded = codec.encode_within(left, cut.data, layout.compression, layout.key)
        if encoded is None:
            return None
        number, data = encoded
        left -= len(data)
        rows.append(NewChunk(cut.digest, len(cut.data), number, data=data, key_id=layout.key_id))
    return rows


async def _gather(blocks: AsyncIterable[Buffer]) -> AsyncIterator[list[Buffer]]:
    """Blocks in groups of about FEED bytes."""
    held: list[Buffer] = []
    length = 0
    async for block in blocks:
        held.append(block)
        length += len(block)
        if length >= FEED:
            yield held
            held, length = [], 0
    if length:
        yield held


def _is_zero(chunk: Buffer) -> bool:
    if chunk[0] or chunk[-1] or chunk[len(chunk) // 2]:
        return False
    return not bytes(chunk).lstrip(b"\0")


def _references(cuts: Sequence[Cut]) -> list[Reference]:
    return [Reference(cut.offset, cut.digest) for cut in cuts]


def _slices(items: Sequence[T], length: int) -> list[Sequence[T]]:
    return [items[at : at + length] for at in range(0, len(items), length)]
