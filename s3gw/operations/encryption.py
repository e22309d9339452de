"""Server-side encryption: what requests and buckets ask for, what objects have, and how it is shown.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/serv-side-encryption.html
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from s3gw.db import bucket_settings
from s3gw.db.records import Properties
from s3gw.errors import S3Error
from s3gw.operations import unsupported
from s3gw.operations.call import Call, operation
from s3gw.operations.lookup import bucket_of
from s3gw.protocol import types

AES256 = "AES256"
_KMS = frozenset({"aws:kms", "aws:kms:dsse"})
_KIND = "encryption"
_HEADER = "x-amz-server-side-encryption"

Record = Mapping[str, Any]
"""How an object is encrypted, as it is kept with it."""


def wanted(call: Call, request: Any) -> Record | None:
    """How what the request writes is to be encrypted: AES256 as in S3, also where it does not say.

    None where the store does not encrypt; raises NotImplemented where encryption is asked for then, and
    InvalidArgument for a method that S3 does not have.
    """
    check(call, request.server_side_encryption)
    return {"algorithm": AES256} if call.services.store.encrypts else None


def check(call: Call, method: str | None) -> None:
    """Raise NotImplemented or InvalidArgument for a method that this store cannot encrypt by."""
    if not method:
        return
    if method in _KMS or (method == AES256 and not call.services.store.encrypts):
        raise unsupported.not_implemented(_HEADER, method)
    if method != AES256:
        raise S3Error(
            "InvalidArgument",
            "The encryption method specified is not supported",
            fields={"ArgumentName": _HEADER, "ArgumentValue": method},
        )


def keep(properties: Properties, record: Record | None) -> Properties:
    """The same properties with how the object is encrypted."""
    if record is None:
        return properties
    return properties._replace(extra={**properties.extra, "encryption": record})


def of(properties: Properties) -> Record | None:
    """How an object or upload of these properties is encrypted."""
    record: Record | None = properties.extra.get("encryption")
    return record


def show(output: Any, record: Record | None) -> None:
    """Set the member of an output that tells a client how the object is encrypted."""
    if record is not None and "customer" not in record:
        output.server_side_encryption = record["algorithm"]


@operation("GetBucketEncryption", "s3:GetEncryptionConfiguration")
async def get_bucket_encryption(
    call: Call, request: types.GetBucketEncryptionInput
) -> types.GetBucketEncryptionOutput:
    """What objects are encrypted by that ask for nothing."""
    bucket = await bucket_of(call, request)
    if not call.services.store.encrypts:
        raise S3Error("ServerSideEncryptionConfigurationNotFoundError", fields={"BucketName": bucket.name})
    document = await bucket_settings.get(call.services.db, bucket.id, _KIND) or {}
    rule = types.ServerSideEncryptionRule(
        apply_server_side_encryption_by_default=types.ServerSideEncryptionByDefault(
            sse_algorithm=document.get("algorithm", AES256)
        ),
        bucket_key_enabled=document.get("bucket_key", False),
    )
    return types.GetBucketEncryptionOutput(
        server_side_encryption_configuration=types.ServerSideEncryptionConfiguration(rules=[rule])
    )


@operation("PutBucketEncryption", "s3:PutEncryptionConfiguration")
async def put_bucket_encryption(call: Call, request: types.PutBucketEncryptionInput) -> None:
    """Set what objects are encrypted by that ask for nothing."""
    document = _document(call, request.server_side_encryption_configuration)
    bucket = await bucket_of(call, request)
    await bucket_settings.put(call.services.db, bucket.id, _KIND, document)


@operation("DeleteBucketEncryption", "s3:PutEncryptionConfiguration")
async def delete_bucket_encryption(call: Call, request: types.DeleteBucketEncryptionInput) -> None:
    """Go back to AES256."""
    bucket = await bucket_of(call, request)
    await bucket_settings.delete(call.services.db, bucket.id, _KIND)


def _document(call: Call, given: types.ServerSideEncryptionConfiguration | None) -> dict[str, Any]:
    """What to keep of a document. Raises MalformedXML, InvalidArgument, NotImplemented."""
    rules = given.rules if given is not None else None
    if not rules or len(rules) != 1:
        raise S3Error("MalformedXML")
    by_default = rules[0].apply_server_side_encryption_by_default
    if by_default is None or by_default.sse_algorithm not in {AES256, *_KMS}:
        raise S3Error("MalformedXML")
    if by_default.sse_algorithm == AES256 and by_default.kms_master_key_id:
        raise S3Error(
            "InvalidArgument",
            "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse",
            fields={"ArgumentName": "ApplyServerSideEncryptionByDefault"},
        )
    check(call, by_default.sse_algorithm)
    return {"algorithm": by_default.sse_algorithm, "bucket_key": bool(rules[0].bucket_key_enabled)}
