"""Who sent a request: a signature in the Authorization header or presigned in the query.

https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html
"""

from __future__ import annotations

import hmac
import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple, Protocol

from s3gw.errors import S3Error
from s3gw.http import canonical, signature_2
from s3gw.http.authorization import NONE, QUERY_PARAMETERS, Claim, Regions, read_claim, wrong_region
from s3gw.http.canonical import UNSIGNED_PAYLOAD, Scope
from s3gw.http.payload import form_of

if TYPE_CHECKING:
    from s3gw.http.addressing import Address
    from s3gw.http.canonical import Headers

MAX_SKEW = 900
"""Seconds by which a client's clock may differ from ours."""

_EXEMPT = frozenset(
    (
        "x-amz-content-sha256",  # part of the canonical request, or verified against the body
        "x-amz-decoded-content-length",  # verified against the body
        "x-amz-trailer",  # announces what is verified at the end of the body
        "x-amz-checksum-algorithm",
        "x-amz-sdk-checksum-algorithm",
        "x-amzn-trace-id",  # added by balancers
    )
)
"""Headers of the x-amz- family that a request need not sign; they cannot change what it does."""


_CUSTOMERS_KEY = re.compile(r"(-customer-key[:=])[^\n&]+", re.IGNORECASE)
"""Of SSE-C, as header or as parameter of a query."""


class Authenticated(NamedTuple):
    """Who signed a request, and what the signatures of its body are checked with."""

    access_key: str
    scope: Scope
    signing_key: bytes
    seed_signature: str
    presigned: bool
    signed_headers: frozenset[str]
    timestamp: str
    """When it was signed, as yyyyMMdd'T'HHmmss'Z'; "" where the signature does not say."""
    payload: str = UNSIGNED_PAYLOAD
    """What x-amz-content-sha256 says of the body, whether as header or as query parameter."""
    version: int = 4
    form: bool = False
    """Whether what was signed is the policy of a form upload."""

    def __repr__(self) -> str:
        """Without key and signature, so that neither ends in a log."""
        return f"Authenticated({self.access_key!r}, {self.scope.text}, presigned={self.presigned})"


class Secrets(Protocol):
    """Where the secret keys are."""

    def known_secret(self, access_key: str) -> str | None:
        """The secret of `access_key`, where that need not be looked up; else None."""
        ...

    async def secret(self, access_key: str) -> str | None:
        """The secret of `access_key`; None where there is no such key or it is disabled."""
        ...


async def authenticate(
    method: str,
    address: Address,
    headers: Headers,
    secrets: Secrets,
    region: str,
    now: datetime,
    *,
    version_2: bool = False,
    beside: Regions = NONE,
) -> Authenticated | None:
    """Check the signature of a request; None for an anonymous one, which claims nobody's identity.

    It may be for `region` or, to be compared with that of the bucket, for one `beside` it.

    `now` is aware. With `version_2`, signatures of that version are accepted as well.
    Raises S3Error with the code, message and fields of AWS for anything that is not a valid signature; a
    request that claims an identity in any way is never taken for an anonymous one.
    """
    if version_2 and (older := signature_2.read_claim(address, headers)) is not None:
        _refuse_tokens(address, headers)
        return await _version_2(method, address, headers, older, secrets, region, now)
    claim = read_claim(address, headers, region, beside)
    _refuse_tokens(address, headers)
    if claim is None:
        declared = headers.get("x-amz-content-sha256")
        if declared is not None and form_of(declared).signed_chunks:
            raise S3Error("AccessDenied")
        return None
    if claim.expires is None:
        _check_skew(claim.signed_at, now)
    else:
        _check_expiry(claim, claim.expires, now)
    signed = frozenset(claim.signed_headers)
    _check_signed(headers, signed)  # first, as in S3: who forgot to sign one is told so
    digest, payload = _declared_payload(claim, address, headers)
    secret = secrets.known_secret(claim.access_key) or await secret_of(secrets, claim.access_key)
    key = canonical.signing_key(secret, claim.scope)
    try:
        _verify(method, address, headers, claim, digest, key)
    except S3Error:
        if claim.scope.region == region:
            raise
        raise wrong_region(claim.scope.region, region, in_header=not claim.presigned) from None
    return Authenticated(
        claim.access_key,
        claim.scope,
        key,
        claim.signature,
        claim.presigned,
        signed,
        claim.timestamp,
        payload,
    )


