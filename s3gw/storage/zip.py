"""The members of a zip, by their local headers, in the order in which they stand.

The format: https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT (6.3.10), sections 4.3 and 4.5.
"""

from __future__ import annotations

import struct
from collections.abc import Generator
from dataclasses import dataclass

from s3gw.storage.window import Minimum, Window

MAGIC = b"PK\x03\x04"

_LOCAL = struct.Struct("<4sHHHHHIIIHH")
_DIRECTORY = b"PK\x01\x02"
_DESCRIPTOR = b"PK\x07\x08"
_ENCRYPTED = 0x0001
_SIZES_FOLLOW = 0x0008
_RESERVED = 0x4780 | 0x9000
_METHODS = frozenset((0, 1, 6, 8, 9, 12, 14, 18, 19, 20, 93, 94, 95, 96, 97, 98, 99))
_UNKNOWN = 0xFFFFFFFF
_LONGEST_NAME = 4096
_BEST_DEFLATE = 1040
"""Deflate cannot shrink more than 1032 times…"""
_WORST_DEFLATE = 1024
"""…and adds a few bytes a block where nothing shrinks."""


@dataclass(frozen=True, slots=True)
class Local:
    """A local header: how long it is, and how long the body is unless `size` is None."""

    length: int
    size: int | None


def local_header(window: Window, at: int) -> Generator[None, None, Local | None]:
    """The local header at `at`, or None where what stands there is none that a zip would have."""
    head = yield from window.peek(at, _LOCAL.size)
    if len(head) < _LOCAL.size:
        return None
    magic, version, flags, method, _, date, _, size, plain, name_length, extra_length = _LOCAL.unpack(head)
    if (
        magic != MAGIC
        or version & 0xFF > 63
        or version >> 8 > 30
        or flags & _RESERVED
        or method not in _METHODS
        or not 0 < name_length <= _LONGEST_NAME
        or not _is_date(date)
    ):
        return None
    name = yield from window.peek(at + _LOCAL.size, name_length)
    if len(name) < name_length or min(name) < 0x20:
        return None
    length = _LOCAL.size + name_length + extra_length
    if flags & _SIZES_FOLLOW and size in (0, _UNKNOWN):
        return Local(length, None)
    if _UNKNOWN in (size, plain):
        extra = yield from window.peek(at + length - extra_length, extra_length)
        sizes = _zip64_sizes(extra)
        return None if sizes is None else Local(length, sizes[1])
    if method == 0 and size != plain and not flags & _ENCRYPTED:
        return None
    if method == 8 and not (plain <= size * _BEST_DEFLATE and size <= plain + plain // 100 + _WORST_DEFLATE):
        return None
    return Local(length, size)


def walk(window: Window, at: int, minimum: Minimum) -> Generator[None, None, int]:
    """Go from local header to local header, beginning with the one at `at`; cut round bodies that
    `minimum` admits.

    Returns where no local header stood any more: before the central directory, as a rule.
    """
    while True:
        window.decided = max(window.decided, at)
        window.count_header(at)
        header = yield from local_header(window, at)
        if header is None:
            return at
        body = at + header.length
        if header.size is None:
            end, at = yield from _find_end(window, body, minimum)
            continue
        end = body + header.size
        if minimum.admits(header.size, body):
            window.cut(body)
            window.cut(end)
        at = yield from _behind_descriptor(window, end, header.size)


def _find_end(window: Window, body: int, minimum: Minimum) -> Generator[None, None, tuple[int, int]]:
    """Where a body of unknown size ends, and where the next header stands: by the size in its descriptor.

    The descriptor begins with a signature or not, and has sizes of four or of eight bytes.
    """
    search = body
    opened = False
    while True:
        found = window.find(b"PK", search)
        known = window.end - 1 if found is None else found
        if not opened and known - body >= minimum.size + 24:
            # The body is long enough, wherever it ends.
            window.cut(body)
            opened = True
        if opened:
            window.decided = max(window.decided, known - 24)
        if found is None:
            if window.final:
                return window.end, window.end
            search = max(search, window.end - 1)
            yield from window.wait(window.end + 1)
            continue
        record = yield from window.peek(found, 24)
        before = yield from window.peek(max(body, found - 24), min(24, found - body))
        ends = _ends(record, before, found - body)
        if ends is not None:
            end, following = found + ends[0], found + ends[1]
            if minimum.admits(end - body, body):
                window.cut(body)
                window.cut(end)
            return end, following
        search = found + 1


def _ends(record: bytes, before: bytes, distance: int) -> tuple[int, int] | None:
    """Where, seen from "PK" at `distance` into a body, the body ends and the next header stands."""
    if record.startswith(_DESCRIPTOR):
        if record[8:16] == distance.to_bytes(8, "little") and record[16:18] != b"PK":
            return 0, 24
        if record[8:12] == (distance & _UNKNOWN).to_bytes(4, "little"):
            return 0, 16
    elif record.startswith((MAGIC, _DIRECTORY)):
        if before[-16:-8] == (distance - 20).to_bytes(8, "little", signed=True) and distance > 20:
            return -20, 0
        if distance >= 12 and before[-8:-4] == ((distance - 12) & _UNKNOWN).to_bytes(4, "little"):
            return -12, 0
    return None


def _behind_descriptor(window: Window, end: int, size: int) -> Generator[None, None, int]:
    """Where the next header stands behind a body of known size; a descriptor may be between."""
    record = yield from window.peek(end, 28)
    if record.startswith(_DESCRIPTOR):
        return end + (24 if record[16:18] != b"PK" and record[24:26] == b"PK" else 16)
    if not record.startswith(b"PK"):
        if record[4:8] == (size & _UNKNOWN).to_bytes(4, "little") and record[12:14] == b"PK":
            return end + 12
        if record[4:12] == size.to_bytes(8, "little") and record[20:22] == b"PK":
            return end + 20
    return end


def _zip64_sizes(extra: bytes) -> tuple[int, int] | None:
    """Plain and stored size of the zip64 extra field, which a local header must give together."""
    at = 0
    while at + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, at)
        if kind == 1 and length >= 16 and at + 20 <= len(extra):
            plain, size = struct.unpack_from("<QQ", extra, at + 4)
            return (plain, size) if size < 1 << 62 else None
        at += 4 + length
    return None


def _is_date(date: int) -> bool:
    """Whether this is a date as MS-DOS has them, or none."""
    return date == 0 or (1 <= date >> 5 & 15 <= 12 and date & 31 > 0)
