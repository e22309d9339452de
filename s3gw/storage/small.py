"""Bodies so small that they are one chunk, and that chunk a row: dealt with at once.

The machinery of larger uploads (see `writer`) comes to the same for them, but its buffers, its chunker and
its archive hints took five times as long as the work itself.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator
from typing import Protocol

from s3gw import keyring
from s3gw.backends.base import Buffer
from s3gw.db.records import InlineChunk
from s3gw.storage import codec
from s3gw.storage.hints import ZIP_MINIMUM
from s3gw.storage.presets import PRESETS
from s3gw.storage.tar import MAGIC as TAR_MAGIC
from s3gw.storage.writer import TINY, Layout
from s3gw.storage.zip import MAGIC as ZIP_MAGIC

LARGEST = TINY
"""Bytes of the largest body to try."""


class Readable(Protocol):
    """Blocks that can be had as one."""

    def __aiter__(self) -> AsyncIterator[Buffer]:
        """One after the other."""
        ...

    async def read(self) -> Buffer:
        """All as one, in place of iterating."""
        ...

    @property
    def sha256(self) -> bytes | None:
        """Of all that was read, where somebody has computed it from that."""
        ...


async def gather(blocks: AsyncIterable[Buffer] | Readable, size: int) -> bytes:
    """All that `blocks` yields. Raises ValueError where it is not of that size, and what `blocks` raises."""
    read = getattr(blocks, "read", None)
    if read is not None:
        data = bytes(await read())
        if len(data) != size:
            raise ValueError(f"{len(data)} bytes came where {size} were announced")
        return data
    held: list[Buffer] = []
    length = 0
    async for block in blocks:
        held.append(block)
        length += len(block)
        if length > size:
            break
    if length != size:
        raise ValueError(f"{length} bytes came where {size} were announced")
    return bytes(held[0]) if len(held) == 1 else b"".join(held)


async def again(data: bytes) -> AsyncIterator[Buffer]:
    """A body that was gathered, for `Upload`."""
    yield data


def inline(data: bytes, layout: Layout, limit: int, sha256: bytes | None = None) -> InlineChunk | None:
    """The row that holds the whole of `data`; None where it may be more than one chunk, or is too long.

    `limit` is that of the stored bytes, `sha256` the digest where it is known. Processor work of some
    microseconds.
    """
    if not data or not _is_one_chunk(data, layout):
        return None
    return row(data, keyring.digest(data, layout.key, sha256), layout, limit)


def row(data: Buffer, digest: bytes, layout: Layout, limit: int) -> InlineChunk | None:
    """The row of the chunk `data` that is a whole body; None where more than `limit` bytes would be stored.
    Processor work."""
    encoded = codec.encode_within(limit, data, layout.compression, layout.key)
    if encoded is None:
        return None
    number, stored = encoded
    return InlineChunk(layout.domain_id, digest, len(data), number, stored, layout.key_id)


def _is_one_chunk(data: bytes, layout: Layout) -> bool:
    """Whether the preset cuts `data` nowhere, nor may the archive hints.

    They look at no body of fewer than ZIP_MINIMUM bytes here, nor for tars without a magic: a cut in so
    little would save nothing and cost a manifest.
    """
    preset = PRESETS[layout.chunking]
    if len(data) > preset.minimum:
        return False
    hints = layout.hints and preset.content_defined
    return not hints or len(data) <= ZIP_MINIMUM or (ZIP_MAGIC not in data and TAR_MAGIC not in data)
