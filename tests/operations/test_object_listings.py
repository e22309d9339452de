"""ListObjects and ListObjectsV2 against a listing in memory."""

from __future__ import annotations

from typing import Any
from urllib.parse import unquote

import pytest

from s3gw.db.pool import Database
from s3gw.operations.markers import token
from s3gw.protocol import types
from tests.operations.operation_calls import Operations, md5

KEYS = ["a", "a/", "a//3", "a/1", "a/2", "ab", "b/c/d", "b/c/e", "b/f", "c d+%", "z\U0001f600", "\u00e9"]


def expected(prefix: str, delimiter: str) -> list[str]:
    """Keys and common prefixes in byte order."""
    found = set()
    for key in KEYS:
        if key.startswith(prefix):
            rest = key[len(prefix) :]
            end = rest.find(delimiter) if delimiter else -1
            found.add(key if end < 0 else prefix + rest[: end + len(delimiter)])
    return sorted(found, key=str.encode)


@pytest.fixture
async def filled(s3: Operations) -> Operations:
    """A bucket that holds `KEYS`."""
    await s3.create()
    for key in KEYS:
        await s3.put(key, key.encode())
    return s3


def names(output: Any) -> list[str]:
    shown = [found.key for found in output.contents or []] + [p.prefix for p in output.common_prefixes or []]
    return sorted(shown, key=str.encode)


CASES = [
    ("", ""),
    ("", "/"),
    ("a", "/"),
    ("a/", "/"),
    ("b/", "/"),
    ("b/c", ""),
    ("", "c"),
    ("x", "/"),
    ("a/", "//"),
]


async def test_v2_pages(filled: Operations) -> None:
    for prefix, delimiter in CASES:
        for page in [1, 2, 1000]:
            found: list[str] = []
            after = None
            while True:
                output = await filled.do(
                    types.ListObjectsV2Input(
                        bucket="bucket",
                        prefix=prefix,
                        delimiter=delimiter,
                        max_keys=page,
                        continuation_token=after,
                    )
                )
                assert output.key_count == len(names(output)) <= page
                found += names(output)
                after = output.next_continuation_token
                assert output.is_truncated == (after is not None)
                if after is None:
                    break
            assert found == expected(prefix, delimiter)


async def test_v1_pages(filled: Operations) -> None:
    for prefix, delimiter in CASES:
        for page in [1, 3, 1000]:
            found: list[str] = []
            marker = ""
            while True:
                output = await filled.do(
                    types.ListObjectsInput(
                        bucket="bucket", prefix=prefix, delimiter=delimiter, max_keys=page, marker=marker
                    )
                )
                found += names(output)
                if not output.is_truncated:
                    assert output.next_marker is None
                    break
                assert (output.next_marker is not None) == bool(delimiter)
                marker = output.next_marker or output.contents[-1].key
            assert found == expected(prefix, delimiter)


async def test_entries(filled: Operations) -> None:
    await filled.put("ab", b"data", storage_class="STANDARD_IA", checksum_algorithm="SHA256")
    request = types.ListObjectsV2Input(bucket="bucket", prefix="ab")
    (entry,) = (await filled.do(request)).contents
    assert (entry.key, entry.size, entry.e_tag, entry.storage_class) == ("ab", 4, md5(b"data"), "STANDARD_IA")
    assert (entry.checksum_algorithm, entry.checksum_type) == (["SHA256"], "FULL_OBJECT")
    assert entry.last_modified == (await filled.head("ab")).last_modified
    assert entry.owner is None
    request.fetch_owner = True
    (entry,) = (await filled.do(request)).contents
    assert entry.owner.id == filled.account.canonical_id
    (entry,) = (await filled.do(types.ListObjectsInput(bucket="bucket", prefix="ab"))).contents
    assert entry.owner.id == filled.account.canonical_id


async def test_where_a_listing_begins(filled: Operations) -> None:
    output = await filled.do(types.ListObjectsV2Input(bucket="bucket", start_after="b/c/d"))
    assert names(output) == KEYS[7:]
    assert output.start_after == "b/c/d"
    output = await filled.do(
        types.ListObjectsV2Input(bucket="bucket", start_after="a", continuation_token=token("b/f"))
    )
    assert names(output) == KEYS[9:]
    output = await filled.do(types.ListObjectsInput(bucket="bucket", marker="b/c/d"))
    assert names(output) == KEYS[7:]
    assert output.marker == "b/c/d"


async def test_encoded_names(filled: Operations) -> None:
    request = types.ListObjectsV2Input(
        bucket="bucket", encoding_type="url", delimiter="d+", prefix="c ", start_after="\u0001"
    )
    output = await filled.do(request)
    assert output.encoding_type == "url"
    assert (output.prefix, output.delimiter, output.start_after) == ("c%20", "d%2B", "%01")
    assert [p.prefix for p in output.common_prefixes] == ["c%20d%2B"]
    output = await filled.do(types.ListObjectsInput(bucket="bucket", encoding_type="url"))
    assert [unquote(found.key) for found in output.contents] == KEYS
    assert output.contents[3].key == "a/1"
    assert all(found.key.isascii() for found in output.contents)
    output = await filled.do(
        types.ListObjectsInput(bucket="bucket", encoding_type="url", delimiter="/", max_keys=4, marker="A b")
    )
    assert (output.marker, output.next_marker) == ("A%20b", "b/")


async def test_no_keys_at_all(filled: Operations) -> None:
    for request in (
        types.ListObjectsInput(bucket="bucket", max_keys=0),
        types.ListObjectsV2Input(bucket="bucket", max_keys=0),
    ):
        output = await filled.do(request)
        assert names(output) == []
        assert output.is_truncated is False
        assert output.max_keys == 0


async def test_bounds(filled: Operations) -> None:
    output = await filled.do(types.ListObjectsV2Input(bucket="bucket", max_keys=5000))
    assert output.max_keys == 1000
    for request, message in (
        (types.ListObjectsInput(bucket="bucket", max_keys=-1), "Argument maxKeys must be an integer between"),
        (
            types.ListObjectsV2Input(bucket="bucket", max_keys=2**31),
            "Provided max-keys not an integer or",
        ),
        (types.ListObjectsV2Input(bucket="bucket", continuation_token="x"), "The continuation token"),
        (types.ListObjectsV2Input(bucket="bucket", continuation_token=""), "The continuation token"),
        (types.ListObjectsInput(bucket="bucket", encoding_type="x"), "Invalid Encoding Method"),
    ):
        error = await filled.refused(request)
        assert error.code == "InvalidArgument"
        assert error.message.startswith(message)
    assert (await filled.refused(types.ListObjectsInput(bucket="nowhere"))).code == "NoSuchBucket"


async def test_a_common_prefix_with_thousands_of_keys_under_it(s3: Operations, database: Database) -> None:
    """It is one entry of a page, and the page goes on behind all of it."""
    await s3.create()
    await s3.put("a/0")
    await database.execute(
        "INSERT INTO objects (bucket_id, key, size, etag, account_id) "
        "SELECT bucket_id, 'a/' || n, 0, 'e', account_id FROM objects, generate_series(1, 2500) n"
    )
    await s3.put("b")
    await s3.put("c/1")
    for page in (1, 2, 1000):
        found: list[str] = []
        marker = None
        while True:
            given = types.ListObjectsInput(bucket="bucket", delimiter="/", max_keys=page, marker=marker)
            output = await s3.do(given)
            found += names(output)
            if not output.is_truncated:
                break
            marker = output.next_marker
        assert found == ["a/", "b", "c/"]
