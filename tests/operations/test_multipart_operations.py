"""Multipart uploads from Create to Complete or Abort."""

from __future__ import annotations

import hashlib
import random
from datetime import UTC, datetime
from typing import Any

import pytest

from s3gw.errors import S3Error
from s3gw.protocol import checksums, types
from tests.operations.operation_calls import MIB, Gateway, checksum, completed, md5

PART = 5 * MIB
BLOBS = [random.Random(n).randbytes(size) for n, size in enumerate((PART, PART + 1, 10))]
WHOLE = b"".join(BLOBS)


def etag_of(blobs: list[bytes]) -> str:
    digests = b"".join(hashlib.md5(blob).digest() for blob in blobs)
    return f'"{hashlib.md5(digests).hexdigest()}-{len(blobs)}"'


async def test_an_object_of_three_parts(gateway: Gateway) -> None:
    await gateway.create()
    output = await gateway.multipart("key", BLOBS, content_type="text/x", metadata={"a": "b"})
    assert output.e_tag == etag_of(BLOBS)
    assert (output.bucket, output.key, output.location) == ("bucket", "key", "http://s3.example/bucket/key")
    assert output.checksum_crc64_nvme == checksum("CRC64NVME", WHOLE)
    assert output.checksum_type == "FULL_OBJECT"
    got, body = await gateway.get("key", checksum_mode="ENABLED")
    assert body == WHOLE
    assert (got.content_type, got.metadata, got.e_tag) == ("text/x", {"a": "b"}, etag_of(BLOBS))
    assert got.checksum_crc64_nvme == checksum("CRC64NVME", WHOLE)
    assert got.parts_count is None
    _, body = await gateway.get("key", range=f"bytes={PART - 2}-{2 * PART + 3}")
    assert body == WHOLE[PART - 2 : 2 * PART + 4]


async def test_parts_of_the_object(gateway: Gateway) -> None:
    await gateway.create()
    await gateway.multipart("key", BLOBS)
    at = 0
    for number, blob in enumerate(BLOBS, 1):
        got, body = await gateway.get("key", part_number=number, checksum_mode="ENABLED")
        assert body == blob
        assert got.parts_count == 3
        assert got.content_range == f"bytes {at}-{at + len(blob) - 1}/{len(WHOLE)}"
        assert got.checksum_crc64_nvme == checksum("CRC64NVME", blob)
        assert got.e_tag == etag_of(BLOBS)
        head = await gateway.head("key", part_number=number)
        assert (head.content_length, head.parts_count) == (len(blob), 3)
        at += len(blob)
    error = await gateway.refused(types.GetObjectInput(bucket="bucket", key="key", part_number=4))
    assert (error.status, error.code) == (416, "InvalidPartNumber")
    assert error.fields == {"ActualPartCount": "3", "PartNumberRequested": "4"}


async def test_part_numbers_may_have_gaps(gateway: Gateway) -> None:
    await gateway.create()
    upload_id = await gateway.begin("key")
    last = await gateway.part("key", upload_id, 10000, b"last")
    first = await gateway.part("key", upload_id, 7, BLOBS[0])
    unused = await gateway.part("key", upload_id, 8, b"unused")
    assert unused.e_tag == md5(b"unused")
    await gateway.complete("key", upload_id, [completed(7, first), completed(10000, last)])
    assert (await gateway.get("key"))[1] == BLOBS[0] + b"last"


async def test_a_part_can_be_replaced(gateway: Gateway) -> None:
    await gateway.create()
    upload_id = await gateway.begin("key")
    old = await gateway.part("key", upload_id, 1, b"old" * 100_000)
    new = await gateway.part("key", upload_id, 1, b"new")
    request = types.CompleteMultipartUploadInput(
        bucket="bucket",
        key="key",
        upload_id=upload_id,
        multipart_upload=types.CompletedMultipartUpload(parts=[completed(1, old)]),
    )
    error = await gateway.refused(request)
    assert error.code == "InvalidPart"
    assert error.fields == {"UploadId": upload_id, "PartNumber": "1", "ETag": old.e_tag}
    await gateway.complete("key", upload_id, [completed(1, new)])
    assert (await gateway.get("key"))[1] == b"new"


