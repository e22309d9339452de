"""Versioning through the operations: who is current, what is shown, what is gone."""

from __future__ import annotations

from typing import Any

import pytest

from s3gw.db.pool import Database
from s3gw.protocol import types
from tests import invariants
from tests.operations.operation_calls import Operations, md5


@pytest.fixture
async def versioned(s3: Operations) -> Operations:
    """With a bucket that keeps versions."""
    await s3.create()
    await switch(s3, "Enabled")
    return s3


async def switch(s3: Operations, status: str | None, **members: Any) -> Any:
    configuration = types.VersioningConfiguration(status=status, mfa_delete=members.pop("mfa_delete", None))
    return await s3.do(
        types.PutBucketVersioningInput(bucket="bucket", versioning_configuration=configuration, **members)
    )


async def delete(s3: Operations, key: str, version_id: str | None = None, **members: Any) -> Any:
    return await s3.do(types.DeleteObjectInput(bucket="bucket", key=key, version_id=version_id, **members))


async def listed(s3: Operations, **members: Any) -> list[tuple[str, str, bool, str]]:
    """Key, version id, whether latest, and what: an ETag or "marker"."""
    page = await s3.do(types.ListObjectVersionsInput(bucket="bucket", **members))
    return [(v.key, v.version_id, v.is_latest, getattr(v, "e_tag", "marker")) for v in page.entries]


async def current_keys(s3: Operations) -> list[str]:
    return [found.key for found in (await s3.do(types.ListObjectsV2Input(bucket="bucket"))).contents or []]


async def test_the_state_of_a_bucket(s3: Operations, database: Database) -> None:
    await s3.create()
    question = types.GetBucketVersioningInput(bucket="bucket")
    assert (await s3.do(question)).status is None
    for status in ("Enabled", "Enabled", "Suspended", "Enabled"):
        await switch(s3, status)
        assert (await s3.do(question)).status == status
    refused: list[tuple[types.VersioningConfiguration | None, str | None, str]] = [
        (types.VersioningConfiguration(), None, "IllegalVersioningConfigurationException"),
        (None, None, "IllegalVersioningConfigurationException"),
        (types.VersioningConfiguration(status="enabled"), None, "MalformedXML"),
        (types.VersioningConfiguration(status="Enabled", mfa_delete="Enabled"), None, "AccessDenied"),
        (types.VersioningConfiguration(status="Enabled", mfa_delete="Enabled"), "s 1", "NotImplemented"),
    ]
    for configuration, mfa, code in refused:
        request = types.PutBucketVersioningInput(
            bucket="bucket", versioning_configuration=configuration, mfa=mfa
        )
        assert (await s3.refused(request)).code == code
    await switch(s3, "Enabled", mfa_delete="Disabled")
    await database.execute("UPDATE buckets SET object_lock = true")
    suspended = types.PutBucketVersioningInput(
        bucket="bucket", versioning_configuration=types.VersioningConfiguration(status="Suspended")
    )
    assert (await s3.refused(suspended)).code == "InvalidBucketState"
    suspended.bucket = "other"
    assert (await s3.refused(suspended)).code == "NoSuchBucket"


async def test_versions_of_a_key(s3: Operations, database: Database) -> None:
    await s3.create()
    assert (await s3.put("key", b"zero")).version_id is None
    assert (await s3.get("key"))[0].version_id is None
    await switch(s3, "Enabled")
    assert (await s3.get("key"))[0].version_id == "null"
    first = (await s3.put("key", b"first")).version_id
    second = (await s3.multipart("key", [b"second"])).version_id
    third = await s3.do(
        types.CopyObjectInput(bucket="bucket", key="key", copy_source="bucket/key?versionId=null")
    )
    assert third.copy_source_version_id == "null"
    assert len({first, second, third.version_id, "null"}) == 4
    contents = {"null": b"zero", first: b"first", second: b"second", third.version_id: b"zero"}
    for version_id, data in contents.items():
        output, read = await s3.get("key", version_id=version_id)
        assert (output.version_id, read) == (version_id, data)
        assert (await s3.head("key", version_id=version_id)).content_length == len(data)
    assert [row[1:3] for row in await listed(s3)] == [
        (third.version_id, True),
        (second, False),
        (first, False),
        ("null", False),
    ]
    missing = types.GetObjectInput(bucket="bucket", key="key", version_id="f" * 32)
    assert (await s3.refused(missing)).code == "NoSuchVersion"
    missing.version_id = "short"
    assert (await s3.refused(missing)).code == "InvalidArgument"

    output = await delete(s3, "key", third.version_id)
    assert (output.version_id, output.delete_marker) == (third.version_id, None)
    assert (await s3.get("key"))[1] == b"second"
    await delete(s3, "key", first)
    assert [row[1:3] for row in await listed(s3)] == [(second, True), ("null", False)]
    await delete(s3, "key", first)
    await delete(s3, "key", second)
    await delete(s3, "key", "null")
    assert await listed(s3) == []
    assert await invariants.check_versions(database) == []


