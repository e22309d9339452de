"""Access control lists of objects, and who may read and write what in whose bucket."""

from __future__ import annotations

from typing import Any

import pytest

from tests.realm import ALL_USERS, AUTHENTICATED, DENIED, Realm, denied, group, refused


@pytest.mark.parametrize(
    ("acl", "groups"),
    [
        ("private", []),
        ("public-read", [group(ALL_USERS, "READ")]),
        ("public-read-write", [group(ALL_USERS, "READ"), group(ALL_USERS, "WRITE")]),
        ("authenticated-read", [group(AUTHENTICATED, "READ")]),
    ],
)
def test_canned_lists(realm: Realm, acl: Any, groups: Any) -> None:
    main = realm.main
    bucket = main.bucket()
    main.s3.put_object(Bucket=bucket, Key="k", Body=b"x", ACL=acl)
    said = main.s3.get_object_acl(Bucket=bucket, Key="k")
    assert said["Owner"] == main.owner
    assert said["Grants"] == [main.shown_grant("FULL_CONTROL"), *groups]
    before = main.s3.head_object(Bucket=bucket, Key="k")
    main.s3.put_object_acl(Bucket=bucket, Key="k", ACL="private")
    assert main.s3.get_object_acl(Bucket=bucket, Key="k")["Grants"] == [main.shown_grant("FULL_CONTROL")]
    after = main.s3.head_object(Bucket=bucket, Key="k")
    assert (after["ETag"], after["LastModified"]) == (before["ETag"], before["LastModified"])


@pytest.mark.parametrize("permission", ["FULL_CONTROL", "WRITE", "WRITE_ACP", "READ", "READ_ACP"])
def test_a_list_reads_back(realm: Realm, permission: str) -> None:
    main = realm.main
    bucket = main.bucket()
    main.s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    given: Any = {"Grants": [main.shown_grant(permission)], "Owner": main.owner}
    main.s3.put_object_acl(Bucket=bucket, Key="k", AccessControlPolicy=given)
    assert main.s3.get_object_acl(Bucket=bucket, Key="k")["Grants"] == [main.shown_grant(permission)]


@pytest.mark.parametrize(
    ("acl", "permission"), [("bucket-owner-read", "READ"), ("bucket-owner-full-control", "FULL_CONTROL")]
)
def test_the_owner_of_the_bucket_as_grantee(realm: Realm, acl: Any, permission: str) -> None:
    main, alt = realm.main, realm.alt
    bucket = main.bucket(ACL="public-read-write")
    alt.s3.put_object(Bucket=bucket, Key="k", Body=b"data", ACL=acl)
    said = alt.s3.get_object_acl(Bucket=bucket, Key="k")
    assert said["Owner"] == alt.owner
    assert said["Grants"] == [alt.shown_grant("FULL_CONTROL"), main.shown_grant(permission)]
    assert main.s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"data"


def test_whoever_writes_the_list_does_not_become_the_owner(realm: Realm) -> None:
    main, alt = realm.main, realm.alt
    bucket = main.bucket(ACL="public-read-write")
    main.s3.put_object(Bucket=bucket, Key="k", Body=b"data")
    given: Any = {"Grants": [alt.grant("FULL_CONTROL")], "Owner": main.owner}
    main.s3.put_object_acl(Bucket=bucket, Key="k", AccessControlPolicy=given)
    given = {"Grants": [alt.grant("READ_ACP")], "Owner": main.owner}
    alt.s3.put_object_acl(Bucket=bucket, Key="k", AccessControlPolicy=given)
    assert alt.s3.get_object_acl(Bucket=bucket, Key="k")["Owner"] == main.owner
    assert refused(alt.s3.put_object_acl, Bucket=bucket, Key="k", AccessControlPolicy=given) == DENIED
    stolen: Any = {"Grants": [alt.grant("FULL_CONTROL")], "Owner": alt.owner}
    assert refused(main.s3.put_object_acl, Bucket=bucket, Key="k", AccessControlPolicy=stolen) == DENIED


