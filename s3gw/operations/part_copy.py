"""UploadPartCopy: a part made of bytes that are there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from s3gw.db import uploads
from s3gw.db.objects import Outcome
from s3gw.db.uploads import PartResult, Upload
from s3gw.errors import S3Error, Unavailable
from s3gw.operations import checksums, encrypting, encryption, etags, ranges
from s3gw.operations.call import Call, operation
from s3gw.operations.copy_source import parse_copy_source
from s3gw.operations.copying import Source, digest, find_source, must_rewrite, rewrite, shown_id
from s3gw.operations.encrypting import Encrypting
from s3gw.operations.lookup import layout_of
from s3gw.operations.multipart import open_upload, part_number, part_refused
from s3gw.operations.put import MAX_BODY
from s3gw.operations.ranges import Span
from s3gw.protocol import types
from s3gw.storage.store import Layout


@operation("UploadPartCopy", "s3:PutObject")
async def upload_part_copy(call: Call, request: types.UploadPartCopyInput) -> types.UploadPartCopyOutput:
    """Store a part by reference. The bytes are read only for an MD5 or checksum that is not known, or because
    the upload is encrypted by another key."""
    number = part_number(request)
    named = parse_copy_source(request.copy_source)
    await call.services.store.check_space()
    bucket, upload = await open_upload(call, request)
    by = await encrypting.of_upload(call, request, bucket, encryption.of(upload.properties))
    for _ in range(2):
        source = await find_source(call, request, named)
        span = _span(request.copy_source_range, source.version.size)
        output = types.UploadPartCopyOutput(copy_source_version_id=shown_id(named, source.version))
        by.show(output)
        call.announced = output
        if must_rewrite(source, by.record, bucket):
            stored = await _rewritten(call, upload, number, source, span, layout_of(bucket, by.key), by)
        else:
            stored = await _referenced(call, upload, number, source, span, by)
        result = stored.result
        if result.outcome is Outcome.DONE:
            answer = types.CopyPartResult(e_tag=etags.quote(stored.etag), last_modified=result.modified_at)
            if upload.checksum_algorithm is not None:
                checksums.show(answer, stored.checksums, kind=False)
            output.copy_part_result = answer
            return output
        if result.outcome is not Outcome.SOURCE_GONE:
            raise part_refused(result.outcome, upload.id)
    raise Unavailable("the source of a copy was replaced again and again")


class _Stored(NamedTuple):
    """How a part was stored, and what it became."""

    result: PartResult
    etag: str
    checksums: Mapping[str, str]


async def _rewritten(
    call: Call, upload: Upload, number: int, source: Source, span: Span, layout: Layout, by: Encrypting
) -> _Stored:
    """Store the bytes anew, encrypted by another key."""
    algorithm = upload.checksum_algorithm or checksums.DEFAULT
    draft, read = await rewrite(call, source, span, layout, [algorithm])
    etag = by.etag(read.md5)
    # As with PutObject: when this raises, the draft's lease decides.
    result = await uploads.put_part(call.services.db, upload.id, number, draft, etag, read.checksums)
    if result.outcome is not Outcome.DONE:
        await call.services.store.discard(draft)
    return _Stored(result, etag, read.checksums)


async def _referenced(
    call: Call, upload: Upload, number: int, source: Source, span: Span, by: Encrypting
) -> _Stored:
    """Name the source's bytes as those of the part."""
    etag, sums = await _digests(call, source, span, upload, by)
    result = await uploads.copy_part(
        call.services.db, upload.id, number, source.version.body, span.start, span.length, etag, sums
    )
    return _Stored(result, etag, sums)


def _span(header: str | None, size: int) -> Span:
    span = Span(0, size) if header is None else ranges.copied(header, size)
    if span.length > MAX_BODY:
        raise S3Error(
            "InvalidRequest",
            "The specified copy source is larger than the maximum allowable size for a copy source: "
            f"{MAX_BODY}",
        )
    return span


async def _digests(
    call: Call, source: Source, span: Span, upload: Upload, by: Encrypting
) -> tuple[str, dict[str, str]]:
    """The part's ETag and checksums, from the source's own where the part is the whole of it.

    An ETag that tells nothing of the bytes is made up, and is no MD5 to go by. The default checksum of an
    upload that asked for none is worth no reading, but comes with one.
    """
    version = source.version
    algorithm = upload.checksum_algorithm or checksums.DEFAULT
    whole = span.length == version.size
    known = version.properties.checksums
    have = known.get(algorithm) if whole and known.get("type") == checksums.FULL_OBJECT else None
    opaque = encryption.is_opaque(by.record)
    needs_md5 = not opaque and not (
        whole
        and version.parts_count is None
        and etags.is_md5(version.etag)
        and not encryption.is_opaque(encryption.of(version.properties))
    )
    if not needs_md5 and (have is not None or upload.checksum_algorithm is None):
        etag = etags.opaque() if opaque else version.etag
        return etag, {} if have is None else {algorithm: have}
    read = await digest(call, source, span, [algorithm])
    return by.etag(read.md5), dict(read.checksums)
