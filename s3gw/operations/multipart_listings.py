"""ListParts and ListMultipartUploads."""

from __future__ import annotations

import re

from s3gw.db import listings, uploads
from s3gw.db.listings import ListedUpload, UploadPage
from s3gw.db.records import Account
from s3gw.db.uploads import Part, Upload
from s3gw.operations import checksums, customer_keys, encryption, etags, expiry
from s3gw.operations.call import Call, operation
from s3gw.operations.lookup import bucket_of
from s3gw.operations.markers import Encoder, page_size
from s3gw.operations.multipart import upload_of
from s3gw.protocol import types
from s3gw.protocol.values import invalid_argument

_ID = re.compile(r"[0-9a-f]{46}")
_EMPTY = UploadPage([], [], truncated=False, next_key_marker=None, next_upload_id_marker=None)


@operation("ListParts", "s3:ListMultipartUploadParts")
async def list_parts(call: Call, request: types.ListPartsInput) -> types.ListPartsOutput:
    """A page of the parts of an upload in progress, by number."""
    limit = page_size("max-parts", request.max_parts)
    after = request.part_number_marker or 0
    page_size("part-number-marker", after)
    bucket = await bucket_of(call, request)
    upload = await upload_of(call, request, bucket)
    await customer_keys.for_upload(call, request, encryption.of(upload.properties), needed=False)
    found = await uploads.parts(call.services.db, upload.id, after=after, limit=limit + 1) if limit else []
    page = found[:limit]
    output = types.ListPartsOutput(
        bucket=request.bucket,
        key=request.key,
        upload_id=upload.id,
        part_number_marker=after,
        next_part_number_marker=page[-1].number if page else 0,
        max_parts=limit,
        is_truncated=len(found) > limit,
        parts=[_part(part, upload) for part in page],
        initiator=_initiator(upload.initiator),
        owner=_owner(upload.owner),
        storage_class=upload.properties.storage_class,
        checksum_algorithm=upload.checksum_algorithm,
        checksum_type=upload.checksum_type,
    )
    expiry.show_abort(output, bucket, upload.key, upload.initiated_at)
    return output


@operation("ListMultipartUploads", "s3:ListBucketMultipartUploads")
async def list_multipart_uploads(
    call: Call, request: types.ListMultipartUploadsInput
) -> types.ListMultipartUploadsOutput:
    """A page of the uploads in progress, by key and then by time; the id marker counts only with a key."""
    encoded = Encoder(request.encoding_type)
    limit = page_size("max-uploads", request.max_uploads)
    if request.key_marker and request.upload_id_marker and not _ID.fullmatch(request.upload_id_marker):
        raise invalid_argument("upload-id-marker", request.upload_id_marker, "Invalid uploadId marker")
    bucket = await bucket_of(call, request)
    page = _EMPTY
    if limit:
        page = await listings.list_uploads(
            call.services.db,
            bucket.id,
            prefix=request.prefix or "",
            delimiter=request.delimiter or "",
            key_marker=request.key_marker or "",
            upload_id_marker=(request.upload_id_marker or "") if request.key_marker else "",
            limit=limit,
        )
    # S3 names the last upload also where the listing ends with it.
    last = page.uploads[-1] if page.uploads else None
    next_key, next_id = (last.key, last.id) if last is not None else ("", "")
    if page.truncated:
        next_key, next_id = page.next_key_marker or "", page.next_upload_id_marker or ""
    return types.ListMultipartUploadsOutput(
        bucket=request.bucket,
        key_marker=encoded(request.key_marker or ""),
        upload_id_marker=(request.upload_id_marker or "") if request.key_marker else "",
        next_key_marker=encoded(next_key),
        next_upload_id_marker=next_id,
        prefix=encoded.optional(request.prefix or None),
        delimiter=encoded.optional(request.delimiter or None),
        max_uploads=limit,
        is_truncated=page.truncated,
        uploads=[_upload(found, encoded) for found in page.uploads],
        common_prefixes=[types.CommonPrefix(prefix=encoded(prefix)) for prefix in page.common_prefixes],
        encoding_type=request.encoding_type,
    )


def _part(part: Part, upload: Upload) -> types.Part:
    shown = types.Part(
        part_number=part.number, last_modified=part.modified_at, e_tag=etags.quote(part.etag), size=part.size
    )
    if upload.checksum_algorithm is not None:
        checksums.show(shown, part.checksums, kind=False)
    return shown


def _upload(found: ListedUpload, encoded: Encoder) -> types.MultipartUpload:
    return types.MultipartUpload(
        upload_id=found.id,
        key=encoded(found.key),
        initiated=found.initiated_at,
        storage_class=found.storage_class,
        owner=_owner(found.owner),
        initiator=_initiator(found.initiator),
        checksum_algorithm=found.checksum_algorithm,
        checksum_type=found.checksum_type,
    )


def _owner(account: Account) -> types.Owner:
    return types.Owner(display_name=account.display_name, id=account.canonical_id)


def _initiator(account: Account) -> types.Initiator:
    return types.Initiator(display_name=account.display_name, id=account.canonical_id)
