"""Text that compresses about as prose does: words drawn from a fixed vocabulary."""

from __future__ import annotations

import random

_LETTERS = b"abcdefghijklmnopqrstuvwxyz"


class Prose:
    """Draws words from a vocabulary that it makes first, all with one source of randomness."""

    def __init__(self, source: random.Random, vocabulary: int, longest: int):
        self._source = source
        self._words = [
            bytes(source.choices(_LETTERS, k=source.randint(3, longest))).decode() for _ in range(vocabulary)
        ]

    def words(self, count: int) -> str:
        """That many words with a space between them."""
        return " ".join(self._source.choices(self._words, k=count))
