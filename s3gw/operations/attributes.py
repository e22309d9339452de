"""GetObjectAttributes: what is known of an object, without its bytes or its headers.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObjectAttributes.html
"""

from __future__ import annotations

from s3gw.db import objects
from s3gw.db.objects import ObjectPart
from s3gw.db.records import ObjectVersion
from s3gw.errors import S3Error
from s3gw.operations import checksums, customer_keys, encryption
from s3gw.operations.call import Call, operation
from s3gw.operations.lookup import existing_bucket, find, version_of
from s3gw.operations.markers import MAX_PAGE
from s3gw.protocol import types
from s3gw.protocol.values import NO_ATTRIBUTES

_NAMES = frozenset({"ETag", "Checksum", "ObjectParts", "StorageClass", "ObjectSize"})
_MAX_MARKER = 10000


@operation("GetObjectAttributes", "s3:GetObject", "s3:GetObjectAttributes")
async def get_object_attributes(
    call: Call, request: types.GetObjectAttributesInput
) -> types.GetObjectAttributesOutput:
    """The attributes that the client names. The ETag stands without quotes, as in S3."""
    wanted = _wanted(request)
    found = await find(call, request.bucket, request.key, request.version_id)
    existing_bucket(found.bucket, request.bucket, request.expected_bucket_owner)
    version = version_of(found, request.key, request.version_id)
    await customer_keys.for_reading(call, request, encryption.of(version.properties))
    output = types.GetObjectAttributesOutput(last_modified=version.modified_at, version_id=version.version_id)
    if "ETag" in wanted:
        output.e_tag = version.etag
    if "Checksum" in wanted and version.properties.checksums:
        output.checksum = types.Checksum()
        checksums.show(output.checksum, version.properties.checksums)
    if "ObjectParts" in wanted and version.parts_count is not None:
        output.object_parts = await _parts(call, request, version)
    if "StorageClass" in wanted:
        output.storage_class = version.properties.storage_class
    if "ObjectSize" in wanted:
        output.object_size = version.size
    return output


def _wanted(request: types.GetObjectAttributesInput) -> set[str]:
    """Raises InvalidRequest where nothing is asked for, InvalidArgument for what S3 does not know."""
    names = {name.strip() for given in request.object_attributes or () for name in given.split(",")} - {""}
    if not names:
        raise S3Error("InvalidRequest", NO_ATTRIBUTES)
    if not names <= _NAMES:
        raise S3Error(
            "InvalidArgument",
            "Invalid attribute name specified.",
            fields={
                "ArgumentName": "x-amz-object-attributes",
                "ArgumentValue": ", ".join(sorted(names - _NAMES)),
            },
        )
    return names


async def _parts(
    call: Call, request: types.GetObjectAttributesInput, version: ObjectVersion
) -> types.GetObjectAttributesParts:
    """A page of the parts; as in S3, their list is there only where they have checksums."""
    asked = request.max_parts
    limit = MAX_PAGE if asked is None or asked < 0 else min(asked, MAX_PAGE)  # S3 takes no notice of others
    marker = request.part_number_marker or 0
    if not 0 <= marker <= _MAX_MARKER:
        raise S3Error(
            "InvalidArgument",
            f"Argument x-amz-part-number-marker must be an integer between 0 and {_MAX_MARKER}",
            fields={"ArgumentName": "x-amz-part-number-marker", "ArgumentValue": str(marker)},
        )
    found = await objects.parts(call.services.db, version.body, marker, limit + 1)
    page, truncated = found[:limit], len(found) > limit
    algorithms = checksums.algorithms(version.properties.checksums)
    shown = [_part(part, algorithms) for part in page if any(name in part.checksums for name in algorithms)]
    return types.GetObjectAttributesParts(
        total_parts_count=version.parts_count,
        part_number_marker=marker,
        next_part_number_marker=page[-1].number if page else 0,
        max_parts=limit,
        is_truncated=truncated,
        parts=shown or None,
    )


def _part(part: ObjectPart, algorithms: list[str]) -> types.ObjectPart:
    output = types.ObjectPart(part_number=part.number, size=part.size)
    checksums.show(
        output, {name: part.checksums[name] for name in algorithms if name in part.checksums}, kind=False
    )
    return output
