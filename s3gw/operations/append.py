"""PutObject with `x-amz-write-offset-bytes`: bytes behind those that an object has.

S3 has it for directory buckets, which have no versioning; here it is for every bucket without versioning.
Each append is a part of the object, of which there can be 10,000; a copy begins to count afresh.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/directory-buckets-objects-append.html
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from s3gw.db import appends, objects
from s3gw.db.appends import Sums
from s3gw.db.objects import Outcome
from s3gw.db.records import Bucket, ObjectVersion
from s3gw.errors import S3Error, Unavailable
from s3gw.operations import checksums, conditions, encrypting, encryption, etags, events, expiry
from s3gw.operations.call import Call
from s3gw.operations.lookup import bucket_and_precondition, find, layout_of
from s3gw.operations.names import missing_bucket
from s3gw.protocol import checksums as algorithms
from s3gw.protocol import types
from s3gw.storage.store import Drafting

MAX_PARTS = 10000
_ATTEMPTS = 10


async def append(call: Call, request: types.PutObjectInput) -> types.PutObjectOutput | None:
    """Append the body to the object; None where there is none yet, and the body is to become it.

    Raises InvalidWriteOffset unless the offset is where the object ends, InvalidRequest, TooManyParts,
    EncryptionTypeMismatch, PreconditionFailed; InvalidBucketState where the bucket has versioning.
    """
    bucket, _ = await bucket_and_precondition(call, request)
    if bucket.versioning is not None:
        raise _versioned()
    _check_body(call)
    version = await _version(call, request)
    if version is None:
        return None
    _check(request, version)
    by = await encrypting.of_upload(call, request, bucket, encryption.of(version.properties))
    algorithm = _algorithm(request, version)
    call.body.request_checksum(algorithm)
    size = call.body.length if call.body.exact else None
    async with call.services.store.drafting(call.body, layout_of(bucket, by.key), size) as drafting:
        added = dict(call.body.checksums)
        for other in added.keys() - {algorithm}:  # told by a trailer
            raise _mismatch(algorithm, other)
        etag = etags.opaque()
        version, sums, modified_at = await _publish(call, request, bucket, version, drafting, etag, added)
    output = types.PutObjectOutput(e_tag=etags.quote(etag), size=version.size + drafting.draft.size)
    checksums.show(output, sums.whole)
    by.show(output)
    tags = version.properties.extra.get("tags")
    expiry.show(output, bucket, request.key, output.size or 0, tags, modified_at)
    return output


async def _publish(
    call: Call,
    request: types.PutObjectInput,
    bucket: Bucket,
    version: ObjectVersion,
    drafting: Drafting,
    etag: str,
    added: Mapping[str, str],
) -> tuple[ObjectVersion, Sums, datetime | None]:
    """Add the draft to the object, looking at it again where it changed without growing."""
    draft = drafting.draft
    for _ in range(_ATTEMPTS):
        sums = await _sums(call, version, added, draft.size)
        size = version.size + draft.size
        wanted = events.of_object(call, bucket, "ObjectCreated:Put", request.key, size=size, etag=etag)
        # As with PutObject: when this raises, the draft's lease decides.
        result = await appends.append(
            call.services.db, bucket.id, request.key, version.modified_at, draft, etag, sums, wanted=wanted
        )
        match result.outcome:
            case Outcome.DONE:
                return version, sums, result.modified_at
            case Outcome.CHANGED:
                try:
                    again = await _version(call, request)
                    if again is None:
                        raise _wrong_offset(None)
                    _check(request, again)
                except S3Error:
                    await call.services.store.discard(draft)
                    raise
                version = again
                continue
        await call.services.store.discard(draft)
        if result.outcome is not Outcome.CHUNKS_GONE or drafting.again is None or draft.whole is None:
            raise _refused(result.outcome, request)
        draft = await drafting.again()
    await call.services.store.discard(draft)
    raise Unavailable("an object that was appended to changed again and again")


def _refused(outcome: Outcome, request: types.PutObjectInput) -> S3Error | Unavailable:
    match outcome:
        case Outcome.NO_BUCKET:
            return missing_bucket(request.bucket)
        case Outcome.VERSIONED:
            return _versioned()
        case Outcome.TOO_MANY_PARTS:
            return S3Error("TooManyParts")
        case _:
            return Unavailable(f"an append ended as {outcome.value}")


def _versioned() -> S3Error:
    return S3Error("InvalidBucketState", "Nothing can be appended to objects of a bucket with versioning.")


def _check_body(call: Call) -> None:
    if call.body.exact and call.body.length == 0:
        raise S3Error("InvalidRequest", "Request body cannot be empty when 'write offset' is specified.")


async def _version(call: Call, request: types.PutObjectInput) -> ObjectVersion | None:
    """The object as it is, if the offset is where it ends and the preconditions hold.

    None where there is none and the offset is 0. The whole object counts, so a precondition is judged here
    and again whenever it is found changed.
    """
    found = await find(call, request.bucket, request.key)
    if found.bucket is None:
        raise missing_bucket(request.bucket)
    version = found.version
    if request.write_offset_bytes != (0 if version is None else version.size):
        raise _wrong_offset(version)
    given = conditions.for_write(request)
    if given is None or version is None:
        return version
    if given.if_none_match_any:
        raise conditions.failed("If-None-Match")
    if given.if_match not in ("*", version.etag):
        raise conditions.failed("If-Match")
    return version


def _wrong_offset(version: ObjectVersion | None) -> S3Error:
    size = 0 if version is None else version.size
    return S3Error("InvalidWriteOffset", fields={"ObjectSize": str(size)})


def _check(request: types.PutObjectInput, version: ObjectVersion) -> None:
    """Raise for what cannot be said of an object that is there already."""
    if request.metadata:
        raise S3Error(
            "InvalidRequest",
            "Cannot specify both a write offset value and user-defined object metadata for existing objects.",
        )
    record = encryption.of(version.properties)
    is_by = "" if record is None or "customer" in record else record["algorithm"]
    if request.server_side_encryption not in (None, is_by):
        raise S3Error("EncryptionTypeMismatch")
    if (version.parts_count or 1) >= MAX_PARTS:
        raise S3Error("TooManyParts")


def _algorithm(request: types.PutObjectInput, version: ObjectVersion) -> str:
    """By which the object has a checksum; what is added must have one by the same."""
    have = checksums.algorithms(version.properties.checksums)
    algorithm = have[0] if have else checksums.DEFAULT
    named = checksums.named(request)
    for other in {*checksums.given(request), *([named] if named else [])} - {algorithm}:
        raise _mismatch(algorithm, other)
    return algorithm


def _mismatch(expected: str, actual: str) -> S3Error:
    return S3Error(
        "InvalidRequest",
        f"Checksum Type mismatch occurred, expected checksum Type: {expected.lower()}, "
        f"actual checksum Type: {actual.lower()}",
    )


async def _sums(call: Call, version: ObjectVersion, added: Mapping[str, str], size: int) -> Sums:
    """What is known of the whole afterwards: the checksum of its bytes, where the algorithm allows, or else
    one of its parts'. Nothing, where a part has none."""
    have = version.properties.checksums
    names = checksums.algorithms(have)
    if not names:
        return Sums({}, {}, added)
    algorithm = names[0]
    of_bytes = have.get("type") != checksums.COMPOSITE
    first = {algorithm: have[algorithm]} if of_bytes and version.parts_count is None else {}
    new = algorithms.decode(algorithm, added[algorithm])
    if of_bytes and algorithms.can_combine(algorithm):
        old = algorithms.decode(algorithm, have[algorithm])
        value = algorithms.encode(algorithms.combine(algorithm, [(old, version.size), (new, size)]))
        return Sums({"type": checksums.FULL_OBJECT, algorithm: value}, first, added)
    given = [first.get(algorithm)]
    if version.parts_count is not None:
        parts = await objects.parts(call.services.db, version.body)
        given = [part.checksums.get(algorithm) for part in parts]
    digests = [algorithms.decode(algorithm, value) for value in given if value is not None]
    if len(digests) < len(given):
        return Sums({}, first, added)
    value = algorithms.composite(algorithm, [*digests, new])
    return Sums({"type": checksums.COMPOSITE, algorithm: value}, first, added)
