"""Whether a policy is public, as S3 means it.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html
(The meaning of "public").
"""

from __future__ import annotations

from s3gw.access.conditions import Condition
from s3gw.access.policy import Effect, Policy, Statement
from s3gw.access.wildcard import compile_pattern

_RESTRICTING = frozenset(
    {"aws:principalarn", "aws:principalorgid", "aws:principalorgpaths", "aws:sourceaccount", "aws:sourcearn"}
    | {"aws:sourceip", "aws:sourceowner", "aws:sourcevpc", "aws:sourcevpce", "aws:userid", "aws:username"}
    | {"aws:principalaccount", "s3:dataaccesspointaccount", "s3:dataaccesspointarn"}
    | {"s3:x-amz-server-side-encryption-aws-kms-key-id"}
)
_POSITIVE = frozenset(
    {"StringEquals", "StringEqualsIgnoreCase", "StringLike", "ArnEquals", "ArnLike", "IpAddress"}
)
_WIDE = {4: 8, 6: 32}
"""Networks with a shorter prefix are "very broad"."""


def is_public(policy: Policy) -> bool:
    """Whether some statement lets in more than fixed principals or sources."""
    return any(_opens(statement) for statement in policy.statements)


def _opens(statement: Statement) -> bool:
    if statement.effect is not Effect.ALLOW:
        return False
    if not (statement.principals.everybody or statement.not_principal):
        return False
    return not any(_restricts(condition) for condition in statement.conditions)


def _restricts(condition: Condition) -> bool:
    """Whether the condition admits fixed values of something that a stranger cannot choose."""
    qualified = condition.qualified
    if qualified.if_exists or qualified.quantifier == "forallvalues":
        return False
    if condition.key not in _RESTRICTING or qualified.operator.name not in _POSITIVE or not condition.texts:
        return False
    if qualified.operator.name == "IpAddress":
        return all(network.prefixlen >= _WIDE[network.version] for network in condition.values)
    return all(compile_pattern(text, variables=True).is_fixed for text in condition.texts)
