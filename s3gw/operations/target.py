"""What a request addresses, looked up once: for the decision whether it may, and for its handler."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from s3gw.access.requirements import Need, Target
from s3gw.db import buckets, objects, uploads
from s3gw.db.assumed import NOTHING, Assumed
from s3gw.db.body_rows import WHOLE, Stretch
from s3gw.db.objects import Found
from s3gw.db.pool import Database
from s3gw.db.records import NULL_VERSION, Account, Bucket, ObjectVersion
from s3gw.operations import ranges
from s3gw.protocol.members import Members

# What is as long as the ids that are given out here must be made of their letters too; S3 also knows its own.
VERSION_ID = re.compile(r"null|[0-9a-f]{32}|(?!.{32}$)[A-Za-z0-9._-]{24,128}", re.ASCII)
_CONDITIONS = Members(
    {
        name: name
        for name in (
            "if_match",
            "if_none_match",
            "if_match_size",
            "if_match_last_modified_time",
            "write_offset_bytes",
        )
    }
)
"""Members by which a request depends on what the key holds."""
_VERSION, _KEY = Target.VERSION, Target.KEY
_WITH_BYTES = frozenset({"GetObject"})


class Access(Protocol):
    """The decisions on one request that only its handler can ask for: on the keys of a document, on the
    source of a copy."""

    def allows(
        self, needs: Sequence[Need], bucket: Bucket, key: str, version: ObjectVersion | None = None
    ) -> bool:
        """Whether the caller may."""
        ...

    def may_read(
        self, needs: Sequence[Need], bucket: Bucket, key: str, version: ObjectVersion | None
    ) -> bool:
        """Whether the caller may read a version, or hear that there is none."""
        ...


class NoAccess:
    """Of a call that nobody authorised."""

    def allows(
        self, needs: Sequence[Need], bucket: Bucket, key: str, version: ObjectVersion | None = None
    ) -> bool:
        """No."""
        return False

    def may_read(
        self, needs: Sequence[Need], bucket: Bucket, key: str, version: ObjectVersion | None
    ) -> bool:
        """No."""
        return False


@dataclass(slots=True)
class LookedUp:
    """What was found for a bucket, and for a key where `key` is given."""

    bucket: str
    key: str | None
    version_id: str | None
    with_bytes: bool
    found: Found

    def answers(self, bucket: str, key: str, version_id: str | None, with_bytes: bool) -> bool:
        """Whether it is what such a look-up would find."""
        if (self.bucket, self.key, self.version_id) != (bucket, key, version_id):
            return False
        return self.with_bytes or not with_bytes


REMEMBERING = frozenset(
    {"PutObject", "DeleteObject", "DeleteObjects", "ListObjects", "ListObjectsV2", "ListObjectVersions"}
)
"""Operations whose first statement compares `Call.assumed`, so that they may go by what is remembered."""


def remembered(db: Database, operation: str, request: Any) -> LookedUp | None:
    """What a look-up found some time ago, if it is all that the operation needs."""
    if operation not in REMEMBERING or _conditional(request):
        return None
    bucket = db.memory.bucket(request.bucket)
    if bucket is None or (operation == "PutObject" and _looks_further(request, bucket)):
        return None
    return LookedUp(request.bucket, None, None, False, Found(bucket, None))


def _looks_further(request: Any, bucket: Bucket) -> bool:
    """Whether a PutObject does anything before it compares: makes a key for what is written, or appends."""
    if request.write_offset_bytes is not None:
        return True
    if request.sse_customer_algorithm or request.sse_customer_key or request.sse_customer_key_md5:
        return True
    by_default = bucket.documents.get("encryption") or {}
    method = request.server_side_encryption or by_default.get("algorithm")
    return method not in (None, "AES256")


async def look_up(
    db: Database, operation: str, target: Target, request: Any, assumed: Assumed = NOTHING
) -> LookedUp:
    """One look-up of the bucket, with the version where the operation needs it: one round trip.

    It also looks at the assumed access key; see `Found.holds`.
    """
    key: str | None = getattr(request, "key", None)
    version_id: str | None = getattr(request, "version_id", None)
    if key is None or not (target is _VERSION or (target is _KEY and _conditional(request))):
        found = await buckets.find(db, request.bucket, assumed)
        return LookedUp(request.bucket, None, None, False, found)
    with_bytes = operation in _WITH_BYTES
    stretch = ranges.hinted(request.range) if with_bytes else WHOLE
    found = await find_version(
        db, request.bucket, key, version_id, inline=with_bytes, stretch=stretch, assumed=assumed
    )
    return LookedUp(request.bucket, key, version_id, with_bytes, found)


def find_version(
    db: Database,
    bucket: str,
    key: str,
    version_id: str | None,
    *,
    inline: bool,
    stretch: Stretch = WHOLE,
    assumed: Assumed = NOTHING,
) -> Awaitable[Found]:
    """The bucket and the version of the key that is addressed."""
    if version_id is not None and not VERSION_ID.fullmatch(version_id):
        version_id = NULL_VERSION  # what cannot be an id is not asked for; the operation refuses it
    return objects.get(
        db, bucket, key, version_id=version_id, inline=inline, stretch=stretch, assumed=assumed
    )


async def initiated(db: Database, bucket: Bucket, request: Any, account: Account) -> bool:
    """Whether the account has begun the multipart upload that the request names."""
    upload = await uploads.get(db, bucket.id, request.key, request.upload_id or "")
    return upload is not None and upload.initiator.id == account.id


def _conditional(request: Any) -> bool:
    return _CONDITIONS.any_given(request) and getattr(request, "version_id", None) is None
