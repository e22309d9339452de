"""Bucket policies, as other users meet them: their principals, actions, conditions and refusals."""

from __future__ import annotations

from typing import Any

import pytest

from tests.realm import DENIED, Realm, User, denied, policy, refused, statement

TAG = "s3:ExistingObjectTag/security"


def _tagged(realm: Realm, *keys: str) -> str:
    """A bucket with objects of these keys, each tagged security=KEY."""
    bucket = realm.main.bucket()
    for key in keys:
        realm.main.s3.put_object(Bucket=bucket, Key=key, Body=key.encode(), Tagging=f"security={key}&foo=bar")
    return bucket


def _put(realm: Realm, bucket: str, *statements: dict[str, Any]) -> None:
    realm.main.s3.put_bucket_policy(Bucket=bucket, Policy=policy(*statements))


def test_everybody_may_list(realm: Realm) -> None:
    main = realm.main
    bucket = main.bucket()
    main.s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    _put(realm, bucket, statement("s3:ListBucket", [bucket, f"{bucket}/*"]))
    for somebody in (realm.alt.s3, realm.anybody):
        assert len(somebody.list_objects(Bucket=bucket)["Contents"]) == 1
        assert somebody.list_objects_v2(Bucket=bucket)["KeyCount"] == 1
        assert refused(somebody.get_object, Bucket=bucket, Key="k") == DENIED
        assert refused(somebody.list_object_versions, Bucket=bucket) == DENIED


@pytest.mark.parametrize(
    "name", ["arn:aws:iam::{number}:user/alt", "arn:aws:iam:::user/alt", "{id}", "{number}"]
)
def test_one_user_may(realm: Realm, name: str) -> None:
    """By ARN, by canonical id, by the number of the account; others and nobody may not."""
    main, alt = realm.main, realm.alt
    bucket = main.bucket()
    main.s3.put_object(Bucket=bucket, Key="k", Body=b"data")
    who = {"AWS": name.format(number=alt.arn.split(":")[4], id=alt.id)}
    _put(realm, bucket, statement("s3:GetObject", f"{bucket}/*", Principal=who))
    assert alt.s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"data"
    for other in (realm.third.s3, realm.anybody):
        assert refused(other.get_object, Bucket=bucket, Key="k") == DENIED
    assert main.s3.get_bucket_policy_status(Bucket=bucket)["PolicyStatus"]["IsPublic"] is False


def test_a_denial_wins_over_lists(realm: Realm) -> None:
    bucket = realm.main.bucket(ACL="authenticated-read")
    assert realm.alt.s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0
    _put(realm, bucket, statement("s3:ListBucket", [bucket, f"{bucket}/*"], Effect="Deny"))
    assert refused(realm.alt.s3.list_objects, Bucket=bucket) == DENIED
    assert refused(realm.alt.s3.list_objects_v2, Bucket=bucket) == DENIED
    assert refused(realm.main.s3.list_objects_v2, Bucket=bucket) == DENIED
    realm.main.s3.delete_bucket_policy(Bucket=bucket)
    assert realm.alt.s3.list_objects_v2(Bucket=bucket)["KeyCount"] == 0


def test_a_policy_for_any_bucket_fits_another(realm: Realm) -> None:
    main = realm.main
    first, second = main.bucket(), main.bucket()
    _put(realm, first, statement("s3:ListBucket", ["*", "*/*"]))
    text = main.s3.get_bucket_policy(Bucket=first)["Policy"]
    main.s3.put_bucket_policy(Bucket=second, Policy=text)
    assert main.s3.get_bucket_policy(Bucket=second)["Policy"] == text
    for bucket in (first, second):
        assert realm.alt.s3.list_objects(Bucket=bucket)["Name"] == bucket


