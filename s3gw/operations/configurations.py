"""Configurations with ids: analytics, inventory, metrics, Intelligent-Tiering.

They are checked, stored and returned, so that tools that set them up work; nothing is done by them.
https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketInventoryConfiguration.html
https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketAnalyticsConfiguration.html
https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketMetricsConfiguration.html
https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketIntelligentTieringConfiguration.html
"""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any, NamedTuple, TypeVar

from s3gw.db import bucket_settings
from s3gw.errors import S3Error
from s3gw.operations.call import Call, operation
from s3gw.operations.lookup import bucket_of
from s3gw.protocol import types
from s3gw.protocol.stored import restored, stored
from s3gw.protocol.values import Shape, invalid_argument

_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}", re.ASCII)
_PAGE = 100
_DAYS = {"ARCHIVE_ACCESS": 90, "DEEP_ARCHIVE_ACCESS": 180}
"""Tiers and after how many days at least."""
_MOST_DAYS = 730
_ARN = "arn:aws:s3:::"
# fmt: off
_FIELDS = frozenset({
    "BucketKeyStatus", "ChecksumAlgorithm", "ETag", "EncryptionStatus", "IntelligentTieringAccessTier",
    "IntelligentTieringReferenceDate", "IsMultipartUploaded", "LastModifiedDate", "LifecycleExpirationDate",
    "ObjectAccessControlList", "ObjectLockEventHoldDuration", "ObjectLockEventHoldStatus",
    "ObjectLockLegalHoldStatus", "ObjectLockMode", "ObjectLockRetainUntilDate", "ObjectOwner",
    "ReplicationStatus", "Size", "StorageClass",
})
# fmt: on
"""What an inventory may tell of objects besides their names."""

Kept = TypeVar("Kept", bound=Shape)


@operation("GetBucketAnalyticsConfiguration", "s3:GetAnalyticsConfiguration")
async def get_analytics(
    call: Call, request: types.GetBucketAnalyticsConfigurationInput
) -> types.GetBucketAnalyticsConfigurationOutput:
    """One analytics configuration."""
    found = await _get(call, request, "analytics", types.AnalyticsConfiguration)
    return types.GetBucketAnalyticsConfigurationOutput(analytics_configuration=found)


@operation("ListBucketAnalyticsConfigurations", "s3:GetAnalyticsConfiguration")
async def list_analytics(
    call: Call, request: types.ListBucketAnalyticsConfigurationsInput
) -> types.ListBucketAnalyticsConfigurationsOutput:
    """The analytics configurations, by their ids."""
    page = await _list(call, request, "analytics", types.AnalyticsConfiguration)
    return types.ListBucketAnalyticsConfigurationsOutput(
        analytics_configuration_list=page.found,
        is_truncated=page.token is not None,
        continuation_token=request.continuation_token,
        next_continuation_token=page.token,
    )


@operation("PutBucketAnalyticsConfiguration", "s3:PutAnalyticsConfiguration")
async def put_analytics(call: Call, request: types.PutBucketAnalyticsConfigurationInput) -> None:
    """Keep an analytics configuration."""
    given = request.analytics_configuration
    if given is None or not _is_analytics(given):
        raise S3Error("MalformedXML")
    _check_filter(given.filter)
    await _put(call, request, "analytics", given, given.id)


@operation("DeleteBucketAnalyticsConfiguration", "s3:PutAnalyticsConfiguration")
async def delete_analytics(call: Call, request: types.DeleteBucketAnalyticsConfigurationInput) -> None:
    """Remove an analytics configuration."""
    await _delete(call, request, "analytics")


@operation("GetBucketInventoryConfiguration", "s3:GetInventoryConfiguration")
async def get_inventory(
    call: Call, request: types.GetBucketInventoryConfigurationInput
) -> types.GetBucketInventoryConfigurationOutput:
    """One inventory configuration."""
    found = await _get(call, request, "inventory", types.InventoryConfiguration)
    return types.GetBucketInventoryConfigurationOutput(inventory_configuration=found)


@operation("ListBucketInventoryConfigurations", "s3:GetInventoryConfiguration")
async def list_inventory(
    call: Call, request: types.ListBucketInventoryConfigurationsInput
) -> types.ListBucketInventoryConfigurationsOutput:
    """The inventory configurations, by their ids."""
    page = await _list(call, request, "inventory", types.InventoryConfiguration)
    return types.ListBucketInventoryConfigurationsOutput(
        inventory_configuration_list=page.found,
        is_truncated=page.token is not None,
        continuation_token=request.continuation_token,
        next_continuation_token=page.token,
    )


