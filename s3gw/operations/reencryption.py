"""UpdateObjectEncryption: an object that is there, encrypted by another KMS key.

S3 encrypts the object's data key anew. Here chunks are encrypted by the KMS key itself, so that objects of
one key share them; the bytes are read and stored anew, and take the place of the others at once.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_UpdateObjectEncryption.html
"""

from __future__ import annotations

import re

from s3gw.db import reencryptions
from s3gw.db.objects import Outcome
from s3gw.db.records import Bucket, Draft, ObjectVersion
from s3gw.errors import S3Error, Unavailable
from s3gw.operations import encrypting, encryption, kms, locks
from s3gw.operations.call import Call, operation
from s3gw.operations.copying import Source, must_rewrite, rewrite
from s3gw.operations.encryption import AES256, Record
from s3gw.operations.lookup import existing_bucket, find, layout_of, version_of
from s3gw.operations.ranges import Span
from s3gw.protocol import types

_ATTEMPTS = 3
_ARN = re.compile(r"arn:aws[-a-z0-9]*:kms:[-a-z0-9]*:([0-9]{12}):key/.+", re.ASCII)
_AGAIN = ", and then try again."
_MODIFY = "Requests that modify an object"


@operation("UpdateObjectEncryption", "s3:UpdateObjectEncryption")
async def update_object_encryption(
    call: Call, request: types.UpdateObjectEncryptionInput
) -> types.UpdateObjectEncryptionOutput:
    """Encrypt a version by another KMS key; its ETag, dates, checksums and parts stay.

    Raises InvalidRequest and AccessDenied for what S3 refuses, KMS.NotFoundException, KMS.DisabledException.
    """
    for _ in range(_ATTEMPTS):
        found = await find(call, request.bucket, request.key, request.version_id)
        bucket = existing_bucket(found.bucket, request.bucket, request.expected_bucket_owner)
        wanted = _wanted(call, request.object_encryption)
        version = version_of(found, request.key, request.version_id, "PUT")
        _check_source(encryption.of(version.properties))
        if await reencryptions.is_locked(call.services.db, locks.of(version.properties)):
            raise _locked()
        record, draft = await _encrypted(call, request, bucket, version, wanted)
        outcome = await reencryptions.reencrypt(call.services.db, version, record, draft)
        if outcome is Outcome.DONE:
            return types.UpdateObjectEncryptionOutput()
        if draft is not None:
            await call.services.store.discard(draft)
        if outcome is Outcome.LOCKED:
            raise _locked()
        if outcome is not Outcome.CHANGED:
            raise Unavailable(f"encrypting an object anew ended as {outcome.value}")
    raise Unavailable("an object that was to be encrypted anew changed again and again")


async def _encrypted(
    call: Call,
    request: types.UpdateObjectEncryptionInput,
    bucket: Bucket,
    version: ObjectVersion,
    wanted: types.SSEKMSEncryption,
) -> tuple[Record, Draft | None]:
    """How the version is going to be encrypted, and its bytes where they are to be by another key."""
    given = wanted.kms_key_arn or ""
    found, arn = await kms.resolve(call, bucket, given)
    owner = _ARN.fullmatch(given)
    if owner is None or f":{owner[1]}:" not in arn:
        raise S3Error(
            "AccessDenied",
            "The AWS KMS key in the request must be owned by the same account as the bucket. Modify the "
            f"request to specify a KMS key from the same account{_AGAIN}",
        )
    record = {"algorithm": kms.KMS, "key": found.id, "key_id": arn}
    if wanted.bucket_key_enabled:
        record["bucket_key"] = True
    source = Source(version, account_id=bucket.apart_for)
    if not must_rewrite(source, record, bucket):
        return record, None
    await call.services.store.check_space()
    await _check_readable(call, bucket, encryption.of(version.properties))
    key = await kms.writing_key(call, found, kms.KMS)
    draft, _ = await rewrite(call, source, Span(0, version.size), layout_of(bucket, key), ())
    return record, draft


async def _check_readable(call: Call, bucket: Bucket, record: Record | None) -> None:
    """Raise KMS.DisabledException where the key may not be used by which the bytes are encrypted."""
    if record is not None and "key" in record:
        await kms.by_record(call, bucket, record["key"])


def _wanted(call: Call, given: types.ObjectEncryption | None) -> types.SSEKMSEncryption:
    """What a request asks for. Raises MalformedXML, InvalidRequest."""
    if call.signature != 4:
        raise S3Error(
            "InvalidRequest",
            f"{_MODIFY} encryption configuration require AWS Signature Version 4. Modify the request to use "
            f"AWS Signature Version 4{_AGAIN}",
        )
    encrypting.check_method(call, kms.KMS)
    if given is None or given.ssekms is None:
        raise S3Error(
            "InvalidRequest",
            f"{_MODIFY} encryption configuration require a valid new encryption type. Valid values are "
            f"SSEKMS. Modify the request to specify SSE-KMS for the updated encryption type{_AGAIN}",
        )
    if not given.ssekms.kms_key_arn:
        raise S3Error(
            "InvalidRequest",
            f"{_MODIFY}'s encryption type to SSE-KMS require an AWS KMS key Amazon Resource Name (ARN). "
            f"Modify the request to specify a KMS key ARN{_AGAIN}",
        )
    if not _ARN.fullmatch(given.ssekms.kms_key_arn):
        raise S3Error(
            "InvalidRequest",
            f"{_MODIFY}'s encryption type to SSE-KMS require a valid AWS KMS key Amazon Resource Name (ARN). "
            f"Confirm that you have a correctly formatted KMS key ARN in your request{_AGAIN}",
        )
    return given.ssekms


def _check_source(record: Record | None) -> None:
    """Raise InvalidRequest for an object that is encrypted otherwise than by SSE-S3 or SSE-KMS."""
    only = "Only source objects encrypted with SSE-S3 or SSE-KMS are supported."
    if record is None:
        raise S3Error(
            "InvalidRequest",
            f"The UpdateObjectEncryption operation doesn't support unencrypted source objects. {only}",
        )
    if "customer" in record or record["algorithm"] not in (AES256, kms.KMS):
        raise S3Error(
            "InvalidRequest",
            "The UpdateObjectEncryption operation doesn't support source objects with the encryption type "
            f"DSSE-KMS or SSE-C. {only}",
        )


def _locked() -> S3Error:
    return S3Error(
        "AccessDenied",
        "The encryption type for the specified object can't be updated because that object is protected by "
        "S3 Object Lock. If the object has a governance-mode retention period or a legal hold, you must "
        "first remove the Object Lock status on the object before you issue your UpdateObjectEncryption "
        "request. You can't use the UpdateObjectEncryption operation with objects that have an Object Lock "
        "compliance mode retention period applied to them.",
    )
