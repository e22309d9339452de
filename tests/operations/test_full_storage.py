"""Below the free-space reserve nothing is added, and everything can still be read and deleted."""

from __future__ import annotations

from typing import Any

import pytest

from s3gw.errors import OutOfSpace
from s3gw.protocol import types
from tests.operations.operation_calls import Operations, completed


async def test_nothing_is_added_to_full_storage(s3: Operations, monkeypatch: pytest.MonkeyPatch) -> None:
    await s3.create()
    await s3.put("key", b"data")
    upload_id = await s3.begin("upload")
    part = completed(1, await s3.part("upload", upload_id, 1, b"part"))

    async def full() -> None:
        raise OutOfSpace("full")

    monkeypatch.setattr(s3.services.store, "check_space", full)
    where: dict[str, Any] = {"bucket": "bucket", "key": "upload", "upload_id": upload_id}
    adding: tuple[object, ...] = (
        types.CreateBucketInput(bucket="other"),
        types.PutObjectInput(bucket="bucket", key="new"),
        types.CopyObjectInput(bucket="bucket", key="new", copy_source="bucket/key"),
        types.CreateMultipartUploadInput(bucket="bucket", key="new"),
        types.UploadPartInput(**where, part_number=2),
        types.UploadPartCopyInput(**where, part_number=2, copy_source="bucket/key"),
        types.CompleteMultipartUploadInput(
            **where, multipart_upload=types.CompletedMultipartUpload(parts=[part])
        ),
    )
    for request in adding:
        with pytest.raises(OutOfSpace):
            await s3.do(request, b"data")
    assert (await s3.get("key"))[1] == b"data"
    await s3.do(types.ListObjectsV2Input(bucket="bucket"))
    await s3.do(types.AbortMultipartUploadInput(**where))
    await s3.do(types.DeleteObjectInput(bucket="bucket", key="key"))
    await s3.do(types.DeleteBucketInput(bucket="bucket"))
