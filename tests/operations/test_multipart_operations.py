"""Multipart uploads from Create to Complete or Abort."""

from __future__ import annotations

import hashlib
import random
from datetime import UTC, datetime
from typing import Any

import pytest

from s3gw.errors import S3Error
from s3gw.operations.checksums import MEMBERS
from s3gw.protocol import checksums, types
from tests.operations.operation_calls import MIB, Operations, checksum, completed, md5

PART = 5 * MIB
BLOBS = [random.Random(n).randbytes(size) for n, size in enumerate((PART, PART + 1, 10))]
WHOLE = b"".join(BLOBS)


def etag_of(blobs: list[bytes]) -> str:
    digests = b"".join(hashlib.md5(blob).digest() for blob in blobs)
    return f'"{hashlib.md5(digests).hexdigest()}-{len(blobs)}"'


async def test_an_object_of_three_parts(s3: Operations) -> None:
    await s3.create()
    output = await s3.multipart("key", BLOBS, content_type="text/x", metadata={"a": "b"})
    assert output.e_tag == etag_of(BLOBS)
    assert (output.bucket, output.key, output.location) == ("bucket", "key", "http://s3.example/bucket/key")
    assert output.checksum_crc64_nvme == checksum("CRC64NVME", WHOLE)
    assert output.checksum_type == "FULL_OBJECT"
    got, body = await s3.get("key", checksum_mode="ENABLED")
    assert body == WHOLE
    assert (got.content_type, got.metadata, got.e_tag) == ("text/x", {"a": "b"}, etag_of(BLOBS))
    assert got.checksum_crc64_nvme == checksum("CRC64NVME", WHOLE)
    assert got.parts_count is None
    _, body = await s3.get("key", range=f"bytes={PART - 2}-{2 * PART + 3}")
    assert body == WHOLE[PART - 2 : 2 * PART + 4]


async def test_parts_of_the_object(s3: Operations) -> None:
    await s3.create()
    await s3.multipart("key", BLOBS)
    at = 0
    for number, blob in enumerate(BLOBS, 1):
        got, body = await s3.get("key", part_number=number, checksum_mode="ENABLED")
        assert body == blob
        assert got.parts_count == 3
        assert got.content_range == f"bytes {at}-{at + len(blob) - 1}/{len(WHOLE)}"
        assert got.checksum_crc64_nvme == checksum("CRC64NVME", blob)
        assert got.e_tag == etag_of(BLOBS)
        head = await s3.head("key", part_number=number)
        assert (head.content_length, head.parts_count) == (len(blob), 3)
        at += len(blob)
    error = await s3.refused(types.GetObjectInput(bucket="bucket", key="key", part_number=4))
    assert (error.status, error.code) == (416, "InvalidPartNumber")
    assert error.fields == {"ActualPartCount": "3", "PartNumberRequested": "4"}


async def test_part_numbers_may_have_gaps(s3: Operations) -> None:
    await s3.create()
    upload_id = await s3.begin("key")
    last = await s3.part("key", upload_id, 10000, b"last")
    first = await s3.part("key", upload_id, 7, BLOBS[0])
    unused = await s3.part("key", upload_id, 8, b"unused")
    assert unused.e_tag == md5(b"unused")
    await s3.complete("key", upload_id, [completed(7, first), completed(10000, last)])
    assert (await s3.get("key"))[1] == BLOBS[0] + b"last"


async def test_a_part_can_be_replaced(s3: Operations) -> None:
    await s3.create()
    upload_id = await s3.begin("key")
    old = await s3.part("key", upload_id, 1, b"old" * 100_000)
    new = await s3.part("key", upload_id, 1, b"new")
    request = types.CompleteMultipartUploadInput(
        bucket="bucket",
        key="key",
        upload_id=upload_id,
        multipart_upload=types.CompletedMultipartUpload(parts=[completed(1, old)]),
    )
    error = await s3.refused(request)
    assert error.code == "InvalidPart"
    unquoted = (old.e_tag or "").strip('"')
    assert error.fields == {"UploadId": upload_id, "PartNumber": "1", "ETag": unquoted}
    await s3.complete("key", upload_id, [completed(1, new)])
    assert (await s3.get("key"))[1] == b"new"


