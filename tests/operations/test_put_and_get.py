"""PutObject, GetObject and HeadObject."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from s3gw.errors import S3Error
from s3gw.operations import put
from s3gw.operations.checksums import MEMBERS
from s3gw.protocol import types
from tests.operations.operation_calls import MIB, Operations, checksum, content, md5

SIZES = [0, 1, 4096, 100_000, 3 * MIB + 1]


async def test_what_was_put_is_got(s3: Operations) -> None:
    await s3.create()
    for size in SIZES:
        data = random.Random(size).randbytes(size)
        output = await s3.put("key", data)
        assert output.e_tag == md5(data)
        assert output.checksum_crc64_nvme == checksum("CRC64NVME", data)
        assert output.checksum_type == "FULL_OBJECT"
        got, body = await s3.get("key")
        assert body == data
        assert got.content_length == size
        assert got.e_tag == md5(data)
        assert got.accept_ranges == "bytes"
        assert got.content_type == "binary/octet-stream"
        assert got.content_range is None
        assert got.version_id is None
        assert got.parts_count is None
        assert got.checksum_crc64_nvme is None
        assert abs(got.last_modified - datetime.now(UTC)) < timedelta(minutes=5)
        assert s3.render("GetObject", got).status == 200
        head = await s3.head("key")
        assert head.content_length == size
        assert head.e_tag == md5(data)


async def test_all_that_was_given_comes_back(s3: Operations) -> None:
    await s3.create()
    members: dict[str, Any] = {
        "content_type": "text/plain; charset=utf-8",
        "cache_control": "max-age=5",
        "content_disposition": 'attachment; filename="ä"',
        "content_language": "de",
        "expires": "sometime",
        "website_redirect_location": "/other",
        "metadata": {"colour": "blau", "ort": "Zürich"},
        "storage_class": "STANDARD_IA",
    }
    await s3.put("key", b"data", content_encoding="aws-chunked, gzip", **members)
    for output in (await s3.head("key"), (await s3.get("key"))[0]):
        for name, value in members.items():
            assert getattr(output, name) == value
        assert output.content_encoding == "gzip"


async def test_an_overwrite_replaces_everything(s3: Operations) -> None:
    await s3.create()
    await s3.put("key", b"old" * 100_000, metadata={"a": "b"}, content_type="text/plain")
    await s3.put("key", b"new")
    got, body = await s3.get("key")
    assert body == b"new"
    assert got.metadata == {}
    assert got.content_type == "binary/octet-stream"


async def test_keys_are_opaque(s3: Operations) -> None:
    await s3.create()
    keys = ["..", ".", "a//b", "a/", "a", "../victim/k", "e\u0301", "\u00e9", "a b+c%20", "\U0001f600", "\n"]
    for key in keys:
        await s3.put(key, key.encode())
    for key in keys:
        assert (await s3.get(key))[1] == key.encode()


async def test_checksums(s3: Operations) -> None:
    await s3.create()
    for algorithm, member in MEMBERS.items():
        data = b"some data"
        value = checksum(algorithm, data)
        ways: list[tuple[dict[str, Any], list[str]]] = [
            ({member: value}, [algorithm]),
            ({"checksum_algorithm": algorithm}, []),
            ({}, [algorithm]),
        ]
        for number, (members, sent) in enumerate(ways):
            key = f"key-{number}"
            request = types.PutObjectInput(bucket="bucket", key=key, **members)
            output = await s3.do(request, data, sent=sent)
            assert getattr(output, member) == value
            got, _ = await s3.get(key, checksum_mode="ENABLED")
            assert getattr(got, member) == value
            assert got.checksum_type == "FULL_OBJECT"
            fields = [name for name in got.__dataclass_fields__ if name.startswith("checksum_")]
            assert {name for name in fields if getattr(got, name)} == {member, "checksum_type"}
            everything, _ = await s3.get(key, checksum_mode="ENABLED", range="bytes=0-")
            assert getattr(everything, member) == value
            ranged, _ = await s3.get(key, checksum_mode="ENABLED", range="bytes=1-3")
            assert getattr(ranged, member) is None
            assert ranged.checksum_type is None


async def test_a_body_that_fails_its_checks_leaves_nothing(s3: Operations) -> None:
    await s3.create()
    for key, data in (("small", b"data"), ("large", random.Random(1).randbytes(2 * MIB)), ("empty", b"")):
        request = types.PutObjectInput(bucket="bucket", key=key)
        error = await s3.refused(request, data, broken=S3Error("BadDigest"))
        assert error.code == "BadDigest"
        assert (await s3.refused(types.HeadObjectInput(bucket="bucket", key=key))).code == "NoSuchKey"


async def test_what_is_refused_is_not_stored(s3: Operations) -> None:
    await s3.create()
    cases: list[tuple[dict[str, Any], str]] = [
        ({"server_side_encryption": "AES256"}, "NotImplemented"),
        ({"server_side_encryption": "aws:kms"}, "NotImplemented"),
        ({"sse_customer_key": "x"}, "InvalidArgument"),
        ({"sse_customer_algorithm": "AES128"}, "InvalidEncryptionAlgorithmError"),
        ({"acl": "public-read"}, "AccessControlListNotSupported"),
        ({"acl": "everyone"}, "InvalidArgument"),
        ({"grant_read": "id=x"}, "InvalidArgument"),
        ({"tagging": "a=b&a=c"}, "InvalidArgument"),
        ({"object_lock_mode": "GOVERNANCE"}, "InvalidArgument"),
        ({"object_lock_legal_hold_status": "ON"}, "InvalidRequest"),
        ({"object_lock_event_hold": "ON"}, "InvalidArgument"),
        ({"checksum_algorithm": "CRC16"}, "InvalidRequest"),
        ({"storage_class": "COLD"}, "InvalidStorageClass"),
        ({"metadata": {"k": "v" * 2048}}, "MetadataTooLarge"),
        ({"if_none_match": '"x"'}, "NotImplemented"),
    ]
    for members, code in cases:
        request = types.PutObjectInput(bucket="bucket", key="key", **members)
        assert (await s3.refused(request, b"data")).code == code
        assert (await s3.refused(types.HeadObjectInput(bucket="bucket", key="key"))).code == "NoSuchKey"


async def test_acls_that_are_the_default(s3: Operations) -> None:
    await s3.create()
    await s3.put("a", b"", acl="private")
    await s3.put("b", b"", acl="bucket-owner-full-control")


async def test_key_and_body_bounds(s3: Operations, monkeypatch: pytest.MonkeyPatch) -> None:
    await s3.create()
    await s3.put("k" * 1024, b"x")
    request = types.PutObjectInput(bucket="bucket", key="k" * 1025)
    assert (await s3.refused(request, b"x")).code == "KeyTooLongError"
    monkeypatch.setattr(put, "MAX_BODY", 3)
    request = types.PutObjectInput(bucket="bucket", key="key")
    error = await s3.refused(request, b"four")
    assert (error.code, error.fields) == ("EntityTooLarge", {"ProposedSize": "4", "MaxSizeAllowed": "3"})


async def test_what_is_not_there(s3: Operations) -> None:
    error = await s3.refused(types.GetObjectInput(bucket="bucket", key="key"))
    assert (error.code, error.fields) == ("NoSuchBucket", {"BucketName": "bucket"})
    assert (await s3.refused(types.PutObjectInput(bucket="bucket", key="key"))).code == "NoSuchBucket"
    await s3.create()
    error = await s3.refused(types.GetObjectInput(bucket="bucket", key="key"))
    assert (error.code, error.fields) == ("NoSuchKey", {"Key": "key"})


async def test_versions(s3: Operations) -> None:
    await s3.create()
    await s3.put("key", b"data")
    assert (await s3.get("key", version_id="null"))[1] == b"data"
    error = await s3.refused(types.GetObjectInput(bucket="bucket", key="other", version_id="null"))
    assert error.code == "NoSuchKey"
    for bad in ("", "x", "x" * 32, "a/b" * 20):
        error = await s3.refused(types.HeadObjectInput(bucket="bucket", key="key", version_id=bad))
        assert (error.status, error.code) == (400, "InvalidArgument")
        assert error.fields == {"ArgumentName": "versionId", "ArgumentValue": bad}


async def test_a_download_that_goes_on_over_another_object_starts_again(s3: Operations) -> None:
    await s3.create()
    first = await s3.put("key", b"first bytes")
    got, body = await s3.get("key", range="bytes=6-", if_range=first.e_tag)
    assert (got.content_range, body) == ("bytes 6-10/11", b"bytes")
    await s3.put("key", b"other words")
    got, body = await s3.get("key", range="bytes=6-", if_range=first.e_tag)
    assert (got.content_range, body) == (None, b"other words")
    assert (await s3.head("key", range="bytes=6-", if_range=first.e_tag)).content_length == 11


async def test_ranges(s3: Operations) -> None:
    await s3.create()
    for size in [10, 3 * MIB]:
        data = random.Random(size).randbytes(size)
        await s3.put("key", data)
        for header, start, end in [
            ("bytes=0-0", 0, 1),
            ("bytes=2-5", 2, 6),
            ("bytes=-4", size - 4, size),
            (f"bytes={size - 3}-", size - 3, size),
            (f"bytes=5-{size * 2}", 5, size),
            ("bytes=0-", 0, size),
        ]:
            got, body = await s3.get("key", range=header)
            assert body == data[start:end]
            assert got.content_length == end - start
            assert got.content_range == f"bytes {start}-{end - 1}/{size}"
            assert s3.render("GetObject", got).status == 206
            head = await s3.head("key", range=header)
            assert head.content_range == got.content_range
            assert head.content_length == got.content_length
        for header in ("bytes=1-2,4-5", "bytes=5-2", "lines=1-2", "bytes=x"):
            got, body = await s3.get("key", range=header)
            assert body == data
            assert got.content_range is None
        error = await s3.refused(types.GetObjectInput(bucket="bucket", key="key", range=f"bytes={size}-"))
        assert error.status == 416
        assert error.fields == {"RangeRequested": f"bytes={size}-", "ActualObjectSize": str(size)}


async def test_ranges_of_an_empty_object(s3: Operations) -> None:
    await s3.create()
    await s3.put("key", b"")
    for header in ("bytes=0-", "bytes=-5", "bytes=3-4"):
        error = await s3.refused(types.GetObjectInput(bucket="bucket", key="key", range=header))
        assert error.code == "InvalidRange"


async def test_part_numbers_of_an_object_without_parts(s3: Operations) -> None:
    await s3.create()
    await s3.put("key", b"data")
    got, body = await s3.get("key", part_number=1, checksum_mode="ENABLED")
    assert (body, got.content_range, got.parts_count) == (b"data", "bytes 0-3/4", None)
    assert got.checksum_crc64_nvme == checksum("CRC64NVME", b"data")
    error = await s3.refused(types.GetObjectInput(bucket="bucket", key="key", part_number=2))
    assert (error.status, error.code) == (416, "InvalidPartNumber")
    for number in (0, 10001, -1):
        error = await s3.refused(types.GetObjectInput(bucket="bucket", key="key", part_number=number))
        assert error.code == "InvalidArgument"
    request = types.GetObjectInput(bucket="bucket", key="key", part_number=1, range="bytes=0-1")
    assert (await s3.refused(request)).code == "InvalidRequest"


async def test_conditional_reads(s3: Operations) -> None:
    await s3.create()
    tag = (await s3.put("key", b"data", cache_control="no-cache")).e_tag
    when = (await s3.head("key")).last_modified.replace(microsecond=0)
    earlier = when - timedelta(seconds=1)
    for members in (
        {"if_match": tag},
        {"if_match": "*"},
        {"if_none_match": '"other"'},
        {"if_modified_since": earlier},
        {"if_unmodified_since": when},
        {"if_match": tag, "if_unmodified_since": earlier},
        {"if_none_match": '"other"', "if_modified_since": when},
    ):
        assert (await s3.get("key", **members))[1] == b"data"
    for members, condition in (
        ({"if_match": '"other"'}, "If-Match"),
        ({"if_unmodified_since": earlier}, "If-Unmodified-Since"),
    ):
        error = await s3.refused(types.GetObjectInput(bucket="bucket", key="key", **members))
        assert (error.status, error.fields) == (412, {"Condition": condition})
    for members in ({"if_none_match": tag}, {"if_none_match": "*"}, {"if_modified_since": when}):
        error = await s3.refused(types.HeadObjectInput(bucket="bucket", key="key", **members))
        assert error.status == 304
        assert error.headers["ETag"] == tag
        assert error.headers["Last-Modified"].endswith(" GMT")
        assert error.headers["Cache-Control"] == "no-cache"


async def test_overrides(s3: Operations) -> None:
    await s3.create()
    await s3.put("key", b"data", content_type="text/plain", cache_control="no-cache")
    overrides = {
        "response_content_type": "text/html",
        "response_content_disposition": "attachment",
        "response_expires": "Thu, 01 Dec 1994 16:00:00 GMT",
    }
    for output in (await s3.head("key", **overrides), (await s3.get("key", **overrides))[0]):
        assert output.content_type == "text/html"
        assert output.content_disposition == "attachment"
        assert output.expires == "Thu, 01 Dec 1994 16:00:00 GMT"
        assert output.cache_control == "no-cache"
    request = types.GetObjectInput(bucket="bucket", key="key", **overrides)  # type: ignore[arg-type]
    assert (await s3.refused(request, anonymous=True)).code == "InvalidRequest"


async def test_preconditions_of_a_put(s3: Operations) -> None:
    await s3.create()
    tag = (await s3.put("key", b"one", if_none_match="*")).e_tag
    request = types.PutObjectInput(bucket="bucket", key="key", if_none_match="*")
    error = await s3.refused(request, b"two")
    assert (error.status, error.fields) == (412, {"Condition": "If-None-Match"})
    request = types.PutObjectInput(bucket="bucket", key="key", if_match='"other"')
    error = await s3.refused(request, b"two")
    assert (error.status, error.fields) == (412, {"Condition": "If-Match"})
    assert (await s3.get("key"))[1] == b"one"
    await s3.put("key", b"two", if_match=tag)
    await s3.put("key", b"three", if_match="*")
    assert (await s3.get("key"))[1] == b"three"
    request = types.PutObjectInput(bucket="bucket", key="missing", if_match=tag)
    assert (await s3.refused(request, b"two")).code == "NoSuchKey"


async def test_a_reader_that_stops_early(s3: Operations) -> None:
    data = random.Random(3).randbytes(4 * MIB)
    await s3.create()
    await s3.put("key", data)
    output = await s3.do(types.GetObjectInput(bucket="bucket", key="key"))
    async for block in output.body:
        assert data.startswith(bytes(block))
        break
    await output.body.aclose()
    again = await s3.do(types.GetObjectInput(bucket="bucket", key="key"))
    assert await content(again.body) == data
