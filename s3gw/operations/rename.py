"""RenameObject: a key moves, with everything, in one transaction.

S3 has it for directory buckets, which have no versioning; here it is for every bucket without versioning.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_RenameObject.html
"""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime
from urllib.parse import unquote

from s3gw.access.requirements import of_renamed
from s3gw.db import renames
from s3gw.db.events import Wanted
from s3gw.db.records import Bucket, ObjectVersion
from s3gw.db.renames import Renaming
from s3gw.errors import S3Error, Unavailable
from s3gw.operations import conditions, events
from s3gw.operations.call import Call, operation
from s3gw.operations.conditions import Conditions, Verdict
from s3gw.operations.lookup import bucket_of, find
from s3gw.operations.names import check_key, missing_bucket, missing_key
from s3gw.protocol import types

_ATTEMPTS = 10
_TOKEN = re.compile(r"[!-~]{1,64}", re.ASCII)


@operation("RenameObject", "s3:PutObject")
async def rename_object(call: Call, request: types.RenameObjectInput) -> types.RenameObjectOutput:
    """Move a key over another, if the conditions on both hold. Asked again by the same token, it was done."""
    bucket = await _bucket(call, request)
    source = _source(request)
    check_key(request.key)
    if source == request.key:
        raise S3Error("InvalidRequest", "The source and the destination of a rename are the same.")
    token, digest = request.client_token, _digest(request, source)
    if token is not None and not _TOKEN.fullmatch(token):
        raise S3Error(
            "InvalidArgument", "Invalid client token.", fields={"ArgumentName": "x-amz-client-token"}
        )
    for _ in range(_ATTEMPTS):
        if token is not None and await _repeated(call, bucket, token, digest):
            return types.RenameObjectOutput()
        found = await _judged_source(call, request, bucket, source)
        target = await _judged_target(call, request)
        ended = await renames.rename(
            call.services.db,
            bucket.id,
            source,
            request.key,
            found.modified_at,
            None if target is None else target.modified_at,
            token,
            digest,
            _events(call, bucket, request, found),
        )
        match ended:
            case Renaming.RENAMED:
                return types.RenameObjectOutput()
            case Renaming.NO_BUCKET:
                raise missing_bucket(request.bucket)
            case Renaming.VERSIONED:
                raise _versioned()
    raise Unavailable("the keys of a rename changed again and again")


def _events(
    call: Call, bucket: Bucket, request: types.RenameObjectInput, version: ObjectVersion
) -> list[Wanted]:
    """A key came into being and another ended; S3 tells nothing of directory buckets."""
    size, etag = version.size, version.etag
    made = events.of_object(call, bucket, "ObjectCreated:Copy", request.key, size=size, etag=etag)
    return made + events.of_object(call, bucket, "ObjectRemoved:Delete", version.key)


async def _bucket(call: Call, request: types.RenameObjectInput) -> Bucket:
    bucket = await bucket_of(call, request)
    if bucket.versioning is not None:
        raise _versioned()
    return bucket


def _versioned() -> S3Error:
    return S3Error("InvalidBucketState", "Objects of a bucket with versioning cannot be renamed.")


def _source(request: types.RenameObjectInput) -> str:
    """The key to move. As clients send it: `key`, `/key` or `/bucket/key`, percent-encoded."""
    header = request.rename_source or ""
    try:
        path = unquote(header, errors="strict")
    except UnicodeError:
        path = ""
    key = path.removeprefix("/")
    if path.startswith(f"/{request.bucket}/"):
        key = path.removeprefix(f"/{request.bucket}/")
    if not key:
        raise S3Error(
            "InvalidArgument",
            "Rename source must mention the source key.",
            fields={"ArgumentName": "x-amz-rename-source", "ArgumentValue": header},
        )
    check_key(key)
    return key


def _digest(request: types.RenameObjectInput, source: str) -> bytes:
    """Of all that is asked, to tell whether a token comes with the same request again."""
    asked = [source, request.key]
    members = [name for name in request.__dataclass_fields__ if name.startswith(("destination_", "source_"))]
    asked += [f"{name}={getattr(request, name)}" for name in members]
    return hashlib.sha256("\0".join(asked).encode()).digest()


async def _repeated(call: Call, bucket: Bucket, token: str, digest: bytes) -> bool:
    done = await renames.done(call.services.db, bucket.id, token)
    if done is not None and done != digest:
        raise S3Error("IdempotencyParameterMismatch")
    return done is not None


async def _judged_source(
    call: Call, request: types.RenameObjectInput, bucket: Bucket, key: str
) -> ObjectVersion:
    """Raises NoSuchKey, AccessDenied, PreconditionFailed."""
    found = await find(call, request.bucket, key)
    if not call.access.may_read(of_renamed(), bucket, key, found.version):
        raise S3Error("AccessDenied")
    version = found.version
    if version is None:
        raise missing_key(key)
    given = Conditions(
        request.source_if_match,
        request.source_if_none_match,
        request.source_if_modified_since,
        request.source_if_unmodified_since,
    )
    _judge(given, version, "x-amz-rename-source-")
    return version


async def _judged_target(call: Call, request: types.RenameObjectInput) -> ObjectVersion | None:
    """What stands at the new key. Raises PreconditionFailed, and NoSuchKey where If-Match finds nothing."""
    version = (await find(call, request.bucket, request.key)).version
    given = Conditions(
        request.destination_if_match,
        request.destination_if_none_match,
        request.destination_if_modified_since,
        request.destination_if_unmodified_since,
    )
    if version is not None:
        _judge(given, version, "")
    elif given.if_match is not None:
        raise missing_key(request.key)
    elif given.if_modified_since is not None:
        raise conditions.failed("If-Modified-Since")
    return version


def _judge(given: Conditions, version: ObjectVersion, prefix: str) -> None:
    verdict, header = given.judge(version.etag, version.modified_at, datetime.now(UTC))
    if verdict is not Verdict.PROCEED:
        raise conditions.failed(prefix + (header.lower() if prefix else header))
