"""Encrypting a version by another key, while it stays the same in all else."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from s3gw.db.objects import content_arguments
from s3gw.db.outcomes import Outcome, judged
from s3gw.db.pool import Database
from s3gw.db.records import NULL_VERSION, Draft, ObjectVersion

# $1 bucket, $2 key, $3 version, $4 size, $5 to $7 its body, $8 and $9 its encryption before and afterwards;
# then the arguments of the new body.
_CHANGE = "SELECT done FROM reencrypt_version($1, $2, $3, $4, $5, $6, $7, $8, $9, {body})"
_SAME = _CHANGE.format(body="false, NULL, NULL")
_INLINE = _CHANGE.format(body="true, inline_chunk($10, $11, $12, $13, $14, $15), NULL")
_MANIFEST = _CHANGE.format(body="true, NULL, claim_manifest($10, $4)")
_EMPTY = _CHANGE.format(body="true, $10::bigint, coalesce($11::bigint, $12::bigint)")


async def is_locked(db: Database, lock: Mapping[str, Any]) -> bool:
    """Whether retention or a legal hold forbids to encrypt a version anew that is locked so."""
    return bool(lock) and bool(await db.fetchval("SELECT version_locked($1, false)", dict(lock)))


async def reencrypt(
    db: Database, version: ObjectVersion, encryption: Mapping[str, Any], draft: Draft | None
) -> Outcome:
    """Say of a version that it is encrypted so, whose bytes are those of `draft` from now on.

    Without a draft the bytes stay. The old body goes to the trash; the parts of a version that has some stay.
    Ends as DONE, CHANGED where the version is not as it was looked up, or LOCKED; nothing changes unless
    DONE, and the draft is the caller's to discard. Raises Unavailable when its lease was lost.
    """
    body = version.body
    arguments: tuple[Any, ...] = (
        version.bucket_id,
        version.key,
        version.version_id or NULL_VERSION,
        version.size,
        body.chunk_id,
        body.manifest_id,
        body.pieces_id,
        version.properties.extra.get("encryption"),
        dict(encryption),
    )
    statement = _SAME
    if draft is not None:
        statement, named = content_arguments(draft, _INLINE, _MANIFEST, _EMPTY)
        arguments += named
    row = await judged(lambda: db.fetchrow(statement, *arguments))
    return row if isinstance(row, Outcome) else Outcome.DONE
