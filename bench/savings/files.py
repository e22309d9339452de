"""Files below a place and how large they are."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path


def walk(place: Path) -> Iterator[Path]:
    """Regular files at or below `place`, in the order of their names."""
    if place.is_file():
        yield place
        return
    yield from (path for path in sorted(place.rglob("*")) if path.is_file() and not path.is_symlink())


def size(*places: Path) -> int:
    """Bytes in all files at or below `places`: their lengths, not the blocks that they occupy."""
    return sum(path.stat().st_size for place in places for path in walk(place))


def count(places: Sequence[Path]) -> int:
    """How many files there are."""
    return sum(1 for place in places for _ in walk(place))
