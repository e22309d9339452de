"""Inputs for a target: words in any order, and seeds with a piece cut out and something put in."""

from __future__ import annotations

from hypothesis import strategies as st

from tests.fuzz.seeds import SEEDS, WORDS


def inputs(name: str) -> st.SearchStrategy[bytes]:
    """Inputs for the target `name`."""
    piece = st.sampled_from(WORDS[name]) | st.binary(max_size=4)
    sentence = st.lists(piece, max_size=24).map(b"".join)
    return sentence | st.binary(max_size=64) | _changed(name, piece)


@st.composite
def _changed(draw: st.DrawFn, name: str, piece: st.SearchStrategy[bytes]) -> bytes:
    seed = draw(st.sampled_from(SEEDS[name]))
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(seed)))
        end = min(len(seed), start + draw(st.sampled_from([0, 0, 1, 4, 16])))
        seed = seed[:start] + draw(piece) + seed[end:]
    return seed