async def test_complete_can_be_repeated(s3: Operations) -> None:
    await s3.create()
    upload_id = await s3.begin("key")
    parts = [completed(1, await s3.part("key", upload_id, 1, b"data"))]
    first = await s3.complete("key", upload_id, parts)
    await s3.put("key", b"newer")
    again = await s3.complete("key", upload_id, parts)
    assert again == first
    assert (await s3.get("key"))[1] == b"newer"
    for request in (
        types.UploadPartInput(bucket="bucket", key="key", upload_id=upload_id, part_number=1),
        types.ListPartsInput(bucket="bucket", key="key", upload_id=upload_id),
        types.AbortMultipartUploadInput(bucket="bucket", key="key", upload_id=upload_id),
    ):
        assert (await s3.refused(request, b"x" if "Part" in str(request) else b"")).code == "NoSuchUpload"


async def test_abort(s3: Operations) -> None:
    await s3.create()
    upload_id = await s3.begin("key")
    await s3.part("key", upload_id, 1, BLOBS[0])
    request = types.AbortMultipartUploadInput(bucket="bucket", key="key", upload_id=upload_id)
    request.if_match_initiated_time = datetime(2020, 1, 1, tzinfo=UTC)
    assert (await s3.refused(request)).code == "PreconditionFailed"
    request.if_match_initiated_time = None
    await s3.do(request)
    error = await s3.refused(request)
    assert (error.status, error.code, error.fields) == (404, "NoSuchUpload", {"UploadId": upload_id})
    assert (await s3.refused(types.HeadObjectInput(bucket="bucket", key="key"))).code == "NoSuchKey"
    error = await s3.refused(
        types.UploadPartInput(bucket="bucket", key="key", upload_id=upload_id, part_number=1), b"late"
    )
    assert error.code == "NoSuchUpload"


async def test_case_18_an_upload_of_another_key(s3: Operations) -> None:
    await s3.create()
    await s3.create("other")
    await s3.put("source", b"data", bucket="other")
    upload_id = await s3.begin("key")
    part = completed(1, await s3.part("key", upload_id, 1, b"data"))
    document = types.CompletedMultipartUpload(parts=[part])
    for bucket, key in (("other", "key"), ("bucket", "k"), ("other", "k")):
        where: dict[str, Any] = {"bucket": bucket, "key": key, "upload_id": upload_id}
        for request in (
            types.UploadPartInput(part_number=1, **where),
            types.UploadPartCopyInput(part_number=1, copy_source="other/source", **where),
            types.ListPartsInput(**where),
            types.CompleteMultipartUploadInput(multipart_upload=document, **where),
            types.AbortMultipartUploadInput(**where),
        ):
            error = await s3.refused(request, b"evil")
            assert (error.status, error.code) == (404, "NoSuchUpload")
    await s3.complete("key", upload_id, [part])
    assert (await s3.get("key"))[1] == b"data"


async def test_uploads_that_never_were(s3: Operations) -> None:
    await s3.create()
    for upload_id in ["", "x", "../..", "x" * 5000, "ä"]:
        request = types.UploadPartInput(bucket="bucket", key="key", upload_id=upload_id, part_number=1)
        assert (await s3.refused(request, b"x")).code == "NoSuchUpload"


async def test_part_numbers_out_of_bounds(s3: Operations) -> None:
    await s3.create()
    for number in [None, 0, -1, 10001]:
        where: dict[str, Any] = {"bucket": "bucket", "key": "key", "part_number": number}
        where["upload_id"] = await s3.begin("key")
        error = await s3.refused(types.UploadPartInput(**where), b"x")
        assert (error.status, error.code) == (400, "InvalidArgument")
        error = await s3.refused(types.UploadPartCopyInput(copy_source="bucket/x", **where))
        assert error.code == "InvalidArgument"


