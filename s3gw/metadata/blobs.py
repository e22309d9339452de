"""Exports on a backend, beside its packs: `db/ID` tells of one that is whole, `db/ID/N` are its parts.

Packs have names of 32 digits, so nothing takes an export for a pack. An export is one stream of bytes, cut
into parts that are put whole. What tells of it is written last.
"""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime
from operator import attrgetter
from uuid import uuid4

from s3gw.backends.base import Backend, BlobInfo, Buffer
from s3gw.errors import BlobNotFound, Damaged
from s3gw.metadata.dump import Exported

PART = 8 << 20
"""Bytes of a part; so many are held in memory."""
_NAME = re.compile(r"db/(\d{14}-[0-9a-f]{8})(?:/([0-9a-f]{8}))?")
_MOST = 1 << 16
"""Bytes of what tells of an export."""


@dataclass(frozen=True, slots=True)
class Export:
    """A whole export on a backend."""

    id: str
    """Begins with the time, to the second."""
    parts: int
    size: int
    """Bytes on the backend."""
    made_at: datetime
    """The moment of which it is."""
    store: str
    schema: int
    rows: int
    sealed: bool

    @property
    def moment(self) -> tuple[datetime, str]:
        """By what exports sort as they were made."""
        return self.made_at, self.id


@dataclass(frozen=True, slots=True)
class Found:
    """What a backend has of exports."""

    whole: Sequence[Export]
    """The oldest first."""
    broken: Sequence[str]
    """Ids of those that were broken off, for so long that nobody writes them any more."""


def new_id() -> str:
    """Of an export that begins now, never used for another."""
    return f"{datetime.now(UTC):%Y%m%d%H%M%S}-{uuid4().hex[:8]}"


class PartWriter:
    """Puts the bytes of an export as parts."""

    def __init__(self, backend: Backend, number: str) -> None:
        self._backend = backend
        self._held = bytearray()
        self._id = number
        self.parts = 0
        self.size = 0

    async def take(self, data: bytes) -> None:
        """Take more bytes. Raises Unavailable, OutOfSpace, OSError."""
        self._held += data
        while len(self._held) >= PART:
            await self._put(PART)

    async def finish(self, exported: Exported) -> Export:
        """All bytes were taken: tell of the export, durably."""
        if self._held:
            await self._put(len(self._held))
        export = Export(
            self._id,
            self.parts,
            self.size,
            exported.made_at,
            exported.store,
            exported.schema,
            exported.rows,
            exported.sealed,
        )
        document = {**asdict(export), "made_at": export.made_at.isoformat()}
        await self._backend.put(f"db/{self._id}", [json.dumps(document).encode()])
        return export

    async def _put(self, length: int) -> None:
        data = bytes(self._held[:length])
        del self._held[:length]
        await self._backend.put(part_name(self._id, self.parts), [data])
        self.parts += 1
        self.size += length


def part_name(number: str, part: int) -> str:
    """The blob of a part, counted from 0."""
    return f"db/{number}/{part:08x}"


async def find(backend: Backend, abandoned: float) -> Found:
    """The exports on a backend. What is not whole counts where nothing of it is younger than `abandoned`
    seconds.

    Walks through the names of all blobs. Raises Unavailable.
    """
    told: list[str] = []
    youngest: dict[str, float] = {}
    async for info in backend.list():
        if (parsed := _NAME.fullmatch(info.name)) is None:
            continue
        if parsed[2] is None:
            told.append(parsed[1])
        else:
            youngest[parsed[1]] = min(info.age, youngest.get(parsed[1], info.age))
    whole = [export for number in told if (export := await _read_index(backend, number)) is not None]
    whole.sort(key=attrgetter("moment"))
    known = {export.id for export in whole}
    broken = sorted(number for number, age in youngest.items() if number not in known and age > abandoned)
    return Found(whole, broken)


async def read(backend: Backend, export: Export) -> AsyncIterator[Buffer]:
    """The bytes of an export, a part at a time. Raises Damaged where a part is missing, Unavailable."""
    for part in range(export.parts):
        try:
            yield await backend.read(part_name(export.id, part), 0, PART)
        except BlobNotFound:
            raise Damaged(f"part {part} of the export {export.id} is missing") from None


async def names(backend: Backend, numbers: Sequence[str]) -> AsyncIterator[BlobInfo]:
    """All blobs of these exports, what tells of them first."""
    parts: list[BlobInfo] = []
    async for info in backend.list():
        parsed = _NAME.fullmatch(info.name)
        if parsed is None or parsed[1] not in numbers:
            continue
        if parsed[2] is None:
            yield info
        else:
            parts.append(info)
    for info in parts:
        yield info


async def _read_index(backend: Backend, number: str) -> Export | None:
    """What tells of an export; None where that is torn or gone."""
    try:
        document = json.loads(bytes(await backend.read(f"db/{number}", 0, _MOST)))
        export = Export(**{**document, "made_at": datetime.fromisoformat(document["made_at"])})
    except (BlobNotFound, ValueError, TypeError, KeyError):
        return None
    return replace(export, id=number)
