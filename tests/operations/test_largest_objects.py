"""Objects as large as S3 allows: 10,000 parts of 5 GiB, which is 48.8 TiB; here they hold zeros."""

from __future__ import annotations

from s3gw.protocol import types
from tests.operations.operation_calls import Operations

MAX_PART = 5 << 30
PARTS = 10_000
ETAG = "0" * 32
SIZE = (PARTS - 1) * MAX_PART + len(b"the end")

# A hole as long as a part is one row, as zeros that a client sends are.
_HOLE = """
WITH made AS (INSERT INTO manifests (size) VALUES ($1) RETURNING id)
INSERT INTO manifest_chunks (manifest_id, byte_offset) SELECT id, 0 FROM made RETURNING manifest_id
"""
_PARTS = """
INSERT INTO parts (upload_id, part_number, size, manifest_id, etag)
SELECT $1, number, $2, $3, $4 FROM generate_series(1, $5::integer) AS number
"""


async def test_the_largest_object_there_can_be(s3: Operations) -> None:
    await s3.create()
    db = s3.services.db
    upload_id = await s3.begin("key")
    hole = await db.fetchval(_HOLE, MAX_PART)
    await db.fetch(_PARTS, upload_id, MAX_PART, hole, ETAG, PARTS - 1)
    last = await s3.part("key", upload_id, PARTS, b"the end")
    parts = [types.CompletedPart(part_number=number, e_tag=ETAG) for number in range(1, PARTS)]
    parts.append(types.CompletedPart(part_number=PARTS, e_tag=last.e_tag))
    done = await s3.complete("key", upload_id, parts, mpu_object_size=SIZE)
    assert done.e_tag.endswith('-10000"')
    copied = await s3.do(types.CopyObjectInput(bucket="bucket", key="copy", copy_source="bucket/key"))
    assert copied.copy_object_result.e_tag == done.e_tag
    for key in ("key", "copy"):
        assert (await s3.head(key)).content_length == SIZE
        got, body = await s3.get(key, range="bytes=-10")
        assert (body, got.content_range) == (b"\0\0\0the end", f"bytes {SIZE - 10}-{SIZE - 1}/{SIZE}")
        middle = PARTS // 2 * MAX_PART
        _, body = await s3.get(key, range=f"bytes={middle - 2}-{middle + 1}")
        assert body == bytes(4)
        got, body = await s3.get(key, part_number=PARTS)
        assert (body, got.parts_count) == (b"the end", PARTS)
    again = await s3.begin("again")
    given = types.UploadPartCopyInput(
        bucket="bucket",
        key="again",
        upload_id=again,
        part_number=1,
        copy_source="bucket/copy",
        copy_source_range=f"bytes={SIZE - 8}-{SIZE - 1}",
    )
    part = await s3.do(given)
    one = types.CompletedPart(part_number=1, e_tag=part.copy_part_result.e_tag)
    await s3.complete("again", again, [one])
    assert (await s3.get("again"))[1] == b"\0the end"