async def test_delete_markers(versioned: Operations, database: Database) -> None:
    s3 = versioned
    kept = (await s3.put("key", b"data")).version_id
    made = await delete(s3, "key")
    assert made.delete_marker
    error = await s3.refused(types.GetObjectInput(bucket="bucket", key="key"))
    assert (error.code, error.headers) == (
        "NoSuchKey",
        {"x-amz-delete-marker": "true", "x-amz-version-id": made.version_id},
    )
    for shape in (types.GetObjectInput, types.HeadObjectInput):
        error = await s3.refused(shape(bucket="bucket", key="key", version_id=made.version_id))
        assert (error.code, error.status) == ("MethodNotAllowed", 405)
        assert error.headers["Allow"] == "DELETE"
        assert error.headers["x-amz-delete-marker"] == "true"
        assert "Last-Modified" in error.headers
    assert await current_keys(s3) == []
    assert await listed(s3) == [
        ("key", made.version_id, True, "marker"),
        ("key", kept, False, md5(b"data")),
    ]

    source = types.CopyObjectInput(bucket="bucket", key="copy", copy_source="bucket/key")
    assert (await s3.refused(source)).code == "NoSuchKey"
    source.copy_source = f"bucket/key?versionId={made.version_id}"
    assert (await s3.refused(source)).code == "InvalidRequest"

    error = await s3.refused(types.PutObjectInput(bucket="bucket", key="key", if_match="*"))
    assert error.code == "NoSuchKey"
    error = await s3.refused(types.DeleteObjectInput(bucket="bucket", key="key", if_match="*"))
    assert error.code == "PreconditionFailed"
    again = (await s3.put("key", b"again", if_none_match="*")).version_id
    error = await s3.refused(types.PutObjectInput(bucket="bucket", key="key", if_none_match="*"))
    assert error.code == "PreconditionFailed"
    output = await delete(s3, "key", again)
    assert output.delete_marker is None
    output = await delete(s3, "key", made.version_id)
    assert (output.delete_marker, output.version_id) == (True, made.version_id)
    assert (await s3.get("key"))[1] == b"data"

    absent = await delete(s3, "absent")
    assert absent.delete_marker
    error = await s3.refused(types.DeleteBucketInput(bucket="bucket"))
    assert error.code == "BucketNotEmpty"
    assert error.message.endswith("is not empty. You must delete all versions in the bucket.")
    await delete(s3, "absent", absent.version_id)
    await delete(s3, "key", kept)
    await s3.do(types.DeleteBucketInput(bucket="bucket"))
    assert await invariants.check_versions(database) == []


async def test_a_suspended_bucket_has_one_null_version(versioned: Operations, database: Database) -> None:
    s3 = versioned
    kept = (await s3.put("key", b"kept")).version_id
    await switch(s3, "Suspended")
    assert (await s3.put("key", b"null 1" * 4000)).version_id is None
    assert (await s3.put("key", b"null 2" * 4000)).version_id is None
    assert (await s3.get("key"))[0].version_id == "null"
    assert [row[1:3] for row in await listed(s3)] == [("null", True), (kept, False)]
    await switch(s3, "Enabled")
    newest = (await s3.put("key", b"newest")).version_id
    await switch(s3, "Suspended")
    assert [row[1] for row in await listed(s3)] == [newest, "null", kept]
    marker = await delete(s3, "key")
    assert (marker.delete_marker, marker.version_id) == (True, "null")
    assert await listed(s3) == [
        ("key", "null", True, "marker"),
        ("key", newest, False, md5(b"newest")),
        ("key", kept, False, md5(b"kept")),
    ]
    trashed = await database.fetchval("SELECT count(*) FROM trash")
    assert trashed == 2
    output = await delete(s3, "key", "null")
    assert (output.delete_marker, output.version_id) == (True, "null")
    assert (await s3.get("key"))[1] == b"newest"
    await s3.put("key", b"null 3")
    await delete(s3, "key", "null")
    assert (await s3.get("key"))[0].version_id == newest
    assert await invariants.check_versions(database) == []


