"""Buckets at the level of operations."""

from __future__ import annotations

import dataclasses
from dataclasses import replace
from typing import Any

import pytest

from s3gw.access.principals import account_number
from s3gw.db import buckets
from s3gw.protocol import types
from tests.operations.operation_calls import Operations


async def test_create_head_delete(s3: Operations) -> None:
    created = await s3.do(types.CreateBucketInput(bucket="bucket"))
    assert created.location == "/bucket"
    head = await s3.do(types.HeadBucketInput(bucket="bucket"))
    assert head.bucket_region == "us-east-1"
    await s3.do(types.DeleteBucketInput(bucket="bucket"))
    error = await s3.refused(types.HeadBucketInput(bucket="bucket"))
    assert (error.code, error.fields) == ("NoSuchBucket", {"BucketName": "bucket"})
    assert (await s3.refused(types.DeleteBucketInput(bucket="bucket"))).code == "NoSuchBucket"


async def test_creating_again_is_the_owners_right(s3: Operations) -> None:
    await s3.create()
    await s3.put("key", b"data")
    await s3.create()
    assert (await s3.get("key"))[1] == b"data"
    stranger = dataclasses.replace(s3.account, id=s3.account.id + 1)
    error = await s3.refused(types.CreateBucketInput(bucket="bucket"), account=stranger)
    assert (error.status, error.code) == (409, "BucketAlreadyExists")


async def test_a_bucket_with_objects_stays(s3: Operations) -> None:
    await s3.create()
    await s3.put("key", b"")
    error = await s3.refused(types.DeleteBucketInput(bucket="bucket"))
    assert (error.status, error.code) == (409, "BucketNotEmpty")
    await s3.do(types.DeleteObjectInput(bucket="bucket", key="key"))
    await s3.do(types.DeleteBucketInput(bucket="bucket"))


async def test_case_16_a_bucket_of_dots(s3: Operations) -> None:
    for request in (
        types.CreateBucketInput(bucket=".."),
        types.HeadBucketInput(bucket=".."),
        types.DeleteBucketInput(bucket=".."),
        types.GetObjectInput(bucket="..", key="k"),
        types.PutObjectInput(bucket="..", key="k"),
        types.ListObjectsV2Input(bucket=".."),
    ):
        assert (await s3.refused(request)).code == "InvalidBucketName"


@pytest.mark.parametrize("constraint", [None, "us-east-1"])
async def test_locations_that_are_here(s3: Operations, constraint: str | None) -> None:
    configuration = types.CreateBucketConfiguration(location_constraint=constraint)
    await s3.do(types.CreateBucketInput(bucket="bucket", create_bucket_configuration=configuration))
    location = await s3.do(types.GetBucketLocationInput(bucket="bucket"))
    assert not location.location_constraint


async def test_a_bucket_that_keeps_no_versions(s3: Operations) -> None:
    await s3.do(types.CreateBucketInput(bucket="bucket"))
    versioning = await s3.do(types.GetBucketVersioningInput(bucket="bucket"))
    assert versioning.status is None
    error = await s3.refused(types.GetBucketVersioningInput(bucket="absent"))
    assert error.code == "NoSuchBucket"


async def _located(s3: Operations, bucket: str, constraint: str) -> str | None:
    configuration = types.CreateBucketConfiguration(location_constraint=constraint)
    await s3.do(types.CreateBucketInput(bucket=bucket, create_bucket_configuration=configuration))
    located = await s3.do(types.GetBucketLocationInput(bucket=bucket))
    assert (await s3.do(types.HeadBucketInput(bucket=bucket))).bucket_region == located.location_constraint
    constraint_shown: str | None = located.location_constraint
    return constraint_shown


async def test_the_first_region_takes_buckets_for_any_other(s3: Operations) -> None:
    assert await _located(s3, "known", "eu-west-1") == "eu-west-1"
    assert await _located(s3, "older", "EU") == "eu-west-1"
    for constraint in ("moon", ""):
        configuration = types.CreateBucketConfiguration(location_constraint=constraint)
        request = types.CreateBucketInput(bucket="bucket", create_bucket_configuration=configuration)
        error = await s3.refused(request)
        assert (error.code, error.fields) == ("InvalidLocationConstraint", {"LocationConstraint": constraint})


async def test_another_region_takes_buckets_for_those_it_is_told_of(s3: Operations) -> None:
    settings = replace(s3.services.settings, region="eu-west-1", regions=("moon", "us-west-2"))
    there = replace(s3, services=replace(s3.services, settings=settings))
    assert await _located(there, "here", "EU") == "eu-west-1"
    assert await _located(there, "on-the-moon", "moon") == "moon"
    for constraint, code in [
        ("us-west-2", None),
        ("us-east-1", "IllegalLocationConstraintException"),
        ("us-gov-west-1", "IllegalLocationConstraintException"),
        ("mars", "InvalidLocationConstraint"),
    ]:
        configuration = types.CreateBucketConfiguration(location_constraint=constraint)
        request = types.CreateBucketInput(bucket="bucket", create_bucket_configuration=configuration)
        if code is None:
            await there.do(request)
        else:
            assert (await there.refused(request)).code == code


