"""Entity tags: quoted on the wire, bare in the database."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable


def quote(etag: str) -> str:
    """The tag as S3 shows it."""
    return f'"{etag}"'


def unquote(text: str) -> str:
    """The bare tag of what a client sent, which may be quoted, weak, or neither."""
    return text.strip().removeprefix("W/").strip('"')


def of_parts(etags: Iterable[str]) -> str:
    """The tag of an object completed from parts: the MD5 of their MD5s, and how many there are."""
    digest = hashlib.md5(usedforsecurity=False)
    count = 0
    for etag in etags:
        digest.update(bytes.fromhex(etag))
        count += 1
    return f"{digest.hexdigest()}-{count}"


def is_md5(etag: str) -> bool:
    """Whether the tag is the MD5 of the object's bytes, and not one of an object completed from parts."""
    return len(etag) == 32 and "-" not in etag


def listed(header: str) -> frozenset[str]:
    """The bare tags of an If-Match or If-None-Match header; "*" stands for itself.

    S3 takes tags without quotes too, so commas separate them wherever they stand.
    """
    return frozenset(tag for item in header.split(",") if (tag := unquote(item)))


def opaque() -> str:
    """The ETag of an object whose bytes it must not tell: like an MD5, as in S3, and random."""
    return secrets.token_hex(16)


def counts_parts(etag: str) -> bool:
    """Whether it is the tag of an object completed from parts; one that was appended to has parts as well,
    but no tag that tells of them."""
    return "-" in etag