async def test_many_deletions(versioned: Operations) -> None:
    s3 = versioned
    first = (await s3.put("a", b"1")).version_id
    second = (await s3.put("a", b"2")).version_id
    await s3.put("b", b"1")
    objects = [
        types.ObjectIdentifier(key="a", version_id=first),
        types.ObjectIdentifier(key="b"),
        types.ObjectIdentifier(key="c"),
        types.ObjectIdentifier(key="a", version_id="nonsense"),
        types.ObjectIdentifier(key="a", version_id="e" * 32),
        types.ObjectIdentifier(key="b", e_tag='"other"'),
    ]
    output = await s3.do(types.DeleteObjectsInput(bucket="bucket", delete=types.Delete(objects=objects)))
    shown = {(d.key, d.version_id): (d.delete_marker, d.delete_marker_version_id) for d in output.deleted}
    assert shown.keys() == {("a", first), ("b", None), ("c", None), ("a", "e" * 32)}
    assert shown["a", first] == shown["a", "e" * 32] == (None, None)
    assert [(e.key, e.code) for e in output.errors] == [("a", "NoSuchVersion"), ("b", "PreconditionFailed")]
    marker = shown["b", None][1]
    assert shown["b", None][0]
    objects = [types.ObjectIdentifier(key="b", version_id=marker)]
    output = await s3.do(types.DeleteObjectsInput(bucket="bucket", delete=types.Delete(objects=objects)))
    (deleted,) = output.deleted
    assert (deleted.version_id, deleted.delete_marker, deleted.delete_marker_version_id) == (
        marker,
        True,
        marker,
    )
    assert await current_keys(s3) == ["a", "b"]
    assert (await s3.get("a"))[0].version_id == second


async def test_listing_in_pages(versioned: Operations) -> None:
    s3 = versioned
    for key in ("a/1", "b", "b", "b", "c d", "e/1", "e/2"):
        await s3.put(key, key.encode())
    await delete(s3, "b")
    everything = await listed(s3)
    assert [row[0] for row in everything] == ["a/1", "b", "b", "b", "b", "c d", "e/1", "e/2"]
    for size in (1, 2, 3):
        found: list[Any] = []
        markers: dict[str, Any] = {}
        while True:
            page = await s3.do(types.ListObjectVersionsInput(bucket="bucket", max_keys=size, **markers))
            assert len(page.entries) <= size
            found += [(v.key, v.version_id) for v in page.entries]
            if not page.is_truncated:
                break
            markers = {
                "key_marker": page.next_key_marker,
                "version_id_marker": page.next_version_id_marker,
            }
        assert found == [row[:2] for row in everything]
    page = await s3.do(types.ListObjectVersionsInput(bucket="bucket", delimiter="/", max_keys=1))
    assert [p.prefix for p in page.common_prefixes] == ["a/"]
    assert (page.is_truncated, page.next_key_marker, page.next_version_id_marker) == (True, "a/", None)
    page = await s3.do(types.ListObjectVersionsInput(bucket="bucket", delimiter="/", key_marker="a/"))
    assert [p.prefix for p in page.common_prefixes] == ["e/"]
    assert len(page.entries) == 5
    page = await s3.do(types.ListObjectVersionsInput(bucket="bucket", prefix="c", encoding_type="url"))
    assert [v.key for v in page.entries] == ["c%20d"]
    page = await s3.do(types.ListObjectVersionsInput(bucket="bucket", max_keys=0))
    assert (page.entries, page.is_truncated) == ([], False)
    error = await s3.refused(types.ListObjectVersionsInput(bucket="bucket", version_id_marker="null"))
    assert (error.code, error.fields["ArgumentName"]) == ("InvalidArgument", "version-id-marker")
    error = await s3.refused(
        types.ListObjectVersionsInput(bucket="bucket", key_marker="b", version_id_marker="?")
    )
    assert error.code == "InvalidArgument"


async def test_a_completion_repeated_tells_its_version(versioned: Operations) -> None:
    s3 = versioned
    upload = await s3.begin("key")
    part = await s3.part("key", upload, 1, b"part")
    done = [types.CompletedPart(part_number=1, e_tag=part.e_tag)]
    first = await s3.complete("key", upload, done)
    assert first.version_id
    assert (await s3.complete("key", upload, done)).version_id == first.version_id
    assert len(await listed(s3)) == 1


async def test_restoring_a_version_by_copying_it_onto_its_key(versioned: Operations) -> None:
    s3 = versioned
    first = (await s3.put("key", b"first")).version_id
    await s3.put("key", b"second")
    same = types.CopyObjectInput(bucket="bucket", key="key", copy_source="bucket/key")
    assert (await s3.refused(same)).code == "InvalidRequest"
    same.copy_source = f"bucket/key?versionId={first}"
    output = await s3.do(same)
    assert (output.copy_source_version_id, (await s3.get("key"))[1]) == (first, b"first")
    assert len(await listed(s3)) == 3
