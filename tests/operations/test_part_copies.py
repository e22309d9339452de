"""UploadPartCopy: parts made of bytes that are there."""

from __future__ import annotations

import random
from typing import Any

import pytest

from s3gw.errors import S3Error
from s3gw.operations import part_copy
from s3gw.protocol import types
from tests.operations.operation_calls import MIB, Gateway, checksum, completed, md5

PART = 5 * MIB
DATA = random.Random(11).randbytes(PART + 1000)


def part_of(upload_id: str, number: int, source: str, **members: Any) -> types.UploadPartCopyInput:
    return types.UploadPartCopyInput(
        bucket="bucket", key="key", upload_id=upload_id, part_number=number, copy_source=source, **members
    )


async def chunk_count(gateway: Gateway) -> int:
    count: int = await gateway.services.db.fetchval("SELECT count(*) FROM chunks")
    return count


async def test_whole_and_ranged_parts(gateway: Gateway) -> None:
    await gateway.create()
    await gateway.put("source", DATA)
    upload_id = await gateway.begin("key")
    before = await chunk_count(gateway)
    whole = await gateway.do(part_of(upload_id, 1, "bucket/source"))
    ranged = await gateway.do(
        part_of(upload_id, 2, "/bucket/source", copy_source_range=f"bytes=7-{PART + 99}")
    )
    tail = await gateway.do(part_of(upload_id, 3, "bucket/source", copy_source_range="bytes=1-1"))
    assert whole.copy_part_result.e_tag == md5(DATA)
    assert ranged.copy_part_result.e_tag == md5(DATA[7 : PART + 100])
    assert ranged.copy_part_result.last_modified is not None
    parts = [
        completed(number, output.copy_part_result) for number, output in enumerate((whole, ranged, tail), 1)
    ]
    done = await gateway.complete("key", upload_id, parts)
    assert await chunk_count(gateway) == before
    expected = DATA + DATA[7 : PART + 100] + DATA[1:2]
    await gateway.do(types.DeleteObjectInput(bucket="bucket", key="source"))
    assert (await gateway.get("key"))[1] == expected
    assert done.checksum_crc64_nvme == checksum("CRC64NVME", expected)


async def test_parts_of_a_multipart_object(gateway: Gateway) -> None:
    blobs = [DATA[:PART], DATA[PART:]]
    await gateway.create()
    await gateway.multipart("source", blobs)
    upload_id = await gateway.begin("key", checksum_algorithm="CRC32")
    whole = await gateway.do(part_of(upload_id, 1, "bucket/source"))
    across = await gateway.do(
        part_of(upload_id, 2, "bucket/source", copy_source_range=f"bytes={PART - 10}-{PART + 9}")
    )
    assert whole.copy_part_result.e_tag == md5(DATA)
    assert whole.copy_part_result.checksum_crc32 == checksum("CRC32", DATA)
    assert across.copy_part_result.e_tag == md5(DATA[PART - 10 : PART + 10])
    parts = [completed(1, whole.copy_part_result), completed(2, across.copy_part_result)]
    await gateway.complete("key", upload_id, parts)
    assert (await gateway.get("key"))[1] == DATA + DATA[PART - 10 : PART + 10]


async def test_an_empty_source(gateway: Gateway) -> None:
    await gateway.create()
    await gateway.put("source", b"")
    upload_id = await gateway.begin("key")
    output = await gateway.do(part_of(upload_id, 1, "bucket/source"))
    assert output.copy_part_result.e_tag == md5(b"")
    await gateway.complete("key", upload_id, [completed(1, output.copy_part_result)])
    assert (await gateway.get("key"))[1] == b""


async def test_small_sources_are_inline(gateway: Gateway) -> None:
    await gateway.create()
    await gateway.put("source", b"0123456789")
    upload_id = await gateway.begin("key")
    output = await gateway.do(part_of(upload_id, 1, "bucket/source", copy_source_range="bytes=2-5"))
    assert output.copy_part_result.e_tag == md5(b"2345")
    await gateway.complete("key", upload_id, [completed(1, output.copy_part_result)])
    assert (await gateway.get("key"))[1] == b"2345"
    assert (await gateway.get("key", range="bytes=1-2"))[1] == b"34"


async def test_a_copied_part_replaces_and_is_replaced(gateway: Gateway) -> None:
    await gateway.create()
    await gateway.put("source", b"copied")
    upload_id = await gateway.begin("key")
    await gateway.part("key", upload_id, 1, b"uploaded")
    copied = await gateway.do(part_of(upload_id, 1, "bucket/source"))
    listed = await gateway.do(types.ListPartsInput(bucket="bucket", key="key", upload_id=upload_id))
    assert [part.e_tag for part in listed.parts] == [copied.copy_part_result.e_tag]
    uploaded = await gateway.part("key", upload_id, 1, b"uploaded")
    await gateway.complete("key", upload_id, [completed(1, uploaded)])
    assert (await gateway.get("key"))[1] == b"uploaded"


@pytest.mark.parametrize(
    ("members", "code"),
    [
        ({"copy_source_range": "bytes=0-10"}, "InvalidArgument"),
        ({"copy_source_range": "bytes=5-3"}, "InvalidArgument"),
        ({"copy_source_range": "bytes=-3"}, "InvalidArgument"),
        ({"copy_source_range": "0-3"}, "InvalidArgument"),
        ({"copy_source_range": ""}, "InvalidArgument"),
        ({"copy_source_if_match": '"other"'}, "PreconditionFailed"),
        ({"copy_source_sse_customer_key": "x"}, "NotImplemented"),
        ({"sse_customer_key": "x"}, "NotImplemented"),
        ({"expected_source_bucket_owner": "x"}, "AccessDenied"),
    ],
)
async def test_what_is_refused(gateway: Gateway, members: dict[str, Any], code: str) -> None:
    await gateway.create()
    await gateway.put("source", b"0123456789")
    upload_id = await gateway.begin("key")
    assert (await gateway.refused(part_of(upload_id, 1, "bucket/source", **members))).code == code
    listed = await gateway.do(types.ListPartsInput(bucket="bucket", key="key", upload_id=upload_id))
    assert not listed.parts


async def test_sources_and_sizes(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> None:
    await gateway.create()
    await gateway.put("source", b"0123456789")
    upload_id = await gateway.begin("key")
    assert (await gateway.refused(part_of(upload_id, 1, "bucket/other"))).code == "NoSuchKey"
    assert (await gateway.refused(part_of(upload_id, 1, ""))).code == "InvalidArgument"
    assert (await gateway.refused(part_of("nothing", 1, "bucket/source"))).code == "NoSuchUpload"
    monkeypatch.setattr(part_copy, "MAX_BODY", 9)
    with pytest.raises(S3Error, match="larger than the maximum allowable size for a copy source"):
        await gateway.do(part_of(upload_id, 1, "bucket/source"))
    await gateway.do(part_of(upload_id, 1, "bucket/source", copy_source_range="bytes=0-8"))
