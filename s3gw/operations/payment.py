"""Who pays for requests, and transfer acceleration: two words that are kept with a bucket.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/RequesterPaysBuckets.html
https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketAccelerateConfiguration.html
"""

from __future__ import annotations

from s3gw.access.documents import PAYMENT
from s3gw.db import bucket_settings
from s3gw.db.records import Bucket
from s3gw.errors import S3Error
from s3gw.operations.call import Call, operation
from s3gw.operations.lookup import bucket_of
from s3gw.operations.names import missing_bucket
from s3gw.protocol import types

_ACCELERATE = "accelerate"
_PAYERS = ("BucketOwner", "Requester")


@operation("GetBucketRequestPayment", "s3:GetBucketRequestPayment")
async def get_bucket_request_payment(
    call: Call, request: types.GetBucketRequestPaymentInput
) -> types.GetBucketRequestPaymentOutput:
    """The bucket's owner, unless it was said otherwise."""
    bucket = await bucket_of(call, request)
    payer = bucket.documents.get(PAYMENT, {}).get("payer", "BucketOwner")
    return types.GetBucketRequestPaymentOutput(payer=payer)


@operation("PutBucketRequestPayment", "s3:PutBucketRequestPayment")
async def put_bucket_request_payment(call: Call, request: types.PutBucketRequestPaymentInput) -> None:
    """Say who pays; where it is the requester, only requests that agree to it are answered."""
    bucket = await bucket_of(call, request)
    given = request.request_payment_configuration
    if given is None or given.payer not in _PAYERS:
        raise S3Error("MalformedXML")
    await _put(call, bucket, PAYMENT, {"payer": given.payer})


@operation("GetBucketAccelerateConfiguration", "s3:GetAccelerateConfiguration")
async def get_bucket_accelerate_configuration(
    call: Call, request: types.GetBucketAccelerateConfigurationInput
) -> types.GetBucketAccelerateConfigurationOutput:
    """Nothing, where it was never said."""
    bucket = await bucket_of(call, request)
    document = bucket.documents.get(_ACCELERATE, {})
    return types.GetBucketAccelerateConfigurationOutput(status=document.get("status"))


@operation("PutBucketAccelerateConfiguration", "s3:PutAccelerateConfiguration")
async def put_bucket_accelerate_configuration(
    call: Call, request: types.PutBucketAccelerateConfigurationInput
) -> None:
    """Kept for tools that set it; there is one way to a gateway, and it is never slowed down."""
    bucket = await bucket_of(call, request)
    if "." in bucket.name:
        raise S3Error(
            "InvalidRequest",
            "S3 Transfer Acceleration is not supported for buckets with periods (.) in their names",
        )
    given = request.accelerate_configuration
    if given is None or given.status not in ("Enabled", "Suspended"):
        raise S3Error("MalformedXML")
    await _put(call, bucket, _ACCELERATE, {"status": given.status})


async def _put(call: Call, bucket: Bucket, kind: str, document: dict[str, str]) -> None:
    if not await bucket_settings.put(call.services.db, bucket.id, kind, document):
        raise missing_bucket(bucket.name)
