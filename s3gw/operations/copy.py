"""CopyObject: a new key for bytes that are there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from s3gw.access.requirements import TAGS_OF_COPY
from s3gw.db import objects
from s3gw.db.objects import Outcome, Precondition, PublishResult
from s3gw.db.records import Bucket, ObjectVersion, Properties
from s3gw.errors import S3Error, Unavailable
from s3gw.operations import (
    checksums,
    encrypting,
    encryption,
    etags,
    events,
    expiry,
    grants,
    locks,
    properties,
    tags,
)
from s3gw.operations.call import Call, operation
from s3gw.operations.copy_source import CopySource, parse_copy_source
from s3gw.operations.copying import (
    Source,
    combined_of_parts,
    digest,
    find_source,
    must_rewrite,
    rewrite,
    shown_id,
)
from s3gw.operations.encrypting import Encrypting
from s3gw.operations.lookup import bucket_and_precondition, layout_of, refused
from s3gw.operations.names import check_key
from s3gw.operations.ranges import Span
from s3gw.protocol import types

_UNCHANGED = (
    "This copy request is illegal because it is trying to copy an object to itself without changing the "
    "object's metadata, storage class, website redirect location or encryption attributes."
)


@operation("CopyObject", "s3:PutObject")
async def copy_object(call: Call, request: types.CopyObjectInput) -> types.CopyObjectOutput:
    """Copy by reference: no byte is read, unless for a checksum that the source does not have, or because
    the copy is encrypted by another key.

    A copy by reference has the parts of its source, and with them its ETag; one that was encrypted anew is
    one piece, as in S3. There is no limit of 5 GiB.
    """
    check_key(request.key)
    replaced = _directive(request.metadata_directive, "x-amz-metadata-directive", "metadata")
    tags_replaced = _directive(request.tagging_directive, "x-amz-tagging-directive", "tagging")
    new_tags = tags.of_header(request.tagging) if tags_replaced else None
    brought = properties.given(request) if replaced else None
    storage_class = properties.storage_class(request.storage_class)
    redirect = properties.redirect(request)
    algorithm = checksums.known(request.checksum_algorithm, "x-amz-checksum-algorithm")
    lock = await locks.given(call, request)
    named = parse_copy_source(request.copy_source)
    await call.services.store.check_space()
    bucket, precondition = await bucket_and_precondition(call, request)
    by = await encrypting.chosen(call, request, bucket)
    for _ in range(2):
        source = await find_source(call, request, named, with_tags=not tags_replaced)
        version = source.version
        copies_tags = not tags_replaced and bool(version.properties.extra.get("tags"))
        if copies_tags and not call.access.allows(TAGS_OF_COPY, bucket, request.key):
            raise S3Error("AccessDenied")
        if (
            not replaced
            and _is_same(request, named, bucket)
            and not _changes(request, source, bucket, algorithm)
        ):
            raise S3Error("InvalidRequest", _UNCHANGED)
        kept = brought if brought is not None else _copied(version, storage_class, redirect)
        kept = _tagged(kept, version.properties.extra.get("tags") if new_tags is None else new_tags)
        kept = locks.keep(bucket, kept, lock)
        locks.check_signed(call, kept)
        kept = await grants.with_acl(call, bucket, request, kept)
        kept = encryption.keep(kept, by.record)
        output = types.CopyObjectOutput(copy_source_version_id=shown_id(named, version))
        by.show(output)
        call.announced = output
        to = (bucket, request.key, grants.owner_of_new(call, bucket, request).id)
        if must_rewrite(source, by.record, bucket):
            copied = await _rewritten(call, to, source, by, algorithm, kept, precondition)
        else:
            copied = await _referenced(call, to, source, algorithm, kept, precondition)
        result = copied.result
        if result.outcome is Outcome.DONE:
            answer = types.CopyObjectResult(e_tag=etags.quote(copied.etag), last_modified=result.modified_at)
            checksums.show(answer, copied.checksums)
            output.copy_object_result = answer
            output.version_id = result.version_id  # "null" too: unlike PutObject, S3 shows it here
            tagged = kept.extra.get("tags")
            expiry.show(output, bucket, request.key, version.size, tagged, result.modified_at)
            return output
        if result.outcome is not Outcome.SOURCE_GONE:
            raise refused(result.outcome, request.bucket, request.key, precondition)
    raise Unavailable("the source of a copy was replaced again and again")


class _Copied(NamedTuple):
    """How a copy ended, and what it became."""

    result: PublishResult
    etag: str
    checksums: Mapping[str, str]


async def _referenced(
    call: Call,
    to: tuple[Bucket, str, int],
    source: Source,
    algorithm: str | None,
    kept: Properties,
    precondition: Precondition | None,
) -> _Copied:
    """Publish the source's bytes under another name."""
    bucket, key, owner = to
    version = source.version
    wanted = events.of_object(call, bucket, "ObjectCreated:Copy", key, size=version.size, etag=version.etag)
    sums = await _checksums(call, source, algorithm)
    result = await objects.publish_copy(
        call.services.db,
        bucket.id,
        key,
        owner,
        version.body,
        version.etag,
        kept._replace(checksums=sums),
        parts_count=version.parts_count if etags.counts_parts(version.etag) else None,
        precondition=precondition,
        wanted=wanted,
    )
    return _Copied(result, version.etag, sums)


