"""Files on the backends that no row names."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from uuid import UUID

from s3gw.backends.base import Backend, BlobInfo
from s3gw.db import checking, packs, reaping
from s3gw.db.pool import Database
from s3gw.errors import BlobNotFound, Damaged
from s3gw.fsck.findings import Finding
from s3gw.storage import packformat
from s3gw.storage.packformat import PackHeader

_PACK = re.compile(r"[0-9a-f]{32}")
_BATCH = 1000


@dataclass(frozen=True, slots=True)
class Stray:
    """A file that no row names."""

    backend_id: int
    name: UUID
    size: int
    header: PackHeader | None
    """None where it is torn or damaged."""


async def strays(db: Database, backend_id: int, backend: Backend) -> AsyncIterator[Stray]:
    """All of a backend, of this store and of others. Raises Unavailable, OSError.

    Rows are made before their files, so a file that is listed before it is asked for has its row. One that
    was condemned and removed meanwhile is left out, since it is looked at after that.
    """
    batch: list[BlobInfo] = []
    async for info in backend.list():
        if _PACK.fullmatch(info.name):
            batch.append(info)
        if len(batch) == _BATCH:
            async for stray in _unnamed(db, backend_id, backend, batch):
                yield stray
            batch.clear()
    async for stray in _unnamed(db, backend_id, backend, batch):
        yield stray


async def _unnamed(
    db: Database, backend_id: int, backend: Backend, batch: list[BlobInfo]
) -> AsyncIterator[Stray]:
    for name in await reaping.unnamed(db, [UUID(info.name) for info in batch]):
        try:
            size = await backend.size(name.hex)
            header = packformat.parse_header(await backend.read(name.hex, 0, packformat.PACK_HEADER_LENGTH))
        except BlobNotFound:
            continue
        except Damaged:
            yield Stray(backend_id, name, size, None)
        else:
            yield Stray(backend_id, name, size, header)


async def check(
    db: Database, backends: Mapping[int, Backend], names: Mapping[int, str]
) -> AsyncIterator[Finding]:
    """Say how many there are on each backend, and whether packs would get ids of theirs.

    Raises Unavailable, OSError.
    """
    store = await packs.store_id(db)
    highest = 0
    for number, backend in backends.items():
        counts = {True: (0, 0), False: (0, 0)}
        async for stray in strays(db, number, backend):
            ours = stray.header is None or stray.header.store == store
            if stray.header is not None and ours and stray.header.pack.int < 1 << 62:
                highest = max(highest, stray.header.pack.int)
            count, size = counts[ours]
            counts[ours] = count + 1, size + stray.size
        for kind, (count, size) in zip(("file-unnamed", "file-foreign"), counts.values(), strict=True):
            if count:
                yield Finding(kind, names.get(number, str(number)), f"{count} files of {size} bytes")
    # After a restore by other means than `s3gw db restore`, which lets all numbers go on far behind.
    sequence, last = await checking.pack_numbers(db)
    if highest > last:
        what = f"it is at {last}, and there is a file of pack {highest}"
        yield Finding("numbers-behind", f"sequence {sequence}", what, ids=[highest])
