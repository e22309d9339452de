"""Who may do what: owner, root, others and nobody, by policy and by lists."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from s3gw.access.acl import Acl, canned
from s3gw.access.decision import Decision, Question, decide, decide_on_version, may_everything
from s3gw.access.requirements import LIST, RULES, Target, needs, of_entry
from s3gw.db.records import Account, Body, Bucket, ObjectVersion, Properties
from s3gw.operations import REGISTRY
from s3gw.protocol import types

ROOT = Account(id=1, canonical_id="r" * 64, name="root", display_name="root", is_root=True)
OWNER = Account(id=2, canonical_id="a" * 64, name="owner", display_name="owner", is_root=False)
OTHER = Account(id=3, canonical_id="b" * 64, name="other", display_name="other", is_root=False)
READ = needs("GetObject", RULES["GetObject"], types.GetObjectInput(bucket="b", key="k"), "a" * 64)
WRITE = needs("PutObject", RULES["PutObject"], types.PutObjectInput(bucket="b", key="k"), "a" * 64)


def bucket(*statements: dict[str, Any], acl: Acl | None = None, **documents: Any) -> Bucket:
    """The owner's bucket with these documents."""
    if statements:
        documents["policy"] = {"text": json.dumps({"Version": "2012-10-17", "Statement": statements})}
    if acl is not None:
        documents["acl"] = acl.document()
    settings = json.dumps(documents) if documents else None
    return Bucket(
        1, "b", OWNER, "us-east-1", datetime.now(UTC), None, 0, "cdc-256k", True, True, settings=settings
    )


def _blocked(switches: dict[str, bool]) -> dict[str, Any]:
    return {"public-access": switches}


def version(owner: Account = OWNER, **extra: Any) -> ObjectVersion:
    """A version of the key."""
    return ObjectVersion(1, "k", Body(0), "e", datetime.now(UTC), Properties(extra=extra), owner=owner)


def statement(effect: str, action: str, **members: Any) -> dict[str, Any]:
    """About everybody and every key."""
    return {"Effect": effect, "Principal": "*", "Action": action, "Resource": "arn:aws:s3:::b/*"} | members


def may(account: Account | None, wanted: Any, of: Bucket, there: ObjectVersion | None = None) -> bool:
    """Whether the decision is to allow."""
    ask = decide_on_version if wanted is READ else decide
    return ask(Question(account, wanted, of, "k", there, dict)) is Decision.ALLOW


def test_without_documents_only_owner_and_root() -> None:
    for account, allowed in ((None, False), (OTHER, False), (OWNER, True), (ROOT, True)):
        assert may(account, READ, bucket(), version()) is allowed
        assert may(account, WRITE, bucket()) is allowed
        assert may(account, of_entry("v", bypass=True), bucket()) is allowed
    assert may(OWNER, READ, bucket())


def test_policies() -> None:
    deny = bucket(statement("Deny", "s3:GetObject"))
    assert not any(may(account, READ, deny, version()) for account in (None, OTHER, OWNER, ROOT))
    allow = bucket(statement("Allow", "s3:*", Resource=["arn:aws:s3:::b/*"]))
    assert may(None, READ, allow, version())
    assert may(OTHER, WRITE, allow)
    assert not may(None, READ, allow), "what is missing is told only to who may list"
    assert not may(None, [LIST], allow)
    restricted = bucket(statement("Allow", "s3:GetObject"), **_blocked({"restrict_public_buckets": True}))
    assert not may(OTHER, READ, restricted, version())
    assert may(OWNER, READ, restricted, version())


def test_the_owner_always_reaches_the_policy() -> None:
    every = ["arn:aws:s3:::b", "arn:aws:s3:::b/*"]
    closed = bucket(statement("Deny", "s3:*", Resource=every))
    for operation in ("GetBucketPolicy", "PutBucketPolicy", "DeleteBucketPolicy", "GetBucketAcl"):
        wanted = needs(operation, RULES[operation], None, "")
        assert may(OWNER, wanted, closed) is (operation != "GetBucketAcl")
        assert not may(OTHER, wanted, closed)


