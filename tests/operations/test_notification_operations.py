"""Notification configurations, and what operations write down to be told."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from s3gw.db import bucket_settings, events
from s3gw.db.events import Wanted, telling
from s3gw.db.pool import Database
from s3gw.jobs.job import Progress
from s3gw.jobs.lifecycle import Lifecycle
from s3gw.notifications.records import finish
from s3gw.protocol import types
from s3gw.target_url import Destination
from tests.operations.operation_calls import Operations, completed

ARN = "arn:aws:sqs:us-east-1:111111111111:{}"


@pytest.fixture
def s3(s3: Operations) -> Operations:
    """With two targets."""
    targets = (Destination("hook", "http://127.0.0.1:1/"), Destination("other", "http://127.0.0.1:2/"))
    settings = replace(s3.services.settings, notify=targets)
    return replace(s3, services=replace(s3.services, settings=settings))


def queue(*told: str, name: str = "hook", **members: Any) -> types.QueueConfiguration:
    return types.QueueConfiguration(queue_arn=ARN.format(name), events=list(told), **members)


def only(**filters: str) -> types.NotificationConfigurationFilter:
    rules = [types.FilterRule(name=name, value=value) for name, value in filters.items()]
    return types.NotificationConfigurationFilter(key=types.S3KeyFilter(filter_rules=rules))


async def configure(s3: Operations, *queues: types.QueueConfiguration, **members: Any) -> None:
    configuration = types.NotificationConfiguration(queue_configurations=list(queues) or None)
    await s3.do(
        types.PutBucketNotificationConfigurationInput(
            bucket="bucket", notification_configuration=configuration, **members
        )
    )


async def shown(s3: Operations) -> types.GetBucketNotificationConfigurationOutput:
    output = await s3.do(types.GetBucketNotificationConfigurationInput(bucket="bucket"))
    assert isinstance(output, types.GetBucketNotificationConfigurationOutput)
    return output


async def told(s3: Operations, target: str = "hook") -> list[tuple[str, dict[str, Any]]]:
    """What waits for a target, which then has it: the names of events and their objects."""
    found: list[tuple[str, dict[str, Any]]] = []
    waiting = await events.waiting(s3.services.db, target, 100)
    for event in waiting:
        message = finish(event.record, event.id, event.made_at, event.version)
        if "Records" not in message:
            found.append((message["Event"], {}))
            continue
        (one,) = message["Records"]
        about = one["s3"]["object"]
        assert one["s3"]["bucket"]["name"] == "bucket"
        about.pop("sequencer", None)
        found.append((one["eventName"], about))
    await events.told(s3.services.db, [event.id for event in waiting])
    return found


async def test_configurations_come_back_as_they_were_given(s3: Operations) -> None:
    await s3.create()
    assert await shown(s3) == types.GetBucketNotificationConfigurationOutput()
    everything = types.NotificationConfiguration(
        queue_configurations=[
            queue("s3:ObjectCreated:*", id="one", filter=only(prefix="a/", Suffix=".jpg")),
            queue("s3:ObjectCreated:Put", "s3:ObjectAcl:Put", name="other", filter=only(SUFFIX=".png")),
        ],
        topic_configurations=[
            types.TopicConfiguration(
                id="two", topic_arn="arn:s3gw:sns:us-east-1:me:hook", events=["s3:ObjectRemoved:*"]
            )
        ],
        lambda_function_configurations=[
            types.LambdaFunctionConfiguration(
                id="three",
                lambda_function_arn="arn:aws:lambda:us-east-1:111111111111:function:other",
                events=["s3:LifecycleExpiration:*"],
            )
        ],
        event_bridge_configuration=types.EventBridgeConfiguration(),
    )
    await s3.do(
        types.PutBucketNotificationConfigurationInput(bucket="bucket", notification_configuration=everything)
    )
    output = await shown(s3)
    assert output.topic_configurations == everything.topic_configurations
    assert output.lambda_function_configurations == everything.lambda_function_configurations
    assert output.event_bridge_configuration == types.EventBridgeConfiguration()
    assert output.queue_configurations is not None
    one, other = output.queue_configurations
    assert (one.id, one.filter) == ("one", only(Prefix="a/", Suffix=".jpg"))
    assert (other.filter, other.events) == (only(Suffix=".png"), ["s3:ObjectCreated:Put", "s3:ObjectAcl:Put"])
    assert len(other.id or "") > 20
    assert await told(s3, "hook") == await told(s3, "other") == [("s3:TestEvent", {})]
    await configure(s3)
    assert await shown(s3) == types.GetBucketNotificationConfigurationOutput()


async def test_what_is_refused(s3: Operations) -> None:
    await s3.create()
    created = "s3:ObjectCreated:*"
    refused: list[tuple[list[types.QueueConfiguration], str, dict[str, str] | None]] = [
        (
            [types.QueueConfiguration(queue_arn="invalid-queue", events=[created])],
            "The ARN could not be parsed",
            {"ArgumentName": "Queue", "ArgumentValue": "invalid-queue"},
        ),
        (
            [queue(created, name="a"), queue("s3:ObjectRemoved:*", name="b")],
            "Unable to validate the following destination configurations",
            {
                "ArgumentName1": ARN.format("a"),
                "ArgumentValue1": "The destination queue does not exist",
                "ArgumentName2": ARN.format("b"),
                "ArgumentValue2": "The destination queue does not exist",
            },
        ),
        (
            [queue(created, filter=only(INVALID="x"))],
            "filter rule name must be either prefix or suffix",
            {"ArgumentName": "FilterRule.Name", "ArgumentValue": "INVALID"},
        ),
        (
            [queue(created, filter=only(prefix="x", Prefix="y"))],
            "Cannot specify more than one prefix rule in a filter.",
            None,
        ),
        ([queue(created, filter=only(prefix="x" * 1025))], "Size of filter rule value", None),
        ([queue("s3:Everything")], "The event is not supported for notifications", None),
        ([queue(created, id="x" * 256)], "ID length should not exceed allowed limit of 255", None),
        (
            [queue(created, id="a"), queue("s3:ObjectRemoved:*", id="a")],
            "Same ID used for multiple configurations. IDs must be unique",
            None,
        ),
        ([queue(created), queue("s3:ObjectCreated:Put")], "Configuration is ambiguously defined.", None),
    ]
    for queues, message, fields in refused:
        request = types.PutBucketNotificationConfigurationInput(
            bucket="bucket",
            notification_configuration=types.NotificationConfiguration(queue_configurations=queues),
        )
        error = await s3.refused(request)
        assert (error.code, error.status) == ("InvalidArgument", 400)
        assert error.message.startswith(message)
        assert fields in (None, error.fields)
    assert await shown(s3) == types.GetBucketNotificationConfigurationOutput()
    await configure(s3, queue(created, name="a"), skip_destination_validation=True)
    await s3.put("key", b"x")
    assert await s3.services.db.fetchval("SELECT count(*) FROM events") == 0


EVERYTHING = ("s3:ObjectCreated:*", "s3:ObjectRemoved:*", "s3:ObjectTagging:*", "s3:ObjectAcl:Put")


async def test_everything_that_happens_is_told_once(s3: Operations) -> None:
    await s3.create()
    await s3.put("before", b"x")
    await configure(
        s3,
        queue(*EVERYTHING, filter=only(suffix="key")),
        queue(*EVERYTHING, name="other", filter=only(suffix=".txt")),
    )
    await told(s3)
    etag = {"eTag": "0cc175b9c0f1b6a831c399e269772661"}
    await s3.put("key", b"a")
    await s3.put("elsewhere", b"a")
    assert await told(s3) == [("ObjectCreated:Put", {"key": "key", "size": 1, **etag})]
    await s3.put("large key", bytes(600_000))
    assert [(event, about["size"]) for event, about in await told(s3)] == [("ObjectCreated:Put", 600_000)]
    await s3.do(types.CopyObjectInput(bucket="bucket", key="copied/key", copy_source="bucket/key"))
    assert await told(s3) == [("ObjectCreated:Copy", {"key": "copied/key", "size": 1, **etag})]
    upload = await s3.begin("key")
    part = await s3.part("key", upload, 1, b"part")
    output = await s3.complete("key", upload, [completed(1, part)])
    await s3.complete("key", upload, [completed(1, part)])
    whole = {"key": "key", "size": 4, "eTag": output.e_tag.strip('"')}
    assert await told(s3) == [("ObjectCreated:CompleteMultipartUpload", whole)]
    tagging = types.Tagging(tag_set=[types.Tag(key="a", value="b")])
    await s3.do(types.PutObjectTaggingInput(bucket="bucket", key="key", tagging=tagging))
    await s3.do(types.DeleteObjectTaggingInput(bucket="bucket", key="key"))
    about = {"key": "key", "eTag": output.e_tag.strip('"')}
    assert await told(s3) == [("ObjectTagging:Put", about), ("ObjectTagging:Delete", about)]
    await s3.do(types.DeleteObjectInput(bucket="bucket", key="key"))
    await s3.do(types.DeleteObjectInput(bucket="bucket", key="key"))
    assert await told(s3) == [("ObjectRemoved:Delete", {"key": "key"})]
    entries = [types.ObjectIdentifier(key=key) for key in ("before", "copied/key", "no key", "large key")]
    await s3.do(types.DeleteObjectsInput(bucket="bucket", delete=types.Delete(objects=entries)))
    assert {about["key"] for _, about in await told(s3)} == {"copied/key", "large+key"}
    assert await told(s3, "other") == [("s3:TestEvent", {})]


async def test_versions(s3: Operations) -> None:
    await s3.create()
    await s3.do(
        types.PutBucketVersioningInput(
            bucket="bucket", versioning_configuration=types.VersioningConfiguration(status="Enabled")
        )
    )
    await configure(s3, queue(*EVERYTHING))
    await told(s3)
    version = (await s3.put("key", b"a")).version_id
    (created,) = await told(s3)
    assert (created[0], created[1]["versionId"]) == ("ObjectCreated:Put", version)
    marker = await s3.do(types.DeleteObjectInput(bucket="bucket", key="key"))
    about = {"key": "key", "eTag": "d41d8cd98f00b204e9800998ecf8427e", "versionId": marker.version_id}
    assert await told(s3) == [("ObjectRemoved:DeleteMarkerCreated", about)]
    entries = [types.ObjectIdentifier(key="key", version_id=one) for one in (version, marker.version_id)]
    await s3.do(types.DeleteObjectsInput(bucket="bucket", delete=types.Delete(objects=entries)))
    assert await told(s3) == [
        ("ObjectRemoved:Delete", {"key": "key", "versionId": version}),
        ("ObjectRemoved:Delete", {"key": "key", "versionId": marker.version_id}),
    ]


async def test_nothing_is_told_of_what_does_not_happen(s3: Operations) -> None:
    await s3.create()
    await s3.put("key", b"a")
    await configure(s3, queue(*EVERYTHING))
    await told(s3)
    error = await s3.refused(types.PutObjectInput(bucket="bucket", key="key", if_none_match="*"), b"b")
    assert error.code == "PreconditionFailed"
    error = await s3.refused(types.DeleteObjectInput(bucket="bucket", key="key", if_match='"other"'))
    assert error.code == "PreconditionFailed"
    await s3.do(types.DeleteObjectInput(bucket="bucket", key="not there"))
    assert await told(s3) == []


async def test_a_list_that_stays_as_it_is_is_not_told(s3: Operations) -> None:
    await s3.create()
    await s3.do(types.DeleteBucketOwnershipControlsInput(bucket="bucket"))
    await s3.do(types.DeletePublicAccessBlockInput(bucket="bucket"))
    await s3.put("key", b"a")
    await configure(s3, queue(*EVERYTHING))
    await told(s3)
    for acl in ("private", "public-read", "public-read", "private", "private"):
        await s3.do(types.PutObjectAclInput(bucket="bucket", key="key", acl=acl))
    about = {"key": "key", "eTag": "0cc175b9c0f1b6a831c399e269772661"}
    assert await told(s3) == [("ObjectAcl:Put", about)] * 2


async def test_what_expires_is_told(s3: Operations, database: Database) -> None:
    await s3.create()
    await configure(s3, queue("s3:LifecycleExpiration:*", "s3:LifecycleTransition"))
    await told(s3)
    rules = [
        {"id": "r", "enabled": True, "prefix": "old", "days": 1, "noncurrent_days": 1},
        {
            "id": "s",
            "enabled": True,
            "filter": {"larger": 0},
            "transitions": [{"class": "GLACIER_IR", "days": 1}],
        },
    ]
    bucket = await database.fetchval("SELECT id FROM buckets")
    document = {"revision": "1", "minimum": "", "rules": rules}
    await bucket_settings.put(database, bucket, "lifecycle", document)

    async def run() -> list[tuple[str, dict[str, Any]]]:
        for table in ("objects", "noncurrent"):
            await database.execute(f"UPDATE {table} SET modified_at = modified_at - interval '3 days'")
        await database.execute("DELETE FROM lifecycle_passes")
        await Lifecycle(database, known=s3.services.settings.notifies).run(Progress())
        return await told(s3)

    await s3.put("old", b"a")
    await s3.put("kept", b"a")
    etag = "0cc175b9c0f1b6a831c399e269772661"
    assert await run() == [
        ("LifecycleExpiration:Delete", {"key": "old"}),
        ("LifecycleTransition", {"key": "kept", "eTag": etag}),
    ]
    await database.execute("UPDATE buckets SET versioning = 'Enabled'")
    version = (await s3.put("old", b"a")).version_id
    ((event, about),) = await run()
    assert (event, len(about["versionId"])) == ("LifecycleExpiration:DeleteMarkerCreated", 32)
    assert await run() == [("LifecycleExpiration:Delete", {"key": "old", "versionId": version})]
    assert await run() == [("LifecycleExpiration:Delete", {"key": "old", "versionId": about["versionId"]})]


def test_statements_without_events_stay_as_they_are() -> None:
    assert telling("SELECT 1", [1], []) == ("SELECT 1", (1,))
    statement, arguments = telling("SELECT 1", [1], [Wanted("hook", {})])
    assert statement.count("INSERT INTO events") == 1
    assert arguments == (1, ["hook"], [{}], [1], [False])


async def test_sequencers_follow_what_happened_to_a_key(s3: Operations) -> None:
    await s3.create()
    await configure(s3, queue(*EVERYTHING))
    for number in range(3):
        await s3.put("key", b"%d" % number)
        await s3.do(types.DeleteObjectInput(bucket="bucket", key="key"))
    waiting = await events.waiting(s3.services.db, "hook", 100)
    records = [finish(one.record, one.id, one.made_at, one.version) for one in waiting[1:]]
    order = [message["Records"][0]["s3"]["object"]["sequencer"] for message in records]
    assert order == sorted(order)
    assert len(set(order)) == 6


async def test_appends_and_renames(s3: Operations) -> None:
    await s3.create()
    await configure(s3, queue("s3:ObjectCreated:*", "s3:ObjectRemoved:*"))
    await told(s3)
    await s3.put("key", b"one")
    await s3.put("key", b"two", write_offset_bytes=3)
    await s3.refused(types.PutObjectInput(bucket="bucket", key="key", write_offset_bytes=3), b"not told")
    rename = types.RenameObjectInput(bucket="bucket", key="new", rename_source="key")
    await s3.do(rename)
    await s3.refused(rename)
    etag = (await s3.head("new")).e_tag.strip('"')
    names = [(name, about["key"], about.get("size"), about.get("eTag")) for name, about in await told(s3)]
    assert names[1:] == [
        ("ObjectCreated:Put", "key", 6, etag),
        ("ObjectCreated:Copy", "new", 6, etag),
        ("ObjectRemoved:Delete", "key", None, None),
    ]
