"""RestoreObject: archived objects are read at once, so there is nothing to wait for.

The archive classes are kept as given, like all others: they name a price of AWS, and the bytes are where all
bytes are. Whoever looks is told that such an object is restored, for ever, so that clients which wait for a
restore, or do not download what is archived, go on.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_RestoreObject.html
"""

from __future__ import annotations

from datetime import UTC, datetime

from s3gw.errors import S3Error
from s3gw.operations.call import Call, operation
from s3gw.operations.lookup import existing_bucket, find, version_of
from s3gw.operations.properties import ARCHIVES
from s3gw.protocol import types
from s3gw.protocol.values import http_date

_TIERS = frozenset({"Standard", "Bulk", "Expedited"})
_EXPIRES = datetime(9999, 12, 31, tzinfo=UTC)


@operation("RestoreObject", "s3:RestoreObject")
async def restore_object(call: Call, request: types.RestoreObjectInput) -> types.RestoreObjectOutput:
    """Answer as S3 does where an archived object is restored already."""
    found = await find(call, request.bucket, request.key, request.version_id)
    existing_bucket(found.bucket, request.bucket, request.expected_bucket_owner)
    version = version_of(found, request.key, request.version_id, "POST")
    _check(request.restore_request)
    storage_class = version.properties.storage_class
    if storage_class not in ARCHIVES:
        raise S3Error(
            "InvalidObjectState",
            "Restore is not allowed for the object's current storage class",
            fields={"StorageClass": storage_class},
        )
    return types.RestoreObjectOutput()


def header(storage_class: str) -> str | None:
    """The value of x-amz-restore for an object of that class."""
    if storage_class not in ARCHIVES:
        return None
    return f'ongoing-request="false", expiry-date="{http_date(_EXPIRES)}"'


def status(storage_class: str, attributes: list[str] | None) -> types.RestoreStatus | None:
    """The same in a listing, whose client asked for these optional attributes."""
    asked = {name.strip() for given in attributes or () for name in given.split(",")}
    if storage_class not in ARCHIVES or "RestoreStatus" not in asked:
        return None
    return types.RestoreStatus(is_restore_in_progress=False, restore_expiry_date=_EXPIRES)


def _check(document: types.RestoreRequest | None) -> None:
    """Raise MalformedXML for what is no request, NotImplemented for a query on the object."""
    if document is None:
        raise S3Error("MalformedXML")
    if document.type is not None or document.select_parameters or document.output_location:
        raise S3Error("NotImplemented")
    parameters = document.glacier_job_parameters
    tiers = (document.tier, None if parameters is None else parameters.tier)
    if document.days is None or document.days < 1 or any(tier not in (None, *_TIERS) for tier in tiers):
        raise S3Error("MalformedXML")
