"""Object lock of what requests write and read: what their headers ask for, and what is shown of a version.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from s3gw.access.requirements import READ_HOLD, READ_RETENTION
from s3gw.db import locks
from s3gw.db.objects import Found
from s3gw.db.records import Bucket, Properties
from s3gw.errors import S3Error
from s3gw.operations.call import Call
from s3gw.protocol.values import invalid_argument, precise_date, read_date

GOVERNANCE = "GOVERNANCE"
MODES = frozenset({GOVERNANCE, "COMPLIANCE"})
HOLDS = frozenset({"ON", "OFF"})

_MODE = "x-amz-object-lock-mode"
_UNTIL = "x-amz-object-lock-retain-until-date"
_HOLD = "x-amz-object-lock-legal-hold"
_KIND = "lock"


async def given(call: Call, request: Any) -> dict[str, str]:
    """The lock that the headers of an upload ask for, as it is kept; empty where they ask for none.

    Raises InvalidArgument for what S3 does not know, for a mode without a date, and for a date in the past
    by the database's clock.
    """
    mode, until = request.object_lock_mode, request.object_lock_retain_until_date
    hold = request.object_lock_legal_hold_status
    if mode is None and until is None and hold is None:
        return {}
    found: dict[str, str] = {}
    if mode is not None or until is not None:
        if mode is None or until is None:
            message = f"{_UNTIL} and {_MODE} must both be supplied"
            raise invalid_argument(_MODE if mode is None else _UNTIL, None, message)
        if mode not in MODES:
            raise invalid_argument(_MODE, mode, "Unknown wormMode directive.")
        await check_future(call, until, _UNTIL)
        found |= {"mode": mode, "until": precise_date(until)}
    if hold is not None:
        if hold not in HOLDS:
            raise invalid_argument(_HOLD, hold, "Legal Hold must be either of 'ON' or 'OFF'")
        found["hold"] = hold
    return found


async def check_future(call: Call, until: datetime, argument: str) -> None:
    """Raise InvalidArgument for a date that has passed by the database's clock."""
    if until <= await locks.now(call.services.db):
        message = "The retain until date must be in the future!"
        raise invalid_argument(argument, precise_date(until), message)


def keep(bucket: Bucket, kept: Properties, lock: Mapping[str, str]) -> Properties:
    """The same properties with the lock. Raises InvalidRequest where the bucket locks nothing."""
    if not lock:
        return kept
    if not bucket.object_lock:
        raise S3Error("InvalidRequest", "Bucket is missing ObjectLockConfiguration")
    return kept._replace(extra={**kept.extra, _KIND: dict(lock)})


def check_signed(call: Call, kept: Properties) -> None:
    """Raise InvalidArgument for a lock that somebody anonymous asks for."""
    if call.anonymous and of(kept):
        raise _unsigned()


def check_put(call: Call, bucket: Bucket, kept: Properties) -> None:
    """What S3 demands of a PutObject whose version is locked, also by the bucket's default.

    It must come with a digest and be signed. Raises InvalidRequest, InvalidArgument.
    """
    check_digest(call, bucket, kept, "Put Object")
    if call.anonymous and _locks(bucket, kept):
        raise _unsigned()


def _unsigned() -> S3Error:
    message = "Put Object requests with Object Lock parameters require AWS Signature Version 4"
    return invalid_argument("Authorization", None, message)


def _locks(bucket: Bucket, kept: Properties) -> bool:
    return bucket.object_lock and (bool(of(kept)) or locks.DEFAULT in bucket.documents)


def check_digest(call: Call, bucket: Bucket, kept: Properties, what: str) -> None:
    """Raise InvalidRequest for bytes that are to be locked and came without a digest.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObject.html (Content-MD5)
    """
    if _locks(bucket, kept) and not call.body.announced_digest:
        raise S3Error(
            "InvalidRequest",
            f"Content-MD5 OR x-amz-checksum- HTTP header is required for {what} requests with Object Lock "
            "parameters",
        )


def of(properties: Properties) -> Mapping[str, str]:
    """The lock of an object or upload of these properties; empty where it has none."""
    lock: Mapping[str, str] = properties.extra.get(_KIND) or {}
    return lock


def until(lock: Mapping[str, str]) -> datetime | None:
    """When the retention ends."""
    return read_date(lock["until"]) if "until" in lock else None


def show(call: Call, output: Any, found: Found) -> None:
    """Set the members of a GetObject or HeadObject output that tell of the lock, to those who may know."""
    bucket, version = found.bucket, found.version
    lock = None if version is None else of(version.properties)
    if not lock or bucket is None or version is None:
        return
    if "mode" in lock and call.access.allows((READ_RETENTION,), bucket, version.key, version):
        output.object_lock_mode = lock["mode"]
        output.object_lock_retain_until_date = until(lock)
    if "hold" in lock and call.access.allows((READ_HOLD,), bucket, version.key, version):
        output.object_lock_legal_hold_status = lock["hold"]


def protected() -> S3Error:
    """What S3 answers where a lock forbids what was asked for."""
    return S3Error("AccessDenied", "Access Denied because object protected by object lock.")
