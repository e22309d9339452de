"""Which bucket and key a request names, decided once, on the raw request target.

Nothing is ever normalised: `.`, `..`, `//` and a trailing slash are parts of a key like any other, and a
key is decoded exactly once. The HTTP library's decoded path plays no part here nor in signing, so that what
is signed, what is authorised and what is stored cannot differ.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from s3gw.errors import S3Error
from s3gw.http import uri

MAX_KEY_BYTES = 1024
HEALTH_BUCKET = "-"
"""The name under which the gateway's own pages live in path-style; too short for a bucket."""

_BUCKET = re.compile(r"[A-Za-z0-9._-]{3,255}")


class Address(NamedTuple):
    """What a request target and its Host name."""

    bucket: str | None
    key: str | None
    virtual_host: bool
    """Whether the bucket was named by the host."""
    raw_path: str
    """The path as it was sent, without the query."""
    query: Mapping[str, str]
    """Decoded parameters; of a repeated one the first."""
    raw_query: str
    pairs: uri.Pairs = ()
    """Every decoded parameter in the order it was sent."""


def parse_address(raw_target: str, host: str, domains: tuple[str, ...]) -> Address:
    """The address of a request for `raw_target` (the request line's, undecoded) with the Host header `host`.

    A host that is one of `domains` with labels in front names the bucket by these; all others, IP addresses
    among them, are path-style. Raises S3Error: InvalidURI for what cannot be decoded, InvalidBucketName for
    what cannot be a bucket, KeyTooLongError.
    """
    raw_path, _, raw_query = _origin_form(raw_target).partition("?")
    pairs = uri.parse_query(raw_query) if raw_query else ()
    query: dict[str, str] = {}
    for name, value in pairs:
        query.setdefault(name, value)
    bucket = _bucket_of_host(host, domains) if domains else None
    if bucket is not None:
        return Address(bucket, _key(raw_path[1:]), True, raw_path, query, raw_query, pairs)
    if raw_path == "/":
        return Address(None, None, False, raw_path, query, raw_query, pairs)
    raw_bucket, _, raw_key = raw_path[1:].partition("/")
    bucket = _bucket_of_path(raw_bucket)
    return Address(bucket, _key(raw_key), False, raw_path, query, raw_query, pairs)


def _origin_form(target: str) -> str:
    """The target from its path on; a fragment does not belong into a request and is no part of a key.

    Of the absolute form (`GET http://host/path`) the authority is dropped: the Host header decides, since
    that is what the signature covers.
    """
    if not target.startswith("/"):
        scheme, separator, rest = target.partition("://")
        if not separator or scheme.lower() not in ("http", "https"):
            raise uri.invalid_uri()
        cut = min((at for at in (rest.find("/"), rest.find("?")) if at >= 0), default=len(rest))
        target = rest[cut:] if rest[cut:].startswith("/") else "/" + rest[cut:]
    if "#" in target:
        raise uri.invalid_uri()
    return target


@lru_cache(maxsize=1024)
def _bucket_of_path(raw: str) -> str:
    """Kept, since most requests are for few buckets."""
    bucket = uri.decode(raw)
    if bucket != HEALTH_BUCKET:
        _check_bucket(bucket)
    return bucket


@lru_cache(maxsize=128)
def _bucket_of_host(host: str, domains: tuple[str, ...]) -> str | None:
    label = label_of_host(host, domains)
    if label is not None:
        _check_bucket(label)
    return label


@lru_cache(maxsize=128)
def label_of_host(host: str, domains: tuple[str, ...]) -> str | None:
    """What stands in a Host header before one of `domains`; None where nothing does."""
    name = without_port(host.lower()).rstrip(".")
    for domain in domains:
        if name == domain:
            return None
    for domain in domains:
        if name.endswith("." + domain):
            return name[: -len(domain) - 1]
    return None


def without_port(host: str) -> str:
    """`host` without its port; an IPv6 address keeps its brackets."""
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0]


def _check_bucket(name: str) -> None:
    """Refuse what no bucket can be called.

    The bound is that of the oldest names AWS still serves; what a new bucket may be called is stricter and
    the business of creating one.
    """
    if not _BUCKET.fullmatch(name) or ".." in name:
        raise S3Error("InvalidBucketName", fields={"BucketName": name})


def _key(raw: str) -> str | None:
    if not raw:
        return None
    key = uri.decode(raw)
    size = len(key) if key.isascii() else len(key.encode())
    if size > MAX_KEY_BYTES:
        fields = {"Size": str(size), "MaxSizeAllowed": str(MAX_KEY_BYTES)}
        raise S3Error("KeyTooLongError", "Your key is too long", fields=fields)
    return key
