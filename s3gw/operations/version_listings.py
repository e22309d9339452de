"""ListObjectVersions."""

from __future__ import annotations

from s3gw.db import listings
from s3gw.db.listings import ListedVersion
from s3gw.errors import S3Error
from s3gw.operations import checksums, etags, grants, restore
from s3gw.operations.call import Call, operation
from s3gw.operations.grants import Owned
from s3gw.operations.lookup import bucket_of, check_version_id
from s3gw.operations.markers import Encoder, page_size
from s3gw.protocol import types


@operation("ListObjectVersions", "s3:ListBucketVersions")
async def list_object_versions(
    call: Call, request: types.ListObjectVersionsInput
) -> types.ListObjectVersionsOutput:
    """A page of versions and delete markers, by key and then from the newest.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_ListObjectVersions.html
    """
    encoded = Encoder(request.encoding_type)
    limit = page_size("max-keys", request.max_keys)
    _check_markers(request)
    bucket = await bucket_of(call, request)
    owned = grants.owners_shown(bucket)
    page = await listings.list_versions(
        call.services.db,
        bucket.id,
        prefix=request.prefix or "",
        delimiter=request.delimiter or "",
        key_marker=request.key_marker or "",
        version_id_marker=request.version_id_marker or "",
        limit=limit,
        assumed=call.assumed,
    )
    return types.ListObjectVersionsOutput(
        name=request.bucket,
        prefix=encoded(request.prefix or ""),
        key_marker=encoded(request.key_marker or ""),
        version_id_marker=request.version_id_marker or "",
        next_key_marker=encoded.optional(page.next_key_marker),
        next_version_id_marker=page.next_version_id_marker,
        max_keys=limit,
        delimiter=encoded.optional(request.delimiter or None),
        encoding_type=request.encoding_type,
        is_truncated=page.truncated,
        entries=[
            _marker(found, encoded, owned)
            if found.delete_marker
            else _version(found, encoded, owned, request)
            for found in page.versions
        ],
        common_prefixes=[types.CommonPrefix(prefix=encoded(prefix)) for prefix in page.common_prefixes],
    )


def _check_markers(request: types.ListObjectVersionsInput) -> None:
    marker = request.version_id_marker
    if not marker:
        return
    if not request.key_marker:
        raise S3Error(
            "InvalidArgument",
            "A version-id marker cannot be specified without a key marker.",
            fields={"ArgumentName": "version-id-marker", "ArgumentValue": marker},
        )
    check_version_id(marker, versioned=True, argument="version-id-marker")


def _version(
    found: ListedVersion, encoded: Encoder, owned: Owned, request: types.ListObjectVersionsInput
) -> types.ObjectVersion:
    algorithms = checksums.algorithms(found.checksums)
    return types.ObjectVersion(
        key=encoded(found.key),
        version_id=found.version_id,
        is_latest=found.latest,
        last_modified=found.modified_at,
        e_tag=etags.quote(found.etag),
        checksum_algorithm=algorithms or None,
        checksum_type=found.checksums.get("type") if algorithms else None,
        size=found.size,
        storage_class=found.storage_class,
        restore_status=restore.status(found.storage_class, request.optional_object_attributes),
        owner=owned(found.owner),
    )


def _marker(found: ListedVersion, encoded: Encoder, owned: Owned) -> types.DeleteMarkerEntry:
    return types.DeleteMarkerEntry(
        key=encoded(found.key),
        version_id=found.version_id,
        is_latest=found.latest,
        last_modified=found.modified_at,
        owner=owned(found.owner),
    )