def test_tags_of_the_version_decide() -> None:
    given = bucket(
        statement(
            "Allow",
            "s3:GetObject",
            Condition={"StringEquals": {"s3:ExistingObjectTag/class": "public"}},
        )
    )
    assert may(None, READ, given, version(tags={"class": "public"}))
    assert not may(None, READ, given, version(tags={"Class": "public", "class": "secret"}))


def test_lists_count_unless_the_bucket_owns_everything() -> None:
    public = version(acl=canned("public-read", OWNER.canonical_id).document())
    assert may(None, READ, bucket(), public)
    assert not may(None, READ, bucket(ownership={"ownership": "BucketOwnerEnforced"}), public)
    assert not may(None, READ, bucket(**_blocked({"ignore_public_acls": True})), public)
    theirs = version(OTHER)
    assert may(OTHER, READ, bucket(), theirs)
    assert not may(OTHER, WRITE, bucket())
    open_bucket = bucket(acl=canned("public-read-write", OWNER.canonical_id))
    assert may(None, WRITE, open_bucket)
    assert not may(None, READ, open_bucket, version())
    assert not may(None, of_entry("v", bypass=False), open_bucket)


def test_a_list_lets_nobody_lock_what_they_write() -> None:
    open_bucket = bucket(acl=canned("public-read-write", OWNER.canonical_id))
    until = datetime(2099, 1, 1, tzinfo=UTC)
    locks: tuple[dict[str, Any], ...] = (
        {"object_lock_mode": "COMPLIANCE", "object_lock_retain_until_date": until},
        {"object_lock_legal_hold_status": "ON"},
        {"object_lock_event_hold": "ON"},
    )
    for lock in locks:
        request = types.PutObjectInput(bucket="b", key="k", **lock)
        wanted = needs("PutObject", RULES["PutObject"], request, OWNER.canonical_id)
        for account in (None, OTHER):
            assert not may(account, wanted, open_bucket)
            assert not may(account, wanted, bucket(statement("Allow", "s3:PutObject")))
            assert may(account, wanted, bucket(statement("Allow", "s3:PutObject*")))
        assert may(OWNER, wanted, bucket())


def test_a_version_of_another_owner_is_theirs() -> None:
    """The bucket's owner and its policy have no say in reading it; in deleting it they have."""
    theirs, everything = version(OTHER), bucket(statement("Allow", "s3:*"))
    remove = needs("DeleteObject", RULES["DeleteObject"], types.DeleteObjectInput(bucket="b", key="k"), "")
    for of in (bucket(), everything):
        assert may(OTHER, READ, of, theirs)
        assert may(ROOT, READ, of, theirs)
        assert not may(OWNER, READ, of, theirs)
        assert not may(None, READ, of, theirs)
        assert may(OWNER, remove, of)
        assert may(OWNER, WRITE, of)
    assert may(None, remove, everything)
    assert not may(OTHER, READ, bucket(statement("Deny", "s3:GetObject")), theirs)
    assert may(OWNER, READ, bucket(ownership={"ownership": "BucketOwnerEnforced"}), theirs)
    assert not may(OTHER, READ, bucket(ownership={"ownership": "BucketOwnerEnforced"}), theirs)
    shown = version(OTHER, acl=canned("bucket-owner-read", OTHER.canonical_id, OWNER.canonical_id).document())
    assert may(OWNER, READ, bucket(), shown)


