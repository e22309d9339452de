"""What rows of chunks came to that were decoded and verified lately.

Decrypting, decompressing and comparing with the digest is a pure function of a row: what it came to is kept
with the whole row, and answers for a row that equals it in every byte. Any other, one that was damaged in the
database for instance, is decoded and verified as if nothing were kept.
"""

from __future__ import annotations

from collections import OrderedDict

from s3gw.db.chunks import StoredChunk
from s3gw.db.records import InlineChunk

ROOM = 16 << 20
"""Bytes that a process keeps."""
LARGEST = 64 << 10
"""Plain bytes of the longest chunk that is kept."""
_BESIDE = 512
"""Bytes that keeping a chunk takes besides those of its row and what it came to, about."""

Row = InlineChunk | StoredChunk


class Verified:
    """Rows and their plain bytes, those that were asked for last; to be used in one event loop only."""

    def __init__(self, room: int = ROOM) -> None:
        self._kept: OrderedDict[bytes, tuple[Row, bytes]] = OrderedDict()
        self._room = room

    def find(self, row: Row) -> bytes | None:
        """The plain bytes of a row, where an equal one was verified."""
        kept = self._kept.get(row.digest)
        if kept is None or kept[0] != row:
            return None
        self._kept.move_to_end(row.digest)
        return kept[1]

    def keep(self, row: Row, plain: bytes) -> None:
        """Keep what was decoded of a row and compared with its digest."""
        if len(plain) > LARGEST:
            return
        before = self._kept.pop(row.digest, None)
        if before is not None:
            self._room += _taken(*before)
        self._kept[row.digest] = row, plain
        self._room -= _taken(row, plain)
        while self._room < 0:
            _, oldest = self._kept.popitem(last=False)
            self._room += _taken(*oldest)


def _taken(row: Row, plain: bytes) -> int:
    return _BESIDE + len(plain) + len(row.data or b"")
