"""Tags of objects and of buckets: get, put, delete."""

from __future__ import annotations

from typing import Any

from s3gw.db import bucket_chunking, bucket_settings
from s3gw.db.records import NULL_VERSION, Bucket, ObjectVersion
from s3gw.db.version_properties import Change, replace
from s3gw.errors import S3Error
from s3gw.operations import events, tags
from s3gw.operations.call import Call, operation
from s3gw.operations.lookup import bucket_of, existing_bucket, find, version_of
from s3gw.operations.names import missing_bucket, missing_key
from s3gw.protocol import types

_KIND = "tags"


@operation("GetObjectTagging", "s3:GetObjectTagging")
async def get_object_tagging(
    call: Call, request: types.GetObjectTaggingInput
) -> types.GetObjectTaggingOutput:
    """The tags of a version; an empty set where it has none."""
    _, version = await _version(call, request, "GET")
    kept = version.properties.extra.get(_KIND)
    return types.GetObjectTaggingOutput(version_id=version.version_id, tag_set=tags.shown(kept))


@operation("PutObjectTagging", "s3:PutObjectTagging")
async def put_object_tagging(
    call: Call, request: types.PutObjectTaggingInput
) -> types.PutObjectTaggingOutput:
    """Replace the tags of a version."""
    given = tags.of_document(request.tagging, tags.OBJECT_TAGS, "Object")
    return types.PutObjectTaggingOutput(version_id=await _replace(call, request, given, "PUT"))


@operation("DeleteObjectTagging", "s3:DeleteObjectTagging")
async def delete_object_tagging(
    call: Call, request: types.DeleteObjectTaggingInput
) -> types.DeleteObjectTaggingOutput:
    """Remove all tags of a version."""
    return types.DeleteObjectTaggingOutput(version_id=await _replace(call, request, {}, "DELETE"))


@operation("GetBucketTagging", "s3:GetBucketTagging")
async def get_bucket_tagging(
    call: Call, request: types.GetBucketTaggingInput
) -> types.GetBucketTaggingOutput:
    """The tags of the bucket. Raises NoSuchTagSet where it has none, also after a set of none was put."""
    bucket = await bucket_of(call, request)
    kept = await bucket_settings.get(call.services.db, bucket.id, _KIND)
    if not kept:
        raise S3Error("NoSuchTagSet", fields={"BucketName": request.bucket})
    return types.GetBucketTaggingOutput(tag_set=tags.shown(kept))


@operation("PutBucketTagging", "s3:PutBucketTagging")
async def put_bucket_tagging(call: Call, request: types.PutBucketTaggingInput) -> None:
    """Replace the tags of the bucket. Those that begin with "s3gw:" also say how its objects are stored.

    Raises InvalidTag for one of these that says nothing.
    """
    given, wanted = tags.of_bucket(request.tagging)
    bucket = await bucket_of(call, request)
    if not await bucket_chunking.tag(call.services.db, bucket.id, given, wanted):
        raise missing_bucket(request.bucket)


@operation("DeleteBucketTagging", "s3:PutBucketTagging")
async def delete_bucket_tagging(call: Call, request: types.DeleteBucketTaggingInput) -> None:
    """Remove all tags of the bucket."""
    bucket = await bucket_of(call, request)
    await bucket_settings.delete(call.services.db, bucket.id, _KIND)


async def _version(call: Call, request: Any, method: str) -> tuple[Bucket, ObjectVersion]:
    found = await find(call, request.bucket, request.key, request.version_id)
    bucket = existing_bucket(found.bucket, request.bucket, request.expected_bucket_owner)
    return bucket, version_of(found, request.key, request.version_id, method)


async def _replace(call: Call, request: Any, given: dict[str, str], method: str) -> str | None:
    """Give a version these tags; its id as S3 shows it."""
    bucket, version = await _version(call, request, method)
    version_id = version.version_id or NULL_VERSION
    event = "ObjectTagging:Put" if method == "PUT" else "ObjectTagging:Delete"
    wanted = events.of_version(call, bucket, event, version)
    change = await replace(
        call.services.db, bucket.id, request.key, version_id, "tags", given or None, wanted=wanted
    )
    if change is not Change.SET:
        raise missing_key(request.key)
    return version.version_id
