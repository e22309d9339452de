"""Numbers of days and dates in lifecycle rules."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from s3gw.errors import S3Error
from s3gw.protocol.values import invalid_argument, iso_date

Kept = dict[str, Any]
"""A rule, or a part of one, as it is kept."""

MAX_DAYS = (1 << 31) - 1
MAX_NEWER = 100


def positive(days: int, name: str, action: str) -> int:
    """A number of days, at least one. Raises InvalidArgument, MalformedXML."""
    if days > MAX_DAYS:
        raise S3Error("MalformedXML")
    if days <= 0:
        raise invalid_argument(name, str(days), f"'{name}' for {action} action must be a positive integer")
    return days


def newer(count: int | None, second: bool) -> Kept:
    """How many noncurrent versions are kept. Raises InvalidRequest, InvalidArgument."""
    if count is None:
        return {}
    if not second:
        raise S3Error("InvalidRequest", "NewerNoncurrentVersions element can only be used in Lifecycle V2.")
    if not 1 <= count <= MAX_NEWER:
        message = f"'NewerNoncurrentVersions' must be a positive integer that does not exceed {MAX_NEWER}"
        raise invalid_argument("NewerNoncurrentVersions", str(count), message)
    return {"newer": count}


def midnight(given: datetime) -> str:
    """A date as it is kept. Raises InvalidArgument for a time of the day."""
    moment = given.astimezone(UTC)
    if (moment.hour, moment.minute, moment.second, moment.microsecond) != (0, 0, 0, 0):
        raise invalid_argument("Date", moment.isoformat(), "'Date' must be at midnight GMT")
    return iso_date(moment)
