"""Whose an object is: that of its writer, or of the bucket's owner; and what that means for reading it."""

from __future__ import annotations

from typing import Any

from tests.realm import DENIED, Realm, denied, policy, refused, statement


def _ownership(realm: Realm, bucket: str, ownership: Any) -> None:
    rules: Any = {"Rules": [{"ObjectOwnership": ownership}]}
    realm.main.s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=rules)


def test_objects_belong_to_their_writers(realm: Realm) -> None:
    """The bucket's owner does not read them, nor lets others do so; but may list, tag nothing, and delete."""
    main, alt = realm.main, realm.alt
    bucket = main.bucket(ACL="public-read-write", ObjectOwnership="ObjectWriter")
    alt.s3.put_object(Bucket=bucket, Key="k", Body=b"data", Tagging="a=b")
    here: Any = {"Bucket": bucket, "Key": "k"}
    assert refused(main.s3.get_object, **here) == DENIED
    assert denied(main.s3.head_object, **here)
    assert refused(main.s3.get_object_acl, **here) == DENIED
    assert refused(main.s3.put_object_acl, **here, ACL="public-read") == DENIED
    assert refused(main.s3.get_object_tagging, **here) == DENIED
    assert refused(main.s3.get_object_attributes, **here, ObjectAttributes=["ETag"]) == DENIED
    assert refused(main.s3.copy_object, Bucket=bucket, Key="c", CopySource=f"{bucket}/k") == DENIED
    allowed = statement("s3:GetObject", f"{bucket}/*")
    main.s3.put_bucket_policy(Bucket=bucket, Policy=policy(allowed))
    for somebody in (main.s3, realm.third.s3, realm.anybody):
        assert refused(somebody.get_object, **here) == DENIED, "a policy speaks of its owner's objects"
    assert alt.s3.get_object(**here)["Body"].read() == b"data"
    assert alt.s3.get_object_tagging(**here)["TagSet"] == [{"Key": "a", "Value": "b"}]
    denial = statement("s3:GetObject", f"{bucket}/*", Effect="Deny")
    main.s3.put_bucket_policy(Bucket=bucket, Policy=policy(denial))
    assert refused(alt.s3.get_object, **here) == DENIED, "but it denies any"
    main.s3.delete_bucket_policy(Bucket=bucket)
    listed = main.s3.list_objects_v2(Bucket=bucket, FetchOwner=True)["Contents"]
    assert [(one["Key"], one["Owner"]) for one in listed] == [("k", alt.owner)]
    alt.s3.put_object_acl(**here, ACL="bucket-owner-read")
    assert main.s3.get_object(**here)["Body"].read() == b"data"
    main.s3.delete_object(**here)


def test_the_owner_of_the_bucket_owns_everything_when_lists_are_off(realm: Realm) -> None:
    main, alt = realm.main, realm.alt
    bucket = main.bucket(ACL="public-read-write")
    alt.s3.put_object(Bucket=bucket, Key="theirs", Body=b"data")
    alt.s3.put_object(Bucket=bucket, Key="open", Body=b"data", ACL="public-read")
    main.s3.put_bucket_acl(Bucket=bucket, ACL="private")
    _ownership(realm, bucket, "BucketOwnerEnforced")
    for key in ("theirs", "open"):
        assert main.s3.get_object(Bucket=bucket, Key=key)["Body"].read() == b"data"
        said = main.s3.get_object_acl(Bucket=bucket, Key=key)
        assert (said["Owner"], said["Grants"]) == (main.owner, [main.shown_grant("FULL_CONTROL")])
        assert refused(alt.s3.get_object, Bucket=bucket, Key=key) == DENIED
        assert refused(realm.anybody.get_object, Bucket=bucket, Key=key) == DENIED
    listed = main.s3.list_objects_v2(Bucket=bucket, FetchOwner=True)["Contents"]
    assert {one["Owner"]["ID"] for one in listed} == {main.id}
    versions = main.s3.list_object_versions(Bucket=bucket)["Versions"]
    assert {one["Owner"]["ID"] for one in versions} == {main.id}
    main.s3.put_bucket_policy(Bucket=bucket, Policy=policy(statement("s3:PutObject", f"{bucket}/*")))
    alt.s3.put_object(Bucket=bucket, Key="new", Body=b"data", ACL="bucket-owner-full-control")
    given: Any = {"Bucket": bucket, "Key": "new", "Body": b"data", "ACL": "public-read"}
    assert refused(alt.s3.put_object, **given)[0] in (400, 403)
    assert refused(main.s3.put_object, **given) == (400, "AccessControlListNotSupported")
    assert refused(alt.s3.get_object, Bucket=bucket, Key="new") == DENIED


def test_the_owner_of_the_bucket_owns_what_is_given_to_them(realm: Realm) -> None:
    main, alt = realm.main, realm.alt
    bucket = main.bucket(ACL="public-read-write", ObjectOwnership="BucketOwnerPreferred")
    alt.s3.put_object(Bucket=bucket, Key="given", Body=b"data", ACL="bucket-owner-full-control")
    assert main.s3.get_object(Bucket=bucket, Key="given")["Body"].read() == b"data"
    said = main.s3.get_object_acl(Bucket=bucket, Key="given")
    assert (said["Owner"], said["Grants"]) == (main.owner, [main.shown_grant("FULL_CONTROL")])
    assert refused(alt.s3.get_object, Bucket=bucket, Key="given") == DENIED
    cases: Any = (("kept", {}), ("shown", {"ACL": "bucket-owner-read"}))
    for key, more in cases:
        alt.s3.put_object(Bucket=bucket, Key=key, Body=b"data", **more)
        assert alt.s3.get_object_acl(Bucket=bucket, Key=key)["Owner"] == alt.owner
    assert refused(main.s3.get_object, Bucket=bucket, Key="kept") == DENIED
    assert main.s3.get_object(Bucket=bucket, Key="shown")["Body"].read() == b"data"
    upload = alt.s3.create_multipart_upload(Bucket=bucket, Key="mp", ACL="bucket-owner-full-control")[
        "UploadId"
    ]
    listed = main.s3.list_multipart_uploads(Bucket=bucket)["Uploads"][0]
    assert (listed["Owner"], listed["Initiator"]) == (main.owner, alt.owner)
    alt.s3.abort_multipart_upload(Bucket=bucket, Key="mp", UploadId=upload)


def test_lists_must_go_before_they_are_switched_off(realm: Realm) -> None:
    main = realm.main
    bucket = main.bucket(ACL="public-read")
    rules: Any = {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    said = refused(main.s3.put_bucket_ownership_controls, Bucket=bucket, OwnershipControls=rules)
    assert said == (400, "InvalidBucketAclWithObjectOwnership")
    given: Any = {"ACL": "public-read", "ObjectOwnership": "BucketOwnerEnforced"}
    said = refused(main.s3.create_bucket, Bucket=f"{bucket}-2", **given)
    assert said == (400, "InvalidBucketAclWithObjectOwnership")


def test_objects_of_nobody_belong_to_the_bucket(realm: Realm) -> None:
    main = realm.main
    bucket = main.bucket(ACL="public-read-write")
    realm.anybody.put_object(Bucket=bucket, Key="k", Body=b"data")
    assert main.s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"data"
    assert main.s3.get_object_acl(Bucket=bucket, Key="k")["Owner"] == main.owner
    assert refused(realm.anybody.get_object, Bucket=bucket, Key="k") == DENIED
