"""Whether a copy of a pack is whole: every frame that lives is there, with the checksum of its stored bytes.

No key is needed, and no chunk is decoded.
"""

from __future__ import annotations

from s3gw.backends.base import Backend, Buffer
from s3gw.db.compaction import Contents
from s3gw.db.packs import Replica
from s3gw.errors import BlobNotFound
from s3gw.storage.packscan import PackScan, Read

_READ = 4 << 20
"""Bytes of a pack that are read at a time."""


async def read_copy(backend: Backend, replica: Replica, size: int) -> bytearray:
    """The whole blob, filled up with zeros where it ends before `size`. Raises BlobNotFound, Unavailable."""
    data = bytearray()
    while len(data) < size:
        more = await backend.read(replica.blob, len(data), min(_READ, size - len(data)))
        if not more:
            return data + bytes(size - len(data))
        data += more
    return data


async def bad_frames(data: Buffer, contents: Contents) -> set[int]:
    """Where the payloads begin of those frames that live and are not intact in these bytes of a pack."""
    view = memoryview(data)

    async def read(offset: int, length: int) -> Buffer:
        return view[offset : offset + length]

    return await _not_intact(read, contents)


async def missing(backend: Backend, replica: Replica, size: int, contents: Contents) -> set[int]:
    """The same of a copy on a backend, read some at a time. Raises Unavailable."""

    async def read(offset: int, length: int) -> Buffer:
        return await backend.read(replica.blob, offset, min(length, max(0, size - offset)))

    try:
        return await _not_intact(read, contents)
    except BlobNotFound:
        return set(contents.frames)


async def _not_intact(read: Read, contents: Contents) -> set[int]:
    wanted = set(contents.frames)
    async for scanned in PackScan(read):
        if scanned.intact:
            wanted.discard(scanned.frame.payload_offset)
    return wanted
