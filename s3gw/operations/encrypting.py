"""What is written is encrypted by its request's key, by that of its bucket, or by the store's own.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucket-encryption.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from s3gw.access.principals import user_arn
from s3gw.db.records import Bucket
from s3gw.errors import S3Error
from s3gw.keyring import DataKey
from s3gw.operations import customer_keys, encryption, etags, kms, unsupported
from s3gw.operations.call import Call
from s3gw.operations.customer_keys import HEADER, Given
from s3gw.operations.encryption import AES256, Record
from s3gw.protocol import types

CUSTOMERS = "SSE-C"
"""What buckets call encryption by customers' keys."""
KIND = "encryption"
"""Of the document of a bucket."""


class Encrypting(NamedTuple):
    """How something is going to be encrypted."""

    record: Record | None
    """What is kept with it."""
    key: DataKey | None = None
    """None where the store has its own, or none."""
    customer: Given | None = None

    def etag(self, md5: str) -> str:
        """The ETag of an object or part: the MD5 of its bytes, or what tells nothing of them."""
        return etags.opaque() if encryption.is_opaque(self.record) else md5

    def show(self, output: Any) -> None:
        """Set the members of an output that tell how it was encrypted."""
        encryption.show(output, self.record)
        if self.customer is not None:
            self.customer.show(output)


class _Asked(NamedTuple):
    """Method and key of a request or of a bucket."""

    method: str
    key_id: str | None = None
    bucket_key: bool | None = None


async def chosen(call: Call, request: Any, bucket: Bucket) -> Encrypting:
    """How what a PutObject, CopyObject or CreateMultipartUpload writes is to be encrypted.

    Nothing is encrypted where the store does not; raises NotImplemented where encryption is asked for then,
    and as S3 does InvalidArgument, InvalidRequest, InvalidEncryptionAlgorithmError, AccessDenied,
    KMS.NotFoundException, KMS.DisabledException.
    """
    customer = await customer_keys.for_writing(call, request)
    if customer is not None:
        check_not_blocked(call, request, bucket)
        return Encrypting(customer.record, customer.key, customer)
    asked = _asked(call, request)
    if asked is None:
        if not call.services.store.encrypts:
            return Encrypting(None)
        asked = _default(bucket)
    if asked.method == AES256:
        return Encrypting({"algorithm": AES256})
    kms.check_signature(call)
    found, shown = await kms.resolve(call, bucket, asked.key_id)
    record: dict[str, Any] = {"algorithm": asked.method, "key": found.id, "key_id": shown}
    context = kms.context_of(request)
    if context is not None:
        record["context"] = context
    bucket_key = _default(bucket).bucket_key if asked.bucket_key is None else asked.bucket_key
    if bucket_key and asked.method == kms.KMS:
        record["bucket_key"] = True
    return Encrypting(record, await kms.writing_key(call, found, asked.method))


async def of_upload(call: Call, request: Any, bucket: Bucket, record: Record | None) -> Encrypting:
    """How a part is to be encrypted: as its upload, whose customer gives the key again.

    Raises as `chosen`, and InvalidRequest where the customer's key is missing or another.
    """
    customer = await customer_keys.for_upload(call, request, record)
    if customer is not None:
        check_not_blocked(call, request, bucket)
        return Encrypting(record, customer.key, customer)
    if record is None or "key" not in record:
        return Encrypting(record)
    kms.check_signature(call)
    found = await kms.by_record(call, bucket, record["key"])
    return Encrypting(record, await kms.writing_key(call, found, record["algorithm"]))


def concerns(request: Any, record: Record | None) -> bool:
    """Whether `for_reading` has anything to do."""
    return (record is not None and "key" in record) or customer_keys.concerns(request, record)


async def for_reading(
    call: Call, request: Any, bucket: Bucket, record: Record | None, *, source: bool = False
) -> Given | None:
    """What is needed to read an object, or the source of a copy: a customer's key, a KMS key that is enabled.

    Raises as `customer_keys.for_reading`, KMS.DisabledException, InvalidArgument for a signature of an older
    version.
    """
    if record is not None and "key" in record:
        kms.check_signature(call)
        await kms.by_record(call, bucket, record["key"])
    return await customer_keys.for_reading(call, request, record, source=source)


def check_not_blocked(call: Call, request: Any, bucket: Bucket) -> None:
    """Raise AccessDenied where the bucket takes nothing that is encrypted by a customer's key."""
    document = bucket.documents.get(KIND) or {}
    if CUSTOMERS not in document.get("blocked", ()):
        return
    who = "anonymous" if call.anonymous else user_arn(call.account)
    action = "s3:CopyObject" if isinstance(request, types.CopyObjectInput) else "s3:PutObject"
    raise S3Error(
        "AccessDenied",
        f"User: {who} is not authorized to perform: {action} on resource: "
        f'"arn:aws:s3:::{bucket.name}/{request.key}" because this bucket has blocked upload requests that '
        "specify Server Side Encryption with Customer provided keys (SSE-C). Please specify a different "
        "server-side encryption type",
    )


def check_method(call: Call, method: str) -> None:
    """Raise NotImplemented or InvalidArgument for a method that this store cannot encrypt by."""
    if method not in {AES256, *kms.METHODS}:
        raise S3Error(
            "InvalidArgument",
            "The encryption method specified is not supported",
            fields={"ArgumentName": HEADER, "ArgumentValue": method},
        )
    if not call.services.store.encrypts:
        raise unsupported.not_implemented(HEADER, method)


def has_default(bucket: Bucket) -> bool:
    """Whether somebody has said what the bucket's objects are encrypted by that ask for nothing."""
    document: Mapping[str, Any] = bucket.documents.get(KIND) or {}
    return "algorithm" in document


def _default(bucket: Bucket) -> _Asked:
    document = bucket.documents.get(KIND) or {}
    return _Asked(document.get("algorithm", AES256), document.get("key_id"), document.get("bucket_key"))


def _asked(call: Call, request: Any) -> _Asked | None:
    method: str | None = request.server_side_encryption
    if method not in kms.METHODS and (request.ssekms_key_id or request.ssekms_encryption_context):
        raise S3Error(
            "InvalidArgument",
            "Server Side Encryption with AWS KMS managed key requires HTTP header "
            "x-amz-server-side-encryption : aws:kms",
            fields={"ArgumentName": HEADER, "ArgumentValue": method or "null"},
        )
    if method is None:
        return None
    check_method(call, method)
    return _Asked(method, request.ssekms_key_id or None, request.bucket_key_enabled)
