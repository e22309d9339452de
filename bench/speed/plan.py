"""Which works run on which servers, how often: a quick plan for every day, a full one for the document."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from bench.speed.works.base import GIB, KIB, MIB, Work
from bench.speed.works.compaction import POOL, Beside, Compaction
from bench.speed.works.large import Large
from bench.speed.works.listing import Listing
from bench.speed.works.multipart import Multipart
from bench.speed.works.small import METHODS, Ranges, Small

DISK = ("rclone", "s3gw", "s3gw-2")
UPSTREAM = ("rclone", "upstream", "upstream-2")
MILLION = 1_000_000


@dataclass(frozen=True)
class Group:
    """Works that run in this order in each round, on the same servers, which are new for the group."""

    name: str
    works: Sequence[Work]
    servers: Sequence[str]
    rounds: int
    fresh: bool = False
    """New servers in each round, so that one round's bytes are gone from disk and memory in the next."""
    keys: int = 0
    """So many keys are in the bucket before, by SQL."""


@dataclass(frozen=True)
class Required:
    """What a work must reach beside rclone, on disk, with one worker."""

    work: str
    ratio: float


@dataclass(frozen=True)
class Limit:
    """What a work may take at the median, in milliseconds."""

    work: str
    most: float


REQUIRED = (
    Required("key/get-4k-c16", 1.2),
    Required("key/put-4k-c16", 1.2),
    Required("large/put-128m-s1", 1.0),
    Required("large/put-128m-s4", 1.0),
    Required("large/again-128m-s1", 1.5),
    Required("large/again-128m-s4", 1.5),
    Required("large/get-128m-s1", 1.2),
    Required("large/get-128m-s4", 1.2),
)
LIMITS = (Limit("million/list-flat-sql", 5), Limit("million/list-delimiter-sql", 15))

_LARGE = (
    Large("PUT", 128 * MIB, 1, 4),
    Large("PUT", 128 * MIB, 4, 8),
    Large("AGAIN", 128 * MIB, 1, 4),
    Large("AGAIN", 128 * MIB, 4, 8),
    Large("GET", 128 * MIB, 1, 4),
    Large("GET", 128 * MIB, 4, 8),
)
_MULTIPART = (Multipart("PUT", GIB), Multipart("GET", GIB))


def quick() -> list[Group]:
    """A few minutes: the works that ratios are required of, and HEAD and DELETE."""
    return [
        Group("key", [Small(method, 4 * KIB, 16, 2.0) for method in METHODS], DISK[:2], 5),
        Group("large", _LARGE, DISK[:2], 3),
    ]


def full() -> list[Group]:
    """Everything that the document shows, in 40 minutes on two cores.

    Small works run for 0.7 s each, three rounds; the key ones longer and oftener, those on an upstream less
    often, and 1 GiB in one or two rounds.
    """
    return [
        Group("key", [Small(method, 4 * KIB, 16, 2.0) for method in METHODS], DISK, 5),
        Group("large", [*_LARGE, Large("COPY", 128 * MIB, 1, 4)], DISK, 4),
        Group("million", _million(), ("s3gw",), 5, keys=MILLION),
        Group("pages", _pages(), (*DISK[1:], *UPSTREAM[1:]), 3, keys=MILLION),
        *(
            Group(f"keys-{keys}", [_put_among(keys)], ("s3gw",), 3, keys=keys)
            for keys in (1000, 10_000, 100_000)
        ),
        Group("small", [*_matrix((1, 16, 64)), Small("COPY", 4 * KIB, 16, 0.7)], DISK, 3),
        Group("ranges", [Ranges(GIB, connections) for connections in (1, 16)], DISK, 3),
        Group("gigabyte", _gigabyte(), DISK, 2, fresh=True),
        Group("multipart", _MULTIPART, DISK, 2, fresh=True),
        Group("compaction", _compaction(), ("s3gw",), 3),
        Group("upstream", [*_matrix((1, 16, 64)), Small("COPY", 4 * KIB, 16, 0.7)], UPSTREAM, 2),
        Group("upstream-large", _LARGE, UPSTREAM, 2),
        Group("upstream-ranges", [Ranges(GIB, 16)], UPSTREAM, 2),
        Group("upstream-gigabyte", _gigabyte(), UPSTREAM, 1, fresh=True),
        Group("upstream-multipart", _MULTIPART, UPSTREAM, 1, fresh=True),
    ]


def _matrix(connections: Sequence[int], methods: Sequence[str] = METHODS) -> list[Work]:
    return [
        Small(method, size, number, 0.7)
        for size in (4 * KIB, 64 * KIB, MIB)
        for number in connections
        for method in methods
    ]


def _gigabyte() -> list[Work]:
    return [Large(method, GIB, streams, streams) for method in ("PUT", "GET") for streams in (1, 4)]


def _compaction() -> list[Work]:
    beside = [Small(method, 64 * KIB, 16, 1.0) for method in ("PUT", "GET")]
    return [Compaction(POOL), *beside, *(Beside(small, POOL) for small in beside)]


def _million() -> list[Work]:
    pages = [Listing(delimiter, where) for delimiter in ("", "/") for where in ("http", "call", "sql")]
    return [_put_among(MILLION), *pages]


def _pages() -> list[Work]:
    """Whole requests: one at a time, and as many as there are at once."""
    alone = [Listing(delimiter, "http") for delimiter in ("", "/")]
    return [*alone, *(replace(one, connections=16, unit="requests/s") for one in alone)]


def _put_among(keys: int) -> Work:
    return Small("PUT", 4 * KIB, 16, 2.0, among=keys)
