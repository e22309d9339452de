"""Moving a key: one row, whatever the size of the object."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from enum import Enum

import asyncpg

from s3gw import pauses
from s3gw.db.events import Wanted, telling
from s3gw.db.pool import Database, retrying


class Renaming(Enum):
    """How a rename ended."""

    RENAMED = "renamed"
    CHANGED = "changed"
    """One of the keys is not what it was: look again."""
    VERSIONED = "versioned"
    NO_BUCKET = "no-bucket"


_RENAME = "SELECT rename_object($1, $2, $3, $4, $5, $6, $7) AS outcome"
_HAPPENED = "done.outcome = 'renamed'"


async def done(db: Database, bucket_id: int, token: str) -> bytes | None:
    """The digest of the request that was carried out under that token, if one was within the last hour."""
    digest: bytes | None = await db.fetchval(
        "SELECT request FROM renames WHERE bucket_id = $1 AND token = $2", bucket_id, token
    )
    return digest


async def rename(
    db: Database,
    bucket_id: int,
    source: str,
    target: str,
    source_modified: datetime,
    target_modified: datetime | None,
    token: str | None,
    request: bytes,
    wanted: Sequence[Wanted] = (),
) -> Renaming:
    """Move `source` over `target` in one statement, if both are as they were when looked at.

    `wanted` are the events to be told.
    The object keeps everything, also when it was modified; what stood at `target` goes to the trash.
    """
    arguments = (bucket_id, source, target, source_modified, target_modified, token, request)
    statement, given = telling(_RENAME, arguments, wanted, happened=_HAPPENED, version="NULL")
    try:
        ended = await retrying(lambda: db.fetchval(statement, *given))
    except asyncpg.UniqueViolationError:  # the new key, or the token, came into being meanwhile
        return Renaming.CHANGED
    await pauses.reach("rename.done")
    return Renaming(ended)