def test_a_condition_where_it_exists(realm: Realm) -> None:
    main = realm.main
    bucket = main.bucket()
    main.s3.put_object(Bucket=bucket, Key="k", Body=b"x")
    here = {"StringLikeIfExists": {"aws:Referer": "http://www.example.com/*"}}
    _put(realm, bucket, statement("s3:GetObject", f"{bucket}/*", Principal="*", Condition=here))
    client = realm.alt.client()
    sent: dict[str, str] = {}
    client.meta.events.register(
        "before-call.s3.GetObject", lambda params, **_: params["headers"].update(sent)
    )
    client.get_object(Bucket=bucket, Key="k")
    for referer, allowed in (("http://www.example.com/index.html", True), ("http://example.com", False)):
        sent["Referer"] = referer
        if allowed:
            client.get_object(Bucket=bucket, Key="k")
        else:
            assert refused(client.get_object, Bucket=bucket, Key="k") == DENIED
    client.close()


@pytest.mark.parametrize(
    ("action", "call"),
    [
        ("s3:GetObject", "get_object"),
        ("s3:GetObjectTagging", "get_object_tagging"),
        ("s3:GetObjectAcl", "get_object_acl"),
    ],
)
def test_by_the_tags_that_an_object_has(realm: Realm, action: str, call: str) -> None:
    bucket = _tagged(realm, "public", "private")
    realm.main.s3.put_object(Bucket=bucket, Key="other", Tagging="security1=public")
    _put(realm, bucket, statement(action, f"{bucket}/*", Condition={"StringEquals": {TAG: "public"}}))
    calls = {
        name: getattr(realm.alt.s3, name) for name in ("get_object", "get_object_tagging", "get_object_acl")
    }
    calls[call](Bucket=bucket, Key="public")
    for key in ("private", "other", "missing"):
        assert refused(calls[call], Bucket=bucket, Key=key) == DENIED
    for name in calls.keys() - {call}:
        assert refused(calls[name], Bucket=bucket, Key="public") == DENIED


def test_tagging_by_the_tags_that_an_object_has(realm: Realm) -> None:
    """It is decided by the tags that are there before, not by those that come."""
    bucket = _tagged(realm, "public", "private")
    _put(
        realm,
        bucket,
        statement("s3:PutObjectTagging", f"{bucket}/*", Condition={"StringEquals": {TAG: "public"}}),
    )
    alt = realm.alt.s3

    def tags(value: str) -> Any:
        return {"Bucket": bucket, "Tagging": {"TagSet": [{"Key": "security", "Value": value}]}}

    alt.put_object_tagging(Key="public", **tags("public"))
    assert refused(alt.put_object_tagging, Key="private", **tags("public")) == DENIED
    alt.put_object_tagging(Key="public", **tags("private"))
    assert refused(alt.put_object_tagging, Key="public", **tags("public")) == DENIED


@pytest.mark.parametrize("action", ["s3:GetObjectTagging", "s3:PutObjectTagging", "s3:DeleteObjectTagging"])
def test_tagging_needs_its_own_action(realm: Realm, action: str) -> None:
    bucket = _tagged(realm, "k")
    _put(realm, bucket, statement(action, f"{bucket}/k"))
    alt = realm.alt.s3
    given: Any = {"Bucket": bucket, "Key": "k"}
    tags: Any = {"TagSet": [{"Key": "a", "Value": "b"}]}
    calls: dict[str, Any] = {
        "s3:GetObjectTagging": lambda: alt.get_object_tagging(**given),
        "s3:PutObjectTagging": lambda: alt.put_object_tagging(**given, Tagging=tags),
        "s3:DeleteObjectTagging": lambda: alt.delete_object_tagging(**given),
    }
    for name, call in calls.items():
        if name == action:
            call()
        else:
            assert refused(call) == DENIED


