"""Policies: what PutBucketPolicy refuses, and what a policy says."""

from __future__ import annotations

import json
from typing import Any

import pytest

from s3gw.access.policy import MAX_SIZE, Effect, parse_policy
from s3gw.access.public import is_public
from s3gw.db.records import Account
from s3gw.errors import S3Error

ALICE = Account(id=7, canonical_id="a" * 64, name="alice", display_name="alice", is_root=False)
BOB = Account(id=8, canonical_id="b" * 64, name="bob", display_name="bob", is_root=False)
KEYS = "arn:aws:s3:::bucket/*"


def statement(**members: Any) -> dict[str, Any]:
    """An Allow of GetObject to everybody, changed by `members`; None removes one."""
    made = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": KEYS} | members
    return {name: value for name, value in made.items() if value is not None}


def document(*statements: Any, **members: Any) -> str:
    """A policy of these statements."""
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements), **members})


def says(
    *statements: Any,
    account: Account | None = ALICE,
    action: str = "s3:GetObject",
    resource: str = "bucket/k",
    version: str = "2012-10-17",
    **context: Any,
) -> Effect:
    """What a policy of these statements says; context keys are written with __ for the colon."""
    values = {
        key.replace("__", ":").lower(): tuple(value) if isinstance(value, list) else (value,)
        for key, value in context.items()
    }
    return parse_policy(document(*statements, Version=version), "bucket").says(
        account, action, resource, values
    )


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "Policies must be valid JSON and the first byte must be '{'"),
        ("[]", "Policies must be valid JSON and the first byte must be '{'"),
        (" {}", "Policies must be valid JSON and the first byte must be '{'"),
        ("{", "This policy contains invalid Json"),
        ("{true}", "This policy contains invalid Json"),
        ("{" * 3000, "This policy contains invalid Json"),
        ("{}", "Missing required field Statement"),
        (document(), "Could not parse the policy: Statement is empty!"),
        (document(statement(), Version="2020-01-01"), "The policy must contain a valid version string"),
        (document(statement(), Extra=1), "Unknown field Extra"),
        (document(statement(Principal=None)), "Missing required field Principal"),
        (document(statement(Principal={"AWS": "nobody"})), "Invalid principal in policy"),
        (document(statement(Principal={"AWS": []})), "Invalid principal in policy"),
        (document(statement(Principal={"Other": "*"})), "Invalid principal in policy"),
        (document(statement(Effect=None)), "Missing required field Effect"),
        (document(statement(Effect="allow")), "Invalid effect : allow"),
        (document(statement(Action=None)), "Missing required field Action"),
        (document(statement(Action="s3:Fly")), "Policy has invalid action"),
        (document(statement(Action="ec2:*")), "Policy has invalid action"),
        (document(statement(Resource=None)), "Missing required field Resource"),
        (document(statement(Resource="arn:aws:s3:::other/*")), "Policy has invalid resource"),
        (document(statement(Resource="bucket/*")), "Policy has invalid resource"),
        (
            document(statement(Resource="arn:aws:s3:::bucket")),
            "Action does not apply to any resource(s) in statement",
        ),
        (
            document(statement(Condition={"StringEquals": {"s3:colour": "x"}})),
            "Policy has an invalid condition key",
        ),
        (
            document(statement(Condition={"StringSame": {"s3:prefix": "x"}})),
            "Invalid Condition type : StringSame",
        ),
        (document(statement(Condition={"IpAddress": {"aws:SourceIp": "x"}})), "Invalid policy syntax."),
        (
            document(statement(Sid="a"), statement(Sid="a")),
            "Statement IDs (SID) in a single policy must be unique",
        ),
    ],
)
def test_what_is_refused(text: str, message: str) -> None:
    with pytest.raises(S3Error) as caught:
        parse_policy(text, "bucket")
    assert (caught.value.code, caught.value.message) == ("MalformedPolicy", message)


def test_a_policy_has_at_most_20_kib() -> None:
    with pytest.raises(S3Error, match="PolicyTooLarge"):
        parse_policy(document(statement(Sid="x" * MAX_SIZE)), "bucket")


