"""Blobs in memory, for tests and throw-away stores. Nothing survives the process."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

from s3gw.backends.base import Appender, Backend, BlobInfo, Buffer, Marker
from s3gw.errors import BlobNotFound, Unavailable

ALIGNMENT = 4096


@dataclass(slots=True)
class _Blob:
    data: bytearray = field(default_factory=bytearray)
    modified: float = field(default_factory=time.monotonic)


class Memory(Backend):
    """A dictionary of blobs, with the alignment of a disk so that both behave alike."""

    appendable = True

    def __init__(self) -> None:
        self._blobs: dict[str, _Blob] = {}
        self._marker: Marker | None = None

    async def put(self, name: str, buffers: Sequence[Buffer]) -> None:
        """Store a whole blob; the same again is a success."""
        self._blobs[name] = _Blob(bytearray(b"".join(buffers)))

    async def open(self, name: str) -> Appender:
        """Begin an empty blob; FileExistsError where the name was used before."""
        if name in self._blobs:
            raise FileExistsError(name)
        blob = self._blobs[name] = _Blob()
        return MemoryAppender(blob)

    async def read(self, name: str, offset: int, length: int) -> Buffer:
        """As Backend.read."""
        return bytes(self._blob(name).data[offset : offset + length])

    async def size(self, name: str) -> int:
        """Bytes of the blob, filling included."""
        return len(self._blob(name).data)

    async def delete(self, name: str) -> None:
        """Forget the blob."""
        self._blobs.pop(name, None)

    async def list(self) -> AsyncIterator[BlobInfo]:
        """Every blob of the moment at which the listing began."""
        now = time.monotonic()
        for name, blob in list(self._blobs.items()):
            yield BlobInfo(name, len(blob.data), now - blob.modified)

    async def marker(self) -> Marker | None:
        """What `mark` set."""
        return self._marker

    async def mark(self, marker: Marker) -> Marker:
        """As Backend.mark."""
        known = self._marker
        if known is None or (known.backend is None and known.store == marker.store):
            self._marker = marker
        return self._marker or marker

    def _blob(self, name: str) -> _Blob:
        try:
            return self._blobs[name]
        except KeyError:
            raise BlobNotFound(name) from None


class MemoryAppender(Appender):
    """A blob that grows by whole blocks."""

    alignment = ALIGNMENT

    def __init__(self, blob: _Blob) -> None:
        self._blob: _Blob | None = blob

    async def append(self, buffers: Sequence[Buffer]) -> int:
        """As Appender.append; Unavailable once closed."""
        if self._blob is None:
            raise Unavailable("closed")
        start = len(self._blob.data)
        self._blob.data += b"".join(buffers)
        self._blob.data += bytes(-len(self._blob.data) % ALIGNMENT)
        self._blob.modified = time.monotonic()
        return start

    async def close(self) -> None:
        """Take no more."""
        self._blob = None