async def secret_of(secrets: Secrets, access_key: str) -> str:
    """The secret of a key. Raises InvalidAccessKeyId where there is no such key or it is disabled."""
    secret = await secrets.secret(access_key)
    if secret is None:
        message = "The AWS Access Key Id you provided does not exist in our records."
        raise S3Error("InvalidAccessKeyId", message, fields={"AWSAccessKeyId": _printable(access_key)})
    return secret


async def _version_2(
    method: str,
    address: Address,
    headers: Headers,
    claim: signature_2.Claim,
    secrets: Secrets,
    region: str,
    now: datetime,
) -> Authenticated:
    timestamp = ""
    if claim.expires is None:
        signed_at = signature_2.signed_at(headers)
        _check_skew(signed_at, now)
        timestamp = signed_at.strftime("%Y%m%dT%H%M%SZ")
    elif (error := signature_2.expired(claim, now)) is not None:
        raise error
    texts = signature_2.strings_to_sign(method, address, headers, claim)
    secret = await secret_of(secrets, claim.access_key)
    if not any(signature_2.matches(text, claim, secret) for text in texts):
        raise mismatch(claim.access_key, claim.signature, texts[0])
    payload = signature_2.payload_of(headers)
    signed = frozenset(lower for name in headers if (lower := name.lower()).startswith("x-amz-"))
    presigned = claim.expires is not None
    return Authenticated(
        claim.access_key, Scope("", region), b"", "", presigned, signed, timestamp, payload, version=2
    )


def hoisted_headers(address: Address) -> dict[str, str]:
    """The x-amz-* parameters of a presigned query that stand for headers, by lower-case name.

    SDKs that presign move headers into the query, where S3 reads them as if they had been sent. Those of
    checksums it ignores: SDKs compute them when they sign, over the body that they do not have yet.
    """
    found: dict[str, str] = {}
    for name, value in address.pairs:
        lower = name.lower()
        if lower.startswith("x-amz-") and lower not in _NEVER_HOISTED and not _is_checksum(lower):
            found.setdefault(lower, value)
    return found


_NEVER_HOISTED = frozenset(name.lower() for name in QUERY_PARAMETERS) | {
    "x-amz-content-sha256",
    "x-amz-decoded-content-length",
    "x-amz-security-token",
    "x-amz-trailer",
}


def _is_checksum(name: str) -> bool:
    return name == "x-amz-sdk-checksum-algorithm" or (
        name.startswith("x-amz-checksum-")
        and name not in ("x-amz-checksum-mode", "x-amz-checksum-algorithm", "x-amz-checksum-type")
    )


def _refuse_tokens(address: Address, headers: Headers) -> None:
    """No session credentials are issued here, so that no token can be right."""
    if "x-amz-security-token" in headers or (
        address.query and "x-amz-security-token" in map(str.lower, address.query)
    ):
        raise S3Error("InvalidToken")


def _declared_payload(claim: Claim, address: Address, headers: Headers) -> tuple[str, str]:
    """The last line of the canonical request, and what the body has to be.

    They differ only where a presigned request sends x-amz-content-sha256 without having signed it: then the
    signature says nothing of the body, yet the body must be what the header says.
    """
    header = headers.get("x-amz-content-sha256")
    if not claim.presigned:
        if header is None:
            raise S3Error("InvalidRequest", "Missing required header for this request: x-amz-content-sha256")
        form_of(header)
        return header, header
    parameter = address.query.get("X-Amz-Content-Sha256")
    for declared in (header, parameter):
        if declared is not None and form_of(declared).chunked:
            # Chunk signatures hang on a header's signature; and an unsigned header must not be able to turn
            # a presigned request into something else.
            raise S3Error("InvalidRequest", "A presigned request cannot have a body in aws-chunked encoding")
    if header is not None and parameter is not None and header != parameter:
        raise S3Error("InvalidRequest", "x-amz-content-sha256 differs between header and query")
    body = header or parameter or UNSIGNED_PAYLOAD
    signed = parameter is not None or "x-amz-content-sha256" in claim.signed_headers
    return (body if signed else UNSIGNED_PAYLOAD), body


