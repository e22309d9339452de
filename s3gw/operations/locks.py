"""Object lock of what requests write and read: what their headers ask for, and what is shown of a version.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
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
MAX_DAYS, MAX_YEARS = 36500, 100

_MODE = "x-amz-object-lock-mode"
_UNTIL = "x-amz-object-lock-retain-until-date"
_HOLD = "x-amz-object-lock-legal-hold"
_EVENT = "x-amz-object-lock-event-hold"
_KIND = "lock"

Lock = Mapping[str, Any]
"""How a version is locked, as it is kept with it: see the migrations of object lock."""


async def given(call: Call, request: Any) -> dict[str, Any]:
    """The lock that the headers of an upload ask for, as it is kept; empty where they ask for none.

    Raises InvalidArgument for what S3 does not know, for a mode without a date, and for a date in the past
    by the database's clock.
    """
    mode, until = request.object_lock_mode, request.object_lock_retain_until_date
    hold = request.object_lock_legal_hold_status
    found = _event_hold(request)
    if mode is not None or until is not None or found:
        if mode is None or (until is None and found.get("event") != "ON"):
            message = f"{_UNTIL} and {_MODE} must both be supplied"
            raise invalid_argument(_MODE if mode is None else _UNTIL, None, message)
        if mode not in MODES:
            raise invalid_argument(_MODE, mode, "Unknown wormMode directive.")
        found["mode"] = mode
        if until is not None:
            await check_future(call, until, _UNTIL)
            found["until"] = precise_date(until)
    if hold is not None:
        if hold not in HOLDS:
            raise invalid_argument(_HOLD, hold, "Legal Hold must be either of 'ON' or 'OFF'")
        found["hold"] = hold
    return found


def _event_hold(request: Any) -> dict[str, Any]:
    event = request.object_lock_event_hold
    days = request.object_lock_event_hold_duration_days
    years = request.object_lock_event_hold_duration_years
    if event is not None and event not in HOLDS:
        raise invalid_argument(_EVENT, event, "Event Hold must be either of 'ON' or 'OFF'")
    if event == "ON" and (days is None) == (years is None):
        message = "An event hold that is ON requires exactly one duration, in days or in years"
        raise invalid_argument(_EVENT, event, message)
    if event != "ON" and (days is not None or years is not None):
        raise invalid_argument(_EVENT, event, "A duration can only be given with an event hold that is ON")
    return {} if event is None else {"event": event, **duration(days, years)}


def duration(days: int | None, years: int | None) -> dict[str, int]:
    """The duration of an event hold, as it is kept. Raises InvalidArgument for one out of range."""
    for name, period, most in (("Days", days, MAX_DAYS), ("Years", years, MAX_YEARS)):
        if period is not None:
            if not 1 <= period <= most:
                message = f"An event hold duration must be a positive integer of at most {most}"
                raise invalid_argument(name, str(period), message)
            return {f"event_{name.lower()}": period}
    return {}


async def check_future(call: Call, until: datetime, argument: str) -> None:
    """Raise InvalidArgument for a date that has passed by the database's clock."""
    if until <= await locks.now(call.services.db):
        message = "The retain until date must be in the future!"
        raise invalid_argument(argument, precise_date(until), message)


def keep(bucket: Bucket, kept: Properties, lock: Lock) -> Properties:
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


def of(properties: Properties) -> Lock:
    """The lock of an object or upload of these properties; empty where it has none."""
    lock: Lock = properties.extra.get(_KIND) or {}
    return lock


async def until(call: Call, lock: Lock) -> datetime | None:
    """When the retention ends; while an event hold is on, when it would if the hold were released now."""
    date = read_date(lock["until"]) if "until" in lock else None
    if lock.get("event") != "ON":
        return date
    days = lock["event_days"] if "event_days" in lock else lock["event_years"] * 365
    released = await locks.now(call.services.db) + timedelta(days=days)
    return released if date is None else max(date, released)


async def show(call: Call, output: Any, found: Found) -> None:
    """Set the members of a GetObject or HeadObject output that tell of the lock, to those who may know."""
    bucket, version = found.bucket, found.version
    lock = None if version is None else of(version.properties)
    if not lock or bucket is None or version is None:
        return
    if "mode" in lock and call.access.allows((READ_RETENTION,), bucket, version.key, version):
        output.object_lock_mode = lock["mode"]
        output.object_lock_retain_until_date = await until(call, lock)
        output.object_lock_event_hold = lock.get("event")
        output.object_lock_event_hold_duration_days = lock.get("event_days")
        output.object_lock_event_hold_duration_years = lock.get("event_years")
    if "hold" in lock and call.access.allows((READ_HOLD,), bucket, version.key, version):
        output.object_lock_legal_hold_status = lock["hold"]


def protected() -> S3Error:
    """What S3 answers where a lock forbids what was asked for."""
    return S3Error("AccessDenied", "Access Denied because object protected by object lock.")