async def test_complete_can_be_repeated(gateway: Gateway) -> None:
    await gateway.create()
    upload_id = await gateway.begin("key")
    parts = [completed(1, await gateway.part("key", upload_id, 1, b"data"))]
    first = await gateway.complete("key", upload_id, parts)
    await gateway.put("key", b"newer")
    again = await gateway.complete("key", upload_id, parts)
    assert again == first
    assert (await gateway.get("key"))[1] == b"newer"
    for request in (
        types.UploadPartInput(bucket="bucket", key="key", upload_id=upload_id, part_number=1),
        types.ListPartsInput(bucket="bucket", key="key", upload_id=upload_id),
        types.AbortMultipartUploadInput(bucket="bucket", key="key", upload_id=upload_id),
    ):
        assert (
            await gateway.refused(request, b"x" if "Part" in str(request) else b"")
        ).code == "NoSuchUpload"


async def test_abort(gateway: Gateway) -> None:
    await gateway.create()
    upload_id = await gateway.begin("key")
    await gateway.part("key", upload_id, 1, BLOBS[0])
    request = types.AbortMultipartUploadInput(bucket="bucket", key="key", upload_id=upload_id)
    request.if_match_initiated_time = datetime(2020, 1, 1, tzinfo=UTC)
    assert (await gateway.refused(request)).code == "PreconditionFailed"
    request.if_match_initiated_time = None
    await gateway.do(request)
    error = await gateway.refused(request)
    assert (error.status, error.code, error.fields) == (404, "NoSuchUpload", {"UploadId": upload_id})
    assert (await gateway.refused(types.HeadObjectInput(bucket="bucket", key="key"))).code == "NoSuchKey"
    error = await gateway.refused(
        types.UploadPartInput(bucket="bucket", key="key", upload_id=upload_id, part_number=1), b"late"
    )
    assert error.code == "NoSuchUpload"


async def test_case_18_an_upload_of_another_key(gateway: Gateway) -> None:
    await gateway.create()
    await gateway.create("other")
    await gateway.put("source", b"data", bucket="other")
    upload_id = await gateway.begin("key")
    part = completed(1, await gateway.part("key", upload_id, 1, b"data"))
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
            error = await gateway.refused(request, b"evil")
            assert (error.status, error.code) == (404, "NoSuchUpload")
    await gateway.complete("key", upload_id, [part])
    assert (await gateway.get("key"))[1] == b"data"


@pytest.mark.parametrize("upload_id", ["", "x", "../..", "x" * 5000, "ä"])
async def test_uploads_that_never_were(gateway: Gateway, upload_id: str) -> None:
    await gateway.create()
    request = types.UploadPartInput(bucket="bucket", key="key", upload_id=upload_id, part_number=1)
    assert (await gateway.refused(request, b"x")).code == "NoSuchUpload"


@pytest.mark.parametrize("number", [None, 0, -1, 10001])
async def test_part_numbers_out_of_bounds(gateway: Gateway, number: int | None) -> None:
    await gateway.create()
    upload_id = await gateway.begin("key")
    where: dict[str, Any] = {"bucket": "bucket", "key": "key", "upload_id": upload_id, "part_number": number}
    error = await gateway.refused(types.UploadPartInput(**where), b"x")
    assert (error.status, error.code) == (400, "InvalidArgument")
    error = await gateway.refused(types.UploadPartCopyInput(copy_source="bucket/x", **where))
    assert error.code == "InvalidArgument"


