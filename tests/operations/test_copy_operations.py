"""CopyObject: by reference, with all that belongs to the copied object."""

from __future__ import annotations

import random
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest

from s3gw.operations.checksums import MEMBERS
from s3gw.protocol import types
from tests.operations.operation_calls import MIB, Operations, checksum, md5

PART = 5 * MIB


def copy(source: str, key: str, *, bucket: str = "bucket", **members: Any) -> types.CopyObjectInput:
    return types.CopyObjectInput(bucket=bucket, key=key, copy_source=source, **members)


async def test_a_copy_is_the_same(s3: Operations) -> None:
    await s3.create()
    await s3.create("other")
    for size in [0, 5, 4096, 3 * MIB]:
        data = random.Random(size).randbytes(size)
        await s3.put("key", data, content_type="text/x", metadata={"a": "b"}, cache_control="no-cache")
        for bucket in ("bucket", "other"):
            output = await s3.do(copy("/bucket/key", "copy", bucket=bucket))
            assert output.copy_object_result.e_tag == md5(data)
            assert output.copy_object_result.last_modified is not None
            assert output.copy_object_result.checksum_crc64_nvme == checksum("CRC64NVME", data)
            assert output.copy_source_version_id is None
            got, body = await s3.get("copy", bucket=bucket, checksum_mode="ENABLED")
            assert body == data
            assert (got.content_type, got.metadata, got.cache_control) == ("text/x", {"a": "b"}, "no-cache")
            assert got.checksum_crc64_nvme == checksum("CRC64NVME", data)
        await s3.do(types.DeleteObjectInput(bucket="bucket", key="key"))
        assert (await s3.get("copy"))[1] == data


async def test_a_copy_adds_no_chunks_and_no_packs(s3: Operations) -> None:
    db = s3.services.db
    await s3.create()
    await s3.put("key", random.Random(1).randbytes(2 * MIB))
    count = (
        "SELECT (SELECT count(*) FROM chunks), (SELECT count(*) FROM packs), (SELECT count(*) FROM manifests)"
    )
    before = tuple(await db.fetchrow(count) or ())
    await s3.do(copy("bucket/key", "copy"))
    assert tuple(await db.fetchrow(count) or ()) == before


async def test_a_copy_of_parts_keeps_them(s3: Operations) -> None:
    blobs = [random.Random(n).randbytes(PART) for n in range(2)] + [b"end"]
    await s3.create()
    original = await s3.multipart("key", blobs)
    output = await s3.do(copy("bucket/key", "copy"))
    assert output.copy_object_result.e_tag == original.e_tag
    assert original.e_tag.endswith('-3"')
    got, body = await s3.get("copy", part_number=3)
    assert (body, got.parts_count) == (b"end", 3)
    assert (await s3.get("copy"))[1] == b"".join(blobs)


async def test_replaced_properties(s3: Operations) -> None:
    await s3.create()
    await s3.put("key", b"data", content_type="text/x", metadata={"a": "b"}, website_redirect_location="/x")
    copied: dict[str, Any] = {"metadata": {"c": "d"}, "cache_control": "no-store"}
    await s3.do(copy("bucket/key", "one", metadata_directive="REPLACE", **copied))
    got = await s3.head("one")
    assert (got.metadata, got.content_type, got.cache_control) == (
        {"c": "d"},
        "binary/octet-stream",
        "no-store",
    )
    await s3.do(copy("bucket/key", "two", **copied))
    got = await s3.head("two")
    assert (got.metadata, got.content_type, got.cache_control) == ({"a": "b"}, "text/x", None)
    assert got.website_redirect_location is None
    await s3.do(copy("bucket/key", "three", website_redirect_location="/y", storage_class="STANDARD_IA"))
    got = await s3.head("three")
    assert (got.website_redirect_location, got.storage_class) == ("/y", "STANDARD_IA")