@operation("PutBucketInventoryConfiguration", "s3:PutInventoryConfiguration")
async def put_inventory(call: Call, request: types.PutBucketInventoryConfigurationInput) -> None:
    """Keep an inventory configuration."""
    given = request.inventory_configuration
    if given is None or not _is_inventory(given):
        raise S3Error("MalformedXML")
    _check_filter(given.filter)
    await _put(call, request, "inventory", given, given.id)


@operation("DeleteBucketInventoryConfiguration", "s3:PutInventoryConfiguration")
async def delete_inventory(call: Call, request: types.DeleteBucketInventoryConfigurationInput) -> None:
    """Remove an inventory configuration."""
    await _delete(call, request, "inventory")


@operation("GetBucketMetricsConfiguration", "s3:GetMetricsConfiguration")
async def get_metrics(
    call: Call, request: types.GetBucketMetricsConfigurationInput
) -> types.GetBucketMetricsConfigurationOutput:
    """One metrics configuration."""
    found = await _get(call, request, "metrics", types.MetricsConfiguration)
    return types.GetBucketMetricsConfigurationOutput(metrics_configuration=found)


@operation("ListBucketMetricsConfigurations", "s3:GetMetricsConfiguration")
async def list_metrics(
    call: Call, request: types.ListBucketMetricsConfigurationsInput
) -> types.ListBucketMetricsConfigurationsOutput:
    """The metrics configurations, by their ids."""
    page = await _list(call, request, "metrics", types.MetricsConfiguration)
    return types.ListBucketMetricsConfigurationsOutput(
        metrics_configuration_list=page.found,
        is_truncated=page.token is not None,
        continuation_token=request.continuation_token,
        next_continuation_token=page.token,
    )


@operation("PutBucketMetricsConfiguration", "s3:PutMetricsConfiguration")
async def put_metrics(call: Call, request: types.PutBucketMetricsConfigurationInput) -> None:
    """Keep a metrics configuration."""
    given = request.metrics_configuration
    if given is None:
        raise S3Error("MalformedXML")
    _check_filter(given.filter)
    await _put(call, request, "metrics", given, given.id)


@operation("DeleteBucketMetricsConfiguration", "s3:PutMetricsConfiguration")
async def delete_metrics(call: Call, request: types.DeleteBucketMetricsConfigurationInput) -> None:
    """Remove a metrics configuration."""
    await _delete(call, request, "metrics")


@operation("GetBucketIntelligentTieringConfiguration", "s3:GetIntelligentTieringConfiguration")
async def get_intelligent_tiering(
    call: Call, request: types.GetBucketIntelligentTieringConfigurationInput
) -> types.GetBucketIntelligentTieringConfigurationOutput:
    """One Intelligent-Tiering configuration."""
    found = await _get(call, request, "intelligent-tiering", types.IntelligentTieringConfiguration)
    return types.GetBucketIntelligentTieringConfigurationOutput(intelligent_tiering_configuration=found)


@operation("ListBucketIntelligentTieringConfigurations", "s3:GetIntelligentTieringConfiguration")
async def list_intelligent_tiering(
    call: Call, request: types.ListBucketIntelligentTieringConfigurationsInput
) -> types.ListBucketIntelligentTieringConfigurationsOutput:
    """The Intelligent-Tiering configurations, by their ids."""
    page = await _list(call, request, "intelligent-tiering", types.IntelligentTieringConfiguration)
    return types.ListBucketIntelligentTieringConfigurationsOutput(
        intelligent_tiering_configuration_list=page.found,
        is_truncated=page.token is not None,
        continuation_token=request.continuation_token,
        next_continuation_token=page.token,
    )


@operation("PutBucketIntelligentTieringConfiguration", "s3:PutIntelligentTieringConfiguration")
async def put_intelligent_tiering(
    call: Call, request: types.PutBucketIntelligentTieringConfigurationInput
) -> None:
    """Keep an Intelligent-Tiering configuration."""
    given = request.intelligent_tiering_configuration
    if given is None or not _is_intelligent_tiering(given):
        raise S3Error("MalformedXML")
    _check_filter(given.filter)
    await _put(call, request, "intelligent-tiering", given, given.id)