async def test_documents_that_are_refused(s3: Operations) -> None:
    await s3.create()
    upload_id = await s3.begin("key")
    small = await s3.part("key", upload_id, 1, b"small")
    other = await s3.part("key", upload_id, 2, b"other")
    one, two = completed(1, small), completed(2, other)
    for parts, code in (
        (None, "MalformedXML"),
        ([], "MalformedXML"),
        ([types.CompletedPart(part_number=1)], "MalformedXML"),
        ([types.CompletedPart(e_tag=small.e_tag)], "MalformedXML"),
        ([completed(0, small)], "InvalidArgument: PartNumber must be >= 1"),
        ([completed(10001, small)], "InvalidArgument: Part number must be an integer between 1 and 10000"),
        ([two, one], "InvalidPartOrder"),
        ([one, one], "InvalidPartOrder"),
        ([one, completed(3, other)], "InvalidPart"),
        ([completed(1, other)], "InvalidPart"),
        ([one, two], "EntityTooSmall"),
    ):
        document = types.CompletedMultipartUpload(parts=parts)
        request = types.CompleteMultipartUploadInput(
            bucket="bucket", key="key", upload_id=upload_id, multipart_upload=document
        )
        error = await s3.refused(request)
        assert str(error).startswith(code)
        if code == "EntityTooSmall":
            assert error.fields["ProposedSize"] == "5"
            assert error.fields["MinSizeAllowed"] == str(PART)
            assert error.fields["PartNumber"] == "1"
    await s3.complete("key", upload_id, [completed(1, small)])


async def test_a_completion_without_a_document(s3: Operations) -> None:
    await s3.create()
    upload_id = await s3.begin("key")
    await s3.part("key", upload_id, 1, b"data")
    request = types.CompleteMultipartUploadInput(bucket="bucket", key="key", upload_id=upload_id)
    error = await s3.refused(request)
    assert (error.code, error.message) == ("InvalidRequest", "You must specify at least one part")


async def test_sizes_and_preconditions(s3: Operations) -> None:
    await s3.create()
    upload_id = await s3.begin("key")
    part = completed(1, await s3.part("key", upload_id, 1, b"data"))
    for size, message in ((5, "does not match what was computed: 4"), (-1, "less than zero: '-1'")):
        with pytest.raises(S3Error, match=f"InvalidRequest: .*{message}"):
            await s3.complete("key", upload_id, [part], mpu_object_size=size)
    tag = (await s3.put("key", b"there")).e_tag
    for members, code in (
        ({"if_none_match": "*"}, "PreconditionFailed"),
        ({"if_match": '"other"'}, "PreconditionFailed"),
        ({"if_none_match": tag}, "NotImplemented"),
    ):
        with pytest.raises(S3Error) as caught:
            await s3.complete("key", upload_id, [part], **members)
        assert caught.value.code == code
    assert (await s3.get("key"))[1] == b"there"
    await s3.complete("key", upload_id, [part], if_match=tag, mpu_object_size=4)
    assert (await s3.get("key"))[1] == b"data"


async def test_a_precondition_on_what_is_missing(s3: Operations) -> None:
    await s3.create()
    upload_id = await s3.begin("key")
    part = completed(1, await s3.part("key", upload_id, 1, b"data"))
    with pytest.raises(S3Error, match="NoSuchKey"):
        await s3.complete("key", upload_id, [part], if_match='"x"')
    await s3.complete("key", upload_id, [part], if_none_match="*")


def object_checksum(algorithm: str, kind: str) -> str:
    if kind == "FULL_OBJECT":
        return checksum(algorithm, WHOLE)
    digests = [checksums.decode(algorithm, checksum(algorithm, blob)) for blob in BLOBS]
    return f"{checksum(algorithm, b''.join(digests))}-{len(BLOBS)}"