def test_copies_by_their_source(realm: Realm) -> None:
    main, alt = realm.main, realm.alt
    source, target = main.bucket(), main.bucket()
    for key in ("public/foo", "private/foo"):
        main.s3.put_object(Bucket=source, Key=key, Body=key.encode())
    _put(realm, source, statement("s3:GetObject", f"{source}/*"))
    only = {"StringLike": {"s3:x-amz-copy-source": f"{source}/public/*"}}
    _put(realm, target, statement("s3:PutObject", f"{target}/*", Condition=only))
    alt.s3.copy_object(Bucket=target, Key="new", CopySource={"Bucket": source, "Key": "public/foo"})
    assert alt.s3.get_object(Bucket=target, Key="new")["Body"].read() == b"public/foo"
    private: Any = {"Bucket": source, "Key": "private/foo"}
    assert refused(alt.s3.copy_object, Bucket=target, Key="new", CopySource=private) == DENIED
    assert refused(alt.s3.put_object, Bucket=target, Key="new", Body=b"x") == DENIED
    directive = {"StringEquals": {"s3:x-amz-metadata-directive": "COPY"}}
    _put(realm, target, statement("s3:PutObject", f"{target}/*", Condition=directive))
    given: Any = {"Bucket": target, "Key": "new2", "CopySource": {"Bucket": source, "Key": "public/foo"}}
    alt.s3.copy_object(**given, MetadataDirective="COPY")
    assert refused(alt.s3.copy_object, **given, Metadata={"foo": "bar"}) == DENIED
    assert refused(alt.s3.copy_object, **given, Metadata={"a": "b"}, MetadataDirective="REPLACE") == DENIED


def test_copying_tags_needs_to_read_and_write_them(realm: Realm) -> None:
    main, alt = realm.main, realm.alt
    source = _tagged(realm, "k")
    target = alt.bucket()
    copied: Any = {"Bucket": target, "Key": "c", "CopySource": f"{source}/k"}
    _put(realm, source, statement("s3:GetObject", f"{source}/*"))
    assert refused(alt.s3.copy_object, **copied) == DENIED
    alt.s3.copy_object(**copied, TaggingDirective="REPLACE")
    assert alt.s3.get_object_tagging(Bucket=target, Key="c")["TagSet"] == []
    _put(realm, source, statement(["s3:GetObject", "s3:GetObjectTagging"], f"{source}/*"))
    alt.s3.copy_object(**copied)
    assert len(alt.s3.get_object_tagging(Bucket=target, Key="c")["TagSet"]) == 2
    denial = policy(statement("s3:PutObjectTagging", f"{target}/*", Effect="Deny"))
    alt.s3.put_bucket_policy(Bucket=target, Policy=denial)
    assert refused(alt.s3.copy_object, **copied) == DENIED
    main.s3.put_object_tagging(Bucket=source, Key="k", Tagging={"TagSet": []})
    alt.s3.copy_object(**copied)


def test_uploads_by_the_list_that_they_ask_for(realm: Realm) -> None:
    main, alt = realm.main, realm.alt
    bucket = main.bucket()
    public = {"StringLike": {"s3:x-amz-acl": "public*"}}
    _put(
        realm,
        bucket,
        statement("s3:PutObject", f"{bucket}/*"),
        statement("s3:PutObject", f"{bucket}/*", Effect="Deny", Condition=public),
    )
    alt.s3.put_object(Bucket=bucket, Key="private", Body=b"x")
    assert refused(alt.s3.put_object, Bucket=bucket, Key="public", Body=b"x", ACL="public-read") == DENIED
    granted = {"StringEquals": {"s3:x-amz-grant-full-control": f"id={main.id}"}}
    _put(realm, bucket, statement("s3:PutObject", f"{bucket}/*", Condition=granted))
    alt.s3.put_object(Bucket=bucket, Key="granted", Body=b"x", GrantFullControl=f"id={main.id}")
    assert refused(alt.s3.put_object, Bucket=bucket, Key="private", Body=b"x") == DENIED
    said = main.s3.get_object_acl(Bucket=bucket, Key="granted")
    assert [grant["Grantee"]["ID"] for grant in said["Grants"]] == [main.id]
    assert denied(main.s3.get_object_acl, Bucket=bucket, Key="private")
    assert alt.s3.get_object_acl(Bucket=bucket, Key="private")["Grants"] == [alt.shown_grant("FULL_CONTROL")]


