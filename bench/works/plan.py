"""Which works there are, in groups; a group runs on servers of its own, which are new."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from bench.works.base import KIB, MIB, Work
from bench.works.large import Large
from bench.works.small import METHODS, Small


@dataclass(frozen=True)
class Group:
    """Works that run in this order in each round, on the same servers."""

    name: str
    works: Sequence[Work]
    servers: Sequence[str]
    rounds: int


def quick() -> list[Group]:
    """A few minutes: the works that the document sets ratios for, and what is near them."""
    return [
        Group("small", [Small(m, 4 * KIB, 16, 2.0) for m in METHODS], ("rclone", "s3gw"), 5),
        Group(
            "large",
            [
                Large("PUT", 128 * MIB, 1, 4),
                Large("PUT", 128 * MIB, 4, 8),
                Large("PUT", 128 * MIB, 1, 4, again=True),
                Large("GET", 128 * MIB, 1, 4),
                Large("GET", 128 * MIB, 4, 8),
            ],
            ("rclone", "s3gw"),
            3,
        ),
    ]
