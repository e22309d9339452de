"""Object lock: which buckets have it, and the locks of versions, judged by the database's clock alone."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from enum import Enum
from typing import Any

from s3gw.db.pool import Database, retrying

DEFAULT = "object-lock"
"""Kind of the document of a bucket that says how new versions are locked: "mode", "days" or "years",
"event_days" or "event_years"."""


class Configured(Enum):
    """How a change of a bucket's object lock ended."""

    SET = "set"
    MISSING = "missing"
    UNVERSIONED = "unversioned"
    """The bucket does not keep versions."""


class Locked(Enum):
    """How a change of a version's lock ended."""

    SET = "set"
    MISSING = "missing"
    DELETE_MARKER = "delete-marker"
    LOCKED = "locked"
    """The retention that it has does not allow the one that was asked for."""
    UNDATED = "undated"
    """There is no event hold to release, and no date is given."""


async def now(db: Database) -> datetime:
    """The time by the clock that judges locks."""
    moment: datetime = await db.fetchval("SELECT clock_timestamp()")
    return moment


async def configure(db: Database, bucket_id: int, default: Mapping[str, Any] | None) -> Configured:
    """Have a bucket lock objects, for good, and lock new versions by `default`; None: by nothing."""
    document = None if default is None else dict(default)
    return Configured(
        await retrying(lambda: db.fetchval("SELECT set_object_lock($1, $2)", bucket_id, document))
    )


async def retain(
    db: Database,
    bucket_id: int,
    key: str,
    version_id: str,
    retention: Mapping[str, Any] | None,
    *,
    bypass: bool,
) -> Locked:
    """Replace the retention of a version (as S3 shows its id), or take it away, as far as what it has allows.

    That is "mode", "until", "event", "event_days" and "event_years"; an event hold that `retention` does not
    speak of goes on. `bypass` sets governance aside.
    """
    value = None if retention is None else dict(retention)
    return await _set(db, bucket_id, key, version_id, value, None, bypass)


async def hold(db: Database, bucket_id: int, key: str, version_id: str, status: str) -> Locked:
    """Set the legal hold of a version to "ON" or "OFF"."""
    return await _set(db, bucket_id, key, version_id, None, status, False)


async def _set(db: Database, *arguments: Any) -> Locked:
    return Locked(await retrying(lambda: db.fetchval("SELECT set_lock($1, $2, $3, $4, $5, $6)", *arguments)))