@operation("DeleteBucketIntelligentTieringConfiguration", "s3:PutIntelligentTieringConfiguration")
async def delete_intelligent_tiering(
    call: Call, request: types.DeleteBucketIntelligentTieringConfigurationInput
) -> None:
    """Remove an Intelligent-Tiering configuration."""
    await _delete(call, request, "intelligent-tiering")


class _Page(NamedTuple):
    found: list[Any]
    token: str | None
    """Of the next page."""


async def _get(call: Call, request: Any, kind: str, structure: type[Kept]) -> Kept:
    bucket = await bucket_of(call, request)
    document = await bucket_settings.get(call.services.db, bucket.id, f"{kind}/{request.id}")
    if document is None:
        raise S3Error("NoSuchConfiguration")
    return restored(structure, document)


async def _list(call: Call, request: Any, kind: str, structure: type[Kept]) -> _Page:
    bucket = await bucket_of(call, request)
    after = _after(request.continuation_token)
    rows = await bucket_settings.list_named(call.services.db, bucket.id, kind, after, _PAGE + 1)
    found = [restored(structure, document) for _, document in rows[:_PAGE]]
    more = len(rows) > _PAGE
    return _Page(found, base64.b64encode(rows[_PAGE - 1][0].encode()).decode() if more else None)


def _after(token: str | None) -> str:
    if token is None:
        return ""
    try:
        return base64.b64decode(token, validate=True).decode("ascii")
    except (binascii.Error, UnicodeDecodeError):
        raise invalid_argument(
            "continuation-token", token, "The continuation token provided is incorrect"
        ) from None


async def _put(call: Call, request: Any, kind: str, given: Shape, name: str | None) -> None:
    bucket = await bucket_of(call, request)
    if name is None or not _ID.fullmatch(name):
        raise invalid_argument("Id", name, "An ID has 1 to 64 letters, digits, underscores, dots and hyphens")
    if request.id != name:
        # S3 has a word for it, for one kind.
        raise S3Error("IdMismatch" if kind == "inventory" else "MalformedXML")
    if not await bucket_settings.put_named(call.services.db, bucket.id, kind, name, stored(given)):
        raise S3Error("TooManyConfigurations")


async def _delete(call: Call, request: Any, kind: str) -> None:
    bucket = await bucket_of(call, request)
    if not await bucket_settings.delete_named(call.services.db, bucket.id, kind, request.id or ""):
        raise S3Error("NoSuchConfiguration")


def _check_filter(given: Any) -> None:
    """Raise MalformedXML for a filter of several conditions without And, or of one within it."""
    if given is None:
        return
    conditions = {field: getattr(given, field) for field in given.__dataclass_fields__}
    if sum(value is not None for value in conditions.values()) > 1:
        raise S3Error("MalformedXML")
    both = conditions.get("and_")
    if both is not None and len([one for one in (both.prefix, *(both.tags or ())) if one is not None]) < 2:
        raise S3Error("MalformedXML")


def _is_analytics(given: types.AnalyticsConfiguration) -> bool:
    return given.storage_class_analysis is not None


def _is_inventory(given: types.InventoryConfiguration) -> bool:
    target = None if given.destination is None else given.destination.s3_bucket_destination
    if target is None or target.bucket is None or given.is_enabled is None or given.schedule is None:
        return False
    if not target.bucket.startswith(_ARN) or "/" in target.bucket:
        raise S3Error("InvalidS3DestinationBucket", "Invalid bucket ARN.")
    return (
        target.format in ("CSV", "ORC", "Parquet")
        and given.schedule.frequency in ("Daily", "Weekly")
        and given.included_object_versions in ("All", "Current")
        and _FIELDS.issuperset(given.optional_fields or ())
    )


def _is_intelligent_tiering(given: types.IntelligentTieringConfiguration) -> bool:
    tiers = given.tierings or []
    for tier in tiers:
        least = _DAYS.get(tier.access_tier or "")
        if least is None or tier.days is None:
            return False
        if not least <= tier.days <= _MOST_DAYS:
            message = f"'Days' for {tier.access_tier} must be from {least} to {_MOST_DAYS}"
            raise invalid_argument("Days", str(tier.days), message)
    return given.status in ("Enabled", "Disabled") and 0 < len(tiers) <= len(_DAYS)
