"""The ring spreads evenly, moves little, and agrees with itself everywhere."""

from __future__ import annotations

import random
import statistics
import subprocess
import sys
from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from s3gw.storage.ring import POINTS, Ring

PACKS = 2000
WEIGHTS = st.dictionaries(st.integers(1, 1000), st.integers(0, 3), max_size=8)


def owners(ring: Ring, packs: range | list[int]) -> list[int]:
    return [ring.backends(pack, 1)[0] for pack in packs]


def seeded_ids(seed: int, number: int = 6) -> list[int]:
    return random.Random(seed).sample(range(1, 1_000_000), number)


def test_six_equal_backends_share_evenly() -> None:
    """Over 200 rings the mean coefficient of variation stays below a tenth."""
    spreads = []
    for seed in range(200):
        ids = seeded_ids(seed)
        shares = Counter(owners(Ring(dict.fromkeys(ids, 1)), range(seed * PACKS, (seed + 1) * PACKS)))
        counts = [shares[backend] for backend in ids]
        spreads.append(statistics.pstdev(counts) / statistics.mean(counts))
    assert statistics.mean(spreads) < 0.1


def test_a_backend_that_joins_takes_its_share_and_nothing_else_moves() -> None:
    """Over 200 rings of six, the seventh takes 1/7 of the packs, give or take a twentieth of that."""
    moved = []
    for seed in range(200):
        *ids, new = seeded_ids(seed, 7)
        before = owners(Ring(dict.fromkeys(ids, 1)), range(PACKS))
        after = owners(Ring(dict.fromkeys([*ids, new], 1)), range(PACKS))
        changed = [then for was, then in zip(before, after, strict=True) if was != then]
        assert set(changed) == {new}
        moved.append(len(changed) / PACKS)
    assert abs(statistics.mean(moved) - 1 / 7) < 0.05 / 7


def test_weights_are_shares() -> None:
    shares = Counter(owners(Ring({1: 1, 2: 2, 3: 1}), range(20_000)))
    assert 0.4 < shares[2] / 20_000 < 0.6


def test_looking_up_takes_the_logarithm_of_the_points() -> None:
    """Counted in comparisons, not in seconds."""

    class Counted(int):
        compared = 0

        def __lt__(self, other: object) -> bool:
            Counted.compared += 1
            return int(self) < int(other)  # type: ignore[call-overload, no-any-return]

    steps = {}
    for number in (4, 64, 1024):
        ring = Ring(dict.fromkeys(range(1, number + 1), 1))
        ring._places = [Counted(place) for place in ring._places]
        Counted.compared = 0
        for pack in range(100):
            ring.backends(pack, 1)
        steps[number] = Counted.compared / 100
    assert steps[4] <= (4 * POINTS).bit_length()
    assert steps[1024] - steps[64] <= 5
    assert steps[64] - steps[4] <= 5


@given(WEIGHTS, st.integers(0, 2**63), st.integers(1, 4))
def test_replicas_are_on_different_backends(weights: dict[int, int], pack: int, replicas: int) -> None:
    found = Ring(weights).backends(pack, replicas)
    able = {backend for backend, weight in weights.items() if weight}
    assert len(found) == len(set(found)) == min(replicas, len(able))
    assert set(found) <= able


@given(WEIGHTS, st.integers(0, 2**63), st.integers(1, 4))
def test_more_replicas_begin_with_the_same_ones(weights: dict[int, int], pack: int, replicas: int) -> None:
    ring = Ring(weights)
    assert ring.backends(pack, replicas + 1)[:replicas] == ring.backends(pack, replicas)


@given(WEIGHTS.filter(lambda weights: sum(map(bool, weights.values())) > 1), st.integers(0, 2**63))
def test_what_a_backend_held_goes_to_the_next_ones(weights: dict[int, int], pack: int) -> None:
    first, second = Ring(weights).backends(pack, 2)
    del weights[first]
    assert Ring(weights).backends(pack, 1) == [second]


def test_every_process_computes_the_same_ring() -> None:
    weights = {3: 1, 7: 2, 11: 1}
    program = (
        f"from s3gw.storage.ring import Ring; print([Ring({weights}).backends(p, 2) for p in range(50)])"
    )
    there = subprocess.run([sys.executable, "-c", program], capture_output=True, check=True, text=True)
    assert there.stdout.strip() == str([Ring(weights).backends(pack, 2) for pack in range(50)])
