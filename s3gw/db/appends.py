"""Adding bytes to an object: one piece and one row of a part, whatever the size of the object."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from s3gw import pauses
from s3gw.db import whole
from s3gw.db.events import Wanted, telling
from s3gw.db.objects import PublishResult, content_arguments
from s3gw.db.outcomes import Outcome, judged
from s3gw.db.pool import Database
from s3gw.db.records import Draft

# $1 bucket, $2 key, $3 when it was modified, $4 size of what is added, $5 ETag, $6 to $8 checksums; then the
# arguments of the body.
_APPEND = "SELECT append_object($1, $2, $3, $4, {chunk}, {manifest}, $5, $6, $7, $8) AS modified"
_INLINE = _APPEND.format(chunk="inline_chunk($9, $10, $11, $12, $13, $14)", manifest="NULL")
_MANIFEST = _APPEND.format(chunk="NULL", manifest="claim_manifest($9, $4)")
_WHOLE = _APPEND.format(chunk="NULL", manifest=f"whole_manifest($4, {whole.parameters(9)})")


@dataclass(frozen=True, slots=True)
class Sums:
    """Checksums as they are kept: of the object as it will be, of the part that the object becomes if it has
    none, and of the part that is added."""

    whole: Mapping[str, str]
    first: Mapping[str, str]
    added: Mapping[str, str]


async def append(
    db: Database,
    bucket_id: int,
    key: str,
    modified_at: datetime,
    content: Draft,
    etag: str,
    sums: Sums,
    *,
    wanted: Sequence[Wanted] = (),
) -> PublishResult:
    """Add `content`, which is not empty, to the object that was last modified then, in one statement.

    `wanted` are the events to be told.

    Outcomes: DONE, CHANGED, VERSIONED, TOO_MANY_PARTS, CHUNKS_GONE as of `objects.publish`; nothing changes
    unless DONE, and the draft is the caller's to discard. Raises Unavailable when its lease was lost.
    """
    if content.whole is not None:
        statement, body = _WHOLE, whole.arguments(content.whole)
    else:
        statement, body = content_arguments(content, _INLINE, _MANIFEST, "")
    kept = [dict(each) or None for each in (sums.whole, sums.first, sums.added)]
    arguments = (bucket_id, key, modified_at, content.size, etag, *kept, *body)
    statement, given = telling(statement, arguments, wanted, version="NULL")
    row = await judged(lambda: db.fetchrow(statement, *given))
    if isinstance(row, Outcome):
        return PublishResult(row)
    await pauses.reach("append.published")
    return PublishResult(Outcome.DONE, row["modified"])
