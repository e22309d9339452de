"""CompleteMultipartUpload: parts become an object."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from s3gw.db import uploads
from s3gw.db.objects import Outcome
from s3gw.db.uploads import Part, Upload
from s3gw.errors import S3Error
from s3gw.operations import (
    checksums,
    conditions,
    customer_keys,
    encrypting,
    encryption,
    etags,
    events,
    expiry,
)
from s3gw.operations.call import Call, operation
from s3gw.operations.lookup import bucket_of, refused, shown_of_new
from s3gw.operations.multipart import MAX_PARTS, no_upload, own_upload
from s3gw.protocol import checksums as algorithms
from s3gw.protocol import types
from s3gw.protocol.values import invalid_argument

MIN_PART = 5 << 20
"""Bytes of every part but the last."""
_COUNT = re.compile(r"[0-9]{1,5}", re.ASCII)
"""What follows the digest of a composite checksum: the number of parts."""


@operation("CompleteMultipartUpload", "s3:PutObject")
async def complete_multipart_upload(
    call: Call, request: types.CompleteMultipartUploadInput
) -> types.CompleteMultipartUploadOutput:
    """Make the parts that the client names an object, in one transaction; again, it answers the same."""
    precondition = conditions.for_write(request)
    chosen = _chosen(request)
    await call.services.store.check_space()
    bucket = await bucket_of(call, request)
    upload = await own_upload(call, request, bucket, ended=True)
    if not chosen:
        raise S3Error("InvalidRequest", "You must specify at least one part")
    record = encryption.of(upload.properties)
    checked = upload.checksum_algorithm is not None
    await customer_keys.for_completion(call, request, record, checksums=checked)
    if upload.completed is not None:
        return _output(upload.completed)
    if record is not None and "customer" in record:
        encrypting.check_not_blocked(call, request, bucket)
    stored = {part.number: part for part in await uploads.parts(call.services.db, upload.id)}
    if not stored:  # perhaps another request has completed or aborted it since we looked
        upload = await own_upload(call, request, bucket, ended=True)
        if upload.completed is not None:
            return _output(upload.completed)
    _check_consecutive(upload, [number for number, _ in chosen])
    parts = [_checked(upload, entry, stored.get(number)) for number, entry in chosen]
    _check_sizes(request, parts)
    etag = etags.of_parts(part.etag for part in parts)
    sums = _object_checksums(upload, parts)
    _check_checksums(request, upload, sums)
    answer = {
        "location": _location(call, request),
        "bucket": request.bucket,
        "key": request.key,
        "etag": etag,
        "checksums": sums,
        "encryption": record,
    }
    size = sum(part.size for part in parts)
    event = "ObjectCreated:CompleteMultipartUpload"
    call.announced = types.CompleteMultipartUploadOutput()
    encryption.show(call.announced, record)
    result = await uploads.complete(
        call.services.db,
        upload,
        upload.owner.id,
        [(part.number, part.etag) for part in parts],
        etag,
        sums,
        answer,
        precondition=precondition,
        wanted=events.of_object(call, bucket, event, request.key, size=size, etag=etag),
    )
    match result.outcome:
        case Outcome.DONE:
            output = _output(result.answer or answer, result.version_id)
            tagged = upload.properties.extra.get("tags")
            expiry.show(output, bucket, request.key, size, tagged, result.modified_at)
            return output
        case Outcome.NO_UPLOAD:
            raise no_upload(upload.id)
        case Outcome.INVALID_PART:  # overwritten since we looked
            raise S3Error("InvalidPart", fields={"UploadId": upload.id})
        case _:
            raise refused(result.outcome, request.bucket, request.key, precondition)


def _chosen(request: types.CompleteMultipartUploadInput) -> list[tuple[int, types.CompletedPart]]:
    """The parts of the document by number; none where there is no document, which only counts once there is
    an upload. Raises MalformedXML, InvalidArgument, InvalidPartOrder."""
    document = request.multipart_upload
    if document is None:
        return []
    if not document.parts or len(document.parts) > MAX_PARTS:
        raise S3Error("MalformedXML")
    chosen: list[tuple[int, types.CompletedPart]] = []
    for entry in document.parts:
        number = entry.part_number
        if number is None or entry.e_tag is None:
            raise S3Error("MalformedXML")
        if not 1 <= number <= MAX_PARTS:
            below = "PartNumber must be >= 1"
            above = "Part number must be an integer between 1 and 10000, inclusive"
            raise invalid_argument("PartNumber", str(number), below if number < 1 else above)
        if chosen and number <= chosen[-1][0]:
            raise S3Error("InvalidPartOrder", fields={"UploadId": request.upload_id or ""})
        chosen.append((number, entry))
    return chosen


def _check_consecutive(upload: Upload, numbers: Sequence[int]) -> None:
    """Raise InvalidPartOrder for gaps, which S3 does not allow where the object's checksum is of its parts'.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_CompletedPart.html
    """
    if upload.checksum_type == checksums.COMPOSITE and numbers[-1] != len(numbers):
        raise S3Error("InvalidPartOrder", fields={"UploadId": upload.id})


def _checked(upload: Upload, entry: types.CompletedPart, part: Part | None) -> Part:
    """The part that an entry of the document means.

    Raises InvalidArgument, InvalidPart, BadDigest, InvalidRequest.
    """
    given = checksums.given(entry)
    if len(given) > 1 or not all(algorithms.is_digest(name, value) for name, value in given.items()):
        message = "Invalid Base64 or multiple checksums present in request"
        raise invalid_argument("Checksum", None, message)
    if part is None or etags.unquote(entry.e_tag or "") != part.etag:
        raise _invalid_part(upload, entry)
    algorithm = upload.checksum_algorithm
    for name, value in given.items():
        if part.checksums.get(name) == value:
            continue
        if algorithm not in (None, name):
            what = f"The {name.lower()} you specified for part {part.number}"
            raise S3Error("BadDigest", f"{what} did not match what we received.")
        raise _invalid_part(upload, entry)
    if algorithm and upload.checksum_type == checksums.COMPOSITE and algorithm not in given:
        raise S3Error(
            "InvalidRequest",
            f"The upload was created using a {algorithm.lower()} checksum. The complete request must include "
            f"the checksum for each part. It was missing for part {part.number} in the request.",
        )
    return part


def _invalid_part(upload: Upload, entry: types.CompletedPart) -> S3Error:
    fields = {
        "UploadId": upload.id,
        "PartNumber": str(entry.part_number),
        "ETag": etags.unquote(entry.e_tag or ""),
    }
    return S3Error("InvalidPart", fields=fields)


def _check_sizes(request: types.CompleteMultipartUploadInput, parts: Sequence[Part]) -> None:
    for part in parts[:-1]:
        if part.size < MIN_PART:
            raise S3Error(
                "EntityTooSmall",
                fields={
                    "ProposedSize": str(part.size),
                    "MinSizeAllowed": str(MIN_PART),
                    "PartNumber": str(part.number),
                    "ETag": part.etag,
                },
            )
    size = sum(part.size for part in parts)
    expected = request.mpu_object_size
    if expected is not None and expected < 0:
        message = f"Value for x-amz-mp-object-size header is less than zero: '{expected}'"
        raise S3Error("InvalidRequest", message)
    if expected is not None and expected != size:
        raise S3Error(
            "InvalidRequest",
            f"The provided 'x-amz-mp-object-size' header value {expected} does not match what was computed: "
            f"{size}",
        )


def _object_checksums(upload: Upload, parts: Sequence[Part]) -> dict[str, str]:
    """The object's checksum from its parts', with its type; none where a part has none."""
    algorithm = upload.checksum_algorithm or checksums.DEFAULT
    kind = upload.checksum_type or checksums.FULL_OBJECT
    if any(algorithm not in part.checksums for part in parts):
        return {}
    digests = [(algorithms.decode(algorithm, part.checksums[algorithm]), part.size) for part in parts]
    if kind == checksums.COMPOSITE:
        value = algorithms.composite(algorithm, [digest for digest, _ in digests])
    else:
        value = algorithms.encode(algorithms.combine(algorithm, digests))
    return {"type": kind, algorithm: value}


def _check_checksums(
    request: types.CompleteMultipartUploadInput, upload: Upload, sums: Mapping[str, str]
) -> None:
    """What the client says of the object must be what its parts make. Raises BadDigest, InvalidRequest."""
    kind = checksums.known_type(request.checksum_type)
    given = checksums.given(request)
    if len(given) > 1:
        message = "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed."
        raise S3Error("InvalidRequest", message)
    if kind is not None and kind != (upload.checksum_type or sums.get("type")):
        raise S3Error(
            "InvalidRequest",
            f"The upload was created using the {upload.checksum_type or 'null'} checksum mode. "
            "The complete request must use the same checksum mode.",
        )
    for algorithm, value in given.items():
        if algorithm not in sums:
            wanted = (upload.checksum_algorithm or "null").lower()
            raise S3Error(
                "InvalidRequest",
                f"Checksum Type mismatch occurred, expected checksum Type: {wanted}, "
                f"actual checksum Type: {algorithm.lower()}",
            )
        digest, _, count = sums[algorithm].partition("-")
        told, dash, told_count = value.partition("-")
        algorithms.decode(algorithm, told if not dash or _COUNT.fullmatch(told_count) else value)
        # A composite checksum comes with or without the number of parts.
        if told != digest or told_count not in ("", count):
            raise S3Error(
                "BadDigest", f"The {algorithm} you specified did not match the calculated checksum."
            )


def _location(call: Call, request: types.CompleteMultipartUploadInput) -> str:
    path = quote(request.key, safe="/~")
    if call.virtual_host:
        return f"{call.origin}/{path}"
    return f"{call.origin}/{request.bucket}/{path}"


def _output(answer: Mapping[str, Any], version_id: str | None = None) -> types.CompleteMultipartUploadOutput:
    output = types.CompleteMultipartUploadOutput(
        location=answer["location"],
        bucket=answer["bucket"],
        key=answer["key"],
        e_tag=etags.quote(answer["etag"]),
        version_id=shown_of_new(version_id or answer.get("version")),
    )
    checksums.show(output, answer["checksums"])
    encryption.show(output, answer.get("encryption"))
    return output
