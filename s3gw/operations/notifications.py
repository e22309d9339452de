"""The notification configuration of buckets: which events are told to whom.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketNotificationConfiguration.html

Targets are those that the gateway's settings name; a queue, a topic and a function are ways to write one.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from typing import Any, NamedTuple
from uuid import uuid4

from s3gw.db import bucket_settings, events
from s3gw.db.events import Wanted
from s3gw.errors import S3Error
from s3gw.notifications.records import first_event
from s3gw.notifications.rules import KIND, SUPPORTED, rule_of, target_of
from s3gw.operations.call import Call, operation
from s3gw.operations.lookup import bucket_of
from s3gw.operations.names import missing_bucket
from s3gw.protocol import types
from s3gw.protocol.values import invalid_argument

MAX_ID = 255
MAX_VALUE = 1024
_AMBIGUOUS = (
    "Configuration is ambiguously defined. Cannot have overlapping suffixes in two rules if the prefixes are "
    "overlapping for the same event type."
)


class _Form(NamedTuple):
    """One of the three ways to write a target."""

    members: str
    """Of the configuration."""
    arn: str
    service: str
    name: str
    """As errors have it."""
    missing: str


_FORMS: Mapping[str, _Form] = {
    "topic": _Form(
        "topic_configurations", "topic_arn", "sns", "Topic", "The destination topic does not exist"
    ),
    "queue": _Form(
        "queue_configurations", "queue_arn", "sqs", "Queue", "The destination queue does not exist"
    ),
    "function": _Form(
        "lambda_function_configurations",
        "lambda_function_arn",
        "lambda",
        "CloudFunction",
        "The destination Lambda function does not exist",
    ),
}


@operation("PutBucketNotificationConfiguration", "s3:PutBucketNotification")
async def put_bucket_notification_configuration(
    call: Call, request: types.PutBucketNotificationConfigurationInput
) -> None:
    """Replace the rules; an empty document ends all notifications. Targets are told a test event."""
    given = request.notification_configuration
    if given is None:
        raise S3Error("MalformedXML")
    rules = [_rule(one, form) for form in _FORMS for one in getattr(given, _FORMS[form].members) or ()]
    _check_together(rules)
    if not request.skip_destination_validation:
        _check_targets(call, rules)
    bucket = await bucket_of(call, request)
    bridge = given.event_bridge_configuration is not None
    if not rules and not bridge:
        await bucket_settings.delete(call.services.db, bucket.id, KIND)
        return
    document = {"revision": uuid4().hex, "rules": rules, "bridge": bridge}
    told = {rule["target"] for rule in rules} & call.services.settings.notifies
    test = first_event(bucket.name, call.request_id, call.host_id)
    wanted = [Wanted(target, test) for target in sorted(told)]
    if not await events.put_rules(call.services.db, bucket.id, document, wanted):
        raise missing_bucket(bucket.name)


@operation("GetBucketNotificationConfiguration", "s3:GetBucketNotification")
async def get_bucket_notification_configuration(
    call: Call, request: types.GetBucketNotificationConfigurationInput
) -> types.GetBucketNotificationConfigurationOutput:
    """The rules, as they were given; an empty document where there are none."""
    bucket = await bucket_of(call, request)
    document = await bucket_settings.get(call.services.db, bucket.id, KIND)
    if document is None:
        return types.GetBucketNotificationConfigurationOutput()
    output = types.GetBucketNotificationConfigurationOutput(
        event_bridge_configuration=types.EventBridgeConfiguration() if document["bridge"] else None
    )
    for form in _FORMS:
        shown = [_shown(rule, form) for rule in document["rules"] if rule["form"] == form]
        setattr(output, _FORMS[form].members, shown or None)
    return output


def _rule(given: Any, form: str) -> dict[str, Any]:
    """A rule as it is kept. Raises MalformedXML, InvalidArgument."""
    arn = getattr(given, _FORMS[form].arn)
    if arn is None or not given.events:
        raise S3Error("MalformedXML")
    target = target_of(arn, _FORMS[form].service)
    if target is None:
        raise invalid_argument(_FORMS[form].name, arn, "The ARN could not be parsed")
    for event in given.events:
        if event not in SUPPORTED:
            raise invalid_argument("Event", event, "The event is not supported for notifications")
    if given.id and len(given.id) > MAX_ID:
        raise invalid_argument("ID", given.id, f"ID length should not exceed allowed limit of {MAX_ID}")
    kept = {
        "id": given.id or b64encode(str(uuid4()).encode()).decode(),
        "form": form,
        "arn": arn,
        "target": target,
        "events": list(given.events),
    }
    filters = list(_filters(given.filter))
    return kept | {"filter": filters} if given.filter is not None else kept


def _filters(given: types.NotificationConfigurationFilter | None) -> Iterator[list[str]]:
    """Prefix and suffix, in S3's writing."""
    if given is None or given.key is None:
        return
    seen: set[str] = set()
    for rule in given.key.filter_rules or ():
        name = (rule.name or "").capitalize()
        if name not in ("Prefix", "Suffix"):
            message = "filter rule name must be either prefix or suffix"
            raise invalid_argument("FilterRule.Name", rule.name, message)
        if name in seen:
            message = f"Cannot specify more than one {name.lower()} rule in a filter."
            raise invalid_argument("FilterRule.Name", rule.name, message)
        value = rule.value or ""
        if len(value.encode()) > MAX_VALUE:
            message = f"Size of filter rule value cannot exceed {MAX_VALUE} bytes in UTF-8 representation"
            raise invalid_argument("FilterRule.Value", value, message)
        seen.add(name)
        yield [name, value]


def _check_together(rules: Sequence[Mapping[str, Any]]) -> None:
    """Raise InvalidArgument for rules that have one id, or one event of one key."""
    if len({rule["id"] for rule in rules}) < len(rules):
        raise S3Error("InvalidArgument", "Same ID used for multiple configurations. IDs must be unique")
    for one, other in combinations((rule_of(rule) for rule in rules), 2):
        if one.overlaps(other):
            raise S3Error("InvalidArgument", _AMBIGUOUS)


def _check_targets(call: Call, rules: Sequence[Mapping[str, Any]]) -> None:
    """Raise InvalidArgument for targets that the gateway does not know."""
    known = call.services.settings.notifies
    unknown = [rule for rule in rules if rule["target"] not in known]
    if unknown:
        fields: dict[str, str] = {}
        for number, rule in enumerate(unknown, 1):
            fields[f"ArgumentName{number}"] = rule["arn"]
            fields[f"ArgumentValue{number}"] = _FORMS[rule["form"]].missing
        message = "Unable to validate the following destination configurations"
        raise S3Error("InvalidArgument", message, fields=fields)


def _shown(kept: Mapping[str, Any], form: str) -> Any:
    """A rule as a document has it."""
    kinds: Mapping[str, type[Any]] = {
        "topic": types.TopicConfiguration,
        "queue": types.QueueConfiguration,
        "function": types.LambdaFunctionConfiguration,
    }
    shown: Any = kinds[form](id=kept["id"], events=kept["events"])
    setattr(shown, _FORMS[form].arn, kept["arn"])
    if "filter" in kept:
        rules = [types.FilterRule(name=name, value=value) for name, value in kept["filter"]]
        shown.filter = types.NotificationConfigurationFilter(key=types.S3KeyFilter(filter_rules=rules))
    return shown
