"""What happens to an operation when others are at the same bucket, key or upload meanwhile."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest

from s3gw.db import objects, uploads
from s3gw.db.objects import Outcome, PublishResult
from s3gw.db.uploads import PartResult
from s3gw.errors import Damaged, S3Error, Unavailable
from s3gw.protocol import types
from tests.operations.operation_calls import MIB, Operations, completed

LARGE = random.Random(5).randbytes(MIB)


async def leases(s3: Operations) -> int:
    """Manifests that are still leased: drafts that were neither published nor let go."""
    await s3.services.store._leases.settle()
    count: int = await s3.services.db.fetchval("SELECT count(*) FROM manifests WHERE lease_until > now()")
    return count


async def code_of(work: Any) -> str:
    """How an operation ended: "OK", or the code of its error."""
    try:
        await work
    except S3Error as error:
        return error.code
    return "OK"


@pytest.mark.parametrize("data", [b"small", LARGE], ids=["inline", "packed"])
async def test_one_writer_wins_an_absent_key(s3: Operations, data: bytes) -> None:
    await s3.create()
    ended = await asyncio.gather(*(code_of(s3.put("key", data, if_none_match="*")) for _ in range(12)))
    assert sorted(ended) == ["OK"] + ["PreconditionFailed"] * 11
    assert await leases(s3) == 0


async def test_one_writer_wins_a_version(s3: Operations) -> None:
    await s3.create()
    tag = (await s3.put("key", b"first")).e_tag
    ended = await asyncio.gather(
        *(code_of(s3.put("key", b"%d" % number, if_match=tag)) for number in range(12))
    )
    assert sorted(ended) == ["OK"] + ["PreconditionFailed"] * 11


async def test_a_key_that_appears_during_an_upload(s3: Operations) -> None:
    await s3.create()
    request = types.PutObjectInput(bucket="bucket", key="key", if_none_match="*")
    error = await s3.refused(request, LARGE, last=s3.put("key", b"first"))
    assert (error.status, error.fields) == (412, {"Condition": "If-None-Match"})
    assert (await s3.get("key"))[1] == b"first"
    assert await leases(s3) == 0


async def test_a_key_that_disappears_during_an_upload(s3: Operations) -> None:
    await s3.create()
    tag = (await s3.put("key", b"first")).e_tag
    request = types.PutObjectInput(bucket="bucket", key="key", if_match=tag)
    gone = s3.do(types.DeleteObjectInput(bucket="bucket", key="key"))
    assert (await s3.refused(request, LARGE, last=gone)).code == "NoSuchKey"
    assert await leases(s3) == 0


@pytest.mark.parametrize("data", [b"small", LARGE], ids=["inline", "packed"])
async def test_a_bucket_that_disappears_during_an_upload(s3: Operations, data: bytes) -> None:
    await s3.create()
    gone = s3.do(types.DeleteBucketInput(bucket="bucket"))
    error = await s3.refused(types.PutObjectInput(bucket="bucket", key="key"), data, last=gone)
    assert error.code == "NoSuchBucket"
    assert await leases(s3) == 0


async def test_an_upload_that_ends_while_its_part_comes(s3: Operations) -> None:
    await s3.create()
    for data in (b"small", LARGE):
        where: dict[str, Any] = {"bucket": "bucket", "key": "key", "upload_id": await s3.begin("key")}
        gone = s3.do(types.AbortMultipartUploadInput(**where))
        error = await s3.refused(types.UploadPartInput(part_number=1, **where), data, last=gone)
        assert error.code == "NoSuchUpload"
    assert await leases(s3) == 0


async def test_completes_at_the_same_time_agree(s3: Operations) -> None:
    await s3.create()
    upload_id = await s3.begin("key")
    parts = [completed(1, await s3.part("key", upload_id, 1, LARGE))]
    outputs = await asyncio.gather(*(s3.complete("key", upload_id, parts) for _ in range(5)))
    assert all(output == outputs[0] for output in outputs)
    assert (await s3.get("key"))[1] == LARGE


async def test_a_part_that_is_replaced_while_it_is_completed(
    s3: Operations, monkeypatch: pytest.MonkeyPatch
) -> None:
    await s3.create()
    upload_id = await s3.begin("key")
    part = completed(1, await s3.part("key", upload_id, 1, b"old"))
    complete = uploads.complete

    async def late(*arguments: Any, **members: Any) -> Any:
        await s3.part("key", upload_id, 1, b"new")
        return await complete(*arguments, **members)

    monkeypatch.setattr(uploads, "complete", late)
    with pytest.raises(S3Error, match="InvalidPart"):
        await s3.complete("key", upload_id, [part])
    assert (await s3.refused(types.HeadObjectInput(bucket="bucket", key="key"))).code == "NoSuchKey"


async def test_readers_see_whole_objects(s3: Operations) -> None:
    await s3.create()
    contents = [bytes([number]) * size for number, size in enumerate((10, 70_000, 5_000, 300_000))]
    await s3.put("key", contents[0])

    async def write(number: int) -> None:
        for turn in range(4):
            await s3.put("key", contents[(number + turn) % len(contents)])

    async def read() -> None:
        for _ in range(12):
            assert (await s3.get("key"))[1] in contents

    await asyncio.gather(write(0), write(1), write(2), read(), read())


async def test_a_source_that_vanishes_is_looked_up_again(
    s3: Operations, monkeypatch: pytest.MonkeyPatch
) -> None:
    await s3.create()
    await s3.put("source", b"data")
    publish, times = objects.publish_copy, iter([True, False, True, True])

    async def vanishing(*arguments: Any, **members: Any) -> PublishResult:
        if next(times):
            return PublishResult(Outcome.SOURCE_GONE)
        return await publish(*arguments, **members)

    monkeypatch.setattr(objects, "publish_copy", vanishing)
    request = types.CopyObjectInput(bucket="bucket", key="copy", copy_source="bucket/source")
    await s3.do(request)
    assert (await s3.get("copy"))[1] == b"data"
    with pytest.raises(Unavailable):
        await s3.do(request)


async def test_a_source_of_a_part_that_vanishes(s3: Operations, monkeypatch: pytest.MonkeyPatch) -> None:
    await s3.create()
    await s3.put("source", b"data")
    copy_part, times = uploads.copy_part, iter([True, False, True, True])

    async def vanishing(*arguments: Any, **members: Any) -> PartResult:
        if next(times):
            return PartResult(Outcome.SOURCE_GONE)
        return await copy_part(*arguments, **members)

    monkeypatch.setattr(uploads, "copy_part", vanishing)
    request = types.UploadPartCopyInput(
        bucket="bucket",
        key="key",
        upload_id=await s3.begin("key"),
        part_number=1,
        copy_source="bucket/source",
    )
    await s3.do(request)
    with pytest.raises(Unavailable):
        await s3.do(request)


async def test_bytes_that_cannot_be_had_are_an_error_before_the_answer(s3: Operations) -> None:
    await s3.create()
    await s3.put("key", LARGE)
    for pack in (s3.services.settings.data / "packs").rglob("*"):
        if pack.is_file():
            pack.write_bytes(bytes(pack.stat().st_size))
    with pytest.raises(Damaged):
        await s3.do(types.GetObjectInput(bucket="bucket", key="key"))
    await s3.head("key")
