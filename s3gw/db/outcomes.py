"""How changes of keys, uploads and buckets end: what the functions of the schema raise, as outcomes."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

import asyncpg

from s3gw.db.pool import retrying
from s3gw.errors import Unavailable


class Outcome(Enum):
    """How a conditional or concurrent change ended."""

    DONE = "done"
    NO_BUCKET = "no-bucket"
    """The bucket was deleted meanwhile, or something that the statement was to compare does not hold."""
    PRECONDITION_FAILED = "precondition-failed"
    MISSING = "missing"
    """If-Match, and there is no such key."""
    SOURCE_GONE = "source-gone"
    """The copied body was replaced and collected meanwhile: look the source up again, once."""
    CHUNKS_GONE = "chunks-gone"
    """Chunks of a whole manifest, or their pack, were collected meanwhile: store the body again."""
    NO_UPLOAD = "no-upload"
    LOCKED = "locked"
    """Retention or a legal hold forbids to delete the version."""
    CHANGED = "changed"
    """What was judged is not what is there any more: look again."""
    VERSIONED = "versioned"
    """The bucket has versioning, which does not go with the change."""
    TOO_MANY_PARTS = "too-many-parts"
    INVALID_PART = "invalid-part"
    """A part that Complete names is not there with that ETag."""


@dataclass(frozen=True, slots=True)
class PublishResult:
    """`modified_at` is set where the outcome is DONE; `version_id`, as S3 shows it, where the bucket has had
    versioning."""

    outcome: Outcome
    modified_at: datetime | None = None
    version_id: str | None = None


_STATES = {
    "S3412": Outcome.PRECONDITION_FAILED,
    "S3404": Outcome.MISSING,
    "S3SRC": Outcome.SOURCE_GONE,
    "S3GON": Outcome.CHUNKS_GONE,
    "S3UPL": Outcome.NO_UPLOAD,
    "S3PRT": Outcome.INVALID_PART,
    "S3CHG": Outcome.CHANGED,
    "S3LCK": Outcome.LOCKED,
    "S3VER": Outcome.VERSIONED,
    "S3PTS": Outcome.TOO_MANY_PARTS,
}
_LEASE_LOST = "S3LSE"


async def judged(attempt: Callable[[], Awaitable[asyncpg.Record | None]]) -> asyncpg.Record | Outcome:
    """The row that a mutation returns, or the outcome that the database raised; deadlocks are retried."""

    async def once() -> asyncpg.Record | Outcome:
        try:
            row = await attempt()
        except asyncpg.ForeignKeyViolationError as error:
            return _gone(error)
        return Outcome.NO_BUCKET if row is None else row

    try:
        return await retrying(once)
    except asyncpg.PostgresError as error:
        if error.sqlstate == _LEASE_LOST:
            raise Unavailable("the upload took too long, or the database crashed meanwhile") from error
        if error.sqlstate not in _STATES:
            raise
        return _STATES[error.sqlstate]


def _gone(error: asyncpg.ForeignKeyViolationError) -> Outcome:
    """What was deleted while a mutation was about to name it."""
    constraint = error.constraint_name or ""
    if constraint.endswith("_bucket_id_fkey"):
        return Outcome.NO_BUCKET
    if constraint == "chunks_pack_id_fkey":
        return Outcome.CHUNKS_GONE
    if constraint.endswith(("_chunk_id_fkey", "_manifest_id_fkey")):
        return Outcome.SOURCE_GONE
    raise error