@pytest.mark.parametrize(
    ("principal", "alice", "nobody"),
    [
        ("*", True, True),
        ({"AWS": "*"}, True, True),
        ({"AWS": "000000000007"}, True, False),
        ({"AWS": ["arn:aws:iam::000000000007:root"]}, True, False),
        ({"AWS": "arn:aws:iam::000000000007:user/alice"}, True, False),
        ({"AWS": "arn:aws:iam:::user/alice"}, True, False),
        ({"AWS": "arn:aws:iam::000000000008:user/alice"}, False, False),
        ({"CanonicalUser": "a" * 64}, True, False),
        ({"CanonicalUser": "b" * 64}, False, False),
        ({"Service": "logging.s3.amazonaws.com"}, False, False),
    ],
)
def test_principals(principal: Any, alice: bool, nobody: bool) -> None:
    given = statement(Principal=principal)
    assert (says(given) is Effect.ALLOW) is alice
    assert (says(given, account=None) is Effect.ALLOW) is nobody
    negated = statement(Effect="Deny", Principal=None, NotPrincipal=principal)
    assert (says(negated) is Effect.DENY) is not alice


def test_actions_and_resources() -> None:
    assert says(statement(Action="s3:get*")) is Effect.ALLOW
    assert says(statement(Action="s3:GetObjectVersion")) is Effect.NOTHING
    assert says(statement(Action=None, NotAction="s3:PutObject")) is Effect.ALLOW
    assert says(statement(Action=None, NotAction="s3:Get*")) is Effect.NOTHING
    assert says(statement(Resource="arn:aws:s3:::bucket/a/*")) is Effect.NOTHING
    assert says(statement(Resource="arn:aws:s3:::bucket/?")) is Effect.ALLOW
    assert says(statement(Resource=None, NotResource="arn:aws:s3:::bucket/secret")) is Effect.ALLOW
    assert says(statement(Resource="arn:aws:s3:::*")) is Effect.ALLOW
    mine = statement(Resource="arn:aws:s3:::bucket/${aws:username}/*")
    assert says(mine, resource="bucket/alice/x", aws__username="alice") is Effect.ALLOW
    assert says(mine, resource="bucket/bob/x", aws__username="alice") is Effect.NOTHING
    assert says(mine, resource="bucket/x/y", aws__username="*") is Effect.NOTHING
    literal = "bucket/${aws:username}/x"
    assert says(mine, resource=literal, version="2008-10-17") is Effect.ALLOW


def test_a_denial_wins() -> None:
    deny = statement(Effect="Deny", Principal={"AWS": "000000000007"})
    for order in ((deny, statement()), (statement(), deny)):
        assert says(*order) is Effect.DENY
        assert says(*order, account=BOB) is Effect.ALLOW


