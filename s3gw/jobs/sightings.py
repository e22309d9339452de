"""Blobs that no row names: what a crash left of packs whose rows were rolled back, or of a restored backup.

Rows are committed before their blobs are made, and names are never used twice. So a blob without a name will
never get one; it is removed when it was seen without one before, and that is longer ago than the margin.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Awaitable, Callable, Sequence
from uuid import UUID

from s3gw import pauses
from s3gw.backends.base import Backend, BlobInfo
from s3gw.db import packs, reaping
from s3gw.db.pool import Database
from s3gw.errors import BlobNotFound, Damaged
from s3gw.storage import packformat

log = logging.getLogger(__name__)

_OURS = re.compile(r"[0-9a-f]{32}")
_BATCH = 1000


async def remove_unnamed(
    db: Database, backend_id: int, backend: Backend, margin: float, worked: Callable[[], Awaitable[None]]
) -> tuple[int, int]:
    """One look at all blobs of a backend; how many were removed, and their bytes. `worked` ends each step."""
    store_id = await packs.store_id(db)
    noted: list[UUID] = []
    removed = size = 0
    batch: list[BlobInfo] = []

    async def look() -> None:
        nonlocal removed, size
        nameless, due = await _look(db, backend_id, batch, margin)
        noted.extend(nameless)
        for info in due:
            if await _belongs(backend, info.name, store_id):
                await pauses.reach("sighting.due")
                await backend.delete(info.name)
                await pauses.reach("sighting.removed")
                log.info("removed blob %s, which no row names", info.name)
                removed += 1
                size += info.size
        batch.clear()
        await worked()

    async for info in backend.list():
        if _OURS.fullmatch(info.name):
            batch.append(info)
        if len(batch) == _BATCH:
            await look()
    await look()
    await reaping.keep_sightings(db, backend_id, noted)
    return removed, size


async def _look(
    db: Database, backend_id: int, batch: Sequence[BlobInfo], margin: float
) -> tuple[list[UUID], list[BlobInfo]]:
    """The names of those blobs that have no row, and the blobs of which that has been known for long."""
    infos = {UUID(info.name): info for info in batch}
    nameless = await reaping.unnamed(db, list(infos))
    if not nameless:
        return [], []
    await pauses.reach("sighting.nameless")
    due = await reaping.sight(db, backend_id, nameless, margin)
    return nameless, [infos[name] for name in due]


async def _belongs(backend: Backend, name: str, store_id: UUID) -> bool:
    """Whether a blob was written by this store: a gateway that was given the wrong database must not clear
    its data directory. What a crash tore before its header was whole is nobody's."""
    try:
        header = packformat.parse_header(await backend.read(name, 0, packformat.PACK_HEADER_LENGTH))
    except (Damaged, BlobNotFound):
        return True
    if header.store != store_id:
        log.warning("blob %s belongs to another store and stays: is this the right database?", name)
        return False
    return True
