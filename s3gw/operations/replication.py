"""Replication configurations: checked, stored and returned, so that tools that set them up work.

Nothing is replicated by them: a store is kept in several places by its backends.
https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketReplication.html
"""

from __future__ import annotations

from secrets import token_urlsafe

from s3gw.db import bucket_settings, buckets
from s3gw.errors import S3Error
from s3gw.operations.call import Call, operation
from s3gw.operations.lookup import bucket_of
from s3gw.operations.names import missing_bucket
from s3gw.protocol import types
from s3gw.protocol.stored import restored, stored

_REPLICATION = "replication"
_MOST = 1000
_ARN = "arn:aws:s3:::"
_STATUSES = ("Enabled", "Disabled")


@operation("GetBucketReplication", "s3:GetReplicationConfiguration")
async def get_bucket_replication(
    call: Call, request: types.GetBucketReplicationInput
) -> types.GetBucketReplicationOutput:
    """The configuration, as it was given."""
    bucket = await bucket_of(call, request)
    document = bucket.documents.get(_REPLICATION)
    if document is None:
        raise S3Error("ReplicationConfigurationNotFoundError", fields={"BucketName": bucket.name})
    found = restored(types.ReplicationConfiguration, document)
    return types.GetBucketReplicationOutput(replication_configuration=found)


@operation("PutBucketReplication", "s3:PutReplicationConfiguration")
async def put_bucket_replication(call: Call, request: types.PutBucketReplicationInput) -> None:
    """Keep a configuration; a rule without an id gets one."""
    bucket = await bucket_of(call, request)
    given = request.replication_configuration
    rules = None if given is None else given.rules
    if given is None or not given.role or not rules or len(rules) > _MOST:
        raise S3Error("MalformedXML")
    if bucket.versioning != "Enabled":
        raise _invalid("Versioning must be 'Enabled' on the bucket to apply a replication configuration")
    for rule in rules:
        rule.id = rule.id or token_urlsafe(16)
        await _check(call, rule)
    if len({rule.id for rule in rules}) < len(rules):
        raise S3Error("InvalidArgument", "Rule Id must be unique. Found same Id for more than one rule")
    if not await bucket_settings.put(call.services.db, bucket.id, _REPLICATION, stored(given)):
        raise missing_bucket(bucket.name)


@operation("DeleteBucketReplication", "s3:PutReplicationConfiguration")
async def delete_bucket_replication(call: Call, request: types.DeleteBucketReplicationInput) -> None:
    """Remove the configuration, if there is one."""
    bucket = await bucket_of(call, request)
    await bucket_settings.delete(call.services.db, bucket.id, _REPLICATION)


async def _check(call: Call, rule: types.ReplicationRule) -> None:
    target = None if rule.destination is None else rule.destination.bucket
    if rule.status not in _STATUSES or target is None or len(rule.id or "") > 255:
        raise S3Error("MalformedXML")
    if not target.startswith(_ARN):
        raise S3Error("InvalidArgument", "Invalid bucket ARN")
    bucket = await buckets.get(call.services.db, target.removeprefix(_ARN))
    if bucket is None:
        raise _invalid("Destination bucket must exist.")
    if bucket.versioning != "Enabled":
        raise _invalid("Destination bucket must have versioning enabled.")


def _invalid(message: str) -> S3Error:
    return S3Error("InvalidRequest", message)
