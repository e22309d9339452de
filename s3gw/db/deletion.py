"""Deleting keys and single versions of them, several in one statement."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from s3gw import pauses
from s3gw.db.assumed import NOTHING, Assumed, holding
from s3gw.db.batches import batches
from s3gw.db.events import Wanted, telling
from s3gw.db.outcomes import Outcome
from s3gw.db.pool import Database, retrying
from s3gw.db.records import Bucket


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


# Keys of buckets that keep no versions, as what is assumed of them says: deleted in their order, whatever
# they hold. A place is missing where something that is assumed does not hold.
_DELETE_KEYS = """
WITH states AS MATERIALIZED (
    SELECT id, revision FROM buckets WHERE id = ANY ($1) ORDER BY id FOR KEY SHARE
), wanted AS MATERIALIZED (
    SELECT w.* FROM unnest($1::bigint[], $2::bigint[], $3::text[], $4::bigint[], $5::text[])
        WITH ORDINALITY AS w (bucket, revision, access_key, key_revision, key, place)
    JOIN states s ON s.id = w.bucket AND s.revision = w.revision
    WHERE w.access_key IS NULL OR EXISTS (
        SELECT FROM access_keys k WHERE k.access_key = w.access_key AND k.revision = w.key_revision
    )
), deleted AS (
    DELETE FROM objects o USING (
        SELECT DISTINCT bucket, key COLLATE "C" AS key FROM wanted ORDER BY bucket, key OFFSET 0
    ) AS w
    WHERE o.bucket_id = w.bucket AND o.key = w.key
    RETURNING o.chunk_id, o.manifest_id, o.pieces_id
), trashed AS (
    INSERT INTO trash (chunk_id, manifest_id, pieces_id)
    SELECT * FROM deleted WHERE chunk_id IS NOT NULL OR manifest_id IS NOT NULL OR pieces_id IS NOT NULL
)
SELECT place FROM wanted
"""
# No row where something that is assumed does not hold, else one at least.
_HELD = f"""
SELECT d.* FROM (
    SELECT id FROM buckets WHERE {holding("$1", "$7::bigint", "$8::text", "$9::bigint")} FOR KEY SHARE
) AS held LEFT JOIN LATERAL {{function}} AS d ON true
"""
_DELETE = _HELD.format(function="delete_objects(held.id, $2, $3, $4, $5, $6)")
_DELETE_IF = _HELD.format(function="delete_objects_if(held.id, $2, $3, $4, $5, $10, $11, $6)")
_HAPPENED = "w.place = done.place AND done.outcome = 'done' AND w.marker = (done.version IS NOT NULL)"


async def delete_versions(
    db: Database,
    bucket_id: int,
    account_id: int | None,
    targets: Sequence[Target],
    *,
    bypass: bool = False,
    wanted: Sequence[Wanted] = (),
    assumed: Assumed = NOTHING,
) -> list[Deleted]:
    """Delete the targets in one statement, each by itself; the bodies of what is gone go to the trash.

    Where the bucket keeps versions, a key is deleted by a delete marker of the account, also one that is not
    there. `bypass` sets retention in governance mode aside. `wanted` are the events to be told, by the
    place of the target among `targets`. Raises Outdated where something that is assumed does not hold.
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeletingObjectVersions.html
    """
    if not targets and not assumed.remembered:
        return []
    keys, versions, etags, times, sizes = _columns(targets)
    arguments: tuple[Any, ...] = (bucket_id, account_id, keys, versions, etags, bypass, *assumed.arguments)
    statement = _DELETE
    if any(target[2:].count(None) < 3 for target in targets):
        statement, arguments = _DELETE_IF, (*arguments, times, sizes)
    statement, arguments = telling(statement, arguments, wanted, happened=_HAPPENED)
    rows = await retrying(lambda: db.fetch(statement, *arguments))
    await pauses.reach("delete.done")
    assumed.confirm(bool(rows) or assumed.bucket_id is None)
    ended = [Deleted(Outcome.MISSING)] * len(targets)
    for row in rows:
        if row["place"] is None:
            continue
        ended[row["place"] - 1] = Deleted(Outcome(row["outcome"]), row["marker"], row["version"])
    return ended


def _columns(targets: Sequence[Target]) -> list[list[Any]]:
    return list(map(list, zip(*targets, strict=True))) if targets else [[] for _ in Target._fields]


async def delete_key(db: Database, bucket: Bucket, key: str, assumed: Assumed) -> None:
    """Delete a key, if it is there, from a bucket that keeps no versions; its body goes to the trash.

    Those that come together share a statement and its commit. Raises Outdated where something that is assumed
    does not hold, which must include the bucket.
    """
    if bucket.versioning is not None or assumed.bucket_revision is None:
        raise ValueError("only what a bucket without versions is assumed to be tells how to delete")
    holds = await batches(db, _delete_keys).ask((bucket.id, *assumed.arguments, key))
    assumed.confirm(holds)


async def _delete_keys(db: Database, wanted: Sequence[tuple[Any, ...]]) -> list[bool]:
    columns = list(map(list, zip(*wanted, strict=True)))
    rows = await retrying(lambda: db.fetch(_DELETE_KEYS, *columns))
    await pauses.reach("delete.done")
    held = {row["place"] for row in rows}
    return [place in held for place in range(1, len(wanted) + 1)]


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
