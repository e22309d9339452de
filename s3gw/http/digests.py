"""The digests of a body: which the client announced, and computing them.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
"""

from __future__ import annotations

import binascii
import hashlib
from base64 import b64decode, b64encode
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from s3gw.errors import S3Error
from s3gw.protocol import checksums
from s3gw.protocol.checksums import HEADERS, LENGTHS

if TYPE_CHECKING:
    from s3gw.http.canonical import Headers
    from s3gw.http.payload import Form
    from s3gw.operations.call import Buffer

_PREFIX = "x-amz-checksum-"
_NOT_CHECKSUMS = frozenset((_PREFIX + "algorithm", _PREFIX + "type", _PREFIX + "mode"))


class Digest(Protocol):
    """As of hashlib, and as the checksum classes are."""

    def update(self, data: Buffer, /) -> None: ...

    def digest(self) -> bytes: ...


@dataclass(slots=True)
class Expected:
    """What the headers say that the digests of a body will be."""

    md5: bytes | None = None
    algorithm: str | None = None
    """Of the one checksum that may be given, as header or as trailer."""
    value: bytes | None = None
    """The checksum; None where it is to come in the trailer."""
    trailer: str | None = None
    """Name of the trailing header that will carry it."""


def expected(headers: Headers, form: Form, *, with_checksums: bool = True) -> Expected:
    """What `headers` announce for a body of `form`.

    `with_checksums` is false where x-amz-checksum- headers do not speak of the body, as with
    CompleteMultipartUpload. Raises InvalidDigest and InvalidRequest for what cannot be right whatever the
    body is.
    """
    found = Expected(md5=_content_md5(headers.get("Content-MD5")))
    if not with_checksums:
        return found
    given = [
        (name.lower(), value) for name, value in headers.items() if name[0] in "xX" and names_checksum(name)
    ]
    if len(given) > 1:
        raise _several()
    for name, value in given:
        found.algorithm = _algorithm(name)
        found.value = checksum_value(name, value, found.algorithm)
    announced = headers.get("x-amz-trailer")
    if announced is not None:
        _announce(found, announced, form)
    _check_declared(found, headers.get("x-amz-sdk-checksum-algorithm"))
    return found


def names_checksum(name: str) -> bool:
    """Whether a header of this name gives a checksum."""
    lower = name.lower()
    return lower.startswith(_PREFIX) and lower not in _NOT_CHECKSUMS


def _several() -> S3Error:
    message = "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed."
    return S3Error("InvalidRequest", message)


def _algorithm(header: str) -> str:
    try:
        return HEADERS[header]
    except KeyError:
        message = "The algorithm type you specified in x-amz-checksum- header is invalid."
        raise S3Error("InvalidRequest", message) from None


def _announce(found: Expected, announced: str, form: Form) -> None:
    name = announced.strip().lower()
    if name not in HEADERS:
        message = "The value specified in the x-amz-trailer header is not supported"
        raise S3Error("InvalidRequest", message)
    if found.algorithm is not None:
        raise _several()
    if not form.trailer:
        # The body cannot end in the trailer that this promises.
        raise S3Error("MalformedTrailerError")
    found.trailer = name
    found.algorithm = HEADERS[name]


def _check_declared(found: Expected, declared: str | None) -> None:
    if declared is None:
        return
    if declared.upper() not in LENGTHS:
        raise S3Error("InvalidRequest", "Value for x-amz-sdk-checksum-algorithm header is invalid.")
    if found.algorithm is None:
        message = (
            "x-amz-sdk-checksum-algorithm specified, but no corresponding x-amz-checksum-* "
            "or x-amz-trailer headers were found."
        )
        raise S3Error("InvalidRequest", message)
    if found.algorithm != declared.upper():
        raise S3Error("InvalidRequest", "Value for x-amz-sdk-checksum-algorithm header is invalid.")


def checksum_value(name: str, value: str, algorithm: str, *, trailing: bool = False) -> bytes:
    """The bytes of a base64 checksum. Raises InvalidRequest where there are not as many as it takes."""
    decoded = _base64(value)
    if decoded is None or len(decoded) != LENGTHS[algorithm]:
        kind = "trailing header" if trailing else "header"
        raise S3Error("InvalidRequest", f"Value for {name} {kind} is invalid.")
    return decoded


def _base64(text: str) -> bytes | None:
    try:
        return b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None


def _content_md5(value: str | None) -> bytes | None:
    if value is None:
        return None
    decoded = _base64(value.strip())
    if decoded is None or len(decoded) != 16:
        message = "The Content-MD5 you specified was invalid."
        raise S3Error("InvalidDigest", message, fields={"Content-MD5": value[:256]})
    return decoded


def _new(name: str) -> Digest:
    return hashlib.md5(usedforsecurity=False) if name == "MD5" else checksums.new(name)


class Digests:
    """Several digests of one stream of blocks."""

    def __init__(self, names: Iterable[str]) -> None:
        self._running = {name: _new(name) for name in names}

    def add(self, name: str) -> None:
        """Also compute `name`; before the first block."""
        if name not in self._running:
            self._running[name] = _new(name)

    def update(self, data: Buffer) -> None:
        """Feed `data` to all of them, here and now."""
        for digest in self._running.values():
            digest.update(data)

    def lanes(self) -> list[tuple[Digest, ...]]:
        """The digests in groups that are worth a thread each: MD5 takes as long as all others together."""
        first = tuple(digest for name, digest in self._running.items() if name not in _SLOW_LANE)
        second = tuple(digest for name, digest in self._running.items() if name in _SLOW_LANE)
        return [lane for lane in (first, second) if lane]

    def digest(self, name: str) -> bytes:
        """The digest `name` of all blocks so far."""
        return self._running[name].digest()

    def __contains__(self, name: str) -> bool:
        """Whether `name` is computed."""
        return name in self._running

    def checksums(self) -> dict[str, str]:
        """Base64 by name, of the checksums that were computed and that S3 knows as such."""
        return {
            name: b64encode(digest.digest()).decode()
            for name, digest in self._running.items()
            if name in LENGTHS
        }


_SLOW_LANE = frozenset(("SHA1", "SHA256", "SHA512"))


def update_lane(lane: Iterable[Digest], data: Buffer) -> None:
    """Feed `data` to each digest of a lane."""
    for digest in lane:
        digest.update(data)
