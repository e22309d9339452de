"""SSE-KMS: objects encrypted by keys that requests name, which stand in the gateway's own key ring.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingKMSEncryption.html
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import Any
from uuid import UUID

from s3gw.access.principals import account_number, numbered
from s3gw.db import accounts, encryption_keys
from s3gw.db.encryption_keys import DUAL, MANAGED, NamedKey
from s3gw.db.records import Bucket
from s3gw.errors import S3Error
from s3gw.keyring import DataKey
from s3gw.operations.call import Call

KMS = "aws:kms"
DSSE = "aws:kms:dsse"
METHODS = frozenset({KMS, DSSE})
_CONTEXT = "x-amz-server-side-encryption-context"
_ARN = re.compile(r"arn:[a-z-]+:kms:([a-z0-9-]*):(\d*):(key|alias)/(.+)", re.ASCII)


async def resolve(call: Call, bucket: Bucket, key_id: str | None) -> tuple[NamedKey, str]:
    """The key of an id, an ARN, an alias or a name, and what answers call it; without any, the account's own.

    That is its ARN, as in S3. A plain name, which is no id that AWS has, is answered as it was given. Raises
    KMS.NotFoundException, KMS.DisabledException.
    """
    if not key_id:
        found = await _own(call)
        return found, arn_of(bucket, found)
    found, shown = await _named(call, bucket, key_id)
    arn = arn_of(bucket, found)
    _check_enabled(found, arn)
    return found, shown or arn


async def writing_key(call: Call, found: NamedKey, method: str) -> DataKey:
    """The data key by which a named key encrypts now."""
    if method == DSSE:
        name = f"{DUAL}{found.uuid}"
        dual = await encryption_keys.named(call.services.db, name)
        if dual is None:
            await call.services.store.make_key(name)
            dual = await encryption_keys.named(call.services.db, name)
            assert dual is not None
        found = dual
    return await call.services.store.data_key(found.data_key_id)


async def by_record(call: Call, bucket: Bucket, number: int) -> NamedKey:
    """The key that a record of an object names, if it may be used. Raises KMS.DisabledException."""
    found = await encryption_keys.by_id(call.services.db, number)
    if found is None:
        raise S3Error("KMS.NotFoundException", f"Invalid keyId '{number}'")
    if not found.enabled:
        _check_enabled(found, arn_of(bucket, found))
    return found


def check_signature(call: Call) -> None:
    """Raise InvalidArgument unless the request was signed as S3 wants it where KMS keys are concerned."""
    if call.signature != 4:
        raise S3Error(
            "InvalidArgument",
            "Requests specifying Server Side Encryption with AWS KMS managed keys require AWS Signature "
            "Version 4.",
            fields={"ArgumentName": "Authorization", "ArgumentValue": "null"},
        )


def context_of(request: Any) -> str | None:
    """The encryption context as it was given. Raises InvalidArgument unless it is a map of strings.

    It is kept and shown; a key ring that has no policies has nobody to ask about it.
    """
    given: str | None = request.ssekms_encryption_context
    if not given:
        return None
    try:
        context = json.loads(base64.b64decode(given, validate=True))
    except (binascii.Error, ValueError, RecursionError):
        context = None
    if not isinstance(context, dict) or not all(isinstance(value, str) for value in context.values()):
        raise S3Error(
            "InvalidArgument",
            f"The header '{_CONTEXT}' shall be Base64-encoded UTF-8 string holding JSON which represents a "
            "string-string map",
            fields={"ArgumentName": _CONTEXT},
        )
    return given


def arn_of(bucket: Bucket, found: NamedKey) -> str:
    """The ARN of a key, in the bucket's region."""
    return f"arn:aws:kms:{bucket.region}:{numbered(found.account_id)}:key/{found.uuid}"


async def _own(call: Call) -> NamedKey:
    """The key of the account that asks, made when it is first needed."""
    name = f"{MANAGED}{account_number(call.account)}"
    found = await encryption_keys.named(call.services.db, name)
    if found is None:
        await call.services.store.make_key(name)
        found = await encryption_keys.named(call.services.db, name)
        assert found is not None
    return found


async def _named(call: Call, bucket: Bucket, key_id: str) -> tuple[NamedKey, str | None]:
    db = call.services.db
    arn = _ARN.fullmatch(key_id)
    if arn is None and key_id.startswith("arn:"):
        raise _unknown(f"Invalid arn {key_id}")
    if arn is not None and arn[1] != bucket.region:
        raise _unknown(f"Invalid arn {arn[1]}")
    resource = f"alias/{arn[4]}" if arn is not None and arn[3] == "alias" else arn[4] if arn else key_id
    if resource.startswith("alias/"):
        name = resource.removeprefix("alias/")
        found = await _own(call) if name == "aws/s3" else await encryption_keys.named(db, name)
        if found is None or not _is_for(call, found):
            raise _unknown(f"Alias {await _prefix(call, bucket)}{resource} is not found.")
        return found, None
    uuid = _uuid(resource)
    if uuid is not None:
        found = await encryption_keys.by_uuid(db, uuid)
        if found is None or not _is_for(call, found):
            raise _unknown(f"Key '{await _prefix(call, bucket)}key/{resource}' does not exist")
        return found, None
    found = await encryption_keys.named(db, resource)
    if found is None or found.name.startswith(MANAGED) or not _is_for(call, found):
        raise _unknown(f"Invalid keyId '{key_id}'")
    return found, None if arn else key_id


async def _prefix(call: Call, bucket: Bucket) -> str:
    root = await accounts.ensure_root(call.services.db)
    return f"arn:aws:kms:{bucket.region}:{account_number(root)}:"


def _is_for(call: Call, found: NamedKey) -> bool:
    """Whether the caller may know of the key: it is not one of the store's own, nor of another account."""
    if found.name.startswith(MANAGED):
        return found.name == f"{MANAGED}{account_number(call.account)}"
    return encryption_keys.is_kms(found.name)


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if len(text) == 36 else None
    except ValueError:
        return None


def _check_enabled(found: NamedKey, arn: str) -> None:
    if not found.enabled:
        raise S3Error("KMS.DisabledException", f"{arn} is disabled.")


def _unknown(message: str) -> S3Error:
    return S3Error("KMS.NotFoundException", message)
