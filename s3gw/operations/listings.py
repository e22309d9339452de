"""ListObjects and ListObjectsV2: one walk over the keys, shown in two ways."""

from __future__ import annotations

from typing import Any

from s3gw.db import listings
from s3gw.db.listings import ListedObject, ObjectPage
from s3gw.db.records import Bucket
from s3gw.operations import checksums, etags, grants, restore
from s3gw.operations.call import Call, operation
from s3gw.operations.grants import Owned
from s3gw.operations.lookup import bucket_of
from s3gw.operations.markers import Encoder, after_token, page_size, token
from s3gw.protocol import types


@operation("ListObjects", "s3:ListBucket")
async def list_objects(call: Call, request: types.ListObjectsInput) -> types.ListObjectsOutput:
    """A page of keys in byte order, going on after a key. Every entry shows its owner, to who is somebody.

    NextMarker is there with a delimiter only; without one the last key says where to go on.
    """
    encoded = Encoder(request.encoding_type)
    limit = page_size("max-keys", request.max_keys)
    bucket = await bucket_of(call, request)
    page = await _page(call, request, bucket, request.marker or "", limit)
    owned = None if call.anonymous else grants.owners_shown(bucket)
    next_marker = page.next_marker if page.truncated and request.delimiter else None
    return types.ListObjectsOutput(
        bucket_region=bucket.region,
        name=request.bucket,
        prefix=encoded(request.prefix or ""),
        marker=encoded(request.marker or ""),
        next_marker=encoded.optional(next_marker),
        max_keys=limit,
        delimiter=encoded.optional(request.delimiter or None),
        encoding_type=request.encoding_type,
        is_truncated=page.truncated,
        contents=[_entry(found, encoded, owned, request) for found in page.objects],
        common_prefixes=[types.CommonPrefix(prefix=encoded(prefix)) for prefix in page.common_prefixes],
    )


@operation("ListObjectsV2", "s3:ListBucket")
async def list_objects_v2(call: Call, request: types.ListObjectsV2Input) -> types.ListObjectsV2Output:
    """A page of keys in byte order, going on by an opaque token; a token goes before StartAfter."""
    encoded = Encoder(request.encoding_type)
    limit = page_size("max-keys", request.max_keys)
    if request.continuation_token is not None:
        after = after_token(request.continuation_token)
    else:
        after = request.start_after or ""
    bucket = await bucket_of(call, request)
    page = await _page(call, request, bucket, after, limit)
    owned = grants.owners_shown(bucket) if request.fetch_owner else None
    return types.ListObjectsV2Output(
        bucket_region=bucket.region,
        name=request.bucket,
        prefix=encoded(request.prefix or ""),
        start_after=encoded.optional(request.start_after or None),
        continuation_token=request.continuation_token,
        next_continuation_token=token(page.next_marker or "") if page.truncated else None,
        key_count=len(page.objects) + len(page.common_prefixes),
        max_keys=limit,
        delimiter=encoded.optional(request.delimiter or None),
        encoding_type=request.encoding_type,
        is_truncated=page.truncated,
        contents=[_entry(found, encoded, owned, request) for found in page.objects],
        common_prefixes=[types.CommonPrefix(prefix=encoded(prefix)) for prefix in page.common_prefixes],
    )


async def _page(call: Call, request: Any, bucket: Bucket, after: str, limit: int) -> ObjectPage:
    return await listings.list_objects(
        call.services.db,
        bucket.id,
        prefix=request.prefix or "",
        delimiter=request.delimiter or "",
        after=after,
        limit=limit,
        assumed=call.assumed,
    )


def _entry(found: ListedObject, encoded: Encoder, owned: Owned | None, request: Any) -> types.Object:
    algorithms = checksums.algorithms(found.checksums)
    return types.Object(
        key=encoded(found.key),
        last_modified=found.modified_at,
        e_tag=etags.quote(found.etag),
        checksum_algorithm=algorithms or None,
        checksum_type=found.checksums.get("type") if algorithms else None,
        size=found.size,
        storage_class=found.storage_class,
        restore_status=restore.status(found.storage_class, request.optional_object_attributes),
        owner=None if owned is None else owned(found.owner),
    )
