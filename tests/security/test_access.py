"""Policies, lists, ownership and the public access block, as clients meet them."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any

from botocore import UNSIGNED
from mypy_boto3_s3 import S3Client

from tests import wire
from tests.gateway import Gateway
from tests.security.test_access_failures import allow, refused, statement, unsigned

ALL_USERS = "http://acs.amazonaws.com/groups/global/AllUsers"


def _ownership(s3: S3Client, bucket: str, ownership: Any) -> None:
    rules: Any = {"Rules": [{"ObjectOwnership": ownership}]}
    s3.put_bucket_ownership_controls(Bucket=bucket, OwnershipControls=rules)


def test_a_new_bucket_is_closed(gateway: Gateway, s3: S3Client, bucket: str) -> None:
    block = s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
    assert list(block.values()) == [True] * 4
    rules = s3.get_bucket_ownership_controls(Bucket=bucket)["OwnershipControls"]["Rules"]
    assert rules == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    assert refused(s3.get_bucket_policy, Bucket=bucket) == "NoSuchBucketPolicy"
    assert refused(s3.get_bucket_policy_status, Bucket=bucket) == "NoSuchBucketPolicy"
    public = json.dumps({"Statement": statement(bucket, "s3:GetObject")})
    assert refused(s3.put_bucket_policy, Bucket=bucket, Policy=public) == "AccessDenied"
    assert refused(s3.put_bucket_acl, Bucket=bucket, ACL="public-read") == "AccessControlListNotSupported"
    s3.put_bucket_acl(Bucket=bucket, ACL="private")
    given: Any = {"Bucket": bucket, "Key": "k", "Body": b""}
    assert refused(s3.put_object, ACL="public-read", **given) == "AccessControlListNotSupported"
    s3.put_object(ACL="bucket-owner-full-control", **given)
    anybody = gateway.client(signature_version=UNSIGNED)
    assert refused(anybody.list_objects_v2, Bucket=bucket) == "AccessDenied"
    assert refused(anybody.put_object, **given) == "AccessDenied"
    assert refused(anybody.list_buckets) == "AccessDenied"
    assert refused(anybody.create_bucket, Bucket="of-nobody") == "AccessDenied"
    s3.delete_public_access_block(Bucket=bucket)
    assert refused(s3.get_public_access_block, Bucket=bucket) == "NoSuchPublicAccessBlockConfiguration"
    s3.delete_bucket_ownership_controls(Bucket=bucket)
    assert refused(s3.get_bucket_ownership_controls, Bucket=bucket) == "OwnershipControlsNotFoundError"


def test_a_public_policy(gateway: Gateway, s3: S3Client, bucket: str) -> None:
    """Reading, listing, writing and deleting by nobody in particular; 404 only for who may list."""
    s3.put_object(Bucket=bucket, Key="k", Body=b"data", ContentType="text/plain")
    anybody = gateway.client(signature_version=UNSIGNED)
    allow(s3, bucket, statement(bucket, "s3:GetObject"))
    assert s3.get_bucket_policy_status(Bucket=bucket)["PolicyStatus"]["IsPublic"] is True
    assert anybody.get_object(Bucket=bucket, Key="k")["Body"].read() == b"data"
    assert anybody.head_object(Bucket=bucket, Key="k")["ContentLength"] == 4
    assert refused(anybody.get_object, Bucket=bucket, Key="missing") == "AccessDenied"
    assert refused(anybody.put_object, Bucket=bucket, Key="k") == "AccessDenied"
    said = unsigned(gateway, "GET", f"/{bucket}/k?response-content-type=text/html")
    assert (said.status, said.code) == (400, "InvalidRequest")
    listing = statement(bucket, "s3:ListBucket", key=None, Condition={"StringLike": {"s3:prefix": "a*"}})
    writing = statement(bucket, ["s3:PutObject", "s3:DeleteObject"], key="open/*")
    allow(s3, bucket, statement(bucket, "s3:GetObject"), listing, writing)
    assert anybody.list_objects_v2(Bucket=bucket, Prefix="a")["KeyCount"] == 0
    assert refused(anybody.list_objects_v2, Bucket=bucket) == "AccessDenied"
    anybody.put_object(Bucket=bucket, Key="open/k", Body=b"x")
    keys: Any = {"Objects": [{"Key": "open/k"}, {"Key": "k"}]}
    ended = anybody.delete_objects(Bucket=bucket, Delete=keys)
    assert [entry["Key"] for entry in ended["Deleted"]] == ["open/k"]
    assert [(entry["Key"], entry["Code"]) for entry in ended["Errors"]] == [("k", "AccessDenied")]
    s3.delete_bucket_policy(Bucket=bucket)
    assert refused(anybody.get_object, Bucket=bucket, Key="k") == "AccessDenied"


def test_the_owner_undoes_a_policy_that_denies_everything(s3: S3Client, bucket: str) -> None:
    resources = [f"arn:aws:s3:::{bucket}", f"arn:aws:s3:::{bucket}/*"]
    denial = statement(bucket, "s3:*", Effect="Deny", Resource=resources)
    text = json.dumps({"Version": "2012-10-17", "Statement": [denial]})
    s3.put_bucket_policy(Bucket=bucket, Policy=text)
    assert refused(s3.put_object, Bucket=bucket, Key="k") == "AccessDenied"
    assert refused(s3.list_objects_v2, Bucket=bucket) == "AccessDenied"
    assert s3.get_bucket_policy(Bucket=bucket)["Policy"] == text
    assert refused(s3.put_bucket_policy, Bucket=bucket, Policy="[]") == "MalformedPolicy"
    s3.delete_bucket_policy(Bucket=bucket)
    s3.put_object(Bucket=bucket, Key="k")


def test_lists(gateway: Gateway, s3: S3Client, bucket: str) -> None:
    """Canned lists and grants, by header and by document, on buckets, objects and their versions."""
    anybody = gateway.client(signature_version=UNSIGNED)
    s3.delete_public_access_block(Bucket=bucket)
    _ownership(s3, bucket, "ObjectWriter")
    owner = s3.get_bucket_acl(Bucket=bucket)["Owner"]
    full = {"Grantee": {"Type": "CanonicalUser", **owner}, "Permission": "FULL_CONTROL"}
    assert s3.get_bucket_acl(Bucket=bucket)["Grants"] == [full]
    s3.put_object(Bucket=bucket, Key="k", Body=b"data", ACL="public-read")
    assert anybody.get_object(Bucket=bucket, Key="k")["Body"].read() == b"data"
    everyone = {"Grantee": {"Type": "Group", "URI": ALL_USERS}, "Permission": "READ"}
    assert s3.get_object_acl(Bucket=bucket, Key="k")["Grants"] == [full, everyone]
    s3.put_object_acl(Bucket=bucket, Key="k", ACL="private")
    assert refused(anybody.get_object, Bucket=bucket, Key="k") == "AccessDenied"
    s3.put_object_acl(
        Bucket=bucket, Key="k", GrantRead=f'uri="{ALL_USERS}"', GrantFullControl=f"id={owner['ID']}"
    )
    assert anybody.get_object(Bucket=bucket, Key="k")["Body"].read() == b"data"
    block: Any = {"IgnorePublicAcls": True, "BlockPublicAcls": True}
    s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=block)
    assert refused(anybody.get_object, Bucket=bucket, Key="k") == "AccessDenied"
    assert refused(s3.put_object_acl, Bucket=bucket, Key="k", ACL="public-read") == "AccessDenied"
    assert refused(s3.put_object, Bucket=bucket, Key="p", ACL="public-read") == "AccessDenied"
    s3.delete_public_access_block(Bucket=bucket)
    s3.put_bucket_acl(Bucket=bucket, ACL="public-read-write")
    assert anybody.list_objects_v2(Bucket=bucket)["KeyCount"] == 1
    assert refused(anybody.get_object, Bucket=bucket, Key="missing") == "NoSuchKey"
    anybody.put_object(Bucket=bucket, Key="theirs", Body=b"x")
    assert refused(s3.put_bucket_ownership_controls, Bucket=bucket, **_enforced()) == (
        "InvalidBucketAclWithObjectOwnership"
    )
    policy: Any = {"Owner": owner, "Grants": [full]}
    s3.put_bucket_acl(Bucket=bucket, AccessControlPolicy=policy)
    assert refused(anybody.list_objects_v2, Bucket=bucket) == "AccessDenied"
    assert refused(s3.put_bucket_acl, Bucket=bucket, ACL="everyone") == "InvalidArgument"
    assert refused(s3.put_bucket_acl, Bucket=bucket, GrantRead="id=nobody") == "InvalidArgument"
    assert refused(s3.put_bucket_acl, Bucket=bucket, GrantRead="emailAddress=a@b.c") == (
        "UnresolvableGrantByEmailAddress"
    )
    both: Any = {"Bucket": bucket, "ACL": "private", "AccessControlPolicy": policy}
    assert refused(s3.put_bucket_acl, **both) == "UnexpectedContent"
    policy["Grants"][0]["Permission"] = "FLY"
    assert refused(s3.put_bucket_acl, Bucket=bucket, AccessControlPolicy=policy) == "MalformedACLError"
    _ownership(s3, bucket, "BucketOwnerEnforced")
    assert refused(anybody.get_object, Bucket=bucket, Key="k") == "AccessDenied"
    assert refused(s3.put_object_acl, Bucket=bucket, Key="k", ACL="public-read") == (
        "AccessControlListNotSupported"
    )


def _enforced() -> dict[str, Any]:
    return {"OwnershipControls": {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}}


def test_lists_of_versions(gateway: Gateway, s3: S3Client, bucket: str) -> None:
    anybody = gateway.client(signature_version=UNSIGNED)
    s3.delete_public_access_block(Bucket=bucket)
    _ownership(s3, bucket, "BucketOwnerPreferred")
    s3.put_bucket_versioning(Bucket=bucket, VersioningConfiguration={"Status": "Enabled"})
    first = s3.put_object(Bucket=bucket, Key="k", Body=b"1")["VersionId"]
    second = s3.put_object(Bucket=bucket, Key="k", Body=b"2", ACL="public-read")["VersionId"]
    assert refused(anybody.get_object, Bucket=bucket, Key="k", VersionId=first) == "AccessDenied"
    s3.put_object_acl(Bucket=bucket, Key="k", VersionId=first, ACL="public-read")
    assert anybody.get_object(Bucket=bucket, Key="k", VersionId=first)["Body"].read() == b"1"
    assert anybody.get_object(Bucket=bucket, Key="k", VersionId=second)["Body"].read() == b"2"
    assert refused(anybody.delete_object, Bucket=bucket, Key="k", VersionId=first) == "AccessDenied"


def test_buckets_with_lists_from_the_start(s3: S3Client, bucket: str) -> None:
    name = f"{bucket}-x"
    create = s3.create_bucket
    assert refused(create, Bucket=name, ACL="public-read") == "InvalidBucketAclWithObjectOwnership"
    assert refused(create, Bucket=name, ACL="public-read", ObjectOwnership="ObjectWriter") == (
        "InvalidBucketAclWithBlockPublicAccessError"
    )
    assert refused(create, Bucket=name, ObjectOwnership="Nobody") == "InvalidArgument"
    acl: Any = "log-delivery-write"
    create(Bucket=name, ACL=acl, ObjectOwnership="ObjectWriter")
    assert len(s3.get_bucket_acl(Bucket=name)["Grants"]) == 3
    s3.delete_bucket(Bucket=name)


def test_an_acl_document_that_is_none(gateway: Gateway, s3: S3Client, bucket: str) -> None:
    def md5(data: bytes) -> dict[str, str]:
        return {"content-md5": base64.b64encode(hashlib.md5(data).digest()).decode()}

    body = b"<AccessControlPolicy/>"
    said = wire.request(gateway, "PUT", f"/{bucket}", "acl", headers=md5(body), body=body)
    assert (said.status, said.code) == (400, "MalformedACLError")
    body = b"<AccessControlPolicy><Owner>"
    said = wire.request(gateway, "PUT", f"/{bucket}", "acl", headers=md5(body), body=body)
    assert (said.status, said.code) == (400, "MalformedACLError")
    said = wire.request(gateway, "PUT", f"/{bucket}", "acl", headers=md5(b""))
    assert (said.status, said.code) == (400, "MissingSecurityHeader")
