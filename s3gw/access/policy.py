"""Bucket policies: read and checked as PutBucketPolicy does, and asked about a request.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-policy-language-overview.html
https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_grammar.html
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from enum import Enum
from functools import lru_cache
from typing import Any

from s3gw.access.action_names import Actions, parse_actions
from s3gw.access.conditions import Condition, Context, parse_conditions
from s3gw.access.malformed import malformed
from s3gw.access.principals import Caller, Principals, parse_principals
from s3gw.access.resources import Resource, parse_resources
from s3gw.access.wildcard import Resolve
from s3gw.errors import S3Error

MAX_SIZE = 20 << 10
"""Bytes of a policy document."""
_VARIABLES = "2012-10-17"
_VERSIONS = (_VARIABLES, "2008-10-17")
_ELEMENTS = frozenset(
    {"Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource"}
    | {"Condition"}
)


class Effect(Enum):
    """What a policy says of a request."""

    ALLOW = "Allow"
    DENY = "Deny"
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement; the `not_` members say which elements were given in their negated form."""

    effect: Effect
    principals: Principals
    not_principal: bool
    actions: Actions
    resources: tuple[Resource, ...]
    not_resource: bool
    conditions: tuple[Condition, ...]

    def applies(self, account: Caller, action: str, resource: str, context: Context) -> bool:
        """Whether the statement speaks of that request."""
        if self.principals.include(account) == self.not_principal or not self.actions.include(action):
            return False

        def resolve(name: str) -> str | None:
            return context.get(name, (None,))[0] if name in _IN_RESOURCES else None

        if any(one.matches(resource, resolve) for one in self.resources) == self.not_resource:
            return False
        return all(condition.holds(context) for condition in self.conditions)


_IN_RESOURCES = frozenset({"aws:username", "aws:userid", "aws:principalaccount", "aws:principaltype"})
_NO_VARIABLES: Resolve = lambda _name: None  # noqa: E731


@dataclass(frozen=True, slots=True)
class Policy:
    """A checked policy."""

    statements: tuple[Statement, ...]

    @property
    def accounts(self) -> frozenset[str]:
        """Every name by which it means an account."""
        return frozenset().union(*(statement.principals.accounts for statement in self.statements))

    def says(self, account: Caller, action: str, resource: str, context: Context) -> Effect:
        """What it says of an action on "bucket" or "bucket/key"; a denial wins."""
        said = Effect.NOTHING
        for statement in self.statements:
            if statement.effect is said and said is Effect.ALLOW:
                continue
            if statement.applies(account, action, resource, context):
                if statement.effect is Effect.DENY:
                    return Effect.DENY
                said = Effect.ALLOW
        return said


def parse_policy(text: str | bytes, bucket: str) -> Policy:
    """Read and check the policy of a bucket. Raises MalformedPolicy as S3 words it."""
    try:
        text = text.decode() if isinstance(text, bytes) else text
    except UnicodeDecodeError:
        raise malformed("Policies must be valid JSON and the first byte must be '{'") from None
    if not text.startswith("{"):
        raise malformed("Policies must be valid JSON and the first byte must be '{'")
    if len(text.encode(errors="replace")) > MAX_SIZE:
        raise S3Error("PolicyTooLarge", fields={"MaxSizeAllowed": str(MAX_SIZE)})
    return _policy(_read(text), bucket)


@lru_cache(maxsize=512)
def stored_policy(text: str, bucket: str, accounts: tuple[tuple[str, str], ...] = ()) -> Policy:
    """The policy of a bucket as it is stored; cached, since every request asks for it.

    `accounts` says which principal was which account (its canonical id) when the policy was put: a user who
    is made under the name of a deleted one is not the one that was meant.
    """
    policy = parse_policy(text, bucket)
    known = dict(accounts)
    return Policy(tuple(replace(one, principals=one.principals.bound(known)) for one in policy.statements))


def _read(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text, object_pairs_hook=_distinct, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise malformed("This policy contains invalid Json") from None
    assert isinstance(found, dict)
    return found


def _distinct(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise malformed("Duplicate field in policy")
    return found


def _no_constant(name: str) -> Any:
    raise ValueError(name)


def _policy(given: dict[str, Any], bucket: str) -> Policy:
    for name in given:
        if name not in ("Version", "Id", "Statement"):
            raise malformed(f"Unknown field {name}", name)
    version = given.get("Version", _VERSIONS[1])
    if version not in _VERSIONS:
        raise malformed("The policy must contain a valid version string", str(version))
    if not isinstance(given.get("Id", ""), str):
        raise malformed("Invalid policy syntax.", "Id")
    statements = given.get("Statement")
    if statements is None:
        raise malformed("Missing required field Statement")
    statements = statements if isinstance(statements, list) else [statements]
    if not statements:
        raise malformed("Could not parse the policy: Statement is empty!")
    sids = [one["Sid"] for one in statements if isinstance(one, dict) and one.get("Sid")]
    if len({str(sid) for sid in sids}) != len(sids):
        raise malformed("Statement IDs (SID) in a single policy must be unique")
    return Policy(tuple(_statement(one, bucket, version == _VARIABLES) for one in statements))


def _statement(given: object, bucket: str, variables: bool) -> Statement:
    if not isinstance(given, dict):
        raise malformed("Invalid policy syntax.")
    for name in given:
        if name not in _ELEMENTS:
            raise malformed(f"Unknown field {name}", name)
    if not isinstance(given.get("Sid", ""), str):
        raise malformed("Invalid policy syntax.", "Sid")
    effect = given.get("Effect")
    if effect is None:
        raise malformed("Missing required field Effect")
    if effect not in ("Allow", "Deny"):
        raise malformed(f"Invalid effect : {effect}", str(effect))
    principal, not_principal = _either(given, "Principal")
    if not_principal and effect == "Allow":
        raise malformed("Allow with NotPrincipal is not allowed.", "NotPrincipal")
    principals = parse_principals(principal)
    action, not_action = _either(given, "Action")
    actions = parse_actions(action, negated=not_action)
    resource, not_resource = _either(given, "Resource")
    resources = parse_resources(resource, bucket, variables=variables)
    if not (not_action or not_resource):
        for one in actions.given:
            if not _apply(one, resources, actions):
                raise malformed("Action does not apply to any resource(s) in statement", one)
    conditions = parse_conditions(given.get("Condition"), variables=variables)
    return Statement(Effect(effect), principals, not_principal, actions, resources, not_resource, conditions)


def _either(given: dict[str, Any], name: str) -> tuple[Any, bool]:
    """The value of an element or of its negation, and whether it was the latter."""
    negated = f"Not{name}"
    if name in given and negated in given:
        raise malformed(f"Statement contains both {name} and {negated}", name)
    if name in given:
        return given[name], False
    if negated in given:
        return given[negated], True
    raise malformed(f"Missing required field {name}", name)


def _apply(action: str, resources: tuple[Resource, ...], actions: Actions) -> bool:
    on_buckets, on_keys = actions.levels(action)
    return any((on_buckets and one.buckets) or (on_keys and one.keys) for one in resources)
