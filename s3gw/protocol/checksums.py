"""The checksums of S3: of a stream, of an object from those of its parts, and their base64 form.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity-upload.html
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Callable, Mapping, Sequence
from typing import ClassVar, Protocol

from awscrt import checksums as crt
from isal import isal_zlib

from s3gw.errors import S3Error

Buffer = bytes | bytearray | memoryview


class Checksum(Protocol):
    """A checksum that is being computed; not safe for use by two threads at once."""

    @property
    def name(self) -> str:
        """As S3 writes it: "CRC32", "SHA256" and so on."""
        ...

    def update(self, data: Buffer, /) -> None:
        """Add `data`, in order."""
        ...

    def digest(self) -> bytes:
        """The checksum of everything so far, big-endian."""
        ...


class _Crc:
    """A CRC, kept as the number that its library continues from."""

    __slots__ = ("_value",)
    name: ClassVar[str]
    size: ClassVar[int]

    def __init__(self) -> None:
        self._value = 0

    def digest(self) -> bytes:
        """The CRC of everything so far, big-endian."""
        return self._value.to_bytes(self.size, "big")


class CRC32(_Crc):
    """CRC-32 of ISO 3309, as in zip and gzip."""

    __slots__ = ()
    name = "CRC32"
    size = 4

    def update(self, data: Buffer, /) -> None:
        """Add `data`, in order."""
        self._value = isal_zlib.crc32(data, self._value)


class CRC32C(_Crc):
    """CRC-32 with Castagnoli's polynomial."""

    __slots__ = ()
    name = "CRC32C"
    size = 4

    def update(self, data: Buffer, /) -> None:
        """Add `data`, in order."""
        self._value = crt.crc32c(data, self._value)


class CRC64NVME(_Crc):
    """The 64-bit CRC of the NVMe specification."""

    __slots__ = ()
    name = "CRC64NVME"
    size = 8

    def update(self, data: Buffer, /) -> None:
        """Add `data`, in order."""
        self._value = crt.crc64nvme(data, self._value)


class _Hash:
    """One of hashlib's, which release the GIL for all but small buffers."""

    __slots__ = ("digest", "update")
    name: ClassVar[str]
    begin: ClassVar[Callable[..., hashlib._Hash]]

    def __init__(self) -> None:
        begun = type(self).begin(usedforsecurity=False)
        self.update = begun.update
        self.digest = begun.digest


class SHA1(_Hash):
    """SHA-1."""

    __slots__ = ()
    name = "SHA1"
    begin = hashlib.sha1


class SHA256(_Hash):
    """SHA-256."""

    __slots__ = ()
    name = "SHA256"
    begin = hashlib.sha256


class SHA512(_Hash):
    """SHA-512."""

    __slots__ = ()
    name = "SHA512"
    begin = hashlib.sha512


class MD5(_Hash):
    """MD5, as a checksum that is kept and shown; most ETags are the same number in hexadecimal."""

    __slots__ = ()
    name = "MD5"
    begin = hashlib.md5


class _XXHash:
    """One of the xxHash family, with seed 0, big-endian as its canonical form is."""

    __slots__ = ("_digest", "_hash")
    name: ClassVar[str]
    begin: ClassVar[Callable[[], crt.XXHash]]

    def __init__(self) -> None:
        self._hash = type(self).begin()
        self._digest: bytes | None = None

    def update(self, data: Buffer, /) -> None:
        """Add `data`, in order; its library takes nothing but bytes."""
        self._hash.update(bytes(data))

    def digest(self) -> bytes:
        """The hash of everything; nothing can be added behind it."""
        if self._digest is None:
            self._digest = self._hash.finalize()
        return self._digest


class XXHASH64(_XXHash):
    """XXH64."""

    __slots__ = ()
    name = "XXHASH64"
    begin = crt.XXHash.new_xxhash64


