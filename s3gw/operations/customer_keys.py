"""SSE-C: objects encrypted by a key that comes with each request and is not kept.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerSideEncryptionCustomerKeys.html
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from typing import Any

from s3gw.errors import S3Error
from s3gw.keyring import DataKey
from s3gw.operations import unsupported
from s3gw.operations.call import Call
from s3gw.operations.encryption import AES256, Record

_PREFIX = "x-amz-server-side-encryption-customer-"
_LENGTH = 32


@dataclass(frozen=True, slots=True)
class Given:
    """The key of a request, as derived for this store, and what answers repeat of it."""

    key: DataKey
    md5: str

    @property
    def record(self) -> Record:
        """What is kept with an object; it names the key and reveals nothing of it."""
        return {"algorithm": AES256, "customer": self.key.id}

    def show(self, output: Any) -> None:
        """Set the members of an output that tell of the key."""
        output.sse_customer_algorithm = AES256
        output.sse_customer_key_md5 = self.md5


async def given(call: Call, request: Any, *, make: bool) -> Given | None:
    """The key that a request carries; None where it carries none, and where nothing is encrypted by it yet
    and `make` does not begin it. Raises InvalidArgument, InvalidEncryptionAlgorithmError, NotImplemented."""
    secret = _secret(request)
    if secret is None:
        return None
    if not call.services.store.encrypts:
        raise unsupported.not_implemented(f"{_PREFIX}algorithm")
    if make and request.server_side_encryption:
        raise S3Error(
            "InvalidArgument",
            "Server Side Encryption with Customer provided key is incompatible with the encryption method "
            "specified",
            fields={"ArgumentName": "x-amz-server-side-encryption"},
        )
    key = await call.services.store.customer_key(secret, make=make)
    return None if key is None else Given(key, request.sse_customer_key_md5)


async def for_reading(call: Call, request: Any, record: Record | None) -> Given | None:
    """The key that reads an object; None for one that needs none.

    Raises InvalidRequest where one is missing or not wanted, AccessDenied where it is another.
    """
    if record is None or "customer" not in record:
        if _secret(request) is not None:
            raise S3Error("InvalidRequest", "The encryption parameters are not applicable to this object.")
        return None
    if _secret(request) is None:
        raise S3Error(
            "InvalidRequest",
            "The object was stored using a form of Server Side Encryption. The correct parameters must be "
            "provided to retrieve the object.",
        )
    found = await given(call, request, make=False)
    if found is None or found.key.id != record["customer"]:
        raise S3Error("AccessDenied")
    return found


def _secret(request: Any) -> bytes | None:
    """The key in the headers, if they are complete and agree with each other."""
    algorithm, key, md5 = (
        request.sse_customer_algorithm,
        request.sse_customer_key,
        request.sse_customer_key_md5,
    )
    if not algorithm and not key and not md5:
        return None
    if algorithm and algorithm != AES256:
        raise S3Error(
            "InvalidEncryptionAlgorithmError",
            fields={"ArgumentName": f"{_PREFIX}algorithm", "ArgumentValue": algorithm},
        )
    if not algorithm:
        raise _incomplete("algorithm", "a valid encryption algorithm")
    if not key:
        raise _incomplete("key", "an appropriate secret key")
    if not md5:
        raise _incomplete("key-MD5", "the client calculated MD5 of the secret key")
    try:
        secret = base64.b64decode(key, validate=True)
    except (binascii.Error, ValueError):
        secret = b""
    if len(secret) != _LENGTH:
        raise _invalid("key", "The secret key was invalid for the specified algorithm.")
    computed = base64.b64encode(hashlib.md5(secret, usedforsecurity=False).digest())
    if not hmac.compare_digest(computed, md5.encode()):
        raise _invalid(
            "key-MD5", "The calculated MD5 hash of the key did not match the hash that was provided."
        )
    return secret


def _incomplete(header: str, what: str) -> S3Error:
    return _invalid(
        header,
        f"Requests specifying Server Side Encryption with Customer provided keys must provide {what}.",
    )


def _invalid(header: str, message: str) -> S3Error:
    return S3Error("InvalidArgument", message, fields={"ArgumentName": _PREFIX + header})
