"""What x-amz-content-sha256 says about a body: its framing, and what proves that it is the sender's."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import NamedTuple

from s3gw.errors import S3Error
from s3gw.http.canonical import EMPTY_SHA256


class Form(NamedTuple):
    """One of the forms in which a body may come."""

    chunked: bool = False
    """Framed as aws-chunked."""
    signed_chunks: bool = False
    """Every chunk, and the trailer, carries a signature."""
    trailer: bool = False
    """A checksum follows the last chunk."""
    sha256: bytes | None = None
    """The digest of the whole body, where it was given."""


PLAIN = Form()
_FORMS = {
    "UNSIGNED-PAYLOAD": PLAIN,
    # What nearly every request without a body says.
    EMPTY_SHA256: Form(sha256=bytes.fromhex(EMPTY_SHA256)),
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD": Form(chunked=True, signed_chunks=True),
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER": Form(chunked=True, signed_chunks=True, trailer=True),
    "STREAMING-UNSIGNED-PAYLOAD-TRAILER": Form(chunked=True, trailer=True),
}
_ASYMMETRIC = frozenset(
    ("STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD", "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER")
)
_SHA256 = re.compile(r"[0-9a-fA-F]{64}")


@lru_cache(maxsize=256)
def form_of(declared: str) -> Form:
    """The form that a value of x-amz-content-sha256 names. Raises InvalidArgument for a malformed value.

    Kept, since it is asked of each body more than once.
    """
    found = _FORMS.get(declared)
    if found is not None:
        return found
    if _SHA256.fullmatch(declared):
        return Form(sha256=bytes.fromhex(declared))
    if declared in _ASYMMETRIC:
        raise S3Error("NotImplemented", "Signatures with AWS4-ECDSA-P256-SHA256 are not implemented.")
    message = (
        "x-amz-content-sha256 must be UNSIGNED-PAYLOAD, STREAMING-UNSIGNED-PAYLOAD-TRAILER, "
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD, STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER, "
        "STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD, STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD-TRAILER "
        "or a valid sha256 value."
    )
    fields = {"ArgumentName": "x-amz-content-sha256", "ArgumentValue": declared[:256]}
    raise S3Error("InvalidArgument", message, fields=fields)


def content_encoding(value: str | None) -> str | None:
    """A Content-Encoding header as it is to be kept: without aws-chunked, which is of the transfer only."""
    if value is None:
        return None
    kept = [part.strip() for part in value.split(",")]
    return ",".join(part for part in kept if part and part.lower() != "aws-chunked") or None
