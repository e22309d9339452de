"""DeleteObject and DeleteObjects."""

from __future__ import annotations

from datetime import datetime

from s3gw.access.requirements import of_entry
from s3gw.db import deletion
from s3gw.db.deletion import Deleted, Target
from s3gw.db.outcomes import Outcome
from s3gw.db.records import Bucket
from s3gw.errors import S3Error
from s3gw.operations import conditions, etags, events, locks
from s3gw.operations.call import Call, operation
from s3gw.operations.grants import owner_of_new
from s3gw.operations.lookup import bucket_of, check_version_id
from s3gw.operations.names import check_key, missing_key
from s3gw.protocol import types

MAX_KEYS = 1000


@operation("DeleteObject", "s3:DeleteObject")
async def delete_object(call: Call, request: types.DeleteObjectInput) -> types.DeleteObjectOutput:
    """Delete the key, or one version of it for good.

    What is not there is deleted already, unless a condition says that it must be.
    """
    bucket = await bucket_of(call, request)
    if request.bypass_governance_retention is not None and not bucket.object_lock:
        raise _nothing_to_bypass()
    check_version_id(request.version_id, versioned=bucket.versioning is not None)
    target = _target(
        request.key,
        request.version_id,
        request.if_match,
        request.if_match_last_modified_time,
        request.if_match_size,
    )
    wanted = events.of_deletion(call, bucket, [target])
    plain = bucket.versioning is None and target == Target(request.key) and not wanted
    if plain and call.assumed.bucket_id == bucket.id:
        await deletion.delete_key(call.services.db, bucket, request.key, call.assumed)
        return types.DeleteObjectOutput()
    (ended,) = await deletion.delete_versions(
        call.services.db,
        bucket.id,
        owner_of_new(call, bucket).id,
        [target],
        bypass=bool(request.bypass_governance_retention),
        wanted=wanted,
        assumed=call.assumed,
    )
    error = _error(ended, target)
    if error is not None:
        raise error
    version_id = ended.version_id or (request.version_id if bucket.versioning is not None else None)
    return types.DeleteObjectOutput(delete_marker=ended.delete_marker or None, version_id=version_id)


@operation("DeleteObjects", "s3:DeleteObject")
async def delete_objects(call: Call, request: types.DeleteObjectsInput) -> types.DeleteObjectsOutput:
    """Delete up to a thousand keys or versions in one statement, each with its own outcome."""
    asked = request.delete.objects if request.delete is not None else None
    if not asked or len(asked) > MAX_KEYS or any(not entry.key for entry in asked):
        raise S3Error("MalformedXML")
    bucket = await bucket_of(call, request)
    # S3 refuses a bypass in every such bucket. Other services take it, and tools that empty whatever bucket
    # they find send it with the versions that they list.
    of_keys_alone = all(entry.version_id is None for entry in asked)
    if request.bypass_governance_retention is not None and not bucket.object_lock and of_keys_alone:
        raise _nothing_to_bypass()
    bypass = bool(request.bypass_governance_retention)
    failures = [_refusal(call, entry, bucket, bypass) for entry in asked]
    targets = [_target_of(entry) for entry, failure in zip(asked, failures, strict=True) if failure is None]
    ended = iter(
        await deletion.delete_versions(
            call.services.db,
            bucket.id,
            owner_of_new(call, bucket).id,
            targets,
            bypass=bypass,
            wanted=events.of_deletion(call, bucket, targets),
            assumed=call.assumed,
        )
    )
    quiet = request.delete is not None and bool(request.delete.quiet)
    output = types.DeleteObjectsOutput()
    for entry, failure in zip(asked, failures, strict=True):
        each = Deleted(Outcome.MISSING) if failure is not None else next(ended)
        error = failure or _error(each, _target_of(entry))
        if error is not None:
            output.errors = output.errors or []
            output.errors.append(
                types.Error(
                    key=entry.key, version_id=entry.version_id, code=error.code, message=error.message
                )
            )
        elif not quiet:
            output.deleted = output.deleted or []
            output.deleted.append(_shown(entry, each))
    return output


def _shown(entry: types.ObjectIdentifier, ended: Deleted) -> types.DeletedObject:
    shown = types.DeletedObject(key=entry.key, version_id=entry.version_id)
    if ended.delete_marker:
        shown.delete_marker = True
        shown.delete_marker_version_id = ended.version_id or entry.version_id
    return shown


def _nothing_to_bypass() -> S3Error:
    return S3Error(
        "InvalidArgument",
        "x-amz-bypass-governance-retention is only applicable to Object Lock enabled buckets.",
        fields={"ArgumentName": "x-amz-bypass-governance-retention"},
    )


def _target_of(entry: types.ObjectIdentifier) -> Target:
    return _target(entry.key or "", entry.version_id, entry.e_tag, entry.last_modified_time, entry.size)


def _target(
    key: str, version_id: str | None, if_match: str | None, modified_at: datetime | None, size: int | None
) -> Target:
    """What to delete, with the conditions that must hold of it.

    S3 knows time and size for directory buckets only; here they are for every bucket.
    """
    return Target(key, version_id, None if if_match is None else etags.unquote(if_match), modified_at, size)


def _error(ended: Deleted, target: Target) -> S3Error | None:
    match ended.outcome:
        case Outcome.PRECONDITION_FAILED:
            return conditions.failed(_condition(target))
        case Outcome.MISSING if target.if_match is not None and target.version_id is None:
            return missing_key(target.key)
        case Outcome.LOCKED:
            return locks.protected()
        case _:
            return None


def _condition(target: Target) -> str:
    """The header of a condition that may not have held; If-Match where there are several."""
    if target.if_match is None and target.size is None:
        return "x-amz-if-match-last-modified-time"
    if target.if_match is None and target.modified_at is None:
        return "x-amz-if-match-size"
    return "If-Match"


def _refusal(call: Call, entry: types.ObjectIdentifier, bucket: Bucket, bypass: bool) -> S3Error | None:
    """Why an entry of DeleteObjects cannot be carried out at all."""
    key = entry.key or ""
    try:
        check_key(key)
    except S3Error as error:
        return error
    tells = any(value is not None for value in (entry.last_modified_time, entry.size))
    tells = tells or entry.e_tag not in (None, "*")
    if not call.access.allows(of_entry(entry.version_id, bypass, tells=tells), bucket, key):
        return S3Error("AccessDenied")
    try:
        check_version_id(entry.version_id, versioned=bucket.versioning is not None)
    except S3Error:
        return S3Error("NoSuchVersion")
    return None
