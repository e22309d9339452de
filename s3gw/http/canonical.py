"""Signature version 4 as arithmetic: the canonical request, the string to sign, the signing key.

Nothing here decides anything. S3's rules differ from those of other AWS services in that paths are neither
normalised nor encoded twice:
https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING

from s3gw.http import uri

if TYPE_CHECKING:
    from hashlib import _Hash as HASH

    from multidict import CIMultiDict, CIMultiDictProxy

    Headers = CIMultiDict[str] | CIMultiDictProxy[str]

ALGORITHM = "AWS4-HMAC-SHA256"
TERMINATOR = "aws4_request"
SERVICE = "s3"
EMPTY_SHA256 = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
UNSIGNED_PAYLOAD = "UNSIGNED-PAYLOAD"
_SHA256 = sha256()
"""Copied, since OpenSSL looks an algorithm up by its name whenever one is made."""


@dataclass(frozen=True, slots=True)
class Scope:
    """What a signing key is good for."""

    date: str
    """yyyyMMdd"""
    region: str
    service: str = SERVICE
    text: str = field(init=False, repr=False, compare=False)
    """As it stands in a string to sign."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "text", f"{self.date}/{self.region}/{self.service}/{TERMINATOR}")


def to_bytes(text: str) -> bytes:
    """The bytes of a header as they came over the wire, whatever they were."""
    return text.encode("utf-8", "surrogateescape")


@lru_cache(maxsize=1024)
def signing_key(secret: str, scope: Scope) -> bytes:
    """The key of `scope`; four HMACs, kept for the days, regions and keys in use."""
    key = b"AWS4" + secret.encode()
    for part in (scope.date, scope.region, scope.service, TERMINATOR):
        key = hmac.digest(key, part.encode(), "sha256")
    return key


@lru_cache(maxsize=1024)
def _halves(key: bytes) -> tuple[HASH, HASH]:
    """Inner and outer hash of HMAC-SHA-256 (RFC 2104) after their first block, which is the padded key."""
    block = key.ljust(64, b"\0")
    return sha256(bytes(byte ^ 0x36 for byte in block)), sha256(bytes(byte ^ 0x5C for byte in block))


def sign(key: bytes, string_to_sign: str) -> str:
    """The signature in lower-case hex; `key` is a signing key.

    It is `hmac.digest` with the work on the key done once a day: 0.7 µs instead of 1.7.
    """
    inner, outer = _halves(key)
    inner, outer = inner.copy(), outer.copy()
    inner.update(string_to_sign.encode("utf-8", "surrogateescape"))
    outer.update(inner.digest())
    return outer.hexdigest()


def string_to_sign(timestamp: str, scope: Scope, canonical_request: str) -> str:
    """What is signed for a request; `timestamp` as yyyyMMdd'T'HHmmss'Z'."""
    digest = _SHA256.copy()
    digest.update(canonical_request.encode("utf-8", "surrogateescape"))
    return f"{ALGORITHM}\n{timestamp}\n{scope.text}\n{digest.hexdigest()}"


def canonical_query(pairs: Iterable[tuple[str, str]]) -> str:
    """The decoded parameters encoded again, sorted by encoded name and value."""
    encoded = [(uri.encode(name), uri.encode(value)) for name, value in pairs]
    encoded.sort()
    return "&".join([f"{name}={value}" for name, value in encoded])


def canonical_headers(headers: Headers, signed: Iterable[str]) -> str:
    """One line for each of the `signed` names, which are lower-case and sorted; "" for one that is absent."""
    lines = []
    for name in signed:
        values = headers.getall(name, ())
        if len(values) == 1 and " " not in values[0] and values[0].isprintable():
            value = values[0]
        else:
            value = ",".join([_folded(value) for value in values])
        lines.append(f"{name}:{value}\n")
    return "".join(lines)


def _folded(value: str) -> str:
    """`value` without spaces at its ends and with single ones inside."""
    value = value.strip(" \t\r\n")
    if "  " not in value and "\t" not in value and "\n" not in value:
        return value
    for blank in "\t\r\n":
        value = value.replace(blank, " ")
    return " ".join([word for word in value.split(" ") if word])


def canonical_request(
    method: str, path: str, query: str, headers: str, signed: Iterable[str], payload: str
) -> str:
    """Put together from its canonical parts; `payload` is the value of x-amz-content-sha256."""
    return f"{method}\n{path}\n{query}\n{headers}\n{';'.join(signed)}\n{payload}"


def canonical_paths(raw_path: str) -> tuple[str, ...]:
    """The forms under which a client may have signed `raw_path`: AWS's encoding first, then as it was sent.

    AWS decodes the path and encodes it its own way, so that it does not matter how much of it a client
    escaped. Some clients sign what they send instead (`%2F` in a key, escapes in lower case). Both decode to
    the same key, so a signature of either means the same request.
    """
    if uri.is_canonical_path(raw_path):
        return (raw_path,)
    reencoded = uri.encode_path(uri.decode(raw_path))
    return reencoded, raw_path
