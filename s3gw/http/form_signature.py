"""Who signed the policy of a form upload: signature version 4 or 2, in fields of the form.

https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-authentication-HTTPPOST.html
"""

from __future__ import annotations

import hmac
from base64 import b64encode
from collections.abc import Mapping
from typing import TYPE_CHECKING

from s3gw.errors import S3Error
from s3gw.http import canonical
from s3gw.http.authorization import NONE, Regions, read_form_credential, wrong_region_of_form
from s3gw.http.canonical import Scope
from s3gw.http.signature import Authenticated, mismatch, secret_of
from s3gw.protocol.values import invalid_argument

if TYPE_CHECKING:
    from s3gw.http.signature import Secrets

_VERSION_4 = {
    "x-amz-signature": "X-Amz-Signature",
    "x-amz-algorithm": "X-Amz-Algorithm",
    "x-amz-credential": "X-Amz-Credential",
    "x-amz-date": "X-Amz-Date",
}
_VERSION_2 = {"signature": "Signature", "awsaccesskeyid": "AWSAccessKeyId"}


def missing_field(name: str) -> S3Error:
    """What a form without a field that it needs, before its file, is answered with."""
    message = (
        f"Bucket POST must contain a field named '{name}'.  "
        "If it is specified, please check the order of the fields."
    )
    return invalid_argument(name, "", message)


async def authenticate_form(
    fields: Mapping[str, str], secrets: Secrets, region: str, beside: Regions = NONE
) -> Authenticated | None:
    """Who signed the form's policy; None where the form claims nobody's identity.

    `fields` are by lower-case name. Raises S3Error for anything that is not a valid signature of the policy.
    """
    if "x-amz-security-token" in fields:
        raise S3Error("InvalidToken")
    by_4 = _claims(fields, _VERSION_4)
    by_2 = _claims(fields, _VERSION_2)
    policy = fields.get("policy")
    if policy is None:
        if by_4 or by_2:
            raise missing_field("policy")
        return None
    if by_4 and by_2:
        raise S3Error("InvalidArgument", "Only one auth mechanism allowed")
    if by_4:
        return await _version_4(fields, policy, secrets, region, beside)
    if by_2:
        return await _version_2(fields, policy, secrets, region)
    raise S3Error("AccessDenied")


def _claims(fields: Mapping[str, str], needed: Mapping[str, str]) -> bool:
    """Whether the form is signed in this way: with one of the fields it must have all."""
    if needed.keys().isdisjoint(fields):
        return False
    for name, shown in needed.items():
        if not fields.get(name):
            raise missing_field(shown)
    return True


async def _version_4(
    fields: Mapping[str, str], policy: str, secrets: Secrets, region: str, beside: Regions
) -> Authenticated:
    access_key, scope = read_form_credential(
        fields["x-amz-algorithm"], fields["x-amz-credential"], fields["x-amz-date"], region, beside
    )
    secret = await secret_of(secrets, access_key)
    expected = canonical.sign(canonical.signing_key(secret, scope), policy)
    try:
        _compare(expected, fields["x-amz-signature"], access_key, policy)
    except S3Error:
        if scope.region == region:
            raise
        raise wrong_region_of_form(scope.region, region) from None
    return _signed(access_key, scope, fields["x-amz-date"], 4)


async def _version_2(fields: Mapping[str, str], policy: str, secrets: Secrets, region: str) -> Authenticated:
    access_key = fields["awsaccesskeyid"]
    secret = await secret_of(secrets, access_key)
    digest = hmac.digest(secret.encode(), canonical.to_bytes(policy), "sha1")
    _compare(b64encode(digest).decode(), fields["signature"], access_key, policy)
    return _signed(access_key, Scope("", region), "", 2)


def _signed(access_key: str, scope: Scope, timestamp: str, version: int) -> Authenticated:
    return Authenticated(
        access_key, scope, b"", "", False, frozenset(), timestamp, version=version, form=True
    )


def _compare(expected: str, given: str, access_key: str, policy: str) -> None:
    if not hmac.compare_digest(expected.encode(), canonical.to_bytes(given)):
        raise mismatch(access_key, given, policy)
