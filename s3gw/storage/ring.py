"""Where packs should be: a ring of points, 150 for each unit of a backend's weight (consistent hashing).

A pack's id is hashed to a place on the ring; going on from there, the first backends that are met hold its
replicas. So a backend that joins takes its share from all others and nothing else moves, and one that leaves
gives its share to all others. Every process computes the same ring from the same rows.

The rows of replicas say where a pack is; this says where it should be.
"""

from __future__ import annotations

from bisect import bisect
from collections.abc import Mapping
from hashlib import blake2b

POINTS = 150
"""Virtual nodes for each unit of weight."""


class Ring:
    """An immutable ring. Looking up takes the logarithm of its number of points."""

    def __init__(self, weights: Mapping[int, int]) -> None:
        """`weights` by the ids of backends; one of weight 0 is not on the ring."""
        points = sorted(
            (_place(f"{backend}/{number}"), backend)
            for backend, weight in weights.items()
            for number in range(weight * POINTS)
        )
        self._places = [place for place, _ in points]
        self._backends = [backend for _, backend in points]
        self._size = len({backend for backend, weight in weights.items() if weight > 0})

    def backends(self, pack_id: int, replicas: int) -> list[int]:
        """Of different backends the first `replicas` for this pack; all there are, where they are fewer."""
        wanted = min(replicas, self._size)
        found: list[int] = []
        at = bisect(self._places, _place(str(pack_id)))
        while len(found) < wanted:
            backend = self._backends[at % len(self._backends)]
            if backend not in found:
                found.append(backend)
            at += 1
        return found


def _place(name: str) -> int:
    return int.from_bytes(blake2b(name.encode(), digest_size=8).digest(), "big")