def test_uploads_by_their_tags_and_encryption(realm: Realm) -> None:
    main, alt = realm.main, realm.alt
    bucket = main.bucket()
    tagged = {"StringEquals": {"s3:RequestObjectTag/security": "public"}}
    _put(realm, bucket, statement("s3:PutObject", f"{bucket}/*", Condition=tagged))
    assert refused(alt.s3.put_object, Bucket=bucket, Key="k", Body=b"x") == DENIED
    assert refused(alt.s3.put_object, Bucket=bucket, Key="k", Body=b"x", Tagging="security=secret") == DENIED
    alt.s3.put_object(Bucket=bucket, Key="k", Body=b"x", Tagging="security=public")
    sse = "s3:x-amz-server-side-encryption"
    _put(
        realm,
        bucket,
        statement(
            "s3:PutObject", f"{bucket}/*", Effect="Deny", Condition={"StringNotEquals": {sse: "AES256"}}
        ),
        statement("s3:PutObject", f"{bucket}/*", Effect="Deny", Condition={"Null": {sse: "true"}}),
    )
    assert refused(main.s3.put_object, Bucket=bucket, Key="k", Body=b"x") == DENIED
    main.s3.put_object(Bucket=bucket, Key="k", Body=b"x", ServerSideEncryption="AES256")


@pytest.mark.parametrize(
    ("conditions", "allowed", "refusals"),
    [
        ({"StringEquals": {"s3:prefix": "folder"}}, [{"Prefix": "folder"}], [{}, {"Prefix": "other"}]),
        ({"StringEquals": {"s3:delimiter": "/"}}, [{"Delimiter": "/"}], [{}, {"Delimiter": "-"}]),
        ({"NumericLessThanEquals": {"s3:max-keys": "2"}}, [{"MaxKeys": 2}], [{}, {"MaxKeys": 3}]),
    ],
)
def test_listings_by_what_they_ask_for(realm: Realm, conditions: Any, allowed: Any, refusals: Any) -> None:
    bucket = realm.main.bucket()
    _put(realm, bucket, statement("s3:ListBucket", bucket, Condition=conditions))
    for listing in (realm.alt.s3.list_objects, realm.alt.s3.list_objects_v2):
        for given in allowed:
            listing(Bucket=bucket, **given)
        for given in refusals:
            assert refused(listing, Bucket=bucket, **given) == DENIED


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"Principal": {"AWS": "arn:aws:iam::999999999999:user/nobody"}}, "Invalid principal in policy"),
        ({"Principal": {"AWS": ["*", "arn:aws:iam:::user/nobody"]}}, "Invalid principal in policy"),
        ({"Principal": {"AWS": "999999999999"}}, "Invalid principal in policy"),
        ({"Principal": {"CanonicalUser": "f" * 64}}, "Invalid principal in policy"),
        ({"Principal": {"AWS": "arn:aws:iam::000000000001:role/admin"}}, "Invalid principal in policy"),
        ({"Principal": {"AWS": "nobody"}}, "Invalid principal in policy"),
        ({"Principal": None, "NotPrincipal": {"AWS": "*"}}, "Allow with NotPrincipal is not allowed."),
        ({"Resource": "*"}, "Policy has invalid resource"),
        ({"Resource": "arn:aws:s3:::another-bucket/*"}, "Policy has invalid resource"),
        ({"Action": "s3:Fly"}, "Policy has invalid action"),
        ({"Effect": "Maybe"}, "Invalid effect : Maybe"),
    ],
)
def test_policies_that_are_refused(realm: Realm, changes: dict[str, Any], message: str) -> None:
    bucket = realm.main.bucket()
    text = policy(statement("s3:GetObject", f"{bucket}/*", **changes))
    with pytest.raises(realm.main.s3.exceptions.ClientError) as caught:
        realm.main.s3.put_bucket_policy(Bucket=bucket, Policy=text)
    assert caught.value.response["Error"]["Code"] == "MalformedPolicy"
    assert caught.value.response["Error"]["Message"] == message
    assert refused(realm.main.s3.get_bucket_policy, Bucket=bucket) == (404, "NoSuchBucketPolicy")


