"""Checksums of objects and parts as the S3 model names them, and which go together.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/checking-object-integrity.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from s3gw.errors import S3Error
from s3gw.protocol.members import Members

FULL_OBJECT = "FULL_OBJECT"
COMPOSITE = "COMPOSITE"
DEFAULT = "CRC64NVME"
"""What S3 computes of an upload whose client asked for no other."""

# Algorithm → member of the model's inputs, outputs and structures.
MEMBERS: Mapping[str, str] = {
    "CRC32": "checksum_crc32",
    "CRC32C": "checksum_crc32_c",
    "CRC64NVME": "checksum_crc64_nvme",
    "SHA1": "checksum_sha1",
    "SHA256": "checksum_sha256",
    "SHA512": "checksum_sha512",
    "MD5": "checksum_md5",
    "XXHASH64": "checksum_xxhash64",
    "XXHASH3": "checksum_xxhash3",
    "XXHASH128": "checksum_xxhash128",
}
_GIVEN = Members(MEMBERS)
_TYPES: Mapping[str, tuple[str, ...]] = {  # the default type first
    "CRC32": (COMPOSITE, FULL_OBJECT),
    "CRC32C": (COMPOSITE, FULL_OBJECT),
    "CRC64NVME": (FULL_OBJECT,),
    **dict.fromkeys(("SHA1", "SHA256", "SHA512", "MD5"), (COMPOSITE,)),
    **dict.fromkeys(("XXHASH64", "XXHASH3", "XXHASH128"), (COMPOSITE,)),
}


def given(source: Any) -> dict[str, str]:
    """The checksums that a request or a part of a document carries, by algorithm."""
    return _GIVEN.given(source)


def show(target: Any, checksums: Mapping[str, str], *, kind: bool = True) -> None:
    """Set the members of an output or structure; `kind` says whether it has a checksum_type too."""
    for name, value in checksums.items():
        if name in MEMBERS:
            setattr(target, MEMBERS[name], value)
    if kind and "type" in checksums:
        target.checksum_type = checksums["type"]


def algorithms(checksums: Mapping[str, str]) -> list[str]:
    """The algorithms in what is stored with an object."""
    return [name for name in checksums if name != "type"]


def known(algorithm: str | None, header: str) -> str | None:
    """The algorithm in capital letters. Raises InvalidRequest for one that S3 does not name."""
    if algorithm is None:
        return None
    name = algorithm.upper()
    if name in MEMBERS:
        return name
    if header == "x-amz-checksum-algorithm":
        raise S3Error(
            "InvalidRequest",
            "Checksum algorithm provided is unsupported. Please try again with any of the valid types: "
            f"[{', '.join(MEMBERS)}]",
        )
    raise S3Error("InvalidRequest", f"Value for {header} header is invalid.")


def known_type(kind: str | None) -> str | None:
    """The type of a checksum in capital letters. Raises InvalidRequest for one that there is not."""
    if kind is None or kind.upper() in (FULL_OBJECT, COMPOSITE):
        return kind and kind.upper()
    raise S3Error("InvalidRequest", "Value for x-amz-checksum-type header is invalid.")


def named(request: Any) -> str | None:
    """The algorithm that an upload of bytes names beside its value. Raises InvalidRequest."""
    return known(request.checksum_algorithm, "x-amz-sdk-checksum-algorithm")


def of_upload(algorithm: str | None, kind: str | None) -> tuple[str | None, str | None]:
    """Algorithm and type of a new multipart upload, from what the client asked. Raises InvalidRequest."""
    name = known(algorithm, "x-amz-checksum-algorithm")
    kind = known_type(kind)
    if name is None:
        if kind is not None:
            raise S3Error(
                "InvalidRequest",
                "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.",
            )
        return None, None
    if kind is None:
        return name, _TYPES[name][0]
    if kind not in _TYPES[name]:
        raise S3Error(
            "InvalidRequest",
            f"The {kind} checksum type cannot be used with the {name.lower()} checksum algorithm.",
        )
    return name, kind
