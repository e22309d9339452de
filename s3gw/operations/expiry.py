"""What answers tell of the lifecycle: when an object expires, when an upload is aborted.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetObject.html (x-amz-expiration)

Dates are told by real days, also where the gateway counts shorter ones for tests.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from urllib.parse import quote

from s3gw.db.records import Bucket
from s3gw.lifecycle.rules import KIND, Subject, rules_in
from s3gw.protocol import types
from s3gw.protocol.values import http_date

_SAFE = "".join(chr(code) for code in range(32, 127) if chr(code) not in '"%\\')


def expires(bucket: Bucket) -> bool:
    """Whether the bucket has rules by which anything may expire."""
    return bucket.settings is not None and KIND in bucket.documents


def show(
    output: Any, bucket: Bucket, key: str, size: int, tags: Mapping[str, str] | None, created: datetime | None
) -> None:
    """Set the member of an output that tells when the current version of the key expires, if it does."""
    if created is None or KIND not in bucket.documents:
        return
    due = rules_in(bucket.documents).expiry(Subject(key, size, tags), created)
    if due is not None:
        output.expiration = f'expiry-date="{http_date(due.at)}", rule-id="{_header(due.rule)}"'


def show_abort(
    output: types.CreateMultipartUploadOutput | types.ListPartsOutput,
    bucket: Bucket,
    key: str,
    begun: datetime,
) -> None:
    """Set the members that tell when and by which rule an upload is aborted, if it is."""
    if KIND not in bucket.documents:
        return
    due = rules_in(bucket.documents).abort(key, begun)
    if due is not None:
        output.abort_date = due.at
        output.abort_rule_id = _header(due.rule)


def _header(rule: str) -> str:
    """The id of a rule as a header can carry it."""
    return quote(rule, safe=_SAFE)
