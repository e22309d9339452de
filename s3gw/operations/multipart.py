"""Multipart uploads: create, upload a part, abort. `complete.py` ends them, `part_copy.py` fills them."""

from __future__ import annotations

from typing import Any

from s3gw.db import uploads
from s3gw.db.objects import Outcome
from s3gw.db.records import Bucket
from s3gw.db.uploads import Upload
from s3gw.errors import S3Error, Unavailable
from s3gw.operations import (
    checksums,
    conditions,
    encrypting,
    encryption,
    etags,
    expiry,
    grants,
    locks,
    properties,
)
from s3gw.operations.call import Call, RequestBody, operation
from s3gw.operations.lookup import bucket_of, layout_of
from s3gw.operations.names import check_key, missing_bucket
from s3gw.operations.put import check_length
from s3gw.protocol import types
from s3gw.storage.store import Drafting

MAX_PARTS = 10000


@operation("CreateMultipartUpload", "s3:PutObject")
async def create_multipart_upload(
    call: Call, request: types.CreateMultipartUploadInput
) -> types.CreateMultipartUploadOutput:
    """Begin an upload, which keeps everything but the bytes until it is completed."""
    if call.anonymous:
        raise S3Error(
            "AccessDenied", "Anonymous users cannot initiate multipart uploads. Please authenticate."
        )
    check_key(request.key)
    kept = properties.given(request)
    lock = await locks.given(call, request)
    algorithm, kind = checksums.of_upload(request.checksum_algorithm, request.checksum_type)
    await call.services.store.check_space()
    bucket = await bucket_of(call, request)
    kept = locks.keep(bucket, kept, lock)
    kept = await grants.with_acl(call, bucket, request, kept)
    by = await encrypting.chosen(call, request, bucket)
    kept = encryption.keep(kept, by.record)
    upload_id = await uploads.create(
        call.services.db,
        bucket.id,
        request.key,
        grants.owner_of_new(call, bucket, request).id,
        kept,
        initiator_id=call.account.id,
        checksum_algorithm=algorithm,
        checksum_type=kind,
    )
    if upload_id is None:
        raise missing_bucket(request.bucket)
    output = types.CreateMultipartUploadOutput(
        bucket=request.bucket,
        key=request.key,
        upload_id=upload_id,
        checksum_algorithm=algorithm,
        checksum_type=kind,
    )
    by.show(output)
    expiry.show_abort(output, bucket, request.key, uploads.begun_at(upload_id))
    return output


@operation("UploadPart", "s3:PutObject")
async def upload_part(call: Call, request: types.UploadPartInput) -> types.UploadPartOutput:
    """Store one part; a part of the same number is replaced."""
    number = part_number(request)
    check_length(call.body)
    bucket, upload = await open_upload(call, request)
    locks.check_digest(call, bucket, upload.properties, "Put Part")
    by = await encrypting.of_upload(call, request, bucket, encryption.of(upload.properties))
    asked = _ask_checksum(call.body, request, upload)
    store, layout = call.services.store, layout_of(bucket, by.key)
    async with store.drafting(call.body, layout, call.body.length) as drafting:
        etag = by.etag(call.body.md5.hex())
        kept = dict(call.body.checksums)
        await _publish(call, upload, number, drafting, etag, kept)
    output = types.UploadPartOutput(e_tag=etags.quote(etag))
    shown = {name: value for name, value in kept.items() if name != asked}
    checksums.show(output, shown, kind=False)
    by.show(output)
    return output


async def _publish(
    call: Call, upload: Upload, number: int, drafting: Drafting, etag: str, kept: dict[str, str]
) -> None:
    """Make the draft the part of that number. Raises whatever else it ended as."""
    draft = drafting.draft
    while True:
        # As with PutObject: when this raises, the draft's lease decides.
        result = await uploads.put_part(call.services.db, upload.id, number, draft, etag, kept)
        if result.outcome is Outcome.DONE:
            return
        await call.services.store.discard(draft)
        if result.outcome is not Outcome.CHUNKS_GONE or drafting.again is None or draft.whole is None:
            raise part_refused(result.outcome, upload.id)
        draft = await drafting.again()


