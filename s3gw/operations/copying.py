"""What CopyObject and UploadPartCopy have in common: the source, and its bytes where they must be read."""

from __future__ import annotations

import asyncio
import hashlib
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from s3gw.access.requirements import of_source, of_source_tags
from s3gw.db.records import Draft, ObjectVersion
from s3gw.errors import S3Error
from s3gw.operations import conditions, encryption
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


async def find_source(
    call: Call, request: Any, source: CopySource, *, with_tags: bool = False
) -> ObjectVersion:
    """The version that a copy reads, if it is there and the `x-amz-copy-source-if-…` conditions hold.

    Whether its tags may be read, too, is asked where it has some and they are copied `with_tags`.
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
    record = encryption.of(version.properties)
    if record is not None and "customer" in record:
        raise S3Error(
            "InvalidRequest",
            "The object was stored using a form of Server Side Encryption. The correct parameters must be "
            "provided to retrieve the object.",
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
    return version


def must_rewrite(version: ObjectVersion, record: encryption.Record | None) -> bool:
    """Whether a copy must not name the source's bytes: they are stored plain, and its own shall not be."""
    return record is not None and encryption.of(version.properties) is None and version.size > 0


async def rewrite(call: Call, version: ObjectVersion, span: Span, layout: Layout) -> Draft:
    """Store a span of a version anew. To be published, or discarded."""
    async with aclosing(call.services.store.read(version.body, span.start, span.length)) as blocks:
        return await call.services.store.write(blocks, layout, size=span.length)


@dataclass(frozen=True, slots=True)
class Digests:
    """What reading some bytes gave: their MD5 in hexadecimal, and a checksum in base64."""

    md5: str
    checksum: str | None


async def digest(call: Call, version: ObjectVersion, span: Span, algorithm: str | None) -> Digests:
    """Read a span of a version through the store, for its MD5 and its checksum by `algorithm`."""
    md5 = hashlib.md5(usedforsecurity=False)
    checksum = None if algorithm is None else algorithms.new(algorithm)

    def update(block: Buffer) -> None:
        md5.update(block)
        if checksum is not None:
            checksum.update(block)

    if span.length:
        async for block in call.services.store.read(version.body, span.start, span.length):
            if len(block) > _IN_THREAD:
                await asyncio.to_thread(update, block)
            else:
                update(block)
    return Digests(md5.hexdigest(), None if checksum is None else algorithms.encode(checksum.digest()))
