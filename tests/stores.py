"""Stores for tests: a database, a directory or memory, and bodies that go in and out."""

from __future__ import annotations

import random
from collections.abc import AsyncIterator, Iterable
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Self
from uuid import UUID

from s3gw.backends.base import Backend
from s3gw.buffers import allocate
from s3gw.config import Settings
from s3gw.db import accounts, buckets, instances, objects
from s3gw.db.pool import Database
from s3gw.db.records import Body, Draft, Properties
from s3gw.storage.store import Layout, Store

INSTANCE = UUID(int=1)
CDC = Layout("cdc-256k", hints=False, compression=True, domain_id=0)
FIXED = Layout("fixed-64k", hints=False, compression=False, domain_id=0)


@asynccontextmanager
async def open_store(
    db: Database, backend: Backend, settings: Settings | None = None, *, instance: UUID = INSTANCE
) -> AsyncIterator[Store]:
    """A store with one backend, as a gateway would open it; leaving it closes the store."""
    row = await instances.ensure_backend(db, "local", "test:")
    started = await instances.start(db, instance)
    store = Store(db, {row.id: backend}, settings or Settings(), started)
    try:
        yield store
    finally:
        await store.close()


def random_bytes(length: int, seed: int = 0) -> bytes:
    """Incompressible bytes, the same for the same seed."""
    return random.Random(seed).randbytes(length)


async def blocks_of(data: bytes, sizes: Iterable[int] = ()) -> AsyncIterator[memoryview]:
    """The data in blocks, in memory that is used again once nobody refers to it."""
    at = 0
    lengths = iter(sizes)
    while at < len(data):
        piece = data[at : at + next(lengths, 256 << 10)]
        at += len(piece)
        block = allocate(len(piece))[: len(piece)]
        block[:] = piece
        yield block.toreadonly()
        del block


def body_of(draft: Draft) -> Body:
    """A draft's body before it is published; not for inline ones."""
    return Body(draft.size, manifest_id=draft.manifest_id)


async def read_all(store: Store, draft: Draft, start: int = 0, length: int | None = None) -> bytes:
    """Bytes of a draft."""
    wanted = draft.size - start if length is None else length
    got = bytearray()
    async with aclosing(store.read(body_of(draft), start, wanted, inline=draft.inline)) as blocks:
        async for block in blocks:
            got += block
    return bytes(got)


def quick(**margins: float) -> Settings:
    """Settings without waiting: everything is due at once."""
    settings = Settings()
    nothing = dict.fromkeys(("reader", "tombstone", "sighting", "completed_upload"), 0.0)
    return replace(settings, margins=replace(settings.margins, **{**nothing, **margins}))


@dataclass(frozen=True, slots=True)
class Keys:
    """A bucket in which drafts are published under keys."""

    db: Database
    account_id: int
    bucket: str
    bucket_id: int

    @classmethod
    async def create(cls, db: Database, bucket: str = "bucket") -> Self:
        """A new bucket."""
        account = await accounts.ensure_root(db)
        made, _ = await buckets.create(db, bucket, account.id, "us-east-1", "cdc-256k", False)
        return cls(db, account.id, bucket, made.id)

    async def publish(self, key: str, draft: Draft) -> objects.PublishResult:
        """Make the draft the current version of the key."""
        return await objects.publish(
            self.db, self.bucket_id, key, self.account_id, draft, "etag", Properties()
        )

    async def put(self, store: Store, key: str, data: bytes, layout: Layout = CDC) -> None:
        """Write and publish."""
        draft = await store.write(blocks_of(data), layout)
        assert (await self.publish(key, draft)).outcome is objects.Outcome.DONE

    async def put_whole(self, store: Store, key: str, data: bytes, layout: Layout = CDC) -> int:
        """The same as PutObject does it; how often the body had to be stored again."""
        async with store.drafting(blocks_of(data), layout, len(data)) as drafting:
            draft, again = drafting.draft, 0
            while (result := await self.publish(key, draft)).outcome is objects.Outcome.CHUNKS_GONE:
                assert draft.whole is not None
                assert drafting.again is not None
                draft, again = await drafting.again(), again + 1
            assert result.outcome is objects.Outcome.DONE
            return again

    async def get(self, store: Store, key: str) -> bytes | None:
        """The whole object, or None."""
        found = await objects.get(self.db, self.bucket, key)
        if found.version is None:
            return None
        body = found.version.body
        got = bytearray()
        async for block in store.read(body, 0, body.size, inline=found.inline):
            got += block
        return bytes(got)

    async def delete(self, *keys: str) -> None:
        """Delete keys."""
        await objects.delete(self.db, self.bucket_id, keys)

    async def copy(self, source: str, target: str) -> objects.Outcome:
        """Copy by reference."""
        found = await objects.get(self.db, self.bucket, source)
        assert found.version is not None
        result = await objects.publish_copy(
            self.db, self.bucket_id, target, self.account_id, found.version.body, "etag", Properties()
        )
        return result.outcome


async def count(db: Database, table: str) -> int:
    """Rows of a table."""
    rows: int = await db.fetchval(f"SELECT count(*) FROM {table}")
    return rows
