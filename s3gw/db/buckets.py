"""Buckets: create, find, list, delete."""

from __future__ import annotations

from enum import Enum

from s3gw.db.pool import Database
from s3gw.db.records import Bucket


class Deletion(Enum):
    """How DeleteBucket ended."""

    DELETED = "deleted"
    MISSING = "missing"
    NOT_EMPTY = "not-empty"


async def create(
    db: Database, name: str, account_id: int, region: str, chunking: str, archive_hints: bool
) -> tuple[Bucket, bool]:
    """The bucket of that name, and whether this call created it; if not, compare its owner."""
    raise NotImplementedError


async def get(db: Database, name: str) -> Bucket | None:
    """The bucket of that name with its owner."""
    raise NotImplementedError


async def delete(db: Database, name: str) -> Deletion:
    """Delete an empty bucket; uploads in progress are aborted with it, as S3 does.

    Races safely with writes: a concurrent one either makes it NOT_EMPTY or finds no bucket.
    """
    raise NotImplementedError


async def list_for(
    db: Database, account_id: int, prefix: str = "", after: str = "", limit: int = 10000
) -> list[Bucket]:
    """The account's buckets in byte order of their names, beginning with `prefix`, greater than `after`.

    Ask for one more than the page to know whether it is the last.
    """
    raise NotImplementedError
