"""Finding what a request addresses, and saying as S3 does what is not there."""

from __future__ import annotations

from typing import Any

from s3gw.access.principals import account_number
from s3gw.db import buckets
from s3gw.db.objects import Found, Outcome, Precondition
from s3gw.db.records import NULL_VERSION, Account, Bucket, ObjectVersion
from s3gw.errors import S3Error, Unavailable
from s3gw.keyring import DataKey
from s3gw.operations import conditions
from s3gw.operations.call import Call
from s3gw.operations.names import missing_bucket, missing_key
from s3gw.operations.target import VERSION_ID, find_version
from s3gw.protocol.values import http_date
from s3gw.storage.store import Layout


async def bucket_of(call: Call, request: Any) -> Bucket:
    """The bucket that the request addresses. Raises NoSuchBucket, InvalidBucketName, AccessDenied."""
    target = call.target
    if target is not None and target.bucket == request.bucket:
        bucket = target.found.bucket
    else:
        bucket = await buckets.get(call.services.db, request.bucket)
    return existing_bucket(bucket, request.bucket, getattr(request, "expected_bucket_owner", None))


def existing_bucket(bucket: Bucket | None, name: str, expected_owner: str | None) -> Bucket:
    """The bucket, if it is there and belongs to whom the client expects (`x-amz-expected-bucket-owner`).

    S3 takes the number of the account there; its canonical id does, too.
    """
    if bucket is None:
        raise missing_bucket(name)
    if expected_owner is not None and expected_owner not in (
        account_number(bucket.owner),
        bucket.owner.canonical_id,
    ):
        raise S3Error("AccessDenied")
    return bucket


async def bucket_and_precondition(call: Call, request: Any) -> tuple[Bucket, Precondition | None]:
    """The bucket that a request is to write to, and its precondition.

    The precondition is judged here once, so that a body which cannot be published is not even read; what
    counts is the judgement of the database when it publishes.
    """
    precondition = conditions.for_write(request)
    if precondition is None:
        return await bucket_of(call, request), None
    found = await find(call, request.bucket, request.key)
    bucket = existing_bucket(found.bucket, request.bucket, request.expected_bucket_owner)
    current = found.version if found.version is not None and not found.version.delete_marker else None
    if precondition.if_none_match_any and current is not None:
        raise conditions.failed("If-None-Match")
    if precondition.if_match is not None:
        if current is None:
            raise missing_key(request.key)
        if precondition.if_match not in ("*", current.etag):
            raise conditions.failed("If-Match")
    return bucket, precondition


async def find(
    call: Call, bucket: str, key: str, version_id: str | None = None, *, inline: bool = False
) -> Found:
    """The bucket and the version of the key that is addressed, to be judged by `version_of`."""
    target = call.target
    if target is not None and target.answers(bucket, key, version_id, inline):
        call.target = None  # whoever asks again wants to know what is there then
        return target.found
    return await find_version(call.services.db, bucket, key, version_id, inline=inline)


def version_of(found: Found, key: str, version_id: str | None, method: str = "GET") -> ObjectVersion:
    """The version of `key` that was asked for, of what `find` found.

    In a bucket that never had versioning, "null" is the only version that there can be. Raises NoSuchKey,
    NoSuchVersion, InvalidArgument, and for a delete marker what S3 says of it to `method`:
    https://docs.aws.amazon.com/AmazonS3/latest/userguide/DeleteMarker.html
    """
    versioned = found.bucket is not None and found.bucket.versioning is not None
    check_version_id(version_id, versioned=versioned)
    version = found.version
    if version is None:
        if version_id is None or not versioned:
            raise missing_key(key)
        raise S3Error("NoSuchVersion", fields={"Key": key, "VersionId": version_id})
    if version.delete_marker:
        raise _delete_marker(version, method, by_id=version_id is not None)
    return version


def _delete_marker(version: ObjectVersion, method: str, *, by_id: bool) -> S3Error:
    """A read without an id finds nothing; everything else has come to something that it cannot be done to."""
    headers = {"x-amz-delete-marker": "true", "x-amz-version-id": version.version_id or NULL_VERSION}
    if not by_id and method == "GET":
        return S3Error("NoSuchKey", fields={"Key": version.key}, headers=headers)
    headers |= {"Allow": "DELETE", "Last-Modified": http_date(version.modified_at)}
    fields = {"Method": method, "ResourceType": "DeleteMarker"}
    return S3Error("MethodNotAllowed", fields=fields, headers=headers)


def check_version_id(version_id: str | None, *, versioned: bool, argument: str = "versionId") -> None:
    """Raise InvalidArgument for what cannot be the id of a version in such a bucket."""
    if version_id is None or version_id == NULL_VERSION:
        return
    if versioned and VERSION_ID.fullmatch(version_id):
        return
    message = "Invalid version id specified" if version_id else "Version id cannot be the empty string"
    raise S3Error("InvalidArgument", message, fields={"ArgumentName": argument, "ArgumentValue": version_id})


def shown_of_new(version_id: str | None) -> str | None:
    """The id in the answer to a write, other than a copy: none where versioning is suspended, though readers
    see "null"."""
    return None if version_id == NULL_VERSION else version_id


def layout_of(bucket: Bucket, key: DataKey | None = None) -> Layout:
    """How the bucket wants its bytes cut and kept; `key` is that of a customer."""
    return Layout(
        chunking=bucket.chunking,
        hints=bucket.archive_hints,
        compression=bucket.level,
        domain_id=bucket.domain_id if key is None else key.domain_id,
        key=key,
        account_id=bucket.apart_for if key is None else None,
    )


def refused(
    outcome: Outcome, bucket: str, key: str, precondition: Precondition | None
) -> S3Error | Unavailable:
    """The error for a publication that ended otherwise than DONE."""
    match outcome:
        case Outcome.NO_BUCKET:
            return missing_bucket(bucket)
        case Outcome.PRECONDITION_FAILED:
            header = (
                "If-None-Match" if precondition is not None and precondition.if_none_match_any else "If-Match"
            )
            return conditions.failed(header)
        case Outcome.MISSING:
            return missing_key(key)
        case _:
            return Unavailable(f"publishing ended as {outcome.value}")


def is_owner(account: Account, bucket: Bucket) -> bool:
    """Whether the bucket belongs to the account."""
    return account.id == bucket.owner.id
