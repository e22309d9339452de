"""The four switches against public access, each by itself, and what counts as public."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from tests.realm import DENIED, Realm, policy, refused, statement

PUBLIC = ("public-read", "public-read-write", "authenticated-read")


def _block(realm: Realm, bucket: str, *switches: str) -> None:
    names = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    given: Any = {name: name in switches for name in names}
    realm.main.s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=given)
    said = realm.main.s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert said == given


def test_a_bucket_without_switches(realm: Realm) -> None:
    bucket = realm.main.bucket()
    missing = (404, "NoSuchPublicAccessBlockConfiguration")
    assert refused(realm.main.s3.get_public_access_block, Bucket=bucket) == missing
    _block(realm, bucket, "BlockPublicAcls", "BlockPublicPolicy")
    realm.main.s3.delete_public_access_block(Bucket=bucket)
    assert refused(realm.main.s3.get_public_access_block, Bucket=bucket) == missing


def test_public_lists_are_blocked(realm: Realm) -> None:
    s3 = realm.main.s3
    bucket = realm.main.bucket()
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", ACL="public-read")
    _block(realm, bucket, "BlockPublicAcls")
    acl: Any
    for acl in PUBLIC:
        assert refused(s3.put_bucket_acl, Bucket=bucket, ACL=acl) == DENIED
        assert refused(s3.put_object, Bucket=bucket, Key="new", Body=b"x", ACL=acl) == DENIED
        assert refused(s3.put_object_acl, Bucket=bucket, Key="k", ACL=acl) == DENIED
        assert refused(s3.create_multipart_upload, Bucket=bucket, Key="new", ACL=acl) == DENIED
        copied: Any = {"Bucket": bucket, "Key": "new", "CopySource": f"{bucket}/k", "ACL": acl}
        assert refused(s3.copy_object, **copied) == DENIED
    assert [one["Key"] for one in s3.list_objects_v2(Bucket=bucket)["Contents"]] == ["k"]
    # What was public before stays so.
    assert realm.anybody.get_object(Bucket=bucket, Key="k")["Body"].read() == b"x"
    s3.put_bucket_acl(Bucket=bucket, ACL="private")
    s3.put_bucket_acl(Bucket=bucket, GrantRead=f"id={realm.alt.id}", GrantFullControl=f"id={realm.main.id}")
    assert realm.alt.s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 1


def test_public_lists_are_ignored(realm: Realm) -> None:
    s3 = realm.main.s3
    bucket = realm.main.bucket(ACL="public-read")
    s3.put_object(Bucket=bucket, Key="k", Body=b"x", ACL="public-read")
    for somebody in (realm.alt.s3, realm.anybody):
        somebody.list_objects_v2(Bucket=bucket)
        somebody.get_object(Bucket=bucket, Key="k")
    _block(realm, bucket, "IgnorePublicAcls")
    s3.put_object(Bucket=bucket, Key="later", Body=b"x", ACL="public-read")
    for somebody in (realm.alt.s3, realm.anybody):
        assert refused(somebody.list_objects_v2, Bucket=bucket) == DENIED
        for key in ("k", "later"):
            assert refused(somebody.get_object, Bucket=bucket, Key=key) == DENIED
    s3.put_object_acl(Bucket=bucket, Key="k", GrantRead=f"id={realm.alt.id}")
    assert realm.alt.s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"x"


def test_public_policies_are_blocked(realm: Realm) -> None:
    s3 = realm.main.s3
    bucket = realm.main.bucket()
    _block(realm, bucket, "BlockPublicPolicy")
    text = policy(statement("s3:GetObject", f"{bucket}/*"))
    assert refused(s3.put_bucket_policy, Bucket=bucket, Policy=text) == DENIED
    assert refused(s3.get_bucket_policy, Bucket=bucket) == (404, "NoSuchBucketPolicy")
    narrow = policy(statement("s3:GetObject", f"{bucket}/*", Principal={"AWS": realm.alt.arn}))
    s3.put_bucket_policy(Bucket=bucket, Policy=narrow)


def test_buckets_with_public_policies_are_restricted(realm: Realm) -> None:
    """To the account that owns the bucket, also where a statement names somebody else."""
    s3 = realm.main.s3
    bucket = realm.main.bucket()
    s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    named = statement("s3:GetObject", f"{bucket}/*", Principal={"AWS": realm.alt.arn})
    s3.put_bucket_policy(Bucket=bucket, Policy=policy(statement("s3:GetObject", f"{bucket}/*"), named))
    realm.anybody.get_object(Bucket=bucket, Key="k")
    _block(realm, bucket, "RestrictPublicBuckets")
    for somebody in (realm.alt.s3, realm.anybody):
        assert refused(somebody.get_object, Bucket=bucket, Key="k") == DENIED
    s3.get_object(Bucket=bucket, Key="k")
    s3.put_bucket_policy(Bucket=bucket, Policy=policy(named))
    realm.alt.s3.get_object(Bucket=bucket, Key="k")


@pytest.mark.parametrize(
    ("changes", "public"),
    [
        ({}, True),
        ({"Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/32"}}}, False),
        ({"Effect": "Deny"}, False),
        ({"Condition": {"StringLike": {"aws:Referer": "http://example.com/*"}}}, True),
    ],
)
def test_what_the_status_says(realm: Realm, changes: dict[str, Any], public: bool) -> None:
    s3 = realm.main.s3
    bucket = realm.main.bucket()
    assert refused(s3.get_bucket_policy_status, Bucket=bucket) == (404, "NoSuchBucketPolicy")
    s3.put_bucket_policy(Bucket=bucket, Policy=policy(statement("s3:ListBucket", bucket, **changes)))
    assert s3.get_bucket_policy_status(Bucket=bucket)["PolicyStatus"]["IsPublic"] is public


def test_others_do_not_reach_the_switches(realm: Realm) -> None:
    bucket = realm.main.bucket(ACL="public-read-write")
    given: Any = {"BlockPublicAcls": False}
    for somebody in (realm.alt.s3, realm.anybody):
        call = somebody.put_public_access_block
        assert refused(call, Bucket=bucket, PublicAccessBlockConfiguration=given) == DENIED
        with pytest.raises(ClientError):
            somebody.delete_public_access_block(Bucket=bucket)
        assert refused(somebody.get_bucket_ownership_controls, Bucket=bucket) == DENIED