def test_everybody_but_one(realm: Realm) -> None:
    main, alt = realm.main, realm.alt
    bucket = main.bucket(ACL="public-read")
    others = statement(
        "s3:ListBucket", bucket, Effect="Deny", Principal=None, NotPrincipal={"AWS": [alt.id, main.id]}
    )
    _put(realm, bucket, others)
    alt.s3.list_objects_v2(Bucket=bucket)
    for somebody in (realm.third.s3, realm.anybody):
        assert refused(somebody.list_objects_v2, Bucket=bucket) == DENIED


def test_a_user_made_again_is_not_the_one_that_was_meant(realm: Realm) -> None:
    """A policy means who had the name when it was put: names are given to others, accounts are not."""
    main = realm.main
    realm.gateway.s3gw("user", "create", "gone")
    bucket = main.bucket()
    main.s3.put_object(Bucket=bucket, Key="k", Body=b"data")
    _put(
        realm, bucket, statement("s3:GetObject", f"{bucket}/*", Principal={"AWS": "arn:aws:iam:::user/gone"})
    )
    realm.gateway.s3gw("user", "delete", "gone")
    again = User(realm.gateway, "gone")
    assert refused(again.s3.get_object, Bucket=bucket, Key="k") == DENIED
    _put(
        realm, bucket, statement("s3:GetObject", f"{bucket}/*", Principal={"AWS": "arn:aws:iam:::user/gone"})
    )
    assert again.s3.get_object(Bucket=bucket, Key="k")["Body"].read() == b"data"
    again.s3.close()


@pytest.mark.parametrize(
    ("action", "call"),
    [
        ("s3:GetBucketPublicAccessBlock", "get_public_access_block"),
        ("s3:GetBucketAcl", "get_bucket_acl"),
        ("s3:GetBucketLocation", "get_bucket_location"),
        ("s3:GetBucketVersioning", "get_bucket_versioning"),
    ],
)
def test_the_owner_is_denied_what_a_policy_denies(realm: Realm, action: str, call: str) -> None:
    bucket = realm.main.bucket()
    block: Any = {"BlockPublicAcls": False}
    realm.main.s3.put_public_access_block(Bucket=bucket, PublicAccessBlockConfiguration=block)
    getattr(realm.main.s3, call)(Bucket=bucket)
    assert refused(getattr(realm.alt.s3, call), Bucket=bucket) == DENIED
    _put(realm, bucket, statement(action, bucket))
    getattr(realm.alt.s3, call)(Bucket=bucket)
    _put(realm, bucket, statement(action, bucket, Effect="Deny"))
    assert refused(getattr(realm.main.s3, call), Bucket=bucket) == DENIED


def test_only_the_owner_reaches_the_policy(realm: Realm) -> None:
    main, alt = realm.main, realm.alt
    bucket = main.bucket(ACL="public-read-write")
    text = policy(statement("s3:ListBucket", bucket))
    for somebody in (alt.s3, realm.anybody):
        assert refused(somebody.put_bucket_policy, Bucket=bucket, Policy=text) == DENIED
        assert refused(somebody.get_bucket_policy, Bucket=bucket) == DENIED
        assert refused(somebody.delete_bucket_policy, Bucket=bucket) == DENIED
        assert refused(somebody.get_bucket_policy_status, Bucket=bucket) == DENIED
    assert refused(main.s3.get_bucket_policy, Bucket=bucket) == (404, "NoSuchBucketPolicy")
