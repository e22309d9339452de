"""The document of a bucket's lifecycle: what S3 allows, how it is kept, and how it is shown again.

https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketLifecycleConfiguration.html

A document is of the second version of its syntax where its first rule has a Filter. The words of the errors
are those of S3's answers.
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any
from uuid import uuid4

from s3gw.errors import S3Error
from s3gw.operations.lifecycle_filters import (
    check_prefix,
    kept_filter,
    shown_filter,
    speaks_of_sizes,
    speaks_of_tags,
)
from s3gw.operations.lifecycle_transitions import kept_noncurrent_transitions, kept_transitions
from s3gw.operations.lifecycle_values import Kept, midnight, newer, positive
from s3gw.protocol import types
from s3gw.protocol.values import invalid_argument

MAX_RULES = 1000
MAX_ID = 255


def kept_rules(given: types.BucketLifecycleConfiguration | None, *, strict: bool = True) -> list[Kept]:
    """The rules to keep, each with an id. Unless `strict`, what tests with short days need is allowed.

    Raises MalformedXML, InvalidRequest, InvalidArgument.
    """
    rules = given.rules if given is not None else None
    if not rules:
        raise S3Error("MalformedXML")
    if len(rules) > MAX_RULES:
        raise S3Error(
            "InvalidRequest",
            f"The number of lifecycle rules must not exceed the allowed limit of {MAX_RULES} rules",
        )
    ids = _ids(rules)
    second = rules[0].filter is not None
    kept = [_rule(rule, id_, second, strict) for rule, id_ in zip(rules, ids, strict=True)]
    if not second:
        _refuse_overlap(kept)
    return kept


def _ids(rules: Sequence[types.LifecycleRule]) -> list[str]:
    """The ids of the rules; those that have none get one of the kind that S3 makes."""
    found: list[str] = []
    for rule in rules:
        if rule.id and len(rule.id.encode("utf-16-le")) // 2 > MAX_ID:
            raise invalid_argument("ID", rule.id, f"ID length should not exceed allowed limit of {MAX_ID}")
        if rule.id and rule.id in found:
            raise invalid_argument(
                "ID", rule.id, "Rule ID must be unique. Found same ID for more than one rule"
            )
        found.append(rule.id or b64encode(str(uuid4()).encode()).decode())
    return found


def _rule(rule: types.LifecycleRule, id_: str, second: bool, strict: bool) -> Kept:
    if rule.status not in ("Enabled", "Disabled"):
        raise S3Error("MalformedXML")
    kept: Kept = {"id": id_, "enabled": rule.status == "Enabled"}
    kept |= _scope(rule, second, strict)
    actions = _expiration(rule.expiration)
    actions |= _noncurrent(rule.noncurrent_version_expiration, second)
    actions |= _abort(rule.abort_incomplete_multipart_upload)
    actions |= kept_transitions(rule, strict=strict)
    actions |= kept_noncurrent_transitions(rule, second=second, strict=strict)
    if not actions:
        raise S3Error("InvalidRequest", "At least one action needs to be specified in a rule")
    _refuse_conditions(actions, kept.get("filter", {}))
    return kept | actions


def _scope(rule: types.LifecycleRule, second: bool, strict: bool) -> Kept:
    """What the rule applies to: by its own prefix, or by its filter."""
    if rule.prefix is None and rule.filter is None:
        raise S3Error("MalformedXML")
    if second and rule.prefix is not None:
        raise S3Error(
            "InvalidRequest",
            "Base level prefix cannot be used in Lifecycle V2, prefixes are only supported in the Filter.",
        )
    if not second and rule.filter is not None:
        raise S3Error("InvalidRequest", "Filter element can only be used in Lifecycle V2.")
    if rule.filter is not None:
        return {"filter": kept_filter(rule.filter, combined=not strict)}
    return {"prefix": check_prefix(rule.prefix or "")}


def _expiration(given: types.LifecycleExpiration | None) -> Kept:
    if given is None:
        return {}
    named = [given.date, given.days, given.expired_object_delete_marker]
    if sum(each is not None for each in named) != 1:
        raise S3Error("MalformedXML")
    if given.date is not None:
        return {"date": midnight(given.date)}
    if given.days is not None:
        return {"days": positive(given.days, "Days", "Expiration")}
    return {"markers": given.expired_object_delete_marker}


def _noncurrent(given: types.NoncurrentVersionExpiration | None, second: bool) -> Kept:
    if given is None:
        return {}
    if given.noncurrent_days is None:
        raise S3Error("MalformedXML")
    kept = {
        "noncurrent_days": positive(given.noncurrent_days, "NoncurrentDays", "NoncurrentVersionExpiration")
    }
    return kept | newer(given.newer_noncurrent_versions, second)


def _abort(given: types.AbortIncompleteMultipartUpload | None) -> Kept:
    if given is None:
        return {}
    if given.days_after_initiation is None:
        raise S3Error("MalformedXML")
    action = "AbortIncompleteMultipartUpload"
    return {"abort_days": positive(given.days_after_initiation, "DaysAfterInitiation", action)}


def _refuse_conditions(actions: Kept, filter_: Mapping[str, Any]) -> None:
    """Some actions are on what has neither tags nor a size."""
    for action, name in (
        ("markers", "ExpiredObjectDeleteMarker"),
        ("abort_days", "AbortIncompleteMultipartUpload"),
    ):
        if action in actions and speaks_of_tags(filter_):
            raise S3Error("InvalidRequest", f"{name} cannot be specified with Tags.")
        if action in actions and speaks_of_sizes(filter_):
            raise S3Error("InvalidRequest", f"{name} cannot be specified with Object Size.")


_KINDS: Mapping[str, Callable[[Kept], bool]] = {
    "Expiration": lambda rule: not {"days", "date", "markers"}.isdisjoint(rule),
    "Transition": lambda rule: "transitions" in rule,
    "NoncurrentVersionTransition": lambda rule: "noncurrent_transitions" in rule,
    "NoncurrentVersionExpiration": lambda rule: "noncurrent_days" in rule,
    "AbortIncompleteMultipartUpload": lambda rule: "abort_days" in rule,
}


def _refuse_overlap(rules: Sequence[Kept]) -> None:
    """In documents of the first version, one action has one rule for every key."""
    for kind, has in _KINDS.items():
        found = sorted(rule["prefix"] for rule in rules if has(rule))
        for shorter, longer in pairwise(found):
            if longer.startswith(shorter):
                raise S3Error(
                    "InvalidRequest",
                    f"Found overlapping prefixes '{shorter}' and '{longer}' for same action type '{kind}'",
                )


def shown_rule(kept: Mapping[str, Any]) -> types.LifecycleRule:
    """A rule as a document has it."""
    rule = types.LifecycleRule(
        id=kept["id"], prefix=kept.get("prefix"), status="Enabled" if kept["enabled"] else "Disabled"
    )
    if "filter" in kept:
        rule.filter = shown_filter(kept["filter"])
    if _KINDS["Expiration"](dict(kept)):
        rule.expiration = types.LifecycleExpiration(
            date=_date(kept), days=kept.get("days"), expired_object_delete_marker=kept.get("markers")
        )
    if "noncurrent_days" in kept:
        rule.noncurrent_version_expiration = types.NoncurrentVersionExpiration(
            noncurrent_days=kept["noncurrent_days"], newer_noncurrent_versions=kept.get("newer")
        )
    if "abort_days" in kept:
        rule.abort_incomplete_multipart_upload = types.AbortIncompleteMultipartUpload(
            days_after_initiation=kept["abort_days"]
        )
    if "transitions" in kept:
        rule.transitions = [
            types.Transition(date=_date(each), days=each.get("days"), storage_class=each["class"])
            for each in kept["transitions"]
        ]
    if "noncurrent_transitions" in kept:
        rule.noncurrent_version_transitions = [
            types.NoncurrentVersionTransition(
                noncurrent_days=each["days"],
                storage_class=each["class"],
                newer_noncurrent_versions=each.get("newer"),
            )
            for each in kept["noncurrent_transitions"]
        ]
    return rule


def _date(kept: Mapping[str, Any]) -> datetime | None:
    return datetime.fromisoformat(kept["date"]) if "date" in kept else None