async def test_a_copy_onto_itself_must_change_something(s3: Operations) -> None:
    await s3.create()
    await s3.put("key", b"data", metadata={"a": "b"})
    for source in ("bucket/key", "/bucket/key", "bucket/key?versionId=null", "bucket/%6bey"):
        error = await s3.refused(copy(source, "key"))
        assert error.code == "InvalidRequest"
        assert error.message.startswith("This copy request is illegal because")
    await s3.do(copy("bucket/key", "key", storage_class="STANDARD_IA"))
    await s3.do(copy("bucket/key", "key", storage_class="STANDARD_IA"))  # naming it is enough, as in S3
    await s3.do(copy("bucket/key", "key", metadata_directive="REPLACE", metadata={"c": "d"}))
    await s3.do(copy("bucket/key", "key", website_redirect_location="/x"))
    await s3.do(copy("bucket/key", "key", checksum_algorithm="SHA256"))
    got, body = await s3.get("key", checksum_mode="ENABLED")
    assert (body, got.metadata) == (b"data", {"c": "d"})
    assert got.checksum_sha256 == checksum("SHA256", b"data")


@pytest.mark.parametrize("algorithm", ["CRC32", "SHA256"])
async def test_checksums_that_must_be_computed(s3: Operations, algorithm: str) -> None:
    data = random.Random(2).randbytes(2 * MIB)
    await s3.create()
    await s3.put("key", data)
    member = f"checksum_{algorithm.lower()}"
    for key in ("key", "empty"):
        await s3.put("empty", b"")
        output = await s3.do(copy(f"bucket/{key}", "copy", checksum_algorithm=algorithm))
        expected = checksum(algorithm, data if key == "key" else b"")
        assert getattr(output.copy_object_result, member) == expected
        assert output.copy_object_result.checksum_crc64_nvme is None
        got = await s3.head("copy", checksum_mode="ENABLED")
        assert (getattr(got, member), got.checksum_type) == (expected, "FULL_OBJECT")


@pytest.mark.parametrize("algorithm", ["CRC32C", "SHA256"])
async def test_a_checksum_of_parts_becomes_one_of_the_object(s3: Operations, algorithm: str) -> None:
    blobs = [random.Random(n).randbytes(PART) for n in range(2)] + [b"end"]
    member = MEMBERS[algorithm]
    await s3.create()
    original = await s3.multipart("key", blobs, checksum_algorithm=algorithm)
    assert getattr(original, member).endswith("-3")
    kept = (await s3.do(copy("bucket/key", "kept"))).copy_object_result
    assert (getattr(kept, member), kept.checksum_type) == (getattr(original, member), "COMPOSITE")
    for key in ("copy", "key"):
        made = (await s3.do(copy("bucket/key", key, checksum_algorithm=algorithm))).copy_object_result
        expected = (checksum(algorithm, b"".join(blobs)), "FULL_OBJECT")
        assert (getattr(made, member), made.checksum_type) == expected
        head = await s3.head(key, checksum_mode="ENABLED")
        assert (getattr(head, member), head.checksum_type) == expected


async def test_conditions_on_the_source(s3: Operations) -> None:
    await s3.create()
    tag = (await s3.put("key", b"data")).e_tag
    when = (await s3.head("key")).last_modified.replace(microsecond=0)
    earlier = when - timedelta(seconds=1)
    for members in (
        {"copy_source_if_match": tag},
        {"copy_source_if_none_match": '"other"'},
        {"copy_source_if_modified_since": earlier},
        {"copy_source_if_unmodified_since": when},
        {"copy_source_if_match": tag, "copy_source_if_unmodified_since": earlier},
    ):
        await s3.do(copy("bucket/key", "copy", **members))
    for members, condition in (
        ({"copy_source_if_match": '"other"'}, "x-amz-copy-source-If-Match"),
        ({"copy_source_if_none_match": tag}, "x-amz-copy-source-If-None-Match"),
        ({"copy_source_if_modified_since": when}, "x-amz-copy-source-If-Modified-Since"),
        ({"copy_source_if_unmodified_since": earlier}, "x-amz-copy-source-If-Unmodified-Since"),
    ):
        error = await s3.refused(copy("bucket/key", "other", **members))
        assert (error.status, error.fields) == (412, {"Condition": condition})
    assert (await s3.refused(types.HeadObjectInput(bucket="bucket", key="other"))).code == "NoSuchKey"


