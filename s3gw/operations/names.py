"""Which names a bucket and a key may have.

The rules are those of general purpose buckets:
https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html
"""

from __future__ import annotations

import re

from s3gw.errors import S3Error

MAX_KEY_BYTES = 1024

_LABELS = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*", re.ASCII)
_IP_ADDRESS = re.compile(r"\d+\.\d+\.\d+\.\d+", re.ASCII)
_RESERVED_PREFIXES = ("xn--", "sthree-", "amzn-s3-demo-")
_RESERVED_SUFFIXES = ("-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3")


def is_bucket_name(name: str) -> bool:
    """Whether a bucket may be created under `name`.

    Every label between dots begins and ends with a letter or digit, so that the name also works as a host.
    """
    return (
        3 <= len(name) <= 63
        and _LABELS.fullmatch(name) is not None
        and _IP_ADDRESS.fullmatch(name) is None
        and not name.startswith(_RESERVED_PREFIXES)
        and not name.endswith(_RESERVED_SUFFIXES)
    )


def check_bucket_name(name: str) -> None:
    """Raise InvalidBucketName for a name that no bucket can have."""
    if not is_bucket_name(name):
        raise S3Error("InvalidBucketName", fields={"BucketName": name})


def missing_bucket(name: str) -> S3Error:
    """The error for a bucket that was looked up and not found: its name may be the reason."""
    if not is_bucket_name(name):
        return S3Error("InvalidBucketName", fields={"BucketName": name})
    return S3Error("NoSuchBucket", fields={"BucketName": name})


def missing_key(key: str) -> S3Error:
    """The error for a key that was looked up and not found."""
    return S3Error("NoSuchKey", fields={"Key": key})


def check_key(key: str) -> None:
    """Raise KeyTooLongError above 1024 bytes of UTF-8, and InvalidArgument for what no key can be."""
    try:
        length = len(key.encode())
    except UnicodeEncodeError:
        raise S3Error(
            "InvalidArgument", "The key is not valid UTF-8.", fields={"ArgumentName": "key"}
        ) from None
    if length > MAX_KEY_BYTES:
        raise S3Error("KeyTooLongError", fields={"Size": str(length), "MaxSizeAllowed": str(MAX_KEY_BYTES)})
    if not key or "\0" in key:
        raise S3Error("InvalidArgument", "The key is empty or contains NUL.", fields={"ArgumentName": "key"})