def test_an_owner_who_left_themselves_out_of_the_list() -> None:
    empty = Acl(OWNER.canonical_id, ())
    for of, allowed in ((bucket(acl=empty), False), (bucket(statement("Allow", "s3:*"), acl=empty), True)):
        assert may(OWNER, WRITE, of) is allowed
    assert not may(OWNER, [LIST], bucket(acl=empty))
    assert may(OWNER, READ, bucket(acl=empty), version())
    assert may(ROOT, WRITE, bucket(acl=empty))
    assert may(OWNER, WRITE, bucket(acl=empty, ownership={"ownership": "BucketOwnerEnforced"}))
    for operation in ("GetBucketAcl", "PutBucketAcl", "PutBucketVersioning"):
        assert may(OWNER, needs(operation, RULES[operation], None, ""), bucket(acl=empty))


@pytest.mark.parametrize(
    ("members", "owner_only"),
    [
        ({"acl": "public-read"}, False),
        ({"grant_read": "id=x"}, False),
        ({"acl": "bucket-owner-full-control"}, True),
        ({"grant_full_control": f"id={OWNER.canonical_id}"}, True),
        ({"grant_full_control": f"id={OWNER.canonical_id}", "acl": "public-read"}, False),
        ({"tagging": "a=b"}, True),
        ({"if_none_match": "*"}, True),
    ],
)
def test_what_a_write_brings_needs_more(members: dict[str, Any], owner_only: bool) -> None:
    request = types.PutObjectInput(bucket="b", key="k", **members)
    wanted = needs("PutObject", RULES["PutObject"], request, OWNER.canonical_id)
    assert may(OTHER, wanted, bucket(statement("Allow", "s3:PutObject"))) is owner_only
    assert may(OTHER, wanted, bucket(statement("Allow", "s3:PutObject*")))
    denied = bucket(statement("Allow", "s3:*"), statement("Deny", "s3:PutObject?*"))
    assert may(OTHER, wanted, denied) is ("if_none_match" in members)


def test_an_etag_is_compared_only_for_who_may_read() -> None:
    request = types.PutObjectInput(bucket="b", key="k", if_match='"e"')
    wanted = needs("PutObject", RULES["PutObject"], request, OWNER.canonical_id)
    assert not may(OTHER, wanted, bucket(statement("Allow", "s3:PutObject")))
    assert may(OTHER, wanted, bucket(statement("Allow", "s3:*Object")))


def test_the_table_agrees_with_what_operations_are_registered_with() -> None:
    for name, registered in REGISTRY.items():
        if name in RULES and RULES[name].actions:
            assert set(registered.actions) <= set(RULES[name].actions), name
    assert RULES["GetObject"].target is Target.VERSION


ENFORCED: dict[str, Any] = {"ownership": {"ownership": "BucketOwnerEnforced"}}


@pytest.mark.parametrize("operation", sorted(RULES))
def test_who_may_everything_is_allowed_whatever_it_is(operation: str) -> None:
    wanted = needs(operation, RULES[operation], types.PutObjectInput(bucket="b", key="k"), "a" * 64)
    for account in (OWNER, ROOT):
        assert may_everything(account, bucket(**ENFORCED))
        for there in (None, version(), version(OTHER)):
            assert may(account, wanted, bucket(**ENFORCED), there)


@pytest.mark.parametrize(
    ("account", "of"),
    [
        (None, bucket(**ENFORCED)),
        (OTHER, bucket(**ENFORCED)),
        (OWNER, bucket()),
        (OWNER, bucket(acl=canned("private", OWNER.canonical_id, OWNER.canonical_id))),
        (OWNER, bucket(statement("Deny", "s3:GetObject"), **ENFORCED)),
        (ROOT, bucket(statement("Allow", "s3:GetObject"), **ENFORCED)),
    ],
)
def test_who_may_not_everything_is_decided_on(account: Account | None, of: Bucket) -> None:
    assert not may_everything(account, of)


def test_what_a_bucket_says_is_read_again_from_another_record() -> None:
    for number in range(2000):
        denying = bool(number % 2)
        of = bucket(statement("Deny", "s3:GetObject"), **ENFORCED) if denying else bucket(**ENFORCED)
        assert may_everything(OWNER, of) is not denying
