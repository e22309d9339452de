"""Storage classes are kept as given, the archive classes too, whose objects can be read at once."""

from __future__ import annotations

from typing import Any

import pytest

from s3gw.operations.properties import ARCHIVES, STORAGE_CLASSES
from s3gw.protocol import types
from tests.operations.operation_calls import Operations


async def test_each_class_is_shown_wherever_s3_shows_it(s3: Operations) -> None:
    await s3.create()
    for name in sorted(STORAGE_CLASSES):
        await s3.put(name, b"data", storage_class=name)
        await s3.multipart(f"{name}-parts", [b"data"], storage_class=name)
        source = types.CopyObjectInput(bucket="bucket", key=f"{name}-copy", copy_source=f"bucket/{name}")
        source.storage_class = name
        await s3.do(source)
        for key in (name, f"{name}-parts", f"{name}-copy"):
            got, body = await s3.get(key)
            assert body == b"data"
            shown = None if name == "STANDARD" else name
            assert (got.storage_class, (await s3.head(key)).storage_class) == (shown, shown)
            request = types.GetObjectAttributesInput(
                bucket="bucket", key=key, object_attributes=["StorageClass"]
            )
            assert (await s3.do(request)).storage_class == name
            assert (got.restore is not None) == (name in ARCHIVES)
    for kind in (types.ListObjectsInput, types.ListObjectsV2Input):
        listed = (await s3.do(kind(bucket="bucket"))).contents
        assert {entry.key: entry.storage_class for entry in listed} == classes(listed)
        assert all(entry.restore_status is None for entry in listed)
    listed = (await s3.do(types.ListObjectVersionsInput(bucket="bucket"))).entries
    assert {entry.key: entry.storage_class for entry in listed} == classes(listed)


def classes(listed: list[Any]) -> dict[str, str]:
    """What the keys of this test say of their classes."""
    return {entry.key: entry.key.partition("-")[0] for entry in listed}


async def test_an_archived_object_is_told_as_restored(s3: Operations) -> None:
    await s3.create()
    await s3.put("key", b"data", storage_class="DEEP_ARCHIVE")
    assert (await s3.head("key")).restore.startswith('ongoing-request="false", expiry-date="Fri, 31 Dec 9999')
    for kind in (types.ListObjectsInput, types.ListObjectsV2Input):
        (entry,) = (await s3.do(kind(bucket="bucket", optional_object_attributes=["RestoreStatus"]))).contents
        assert entry.restore_status.is_restore_in_progress is False
    await s3.do(restore("key", days=1, glacier_job_parameters=types.GlacierJobParameters(tier="Bulk")))
    copied = await s3.do(types.CopyObjectInput(bucket="bucket", key="copy", copy_source="bucket/key"))
    assert copied.copy_object_result.e_tag
    assert (await s3.head("copy")).restore is None


@pytest.mark.parametrize(
    ("key", "members", "code"),
    [
        ("plain", {"days": 1}, "InvalidObjectState"),
        ("missing", {"days": 1}, "NoSuchKey"),
        ("key", {}, "MalformedXML"),
        ("key", {"days": 0}, "MalformedXML"),
        ("key", {"days": 1, "tier": "Slow"}, "MalformedXML"),
        ("key", {"type": "SELECT"}, "NotImplemented"),
    ],
)
async def test_restores_that_are_refused(
    s3: Operations, key: str, members: dict[str, Any], code: str
) -> None:
    await s3.create()
    await s3.put("plain", b"data")
    await s3.put("key", b"data", storage_class="GLACIER")
    error = await s3.refused(restore(key, **members))
    assert error.code == code
    assert error.fields.get("StorageClass") == ("STANDARD" if key == "plain" else None)


def restore(key: str, **members: Any) -> types.RestoreObjectInput:
    """A request to restore a key."""
    return types.RestoreObjectInput(bucket="bucket", key=key, restore_request=types.RestoreRequest(**members))