async def test_conditions_on_the_destination(s3: Operations) -> None:
    await s3.create()
    await s3.put("key", b"data")
    await s3.do(copy("bucket/key", "copy", if_none_match="*"))
    error = await s3.refused(copy("bucket/key", "copy", if_none_match="*"))
    assert (error.status, error.fields) == (412, {"Condition": "If-None-Match"})
    await s3.do(copy("bucket/key", "copy", if_match=md5(b"data")))
    error = await s3.refused(copy("bucket/key", "copy", if_match='"other"'))
    assert (error.status, error.fields) == (412, {"Condition": "If-Match"})
    assert (await s3.refused(copy("bucket/key", "new", if_match="*"))).code == "NoSuchKey"


async def test_case_15_a_source_outside_of_its_bucket(s3: Operations) -> None:
    await s3.create("mine")
    await s3.create("victim")
    await s3.put("k", b"secret", bucket="victim")
    await s3.put("k?versionId=null", b"literal", bucket="mine")
    for source in (
        "/mine/../victim/k",
        "mine/%2e%2e/victim/k",
        "mine/%2E%2E%2Fvictim%2Fk",
        "mine/..//victim/k",
    ):
        error = await s3.refused(copy(source, "copy", bucket="mine"))
        assert (error.status, error.code) == (404, "NoSuchKey")
    await s3.do(copy("mine/k%3FversionId=null", "copy", bucket="mine"))
    assert (await s3.get("copy", bucket="mine"))[1] == b"literal"
    await s3.put("../victim/k", b"mine", bucket="mine")
    await s3.do(copy("/mine/../victim/k", "copy", bucket="mine"))
    assert (await s3.get("copy", bucket="mine"))[1] == b"mine"


async def test_case_30_sources_that_are_none(s3: Operations) -> None:
    await s3.create()
    for source in ("", "/", "bucket", "bucket/", "/bucket//"[:8]):
        error = await s3.refused(copy(source, "copy"))
        assert (error.status, error.code) == (400, "InvalidArgument")
    assert (await s3.refused(copy("bucket/" + "k" * 1025, "copy"))).code == "KeyTooLongError"


async def test_sources_that_are_not_there(s3: Operations) -> None:
    await s3.create()
    await s3.put("key", b"data")
    for source, code in (
        ("bucket/other", "NoSuchKey"),
        ("nowhere/key", "NoSuchBucket"),
        ("../key", "InvalidArgument"),
        (f"bucket/key?versionId={'x' * 32}", "InvalidArgument"),
        ("bucket/key?versionId=x", "InvalidArgument"),
    ):
        assert (await s3.refused(copy(source, "copy"))).code == code
    error = await s3.refused(copy("bucket/key", "copy", bucket="nowhere"))
    assert error.code == "NoSuchBucket"


async def test_what_is_refused(s3: Operations) -> None:
    await s3.create()
    cases: list[tuple[dict[str, Any], str]] = [
        ({"metadata_directive": "replace"}, "InvalidArgument"),
        ({"tagging_directive": "X"}, "InvalidArgument"),
        ({"tagging": "a=b&a=c", "tagging_directive": "REPLACE"}, "InvalidArgument"),
        ({"server_side_encryption": "AES256"}, "NotImplemented"),
        ({"copy_source_sse_customer_key": "x"}, "InvalidArgument"),
        ({"object_lock_mode": "COMPLIANCE"}, "InvalidArgument"),
        ({"object_lock_legal_hold_status": "ON"}, "InvalidRequest"),
        ({"acl": "public-read"}, "AccessControlListNotSupported"),
        ({"storage_class": "X"}, "InvalidStorageClass"),
        ({"checksum_algorithm": "X"}, "InvalidRequest"),
        ({"metadata_directive": "REPLACE", "metadata": {"k": "v" * 2048}}, "MetadataTooLarge"),
    ]
    for members, code in cases:
        await s3.put("key", b"data")
        assert (await s3.refused(copy("bucket/key", "copy", **members))).code == code
        assert (await s3.refused(types.HeadObjectInput(bucket="bucket", key="copy"))).code == "NoSuchKey"


async def test_sources_are_decoded_once(s3: Operations) -> None:
    await s3.create()
    for key in ("a b", "a+b", "a%20b", "ä", "\U0001f600/x"):
        await s3.put(key, key.encode())
        await s3.do(copy("bucket/" + quote(key), "copy"))
        assert (await s3.get("copy"))[1] == key.encode()
