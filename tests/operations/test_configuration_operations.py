"""Documents that are kept and returned: configurations with ids, replication, payment, acceleration."""

from __future__ import annotations

from typing import Any

import pytest

from s3gw.protocol import types
from tests.operations.operation_calls import Operations

TAG = types.Tag(key="k", value="v")
INVENTORY = types.InventoryConfiguration(
    id="all",
    is_enabled=True,
    included_object_versions="Current",
    schedule=types.InventorySchedule(frequency="Daily"),
    destination=types.InventoryDestination(
        s3_bucket_destination=types.InventoryS3BucketDestination(
            bucket="arn:aws:s3:::elsewhere", format="CSV", prefix="p"
        )
    ),
    optional_fields=["Size", "ETag"],
    filter=types.InventoryFilter(prefix="a/"),
)
ANALYTICS = types.AnalyticsConfiguration(
    id="a",
    storage_class_analysis=types.StorageClassAnalysis(),
    filter=types.AnalyticsFilter(and_=types.AnalyticsAndOperator(prefix="p", tags=[TAG])),
)
METRICS = types.MetricsConfiguration(id="m-1", filter=types.MetricsFilter(tag=TAG))
TIERING = types.IntelligentTieringConfiguration(
    id="t.1", status="Enabled", tierings=[types.Tiering(days=90, access_tier="ARCHIVE_ACCESS")]
)
FAMILIES: dict[str, tuple[str, Any]] = {
    "Inventory": ("inventory_configuration", INVENTORY),
    "Analytics": ("analytics_configuration", ANALYTICS),
    "Metrics": ("metrics_configuration", METRICS),
    "IntelligentTiering": ("intelligent_tiering_configuration", TIERING),
}


def asked(verb: str, family: str, **members: Any) -> Any:
    kind = getattr(types, f"{verb}Bucket{family}Configuration{'s' if verb == 'List' else ''}Input")
    return kind(bucket="bucket", **members)


@pytest.mark.parametrize("family", FAMILIES)
async def test_configurations_with_ids(s3: Operations, family: str) -> None:
    await s3.create()
    member, given = FAMILIES[family]
    error = await s3.refused(asked("Get", family, id=given.id))
    assert (error.code, error.status) == ("NoSuchConfiguration", 404)
    assert error.message == "The specified configuration does not exist."
    await s3.do(asked("Put", family, id=given.id, **{member: given}))
    found = await s3.do(asked("Get", family, id=given.id))
    assert getattr(found, member) == given
    listed = await s3.do(asked("List", family))
    assert getattr(listed, f"{member}_list") == [given]
    assert (listed.is_truncated, listed.next_continuation_token) == (False, None)
    error = await s3.refused(asked("Put", family, id="other", **{member: given}))
    assert error.code == ("IdMismatch" if family == "Inventory" else "MalformedXML")
    await s3.do(asked("Delete", family, id=given.id))
    assert (await s3.refused(asked("Delete", family, id=given.id))).code == "NoSuchConfiguration"
    listed = await s3.do(asked("List", family))
    assert getattr(listed, f"{member}_list") == []


async def test_pages_of_configurations(s3: Operations) -> None:
    await s3.create()
    names = [f"m{number:03d}" for number in range(205)]
    for name in names:
        given = types.MetricsConfiguration(id=name)
        await s3.do(asked("Put", "Metrics", id=name, metrics_configuration=given))
    found: list[str] = []
    token = None
    for _ in range(3):
        page = await s3.do(asked("List", "Metrics", continuation_token=token))
        found += [one.id for one in page.metrics_configuration_list]
        token = page.next_continuation_token
        assert page.is_truncated is (token is not None)
    assert (found, token) == (names, None)
    assert (await s3.refused(asked("List", "Metrics", continuation_token="?"))).code == "InvalidArgument"