@pytest.mark.parametrize(
    ("operator", "key", "want", "given", "holds"),
    [
        ("StringEquals", "s3:prefix", ["a", "b"], "b", True),
        ("StringEquals", "s3:prefix", "A", "a", False),
        ("StringEquals", "s3:prefix", "a*", "ab", False),
        ("StringEqualsIgnoreCase", "s3:prefix", "A", "a", True),
        ("StringNotEquals", "s3:prefix", "a", None, True),
        ("StringNotEquals", "s3:prefix", "a", "a", False),
        ("StringLike", "s3:prefix", "a*", "ab", True),
        ("StringLike", "s3:prefix", "a*", None, False),
        ("StringLikeIfExists", "s3:prefix", "a*", None, True),
        ("StringNotLike", "s3:prefix", "a*", "b", True),
        ("NumericLessThanEquals", "s3:max-keys", 10, "10", True),
        ("NumericGreaterThan", "s3:max-keys", "10", "x", False),
        ("NumericNotEquals", "s3:max-keys", "10", "9", True),
        ("DateLessThan", "aws:CurrentTime", "2030-01-01T00:00:00Z", "2029-12-31T23:59:59Z", True),
        ("DateGreaterThan", "aws:EpochTime", "2030-01-01", "0", False),
        ("Bool", "aws:SecureTransport", False, "false", True),
        ("Bool", "aws:SecureTransport", "true", None, False),
        ("BinaryEquals", "s3:x-amz-acl", "YWJj", "YWJj", True),
        ("IpAddress", "aws:SourceIp", "10.0.0.0/8", "10.1.2.3", True),
        ("IpAddress", "aws:SourceIp", "10.0.0.0/8", "::ffff:10.1.2.3", True),
        ("IpAddress", "aws:SourceIp", ["2001:db8::/32"], "10.1.2.3", False),
        ("NotIpAddress", "aws:SourceIp", "10.0.0.0/8", "11.0.0.1", True),
        ("ArnLike", "aws:PrincipalArn", "arn:aws:iam::*:user/a*", "arn:aws:iam::7:user/alice", True),
        ("ArnNotEquals", "aws:PrincipalArn", "arn:aws:iam::7:user/b", "arn:aws:iam::7:user/a", True),
        ("Null", "s3:prefix", "true", None, True),
        ("Null", "s3:prefix", True, "x", False),
        ("Null", "s3:prefix", "false", "x", True),
    ],
)
def test_operators(operator: str, key: str, want: Any, given: str | None, holds: bool) -> None:
    one = statement(Condition={operator: {key: want}})
    context: dict[str, Any] = {} if given is None else {key.replace(":", "__"): given}
    assert (says(one, **context) is Effect.ALLOW) is holds


@pytest.mark.parametrize(
    ("quantifier", "given", "holds"),
    [
        ("ForAllValues:StringEquals", ["a", "b"], True),
        ("ForAllValues:StringEquals", ["a", "c"], False),
        ("ForAllValues:StringEquals", [], True),
        ("ForAnyValue:StringEquals", ["a", "c"], True),
        ("ForAnyValue:StringEquals", [], False),
        ("ForAllValues:StringNotEquals", ["c", "d"], True),
        ("ForAllValues:StringNotEquals", ["a", "c"], False),
        ("ForAnyValue:StringNotEquals", ["a", "c"], True),
        ("ForAnyValue:StringNotEquals", ["a", "b"], False),
    ],
)
def test_sets_of_values(quantifier: str, given: list[str], holds: bool) -> None:
    one = statement(Condition={quantifier: {"s3:RequestObjectTagKeys": ["a", "b"]}})
    assert (says(one, s3__RequestObjectTagKeys=given) is Effect.ALLOW) is holds


def test_tags_and_variables_in_conditions() -> None:
    tagged = statement(Condition={"StringEquals": {"s3:ExistingObjectTag/Team": "red"}})
    policy = parse_policy(document(tagged), "bucket")
    assert policy.says(None, "s3:GetObject", "bucket/k", {"s3:existingobjecttag/Team": ("red",)}) is (
        Effect.ALLOW
    )
    own = statement(Condition={"StringLike": {"s3:prefix": "${aws:username}/*"}})
    assert says(own, s3__prefix="alice/x", aws__username="alice") is Effect.ALLOW
    told = statement(Condition={"StringEquals": {"s3:prefix": "${aws:Referer}"}})
    assert says(told, s3__prefix="x", aws__Referer="x") is Effect.NOTHING


@pytest.mark.parametrize(
    ("changes", "public"),
    [
        ({}, True),
        ({"Principal": {"AWS": "000000000007"}}, False),
        ({"Effect": "Deny"}, False),
        ({"Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/32"}}}, False),
        ({"Condition": {"IpAddress": {"aws:SourceIp": "0.0.0.0/1"}}}, True),
        ({"Condition": {"StringEquals": {"aws:SourceVpc": "vpc-1"}}}, False),
        ({"Condition": {"StringLike": {"aws:SourceVpc": "vpc-*"}}}, True),
        ({"Condition": {"StringEqualsIfExists": {"aws:SourceVpc": "vpc-1"}}}, True),
        ({"Condition": {"StringLike": {"aws:Referer": "http://a"}}}, True),
    ],
)
def test_what_is_public(changes: dict[str, Any], public: bool) -> None:
    assert is_public(parse_policy(document(statement(**changes)), "bucket")) is public
