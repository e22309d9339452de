"""Deleting keys and single versions of them, several in one statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from s3gw.db.events import Wanted, telling
from s3gw.db.outcomes import Outcome
from s3gw.db.pool import Database, retrying


class Target(NamedTuple):
    """What is to be deleted: a key, or one version of it for good."""

    key: str
    version_id: str | None = None
    """As S3 shows it; "null" is the null version."""
    if_match: str | None = None
    """The ETag without quotes, or "*", that it must have."""
    modified_at: datetime | None = None
    """When it must have been modified, to the second."""
    size: int | None = None
    """Bytes that it must have. What is not there meets neither time nor size, and is MISSING."""


class Deleted(NamedTuple):
    """How a deletion ended: as DONE, MISSING, PRECONDITION_FAILED or LOCKED."""

    outcome: Outcome
    delete_marker: bool = False
    """Whether a delete marker was made, or deleted."""
    version_id: str | None = None
    """Of the delete marker that was made."""


_DELETE = "SELECT * FROM delete_objects($1, $2, $3, $4, $5, $6)"
_DELETE_IF = "SELECT * FROM delete_objects_if($1, $2, $3, $4, $5, $7, $8, $6)"
_HAPPENED = "w.place = done.place AND done.outcome = 'done' AND w.marker = (done.version IS NOT NULL)"


async def delete_versions(
    db: Database,
    bucket_id: int,
    account_id: int | None,
    targets: Sequence[Target],
    *,
    bypass: bool = False,
    wanted: Sequence[Wanted] = (),
) -> list[Deleted]:
    """Delete the targets in one statement, each by itself; the bodies of what is gone go to the trash.

    Where the bucket keeps versions, a key is deleted by a delete marker of the account, also one that is not
    there. `bypass` sets retention in governance mode aside. `wanted` are the events to be told, by the
    place of the target among `targets`.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeletingObjectVersions.html
    """
    if not targets:
        return []
    keys, versions, etags, times, sizes = zip(*targets, strict=True)
    arguments: tuple[Any, ...] = (bucket_id, account_id, keys, versions, etags, bypass)
    statement = _DELETE
    if any(times) or sizes.count(None) < len(sizes):
        statement, arguments = _DELETE_IF, (*arguments, times, sizes)
    statement, arguments = telling(statement, arguments, wanted, happened=_HAPPENED)
    rows = await retrying(lambda: db.fetch(statement, *arguments))
    ended = [Deleted(Outcome.MISSING)] * len(targets)
    for row in rows:
        ended[row["place"] - 1] = Deleted(Outcome(row["outcome"]), row["marker"], row["version"])
    return ended


async def delete(
    db: Database, bucket_id: int, keys: Sequence[str], if_match: Mapping[str, str] | None = None
) -> dict[str, Outcome]:
    """Delete the keys of an unversioned bucket in one statement; their bodies go to the trash.

    `if_match` holds the ETag (without quotes, or "*") that a key must have. Each key ends as DONE, MISSING
    or PRECONDITION_FAILED.
    """
    targets = [Target(key, None, (if_match or {}).get(key)) for key in keys]
    ended = await delete_versions(db, bucket_id, None, targets)
    return {target.key: each.outcome for target, each in zip(targets, ended, strict=True)}
