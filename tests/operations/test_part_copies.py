"""UploadPartCopy: parts made of bytes that are there."""

from __future__ import annotations

import random
from typing import Any

import pytest

from s3gw.errors import S3Error
from s3gw.operations import part_copy
from s3gw.protocol import types
from tests.operations.operation_calls import MIB, Operations, checksum, completed, md5

PART = 5 * MIB
DATA = random.Random(11).randbytes(PART + 1000)


def part_of(upload_id: str, number: int, source: str, **members: Any) -> types.UploadPartCopyInput:
    return types.UploadPartCopyInput(
        bucket="bucket", key="key", upload_id=upload_id, part_number=number, copy_source=source, **members
    )


async def chunk_count(s3: Operations) -> int:
    count: int = await s3.services.db.fetchval("SELECT count(*) FROM chunks")
    return count


async def test_whole_and_ranged_parts(s3: Operations) -> None:
    await s3.create()
    await s3.put("source", DATA)
    upload_id = await s3.begin("key")
    before = await chunk_count(s3)
    whole = await s3.do(part_of(upload_id, 1, "bucket/source"))
    ranged = await s3.do(part_of(upload_id, 2, "/bucket/source", copy_source_range=f"bytes=7-{PART + 99}"))
    tail = await s3.do(part_of(upload_id, 3, "bucket/source", copy_source_range="bytes=1-1"))
    assert whole.copy_part_result.e_tag == md5(DATA)
    assert ranged.copy_part_result.e_tag == md5(DATA[7 : PART + 100])
    assert ranged.copy_part_result.last_modified is not None
    parts = [
        completed(number, output.copy_part_result) for number, output in enumerate((whole, ranged, tail), 1)
    ]
    done = await s3.complete("key", upload_id, parts)
    assert await chunk_count(s3) == before
    expected = DATA + DATA[7 : PART + 100] + DATA[1:2]
    await s3.do(types.DeleteObjectInput(bucket="bucket", key="source"))
    assert (await s3.get("key"))[1] == expected
    assert done.checksum_crc64_nvme == checksum("CRC64NVME", expected)


async def test_parts_of_a_multipart_object(s3: Operations) -> None:
    blobs = [DATA[:PART], DATA[PART:]]
    await s3.create()
    await s3.multipart("source", blobs)
    upload_id = await s3.begin("key", checksum_algorithm="CRC32")
    whole = await s3.do(part_of(upload_id, 1, "bucket/source"))
    across = await s3.do(
        part_of(upload_id, 2, "bucket/source", copy_source_range=f"bytes={PART - 10}-{PART + 9}")
    )
    assert whole.copy_part_result.e_tag == md5(DATA)
    assert whole.copy_part_result.checksum_crc32 == checksum("CRC32", DATA)
    assert across.copy_part_result.e_tag == md5(DATA[PART - 10 : PART + 10])
    parts = [completed(1, whole.copy_part_result), completed(2, across.copy_part_result)]
    await s3.complete("key", upload_id, parts)
    assert (await s3.get("key"))[1] == DATA + DATA[PART - 10 : PART + 10]


async def test_an_empty_source(s3: Operations) -> None:
    await s3.create()
    await s3.put("source", b"")
    upload_id = await s3.begin("key")
    output = await s3.do(part_of(upload_id, 1, "bucket/source"))
    assert output.copy_part_result.e_tag == md5(b"")
    await s3.complete("key", upload_id, [completed(1, output.copy_part_result)])
    assert (await s3.get("key"))[1] == b""


async def test_small_sources_are_inline(s3: Operations) -> None:
    await s3.create()
    await s3.put("source", b"0123456789")
    upload_id = await s3.begin("key")
    output = await s3.do(part_of(upload_id, 1, "bucket/source", copy_source_range="bytes=2-5"))
    assert output.copy_part_result.e_tag == md5(b"2345")
    await s3.complete("key", upload_id, [completed(1, output.copy_part_result)])
    assert (await s3.get("key"))[1] == b"2345"
    assert (await s3.get("key", range="bytes=1-2"))[1] == b"34"


async def test_a_copied_part_replaces_and_is_replaced(s3: Operations) -> None:
    await s3.create()
    await s3.put("source", b"copied")
    upload_id = await s3.begin("key")
    await s3.part("key", upload_id, 1, b"uploaded")
    copied = await s3.do(part_of(upload_id, 1, "bucket/source"))
    listed = await s3.do(types.ListPartsInput(bucket="bucket", key="key", upload_id=upload_id))
    assert [part.e_tag for part in listed.parts] == [copied.copy_part_result.e_tag]
    uploaded = await s3.part("key", upload_id, 1, b"uploaded")
    await s3.complete("key", upload_id, [completed(1, uploaded)])
    assert (await s3.get("key"))[1] == b"uploaded"


async def test_what_is_refused(s3: Operations) -> None:
    await s3.create()
    cases: list[tuple[dict[str, Any], str]] = [
        ({"copy_source_range": "bytes=0-10"}, "InvalidArgument"),
        ({"copy_source_range": "bytes=5-3"}, "InvalidArgument"),
        ({"copy_source_range": "bytes=-3"}, "InvalidArgument"),
        ({"copy_source_range": "0-3"}, "InvalidArgument"),
        ({"copy_source_range": ""}, "InvalidArgument"),
        ({"copy_source_if_match": '"other"'}, "PreconditionFailed"),
        ({"copy_source_sse_customer_key": "x"}, "InvalidArgument"),
        ({"sse_customer_key": "x"}, "InvalidArgument"),
        ({"expected_source_bucket_owner": "x"}, "AccessDenied"),
    ]
    for members, code in cases:
        await s3.put("source", b"0123456789")
        upload_id = await s3.begin("key")
        assert (await s3.refused(part_of(upload_id, 1, "bucket/source", **members))).code == code
        listed = await s3.do(types.ListPartsInput(bucket="bucket", key="key", upload_id=upload_id))
        assert not listed.parts


async def test_sources_and_sizes(s3: Operations, monkeypatch: pytest.MonkeyPatch) -> None:
    await s3.create()
    await s3.put("source", b"0123456789")
    upload_id = await s3.begin("key")
    assert (await s3.refused(part_of(upload_id, 1, "bucket/other"))).code == "NoSuchKey"
    assert (await s3.refused(part_of(upload_id, 1, ""))).code == "InvalidArgument"
    assert (await s3.refused(part_of("nothing", 1, "bucket/source"))).code == "NoSuchUpload"
    monkeypatch.setattr(part_copy, "MAX_BODY", 9)
    with pytest.raises(S3Error, match="larger than the maximum allowable size for a copy source"):
        await s3.do(part_of(upload_id, 1, "bucket/source"))
    await s3.do(part_of(upload_id, 1, "bucket/source", copy_source_range="bytes=0-8"))
