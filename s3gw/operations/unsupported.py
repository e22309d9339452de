"""What this release refuses rather than drops: what a client would rely on if it heard 200."""

from __future__ import annotations

from s3gw.errors import S3Error


def not_implemented(header: str, value: str | None = None) -> S3Error:
    """NotImplemented, naming the header and, where only some values are refused, the value."""
    what = header if value is None else f"{header}: {value}"
    return S3Error("NotImplemented", f"This gateway does not support {what} yet.", fields={"Header": header})
