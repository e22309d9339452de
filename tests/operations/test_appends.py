"""Bytes behind those that an object has: offsets, checksums, parts, and what happens at once."""

from __future__ import annotations

import asyncio
import random
from typing import Any

import pytest

from s3gw.operations import append
from s3gw.operations.checksums import MEMBERS
from s3gw.protocol import checksums, types
from tests.operations.encrypted import OTHER, SECRET, customer
from tests.operations.operation_calls import MIB, Operations, checksum, md5


async def add(s3: Operations, data: bytes, offset: int, key: str = "key", **members: Any) -> Any:
    return await s3.put(key, data, write_offset_bytes=offset, **members)


def adding(offset: int, **members: Any) -> types.PutObjectInput:
    return types.PutObjectInput(bucket="bucket", key="key", write_offset_bytes=offset, **members)


async def test_an_object_grows(s3: Operations) -> None:
    await s3.create()
    blobs = [random.Random(n).randbytes(size) for n, size in enumerate((10, 70_000, 1, 3 * MIB, 9000))]
    whole = b""
    tags = set()
    for blob in blobs:
        output = await add(s3, blob, len(whole), metadata={"a": "b"} if not whole else None)
        whole += blob
        assert output.checksum_crc64_nvme == checksum("CRC64NVME", whole)
        assert output.checksum_type == "FULL_OBJECT"
        assert output.size == (len(whole) if len(whole) > 10 else None)
        tags.add(output.e_tag)
        got, body = await s3.get("key", checksum_mode="ENABLED")
        assert body == whole
        assert (got.e_tag, got.checksum_crc64_nvme) == (output.e_tag, checksum("CRC64NVME", whole))
        assert got.metadata == {"a": "b"}
    assert len(tags) == len(blobs)
    assert (await s3.get("key", range="bytes=5-70020"))[1] == whole[5:70021]
    got, body = await s3.get("key", part_number=4)
    assert (body, got.parts_count) == (blobs[3], 5)
    request = types.GetObjectAttributesInput(
        bucket="bucket", key="key", object_attributes=["ObjectParts", "ObjectSize"]
    )
    attributes = await s3.do(request)
    assert attributes.object_size == len(whole)
    assert [part.size for part in attributes.object_parts.parts] == [len(blob) for blob in blobs]
    copied = await s3.do(types.CopyObjectInput(bucket="bucket", key="copy", copy_source="bucket/key"))
    await add(s3, b"!", len(whole))
    assert (await s3.get("copy"))[1] == whole
    assert (await s3.do(request)).object_parts.total_parts_count == 6
    request.key = "copy"
    assert (await s3.do(request)).object_parts is None  # it is one piece, and counts afresh
    await add(s3, b"?", len(whole), "copy")
    assert (await s3.get("copy"))[1] == whole + b"?"
    assert copied.copy_object_result.checksum_crc64_nvme == checksum("CRC64NVME", whole)


@pytest.mark.parametrize("algorithm", ["CRC32", "SHA256"])
async def test_parts_of_an_upload_and_appends(s3: Operations, algorithm: str) -> None:
    blobs = [bytes([n]) * 5 * MIB for n in range(2)]
    member = MEMBERS[algorithm]
    await s3.create()
    await s3.multipart("key", blobs, checksum_algorithm=algorithm)
    old, _ = await s3.get("key")
    output = await add(s3, b"end", 10 * MIB)
    digests = [checksums.decode(algorithm, checksum(algorithm, blob)) for blob in (*blobs, b"end")]
    expected = f"{checksum(algorithm, b''.join(digests))}-3"
    assert (getattr(output, member), output.checksum_type) == (expected, "COMPOSITE")
    got, body = await s3.get("key", part_number=3)
    assert (body, got.parts_count) == (b"end", 3)
    assert got.e_tag != old.e_tag
    assert (await s3.get("key"))[1] == b"".join(blobs) + b"end"


async def test_a_checksum_of_bytes_becomes_one_of_parts(s3: Operations) -> None:
    await s3.create()
    await s3.put("key", b"one", checksum_algorithm="SHA1")
    for number, data in enumerate((b"two", b"three"), 2):
        output = await add(s3, data, 3 if number == 2 else 6)
    digests = [checksums.decode("SHA1", checksum("SHA1", data)) for data in (b"one", b"two", b"three")]
    assert output.checksum_sha1 == f"{checksum('SHA1', b''.join(digests))}-3"
    assert output.checksum_type == "COMPOSITE"