@operation("AbortMultipartUpload", "s3:AbortMultipartUpload")
async def abort_multipart_upload(
    call: Call, request: types.AbortMultipartUploadInput
) -> types.AbortMultipartUploadOutput:
    """Give an upload up, with its parts."""
    bucket = await bucket_of(call, request)
    upload_id = request.upload_id or ""
    if request.if_match_initiated_time is not None:
        upload = await upload_of(call, request, bucket)
        if upload.initiated_at.replace(microsecond=0) != request.if_match_initiated_time.replace(
            microsecond=0
        ):
            raise conditions.failed("x-amz-if-match-initiated-time")
    if not await uploads.abort(call.services.db, bucket.id, request.key, upload_id):
        raise no_upload(upload_id)
    return types.AbortMultipartUploadOutput()


def part_number(request: Any) -> int:
    """The number of the part to write. Raises InvalidArgument."""
    number: int | None = request.part_number
    if number is None or not 1 <= number <= MAX_PARTS:
        raise S3Error(
            "InvalidArgument",
            "Part number must be an integer between 1 and 10000, inclusive",
            fields={"ArgumentName": "partNumber", "ArgumentValue": "" if number is None else str(number)},
        )
    return number


async def open_upload(call: Call, request: Any) -> tuple[Bucket, Upload]:
    """The bucket and the upload in progress that a request writes to. Raises as `own_upload`."""
    bucket = await bucket_of(call, request)
    return bucket, await own_upload(call, request, bucket)


async def own_upload(call: Call, request: Any, bucket: Bucket, *, ended: bool = False) -> Upload:
    """As `upload_of`, for what only who began the upload may do, or root. Raises AccessDenied.

    https://docs.aws.amazon.com/AmazonS3/latest/userguide/mpuoverview.html#mpuAndPermissions
    """
    upload = await upload_of(call, request, bucket, ended=ended)
    if call.anonymous or not (call.account.is_root or call.account.id == upload.initiator.id):
        raise S3Error("AccessDenied")
    return upload


async def upload_of(call: Call, request: Any, bucket: Bucket | None = None, *, ended: bool = False) -> Upload:
    """The upload that the request names, of its own bucket and key; completed ones only with `ended`.

    Raises NoSuchUpload for every other id, also for one of another bucket or key.
    """
    if bucket is None:
        bucket = await bucket_of(call, request)
    upload = await uploads.get(call.services.db, bucket.id, request.key, request.upload_id or "")
    if upload is None or (upload.completed is not None and not ended):
        raise no_upload(request.upload_id or "")
    return upload


def no_upload(upload_id: str) -> S3Error:
    """NoSuchUpload, naming the id."""
    return S3Error("NoSuchUpload", fields={"UploadId": upload_id})


def part_refused(outcome: Outcome, upload_id: str) -> S3Error | Unavailable:
    """The error for a part that was not stored."""
    if outcome is Outcome.NO_UPLOAD:
        return no_upload(upload_id)
    return Unavailable(f"storing a part ended as {outcome.value}")


def _ask_checksum(body: RequestBody, request: types.UploadPartInput, upload: Upload) -> str | None:
    """Have the body compute what the object's checksum will be made of.

    That is by the upload's algorithm, and the part's own checksum must be by the same (and some digest must
    come with it, where the object's checksum is made of the parts'); or by S3's default, which is returned
    where the client has not asked for it and is not shown it.
    """
    expected = upload.checksum_algorithm
    named = checksums.named(request)
    actual = {*checksums.given(request), *([named] if named else [])}
    if expected is not None:
        other = next(iter(actual - {expected}), None)
        bare = not actual and not body.announced_digest
        if other or (bare and upload.checksum_type == checksums.COMPOSITE):
            raise S3Error(
                "InvalidRequest",
                f"Checksum Type mismatch occurred, expected checksum Type: {expected.lower()}, "
                f"actual checksum Type: {other.lower() if other else 'null'}",
            )
    for algorithm in {expected or checksums.DEFAULT, *actual}:
        body.request_checksum(algorithm)
    return checksums.DEFAULT if expected is None and checksums.DEFAULT not in actual else None
