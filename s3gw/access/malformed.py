"""How a bad policy is refused."""

from __future__ import annotations

from s3gw.errors import S3Error


def malformed(message: str, detail: str | None = None) -> S3Error:
    """MalformedPolicy in the words of S3, with the offending part as Detail."""
    return S3Error("MalformedPolicy", message, fields=None if detail is None else {"Detail": detail})
