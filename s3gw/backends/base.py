"""What a backend is: a place that holds blobs by name.

A backend knows names and bytes. It knows neither chunks nor packs nor S3. Names are made by the gateway
(lower-case hexadecimal and `/`, never from a key) and are never used for two contents, so `put` of a name
that exists may only ever meet the same bytes, and `delete` may be repeated.

Errors are of three kinds: `BlobNotFound`, `OutOfSpace`, and `Unavailable` for whatever trying again may
mend. Anything else is a bug or a broken medium and passes through as OSError.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from uuid import UUID

Buffer = bytes | bytearray | memoryview


@dataclass(frozen=True, slots=True)
class BlobInfo:
    """A blob as a listing shows it; `age` in seconds by the backend's own clock."""

    name: str
    size: int
    age: float


@dataclass(frozen=True, slots=True)
class Space:
    """Bytes of the medium a backend writes to: `total`, and `free` for this process."""

    total: int
    free: int


@dataclass(frozen=True, slots=True)
class Marker:
    """What a backend carries beside its blobs, to be known by wherever it moved."""

    store: UUID
    """Whose packs it holds."""
    backend: UUID | None
    """Which of the store's backends it is; None where release 0.1.0 marked it."""


@dataclass(slots=True)
class Reserve:
    """Bytes of a medium that are left free; may be changed at any time."""

    bytes: int = 0


class Appender(ABC):
    """One blob that grows. Not safe for concurrent use; its owner serialises."""

    @abstractmethod
    async def append(self, buffers: Sequence[Buffer]) -> int:
        """Write the buffers at the end and make them durable, the blob's name included.

        Returns the offset at which they begin. The start is aligned to `alignment`; the gap reads as
        zeros. When it raises, nothing that this call wrote counts, and the appender must be closed.
        """

    @property
    @abstractmethod
    def alignment(self) -> int:
        """Bytes to which every append is aligned, so that no durable block is written again."""

    @abstractmethod
    async def close(self) -> None:
        """Give up the handle. Everything appended stays readable."""


class Backend(ABC):
    """A place for blobs. Every method may be called concurrently."""

    appendable: bool = False
    """Whether `open` works; where it does not, a pack is written by one `put`."""

    @property
    def is_down(self) -> bool:
        """Whether calls fail at once at present, since too many failed."""
        return False

    async def try_again(self) -> None:
        """Where it is down, see whether it still is, as the next call else would; raises what that would."""

    @abstractmethod
    async def put(self, name: str, buffers: Sequence[Buffer]) -> None:
        """Store a whole blob; on return it is durable."""

    async def open(self, name: str) -> Appender:
        """Begin an empty blob to append to. Raises NotImplementedError where `appendable` is false."""
        raise NotImplementedError

    @abstractmethod
    async def read(self, name: str, offset: int, length: int) -> Buffer:
        """Exactly `length` bytes from `offset`, or fewer where the blob ends. Raises BlobNotFound."""

    @abstractmethod
    async def size(self, name: str) -> int:
        """The blob's length in bytes. Raises BlobNotFound."""

    @abstractmethod
    async def delete(self, name: str) -> None:
        """Remove the blob; one that is absent is already removed."""

    @abstractmethod
    def list(self) -> AsyncIterator[BlobInfo]:
        """Every blob, in no particular order."""

    @abstractmethod
    async def marker(self) -> Marker | None:
        """What the backend says it is; None where nobody has marked it. Raises Damaged."""

    @abstractmethod
    async def mark(self, marker: Marker) -> Marker:
        """Mark the backend, durably, unless it is marked; the marker that it carries then.

        A marker without `backend` is completed, where it names the same store.
        """

    async def space(self) -> Space | None:
        """What the medium has left, or None where that is not known.

        Lets go first of deleted blobs that this process only keeps open, so that their space counts.
        """
        return None

    async def close(self) -> None:
        """Release connections and handles."""
