"""UploadPartCopy: a part made of bytes that are there."""

from __future__ import annotations

from s3gw.db import uploads
from s3gw.db.objects import Outcome
from s3gw.db.records import ObjectVersion
from s3gw.db.uploads import Upload
from s3gw.errors import S3Error, Unavailable
from s3gw.operations import checksums, encryption, etags, ranges, unsupported
from s3gw.operations.call import Call, operation
from s3gw.operations.copy_source import parse_copy_source
from s3gw.operations.copying import digest, find_source, must_rewrite, rewrite
from s3gw.operations.lookup import layout_of
from s3gw.operations.multipart import open_upload, part_number, part_refused
from s3gw.operations.put import MAX_BODY
from s3gw.operations.ranges import Span
from s3gw.protocol import types


@operation("UploadPartCopy", "s3:PutObject")
async def upload_part_copy(call: Call, request: types.UploadPartCopyInput) -> types.UploadPartCopyOutput:
    """Store a part by reference. The bytes are read only for an MD5 or checksum that is not known."""
    unsupported.refuse(request)
    number = part_number(request)
    source = parse_copy_source(request.copy_source)
    await call.services.store.check_space()
    bucket, upload = await open_upload(call, request)
    for _ in range(2):
        version = await find_source(call, request, source)
        span = _span(request.copy_source_range, version.size)
        etag, sums = await _digests(call, version, span, upload)
        if must_rewrite(version, encryption.of(upload.properties)):
            draft = await rewrite(call, version, span, layout_of(bucket))
            result = await uploads.put_part(call.services.db, upload.id, number, draft, etag, sums)
            if result.outcome is not Outcome.DONE:
                await call.services.store.discard(draft)
        else:
            result = await uploads.copy_part(
                call.services.db, upload.id, number, version.body, span.start, span.length, etag, sums
            )
        if result.outcome is Outcome.DONE:
            answer = types.CopyPartResult(e_tag=etags.quote(etag), last_modified=result.modified_at)
            if upload.checksum_algorithm is not None:
                checksums.show(answer, sums, kind=False)
            output = types.UploadPartCopyOutput(
                copy_part_result=answer, copy_source_version_id=version.version_id
            )
            encryption.show(output, encryption.of(upload.properties))
            return output
        if result.outcome is not Outcome.SOURCE_GONE:
            raise part_refused(result.outcome, upload.id)
    raise Unavailable("the source of a copy was replaced again and again")


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
    call: Call, version: ObjectVersion, span: Span, upload: Upload
) -> tuple[str, dict[str, str]]:
    """The part's ETag and checksums, from the source's own where the part is the whole of it.

    The default checksum of an upload that asked for none is worth no reading, but comes with one.
    """
    algorithm = upload.checksum_algorithm or checksums.DEFAULT
    whole = span.length == version.size
    known = version.properties.checksums
    have = known.get(algorithm) if whole and known.get("type") == checksums.FULL_OBJECT else None
    if whole and etags.is_md5(version.etag) and (have is not None or upload.checksum_algorithm is None):
        return version.etag, {} if have is None else {algorithm: have}
    read = await digest(call, version, span, algorithm)
    return read.md5, {} if read.checksum is None else {algorithm: read.checksum}
