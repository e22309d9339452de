"""The deduplicating store as a library: bodies by name, in one directory, without HTTP.

    import asyncio
    from s3gw import ChunkStore

    async def main():
        async with ChunkStore.open("backups") as store:
            await store.put("monday", b"all there is to keep")
            await store.put("tuesday", b"all there is to keep")     # costs a row
            async for block in store.get("monday"):
                print(len(block))
            await store.delete("monday")
            print((await store.stats()).savings_percent)

    asyncio.run(main())

The directory holds an embedded PostgreSQL and the packs, as that of a gateway does.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Iterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Self
from uuid import UUID, uuid4

from s3gw.backends.base import Backend, Buffer
from s3gw.backends.disk import Disk
from s3gw.config import CHUNKINGS, Settings
from s3gw.db import accounts, buckets, instances, listings, objects, stats
from s3gw.db.embedded import start_embedded
from s3gw.db.migrations import migrate
from s3gw.db.pool import Database
from s3gw.db.records import Account, Body, Bucket, Properties
from s3gw.errors import ConfigError, Unavailable
from s3gw.jobs import collect, compact
from s3gw.jobs.collect import Freed, collect_now
from s3gw.jobs.runner import Runner
from s3gw.jobs.throttle import Throttle
from s3gw.storage.store import Layout, Store

__all__ = ["ChunkStore"]

_BUCKET = "chunkstore"
_BLOCK = 1 << 20


class ChunkStore:
    """Bodies by name. Safe for concurrent use within one event loop; one process per directory.

    A name is any text without NUL of up to 1,024 bytes of UTF-8. What `put` stored is durable when it
    returns; readers see the whole old or the whole new body. What nothing names any more is collected in the
    background. Failures are raised as `s3gw.errors.GatewayError`: Unavailable, OutOfSpace, Damaged.
    """

    def __init__(
        self, db: Database, backends: dict[int, Backend], store: Store, settings: Settings, bucket: Bucket
    ) -> None:
        """Use `open`."""
        self._db = db
        self._backends = backends
        self._store = store
        self._settings = settings
        self._bucket = bucket
        self._layout = Layout(bucket.chunking, bucket.archive_hints, bucket.level, bucket.domain_id)

    @classmethod
    @asynccontextmanager
    async def open(
        cls, path: str | os.PathLike[str], *, chunking: str = "cdc-256k", archive_hints: bool = True
    ) -> AsyncIterator[Self]:
        """Open the store in the directory `path`, which is created where it is missing.

        `chunking` (a name of `s3gw.config.CHUNKINGS`) and `archive_hints` hold for a new store.
        Call it from the main thread: the embedded PostgreSQL ends with the thread that started it. Raises
        ConfigError where the directory is in use or does not fit.
        """
        if chunking not in CHUNKINGS:
            raise ConfigError(f"chunking: {chunking!r} is none of {', '.join(CHUNKINGS)}")
        data = _directory(path)
        settings = replace(Settings(), data=data)
        async with AsyncExitStack() as stack:
            instance_id = stack.enter_context(_locked(data / "instance"))
            embedded = await start_embedded(data)
            stack.push_async_callback(embedded.stop)
            await migrate(embedded.url)
            db = await Database.connect(embedded.url)
            stack.push_async_callback(db.close)
            account = await accounts.ensure_root(db)
            bucket = await _bucket(db, account, settings.region, chunking, archive_hints)
            row = await instances.ensure_backend(db, "disk", (data / "packs").as_uri())
            disk = Disk(data / "packs", reserve=settings.reserve)
            stack.push_async_callback(disk.close)
            backends: dict[int, Backend] = {row.id: disk}
            instance = await instances.start(db, instance_id)
            store = Store(db, backends, settings, instance)
            stack.push_async_callback(store.close)
            compactor = await stack.enter_async_context(
                compact.compacting(db, backends, settings, instance=instance)
            )
            runner = Runner(
                db,
                [*collect.jobs(db, backends, settings), compact.job(compactor, settings)],
                pace=lambda _: Throttle(settings.job_rest, settings.compact_rate),
            )
            runner.start()
            stack.push_async_callback(runner.stop)
            yield cls(db, backends, store, settings, bucket)

    async def put(self, name: str, data: Buffer | AsyncIterable[Buffer]) -> None:
        """Store a body under `name`, in place of what was there; durable on return.

        Blocks of an iterator may be reused once the next is asked for. What the iterator raises is raised,
        and then nothing has changed.
        """
        _check(name)
        blocks = _blocks(data) if isinstance(data, (bytes, bytearray, memoryview)) else _copied(data)
        draft = await self._store.write(blocks, self._layout)
        # Not the MD5 that S3 clients take an ETag without a dash for.
        etag = f"{uuid4().hex}-1"
        done = False
        try:
            result = await objects.publish(
                self._db, self._bucket.id, name, self._bucket.owner.id, draft, etag, Properties()
            )
            done = result.outcome is objects.Outcome.DONE
        finally:
            if not done:
                await self._store.discard(draft)
        if not done:
            raise Unavailable(f"{name!r} was not stored: {result.outcome.value}")

    async def get(self, name: str, start: int = 0, length: int | None = None) -> AsyncGenerator[Buffer, None]:
        """The bytes of a body from `start`, all or `length` of them, in blocks of at most a chunk.

        Every block was verified. Raises KeyError where there is no such name.
        """
        _check(name)
        found = await objects.get(self._db, _BUCKET, name)
        if found.version is None:
            raise KeyError(name)
        body: Body = found.version.body
        start = min(start, body.size)
        wanted = body.size - start if length is None else min(length, body.size - start)
        async with aclosing(self._store.read(body, start, wanted, inline=found.inline)) as blocks:
            async for block in blocks:
                yield block

    async def size(self, name: str) -> int | None:
        """Bytes of a body, or None where there is no such name."""
        _check(name)
        found = await objects.get(self._db, _BUCKET, name, inline=False)
        return None if found.version is None else found.version.size

    async def names(self, prefix: str = "") -> AsyncGenerator[str, None]:
        """The names that begin with `prefix`, in the order of their UTF-8 bytes."""
        after = ""
        while True:
            page = await listings.list_objects(self._db, self._bucket.id, prefix=prefix, after=after)
            for version in page.objects:
                yield version.key
            if page.next_marker is None:
                return
            after = page.next_marker

    async def delete(self, name: str) -> bool:
        """Remove a name; False where there was none. Its bytes go once nothing else has them."""
        _check(name)
        outcomes = await objects.delete(self._db, self._bucket.id, [name])
        return outcomes[name] is objects.Outcome.DONE

    async def collect(self, grace: float = 0.0) -> Freed:
        """Free at once what has not been in use for `grace` seconds; see `s3gw.jobs.collect.collect_now`."""
        return await collect_now(self._db, self._backends, self._settings.margins, grace=grace)

    async def stats(self) -> stats.Stats:
        """What is stored, and what that saves."""
        return await stats.overall(self._db)


async def _bucket(db: Database, account: Account, region: str, chunking: str, archive_hints: bool) -> Bucket:
    bucket, _ = await buckets.create(db, _BUCKET, account.id, region, chunking, archive_hints)
    return bucket


def _directory(path: str | os.PathLike[str]) -> Path:
    data = Path(path).absolute()
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        raise ConfigError(f"{data}: {error.strerror}") from None
    return data


@contextmanager
def _locked(path: Path) -> Iterator[UUID]:
    """Be the one process of this directory; the id under which it writes, made up once."""
    handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise ConfigError(f"{path.parent} is in use by another process") from None
        yield _identity(handle, path)
    finally:
        os.close(handle)


def _identity(handle: int, path: Path) -> UUID:
    text = os.pread(handle, 64, 0).decode("ascii", "replace").strip()
    if not text:
        text = str(uuid4())
        os.pwrite(handle, f"{text}\n".encode(), 0)
        os.fsync(handle)
    try:
        return UUID(text)
    except ValueError:
        raise ConfigError(f"{path}: is not readable as the id of a store") from None


async def _blocks(data: Buffer) -> AsyncIterator[Buffer]:
    view = memoryview(data).cast("B")
    for at in range(0, len(view), _BLOCK):
        yield view[at : at + _BLOCK]


async def _copied(blocks: AsyncIterable[Buffer]) -> AsyncIterator[Buffer]:
    """The blocks, which their source may reuse: the store still reads one when it asks for the next."""
    async for block in blocks:
        yield bytes(block)


def _check(name: str) -> None:
    if not name or "\0" in name or len(name.encode()) > 1024:
        raise ValueError("a name has 1 to 1,024 bytes of UTF-8 and no NUL")
