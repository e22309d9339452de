"""Whether a bucket keeps versions."""

from __future__ import annotations

from s3gw.db import buckets
from s3gw.db.buckets import Versioning
from s3gw.errors import S3Error
from s3gw.operations.call import Call, operation
from s3gw.operations.lookup import bucket_of
from s3gw.operations.names import missing_bucket
from s3gw.operations.unsupported import not_implemented
from s3gw.protocol import types


@operation("GetBucketVersioning", "s3:GetBucketVersioning")
async def get_bucket_versioning(
    call: Call, request: types.GetBucketVersioningInput
) -> types.GetBucketVersioningOutput:
    """Whether the bucket keeps versions: nothing is shown for one that never did."""
    bucket = await bucket_of(call, request)
    return types.GetBucketVersioningOutput(status=bucket.versioning)


@operation("PutBucketVersioning", "s3:PutBucketVersioning")
async def put_bucket_versioning(call: Call, request: types.PutBucketVersioningInput) -> None:
    """Have the bucket keep versions, or stop making new ones; there is no way back to a bucket without.

    https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketVersioning.html
    """
    status = _status(request)
    bucket = await bucket_of(call, request)
    match await buckets.set_versioning(call.services.db, bucket.id, status):
        case Versioning.MISSING:
            raise missing_bucket(request.bucket)
        case Versioning.LOCKED:
            raise S3Error(
                "InvalidBucketState",
                "An Object Lock configuration is present on this bucket, so the versioning state cannot be "
                "changed.",
            )


def _status(request: types.PutBucketVersioningInput) -> str:
    """The state that is asked for. Deleting with a second factor is refused, since nothing could check it."""
    document = request.versioning_configuration
    status = None if document is None else document.status
    factor = None if document is None else document.mfa_delete
    if status not in (None, "Enabled", "Suspended") or factor not in (None, "Enabled", "Disabled"):
        raise S3Error("MalformedXML")
    if factor == "Enabled":
        if request.mfa is None:
            raise S3Error("AccessDenied", "Mfa Authentication must be used for this request")
        raise not_implemented("MFADelete")
    if status is None:
        raise S3Error("IllegalVersioningConfigurationException")
    return status
