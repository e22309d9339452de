"""Transitions of lifecycle rules: which are allowed, and in which order.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/lifecycle-transition-general-considerations.html
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from s3gw.errors import S3Error
from s3gw.operations.lifecycle_values import MAX_DAYS, Kept, midnight, newer
from s3gw.protocol import types
from s3gw.protocol.values import invalid_argument

_ORDER = ("STANDARD_IA", "INTELLIGENT_TIERING", "ONEZONE_IA", "GLACIER_IR", "GLACIER", "DEEP_ARCHIVE")
"""Of the classes that are targets: an object moves to later ones only."""
_STAY: Mapping[str, int] = {"STANDARD_IA": 30, "ONEZONE_IA": 30, "GLACIER_IR": 90, "GLACIER": 90}
"""Days that an object stays in a class at least."""
_AGE: Mapping[str, int] = {"STANDARD_IA": 30, "ONEZONE_IA": 30}
"""Days that an object must have been in STANDARD before."""


def kept_transitions(rule: types.LifecycleRule, *, strict: bool) -> Kept:
    """The transitions of current versions. Raises MalformedXML, InvalidRequest, InvalidArgument."""
    kept = [_transition(each, strict) for each in rule.transitions or ()]
    where = _where(rule)
    _check_order(kept, "Transition", "Days", where, strict)
    expiration = rule.expiration
    if expiration is not None and kept:
        until = {"days": expiration.days} if expiration.date is None else {"date": midnight(expiration.date)}
        if expiration.expired_object_delete_marker is None:
            _check_end(until, kept, ("Days", "Expiration", "Transition"), where)
    return {"transitions": kept} if kept else {}


def kept_noncurrent_transitions(rule: types.LifecycleRule, *, second: bool, strict: bool) -> Kept:
    """The transitions of noncurrent versions. Raises MalformedXML, InvalidRequest, InvalidArgument."""
    kept = []
    for each in rule.noncurrent_version_transitions or ():
        if each.noncurrent_days is None:
            raise S3Error("MalformedXML")
        days = _days(each.noncurrent_days, "NoncurrentDays", "NoncurrentVersionTransition")
        found = {"days": days, "class": _class(each.storage_class)}
        kept.append(found | newer(each.newer_noncurrent_versions, second))
    where = _where(rule)
    _check_order(kept, "NoncurrentVersionTransition", "NoncurrentDays", where, strict)
    expiration = rule.noncurrent_version_expiration
    if expiration is not None and kept:
        named = ("NoncurrentDays", "NoncurrentVersionExpiration", "NoncurrentVersionTransition")
        _check_end({"days": expiration.noncurrent_days}, kept, named, where)
    return {"noncurrent_transitions": kept} if kept else {}


def _transition(given: types.Transition, strict: bool) -> Kept:
    name = _class(given.storage_class)
    if (given.date is None) == (given.days is None):
        raise S3Error("MalformedXML")
    if given.date is not None:
        return {"date": midnight(given.date), "class": name}
    days = _days(given.days or 0, "Days", "Transition")
    if strict and days < _AGE.get(name, 0):
        raise invalid_argument(
            "Days",
            str(days),
            f"'Days' in Transition action must be greater than or equal to {_AGE[name]} for storageClass "
            f"'{name}'",
        )
    return {"days": days, "class": name}


def _class(name: str | None) -> str:
    """The class, if it can be a target."""
    if name in ("STANDARD", "REDUCED_REDUNDANCY"):
        raise invalid_argument("StorageClass", name, "Invalid target Storage class for Transition action")
    if name not in _ORDER:
        raise S3Error("MalformedXML")
    return name


def _days(days: int, name: str, action: str) -> int:
    if days > MAX_DAYS:
        raise S3Error("MalformedXML")
    if days < 0:
        raise invalid_argument(name, str(days), f"'{name}' in {action} action must be nonnegative")
    return days


def _where(rule: types.LifecycleRule) -> str:
    """The rule's scope as messages name it."""
    if rule.filter is None:
        return f"prefix '{rule.prefix or ''}'"
    prefix = rule.filter.prefix
    return f"filter '(prefix={prefix})'" if prefix is not None else "filter '()'"


def _check_order(kept: Sequence[Kept], action: str, field: str, where: str, strict: bool) -> None:
    """Colder classes come later, and long enough after the warmer ones."""
    for place, second in enumerate(kept):
        for first in kept[:place]:
            if first["class"] == second["class"]:
                raise S3Error(
                    "InvalidRequest",
                    f"'StorageClass' must be different for '{action}' actions in same 'Rule' with {where}",
                )
            if ("date" in first) != ("date" in second):
                raise _mixed(action, where)
            warm, cold = sorted((first, second), key=lambda each: _ORDER.index(each["class"]))
            gap = _gap(warm, cold)
            name = "Date" if "date" in warm else field
            if gap <= 0:
                raise _argument(
                    second,
                    name,
                    f"'{name}' in the '{action}' action for StorageClass '{cold['class']}' for {where} must "
                    f"be greater than '{name}' in the '{action}' action for StorageClass '{warm['class']}' "
                    f"for {where}",
                )
            least = _STAY.get(warm["class"], 0)
            if strict and gap < least:
                raise _argument(
                    second,
                    name,
                    f"'{name}' in the '{action}' action for StorageClass '{cold['class']}' for {where} must "
                    f"be {least} days more than '{where}' in the '{action}' action for StorageClass "
                    f"'{warm['class']}'",
                )


def _check_end(until: Kept, kept: Sequence[Kept], names: tuple[str, str, str], where: str) -> None:
    """What expires does so after its transitions."""
    field, action, transition = names
    for each in kept:
        if ("date" in until) != ("date" in each):
            raise _mixed("Expiration and Transition", where)
        if until.get("days", 0) is None:
            return  # malformed, which is found where the expiration is looked at
        if _gap(each, until) <= 0:
            name = "Date" if "date" in until else field
            raise _argument(
                until,
                name,
                f"'{name}' in the {action} action for {where} must be greater than '{name}' in the "
                f"{transition} action",
            )


def _gap(before: Mapping[str, Any], after: Mapping[str, Any]) -> int:
    """Days between two actions."""
    if "date" in before:
        return (datetime.fromisoformat(after["date"]) - datetime.fromisoformat(before["date"])).days
    days: int = after["days"] - before["days"]
    return days


def _mixed(actions: str, where: str) -> S3Error:
    message = f"Found mixed 'Date' and 'Days' based {actions} actions in lifecycle rule for {where}"
    return S3Error("InvalidRequest", message)


def _argument(kept: Kept, name: str, message: str) -> S3Error:
    return invalid_argument(name, str(kept.get("date", kept.get("days"))), message)
