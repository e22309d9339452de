"""Multipart uploads: create, parts, complete, abort."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from s3gw.db.objects import Outcome, Precondition
from s3gw.db.pool import Database
from s3gw.db.records import Account, Body, Draft, Properties


@dataclass(frozen=True, slots=True)
class Upload:
    """A multipart upload. `completed` is what `complete` was given as answer, once it is completed."""

    id: str
    bucket_id: int
    key: str
    initiated_at: datetime
    properties: Properties
    checksum_algorithm: str | None
    checksum_type: str | None
    owner: Account
    completed: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A part as it stands now."""

    number: int
    etag: str
    modified_at: datetime
    body: Body
    checksums: Mapping[str, str]

    @property
    def size(self) -> int:
        """Bytes of the part."""
        return self.body.size


@dataclass(frozen=True, slots=True)
class PartResult:
    """`modified_at` is set where the outcome is DONE."""

    outcome: Outcome
    modified_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Completion:
    """How `complete` ended; `answer` is the earlier one where the upload was completed before."""

    outcome: Outcome
    modified_at: datetime | None = None
    version_id: str | None = None
    answer: Mapping[str, Any] | None = None


async def create(
    db: Database,
    bucket_id: int,
    key: str,
    account_id: int,
    properties: Properties,
    *,
    checksum_algorithm: str | None = None,
    checksum_type: str | None = None,
) -> str | None:
    """Begin an upload; its id, or None where the bucket is gone. Ids of one key sort by time of creation."""
    raise NotImplementedError


async def get(db: Database, bucket_id: int, key: str, upload_id: str) -> Upload | None:
    """The upload, completed ones included; None unless it belongs to that bucket and key."""
    raise NotImplementedError


async def put_part(
    db: Database, upload_id: str, number: int, content: Draft | Body, etag: str, checksums: Mapping[str, str]
) -> PartResult:
    """Store a part, replacing what had its number, in one statement; like `objects.publish` otherwise.

    Outcomes: DONE, NO_UPLOAD (unknown, aborted or completed).
    """
    raise NotImplementedError


async def copy_part(
    db: Database,
    upload_id: str,
    number: int,
    source: Body,
    start: int,
    length: int,
    etag: str,
    checksums: Mapping[str, str],
) -> PartResult:
    """Store `length` bytes of the body `source` from `start` as a part, by reference, in one statement.

    Outcomes: DONE, NO_UPLOAD, SOURCE_GONE.
    """
    raise NotImplementedError


async def parts(db: Database, upload_id: str, after: int = 0, limit: int = 10000) -> list[Part]:
    """Parts in order of their numbers, those above `after`."""
    raise NotImplementedError


async def complete(
    db: Database,
    upload: Upload,
    account_id: int,
    chosen: Sequence[tuple[int, str]],
    etag: str,
    checksums: Mapping[str, str],
    answer: Mapping[str, Any],
    *,
    precondition: Precondition | None = None,
) -> Completion:
    """Make the chosen parts (number and ETag, ascending) the current version of the upload's key.

    One transaction: builds the pieces and the records of the parts, publishes, sends what is unused to the
    trash, and keeps `answer` for a repetition, which ends as DONE with that answer and changes nothing.
    `checksums` as in `objects.checksums`. Outcomes: DONE, NO_UPLOAD, INVALID_PART, PRECONDITION_FAILED,
    MISSING, NO_BUCKET; nothing changes unless DONE.
    """
    raise NotImplementedError


async def abort(db: Database, bucket_id: int, key: str, upload_id: str) -> bool:
    """Abort an upload in progress; its parts go to the trash. False where there is none."""
    raise NotImplementedError