def test_grants_in_headers(realm: Realm) -> None:
    main, alt = realm.main, realm.alt
    bucket = main.bucket()
    given: Any = {"GrantRead": f"id={alt.id}", "GrantReadACP": f'emailAddress="{alt.email}"'}
    main.s3.put_object(Bucket=bucket, Key="k", Body=b"data", **given)
    assert alt.s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"data"
    said = alt.s3.get_object_acl(Bucket=bucket, Key="k")
    assert said["Grants"] == [alt.shown_grant("READ"), alt.shown_grant("READ_ACP")]
    assert refused(realm.third.s3.get_object, Bucket=bucket, Key="k") == DENIED
    assert main.s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"data"


@pytest.mark.parametrize("object_acl", ["private", "public-read", "public-read-write"])
@pytest.mark.parametrize("bucket_acl", ["private", "public-read", "public-read-write"])
def test_buckets_and_objects_by_their_lists(realm: Realm, bucket_acl: Any, object_acl: Any) -> None:
    """The list of an object says who reads it, that of the bucket who lists and writes."""
    main = realm.main
    bucket = main.bucket(ACL=bucket_acl)
    main.s3.put_object(Bucket=bucket, Key="foo", Body=b"foocontent")
    main.s3.put_object_acl(Bucket=bucket, Key="foo", ACL=object_acl)
    main.s3.put_object(Bucket=bucket, Key="bar", Body=b"barcontent")
    for somebody in (realm.alt.s3, realm.anybody):
        if object_acl == "private":
            assert refused(somebody.get_object, Bucket=bucket, Key="foo") == DENIED
            assert denied(somebody.head_object, Bucket=bucket, Key="foo")
        else:
            assert somebody.get_object(Bucket=bucket, Key="foo")["Body"].read() == b"foocontent"
        assert refused(somebody.get_object, Bucket=bucket, Key="bar") == DENIED
        missing = (404, "NoSuchKey") if bucket_acl != "private" else DENIED
        assert refused(somebody.get_object, Bucket=bucket, Key="missing") == missing
        if bucket_acl == "private":
            for listing in (somebody.list_objects, somebody.list_objects_v2, somebody.list_object_versions):
                assert refused(listing, Bucket=bucket) == DENIED
        else:
            assert [one["Key"] for one in somebody.list_objects(Bucket=bucket)["Contents"]] == ["bar", "foo"]
            assert somebody.list_objects_v2(Bucket=bucket)["KeyCount"] == 2
        if bucket_acl != "public-read-write":
            for key in ("foo", "bar", "new"):
                assert refused(somebody.put_object, Bucket=bucket, Key=key, Body=b"x") == DENIED
                assert refused(somebody.delete_object, Bucket=bucket, Key=key) == DENIED
    if bucket_acl == "public-read-write":
        for key in ("foo", "bar", "new"):
            realm.alt.s3.put_object(Bucket=bucket, Key=key, Body=b"theirs")
            assert realm.alt.s3.get_object(Bucket=bucket, Key=key)["Body"].read() == b"theirs"
            realm.anybody.delete_object(Bucket=bucket, Key=key)


def test_copies_between_users(realm: Realm) -> None:
    main, alt = realm.main, realm.alt
    source, target = main.bucket(), alt.bucket()
    main.s3.put_object(Bucket=source, Key="k", Body=b"data")
    copied: Any = {"Bucket": target, "Key": "c", "CopySource": f"{source}/k"}
    assert refused(alt.s3.copy_object, **copied) == DENIED
    given: Any = {"Grants": [alt.grant("FULL_CONTROL")], "Owner": main.owner}
    main.s3.put_object_acl(Bucket=source, Key="k", AccessControlPolicy=given)
    main.s3.put_bucket_acl(Bucket=source, AccessControlPolicy=given)
    alt.s3.copy_object(**copied)
    alt.s3.copy_object(Bucket=source, Key="c", CopySource=f"{source}/k")
    said = alt.s3.get_object_acl(Bucket=source, Key="c")
    assert (said["Owner"], said["Grants"]) == (alt.owner, [alt.shown_grant("FULL_CONTROL")])
    main.s3.put_bucket_acl(Bucket=source, ACL="private")
    alt.s3.copy_object(Bucket=target, Key="open", CopySource=f"{target}/c", ACL="public-read")
    assert realm.anybody.get_object(Bucket=target, Key="open")["Body"].read() == b"data"
