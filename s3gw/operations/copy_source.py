"""The `x-amz-copy-source` header: which object a copy reads."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import unquote

from s3gw.errors import S3Error
from s3gw.operations.names import check_key, is_bucket_name

_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_VERSION = "?versionId="


@dataclass(frozen=True, slots=True)
class CopySource:
    """One version of one key of one bucket; `version_id` None means the current one."""

    bucket: str
    key: str
    version_id: str | None = None


def parse_copy_source(header: str | None) -> CopySource:
    """The source that the header names: `[/]bucket/key[?versionId=id]`, percent-encoded.

    It is decoded exactly once and never normalised, so `..` and an encoded `?` are plain parts of the key; a
    `+` is a plus. Raises InvalidArgument, KeyTooLongError.
    """
    header = header or ""
    path, _, version = header.strip().partition(_VERSION)
    bucket, slash, key = _decoded(header, path.removeprefix("/")).partition("/")
    if not is_bucket_name(bucket):
        raise _invalid(header, "Invalid copy source bucket name")
    if not (slash and key):
        # S3 repeats the name of the header here, not what it says.
        raise _invalid("x-amz-copy-source", "Invalid copy source object key")
    check_key(key)
    if _VERSION in header and not version:
        raise _invalid(header, "Version id cannot be the empty string")
    return CopySource(bucket, key, _decoded(header, version) or None)


def _decoded(header: str, text: str) -> str:
    if _BAD_ESCAPE.search(text):
        raise _invalid(header, "Invalid copy source encoding")
    try:
        decoded = unquote(text, errors="strict")
        decoded.encode()
    except UnicodeError:
        raise _invalid(header, "Invalid copy source encoding") from None
    return decoded


def _invalid(header: str, message: str) -> S3Error:
    value = header.encode(errors="replace").decode()
    return S3Error(
        "InvalidArgument", message, fields={"ArgumentName": "x-amz-copy-source", "ArgumentValue": value}
    )
