"""PutObject."""

from __future__ import annotations

from s3gw.db import objects
from s3gw.db.objects import Outcome
from s3gw.errors import S3Error
from s3gw.operations import checksums, etags, properties, unsupported
from s3gw.operations.call import Call, RequestBody, operation
from s3gw.operations.lookup import bucket_and_precondition, layout_of, refused
from s3gw.operations.names import check_key
from s3gw.protocol import types

MAX_BODY = 5 << 30
"""Bytes of one PutObject or UploadPart."""


@operation("PutObject", "s3:PutObject")
async def put_object(call: Call, request: types.PutObjectInput) -> types.PutObjectOutput:
    """Store the body under the key, wholly or not at all.

    Two round trips to the database: the bucket (with the key, where there is a precondition), and the
    publication. The store has made every byte durable before the second.
    """
    unsupported.refuse(request)
    check_key(request.key)
    check_length(call.body)
    kept = properties.given(request)
    by_default = _ask_checksum(call.body, request)
    bucket, precondition = await bucket_and_precondition(call, request)
    store = call.services.store
    draft = await store.write(call.body, layout_of(bucket), size=call.body.length)
    etag = call.body.md5.hex()
    kept = properties.with_checksums(kept, _computed(call.body, by_default), checksums.FULL_OBJECT)
    # When this raises, it may still have been committed: then the draft's lease decides, not we.
    result = await objects.publish(
        call.services.db,
        bucket.id,
        request.key,
        call.account.id,
        draft,
        etag,
        kept,
        precondition=precondition,
    )
    if result.outcome is not Outcome.DONE:
        await store.discard(draft)
        raise refused(result.outcome, request.bucket, request.key, precondition)
    output = types.PutObjectOutput(e_tag=etags.quote(etag), version_id=result.version_id)
    checksums.show(output, kept.checksums)
    return output


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
