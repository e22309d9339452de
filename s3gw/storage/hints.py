"""Archive hints: where a stream must be cut so that members of archives keep chunks of their own."""

from __future__ import annotations


class Hints:
    """Finds forced cuts."""

    decided = 0

    def advance(self, data: bytearray, base: int, end: int, *, final: bool) -> None:
        """Look at the stream up to `end`, an index into `data`, which begins at `base` of the stream."""
        self.decided = base + end

    def boundary(self, after: int) -> int | None:
        """The first forced cut behind `after`."""
        return None