async def test_settings_that_are_refused(s3: Operations) -> None:
    cases: list[dict[str, Any]] = [
        {"bucket_namespace": "account-regional"},
        {
            "create_bucket_configuration": types.CreateBucketConfiguration(
                location=types.LocationInfo(type="AvailabilityZone")
            )
        },
    ]
    for members in cases:
        error = await s3.refused(types.CreateBucketInput(bucket="bucket", **members))
        assert error.status == 501
        assert (await s3.refused(types.HeadBucketInput(bucket="bucket"))).code == "NoSuchBucket"


@pytest.mark.parametrize(
    ("members", "message"),
    [
        ({"acl": "everyone"}, ""),
        ({"object_ownership": "Everyone"}, "Invalid x-amz-object-ownership header: Everyone"),
        ({"object_ownership": ""}, "Invalid x-amz-object-ownership header: "),
    ],
)
async def test_settings_that_do_not_exist(s3: Operations, members: dict[str, Any], message: str) -> None:
    error = await s3.refused(types.CreateBucketInput(bucket="bucket", **members))
    assert (error.code, error.message) == ("InvalidArgument", message)
    assert error.fields["ArgumentName"] == f"x-amz-{next(iter(members)).replace('_', '-')}"
    assert (await s3.refused(types.HeadBucketInput(bucket="bucket"))).code == "NoSuchBucket"


async def test_tags_of_a_new_bucket(s3: Operations) -> None:
    tags = [types.Tag(key="a", value="b"), types.Tag(key="s3gw:chunking", value="fixed-4m")]
    configuration = types.CreateBucketConfiguration(tags=tags)
    await s3.do(types.CreateBucketInput(bucket="bucket", create_bucket_configuration=configuration))
    assert (await s3.do(types.GetBucketTaggingInput(bucket="bucket"))).tag_set == tags
    made = await buckets.get(s3.services.db, "bucket")
    assert made is not None
    assert made.chunking == "fixed-4m"
    for tag in (types.Tag(key="k" * 200, value=""), types.Tag(key="s3gw:chunking", value="none")):
        configuration = types.CreateBucketConfiguration(tags=[tag])
        request = types.CreateBucketInput(bucket="other", create_bucket_configuration=configuration)
        assert (await s3.refused(request)).code == "InvalidTag"
        assert (await s3.refused(types.HeadBucketInput(bucket="other"))).code == "NoSuchBucket"


async def test_settings_that_change_nothing(s3: Operations) -> None:
    await s3.do(
        types.CreateBucketInput(bucket="bucket", acl="private", object_ownership="BucketOwnerEnforced")
    )


async def test_list_buckets(s3: Operations) -> None:
    for name in ("bbb", "aaa", "abc", "abd"):
        await s3.create(name)
    everything = await s3.do(types.ListBucketsInput())
    assert [bucket.name for bucket in everything.buckets] == ["aaa", "abc", "abd", "bbb"]
    assert everything.owner.id == s3.account.canonical_id
    assert everything.continuation_token is None
    assert everything.buckets[0].bucket_region is None
    pages = []
    token = None
    while True:
        page = await s3.do(types.ListBucketsInput(max_buckets=2, prefix="a", continuation_token=token))
        assert {bucket.bucket_region for bucket in page.buckets} == {"us-east-1"}
        pages.append([bucket.name for bucket in page.buckets])
        token = page.continuation_token
        if token is None:
            break
    assert pages == [["aaa", "abc"], ["abd"]]
    assert not (await s3.do(types.ListBucketsInput(bucket_region="eu-west-1"))).buckets


async def test_list_buckets_bounds(s3: Operations) -> None:
    for number in [0, -1, 10001]:
        assert (await s3.refused(types.ListBucketsInput(max_buckets=number))).code == "InvalidArgument"


async def test_list_buckets_bad_token(s3: Operations) -> None:
    assert (await s3.refused(types.ListBucketsInput(continuation_token="?"))).code == "InvalidArgument"


async def test_the_expected_owner_is_checked(s3: Operations) -> None:
    await s3.create()
    for owner in (s3.account.canonical_id, account_number(s3.account)):
        await s3.put("key", b"data", expected_bucket_owner=owner)
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
        assert (await s3.refused(request)).code == "AccessDenied"
    assert (await s3.get("key"))[1] == b"data"
