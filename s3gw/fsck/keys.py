"""Which data keys can be opened, and what is lost with those that cannot."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass

from s3gw import keyring
from s3gw.db import checking, encryption_keys, packs, scrub
from s3gw.db.encryption_keys import SealedKey
from s3gw.db.pool import Database
from s3gw.fsck.findings import Finding
from s3gw.keyring import DataKey
from s3gw.sealing import Masters, Sealed
from s3gw.storage import keys

_CHUNKS = 10_000
"""Chunks of a lost key whose objects are looked for."""


@dataclass(frozen=True, slots=True)
class Ring:
    """The data keys of a store; those of customers are never kept, and may be many."""

    opened: Mapping[int, DataKey]
    closed: Mapping[int, SealedKey]
    """Those whose master key is not known."""


async def ring(db: Database, masters: Masters) -> Ring:
    """Open every data key that can be opened."""
    store = await packs.store_id(db)
    opened: dict[int, DataKey] = {}
    closed: dict[int, SealedKey] = {}
    for key in await encryption_keys.all_keys(db):
        try:
            opened[key.id] = keyring.of_material(key.id, key.domain_id, store, keys.unsealed(key, masters))
        except Sealed:
            closed[key.id] = key
    return Ring(opened, closed)


async def check(db: Database, found: Ring, most: int) -> AsyncIterator[Finding]:
    """Say what is encrypted by keys that are missing, or that cannot be opened."""
    for number, (chunks, size) in (await checking.key_use(db)).items():
        if number in found.opened:
            continue
        key = found.closed.get(number)
        why = (
            "it is not in the database"
            if key is None
            else f"it was sealed by the master key {key.master}, which is not known"
        )
        name = "" if key is None else f" ({key.name})"
        ids = await checking.chunks_of_key(db, number, _CHUNKS)
        objects = [lost.address for lost in await scrub.needing(db, ids, most)]
        what = f"{why}; {chunks} chunks of {size} bytes are encrypted by it"
        yield Finding("key-lost", f"data key {number}{name}", what, objects)