async def test_what_is_refused(s3: Operations, monkeypatch: pytest.MonkeyPatch) -> None:
    await s3.create()
    assert (await s3.refused(adding(1), b"data")).code == "InvalidWriteOffset"
    assert (await s3.refused(adding(0, if_match='"x"'), b"data")).code == "NoSuchKey"
    tag = (await add(s3, b"data", 0, checksum_algorithm="CRC32")).e_tag
    assert tag == md5(b"data")
    cases: list[tuple[int, dict[str, Any], bytes, str]] = [
        (0, {}, b"more", "InvalidWriteOffset"),
        (5, {}, b"more", "InvalidWriteOffset"),
        (4, {}, b"", "Request body cannot be empty when 'write offset' is specified."),
        (4, {"metadata": {"a": "b"}}, b"more", "Cannot specify both a write offset value and user-defined"),
        (
            4,
            {"checksum_algorithm": "SHA1"},
            b"more",
            "expected checksum Type: crc32, actual checksum Type: sha1",
        ),
        (4, {"server_side_encryption": "AES256"}, b"more", "EncryptionTypeMismatch"),
        (4, {"if_none_match": "*"}, b"more", "PreconditionFailed"),
        (4, {"if_match": '"x"'}, b"more", "PreconditionFailed"),
    ]
    for offset, members, data, text in cases:
        assert text in str(await s3.refused(adding(offset, **members), data))
    assert "actual checksum Type: sha256" in str(await s3.refused(adding(4), b"more", sent=["SHA256"]))
    assert (await s3.get("key"))[1] == b"data"
    monkeypatch.setattr(append, "MAX_PARTS", 2)
    await add(s3, b"more", 4, if_match=tag)
    assert (await s3.refused(adding(8), b"more")).code == "TooManyParts"
    await s3.do(
        types.PutBucketVersioningInput(
            bucket="bucket", versioning_configuration=types.VersioningConfiguration(status="Enabled")
        )
    )
    assert (await s3.refused(adding(8), b"more")).code == "InvalidBucketState"
    assert (await s3.get("key"))[1] == b"datamore"


async def test_of_several_at_once_one_is_appended(s3: Operations) -> None:
    await s3.create()
    for size, offset in ((0, 0), (1, 1), (2, 2)):
        assert size == offset
        ended = await asyncio.gather(
            *(add(s3, bytes([65 + n]), offset) for n in range(4)), return_exceptions=True
        )
        outcomes = [getattr(each, "code", "done") for each in ended]
        assert sorted(outcomes) == ["InvalidWriteOffset"] * 3 + ["done"]
    assert len((await s3.get("key"))[1]) == 3


async def test_an_append_while_the_body_comes(s3: Operations) -> None:
    """Who comes first is decided when the body has ended."""
    await s3.create()
    await add(s3, b"1", 0)

    async def other() -> None:
        await add(s3, b"2", 1)

    error = await s3.refused(adding(1), b"x" * 200_000, last=other())
    assert error.code == "InvalidWriteOffset"
    assert (await s3.get("key"))[1] == b"12"

    async def replaced() -> None:
        await s3.put("key", b"ab")

    await s3.do(adding(2), b"3", last=replaced())  # as large as before, so it is what ends there
    assert (await s3.get("key"))[1] == b"ab3"


async def test_what_is_added_is_encrypted_as_the_object_is(both: tuple[Operations, Operations]) -> None:
    plain, encrypting = both
    await encrypting.put("key", b"one", **customer(SECRET))
    output = await encrypting.put("key", b"two", write_offset_bytes=3, **customer(SECRET))
    assert output.sse_customer_algorithm == "AES256"
    assert (await encrypting.get("key", **customer(SECRET)))[1] == b"onetwo"
    for members, text in (
        ({}, "InvalidRequest"),
        (customer(OTHER), "did not match the ones used originally"),
        ({"server_side_encryption": "AES256"}, "EncryptionTypeMismatch"),
    ):
        assert text in str(await encrypting.refused(adding(6, **members), b"more"))
    await encrypting.put("other", b"one", server_side_encryption="AES256")
    output = await encrypting.put("other", b"two", write_offset_bytes=3)
    assert output.server_side_encryption == "AES256"
    await plain.put("plain", b"one")
    output = await encrypting.put("plain", b"two", write_offset_bytes=3)
    assert output.server_side_encryption is None
    assert (await encrypting.get("plain"))[1] == b"onetwo"
