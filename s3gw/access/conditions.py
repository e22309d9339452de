"""Conditions of policy statements: their keys, and whether they hold for a request.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition.html
https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from s3gw.access.malformed import malformed
from s3gw.access.operators import NULL, Qualified, parse_operator

Context = Mapping[str, tuple[str, ...]]
"""Values of a request by condition key in lower case; what a request does not have is absent."""

_KEYS = frozenset(
    key.lower()
    for key in """
    aws:CalledVia aws:CalledViaFirst aws:CalledViaLast aws:CurrentTime aws:EpochTime aws:FederatedProvider
    aws:MultiFactorAuthAge aws:MultiFactorAuthPresent aws:PrincipalAccount aws:PrincipalArn
    aws:PrincipalIsAWSService aws:PrincipalOrgID aws:PrincipalOrgPaths aws:PrincipalServiceName
    aws:PrincipalServiceNamesList aws:PrincipalType aws:Referer aws:RequestedRegion aws:ResourceAccount
    aws:ResourceOrgID aws:ResourceOrgPaths aws:SecureTransport aws:SourceAccount aws:SourceArn aws:SourceIp
    aws:SourceOrgID aws:SourceOrgPaths aws:SourceOwner aws:SourceVpc aws:SourceVpce aws:TagKeys
    aws:TokenIssueTime aws:UserAgent aws:userid aws:username aws:ViaAWSService aws:VpcSourceIp
    s3:AccessGrantsInstanceArn s3:AccessPointNetworkOrigin s3:authType s3:BucketTagKeys
    s3:DataAccessPointAccount s3:DataAccessPointArn s3:delimiter s3:ExistingObjectTag s3:if-match
    s3:if-none-match s3:InventoryAccessibleOptionalFields s3:isReplicationPauseRequest s3:JobSuspendedCause
    s3:LocationConstraint s3:locationconstraint s3:max-keys s3:object-lock-event-hold
    s3:object-lock-event-hold-duration-days s3:object-lock-legal-hold s3:object-lock-mode
    s3:object-lock-remaining-retention-days s3:object-lock-retain-until-date s3:ObjectCreationOperation
    s3:prefix s3:RequestObjectTagKeys s3:ResourceAccount s3:signatureAge s3:signatureversion s3:TlsVersion
    s3:VersionId s3:versionid s3:x-amz-acl s3:x-amz-bucket-namespace s3:x-amz-content-sha256
    s3:x-amz-copy-source s3:x-amz-grant-full-control s3:x-amz-grant-read s3:x-amz-grant-read-acp
    s3:x-amz-grant-write s3:x-amz-grant-write-acp s3:x-amz-metadata-directive s3:x-amz-object-ownership
    s3:x-amz-server-side-encryption s3:x-amz-server-side-encryption-aws-kms-key-id
    s3:x-amz-server-side-encryption-customer-algorithm s3:x-amz-storage-class
    s3:x-amz-website-redirect-location
    """.split()  # noqa: SIM905
)
_PREFIXES = (
    "aws:principaltag/",
    "aws:requesttag/",
    "aws:resourcetag/",
    "s3:buckettag/",
    "s3:existingobjecttag/",
    "s3:requestobjecttag/",
)
# What the gateway itself knows of a request. Nothing that a client writes as it likes may become part of a
# pattern: a header, a prefix, a tag.
_TRUSTED = frozenset(
    {"aws:currenttime", "aws:epochtime", "aws:principalaccount", "aws:principalarn", "aws:principaltype"}
    | {"aws:requestedregion", "aws:securetransport", "aws:sourceip", "aws:userid", "aws:username"}
)


@dataclass(frozen=True, slots=True)
class Condition:
    """One key with one operator; `values` as the operator reads them, `texts` as they were written."""

    qualified: Qualified
    key: str
    values: tuple[Any, ...]
    texts: tuple[str, ...]

    def holds(self, context: Context) -> bool:
        """Whether it does for a request."""
        given = context.get(self.key)
        operator = self.qualified.operator
        if operator.name == NULL:
            return ("false" if given else "true") in self.values

        def resolve(name: str) -> str | None:
            found = context.get(name) if name in _TRUSTED else None
            return found[0] if found is not None and len(found) == 1 else None

        def passes(value: str) -> bool:
            return any(operator.matches(want, value, resolve) for want in self.values) != operator.negative

        if self.qualified.quantifier == "forallvalues":
            return all(passes(value) for value in given or ())
        if not given and self.qualified.if_exists:
            return True
        if self.qualified.quantifier == "foranyvalue":
            return any(passes(value) for value in given or ())
        if not given:
            return operator.negative
        return all(map(passes, given)) if operator.negative else any(map(passes, given))


def parse_conditions(given: object, *, variables: bool) -> tuple[Condition, ...]:
    """The Condition element of a statement. Raises MalformedPolicy."""
    if given is None:
        return ()
    if not isinstance(given, dict):
        raise malformed("Conditions must be a JSON object")
    found = []
    for name, block in given.items():
        qualified = parse_operator(name)
        if not isinstance(block, dict):
            raise malformed("Conditions must be a JSON object", name)
        for key, values in block.items():
            found.append(_condition(qualified, key, values, variables))
    return tuple(found)


def _condition(qualified: Qualified, key: str, given: object, variables: bool) -> Condition:
    lower = key.lower()
    if lower not in _KEYS and not (lower.startswith(_PREFIXES) and not lower.endswith("/")):
        raise malformed("Policy has an invalid condition key", key)
    slash = key.find("/")
    if slash >= 0:  # the name of a tag counts as it is written
        lower = lower[:slash] + key[slash:]
    texts = tuple(_text(value, key) for value in (given if isinstance(given, list) else [given]))
    try:
        values = tuple(qualified.operator.compile(text, variables) for text in texts)
    except (ValueError, OverflowError):
        raise malformed("Invalid policy syntax.", key) from None
    return Condition(qualified, lower, values, texts)


def _text(value: object, key: str) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (str, int, float)):
        return str(value)
    raise malformed("Invalid policy syntax.", key)
