"""Multipart uploads with customers' keys, and what their requests say that lack one."""

from __future__ import annotations

from typing import Any

import pytest

from s3gw.protocol import types
from tests.operations.encrypted import OTHER, SECRET, customer
from tests.operations.operation_calls import MIB, Operations, checksum, completed, md5
from tests.stores import random_bytes

Both = tuple[Operations, Operations]
BLOBS = [random_bytes(5 * MIB), b"the end"]
UPLOADS = (
    "The multipart upload initiate requested encryption. Subsequent part requests must include the "
    "appropriate encryption parameters."
)
ANOTHER = "The provided encryption parameters did not match the ones used originally."


async def test_an_upload_with_a_customers_key(both: Both) -> None:
    _, s3 = both
    mine = customer(SECRET)
    created = await s3.do(types.CreateMultipartUploadInput(bucket="bucket", key="key", **mine))
    answer = ("AES256", mine["sse_customer_key_md5"])
    assert (created.sse_customer_algorithm, created.sse_customer_key_md5) == answer
    assert created.server_side_encryption is None
    parts = []
    for number, blob in enumerate(BLOBS, 1):
        output = await s3.part("key", created.upload_id, number, blob, **mine)
        assert (output.sse_customer_algorithm, output.sse_customer_key_md5) == answer
        assert output.e_tag != md5(blob)
        parts.append(completed(number, output))
    of_upload = {"bucket": "bucket", "key": "key", "upload_id": created.upload_id}
    for given in ({}, mine):
        listed = await s3.do(types.ListPartsInput(**of_upload, **given))
        assert [part.e_tag for part in listed.parts] == [part.e_tag for part in parts]
    done = await s3.complete("key", created.upload_id, parts)
    assert done.e_tag.endswith('-2"')
    got, body = await s3.get("key", **mine)
    assert body == b"".join(BLOBS)
    assert (got.sse_customer_key_md5, got.server_side_encryption) == (answer[1], None)
    _, body = await s3.get("key", part_number=2, **mine)
    assert body == BLOBS[1]
    _, body = await s3.get("key", range=f"bytes={5 * MIB - 2}-{5 * MIB + 2}", **mine)
    assert body == BLOBS[0][-2:] + b"the"
    attributes = types.GetObjectAttributesInput(bucket="bucket", key="key", object_attributes=["ETag"])
    assert (await s3.refused(attributes)).code == "InvalidRequest"
    keys = await s3.services.db.fetch("SELECT DISTINCT key_id FROM chunks")
    stored = await s3.services.db.fetchval("SELECT encryption->>'customer' FROM objects")
    assert [str(row["key_id"]) for row in keys] == [stored]


@pytest.mark.parametrize("copied", [False, True])
async def test_parts_that_are_refused(both: Both, copied: bool) -> None:
    _, s3 = both
    await s3.put("source", b"data")

    def part(upload_id: str, members: dict[str, Any]) -> Any:
        of_part = {"bucket": "bucket", "key": "key", "upload_id": upload_id, "part_number": 1, **members}
        if copied:
            return types.UploadPartCopyInput(copy_source="bucket/source", **of_part)
        return types.UploadPartInput(**of_part)

    encrypted, plain = await s3.begin("key", **customer(SECRET)), await s3.begin("key")
    for upload_id, members, message in (
        (encrypted, {}, UPLOADS),
        (encrypted, customer(OTHER), ANOTHER),
        (encrypted, customer(SECRET[:16]), ANOTHER),
        (plain, customer(SECRET), UPLOADS),
    ):
        error = await s3.refused(part(upload_id, members), b"" if copied else b"data")
        assert (error.code, error.message) == ("InvalidRequest", message)
        listed = await s3.do(types.ListPartsInput(bucket="bucket", key="key", upload_id=upload_id))
        assert not listed.parts
    wrong = customer(SECRET, sse_customer_key_md5="AAAAAAAAAAAAAAAAAAAAAA==")
    assert (await s3.refused(part(encrypted, wrong), b"data")).code == "InvalidArgument"


async def test_completions_that_are_refused(both: Both) -> None:
    """The key is needed only where the upload was begun with an algorithm for checksums, as S3 says."""
    _, s3 = both
    mine = customer(SECRET)
    upload_id = await s3.begin("key", checksum_algorithm="SHA256", **mine)
    sums = {"checksum_sha256": checksum("SHA256", b"data")}
    parts = [completed(1, await s3.part("key", upload_id, 1, b"data", **mine, **sums))]

    def complete(upload_id: str, **members: Any) -> types.CompleteMultipartUploadInput:
        return types.CompleteMultipartUploadInput(
            bucket="bucket",
            key="key",
            upload_id=upload_id,
            multipart_upload=types.CompletedMultipartUpload(parts=parts),
            **members,
        )

    error = await s3.refused(complete(upload_id))
    assert error.code == "InvalidArgument"
    assert error.message.endswith("must provide a valid encryption algorithm.")
    error = await s3.refused(complete(upload_id, **customer(OTHER)))
    assert (error.code, error.message) == ("InvalidRequest", ANOTHER)
    assert (await s3.refused(complete(await s3.begin("key"), **mine))).message == UPLOADS
    for _ in range(2):
        done = await s3.do(complete(upload_id, **mine))
        assert done.checksum_sha256.endswith("-1")
    listing = types.ListPartsInput(bucket="bucket", key="key", upload_id=await s3.begin("key", **mine))
    assert (await s3.do(listing)).parts == []
    for name, value in customer(OTHER).items():
        setattr(listing, name, value)
    assert (await s3.refused(listing)).message == ANOTHER
