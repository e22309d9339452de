"""Incompressible bodies of any size that are never held: slices of one random buffer between stamps.

A stamp stands in every 32 KiB and occurs once, so whatever chunk of at least 64 KiB a server cuts, no other
body has it; and slices begin at other places each time, so that boundaries fall differently too.
"""

from __future__ import annotations

import hashlib
import itertools
import random
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

STAMPED = 32 << 10
"""A stamp and the bytes up to the next."""
_STAMP = struct.Struct("<QQ")
_RANDOM = 16 << 20
_MASK = (1 << 64) - 1
_GOLDEN = 0x9E3779B97F4A7C15
_seeds = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Body:
    """`size` bytes that follow from `seed`; bodies of different seeds share no run of 64 KiB."""

    seed: int
    size: int

    @classmethod
    def new(cls, size: int) -> Body:
        """A body that this process has not made before."""
        return cls(next(_seeds), size)

    def pieces(self) -> Iterator[bytes | memoryview]:
        """The bytes in order, as buffers that nobody may change."""
        source, left, index = _random(), self.size, self.seed << 24
        while left > 0:
            mixed = (index * _GOLDEN) & _MASK
            take = min(left, STAMPED)
            yield _STAMP.pack(mixed, index & _MASK)[:take]
            if take > _STAMP.size:
                at = mixed >> 41
                yield source[at : at + take - _STAMP.size]
            left -= take
            index += 1

    def bytes(self) -> bytes:
        """All of it."""
        return b"".join(self.pieces())

    def sha256(self) -> str:
        """Its SHA-256 in hexadecimal digits; remembered."""
        return _sha256(self)

    def range_sha256(self, start: int, length: int) -> str:
        """The same of a part of it."""
        found, at = hashlib.sha256(), 0
        for piece in self.pieces():
            found.update(memoryview(piece)[max(0, start - at) : max(0, start + length - at)])
            at += len(piece)
            if at >= start + length:
                break
        return found.hexdigest()


EMPTY = Body(0, 0)


@lru_cache(1 << 16)
def _sha256(body: Body) -> str:
    found = hashlib.sha256()
    for piece in body.pieces():
        found.update(piece)
    return found.hexdigest()


@cache
def _random() -> memoryview:
    return memoryview(random.Random("bench").randbytes(_RANDOM))
