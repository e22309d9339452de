"""SSE-C: objects encrypted by a key that comes with each request and is not kept.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerSideEncryptionCustomerKeys.html
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Any

from s3gw.errors import S3Error
from s3gw.keyring import DataKey
from s3gw.operations import unsupported
from s3gw.operations.call import Call
from s3gw.operations.encryption import AES256, Record

HEADER = "x-amz-server-side-encryption"
_OWN, _SOURCE = "sse_customer_", "copy_source_sse_customer_"
_MEMBERS = {
    prefix: attrgetter(*(prefix + name for name in ("algorithm", "key", "key_md5")))
    for prefix in (_OWN, _SOURCE)
}
_LENGTH = 32
_NEEDED = (
    "The object was stored using a form of Server Side Encryption. The correct parameters must be provided "
    "to retrieve the object."
)
_NOT_OF_UPLOAD = (
    "The multipart upload initiate requested encryption. Subsequent part requests must include the "
    "appropriate encryption parameters."
)
_OTHER_THAN_UPLOADS = "The provided encryption parameters did not match the ones used originally."
_SPECIFYING = "Requests specifying Server Side Encryption with Customer provided keys must"
_NO_ALGORITHM = f"{_SPECIFYING} provide a valid encryption algorithm."


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


@dataclass(frozen=True, slots=True)
class Sent:
    """The key in the headers, which are complete and agree with each other; its length may be wrong."""

    secret: bytes = field(repr=False)
    md5: str


async def for_writing(call: Call, request: Any) -> Given | None:
    """The key that a request wants something to be encrypted by, if it does.

    Raises InvalidArgument, InvalidRequest, InvalidEncryptionAlgorithmError, NotImplemented.
    """
    if _is_sent(request, _OWN) and request.server_side_encryption is not None:
        raise S3Error(
            "InvalidArgument",
            "Server Side Encryption with Customer provided key is incompatible with the encryption method "
            "specified",
            fields={"ArgumentName": HEADER, "ArgumentValue": request.server_side_encryption},
        )
    sent = _sent(call, request, _OWN)
    if sent is None:
        return None
    if len(sent.secret) != _LENGTH:
        raise _invalid("The secret key was invalid for the specified algorithm.")
    if not call.services.store.encrypts:
        raise unsupported.not_implemented(f"{HEADER}-customer-algorithm")
    key = await call.services.store.customer_key(sent.secret, make=True)
    assert key is not None
    return Given(key, sent.md5)


def concerns(request: Any, record: Record | None) -> bool:
    """Whether an object is encrypted by a customer's key, or one is sent."""
    return (record is not None and "customer" in record) or _is_sent(request, _OWN)


async def for_reading(
    call: Call, request: Any, record: Record | None, *, source: bool = False
) -> Given | None:
    """The key that reads an object, or the source of a copy; None for one that needs none.

    Raises InvalidRequest where one is missing or not wanted, AccessDenied where it is another.
    """
    sent = _sent(call, request, _SOURCE if source else _OWN)
    if record is None or "customer" not in record:
        if sent is not None:
            raise S3Error("InvalidRequest", "The encryption parameters are not applicable to this object.")
        return None
    if sent is None:
        raise S3Error("InvalidRequest", _NEEDED)
    found = await _matching(call, sent, record)
    if found is None:
        raise S3Error("AccessDenied", f"{_SPECIFYING} provide the correct secret key.")
    return found


async def for_upload(call: Call, request: Any, record: Record | None, *, needed: bool = True) -> Given | None:
    """The key of a multipart upload, which every request that writes to it gives anew.

    Raises InvalidRequest where it is missing although `needed`, not wanted, or another.
    """
    sent = _sent(call, request, _OWN)
    of_customer = record is not None and "customer" in record
    if sent is None and not (of_customer and needed):
        return None
    if sent is None or not of_customer or record is None:
        raise S3Error("InvalidRequest", _NOT_OF_UPLOAD)
    found = await _matching(call, sent, record)
    if found is None:
        raise S3Error("InvalidRequest", _OTHER_THAN_UPLOADS)
    return found


async def for_completion(call: Call, request: Any, record: Record | None, *, checksums: bool) -> None:
    """Check the key that ends a multipart upload; it is needed only where that has `checksums`, as in S3.

    Raises InvalidArgument where it is missing, InvalidRequest as `for_upload`.
    """
    given = await for_upload(call, request, record, needed=False)
    if given is None and checksums and record is not None and "customer" in record:
        raise _invalid(_NO_ALGORITHM)


async def _matching(call: Call, sent: Sent, record: Record) -> Given | None:
    """The key, if it is the one that the record names."""
    key = await call.services.store.customer_key(sent.secret, make=False)
    return Given(key, sent.md5) if key is not None and key.id == record["customer"] else None


def _is_sent(request: Any, prefix: str) -> bool:
    return any(_MEMBERS[prefix](request))


def _sent(call: Call, request: Any, prefix: str) -> Sent | None:
    """The key in the headers of that prefix. Names of arguments and messages are those of S3's answers."""
    if not _is_sent(request, prefix):
        return None
    algorithm, key, md5 = _MEMBERS[prefix](request)
    if not call.client.secure and not call.services.settings.sse_c_over_http:
        raise S3Error("InvalidRequest", f"{_SPECIFYING} be made over a secure connection.")
    if not algorithm:
        raise _invalid(_NO_ALGORITHM)
    if algorithm != AES256:
        raise S3Error(
            "InvalidEncryptionAlgorithmError",
            "The Encryption request you specified is not valid. Supported value: AES256.",
            fields={"ArgumentName": HEADER, "ArgumentValue": algorithm},
        )
    if not key:
        raise _invalid(f"{_SPECIFYING} provide an appropriate secret key.")
    if not md5:
        raise _invalid(f"{_SPECIFYING} provide the client calculated MD5 of the secret key.")
    try:
        secret = base64.b64decode(key, validate=True)
    except (binascii.Error, ValueError):
        raise _invalid("The secret key was invalid for the specified algorithm.") from None
    computed = base64.b64encode(hashlib.md5(secret, usedforsecurity=False).digest())
    if not hmac.compare_digest(computed, md5.encode()):
        raise _invalid("The calculated MD5 hash of the key did not match the hash that was provided.")
    return Sent(secret, md5)


def _invalid(message: str) -> S3Error:
    return S3Error("InvalidArgument", message, fields={"ArgumentName": HEADER, "ArgumentValue": "null"})