@pytest.mark.parametrize(
    "kinds",
    [
        {"CRC64NVME": "FULL_OBJECT", "CRC32": "FULL_OBJECT", "CRC32C": "FULL_OBJECT"},
        {"CRC32": "COMPOSITE", "CRC32C": "COMPOSITE", "SHA1": "COMPOSITE", "SHA256": "COMPOSITE"},
        dict.fromkeys(("SHA512", "MD5", "XXHASH64", "XXHASH3", "XXHASH128"), "COMPOSITE"),
    ],
)
async def test_checksums_of_uploads(s3: Operations, kinds: dict[str, str]) -> None:
    await s3.create()
    for algorithm, kind in kinds.items():
        member = MEMBERS[algorithm]
        request = types.CreateMultipartUploadInput(
            bucket="bucket", key="key", checksum_algorithm=algorithm, checksum_type=kind
        )
        created = await s3.do(request)
        assert (created.checksum_algorithm, created.checksum_type) == (algorithm, kind)
        parts = []
        sums = [checksum(algorithm, blob) for blob in BLOBS]
        for number, blob in enumerate(BLOBS, 1):
            # The client sends the first; the others are computed.
            members = {member: sums[0]} if number == 1 else {}
            output = await s3.part("key", created.upload_id, number, blob, **members)
            parts.append(completed(number, output))
        listed = await s3.do(types.ListPartsInput(bucket="bucket", key="key", upload_id=created.upload_id))
        assert [getattr(part, member) for part in listed.parts] == sums
        assert [getattr(part, member) for part in parts] == sums
        await refuse_wrong_checksums(s3, created.upload_id, parts, member, kind)
        expected = {member: object_checksum(algorithm, kind), "checksum_type": kind}
        output = await s3.complete("key", created.upload_id, parts, **expected)
        assert {name: getattr(output, name) for name in expected} == expected
        got = await s3.head("key", checksum_mode="ENABLED")
        assert {name: getattr(got, name) for name in expected} == expected
        got = await s3.head("key", checksum_mode="ENABLED", part_number=2)
        assert getattr(got, member) == sums[1]


async def refuse_wrong_checksums(
    s3: Operations, upload_id: str, parts: list[types.CompletedPart], member: str, kind: str
) -> None:
    """Every checksum of a Complete that does not fit is refused."""
    second: str = getattr(parts[1], member)
    if kind == "COMPOSITE":
        bare = [types.CompletedPart(part_number=part.part_number, e_tag=part.e_tag) for part in parts]
        with pytest.raises(S3Error, match="was missing for part 1 in the request"):
            await s3.complete("key", upload_id, bare)
    with pytest.raises(S3Error, match="BadDigest"):
        await s3.complete("key", upload_id, parts, **{member: second})
    for malformed in ("bad", f"{second}-2a", f"{second}--2", f"{second}-"):
        with pytest.raises(S3Error, match="header is invalid"):
            await s3.complete("key", upload_id, parts, **{member: malformed})
    with pytest.raises(S3Error, match="BadDigest"):
        await s3.complete("key", upload_id, parts, **{member: f"{second}-3"})
    other = "COMPOSITE" if kind == "FULL_OBJECT" else "FULL_OBJECT"
    with pytest.raises(S3Error, match="checksum mode"):
        await s3.complete("key", upload_id, parts, checksum_type=other)
    with pytest.raises(S3Error, match="Value for x-amz-checksum-type header is invalid"):
        await s3.complete("key", upload_id, parts, checksum_type="either")
    two = {member: second, "checksum_sha1" if member != "checksum_sha1" else "checksum_crc32": second}
    with pytest.raises(S3Error, match="Expecting a single x-amz-checksum- header"):
        await s3.complete("key", upload_id, parts, **two)
    swapped = [completed(part.part_number or 0, part) for part in parts]
    setattr(swapped[0], member, second)
    with pytest.raises(S3Error, match="InvalidPart"):
        await s3.complete("key", upload_id, swapped)
    setattr(swapped[0], member, "bad")
    with pytest.raises(S3Error, match="InvalidArgument: Invalid Base64 or multiple checksums"):
        await s3.complete("key", upload_id, swapped)


async def test_gaps_between_parts_that_make_a_checksum(s3: Operations) -> None:
    await s3.create()
    for kind in ("COMPOSITE", "FULL_OBJECT"):
        upload_id = await s3.begin("key", checksum_algorithm="CRC32", checksum_type=kind)
        part = completed(2, await s3.part("key", upload_id, 2, b"data"))
        if kind == "COMPOSITE":
            with pytest.raises(S3Error, match="InvalidPartOrder"):
                await s3.complete("key", upload_id, [part])
        else:
            assert (await s3.complete("key", upload_id, [part])).checksum_crc32 == checksum("CRC32", b"data")


