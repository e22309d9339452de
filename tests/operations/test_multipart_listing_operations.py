"""ListParts and ListMultipartUploads."""

from __future__ import annotations

from typing import Any

import pytest

from s3gw.protocol import types
from tests.operations.operation_calls import Operations, md5


async def test_parts_in_pages(s3: Operations) -> None:
    await s3.create()
    upload_id = await s3.begin("key", storage_class="STANDARD_IA")
    numbers = [1, 2, 5, 10000]
    for number in reversed(numbers):
        await s3.part("key", upload_id, number, str(number).encode())
    found: list[int] = []
    marker = None
    while True:
        request = types.ListPartsInput(
            bucket="bucket", key="key", upload_id=upload_id, max_parts=3, part_number_marker=marker
        )
        page = await s3.do(request)
        assert page.part_number_marker == (marker or 0)
        assert (page.storage_class, page.max_parts) == ("STANDARD_IA", 3)
        assert page.owner.id == page.initiator.id == s3.account.canonical_id
        for part in page.parts:
            assert part.e_tag == md5(str(part.part_number).encode())
            assert part.size == len(str(part.part_number))
            assert part.last_modified is not None
        found += [part.part_number for part in page.parts]
        marker = page.next_part_number_marker
        assert marker == found[-1]
        if not page.is_truncated:
            break
    assert found == numbers
    empty = await s3.do(types.ListPartsInput(bucket="bucket", key="key", upload_id=upload_id, max_parts=0))
    assert (empty.parts, empty.is_truncated) == ([], False)


async def test_bounds_of_parts(s3: Operations) -> None:
    await s3.create()
    cases: list[dict[str, Any]] = [{"max_parts": -1}, {"part_number_marker": -1}]
    for members in cases:
        upload_id = await s3.begin("key")
        request = types.ListPartsInput(bucket="bucket", key="key", upload_id=upload_id, **members)
        assert (await s3.refused(request)).code == "InvalidArgument"


@pytest.fixture
async def begun(s3: Operations) -> tuple[Operations, list[tuple[str, str]]]:
    """Uploads in progress: keys and ids in the order of a listing."""
    await s3.create()
    keys = ["a", "a", "a", "b/1", "b/2", "c d", "\u00e9"]
    return s3, [(key, await s3.begin(key)) for key in keys]


async def test_uploads_in_pages(begun: tuple[Operations, list[tuple[str, str]]]) -> None:
    for page in [1, 2, 1000]:
        s3, expected = begun
        found: list[tuple[str, str]] = []
        key_marker = id_marker = None
        while True:
            output = await s3.do(
                types.ListMultipartUploadsInput(
                    bucket="bucket", max_uploads=page, key_marker=key_marker, upload_id_marker=id_marker
                )
            )
            found += [(upload.key, upload.upload_id) for upload in output.uploads]
            if not output.is_truncated:
                assert (output.next_key_marker, output.next_upload_id_marker) == expected[-1]
                break
            key_marker, id_marker = output.next_key_marker, output.next_upload_id_marker
        assert found == expected


async def test_uploads_by_prefix_and_delimiter(begun: tuple[Operations, list[tuple[str, str]]]) -> None:
    s3, expected = begun
    output = await s3.do(types.ListMultipartUploadsInput(bucket="bucket", delimiter="/"))
    assert [upload.key for upload in output.uploads] == ["a", "a", "a", "c d", "\u00e9"]
    assert [prefix.prefix for prefix in output.common_prefixes] == ["b/"]
    output = await s3.do(types.ListMultipartUploadsInput(bucket="bucket", prefix="b/"))
    assert [upload.upload_id for upload in output.uploads] == [expected[3][1], expected[4][1]]
    output = await s3.do(types.ListMultipartUploadsInput(bucket="bucket", encoding_type="url", prefix="c "))
    assert (output.prefix, output.uploads[0].key) == ("c%20", "c%20d")


async def test_an_id_marker_counts_only_with_a_key(begun: tuple[Operations, list[tuple[str, str]]]) -> None:
    s3, expected = begun
    request = types.ListMultipartUploadsInput(bucket="bucket", upload_id_marker=expected[1][1])
    assert len((await s3.do(request)).uploads) == len(expected)
    request.key_marker = "a"
    assert [upload.upload_id for upload in (await s3.do(request)).uploads] == [
        upload_id for _, upload_id in expected[2:]
    ]
    for marker in ("none", expected[1][1] + "0", expected[1][1].upper() + "\n"):
        request.upload_id_marker = marker
        error = await s3.refused(request)
        assert (error.code, error.message) == ("InvalidArgument", "Invalid uploadId marker")
        assert error.fields == {"ArgumentName": "upload-id-marker", "ArgumentValue": marker}
    request.upload_id_marker = None
    assert [upload.key for upload in (await s3.do(request)).uploads] == ["b/1", "b/2", "c d", "\u00e9"]


async def test_what_an_upload_shows(s3: Operations) -> None:
    await s3.create()
    await s3.begin("key", checksum_algorithm="SHA256", storage_class="STANDARD_IA")
    (upload,) = (await s3.do(types.ListMultipartUploadsInput(bucket="bucket"))).uploads
    assert (upload.checksum_algorithm, upload.checksum_type) == ("SHA256", "COMPOSITE")
    assert upload.storage_class == "STANDARD_IA"
    assert upload.initiated is not None
    assert upload.owner.id == upload.initiator.id == s3.account.canonical_id


async def test_bounds_of_uploads(s3: Operations) -> None:
    await s3.create()
    request = types.ListMultipartUploadsInput(bucket="bucket", max_uploads=-1)
    assert (await s3.refused(request)).code == "InvalidArgument"
    request = types.ListMultipartUploadsInput(bucket="bucket", encoding_type="x")
    assert (await s3.refused(request)).code == "InvalidArgument"
    output = await s3.do(types.ListMultipartUploadsInput(bucket="bucket", max_uploads=0))
    assert (output.uploads, output.is_truncated) == ([], False)
    assert (await s3.refused(types.ListMultipartUploadsInput(bucket="nowhere"))).code == "NoSuchBucket"


async def test_ids_are_unguessable_and_fit_a_url(begun: tuple[Operations, list[tuple[str, str]]]) -> None:
    _, expected = begun
    ids = [upload_id for _, upload_id in expected]
    assert len(set(ids)) == len(ids)
    for upload_id in ids:
        assert len(upload_id) >= 32
        assert set(upload_id) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.")
