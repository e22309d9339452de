"""PutObject."""

from __future__ import annotations

from collections.abc import Sequence

from s3gw.db import objects
from s3gw.db.events import Wanted
from s3gw.db.objects import Outcome, Precondition, PublishResult
from s3gw.db.records import Bucket, Properties
from s3gw.errors import S3Error
from s3gw.operations import (
    append,
    checksums,
    encrypting,
    encryption,
    etags,
    events,
    expiry,
    grants,
    locks,
    properties,
)
from s3gw.operations.call import Call, RequestBody, operation
from s3gw.operations.lookup import bucket_and_precondition, layout_of, refused, shown_of_new
from s3gw.operations.names import check_key, missing_key
from s3gw.protocol import types
from s3gw.storage.store import Drafting

MAX_BODY = 5 << 30
"""Bytes of one PutObject or UploadPart."""


@operation("PutObject", "s3:PutObject")
async def put_object(call: Call, request: types.PutObjectInput) -> types.PutObjectOutput:
    """Store the body under the key, wholly or not at all; with an offset, behind what the key has."""
    if request.write_offset_bytes is None:
        return await store(call, request)
    check_key(request.key)
    check_length(call.body)
    appended = await append.append(call, request)
    if appended is not None:
        return appended
    # There is no such object: it is made, unless somebody else makes it first.
    if request.if_match is not None:
        raise missing_key(request.key)
    request.if_none_match = "*"
    try:
        return await store(call, request)
    except S3Error as error:
        if error.code == "PreconditionFailed":
            raise S3Error("InvalidWriteOffset") from error
        raise


async def store(call: Call, request: types.PutObjectInput, *, form: bool = False) -> types.PutObjectOutput:
    """Store the body under the key, wholly or not at all; `form` says that a form brought it.

    One round trip to the database where the bytes go into a row and the bucket is remembered: the
    publication. Up to 16 MiB there is one more, which asks for the chunks that are stored. The store has made
    every byte durable before the last.
    """
    check_key(request.key)
    check_length(call.body)
    kept = properties.given(request)
    lock = await locks.given(call, request)
    by_default = _ask_checksum(call.body, request)
    bucket, precondition = await bucket_and_precondition(call, request)
    kept = locks.keep(bucket, kept, lock)
    if form:
        locks.check_signed(call, kept)
    else:
        locks.check_put(call, bucket, kept)
    kept = await grants.with_acl(call, bucket, request, kept)
    by = await encrypting.chosen(call, request, bucket)
    kept = encryption.keep(kept, by.record)
    size = call.body.length if call.body.exact else None
    layout = layout_of(bucket, by.key)
    async with call.services.store.drafting(call.body, layout, size, call.assumed) as drafting:
        etag = by.etag(call.body.md5.hex())
        kept = properties.with_checksums(kept, _computed(call.body, by_default), checksums.FULL_OBJECT)
        event = "ObjectCreated:Post" if form else "ObjectCreated:Put"
        wanted = events.of_object(call, bucket, event, request.key, size=drafting.draft.size, etag=etag)
        result = await _publish(call, bucket, request, drafting, etag, kept, precondition, wanted)
    output = types.PutObjectOutput(e_tag=etags.quote(etag), version_id=shown_of_new(result.version_id))
    checksums.show(output, kept.checksums)
    by.show(output)
    expiry.show(output, bucket, request.key, drafting.draft.size, kept.extra.get("tags"), result.modified_at)
    return output


async def _publish(
    call: Call,
    bucket: Bucket,
    request: types.PutObjectInput,
    drafting: Drafting,
    etag: str,
    kept: Properties,
    precondition: Precondition | None,
    wanted: Sequence[Wanted],
) -> PublishResult:
    """Make the draft the key's current version. Raises whatever else it ended as."""
    draft = drafting.draft
    while True:
        # When this raises, it may still have been committed: then the draft's lease decides, not we.
        result = await objects.publish(
            call.services.db,
            bucket.id,
            request.key,
            grants.owner_of_new(call, bucket, request).id,
            draft,
            etag,
            kept,
            precondition=precondition,
            wanted=wanted,
            assumed=call.assumed,
        )
        if result.outcome is Outcome.DONE:
            return result
        await call.services.store.discard(draft)
        if result.outcome is not Outcome.CHUNKS_GONE or drafting.again is None or draft.whole is None:
            raise refused(result.outcome, request.bucket, request.key, precondition)
        draft = await drafting.again()


def check_length(body: RequestBody) -> None:
    """Raise EntityTooLarge for more than one request may carry."""
    if body.length > MAX_BODY:
        raise S3Error(
            "EntityTooLarge", fields={"ProposedSize": str(body.length), "MaxSizeAllowed": str(MAX_BODY)}
        )


def _ask_checksum(body: RequestBody, request: types.PutObjectInput) -> bool:
    """Have the body compute S3's default checksum, if the client sent none; whether that was so.

    What the client sends is computed and verified anyway; one that it names without a value is computed.
    """
    named = checksums.named(request)
    if checksums.given(request):
        return False
    body.request_checksum(named or checksums.DEFAULT)
    return named is None


def _computed(body: RequestBody, by_default: bool) -> dict[str, str]:
    """The checksums to keep: without the default where a trailer brought the client's own."""
    found = dict(body.checksums)
    if by_default and len(found) > 1:
        del found[checksums.DEFAULT]
    return found