async def test_checksums_by_another_algorithm(s3: Operations) -> None:
    await s3.create()
    upload_id = await s3.begin("key", checksum_algorithm="CRC32")
    for members in ({"checksum_sha256": checksum("SHA256", b"x")}, {"checksum_algorithm": "SHA256"}):
        with pytest.raises(S3Error, match="expected checksum Type: crc32, actual checksum Type: sha256"):
            await s3.part("key", upload_id, 1, b"x", **members)
    with pytest.raises(S3Error, match="expected checksum Type: crc32, actual checksum Type: null"):
        await s3.part("key", upload_id, 1, b"x", md5=False)
    part = completed(1, await s3.part("key", upload_id, 1, b"x"))
    with pytest.raises(S3Error, match="expected checksum Type: crc32, actual checksum Type: sha256"):
        await s3.complete("key", upload_id, [part], checksum_sha256=checksum("SHA256", b"x"))
    part.checksum_sha256 = checksum("SHA256", b"x")
    with pytest.raises(S3Error, match="InvalidArgument: Invalid Base64 or multiple checksums"):
        await s3.complete("key", upload_id, [part])
    part.checksum_crc32 = None
    with pytest.raises(S3Error, match="BadDigest: The sha256 you specified for part 1 did not match"):
        await s3.complete("key", upload_id, [part])


async def test_an_upload_without_an_algorithm_takes_any(s3: Operations) -> None:
    await s3.create()
    upload_id = await s3.begin("key")
    request = types.UploadPartInput(
        bucket="bucket",
        key="key",
        upload_id=upload_id,
        part_number=1,
        checksum_crc32=checksum("CRC32", b"data"),
    )
    output = await s3.do(request, b"data", sent=["CRC32"])
    assert output.checksum_crc32 == checksum("CRC32", b"data")
    assert output.checksum_crc64_nvme is None
    done = await s3.complete("key", upload_id, [completed(1, output)])
    assert done.e_tag == etag_of([b"data"])
    assert done.checksum_crc64_nvme == checksum("CRC64NVME", b"data")
    assert done.checksum_crc32 is None


async def test_location_by_virtual_host(s3: Operations) -> None:
    await s3.create()
    upload_id = await s3.begin("a b/ä")
    part = completed(1, await s3.part("a b/ä", upload_id, 1, b"data"))
    request = types.CompleteMultipartUploadInput(
        bucket="bucket",
        key="a b/ä",
        upload_id=upload_id,
        multipart_upload=types.CompletedMultipartUpload(parts=[part]),
    )
    output = await s3.do(request, virtual_host=True)
    assert output.location == "http://s3.example/a%20b/%C3%A4"


async def test_a_part_that_fails_its_checks(s3: Operations) -> None:
    await s3.create()
    upload_id = await s3.begin("key")
    request = types.UploadPartInput(bucket="bucket", key="key", upload_id=upload_id, part_number=1)
    assert (await s3.refused(request, b"data", broken=S3Error("BadDigest"))).code == "BadDigest"
    listed = await s3.do(types.ListPartsInput(bucket="bucket", key="key", upload_id=upload_id))
    assert not listed.parts


async def test_one_empty_part(s3: Operations) -> None:
    await s3.create()
    output = await s3.multipart("key", [b""])
    assert output.e_tag == etag_of([b""])
    got, body = await s3.get("key")
    assert (body, got.content_length) == (b"", 0)
    got, body = await s3.get("key", part_number=1)
    assert (body, got.parts_count) == (b"", 1)


async def test_uploads_that_are_refused(s3: Operations) -> None:
    await s3.create()
    cases: list[tuple[dict[str, Any], str]] = [
        ({"checksum_type": "COMPOSITE"}, "InvalidRequest"),
        ({"checksum_algorithm": "SHA1", "checksum_type": "FULL_OBJECT"}, "InvalidRequest"),
        ({"checksum_algorithm": "CRC64NVME", "checksum_type": "COMPOSITE"}, "InvalidRequest"),
        ({"server_side_encryption": "AES256"}, "NotImplemented"),
        ({"tagging": "a=b&a=c"}, "InvalidArgument"),
        ({"storage_class": "X"}, "InvalidStorageClass"),
        ({"metadata": {"k": "v" * 2048}}, "MetadataTooLarge"),
    ]
    for members, code in cases:
        request = types.CreateMultipartUploadInput(bucket="bucket", key="key", **members)
        assert (await s3.refused(request)).code == code
        listed = await s3.do(types.ListMultipartUploadsInput(bucket="bucket"))
        assert not listed.uploads