async def test_documents_that_are_refused(gateway: Gateway) -> None:
    await gateway.create()
    upload_id = await gateway.begin("key")
    small = await gateway.part("key", upload_id, 1, b"small")
    other = await gateway.part("key", upload_id, 2, b"other")
    one, two = completed(1, small), completed(2, other)
    for parts, code in (
        (None, "MalformedXML"),
        ([], "MalformedXML"),
        ([types.CompletedPart(part_number=1)], "MalformedXML"),
        ([types.CompletedPart(e_tag=small.e_tag)], "MalformedXML"),
        ([completed(0, small)], "InvalidArgument"),
        ([completed(10001, small)], "InvalidArgument"),
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
        error = await gateway.refused(request)
        assert error.code == code
        if code == "EntityTooSmall":
            assert error.fields["ProposedSize"] == "5"
            assert error.fields["MinSizeAllowed"] == str(PART)
            assert error.fields["PartNumber"] == "1"
    await gateway.complete("key", upload_id, [completed(1, small)])


async def test_sizes_and_preconditions(gateway: Gateway) -> None:
    await gateway.create()
    upload_id = await gateway.begin("key")
    part = completed(1, await gateway.part("key", upload_id, 1, b"data"))
    with pytest.raises(S3Error, match="does not match what was computed: 4"):
        await gateway.complete("key", upload_id, [part], mpu_object_size=5)
    tag = (await gateway.put("key", b"there")).e_tag
    for members, code in (
        ({"if_none_match": "*"}, "PreconditionFailed"),
        ({"if_match": '"other"'}, "PreconditionFailed"),
        ({"if_none_match": tag}, "NotImplemented"),
    ):
        with pytest.raises(S3Error) as caught:
            await gateway.complete("key", upload_id, [part], **members)
        assert caught.value.code == code
    assert (await gateway.get("key"))[1] == b"there"
    await gateway.complete("key", upload_id, [part], if_match=tag, mpu_object_size=4)
    assert (await gateway.get("key"))[1] == b"data"


async def test_a_precondition_on_what_is_missing(gateway: Gateway) -> None:
    await gateway.create()
    upload_id = await gateway.begin("key")
    part = completed(1, await gateway.part("key", upload_id, 1, b"data"))
    with pytest.raises(S3Error, match="NoSuchKey"):
        await gateway.complete("key", upload_id, [part], if_match='"x"')
    await gateway.complete("key", upload_id, [part], if_none_match="*")


def object_checksum(algorithm: str, kind: str) -> str:
    if kind == "FULL_OBJECT":
        return checksum(algorithm, WHOLE)
    digests = [checksums.decode(algorithm, checksum(algorithm, blob)) for blob in BLOBS]
    return f"{checksum(algorithm, b''.join(digests))}-{len(BLOBS)}"


@pytest.mark.parametrize(
    ("algorithm", "kind"),
    [
        ("CRC32", "COMPOSITE"),
        ("CRC32", "FULL_OBJECT"),
        ("CRC32C", "COMPOSITE"),
        ("CRC32C", "FULL_OBJECT"),
        ("CRC64NVME", "FULL_OBJECT"),
        ("SHA1", "COMPOSITE"),
        ("SHA256", "COMPOSITE"),
    ],
)
async def test_checksums_of_uploads(gateway: Gateway, algorithm: str, kind: str) -> None:
    member = {"CRC32C": "checksum_crc32_c", "CRC64NVME": "checksum_crc64_nvme"}.get(
        algorithm, f"checksum_{algorithm.lower()}"
    )
    await gateway.create()
    request = types.CreateMultipartUploadInput(
        bucket="bucket", key="key", checksum_algorithm=algorithm, checksum_type=kind
    )
    created = await gateway.do(request)
    assert (created.checksum_algorithm, created.checksum_type) == (algorithm, kind)
    upload_id = created.upload_id
    parts = []
    for number, blob in enumerate(BLOBS, 1):
        members = {member: checksum(algorithm, blob)} if number == 1 else {}
        output = await gateway.part("key", upload_id, number, blob, **members)
        assert getattr(output, member) == checksum(algorithm, blob)
        parts.append(completed(number, output))
    listed = await gateway.do(types.ListPartsInput(bucket="bucket", key="key", upload_id=upload_id))
    assert [getattr(part, member) for part in listed.parts] == [checksum(algorithm, blob) for blob in BLOBS]
    expected = object_checksum(algorithm, kind)
    if kind == "COMPOSITE":
        bare = [types.CompletedPart(part_number=part.part_number, e_tag=part.e_tag) for part in parts]
        with pytest.raises(S3Error, match="was missing for part 1 in the request"):
            await gateway.complete("key", upload_id, bare)
    with pytest.raises(S3Error, match="BadDigest"):
        await gateway.complete("key", upload_id, parts, **{member: checksum(algorithm, b"other")})
    other = "COMPOSITE" if kind == "FULL_OBJECT" else "FULL_OBJECT"
    with pytest.raises(S3Error, match="checksum mode"):
        await gateway.complete("key", upload_id, parts, checksum_type=other)
    swapped = [completed(part.part_number or 0, part) for part in parts]
    setattr(swapped[0], member, getattr(parts[1], member))
    with pytest.raises(S3Error, match="InvalidPart"):
        await gateway.complete("key", upload_id, swapped)
    output = await gateway.complete("key", upload_id, parts, **{member: expected, "checksum_type": kind})
    assert (getattr(output, member), output.checksum_type) == (expected, kind)
    got = await gateway.head("key", checksum_mode="ENABLED")
    assert (getattr(got, member), got.checksum_type) == (expected, kind)
    got = await gateway.head("key", checksum_mode="ENABLED", part_number=2)
    assert getattr(got, member) == checksum(algorithm, BLOBS[1])


async def test_checksums_by_another_algorithm(gateway: Gateway) -> None:
    await gateway.create()
    upload_id = await gateway.begin("key", checksum_algorithm="CRC32")
    for members in ({"checksum_sha256": checksum("SHA256", b"x")}, {"checksum_algorithm": "SHA256"}):
        with pytest.raises(S3Error, match="expected checksum Type: crc32, actual checksum Type: sha256"):
            await gateway.part("key", upload_id, 1, b"x", **members)
    part = completed(1, await gateway.part("key", upload_id, 1, b"x"))
    with pytest.raises(S3Error, match="expected checksum Type: crc32, actual checksum Type: sha256"):
        await gateway.complete("key", upload_id, [part], checksum_sha256=checksum("SHA256", b"x"))


async def test_an_upload_without_an_algorithm_takes_any(gateway: Gateway) -> None:
    await gateway.create()
    upload_id = await gateway.begin("key")
    request = types.UploadPartInput(
        bucket="bucket",
        key="key",
        upload_id=upload_id,
        part_number=1,
        checksum_crc32=checksum("CRC32", b"data"),
    )
    output = await gateway.do(request, b"data", sent=["CRC32"])
    assert output.checksum_crc32 == checksum("CRC32", b"data")
    assert output.checksum_crc64_nvme is None
    done = await gateway.complete("key", upload_id, [completed(1, output)])
    assert done.e_tag == etag_of([b"data"])


async def test_location_by_virtual_host(gateway: Gateway) -> None:
    await gateway.create()
    upload_id = await gateway.begin("a b/ä")
    part = completed(1, await gateway.part("a b/ä", upload_id, 1, b"data"))
    request = types.CompleteMultipartUploadInput(
        bucket="bucket",
        key="a b/ä",
        upload_id=upload_id,
        multipart_upload=types.CompletedMultipartUpload(parts=[part]),
    )
    output = await gateway.do(request, virtual_host=True)
    assert output.location == "http://s3.example/a%20b/%C3%A4"


async def test_a_part_that_fails_its_checks(gateway: Gateway) -> None:
    await gateway.create()
    upload_id = await gateway.begin("key")
    request = types.UploadPartInput(bucket="bucket", key="key", upload_id=upload_id, part_number=1)
    assert (await gateway.refused(request, b"data", broken=S3Error("BadDigest"))).code == "BadDigest"
    listed = await gateway.do(types.ListPartsInput(bucket="bucket", key="key", upload_id=upload_id))
    assert not listed.parts


async def test_one_empty_part(gateway: Gateway) -> None:
    await gateway.create()
    output = await gateway.multipart("key", [b""])
    assert output.e_tag == etag_of([b""])
    got, body = await gateway.get("key")
    assert (body, got.content_length) == (b"", 0)
    got, body = await gateway.get("key", part_number=1)
    assert (body, got.parts_count) == (b"", 1)


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"checksum_type": "COMPOSITE"}, "InvalidRequest"),
        ({"checksum_algorithm": "SHA1", "checksum_type": "FULL_OBJECT"}, "InvalidRequest"),
        ({"checksum_algorithm": "CRC64NVME", "checksum_type": "COMPOSITE"}, "InvalidRequest"),
        ({"server_side_encryption": "AES256"}, "NotImplemented"),
        ({"tagging": "a=b"}, "NotImplemented"),
        ({"storage_class": "X"}, "InvalidStorageClass"),
        ({"metadata": {"k": "v" * 2048}}, "MetadataTooLarge"),
    ],
)
async def test_uploads_that_are_refused(gateway: Gateway, members: dict[str, Any], code: str) -> None:
    await gateway.create()
    request = types.CreateMultipartUploadInput(bucket="bucket", key="key", **members)
    assert (await gateway.refused(request)).code == code
    listed = await gateway.do(types.ListMultipartUploadsInput(bucket="bucket"))
    assert not listed.uploads
