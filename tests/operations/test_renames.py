"""RenameObject: a key moves with everything, if both keys are as the request says."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from s3gw.protocol import types
from tests.operations.operation_calls import MIB, Operations


def rename(source: str, key: str, **members: Any) -> types.RenameObjectInput:
    return types.RenameObjectInput(bucket="bucket", key=key, rename_source=source, **members)


async def keys_of(s3: Operations) -> list[str]:
    return [entry.key for entry in (await s3.do(types.ListObjectsV2Input(bucket="bucket"))).contents]


async def test_everything_moves(s3: Operations) -> None:
    await s3.create()
    given: dict[str, Any] = {
        "content_type": "text/x",
        "metadata": {"a": "b"},
        "tagging": "c=d",
        "storage_class": "STANDARD_IA",
    }
    await s3.put("key", b"data", **given)
    before = await s3.head("key", checksum_mode="ENABLED")
    await s3.put("other", b"replaced")
    await s3.do(rename("key", "other"))
    got, body = await s3.get("other", checksum_mode="ENABLED")
    assert body == b"data"
    shown = ("e_tag", "last_modified", "content_type", "metadata", "tag_count", "storage_class")
    for name in (*shown, "checksum_crc64_nvme", "checksum_type"):
        assert getattr(got, name) == getattr(before, name)
    assert await keys_of(s3) == ["other"]
    blobs = [bytes([n]) * 5 * MIB for n in range(2)]
    await s3.multipart("parts", blobs)
    await s3.do(rename("parts", "moved"))
    assert (await s3.get("moved", part_number=2))[1] == blobs[1]
    assert await keys_of(s3) == ["moved", "other"]


@pytest.mark.parametrize("source", ["a b/c", "a%20b/c", "/a%20b/c", "/bucket/a%20b/c"])
async def test_how_clients_name_the_source(s3: Operations, source: str) -> None:
    await s3.create()
    await s3.put("a b/c", b"data")
    await s3.do(rename(source, "new"))
    assert await keys_of(s3) == ["new"]


async def test_conditions(s3: Operations) -> None:
    await s3.create()
    tag = (await s3.put("key", b"data")).e_tag
    other = (await s3.put("other", b"more")).e_tag
    now = datetime.now(UTC)
    hour = timedelta(hours=1)
    refused: list[tuple[dict[str, Any], str, str]] = [
        ({"source_if_match": other}, "PreconditionFailed", "x-amz-rename-source-if-match"),
        ({"source_if_none_match": tag}, "PreconditionFailed", "x-amz-rename-source-if-none-match"),
        ({"source_if_none_match": "*"}, "PreconditionFailed", "x-amz-rename-source-if-none-match"),
        (
            {"source_if_unmodified_since": now - hour},
            "PreconditionFailed",
            "x-amz-rename-source-if-unmodified-since",
        ),
        ({"destination_if_match": tag}, "PreconditionFailed", "If-Match"),
        ({"destination_if_none_match": "*"}, "PreconditionFailed", "If-None-Match"),
        ({"destination_if_unmodified_since": now - hour}, "PreconditionFailed", "If-Unmodified-Since"),
    ]
    for members, code, named in refused:
        error = await s3.refused(rename("key", "other", **members))
        assert (error.code, error.fields["Condition"]) == (code, named)
    error = await s3.refused(rename("key", "new", destination_if_match="*"))
    assert error.code == "NoSuchKey"
    error = await s3.refused(rename("key", "new", destination_if_modified_since=now - hour))
    assert error.code == "PreconditionFailed"
    assert await keys_of(s3) == ["key", "other"]
    await s3.do(rename("key", "other", source_if_match=tag, destination_if_match=other))
    await s3.do(rename("other", "new", destination_if_none_match="*", source_if_modified_since=now - hour))
    assert await keys_of(s3) == ["new"]


async def test_what_is_refused(s3: Operations) -> None:
    await s3.create()
    await s3.put("key", b"data")
    for request, code in (
        (rename("missing", "new"), "NoSuchKey"),
        (rename("key", "key"), "InvalidRequest"),
        (rename("/", "new"), "InvalidArgument"),
        (rename("%ff", "new"), "InvalidArgument"),
        (rename("key", "k" * 1025), "KeyTooLongError"),
        (rename("key", "new", client_token="a b"), "InvalidArgument"),
        (types.RenameObjectInput(bucket="elsewhere", key="new", rename_source="key"), "NoSuchBucket"),
    ):
        assert (await s3.refused(request)).code == code
    assert await keys_of(s3) == ["key"]
    await s3.do(
        types.PutBucketVersioningInput(
            bucket="bucket", versioning_configuration=types.VersioningConfiguration(status="Enabled")
        )
    )
    assert (await s3.refused(rename("key", "new"))).code == "InvalidBucketState"


async def test_a_token_makes_a_rename_repeatable(s3: Operations) -> None:
    await s3.create()
    await s3.put("key", b"data")
    await s3.do(rename("key", "new", client_token="token"))
    await s3.do(rename("key", "new", client_token="token"))  # done already, though the source is gone
    assert (await s3.refused(rename("key", "new", client_token="other"))).code == "NoSuchKey"
    error = await s3.refused(rename("key", "third", client_token="token"))
    assert error.code == "IdempotencyParameterMismatch"
    error = await s3.refused(rename("key", "new", client_token="token", source_if_match="*"))
    assert error.code == "IdempotencyParameterMismatch"
    assert await keys_of(s3) == ["new"]


async def test_of_several_at_once_one_moves_it(s3: Operations) -> None:
    await s3.create()
    await s3.put("key", b"data")
    ended = await asyncio.gather(
        *(s3.do(rename("key", f"new-{n}")) for n in range(5)), return_exceptions=True
    )
    assert sum(isinstance(each, types.RenameObjectOutput) for each in ended) == 1
    assert {getattr(each, "code", "done") for each in ended} == {"done", "NoSuchKey"}
    (key,) = await keys_of(s3)
    assert (await s3.get(key))[1] == b"data"
