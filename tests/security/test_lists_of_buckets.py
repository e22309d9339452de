"""Access control lists of buckets, as other users meet them."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

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
    at_once, later = main.bucket(ACL=acl), main.bucket()
    main.s3.put_bucket_acl(Bucket=later, ACL=acl)
    for bucket in (at_once, later):
        said = main.s3.get_bucket_acl(Bucket=bucket)
        assert said["Owner"] == main.owner
        assert said["Grants"] == [main.shown_grant("FULL_CONTROL"), *groups]
        main.s3.put_bucket_acl(Bucket=bucket, ACL="private")
        assert main.s3.get_bucket_acl(Bucket=bucket)["Grants"] == [main.shown_grant("FULL_CONTROL")]


def test_the_list_of_a_new_bucket(realm: Realm) -> None:
    said = realm.main.s3.get_bucket_acl(Bucket=realm.main.bucket())
    assert said["Owner"] == realm.main.owner
    assert said["Grants"] == [realm.main.shown_grant("FULL_CONTROL")]


@pytest.mark.parametrize(
    ("permission", "may"),
    [
        ("FULL_CONTROL", {"read", "read acp", "write", "write acp"}),
        ("READ", {"read"}),
        ("READ_ACP", {"read acp"}),
        ("WRITE", {"write"}),
        ("WRITE_ACP", {"write acp"}),
    ],
)
def test_what_a_grant_permits(realm: Realm, permission: str, may: set[str]) -> None:
    main, alt = realm.main, realm.alt
    bucket = main.bucket()
    grants = [main.shown_grant("FULL_CONTROL"), alt.grant(permission)]
    main.s3.put_bucket_acl(Bucket=bucket, AccessControlPolicy={"Grants": grants, "Owner": main.owner})  # type: ignore[typeddict-item]
    said = main.s3.get_bucket_acl(Bucket=bucket)
    assert said["Grants"] == [main.shown_grant("FULL_CONTROL"), alt.shown_grant(permission)]
    calls: dict[str, tuple[Any, dict[str, Any]]] = {
        "read": (alt.s3.head_bucket, {}),
        "read acp": (alt.s3.get_bucket_acl, {}),
        "write": (alt.s3.put_object, {"Key": "k", "Body": b"x"}),
        "write acp": (alt.s3.put_bucket_acl, {"ACL": "public-read"}),
    }
    for what, (call, given) in calls.items():
        if what in may:
            call(Bucket=bucket, **given)
        else:
            assert denied(call, Bucket=bucket, **given), what
        # The list means these two and nobody else.
        if what != "write acp":
            assert denied(getattr(realm.third.s3, call.__name__), Bucket=bucket, **given), what
    said = main.s3.get_bucket_acl(Bucket=bucket)
    assert said["Owner"] == main.owner, "whoever writes the list, the owner stays"


def test_a_grant_to_an_address(realm: Realm) -> None:
    main, alt = realm.main, realm.alt
    bucket = main.bucket()

    def put(address: str) -> Any:
        grantee = {"EmailAddress": address, "Type": "AmazonCustomerByEmail"}
        grants: Any = [{"Grantee": grantee, "Permission": "FULL_CONTROL"}]
        return {"AccessControlPolicy": {"Grants": grants, "Owner": main.owner}}

    main.s3.put_bucket_acl(Bucket=bucket, **put(alt.email))
    assert main.s3.get_bucket_acl(Bucket=bucket)["Grants"] == [alt.shown_grant("FULL_CONTROL")]
    said = refused(main.s3.put_bucket_acl, Bucket=bucket, **put("nobody@example.invalid"))
    assert said == (400, "UnresolvableGrantByEmailAddress")


def test_grants_to_nobody_that_exists(realm: Realm) -> None:
    main = realm.main
    bucket = main.bucket()
    grants: Any = [{"Grantee": {"ID": "_foo", "Type": "CanonicalUser"}, "Permission": "READ"}]
    given: Any = {"Grants": grants, "Owner": main.owner}
    said = refused(main.s3.put_bucket_acl, Bucket=bucket, AccessControlPolicy=given)
    assert said == (400, "InvalidArgument")
    for value, message, name in (
        ("id=_foo", "Invalid id", "id"),
        ("_foo", "Argument format not recognized", "x-amz-grant-read"),
    ):
        with pytest.raises(ClientError) as caught:
            main.s3.put_bucket_acl(Bucket=bucket, GrantRead=value)
        error: Any = caught.value.response["Error"]
        assert (error["Code"], error["Message"], error["ArgumentName"]) == ("InvalidArgument", message, name)
        assert error["ArgumentValue"] == value.removeprefix("id=")
    assert main.s3.get_bucket_acl(Bucket=bucket)["Grants"] == [main.shown_grant("FULL_CONTROL")]


def test_grants_in_headers(realm: Realm) -> None:
    main, alt = realm.main, realm.alt
    to = f"id={alt.id}"
    given: Any = {
        "GrantRead": to,
        "GrantWrite": to,
        "GrantReadACP": to,
        "GrantWriteACP": to,
        "GrantFullControl": to,
    }
    bucket = main.bucket(**given)
    said = {
        grant["Permission"]: grant["Grantee"] for grant in main.s3.get_bucket_acl(Bucket=bucket)["Grants"]
    }
    assert said.keys() == {"READ", "WRITE", "READ_ACP", "WRITE_ACP", "FULL_CONTROL"}
    assert all(grantee["ID"] == alt.id for grantee in said.values())
    alt.s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    alt.s3.put_bucket_acl(Bucket=bucket, ACL="public-read-write")
    assert realm.anybody.list_objects_v2(Bucket=bucket)["KeyCount"] == 1


def test_an_owner_left_out_of_the_list_can_only_change_it(realm: Realm) -> None:
    """As S3 and Ceph: owners may limit themselves, and can always read and write the list."""
    main = realm.main
    bucket = main.bucket()
    main.s3.put_object(Bucket=bucket, Key="k", Body=b"data")
    main.s3.put_bucket_acl(Bucket=bucket, AccessControlPolicy={"Grants": [], "Owner": main.owner})  # type: ignore[typeddict-item]
    assert main.s3.get_bucket_acl(Bucket=bucket)["Grants"] == []
    assert main.s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"data"
    assert refused(main.s3.put_object, Bucket=bucket, Key="other", Body=b"x") == DENIED
    assert refused(main.s3.delete_object, Bucket=bucket, Key="k") == DENIED
    assert refused(main.s3.list_objects_v2, Bucket=bucket) == DENIED
    main.s3.put_bucket_acl(Bucket=bucket, ACL="private")
    main.s3.put_object(Bucket=bucket, Key="other", Body=b"x")


def test_lists_that_are_refused(realm: Realm) -> None:
    main = realm.main
    bucket = main.bucket()
    assert refused(main.s3.put_bucket_acl, Bucket=bucket, ACL="public") == (400, "InvalidArgument")
    both: Any = {"ACL": "private", "GrantRead": f"id={realm.alt.id}"}
    assert refused(main.s3.put_bucket_acl, Bucket=bucket, **both) == (400, "InvalidRequest")
    given: Any = {"Grants": [main.grant("EVERYTHING")], "Owner": main.owner}
    said = refused(main.s3.put_bucket_acl, Bucket=bucket, AccessControlPolicy=given)
    assert said == (400, "MalformedACLError")
    given = {"Grants": [main.grant("READ")], "Owner": realm.alt.owner}
    assert refused(main.s3.put_bucket_acl, Bucket=bucket, AccessControlPolicy=given) == DENIED


def test_buckets_of_others(realm: Realm) -> None:
    """BucketAlreadyExists is for others; to the owner it is there already, whatever list they ask for."""
    main, alt = realm.main, realm.alt
    bucket = main.bucket(ACL="public-read")
    assert refused(alt.s3.create_bucket, Bucket=bucket) == (409, "BucketAlreadyExists")
    assert refused(realm.anybody.create_bucket, Bucket=bucket) == DENIED
    assert refused(alt.s3.delete_bucket, Bucket=bucket) == DENIED
    listed = alt.s3.list_buckets()
    assert listed["Owner"] == alt.owner
    assert bucket not in [one["Name"] for one in listed["Buckets"]]
    main.s3.create_bucket(Bucket=bucket)
    assert group(ALL_USERS, "READ") in main.s3.get_bucket_acl(Bucket=bucket)["Grants"]
