"""The members of a tar: POSIX ustar and pax, GNU, and the old form without magic.

The format: https://pubs.opengroup.org/onlinepubs/9799919799/utilities/pax.html and
https://www.gnu.org/software/tar/manual/html_node/Standard.html
"""

from __future__ import annotations

from collections.abc import Generator
from zlib import adler32

from s3gw.storage.window import Minimum, Window

BLOCK = 512
MAGIC = b"ustar"
MAGIC_AT = 257

_LARGEST_RECORDS = 64 << 10
"""Bytes of pax records that are looked into; longer ones carry something else than sizes."""
_OCTAL = b"01234567"
_HIGH = bytes(range(128, 256))
_ZEROS = bytes(BLOCK)
_WITHOUT_BODY = b"123456"


def is_header(block: bytes) -> bool:
    """Whether `block` is a tar header: whether its checksum fits, by either way of counting."""
    if len(block) != BLOCK:
        return False
    try:
        stored = int(block[148:156].split(b"\0", 1)[0], 8)
    except ValueError:
        return False
    # The checksum counts its own field as eight spaces. The low half of an Adler-32 is one more than the sum
    # of the bytes, modulo 65521, which 256 bytes do not reach.
    total = (adler32(block[:256]) & 0xFFFF) + (adler32(block[256:]) & 0xFFFF) - 2
    total += 8 * 32 - sum(block[148:156])
    if stored == total:
        return True
    # Some old tars added signed bytes.
    return stored == total - 256 * (BLOCK - len(block.translate(None, _HIGH)))


def number(field: bytes) -> int | None:
    """A size as tar writes it: octal, or base 256 where the top bit is set. None where it is neither."""
    if field[0] & 0x80:
        if field[0] != 0x80:
            return None  # negative, or beyond 2**88
        value = int.from_bytes(field[1:], "big")
        return value if value < 1 << 62 else None
    text = field.split(b"\0", 1)[0].strip()
    if text.translate(None, _OCTAL):
        return None  # also a sign: who goes back would never come to an end
    return int(text, 8) if text else 0


def pax_size(records: bytes) -> int | None:
    """The last `size` of pax records ("25 size=8589934592\\n"), None where there is none."""
    size = None
    at = 0
    while at < len(records):
        head, space, _ = records[at : at + 24].partition(b" ")
        if not space or not head.isdigit() or int(head) <= len(head) + 1:
            break
        record = records[at + len(head) + 1 : at + int(head)]
        if record.startswith(b"size=") and (text := record[5:].rstrip(b"\n")).isdigit() and len(text) < 20:
            size = int(text)
        at += int(head)
    return size


def walk(window: Window, at: int, minimum: Minimum) -> Generator[None, None, int]:
    """Go from header to header, beginning with the one at `at`; cut round bodies that `minimum` admits.

    Returns where no header stood any more.
    """
    override: int | None = None
    while True:
        window.decided = max(window.decided, at)
        block = yield from window.peek(at, BLOCK)
        size = number(block[124:136]) if is_header(block) else None
        if size is None:
            return at
        kind = block[156:157]
        body = at + BLOCK
        at = body + _padded(size)
        if kind in (b"x", b"X"):
            if size <= _LARGEST_RECORDS:
                override = pax_size((yield from window.peek(body, size)))
            continue
        if kind in (b"g", b"L", b"K"):
            continue
        if override is not None:
            size, override = override, None
        if kind == b"S":
            body = yield from _behind_sparse_map(window, block, body)
        elif size and (kind in _WITHOUT_BODY or (kind == b"\0" and b"/\0" in block[:101])):
            size = yield from _size_if_there(window, body, size)
        at = body + _padded(size)
        if minimum.admits(size, body):
            window.cut(body)
            window.cut(body + size)


def _behind_sparse_map(window: Window, header: bytes, body: int) -> Generator[None, None, int]:
    """Where the data of an old GNU sparse member begin: their map may go on in blocks before them."""
    extended = header[482]
    while extended:
        window.decided = max(window.decided, body - BLOCK)
        block = yield from window.peek(body, BLOCK)
        body += BLOCK
        extended = block[504] if len(block) == BLOCK else 0
    return body


def _size_if_there(window: Window, body: int, size: int) -> Generator[None, None, int]:
    """The size of a link or directory, which most tars write without a body whatever their header says."""
    block = yield from window.peek(body, BLOCK)
    return 0 if block == _ZEROS or is_header(block) else size


def _padded(size: int) -> int:
    return -(-size // BLOCK) * BLOCK


def header_at(window: Window, at: int) -> Generator[None, None, bool]:
    """Whether a tar header begins at `at` from which `walk` gets on."""
    block = yield from window.peek(at, BLOCK)
    return is_header(block) and number(block[124:136]) is not None
