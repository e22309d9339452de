"""Object lock: that of a bucket, and the retention and legal hold of a version.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-lock.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from s3gw.db import locks as stored
from s3gw.db.locks import DEFAULT, Configured, Locked
from s3gw.db.records import NULL_VERSION, Bucket, ObjectVersion
from s3gw.errors import S3Error
from s3gw.operations import locks
from s3gw.operations.call import Call, operation
from s3gw.operations.lookup import bucket_of, existing_bucket, find, version_of
from s3gw.operations.names import missing_bucket, missing_key
from s3gw.protocol import types
from s3gw.protocol.values import invalid_argument, precise_date
from s3gw.protocol.xml import missing_document

ENABLED = "Enabled"


@operation("GetObjectLockConfiguration", "s3:GetBucketObjectLockConfiguration")
async def get_object_lock_configuration(
    call: Call, request: types.GetObjectLockConfigurationInput
) -> types.GetObjectLockConfigurationOutput:
    """That the bucket locks objects, and how new ones are locked."""
    bucket = await bucket_of(call, request)
    if not bucket.object_lock:
        raise S3Error("ObjectLockConfigurationNotFoundError", fields={"BucketName": bucket.name})
    configuration = types.ObjectLockConfiguration(object_lock_enabled=ENABLED)
    default = bucket.documents.get(DEFAULT)
    if default is not None:
        configuration.rule = types.ObjectLockRule(
            default_retention=types.DefaultRetention(
                mode=default["mode"],
                days=default.get("days"),
                years=default.get("years"),
                default_event_hold=_duration(default),
            )
        )
    return types.GetObjectLockConfigurationOutput(object_lock_configuration=configuration)


@operation("PutObjectLockConfiguration", "s3:PutBucketObjectLockConfiguration")
async def put_object_lock_configuration(
    call: Call, request: types.PutObjectLockConfigurationInput
) -> types.PutObjectLockConfigurationOutput:
    """Have the bucket lock objects, which cannot be undone, and say how new ones are locked."""
    default = _default(request.object_lock_configuration)
    bucket = await bucket_of(call, request)
    match await stored.configure(call.services.db, bucket.id, default):
        case Configured.MISSING:
            raise missing_bucket(request.bucket)
        case Configured.UNVERSIONED:
            raise S3Error(
                "InvalidBucketState",
                "Versioning must be 'Enabled' on the bucket to apply a Object Lock configuration",
            )
    return types.PutObjectLockConfigurationOutput()


@operation("GetObjectRetention", "s3:GetObjectRetention")
async def get_object_retention(
    call: Call, request: types.GetObjectRetentionInput
) -> types.GetObjectRetentionOutput:
    """By when a version may be deleted, and who may set that aside."""
    _, version = await _version(call, request, "GET")
    lock = locks.of(version.properties)
    if "mode" not in lock:
        raise S3Error("NoSuchObjectLockConfiguration")
    retention = types.ObjectLockRetention(
        mode=lock["mode"],
        retain_until_date=await locks.until(call, lock),
        event_hold=lock.get("event"),
        event_hold_duration=_duration(lock),
    )
    return types.GetObjectRetentionOutput(retention=retention)


@operation("PutObjectRetention", "s3:PutObjectRetention")
async def put_object_retention(
    call: Call, request: types.PutObjectRetentionInput
) -> types.PutObjectRetentionOutput:
    """Replace the retention of a version, or take it away, as far as the one that it has allows."""
    retention = await _retention(call, request.retention)
    bucket, version = await _version(call, request, "PUT")
    changed = await stored.retain(
        call.services.db,
        bucket.id,
        version.key,
        version.version_id or NULL_VERSION,
        retention,
        bypass=bool(request.bypass_governance_retention),
    )
    _check(changed, version.key)
    return types.PutObjectRetentionOutput()


@operation("GetObjectLegalHold", "s3:GetObjectLegalHold")
async def get_object_legal_hold(
    call: Call, request: types.GetObjectLegalHoldInput
) -> types.GetObjectLegalHoldOutput:
    """Whether a version is held, until somebody says otherwise."""
    _, version = await _version(call, request, "GET")
    lock = locks.of(version.properties)
    if "hold" not in lock:
        raise S3Error("NoSuchObjectLockConfiguration")
    return types.GetObjectLegalHoldOutput(legal_hold=types.ObjectLockLegalHold(status=lock["hold"]))


@operation("PutObjectLegalHold", "s3:PutObjectLegalHold")
async def put_object_legal_hold(
    call: Call, request: types.PutObjectLegalHoldInput
) -> types.PutObjectLegalHoldOutput:
    """Hold a version, or let go of it; its retention stays."""
    status = None if request.legal_hold is None else request.legal_hold.status
    if status is None or status not in locks.HOLDS:
        raise S3Error("MalformedXML")
    bucket, version = await _version(call, request, "PUT")
    changed = await stored.hold(
        call.services.db, bucket.id, version.key, version.version_id or NULL_VERSION, status
    )
    _check(changed, version.key)
    return types.PutObjectLegalHoldOutput()


def _default(configuration: types.ObjectLockConfiguration | None) -> dict[str, Any] | None:
    """What a configuration says of new versions, as it is kept.

    Raises MissingRequestBodyError, MalformedXML, InvalidArgument for a period that is none or too long.
    """
    if configuration is None:
        raise missing_document()
    if configuration.object_lock_enabled != ENABLED:
        raise S3Error("MalformedXML")
    if configuration.rule is None:
        return None
    retention = configuration.rule.default_retention
    if retention is None:
        raise S3Error("MalformedXML")
    event = retention.default_event_hold
    periods = [each for each in (retention.days, retention.years) if each is not None]
    if retention.mode not in locks.MODES or len(periods) > 1 or not (periods or event):
        raise S3Error("MalformedXML")
    found: dict[str, Any] = {"mode": retention.mode}
    if event is not None:
        found |= _event_duration(event)
    for name, period, most in (
        ("Days", retention.days, locks.MAX_DAYS),
        ("Years", retention.years, locks.MAX_YEARS),
    ):
        if period is None:
            continue
        if period < 1:
            message = "Default retention period must be a positive integer value."
            raise invalid_argument(name, None, message)
        if period > most:
            raise invalid_argument(name, None, "Default retention period too large.")
        found[name.lower()] = period
    return found


async def _retention(call: Call, retention: types.ObjectLockRetention | None) -> dict[str, Any] | None:
    """What a document asks for, as it is kept; None for an empty one, which takes the retention away.

    Raises MalformedXML, InvalidArgument for a date that has passed or a duration out of range.
    """
    if retention is None:
        raise S3Error("MalformedXML")
    mode, until = retention.mode, retention.retain_until_date
    event, lasting = retention.event_hold, retention.event_hold_duration
    if mode is None and until is None and event is None and lasting is None:
        return None
    if mode not in locks.MODES or event not in (None, *locks.HOLDS) or (event == "ON") == (lasting is None):
        raise S3Error("MalformedXML")
    if until is None and event is None:
        raise S3Error("MalformedXML")
    found: dict[str, Any] = {"mode": mode}
    if event is not None:
        found["event"] = event
    if lasting is not None:
        found |= _event_duration(lasting)
    if until is not None:
        await locks.check_future(call, until, "RetainUntilDate")
        found["until"] = precise_date(until)
    return found


def _event_duration(lasting: types.EventHoldDuration) -> dict[str, int]:
    if (lasting.days is None) == (lasting.years is None):
        raise S3Error("MalformedXML")
    return locks.duration(lasting.days, lasting.years)


def _duration(kept: Mapping[str, Any]) -> types.EventHoldDuration | None:
    if "event_days" not in kept and "event_years" not in kept:
        return None
    return types.EventHoldDuration(days=kept.get("event_days"), years=kept.get("event_years"))


async def _version(call: Call, request: Any, method: str) -> tuple[Bucket, ObjectVersion]:
    """The version that a request speaks of. Raises InvalidRequest where its bucket locks nothing."""
    found = await find(call, request.bucket, request.key, request.version_id)
    bucket = existing_bucket(found.bucket, request.bucket, request.expected_bucket_owner)
    version = version_of(found, request.key, request.version_id, method)
    if not bucket.object_lock:
        raise S3Error("InvalidRequest", "Bucket is missing Object Lock Configuration")
    return bucket, version


def _check(changed: Locked, key: str) -> None:
    match changed:
        case Locked.LOCKED:
            raise locks.protected()
        case Locked.UNDATED:
            message = "A retain until date is required where there is no event hold to release"
            raise invalid_argument("RetainUntilDate", None, message)
        case Locked.MISSING | Locked.DELETE_MARKER:
            raise missing_key(key)
