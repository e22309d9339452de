"""Buckets at the level of operations."""

from __future__ import annotations

import dataclasses

import pytest

from s3gw.protocol import types
from tests.operations.operation_calls import Gateway


async def test_create_head_delete(gateway: Gateway) -> None:
    created = await gateway.do(types.CreateBucketInput(bucket="bucket"))
    assert created.location == "/bucket"
    head = await gateway.do(types.HeadBucketInput(bucket="bucket"))
    assert head.bucket_region == "us-east-1"
    await gateway.do(types.DeleteBucketInput(bucket="bucket"))
    error = await gateway.refused(types.HeadBucketInput(bucket="bucket"))
    assert (error.code, error.fields) == ("NoSuchBucket", {"BucketName": "bucket"})
    assert (await gateway.refused(types.DeleteBucketInput(bucket="bucket"))).code == "NoSuchBucket"


async def test_creating_again_is_the_owners_right(gateway: Gateway) -> None:
    await gateway.create()
    await gateway.put("key", b"data")
    await gateway.create()
    assert (await gateway.get("key"))[1] == b"data"
    stranger = dataclasses.replace(gateway.account, id=gateway.account.id + 1)
    error = await gateway.refused(types.CreateBucketInput(bucket="bucket"), account=stranger)
    assert (error.status, error.code) == (409, "BucketAlreadyExists")


async def test_a_bucket_with_objects_stays(gateway: Gateway) -> None:
    await gateway.create()
    await gateway.put("key", b"")
    error = await gateway.refused(types.DeleteBucketInput(bucket="bucket"))
    assert (error.status, error.code) == (409, "BucketNotEmpty")
    await gateway.do(types.DeleteObjectInput(bucket="bucket", key="key"))
    await gateway.do(types.DeleteBucketInput(bucket="bucket"))


async def test_case_16_a_bucket_of_dots(gateway: Gateway) -> None:
    for request in (
        types.CreateBucketInput(bucket=".."),
        types.HeadBucketInput(bucket=".."),
        types.DeleteBucketInput(bucket=".."),
        types.GetObjectInput(bucket="..", key="k"),
        types.PutObjectInput(bucket="..", key="k"),
        types.ListObjectsV2Input(bucket=".."),
    ):
        assert (await gateway.refused(request)).code == "InvalidBucketName"


@pytest.mark.parametrize("constraint", [None, "", "us-east-1"])
async def test_locations_that_are_here(gateway: Gateway, constraint: str | None) -> None:
    configuration = types.CreateBucketConfiguration(location_constraint=constraint)
    await gateway.do(types.CreateBucketInput(bucket="bucket", create_bucket_configuration=configuration))
    location = await gateway.do(types.GetBucketLocationInput(bucket="bucket"))
    assert not location.location_constraint


@pytest.mark.parametrize(
    ("constraint", "code"),
    [
        ("eu-west-1", "IllegalLocationConstraintException"),
        ("EU", "IllegalLocationConstraintException"),
        ("us-gov-west-1", "IllegalLocationConstraintException"),
        ("moon", "InvalidLocationConstraint"),
    ],
)
async def test_locations_that_are_elsewhere(gateway: Gateway, constraint: str, code: str) -> None:
    configuration = types.CreateBucketConfiguration(location_constraint=constraint)
    request = types.CreateBucketInput(bucket="bucket", create_bucket_configuration=configuration)
    assert (await gateway.refused(request)).code == code


@pytest.mark.parametrize(
    "members",
    [
        {"acl": "public-read"},
        {"grant_read": 'uri="http://acs.amazonaws.com/groups/global/AllUsers"'},
        {"object_lock_enabled_for_bucket": True},
        {"object_ownership": "ObjectWriter"},
        {"bucket_namespace": "account-regional"},
        {
            "create_bucket_configuration": types.CreateBucketConfiguration(
                tags=[types.Tag(key="a", value="b")]
            )
        },
    ],
)
async def test_settings_that_are_refused(gateway: Gateway, members: dict[str, object]) -> None:
    error = await gateway.refused(types.CreateBucketInput(bucket="bucket", **members))  # type: ignore[arg-type]
    assert error.status == 501
    assert (await gateway.refused(types.HeadBucketInput(bucket="bucket"))).code == "NoSuchBucket"


async def test_settings_that_change_nothing(gateway: Gateway) -> None:
    await gateway.do(
        types.CreateBucketInput(bucket="bucket", acl="private", object_ownership="BucketOwnerEnforced")
    )


async def test_list_buckets(gateway: Gateway) -> None:
    for name in ("bbb", "aaa", "abc", "abd"):
        await gateway.create(name)
    everything = await gateway.do(types.ListBucketsInput())
    assert [bucket.name for bucket in everything.buckets] == ["aaa", "abc", "abd", "bbb"]
    assert everything.owner.id == gateway.account.canonical_id
    assert everything.continuation_token is None
    assert everything.buckets[0].bucket_region is None
    pages = []
    token = None
    while True:
        page = await gateway.do(types.ListBucketsInput(max_buckets=2, prefix="a", continuation_token=token))
        assert {bucket.bucket_region for bucket in page.buckets} == {"us-east-1"}
        pages.append([bucket.name for bucket in page.buckets])
        token = page.continuation_token
        if token is None:
            break
    assert pages == [["aaa", "abc"], ["abd"]]
    assert not (await gateway.do(types.ListBucketsInput(bucket_region="eu-west-1"))).buckets


@pytest.mark.parametrize("number", [0, -1, 10001])
async def test_list_buckets_bounds(gateway: Gateway, number: int) -> None:
    assert (await gateway.refused(types.ListBucketsInput(max_buckets=number))).code == "InvalidArgument"


async def test_list_buckets_bad_token(gateway: Gateway) -> None:
    assert (await gateway.refused(types.ListBucketsInput(continuation_token="?"))).code == "InvalidArgument"


async def test_the_expected_owner_is_checked(gateway: Gateway) -> None:
    await gateway.create()
    await gateway.put("key", b"data", expected_bucket_owner=gateway.account.canonical_id)
    for request in (
        types.HeadBucketInput(bucket="bucket", expected_bucket_owner="x"),
        types.DeleteBucketInput(bucket="bucket", expected_bucket_owner="x"),
        types.PutObjectInput(bucket="bucket", key="key", expected_bucket_owner="x"),
        types.GetObjectInput(bucket="bucket", key="key", expected_bucket_owner="x"),
        types.DeleteObjectInput(bucket="bucket", key="key", expected_bucket_owner="x"),
        types.ListObjectsInput(bucket="bucket", expected_bucket_owner="x"),
        types.CopyObjectInput(
            bucket="bucket", key="copy", copy_source="bucket/key", expected_source_bucket_owner="x"
        ),
    ):
        assert (await gateway.refused(request)).code == "AccessDenied"
    assert (await gateway.get("key"))[1] == b"data"
