"""What a client was told of a key, and hence what the key may hold."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache

from tests import wire
from tests.streams import content

What = tuple[tuple[int, int], ...]
"""Seeds and sizes of the runs of bytes that an object is made of."""


@lru_cache(maxsize=64)
def bytes_of(what: What) -> bytes:
    """The object's bytes."""
    return b"".join(content(seed, size) for seed, size in what)


def size_of(what: What) -> int:
    """The object's size."""
    return sum(size for _, size in what)


@dataclass
class Key:
    """One key, which one client has to itself."""

    path: str
    last: What | None = None
    """What was acknowledged last; None where that was a deletion, or nothing yet."""
    unknown: set[What | None] = field(default_factory=set)
    """What was asked for without being told how it ended: each may be done at any time, or never."""
    versions: dict[str, What] = field(default_factory=dict)
    """Every version of it that was acknowledged by its id."""

    @property
    def is_certain(self) -> bool:
        """Whether there is only one thing that it may hold."""
        return not self.unknown - {self.last}

    def begin(self, what: What | None) -> None:
        """It is asked for."""
        self.unknown.add(what)

    def acknowledged(self, what: What | None) -> None:
        """The answer has come."""
        self.last = what
        self.unknown.discard(what)

    def judge(self, found: wire.Answer) -> str | None:
        """What is wrong with an answer to GET; None where nothing is."""
        seen = self.seen(found)
        if isinstance(seen, str):
            return seen
        if seen in self.unknown | {self.last}:
            return None
        if seen is None:
            return f"{self.path} was acknowledged and is gone"
        return f"{self.path} holds {seen}, neither {self.last} nor in doubt"

    def seen(self, found: wire.Answer) -> What | str | None:
        """What an answer to GET shows; a text where it shows what nobody wrote there."""
        if found.status == 404 and found.code == "NoSuchKey":
            return None
        if found.status != 200:
            return f"{self.path}: {found.status} {found.code}"
        return _which(found.body, self.unknown | {self.last}) or _strange(self.path, found.body)

    def settle(self, found: wire.Answer) -> None:
        """Nothing of what is unknown can still happen: it is what was found."""
        seen = self.seen(found)
        assert not isinstance(seen, str), seen
        self.last, self.unknown = seen, set()


def _which(data: bytes, candidates: Iterable[What | None]) -> What | None:
    for what in candidates:
        if what is not None and size_of(what) == len(data) and bytes_of(what) == data:
            return what
    return None


def _strange(path: str, data: bytes) -> str:
    return f"{path} holds {len(data)} bytes, which are neither the last ones nor in doubt"
