"""What CopyObject and UploadPartCopy have in common: the source, and its bytes where they must be read."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator, AsyncIterator, Iterable, Mapping
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from s3gw.access.requirements import of_source, of_source_tags
from s3gw.db import objects
from s3gw.db.records import NULL_VERSION, Bucket, Draft, ObjectVersion
from s3gw.errors import S3Error
from s3gw.keyring import DataKey
from s3gw.operations import conditions, encrypting, encryption
from s3gw.operations.call import Buffer, Call
from s3gw.operations.conditions import Conditions
from s3gw.operations.copy_source import CopySource
from s3gw.operations.lookup import existing_bucket, find, version_of
from s3gw.operations.names import missing_key
from s3gw.operations.ranges import Span
from s3gw.protocol import checksums as algorithms
from s3gw.storage.store import Layout

_IN_THREAD = 16384
"""Bytes above which hashing is left to a thread."""


class Source(NamedTuple):
    """What a copy reads, and the customer's key that it needs for that."""

    version: ObjectVersion
    key: DataKey | None = None
    account_id: int | None = None
    """The account that the chunks of its bucket are kept apart for, if they are."""

    def read(self, call: Call, span: Span) -> AsyncGenerator[Buffer, None]:
        """The bytes of a span."""
        return call.services.store.read(self.version.body, span.start, span.length, key=self.key)


async def find_source(call: Call, request: Any, source: CopySource, *, with_tags: bool = False) -> Source:
    """The version that a copy reads, if it is there and the `x-amz-copy-source-if-…` conditions hold.

    Whether its tags may be read, too, is asked where it has some and they are copied `with_tags`. Raises as
    well what `encrypting.for_reading` does where it cannot be decrypted.
    """
    found = await find(call, source.bucket, source.key, source.version_id)
    bucket = existing_bucket(found.bucket, source.bucket, request.expected_source_bucket_owner)
    if not call.access.may_read(of_source(source.version_id), bucket, source.key, found.version):
        raise S3Error("AccessDenied")
    if found.version is not None and found.version.delete_marker:
        if source.version_id is None:
            raise missing_key(source.key)
        raise S3Error(
            "InvalidRequest",
            "The source of a copy request may not specifically refer to a delete marker by version id.",
        )
    version = version_of(found, source.key, source.version_id)
    tags = of_source_tags(source.version_id) if with_tags and version.properties.extra.get("tags") else ()
    if tags and not call.access.may_read(tags, bucket, source.key, version):
        raise S3Error("AccessDenied")
    customer = await encrypting.for_reading(
        call, request, bucket, encryption.of(version.properties), source=True
    )
    conditions.check_source(
        Conditions(
            if_match=request.copy_source_if_match,
            if_none_match=request.copy_source_if_none_match,
            if_modified_since=request.copy_source_if_modified_since,
            if_unmodified_since=request.copy_source_if_unmodified_since,
        ),
        version.etag,
        version.modified_at,
        datetime.now(UTC),
    )
    return Source(version, None if customer is None else customer.key, bucket.apart_for)


def must_rewrite(source: Source, record: encryption.Record | None, bucket: Bucket) -> bool:
    """Whether a copy into the bucket must not name the source's bytes, since its own are to be encrypted by
    another key, or kept apart from those of others."""
    before, after = encryption.scope(encryption.of(source.version.properties)), encryption.scope(record)
    if before != after:
        return True
    return after in encryption.OF_STORE and source.account_id != bucket.apart_for


def shown_id(named: CopySource, version: ObjectVersion) -> str | None:
    """The `x-amz-copy-source-version-id` of an answer: none for a version without an id of its own, unless
    the request asked for that one."""
    if named.version_id is None and version.version_id == NULL_VERSION:
        return None
    return version.version_id


async def combined_of_parts(call: Call, version: ObjectVersion, algorithm: str) -> str | None:
    """The checksum of a multipart object's bytes from those of its parts, without reading any; None where it
    does not follow from them."""
    if version.parts_count is None or not algorithms.can_combine(algorithm):
        return None
    parts = await objects.parts(call.services.db, version.body)
    if not parts or any(algorithm not in part.checksums for part in parts):
        return None
    digests = [(algorithms.decode(algorithm, part.checksums[algorithm]), part.size) for part in parts]
    return algorithms.encode(algorithms.combine(algorithm, digests))


@dataclass(frozen=True, slots=True)
class Digests:
    """What reading some bytes gave: their MD5 in hexadecimal, and checksums in base64 by algorithm."""

    md5: str
    checksums: Mapping[str, str]


async def rewrite(
    call: Call, source: Source, span: Span, layout: Layout, algorithms: Iterable[str]
) -> tuple[Draft, Digests]:
    """Store a span of a version anew, and digest it on the way. To be published, or discarded.

    Bytes pass through memory a few MiB at a time, however many there are.
    """
    async with aclosing(source.read(call, span)) as blocks:
        digesting = _Digesting(blocks, algorithms)
        draft = await call.services.store.write(digesting, layout, size=span.length)
    return draft, digesting.digests


async def digest(call: Call, source: Source, span: Span, algorithms: Iterable[str]) -> Digests:
    """Read a span of a version through the store, for its MD5 and its checksums."""
    async with aclosing(source.read(call, span)) as blocks:
        digesting = _Digesting(blocks, algorithms)
        async for _ in digesting:
            pass
    return digesting.digests


class _Digesting:
    """Blocks that are digested while they pass."""

    def __init__(self, blocks: AsyncIterator[Buffer], names: Iterable[str]) -> None:
        self._blocks = blocks
        self._md5 = hashlib.md5(usedforsecurity=False)
        self._checksums = {name: algorithms.new(name) for name in names}

    def __aiter__(self) -> AsyncIterator[Buffer]:
        return self

    async def __anext__(self) -> Buffer:
        block = await anext(self._blocks)
        if len(block) > _IN_THREAD:
            await asyncio.to_thread(self._update, block)
        else:
            self._update(block)
        return block

    def _update(self, block: Buffer) -> None:
        self._md5.update(block)
        for checksum in self._checksums.values():
            checksum.update(block)

    @property
    def digests(self) -> Digests:
        """Of all that has passed."""
        found = {name: algorithms.encode(one.digest()) for name, one in self._checksums.items()}
        return Digests(self._md5.hexdigest(), found)