async def _rewritten(
    call: Call,
    to: tuple[Bucket, str, int],
    source: Source,
    by: Encrypting,
    algorithm: str | None,
    kept: Properties,
    precondition: Precondition | None,
) -> _Copied:
    """Store the source's bytes anew, encrypted by another key, and publish those."""
    bucket, key, owner = to
    version = source.version
    known = version.properties.checksums
    names = [algorithm] if algorithm is not None else checksums.algorithms(known)
    of_all = known.get("type") == checksums.FULL_OBJECT
    missing = [name for name in names if not (of_all and name in known)]
    draft, read = await rewrite(call, source, Span(0, version.size), layout_of(bucket, by.key), missing)
    etag = by.etag(read.md5)
    sums = {name: read.checksums.get(name) or known[name] for name in names}
    kept = properties.with_checksums(kept, sums, checksums.FULL_OBJECT)
    # As with PutObject: when this raises, the draft's lease decides.
    wanted = events.of_object(call, bucket, "ObjectCreated:Copy", key, size=draft.size, etag=etag)
    result = await objects.publish(
        call.services.db,
        bucket.id,
        key,
        owner,
        draft,
        etag,
        kept,
        precondition=precondition,
        wanted=wanted,
    )
    if result.outcome is not Outcome.DONE:
        await call.services.store.discard(draft)
    return _Copied(result, etag, kept.checksums)


def _directive(given: str | None, header: str, what: str) -> bool:
    """Whether a directive says REPLACE. Raises InvalidArgument for what S3 does not know."""
    if given not in (None, "COPY", "REPLACE"):
        raise S3Error(
            "InvalidArgument",
            f"Unknown {what} directive.",
            fields={"ArgumentName": header, "ArgumentValue": given or ""},
        )
    return given == "REPLACE"


def _is_same(request: types.CopyObjectInput, source: CopySource, bucket: Bucket) -> bool:
    """Whether an object is copied onto itself; naming a version of it is how S3 restores that one."""
    by_id = source.version_id is not None and bucket.versioning is not None
    return source.bucket == request.bucket and source.key == request.key and not by_id


def _changes(request: types.CopyObjectInput, source: Source, bucket: Bucket, algorithm: str | None) -> bool:
    """Whether a copy of an object onto itself would be of any use.

    As in S3, a storage class counts as soon as it is named, also where it is the one that the object has; and
    so does encryption, also where the bucket's default names it. What is under a KMS key is under none after
    a copy that names no encryption.
    """
    return (
        request.storage_class is not None
        or request.website_redirect_location is not None
        or request.server_side_encryption is not None
        or request.sse_customer_algorithm is not None
        or source.key is not None
        or encryption.is_opaque(encryption.of(source.version.properties))
        or encrypting.has_default(bucket)
        or (algorithm is not None and not _has(source.version, algorithm))
    )


def _has(version: ObjectVersion, algorithm: str) -> bool:
    """Whether the object has a checksum of all its bytes by that algorithm."""
    have = version.properties.checksums
    return algorithm in have and have.get("type") != checksums.COMPOSITE


def _copied(version: ObjectVersion, storage_class: str, redirect: str | None) -> Properties:
    """The source's properties; the storage class and the redirect are never taken from the source."""
    headers = {
        name: value for name, value in version.properties.headers.items() if name != properties.REDIRECT
    }
    if redirect is not None:
        headers[properties.REDIRECT] = redirect
    return Properties(headers=headers, metadata=version.properties.metadata, storage_class=storage_class)


def _tagged(kept: Properties, given: Mapping[str, str] | None) -> Properties:
    """The properties with these tags and no others."""
    extra = {name: value for name, value in kept.extra.items() if name != "tags"}
    return kept._replace(extra={**extra, "tags": dict(given)} if given else extra)


async def _checksums(call: Call, source: Source, algorithm: str | None) -> dict[str, str]:
    """The copy's checksums: the source's, or the one asked for, for which bytes are read if need be.

    One that is asked for is of the whole object, as in S3, also where the source's is one of its parts'.
    """
    version = source.version
    have = version.properties.checksums
    if algorithm is None:
        return dict(have)
    if _has(version, algorithm):
        return {"type": checksums.FULL_OBJECT, algorithm: have[algorithm]}
    combined = await combined_of_parts(call, version, algorithm)
    if combined is not None:
        return {"type": checksums.FULL_OBJECT, algorithm: combined}
    read = await digest(call, source, Span(0, version.size), [algorithm])
    return {"type": checksums.FULL_OBJECT, **read.checksums}