class XXHASH3(_XXHash):
    """XXH3 of 64 bits."""

    __slots__ = ()
    name = "XXHASH3"
    begin = crt.XXHash.new_xxhash3_64


class XXHASH128(_XXHash):
    """XXH3 of 128 bits."""

    __slots__ = ()
    name = "XXHASH128"
    begin = crt.XXHash.new_xxhash3_128


_CLASSES: Mapping[str, Callable[[], Checksum]] = {
    "CRC32": CRC32,
    "CRC32C": CRC32C,
    "CRC64NVME": CRC64NVME,
    "SHA1": SHA1,
    "SHA256": SHA256,
    "SHA512": SHA512,
    "MD5": MD5,
    "XXHASH64": XXHASH64,
    "XXHASH3": XXHASH3,
    "XXHASH128": XXHASH128,
}

_COMBINE: Mapping[str, Callable[[int, int, int], int]] = {
    "CRC32": crt.combine_crc32,
    "CRC32C": crt.combine_crc32c,
    "CRC64NVME": crt.combine_crc64nvme,
}

LENGTHS: Mapping[str, int] = {
    "CRC32": 4,
    "CRC32C": 4,
    "CRC64NVME": 8,
    "SHA1": 20,
    "SHA256": 32,
    "SHA512": 64,
    "MD5": 16,
    "XXHASH64": 8,
    "XXHASH3": 8,
    "XXHASH128": 16,
}
"""Bytes of a digest by the name of its algorithm."""

ALGORITHMS: tuple[str, ...] = tuple(LENGTHS)
"""The names of the algorithms that are supported."""

HEADERS: Mapping[str, str] = {f"x-amz-checksum-{name.lower()}": name for name in LENGTHS}
"""The algorithm by the header or trailer that carries its checksum."""


def new(algorithm: str) -> Checksum:
    """A checksum of no bytes; KeyError for an unknown name."""
    return _CLASSES[algorithm]()


def header_name(algorithm: str) -> str:
    """The header or trailer that carries a checksum: "CRC32" → "x-amz-checksum-crc32"."""
    return f"x-amz-checksum-{algorithm.lower()}"


def encode(digest: bytes) -> str:
    """A digest as S3 writes it, in base64."""
    return base64.b64encode(digest).decode()


def decode(algorithm: str, value: str) -> bytes:
    """The digest that a client gave in base64.

    Raises S3Error InvalidRequest, as S3 does, when it is not base64 or not as long as such digests are.
    """
    try:
        digest = base64.b64decode(value, validate=True)
    except (binascii.Error, ValueError):
        digest = b""
    if len(digest) != LENGTHS[algorithm]:
        raise S3Error("InvalidRequest", f"Value for {header_name(algorithm)} header is invalid.")
    return digest


def is_digest(algorithm: str, value: str) -> bool:
    """Whether `value` is the base64 of what may be such a digest."""
    try:
        decode(algorithm, value)
    except S3Error:
        return False
    return True


def combine(algorithm: str, parts: Sequence[tuple[bytes, int]]) -> bytes:
    """The checksum of a whole object from the (digest, length in bytes) of its parts in order.

    Only CRCs can be combined; KeyError for others, ValueError without parts.
    """
    if not parts:
        raise ValueError("there are no parts to combine")
    function = _COMBINE[algorithm]
    value = int.from_bytes(parts[0][0], "big")
    for digest, length in parts[1:]:
        value = function(value, int.from_bytes(digest, "big"), length)
    return value.to_bytes(LENGTHS[algorithm], "big")


def can_combine(algorithm: str) -> bool:
    """Whether the checksum of an object follows from those of its parts (type FULL_OBJECT)."""
    return algorithm in _COMBINE


def composite(algorithm: str, digests: Sequence[bytes]) -> str:
    """The COMPOSITE checksum of a multipart object: that of the parts' digests, and how many there are."""
    checksum = new(algorithm)
    for digest in digests:
        checksum.update(digest)
    return f"{encode(checksum.digest())}-{len(digests)}"
