"""Notification rules as they are kept in a bucket's document, and which of them an event concerns.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-event-types-and-destinations.html
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

KIND = "notification"
"""Of the document among those of a bucket."""

_CREATED = ("Put", "Post", "Copy", "CompleteMultipartUpload")
_EVENTS: Mapping[str, Sequence[str]] = {
    "ObjectCreated": _CREATED,
    "ObjectRemoved": ("Delete", "DeleteMarkerCreated"),
    "ObjectRestore": ("Post", "Completed", "Delete"),
    "ObjectTagging": ("Put", "Delete"),
    "ObjectAcl": ("Put",),
    "LifecycleExpiration": ("Delete", "DeleteMarkerCreated"),
    "LifecycleTransition": (),
    "IntelligentTiering": (),
    "ReducedRedundancyLostObject": (),
    "Replication": (
        "OperationFailedReplication",
        "OperationMissedThreshold",
        "OperationNotTracked",
        "OperationReplicatedAfterThreshold",
    ),
}
_WITHOUT_ALL = frozenset(
    {"LifecycleTransition", "IntelligentTiering", "ReducedRedundancyLostObject", "ObjectAcl"}
)
SUPPORTED = frozenset(
    [f"s3:{name}:{kind}" for name, kinds in _EVENTS.items() for kind in kinds]
    + [f"s3:{name}:*" for name in _EVENTS if name not in _WITHOUT_ALL]
    + [f"s3:{name}" for name, kinds in _EVENTS.items() if not kinds]
)
"""Every event type that S3 takes; those of what this gateway does not do never happen."""

_ARN = re.compile(
    r"arn:[a-z0-9-]+:(?P<service>sns|sqs|lambda):[^:]*:[^:]*:(?:function:)?(?P<name>[\w.-]{1,256})"
)
_MINIO_ARN = re.compile(r"arn:minio:(?P<service>sqs):[^:]*:(?P<name>[\w.-]{1,256}):\w+")


def target_of(arn: str, service: str) -> str | None:
    """The name of the target that an ARN of that service means; None if it is no such ARN.

    Two forms are understood: `arn:aws:sqs:REGION:ACCOUNT:NAME` and, as MinIO has it,
    `arn:minio:sqs:REGION:NAME:webhook`.
    """
    found = _MINIO_ARN.fullmatch(arn) or _ARN.fullmatch(arn)
    return found["name"] if found is not None and found["service"] == service else None


class Rule(NamedTuple):
    """One rule: which events of which keys go where."""

    id: str
    target: str
    events: tuple[str, ...]
    prefix: str = ""
    suffix: str = ""

    def concerns(self, event: str, key: str) -> bool:
        """Whether an event such as "ObjectCreated:Put" is to be told."""
        name = f"s3:{event}"
        every = f"s3:{event.partition(':')[0]}:*"
        return (
            (name in self.events or every in self.events)
            and key.startswith(self.prefix)
            and key.endswith(self.suffix)
        )

    def overlaps(self, other: Rule) -> bool:
        """Whether there may be events that both rules would tell."""
        return (
            any(_share(mine, theirs) for mine in self.events for theirs in other.events)
            and (self.prefix.startswith(other.prefix) or other.prefix.startswith(self.prefix))
            and (self.suffix.endswith(other.suffix) or other.suffix.endswith(self.suffix))
        )


def _share(one: str, other: str) -> bool:
    if one == other:
        return True
    same = one.split(":")[1] == other.split(":")[1]
    return same and (one.endswith(":*") or other.endswith(":*"))


def matching(documents: Mapping[str, Any], event: str, key: str) -> Iterator[Rule]:
    """The rules of a bucket that an event concerns."""
    document = documents.get(KIND)
    if document is not None:
        for rule in parse(document):
            if rule.concerns(event, key):
                yield rule


def parse(document: Mapping[str, Any]) -> Sequence[Rule]:
    """The rules of a document."""
    revision = document["revision"]
    found = _parsed.get(revision)
    if found is None:
        if len(_parsed) >= _AT_MOST:
            _parsed.clear()
        found = _parsed[revision] = tuple(rule_of(rule) for rule in document["rules"])
    return found


_parsed: dict[str, Sequence[Rule]] = {}
"""By revision, since every request to such a bucket brings its document along."""
_AT_MOST = 256


def rule_of(kept: Mapping[str, Any]) -> Rule:
    """A rule as it is kept."""
    filters = {name.lower(): value for name, value in kept.get("filter", ())}
    return Rule(
        kept["id"],
        kept["target"],
        tuple(kept["events"]),
        filters.get("prefix", ""),
        filters.get("suffix", ""),
    )
