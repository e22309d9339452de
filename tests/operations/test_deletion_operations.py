"""DeleteObject and DeleteObjects."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from s3gw.protocol import types
from tests.operations.operation_calls import Operations


def batch(*entries: types.ObjectIdentifier, quiet: bool | None = None) -> types.DeleteObjectsInput:
    return types.DeleteObjectsInput(bucket="bucket", delete=types.Delete(objects=list(entries), quiet=quiet))


def entry(key: str | None, **members: Any) -> types.ObjectIdentifier:
    return types.ObjectIdentifier(key=key, **members)


async def keys_of(s3: Operations) -> list[str]:
    return [found.key for found in (await s3.do(types.ListObjectsV2Input(bucket="bucket"))).contents or []]


async def test_delete(s3: Operations) -> None:
    await s3.create()
    await s3.put("key", b"data" * 10_000)
    output = await s3.do(types.DeleteObjectInput(bucket="bucket", key="key"))
    assert output.version_id is None
    assert output.delete_marker is None
    assert (await s3.refused(types.GetObjectInput(bucket="bucket", key="key"))).code == "NoSuchKey"
    await s3.do(types.DeleteObjectInput(bucket="bucket", key="key"))
    error = await s3.refused(types.DeleteObjectInput(bucket="other", key="key"))
    assert error.code == "NoSuchBucket"


async def test_delete_of_versions(s3: Operations) -> None:
    await s3.create()
    await s3.put("key", b"data")
    for version_id in ("x" * 32, "x", ""):
        request = types.DeleteObjectInput(bucket="bucket", key="key", version_id=version_id)
        assert (await s3.refused(request)).code == "InvalidArgument"
    assert await keys_of(s3) == ["key"]
    await s3.do(types.DeleteObjectInput(bucket="bucket", key="key", version_id="null"))
    assert await keys_of(s3) == []


async def test_a_bypass_of_locks_that_are_not_there(s3: Operations) -> None:
    await s3.create()
    await s3.put("key", b"data")
    for bypass in (True, False):
        single = types.DeleteObjectInput(bucket="bucket", key="key", bypass_governance_retention=bypass)
        many = batch(entry("key"))
        many.bypass_governance_retention = bypass
        for request in (single, many):
            error = await s3.refused(request)
            assert (error.code, error.fields) == (
                "InvalidArgument",
                {"ArgumentName": "x-amz-bypass-governance-retention"},
            )
    assert await keys_of(s3) == ["key"]
    listed = batch(types.ObjectIdentifier(key="key", version_id="null"))  # sent by tools that empty buckets
    listed.bypass_governance_retention = True
    assert (await s3.do(listed)).errors is None
    assert await keys_of(s3) == []


async def test_conditional_delete(s3: Operations) -> None:
    await s3.create()
    tag = (await s3.put("key", b"data")).e_tag
    error = await s3.refused(types.DeleteObjectInput(bucket="bucket", key="key", if_match='"other"'))
    assert (error.status, error.fields) == (412, {"Condition": "If-Match"})
    await s3.do(types.DeleteObjectInput(bucket="bucket", key="key", if_match=tag))
    for value in (tag, "*"):
        error = await s3.refused(types.DeleteObjectInput(bucket="bucket", key="key", if_match=value))
        assert (error.status, error.code) == (404, "NoSuchKey")
    await s3.put("key", b"data")
    await s3.do(types.DeleteObjectInput(bucket="bucket", key="key", if_match="*"))
    assert await keys_of(s3) == []


async def test_conditions_on_time_and_size(s3: Operations) -> None:
    await s3.create()
    tag = (await s3.put("key", b"data")).e_tag
    modified = (await s3.head("key")).last_modified.replace(microsecond=0)
    earlier = modified - timedelta(seconds=1)
    wrong = [
        ({"if_match_size": 3}, "x-amz-if-match-size"),
        ({"if_match_size": 0}, "x-amz-if-match-size"),
        ({"if_match_last_modified_time": earlier}, "x-amz-if-match-last-modified-time"),
        ({"if_match_last_modified_time": modified, "if_match_size": 5}, "If-Match"),
        ({"if_match": '"other"', "if_match_size": 4}, "If-Match"),
        ({"if_match": tag, "if_match_last_modified_time": earlier}, "If-Match"),
    ]
    for members, named in wrong:
        error = await s3.refused(types.DeleteObjectInput(bucket="bucket", key="key", **members))
        assert (error.status, error.fields) == (412, {"Condition": named})
    right: list[dict[str, Any]] = [
        {"if_match_size": 4},
        {"if_match_last_modified_time": modified},
        {"if_match": tag, "if_match_last_modified_time": modified, "if_match_size": 4},
    ]
    for members in right:
        assert await keys_of(s3) == ["key"]
        await s3.do(types.DeleteObjectInput(bucket="bucket", key="key", **members))
        assert await keys_of(s3) == []
        if "if_match" not in members:  # what is not there is deleted already
            await s3.do(types.DeleteObjectInput(bucket="bucket", key="key", **members))
        await s3.put("key", b"data")
        modified = (await s3.head("key")).last_modified.replace(microsecond=0)
        right[-1]["if_match_last_modified_time"] = modified
        right[1]["if_match_last_modified_time"] = modified


async def test_conditions_on_versions(s3: Operations) -> None:
    await s3.create()
    await s3.do(
        types.PutBucketVersioningInput(
            bucket="bucket", versioning_configuration=types.VersioningConfiguration(status="Enabled")
        )
    )
    old = (await s3.put("key", b"1")).version_id
    await s3.put("key", b"22")
    delete = types.DeleteObjectInput
    error = await s3.refused(delete(bucket="bucket", key="key", if_match_size=1))
    assert error.code == "PreconditionFailed"
    error = await s3.refused(delete(bucket="bucket", key="key", version_id=old, if_match_size=2))
    assert error.code == "PreconditionFailed"
    assert (
        await s3.do(delete(bucket="bucket", key="key", version_id=old, if_match_size=1))
    ).version_id == old
    assert (await s3.do(delete(bucket="bucket", key="key", if_match_size=2))).delete_marker
    # A delete marker has neither bytes nor an ETag.
    for members in ({"if_match_size": 2}, {"if_match": "*"}, {"if_match": '"x"'}):
        error = await s3.refused(delete(bucket="bucket", key="key", **members))
        assert error.code == "PreconditionFailed"
    # A version that is gone was deleted already, whatever it had to be.
    for members in ({"if_match_size": 2}, {"if_match": "*"}, {"if_match": '"x"'}):
        await s3.do(delete(bucket="bucket", key="key", version_id=old, **members))
    entries = (await s3.do(types.ListObjectVersionsInput(bucket="bucket"))).entries
    assert [type(entry).__name__ for entry in entries] == ["DeleteMarkerEntry", "ObjectVersion"]


async def test_delete_many(s3: Operations) -> None:
    await s3.create()
    for key in ("a", "b", "c", "d"):
        await s3.put(key, key.encode())
    output = await s3.do(batch(entry("a"), entry("missing"), entry("c"), entry("a")))
    assert [deleted.key for deleted in output.deleted] == ["a", "missing", "c", "a"]
    assert output.errors is None
    assert await keys_of(s3) == ["b", "d"]
    quiet = await s3.do(batch(entry("b"), quiet=True))
    assert quiet.deleted is None
    assert await keys_of(s3) == ["d"]


async def test_every_key_has_its_own_outcome(s3: Operations) -> None:
    await s3.create()
    tags = {key: (await s3.put(key, key.encode())).e_tag for key in "abcdef"}
    output = await s3.do(
        batch(
            entry("a", e_tag=tags["a"]),
            entry("b", e_tag=tags["a"]),
            entry("missing", e_tag=tags["a"]),
            entry("c", version_id="bad id"),
            entry("d", size=2),
            entry("f", size=1),
            entry("none", size=1),
            entry("k" * 1025),
            entry("e", version_id="null"),
        )
    )
    assert [deleted.key for deleted in output.deleted] == ["a", "f", "none", "e"]
    assert [(error.key[:9], error.code) for error in output.errors] == [
        ("b", "PreconditionFailed"),
        ("missing", "NoSuchKey"),
        ("c", "NoSuchVersion"),
        ("d", "PreconditionFailed"),
        ("k" * 9, "KeyTooLongError"),
    ]
    assert await keys_of(s3) == ["b", "c", "d"]


async def test_the_number_of_keys(s3: Operations) -> None:
    await s3.create()
    await s3.put("0", b"")
    assert len((await s3.do(batch(*(entry(str(n)) for n in range(1000))))).deleted) == 1000
    for request in (
        batch(*(entry(str(n)) for n in range(1001))),
        batch(),
        batch(entry("")),
        batch(entry(None)),
        types.DeleteObjectsInput(bucket="bucket"),
    ):
        assert (await s3.refused(request)).code == "MalformedXML"
