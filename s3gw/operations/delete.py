"""DeleteObject and DeleteObjects."""

from __future__ import annotations

from collections.abc import Sequence

from s3gw.db import objects
from s3gw.db.objects import Outcome
from s3gw.errors import S3Error
from s3gw.operations import conditions, etags, unsupported
from s3gw.operations.call import Call, operation
from s3gw.operations.lookup import NULL_VERSION, bucket_of, check_version_id
from s3gw.operations.names import check_key, missing_key
from s3gw.protocol import types

MAX_KEYS = 1000


@operation("DeleteObject", "s3:DeleteObject")
async def delete_object(call: Call, request: types.DeleteObjectInput) -> types.DeleteObjectOutput:
    """Delete the key; one that is not there is deleted already, unless a condition says that it must be."""
    unsupported.refuse(request)
    bucket = await bucket_of(call, request)
    _refuse_bypass(request)
    check_version_id(request.version_id, versioned=False)
    error = (await _delete(call, bucket.id, [(request.key, request.if_match)]))[request.key]
    if error is not None:
        raise error
    return types.DeleteObjectOutput()


@operation("DeleteObjects", "s3:DeleteObject")
async def delete_objects(call: Call, request: types.DeleteObjectsInput) -> types.DeleteObjectsOutput:
    """Delete up to a thousand keys in one statement, each with its own outcome."""
    unsupported.refuse(request)
    asked = request.delete.objects if request.delete is not None else None
    if not asked or len(asked) > MAX_KEYS or any(not entry.key for entry in asked):
        raise S3Error("MalformedXML")
    bucket = await bucket_of(call, request)
    _refuse_bypass(request)
    failures = [_refusal(entry) for entry in asked]
    ended = await _delete(
        call,
        bucket.id,
        [
            (entry.key or "", entry.e_tag)
            for entry, failure in zip(asked, failures, strict=True)
            if failure is None
        ],
    )
    output = types.DeleteObjectsOutput()
    for entry, failure in zip(asked, failures, strict=True):
        error = failure or ended.get(entry.key or "")
        if error is not None:
            output.errors = output.errors or []
            output.errors.append(
                types.Error(
                    key=entry.key, version_id=entry.version_id, code=error.code, message=error.message
                )
            )
        elif request.delete is not None and not request.delete.quiet:
            output.deleted = output.deleted or []
            output.deleted.append(types.DeletedObject(key=entry.key))
    return output


def _refuse_bypass(request: types.DeleteObjectInput | types.DeleteObjectsInput) -> None:
    if request.bypass_governance_retention is not None:
        raise S3Error(
            "InvalidArgument",
            "x-amz-bypass-governance-retention is only applicable to Object Lock enabled buckets.",
            fields={"ArgumentName": "x-amz-bypass-governance-retention"},
        )


async def _delete(
    call: Call, bucket_id: int, wanted: Sequence[tuple[str, str | None]]
) -> dict[str, S3Error | None]:
    """Delete keys under their If-Match conditions; each key's error, or None."""
    if not wanted:
        return {}
    if_match = {key: etags.unquote(etag) for key, etag in wanted if etag is not None}
    keys = list(dict.fromkeys(key for key, _ in wanted))
    outcomes = await objects.delete(call.services.db, bucket_id, keys, if_match or None)
    return {key: _error(outcomes[key], key, conditional=key in if_match) for key in keys}


def _error(outcome: Outcome, key: str, *, conditional: bool) -> S3Error | None:
    match outcome:
        case Outcome.PRECONDITION_FAILED:
            return conditions.failed("If-Match")
        case Outcome.MISSING if conditional:
            return missing_key(key)
        case _:
            return None


def _refusal(entry: types.ObjectIdentifier) -> S3Error | None:
    """Why an entry of DeleteObjects cannot be carried out at all."""
    try:
        check_key(entry.key or "")
    except S3Error as error:
        return error
    if entry.version_id not in (None, NULL_VERSION):
        return S3Error("NoSuchVersion")
    if entry.last_modified_time is not None or entry.size is not None:
        return S3Error("NotImplemented", conditions.NOT_IMPLEMENTED)
    return None
