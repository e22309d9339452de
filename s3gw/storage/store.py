"""The deduplicating store: bodies in, bodies out. It knows neither S3 nor HTTP.

`write` makes bytes safe and names them by a draft; publishing the draft (`db.objects`, `db.uploads`) makes
them a body; `read` gives a body's bytes back, verified.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Awaitable, Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from dataclasses import dataclass

from s3gw.backends.base import Backend, Buffer
from s3gw.config import Settings
from s3gw.db.assumed import NOTHING, Assumed
from s3gw.db.body_rows import BodyRows
from s3gw.db.instances import Instance
from s3gw.db.pool import Database
from s3gw.db.records import Body, Draft, InlineChunk
from s3gw.errors import OutOfSpace
from s3gw.keyring import DataKey
from s3gw.storage import small, whole
from s3gw.storage.budget import Budget
from s3gw.storage.inflight import InFlight
from s3gw.storage.keys import Keys
from s3gw.storage.leases import Leases
from s3gw.storage.packs import Commits, PackWriter, Placing
from s3gw.storage.reader import Reader
from s3gw.storage.recut import Recutter
from s3gw.storage.verified import Verified
from s3gw.storage.writer import Layout, Share, Tools, Upload

__all__ = ["Drafting", "Layout", "Store"]

PLAIN = 0
"""The domain of the whole store that is not encrypted."""
_BATCHES = 16 << 20
"""Plain bytes that all uploads of a process gather together, about."""
_BATCH_MIN, _BATCH_MAX = 1 << 20, 8 << 20
_STORING = 16 << 20
"""Plain bytes that all uploads of a process store at once, unless a single batch is longer."""
_STORING_PUT = 48 << 20
"""The same where packs go up whole: three of 16 MiB, so that a stream does not wait for each."""
_KEPT = 48 << 20
"""Plain bytes of bodies of some MiB that a process keeps until they are published; others are streamed."""
_FEW = 2
"""Uploads at once that are not yet enough to keep the disk busy with one batch each."""
_SPACE_FRESH = 0.5
"""Seconds for which a look at the free space holds."""


@dataclass(frozen=True, slots=True)
class Drafting:
    """A draft, and how to have another where chunks that it counts on were collected meanwhile."""

    draft: Draft
    again: Callable[[], Awaitable[Draft]] | None = None
    """To be asked where the publication ended as CHUNKS_GONE."""


class Store:
    """One process's way to the chunks. Safe for concurrent use within one event loop."""

    def __init__(
        self,
        db: Database,
        backends: Mapping[int, Backend],
        settings: Settings,
        instance: Instance,
        placing: Placing | None = None,
        keys: Keys | None = None,
        rows: Backend | None = None,
    ) -> None:
        """`backends` by the ids of their rows; `instance` as `db.instances.start` gave it.

        Without `placing` each pack has one copy, on any of the backends; without `keys` nothing is encrypted.
        `rows` is where the database writes, if that is known: it holds no packs,
        but nothing is stored where it is full.
        """
        self._db = db
        self._backends = backends
        self._appends = all(backend.appendable for backend in backends.values())
        self._cpu = ThreadPoolExecutor(os.cpu_count() or 2, thread_name_prefix="s3gw-cpu")
        self._leases = Leases(db, settings.margins.lease)
        self._packs = PackWriter(db, backends, instance, self._leases, placing)
        self._keys = Keys(db) if keys is None else keys
        self._reader = Reader(db, backends, self._cpu, self._keys, Verified())
        self._uploads = 0
        self._longer = 0
        """Plain bytes of bodies of some MiB that are kept until they are published."""
        self._space_checked = float("-inf")
        self._rows = rows
        self._rows_full = False
        self._tools = Tools(
            db,
            instance,
            self._cpu,
            self._packs,
            self._leases,
            InFlight(),
            settings.inline_limit,
            self._share,
            Budget(_STORING if self._appends else _STORING_PUT),
        )

    @property
    def commits(self) -> Commits:
        """Group commits of this process so far."""
        return self._packs.commits

    @asynccontextmanager
    async def drafting(
        self, blocks: AsyncIterable[Buffer], layout: Layout, size: int | None, assumed: Assumed = NOTHING
    ) -> AsyncIterator[Drafting]:
        """Like `write`, with a draft that is published, or discarded, before the context is left.

        So a body that is known to fit into memory needs no lease, and its manifest is written when it is
        published. Before anything of it is stored, what is assumed is compared; raises Outdated.
        """
        await self.check_space()
        layout = await self._scoped(layout)
        found = await self._small(blocks, layout, size)
        if isinstance(found, Draft):
            yield Drafting(found)
            return
        longer = 0 if size is None or size <= whole.SHORT else size
        if not size or not whole.fits(layout, size) or self._longer + longer > _KEPT:
            yield Drafting(await self._write(found, layout, size))
            return
        work = whole.Whole(self._tools, layout, size, assumed)

        async def again() -> Draft:
            work.close()
            return await self._write(work.again(), layout, size)

        self._uploads += 1
        self._longer += longer
        try:
            draft = await work.run(found)
            yield Drafting(await again() if draft is None else draft, again)
        finally:
            self._uploads -= 1
            self._longer -= longer
            work.close()

    async def write(self, blocks: AsyncIterable[Buffer], layout: Layout, *, size: int | None = None) -> Draft:
        """Store everything that `blocks` yields, and say by what to publish it.

        No block may be changed afterwards. On return the bytes are durable, or small enough to stand in the
        draft itself. A draft of a manifest is leased for `margins.lease` seconds: publish or discard it.
        `size` is what `blocks` must amount to, where that is known. Raises what `blocks` raises, OutOfSpace,
        Unavailable; then nothing of the upload is visible, and what was stored is collected.
        """
        await self.check_space()
        layout = await self._scoped(layout)
        found = await self._small(blocks, layout, size)
        return found if isinstance(found, Draft) else await self._write(found, layout, size)

    @property
    def encrypts(self) -> bool:
        """Whether what is written from now on is encrypted, also where nobody asks for it."""
        return self._keys.default is not None

    async def _scoped(self, layout: Layout) -> Layout:
        """The layout with the key and in the domain of its account, or of the store, where it has no key."""
        if layout.key is not None:
            return layout
        if layout.account_id is not None:
            domain_id, key = await self._keys.of_account(layout.account_id)
            return layout.within(domain_id, key)
        key = self._keys.default
        if key is None or layout.domain_id != PLAIN:
            return layout
        return layout.within(key.domain_id, key)

    def recutter(self) -> Recutter:
        """What cuts stored bodies again."""
        return Recutter(self._tools, self._keys, self.read)

    async def _small(
        self, blocks: AsyncIterable[Buffer], layout: Layout, size: int | None
    ) -> Draft | AsyncIterable[Buffer]:
        """The draft of a body so small that it is dealt with at once; of others the body."""
        if size is None or size > small.LARGEST:
            return blocks
        data = await small.gather(blocks, size)
        sha256: bytes | None = getattr(blocks, "sha256", None)
        chunk = small.inline(data, layout, self._tools.inline_limit, sha256)
        return small.again(data) if chunk is None else Draft(size, inline=chunk)

    async def _write(self, blocks: AsyncIterable[Buffer], layout: Layout, size: int | None) -> Draft:
        """By a leased manifest."""
        self._uploads += 1
        try:
            draft = await Upload(self._tools, layout).run(blocks)
        finally:
            self._uploads -= 1
        if size is not None and draft.size != size:
            await self.discard(draft)
            raise ValueError(f"{draft.size} bytes came where {size} were announced")
        return draft

    def read(
        self,
        body: Body,
        start: int,
        length: int,
        *,
        inline: InlineChunk | None = None,
        rows: BodyRows | None = None,
        key: DataKey | None = None,
    ) -> AsyncGenerator[Buffer, None]:
        """`length` bytes of a body from `start`, in blocks of at most one chunk.

        Every chunk is verified before any of its bytes is handed on; only the chunks that the range touches
        are read. `inline` is the body's one chunk where the caller has it already, `rows` where its bytes are
        as far as the caller knows, `key` a customer's. Close the iterator (`contextlib.aclosing`) when
        leaving early. Raises Damaged where no intact copy is left or the body was collected meanwhile,
        Unavailable where none can be reached.
        """
        return self._reader_with(key).read(body, start, length, inline, rows)

    def inline(
        self, chunk: InlineChunk, start: int, length: int, *, key: DataKey | None = None
    ) -> Awaitable[Buffer]:
        """What `read` yields for a body that is one chunk in the database, as one block."""
        return self._reader_with(key).inline(chunk, start, length)

    def _reader_with(self, key: DataKey | None) -> Reader:
        if key is None:
            return self._reader
        # Without anything kept: what a customer's key opens is not to be had without it.
        return Reader(self._db, self._backends, self._cpu, self._keys.along(key))

    def customer_key(self, secret: bytes, *, make: bool) -> Awaitable[DataKey | None]:
        """The key that belongs to a customer's secret; see `Keys.of_customer`."""
        return self._keys.of_customer(secret, make=make)

    def data_key(self, number: int) -> Awaitable[DataKey]:
        """The data key of that number. Raises Damaged where this process cannot unseal it."""
        return self._keys.current(number)

    async def follow_keys(self) -> None:
        """Encrypt by what others have made meanwhile; open packs end where versions of keys do, so that what
        was encrypted by them is not appended to for long."""
        if await self._keys.follow():
            self._packs.turn()

    def make_up(self) -> None:
        """Have copies made that the open pack lacks for some time; to be called again and again."""
        self._packs.turn_lacking()

    def make_key(self, name: str) -> Awaitable[None]:
        """Have a named key, which is made where it is missing."""
        return self._keys.make(name)

    async def discard(self, draft: Draft) -> None:
        """Let go of a draft that will not be published."""
        if draft.manifest_id is not None:
            self._leases.abandon(draft.manifest_id)

    async def check_space(self) -> None:
        """Raise OutOfSpace where too few backends have anything left above their reserve, or the database's
        disk has not.

        This holds for whatever adds rows, too.
        """
        now = asyncio.get_running_loop().time()
        if self._rows is not None and now - self._space_checked >= _SPACE_FRESH:
            self._space_checked = now
            self._rows_full = await _is_full(self._rows)
        if self._rows_full:
            raise OutOfSpace("the disk of the database has no space left above its reserve")
        await self._packs.require_space()

    async def close(self) -> None:
        """Seal the open pack and stop renewing. Reads and writes must have ended."""
        await self._packs.close()
        await self._leases.close()
        self._cpu.shutdown(wait=False, cancel_futures=True)

    def _share(self) -> Share:
        uploads = max(self._uploads, 1)
        batch = max(_BATCH_MIN, min(_BATCH_MAX, _BATCHES // uploads))
        behind = 2 if uploads <= _FEW else 1
        return Share(batch, behind if self._appends else 3 * behind)


async def _is_full(backend: Backend) -> bool:
    space = await backend.space()
    return space is not None and space.free <= 0
