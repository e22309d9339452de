"""The lifecycle of a bucket's objects: its document. `jobs/lifecycle` carries the rules out."""

from __future__ import annotations

from uuid import uuid4

from s3gw.db import bucket_settings
from s3gw.errors import S3Error
from s3gw.lifecycle.rules import DAY, KIND
from s3gw.operations.call import Call, operation
from s3gw.operations.lifecycle_document import kept_rules, shown_rule
from s3gw.operations.lookup import bucket_of
from s3gw.operations.names import missing_bucket
from s3gw.protocol import types

_ALL_CLASSES = "all_storage_classes_128K"
_MINIMA = frozenset({_ALL_CLASSES, "varies_by_storage_class"})


@operation("PutBucketLifecycleConfiguration", "s3:PutLifecycleConfiguration")
async def put_bucket_lifecycle_configuration(
    call: Call, request: types.PutBucketLifecycleConfigurationInput
) -> types.PutBucketLifecycleConfigurationOutput:
    """Replace the rules. When this was answered, nothing happens by the old ones any more."""
    minimum = request.transition_default_minimum_object_size or _ALL_CLASSES
    if minimum not in _MINIMA:
        raise S3Error("InvalidRequest", "Invalid TransitionDefaultMinimumObjectSize found")
    strict = call.services.settings.lifecycle_day == DAY
    rules = kept_rules(request.lifecycle_configuration, strict=strict)
    bucket = await bucket_of(call, request)
    document = {"revision": uuid4().hex, "minimum": minimum, "rules": rules}
    if not await bucket_settings.put(call.services.db, bucket.id, KIND, document):
        raise missing_bucket(bucket.name)
    return types.PutBucketLifecycleConfigurationOutput(transition_default_minimum_object_size=minimum)


@operation("GetBucketLifecycleConfiguration", "s3:GetLifecycleConfiguration")
async def get_bucket_lifecycle_configuration(
    call: Call, request: types.GetBucketLifecycleConfigurationInput
) -> types.GetBucketLifecycleConfigurationOutput:
    """The rules, as they were given. Raises NoSuchLifecycleConfiguration where there are none."""
    bucket = await bucket_of(call, request)
    document = await bucket_settings.get(call.services.db, bucket.id, KIND)
    if document is None:
        raise S3Error("NoSuchLifecycleConfiguration", fields={"BucketName": bucket.name})
    return types.GetBucketLifecycleConfigurationOutput(
        rules=[shown_rule(rule) for rule in document["rules"]],
        transition_default_minimum_object_size=document["minimum"],
    )


@operation("DeleteBucketLifecycle", "s3:PutLifecycleConfiguration")
async def delete_bucket_lifecycle(call: Call, request: types.DeleteBucketLifecycleInput) -> None:
    """Remove the rules, if there are any."""
    bucket = await bucket_of(call, request)
    await bucket_settings.delete(call.services.db, bucket.id, KIND)
