"""Server access logging: which bucket is logged to which; `jobs/deliver_logs` delivers.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/ServerLogs.html
https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLogging.html
"""

from __future__ import annotations

from typing import Any

from s3gw.access.acl import Permission
from s3gw.access.documents import access_of
from s3gw.access.log_delivery import obstacle
from s3gw.db import bucket_settings, buckets
from s3gw.db.access_log_records import LOGGING
from s3gw.db.records import Bucket
from s3gw.errors import S3Error
from s3gw.operations import grants
from s3gw.operations.call import Call, operation
from s3gw.operations.lookup import bucket_of
from s3gw.operations.names import missing_bucket
from s3gw.protocol import types
from s3gw.protocol.regions import ALIASES, GLOBAL
from s3gw.protocol.stored import restored, stored

_DATES = ("EventTime", "DeliveryTime")


@operation("GetBucketLogging", "s3:GetBucketLogging")
async def get_bucket_logging(
    call: Call, request: types.GetBucketLoggingInput
) -> types.GetBucketLoggingOutput:
    """Where the bucket is logged to; empty where it is not."""
    document = (await bucket_of(call, request)).documents.get(LOGGING)
    if document is None:
        return types.GetBucketLoggingOutput()
    return types.GetBucketLoggingOutput(logging_enabled=restored(types.LoggingEnabled, document["given"]))


@operation("PutBucketLogging", "s3:PutBucketLogging")
async def put_bucket_logging(call: Call, request: types.PutBucketLoggingInput) -> None:
    """Log the bucket, or log it no longer."""
    bucket = await bucket_of(call, request)
    if request.bucket_logging_status is None:
        raise S3Error("MalformedXML")
    given = request.bucket_logging_status.logging_enabled
    if given is None:
        await bucket_settings.delete(call.services.db, bucket.id, LOGGING)
        return
    document = await _checked(call, bucket, given)
    if not await bucket_settings.put(call.services.db, bucket.id, LOGGING, document):
        raise missing_bucket(bucket.name)


async def _checked(call: Call, bucket: Bucket, given: types.LoggingEnabled) -> dict[str, Any]:
    """What to keep. Raises MalformedXML, InvalidTargetBucketForLogging, and what grants may be wrong with."""
    if not given.target_bucket or given.target_prefix is None or "\0" in given.target_prefix:
        raise S3Error("MalformedXML")
    _check_format(given.target_object_key_format)
    target = await buckets.get(call.services.db, given.target_bucket)
    if target is None:
        raise _invalid(given, "The target bucket for logging does not exist")
    if target.owner.id != bucket.owner.id:
        raise _invalid(given, "The owner for the bucket to be logged and the target bucket must be the same.")
    _check_locations(bucket, target)
    in_the_way = obstacle(target)
    if in_the_way is not None:
        raise _invalid(given, in_the_way)
    document: dict[str, Any] = {"given": stored(given)}
    if given.target_grants:
        if not access_of(target).acls_count:
            raise S3Error("AccessControlListNotSupported")
        wanted = [types.Grant(grantee=one.grantee, permission=one.permission) for one in given.target_grants]
        if any(one.permission not in Permission.__members__ for one in wanted):
            raise S3Error("MalformedXML")
        found = await grants.resolved(call, wanted)
        # Nobody can write to an object; S3 takes the word and means nothing by it.
        kept = [one for one in found if one.permission is not Permission.WRITE]
        document["grants"] = [[one.grantee, one.permission.value] for one in kept]
    return document


def _check_locations(bucket: Bucket, target: Bucket) -> None:
    """Raise CrossLocationLoggingProhibitted for buckets of two regions; as in GetBucketLocation, S3's first
    region is none."""
    regions = {"TargetBucketLocation": target.region, "SourceBucketLocation": bucket.region}
    if len({ALIASES.get(region, region) for region in regions.values()}) > 1:
        shown = {name: region for name, region in regions.items() if region != GLOBAL}
        raise S3Error("CrossLocationLoggingProhibitted", fields=shown)


def _check_format(given: types.TargetObjectKeyFormat | None) -> None:
    if given is None:
        return
    if (given.simple_prefix is None) == (given.partitioned_prefix is None):
        raise S3Error("MalformedXML")
    partitioned = given.partitioned_prefix
    if partitioned is not None and partitioned.partition_date_source not in _DATES:
        raise S3Error("MalformedXML")


def _invalid(given: types.LoggingEnabled, message: str) -> S3Error:
    return S3Error(
        "InvalidTargetBucketForLogging", message, fields={"TargetBucket": given.target_bucket or ""}
    )
