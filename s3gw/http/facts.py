"""What the conditions of policies may ask of a request: the values of its condition keys.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, unquote

from aiohttp import web

from s3gw.access.conditions import Context
from s3gw.access.principals import account_number, user_arn
from s3gw.config import Settings
from s3gw.db.records import Account
from s3gw.http.client import is_secure, source_address
from s3gw.http.signature import Authenticated

# Headers that are condition keys under their own name behind "s3:".
_HEADERS = (
    "x-amz-acl",
    "x-amz-grant-full-control",
    "x-amz-grant-read",
    "x-amz-grant-read-acp",
    "x-amz-grant-write",
    "x-amz-grant-write-acp",
    "x-amz-metadata-directive",
    "x-amz-object-ownership",
    "x-amz-server-side-encryption",
    "x-amz-server-side-encryption-aws-kms-key-id",
    "x-amz-server-side-encryption-customer-algorithm",
    "x-amz-storage-class",
    "x-amz-website-redirect-location",
    "if-match",
    "if-none-match",
)
_LOCK = {
    "x-amz-object-lock-mode": "object-lock-mode",
    "x-amz-object-lock-retain-until-date": "object-lock-retain-until-date",
    "x-amz-object-lock-legal-hold": "object-lock-legal-hold",
    "x-amz-object-lock-event-hold": "object-lock-event-hold",
}
_QUERY = {"prefix": "prefix", "delimiter": "delimiter", "max-keys": "max-keys", "versionId": "versionid"}
_CREATIONS = frozenset({"PutObject", "PostObject", "CopyObject", "CompleteMultipartUpload", "RenameObject"})
"""Operations after which there is an object, unlike the steps of an upload before."""
_COPY_SOURCE = "x-amz-copy-source"


class Sent(NamedTuple):
    """A request as the steps before the decision understood it."""

    request: web.BaseRequest
    headers: Mapping[str, str]
    query: Mapping[str, str]
    account: Account | None
    authenticated: Authenticated | None
    settings: Settings
    given: Any
    """The operation's input."""


def facts(sent: Sent, operation: str) -> Context:
    """Every condition key that the request has a value for."""
    now = datetime.now(UTC)
    proxies = sent.settings.trusted_proxies
    found = {
        "aws:currenttime": now.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "aws:epochtime": str(int(now.timestamp())),
        "aws:sourceip": source_address(sent.request, proxies),
        "aws:securetransport": "true" if is_secure(sent.request, proxies) else "false",
        "aws:requestedregion": sent.settings.region,
        "s3:objectcreationoperation": "true" if operation in _CREATIONS else "false",
        **_principal(sent.account),
        **_authentication(sent.authenticated, now),
    }
    for header, key in (("user-agent", "aws:useragent"), ("referer", "aws:referer")):
        if header in sent.headers:
            found[key] = sent.headers[header]
    for header in _HEADERS:
        if header in sent.headers:
            found[f"s3:{header}"] = sent.headers[header]
    for parameter, key in _QUERY.items():
        if parameter in sent.query:
            found[f"s3:{key}"] = sent.query[parameter]
    tls = sent.request.get_extra_info("ssl_object")
    if tls is not None:
        found["s3:tlsversion"] = str(tls.version()).removeprefix("TLSv")
    values: dict[str, tuple[str, ...]] = {key: (value,) for key, value in found.items()}
    if _COPY_SOURCE in sent.headers:
        # As it is understood, in the two ways in which policies write it.
        source = unquote(sent.headers[_COPY_SOURCE].partition("?versionId=")[0]).removeprefix("/")
        values[f"s3:{_COPY_SOURCE}"] = (source, f"/{source}")
    return values | _tags(sent) | _lock(sent, now)


def _principal(account: Account | None) -> dict[str, str]:
    if account is None:
        return {"aws:principaltype": "Anonymous", "aws:userid": "anonymous"}
    found = {
        "aws:principaltype": "Account" if account.is_root else "User",
        "aws:userid": account.canonical_id,
        "aws:principalarn": user_arn(account),
        "aws:principalaccount": account_number(account),
    }
    return found if account.is_root else {**found, "aws:username": account.name}


def _authentication(authenticated: Authenticated | None, now: datetime) -> dict[str, str]:
    if authenticated is None:
        return {}
    found = {
        "s3:authtype": _auth_type(authenticated),
        "s3:signatureversion": "AWS4-HMAC-SHA256" if authenticated.version == 4 else "AWS",
        "s3:x-amz-content-sha256": authenticated.payload,
    }
    if authenticated.timestamp:
        signed = datetime.strptime(authenticated.timestamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
        found["s3:signatureage"] = str(max(0, int((now - signed).total_seconds() * 1000)))
    return found


def _auth_type(authenticated: Authenticated) -> str:
    if authenticated.form:
        return "POST"
    return "REST-QUERY-STRING" if authenticated.presigned else "REST-HEADER"


def _tags(sent: Sent) -> dict[str, tuple[str, ...]]:
    """The tags that a request brings, in a header or in its document."""
    pairs = parse_qsl(sent.headers.get("x-amz-tagging", ""), keep_blank_values=True)
    tagging = getattr(sent.given, "tagging", None)
    for tag in getattr(tagging, "tag_set", None) or ():
        pairs.append((tag.key or "", tag.value or ""))
    if not pairs:
        return {}
    return {
        "s3:requestobjecttagkeys": tuple(name for name, _ in pairs),
        **{f"s3:requestobjecttag/{name}": (value,) for name, value in pairs},
    }


def _lock(sent: Sent, now: datetime) -> dict[str, tuple[str, ...]]:
    found = {key: sent.headers[header] for header, key in _LOCK.items() if header in sent.headers}
    retention = getattr(sent.given, "retention", None)
    until = getattr(sent.given, "object_lock_retain_until_date", None)
    days = getattr(sent.given, "object_lock_event_hold_duration_days", None)
    years = getattr(sent.given, "object_lock_event_hold_duration_years", None)
    if retention is not None:
        found["object-lock-mode"] = retention.mode or ""
        until = retention.retain_until_date
        if retention.event_hold:
            found["object-lock-event-hold"] = retention.event_hold
        if retention.event_hold_duration is not None:
            days, years = retention.event_hold_duration.days, retention.event_hold_duration.years
    if days is None and years is not None:
        days = years * 365
    if days is not None:
        found["object-lock-event-hold-duration-days"] = str(days)
    if isinstance(until, datetime):
        found["object-lock-retain-until-date"] = until.strftime("%Y-%m-%dT%H:%M:%SZ")
        found["object-lock-remaining-retention-days"] = str(-((now - until).days))
    hold = getattr(sent.given, "legal_hold", None)
    status = getattr(hold, "status", None)
    if status:
        found["object-lock-legal-hold"] = str(status)
    return {f"s3:{key}": (value,) for key, value in found.items()}