async def test_no_more_than_a_thousand(s3: Operations, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("s3gw.db.bucket_settings.MOST", 2)
    await s3.create()
    for name in ("a", "b", "b"):
        given = types.MetricsConfiguration(id=name)
        await s3.do(asked("Put", "Metrics", id=name, metrics_configuration=given))
    given = types.MetricsConfiguration(id="c")
    error = await s3.refused(asked("Put", "Metrics", id="c", metrics_configuration=given))
    assert (error.code, error.status) == ("TooManyConfigurations", 400)


@pytest.mark.parametrize(
    ("family", "given", "code"),
    [
        ("Inventory", types.InventoryConfiguration(id="x"), "MalformedXML"),
        (
            "Inventory",
            types.InventoryConfiguration(
                id="x",
                is_enabled=True,
                schedule=types.InventorySchedule(frequency="Daily"),
                destination=types.InventoryDestination(
                    s3_bucket_destination=types.InventoryS3BucketDestination(bucket="name", format="CSV")
                ),
            ),
            "InvalidS3DestinationBucket",
        ),
        ("Analytics", types.AnalyticsConfiguration(id="x"), "MalformedXML"),
        ("Metrics", types.MetricsConfiguration(id="x/y"), "InvalidArgument"),
        ("Metrics", types.MetricsConfiguration(), "InvalidArgument"),
        (
            "Metrics",
            types.MetricsConfiguration(id="x", filter=types.MetricsFilter(prefix="a", tag=TAG)),
            "MalformedXML",
        ),
        ("IntelligentTiering", types.IntelligentTieringConfiguration(id="x", status="On"), "MalformedXML"),
        (
            "IntelligentTiering",
            types.IntelligentTieringConfiguration(
                id="x", status="Enabled", tierings=[types.Tiering(days=89, access_tier="ARCHIVE_ACCESS")]
            ),
            "InvalidArgument",
        ),
    ],
)
async def test_configurations_that_are_refused(s3: Operations, family: str, given: Any, code: str) -> None:
    await s3.create()
    error = await s3.refused(asked("Put", family, id=given.id, **{FAMILIES[family][0]: given}))
    assert (error.code, error.status) == (code, 400)


async def test_request_payment(s3: Operations) -> None:
    await s3.create()
    asked = types.GetBucketRequestPaymentInput(bucket="bucket")
    assert (await s3.do(asked)).payer == "BucketOwner"
    for payer in ("Requester", "BucketOwner"):
        given = types.RequestPaymentConfiguration(payer=payer)
        await s3.do(types.PutBucketRequestPaymentInput(bucket="bucket", request_payment_configuration=given))
        assert (await s3.do(asked)).payer == payer
    bad = types.RequestPaymentConfiguration(payer="Nobody")
    error = await s3.refused(
        types.PutBucketRequestPaymentInput(bucket="bucket", request_payment_configuration=bad)
    )
    assert error.code == "MalformedXML"


async def test_acceleration(s3: Operations) -> None:
    await s3.create()
    await s3.create("with.dot")
    assert (await s3.do(types.GetBucketAccelerateConfigurationInput(bucket="bucket"))).status is None

    def put(bucket: str, status: str) -> Any:
        given = types.AccelerateConfiguration(status=status)
        return types.PutBucketAccelerateConfigurationInput(bucket=bucket, accelerate_configuration=given)

    await s3.do(put("bucket", "Enabled"))
    assert (await s3.do(types.GetBucketAccelerateConfigurationInput(bucket="bucket"))).status == "Enabled"
    assert (await s3.refused(put("bucket", "Disabled"))).code == "MalformedXML"
    error = await s3.refused(put("with.dot", "Enabled"))
    assert (error.code, "periods" in error.message) == ("InvalidRequest", True)


def replication(**members: Any) -> Any:
    destination = types.Destination(bucket="arn:aws:s3:::copies")
    rule = types.ReplicationRule(**{"status": "Enabled", "destination": destination, **members})
    given = types.ReplicationConfiguration(role="arn:aws:iam::1:role/r", rules=[rule])
    return types.PutBucketReplicationInput(bucket="bucket", replication_configuration=given)


async def test_replication(s3: Operations) -> None:
    await s3.create()
    error = await s3.refused(types.GetBucketReplicationInput(bucket="bucket"))
    assert (error.code, error.status) == ("ReplicationConfigurationNotFoundError", 404)
    error = await s3.refused(replication())
    assert error.message.startswith("Versioning must be 'Enabled' on the bucket to apply a replication")
    enabled = types.VersioningConfiguration(status="Enabled")
    await s3.do(types.PutBucketVersioningInput(bucket="bucket", versioning_configuration=enabled))
    assert (await s3.refused(replication())).message == "Destination bucket must exist."
    await s3.create("copies")
    assert (await s3.refused(replication())).message == "Destination bucket must have versioning enabled."
    await s3.do(types.PutBucketVersioningInput(bucket="copies", versioning_configuration=enabled))
    assert (await s3.refused(replication(status="On"))).code == "MalformedXML"
    assert (await s3.refused(replication(destination=None))).code == "MalformedXML"
    filtered = types.ReplicationRuleFilter(prefix="docs/")
    await s3.do(replication(priority=3, filter=filtered))
    found = await s3.do(types.GetBucketReplicationInput(bucket="bucket"))
    (rule,) = found.replication_configuration.rules
    assert (rule.priority, rule.filter, bool(rule.id)) == (3, filtered, True)
    await s3.do(types.DeleteBucketReplicationInput(bucket="bucket"))
    assert (await s3.refused(types.GetBucketReplicationInput(bucket="bucket"))).status == 404
