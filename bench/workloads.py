"""Four workloads of an earlier store whose savings are known to the digit: pool, prefix, versions, duplicate.

Bytes are made by the same formulas, so the same chunkers must save the same.
"""

from __future__ import annotations

from collections.abc import Iterator

MIB = 1 << 20
POOL = 200
FILES = 1000


def pool() -> Iterator[bytes]:
    """1000 files of one to three chunks of 4 MiB, picked from a pool of 200: 8 GB, a tenth of it unique."""
    chunks = [_periodic([(index * 31 + at) % 251 for at in range(251)], 4 * MIB) for index in range(POOL)]
    for file in range(FILES):
        picks = (file, file * 3 + 1, file * 7 + 2)
        yield b"".join(chunks[pick % POOL] for pick in picks[: 1 + file % 3])


def prefix() -> Iterator[bytes]:
    """20 MiB, and the same with one byte put in front of it."""
    data = _mixed(20 * MIB)
    yield data
    yield b"\xab" + data


def versions() -> Iterator[bytes]:
    """Two files of 20 MiB that share their first 18."""
    shared = _periodic(range(200), 18 * MIB)
    yield shared + _periodic(range(17), 2 * MIB)
    yield shared + _periodic(range(23), 2 * MIB)


def duplicate() -> Iterator[bytes]:
    """The same 20 MiB twice."""
    data = _mixed(20 * MIB)
    yield data
    yield data


def _periodic(period: range | list[int], size: int) -> bytes:
    once = bytes(period)
    return (once * (size // len(once) + 1))[:size]


def _mixed(size: int) -> bytes:
    """For each position the bytes 1, 2 and 3 of its multiple of 0x9E3779B9, combined by exclusive or."""
    products = (at * 0x9E3779B9 for at in range(size))
    return bytes(((x >> 8) ^ (x >> 16) ^ (x >> 24)) & 0xFF for x in products)