def _check_skew(signed_at: datetime, now: datetime) -> None:
    if abs((now - signed_at).total_seconds()) > MAX_SKEW:
        raise S3Error(
            "RequestTimeTooSkewed",
            "The difference between the request time and the current time is too large.",
            fields={
                "RequestTime": signed_at.strftime("%Y%m%dT%H%M%SZ"),
                "ServerTime": _iso(now),
                "MaxAllowedSkewMilliseconds": str(MAX_SKEW * 1000),
            },
        )


def _check_expiry(claim: Claim, expires: int, now: datetime) -> None:
    if (claim.signed_at - now).total_seconds() > MAX_SKEW:
        raise S3Error("AccessDenied", "Request is not yet valid", fields={"ServerTime": _iso(now)})
    end = claim.signed_at + timedelta(seconds=expires)
    if expires == 0 or now >= end:
        fields = {"X-Amz-Expires": str(expires), "Expires": _iso(end), "ServerTime": _iso(now)}
        raise S3Error("AccessDenied", "Request has expired", fields=fields)


def _iso(time: datetime) -> str:
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _verify(method: str, address: Address, headers: Headers, claim: Claim, digest: str, key: bytes) -> None:
    """Compare the signature, in constant time, with that of each canonical form of the path."""
    pairs = address.pairs
    if claim.presigned:
        pairs = tuple(pair for pair in pairs if pair[0] != "X-Amz-Signature")
    query = canonical.canonical_query(pairs) if pairs else ""
    lines = canonical.canonical_headers(headers, claim.signed_headers)
    given = canonical.to_bytes(claim.signature)
    attempts = []
    for path in canonical.canonical_paths(address.raw_path):
        request = canonical.canonical_request(method, path, query, lines, claim.signed_headers, digest)
        text = canonical.string_to_sign(claim.timestamp, claim.scope, request)
        if hmac.compare_digest(canonical.sign(key, text).encode(), given):
            return
        attempts.append((text, request))
    raise mismatch(claim.access_key, claim.signature, *attempts[0])


def mismatch(access_key: str, signature: str, text: str, request: str | None = None) -> S3Error:
    """SignatureDoesNotMatch with what AWS tells for finding out why; nothing of it is secret.

    Unlike AWS it does not repeat a customer's key: error documents end in logs.
    """
    text = _CUSTOMERS_KEY.sub(r"\1***", text)
    request = None if request is None else _CUSTOMERS_KEY.sub(r"\1***", request)
    fields = {
        "AWSAccessKeyId": _printable(access_key),
        "StringToSign": _printable(text),
        "SignatureProvided": _printable(signature),
        "StringToSignBytes": canonical.to_bytes(text).hex(" "),
    }
    if request is not None:
        fields["CanonicalRequest"] = _printable(request)
        fields["CanonicalRequestBytes"] = canonical.to_bytes(request).hex(" ")
    message = (
        "The request signature we calculated does not match the signature you provided. "
        "Check your key and signing method."
    )
    return S3Error("SignatureDoesNotMatch", message, fields=fields)


def _printable(text: str) -> str:
    """`text` without the characters that an XML document cannot hold."""
    clean = canonical.to_bytes(text).decode("utf-8", "replace")
    return "".join([c if c >= " " or c == "\n" else "\ufffd" for c in clean])


def _check_signed(headers: Headers, signed: frozenset[str]) -> None:
    """Refuse headers that give the request a meaning but that whoever signed it did not sign."""
    missing = [] if "host" in signed else ["host"]
    for name in headers:
        if name[0] not in "xX":
            continue
        lower = name.lower()
        if lower not in signed and lower.startswith("x-amz-") and lower not in _EXEMPT:
            missing.append(lower)
    if missing:
        message = "There were headers present in the request which were not signed"
        raise S3Error("AccessDenied", message, fields={"HeadersNotSigned": ", ".join(dict.fromkeys(missing))})
