"""Conditional requests: RFC 9110, section 13.2.2, as S3 applies it.

If-Match, where present, decides instead of If-Unmodified-Since; If-None-Match instead of If-Modified-Since.
A read that fails the first pair is 412, the second 304; a copy is 412 in both cases.
"""

from __future__ import annotations

from datetime import datetime
from enum import Enum
from typing import Any, NamedTuple

from s3gw.db.objects import Precondition
from s3gw.errors import S3Error
from s3gw.operations import etags
from s3gw.protocol.values import read_date

NOT_IMPLEMENTED = "A header you provided implies functionality that is not implemented"


class Verdict(Enum):
    """What a request's conditions say about the object as it is."""

    PROCEED = "proceed"
    FAILED = "failed"
    """A condition that must hold does not."""
    UNCHANGED = "unchanged"
    """The client holds this state already."""


class Conditions(NamedTuple):
    """The four conditional headers of a read or of a copy's source, as parsed; None where absent."""

    if_match: str | None = None
    if_none_match: str | None = None
    if_modified_since: datetime | None = None
    if_unmodified_since: datetime | None = None

    def judge(self, etag: str, modified_at: datetime, now: datetime) -> tuple[Verdict, str]:
        """The verdict on an object at the time `now`, and the name of the header that decided it.

        Dates of HTTP have whole seconds, so the object's is cut to them. S3 ignores an If-Modified-Since that
        is still to come; not if it is the object's own date, which the database's clock may have set ahead.
        """
        modified_at = modified_at.replace(microsecond=0)
        since = self.if_modified_since
        if since is not None and since > max(now, modified_at):
            since = None
        if self.if_match is not None:
            if not _matches(self.if_match, etag):
                return Verdict.FAILED, "If-Match"
        elif self.if_unmodified_since is not None and modified_at > self.if_unmodified_since:
            return Verdict.FAILED, "If-Unmodified-Since"
        if self.if_none_match is not None:
            if _matches(self.if_none_match, etag):
                return Verdict.UNCHANGED, "If-None-Match"
        elif since is not None and modified_at <= since:
            return Verdict.UNCHANGED, "If-Modified-Since"
        return Verdict.PROCEED, ""


UNCONDITIONAL = Conditions()


def range_applies(if_range: str | None, etag: str, modified_at: datetime) -> bool:
    """Whether a Range is heeded: not when If-Range names another state of the object (RFC 9110, 13.1.5).

    Without that, a download that is resumed over a replaced object would be put together from both. A weak
    tag never matches, since it does not promise equal bytes.
    """
    if if_range is None:
        return True
    text = if_range.strip()
    if text.startswith('"') or text == etag:
        return etags.unquote(text) == etag
    date = read_date(text)
    return date is not None and modified_at.replace(microsecond=0) == date


def check_source(conditions: Conditions, etag: str, modified_at: datetime, now: datetime) -> None:
    """Raise PreconditionFailed unless every `x-amz-copy-source-if-…` condition holds."""
    verdict, header = conditions.judge(etag, modified_at, now)
    if verdict is not Verdict.PROCEED:
        raise failed(f"x-amz-copy-source-{header}")


def failed(condition: str) -> S3Error:
    """PreconditionFailed, naming the header that did not hold."""
    return S3Error(
        "PreconditionFailed",
        "At least one of the pre-conditions you specified did not hold",
        fields={"Condition": condition},
    )


def for_write(request: Any) -> Precondition | None:
    """The precondition of a request that writes a key, from its If-Match and If-None-Match.

    S3 knows `If-None-Match: *` alone and one entity tag (or `*`) in If-Match; all else is NotImplemented.
    """
    none_match: str | None = request.if_none_match
    match: str | None = request.if_match
    if none_match is None and match is None:
        return None
    if match is not None and none_match is not None:
        raise S3Error("NotImplemented", NOT_IMPLEMENTED, fields={"Header": "If-Match, If-None-Match"})
    if none_match is not None:
        if none_match.strip() != "*":
            raise S3Error(
                "NotImplemented",
                NOT_IMPLEMENTED,
                fields={
                    "Header": "If-None-Match",
                    "additionalMessage": "We don't accept the provided value of If-None-Match header for "
                    "this API",
                },
            )
        return Precondition(if_none_match_any=True)
    return Precondition(if_match=etags.unquote(match or ""))


def _matches(header: str, etag: str) -> bool:
    tags = etags.listed(header)
    return "*" in tags or etag in tags
