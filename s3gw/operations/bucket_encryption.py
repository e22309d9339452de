"""PutBucketEncryption, GetBucketEncryption, DeleteBucketEncryption: what objects are encrypted by by default.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketEncryption.html
"""

from __future__ import annotations

from typing import Any

from s3gw.db import bucket_settings
from s3gw.db.records import Bucket
from s3gw.errors import S3Error
from s3gw.operations import kms
from s3gw.operations.call import Call, operation
from s3gw.operations.encrypting import CUSTOMERS, KIND, check_method
from s3gw.operations.encryption import AES256
from s3gw.operations.lookup import bucket_of
from s3gw.protocol import types

_NOTHING = "NONE"


@operation("GetBucketEncryption", "s3:GetEncryptionConfiguration")
async def get_bucket_encryption(
    call: Call, request: types.GetBucketEncryptionInput
) -> types.GetBucketEncryptionOutput:
    """What objects are encrypted by that ask for nothing: AES256 where nobody has said anything else."""
    bucket = await bucket_of(call, request)
    if not call.services.store.encrypts:
        raise S3Error("ServerSideEncryptionConfigurationNotFoundError", fields={"BucketName": bucket.name})
    document = await bucket_settings.get(call.services.db, bucket.id, KIND) or {}
    rule = types.ServerSideEncryptionRule(
        apply_server_side_encryption_by_default=types.ServerSideEncryptionByDefault(
            sse_algorithm=document.get("algorithm", AES256), kms_master_key_id=document.get("key_id")
        ),
        bucket_key_enabled=document.get("bucket_key", False),
    )
    if "blocked" in document:
        rule.blocked_encryption_types = types.BlockedEncryptionTypes(encryption_type=document["blocked"])
    return types.GetBucketEncryptionOutput(
        server_side_encryption_configuration=types.ServerSideEncryptionConfiguration(rules=[rule])
    )


@operation("PutBucketEncryption", "s3:PutEncryptionConfiguration")
async def put_bucket_encryption(call: Call, request: types.PutBucketEncryptionInput) -> None:
    """Set what objects are encrypted by that ask for nothing, and whether they may ask for SSE-C.

    As in S3 a key is not looked up here, and a rule that says nothing of SSE-C leaves that as it is.
    """
    bucket = await bucket_of(call, request)
    document = _document(call, bucket, request.server_side_encryption_configuration)
    await bucket_settings.put(call.services.db, bucket.id, KIND, document)


@operation("DeleteBucketEncryption", "s3:PutEncryptionConfiguration")
async def delete_bucket_encryption(call: Call, request: types.DeleteBucketEncryptionInput) -> None:
    """Go back to AES256. What is blocked stays so: that is no default."""
    bucket = await bucket_of(call, request)
    blocked = (bucket.documents.get(KIND) or {}).get("blocked")
    if blocked is None:
        await bucket_settings.delete(call.services.db, bucket.id, KIND)
    else:
        await bucket_settings.put(call.services.db, bucket.id, KIND, {"blocked": blocked})


def _document(
    call: Call, bucket: Bucket, given: types.ServerSideEncryptionConfiguration | None
) -> dict[str, Any]:
    """What to keep of a document. Raises MalformedXML, InvalidArgument, NotImplemented."""
    rules = given.rules if given is not None else None
    if not rules or len(rules) != 1:
        raise S3Error("MalformedXML")
    [rule] = rules
    before = bucket.documents.get(KIND) or {}
    document = {name: before[name] for name in ("blocked",) if name in before}
    if rule.blocked_encryption_types is not None:
        document["blocked"] = _blocked(rule.blocked_encryption_types)
    by_default = rule.apply_server_side_encryption_by_default
    if by_default is None:
        if rule.blocked_encryption_types is None and rule.bucket_key_enabled is None:
            raise S3Error("MalformedXML")
        document = {**before, **document}
    else:
        document |= _by_default(call, by_default)
    if rule.bucket_key_enabled is not None:
        document["bucket_key"] = rule.bucket_key_enabled
    return document


def _by_default(call: Call, given: types.ServerSideEncryptionByDefault) -> dict[str, Any]:
    method = given.sse_algorithm
    if method is None or method not in {AES256, *kms.METHODS}:
        raise S3Error("MalformedXML")
    if method == AES256 and given.kms_master_key_id:
        raise S3Error(
            "InvalidArgument",
            "a KMSMasterKeyID is not applicable if the default sse algorithm is not aws:kms or aws:kms:dsse",
            fields={"ArgumentName": "ApplyServerSideEncryptionByDefault"},
        )
    check_method(call, method)
    key_id = given.kms_master_key_id
    return {"algorithm": method, **({"key_id": key_id} if key_id else {})}


def _blocked(given: types.BlockedEncryptionTypes) -> list[str]:
    """One type, or none; what S3 does not name, and both at once, is not of its schema."""
    named = given.encryption_type or []
    if named not in ([_NOTHING], [CUSTOMERS]):
        raise S3Error("MalformedXML")
    return list(named)
