"""Filters of lifecycle rules: checked, kept, and shown as they were given."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from s3gw.errors import S3Error
from s3gw.protocol import types
from s3gw.protocol.values import invalid_argument

MAX_PREFIX = 1024
MAX_SIZE = 1000 << 40
_MAX_TAGS = 10
_BESIDE = frozenset({"prefix", "tag"})


def kept_filter(given: types.LifecycleRuleFilter, *, combined: bool) -> dict[str, Any]:
    """What to keep of a filter: nothing of an empty one, else its one condition, or those of And.

    A prefix may stand beside a tag, as tests and clients of Ceph have it; `combined` lets any of them stand
    beside each other. All of them must hold. Raises MalformedXML, InvalidRequest, InvalidArgument.
    """
    found = _conditions(given)
    if given.tag is not None:
        found["tag"] = _tag(given.tag)
    both = given.and_
    if both is not None:
        inner = _conditions(both)
        if both.tags:
            inner["tags"] = [_tag(tag) for tag in both.tags]
            _check_tags(inner["tags"])
        if len(inner) + max(len(inner.get("tags", ())) - 1, 0) < 2:
            raise S3Error("MalformedXML")
        _check_sizes(inner)
        found["and"] = inner
    beside = _BESIDE <= found.keys() <= {*_BESIDE, "and"}
    if len(found) > 1 and not (combined or beside):
        raise S3Error("MalformedXML")
    return found


def shown_filter(kept: Mapping[str, Any]) -> types.LifecycleRuleFilter:
    """A filter as a document has it."""
    shown = types.LifecycleRuleFilter(
        prefix=kept.get("prefix"),
        object_size_greater_than=kept.get("larger"),
        object_size_less_than=kept.get("smaller"),
    )
    if "tag" in kept:
        shown.tag = types.Tag(key=kept["tag"][0], value=kept["tag"][1])
    if "and" in kept:
        both = kept["and"]
        tags = [types.Tag(key=key, value=value) for key, value in both.get("tags", ())]
        shown.and_ = types.LifecycleRuleAndOperator(
            prefix=both.get("prefix"),
            tags=tags or None,
            object_size_greater_than=both.get("larger"),
            object_size_less_than=both.get("smaller"),
        )
    return shown


def speaks_of_tags(kept: Mapping[str, Any]) -> bool:
    """Whether a filter has a condition on tags."""
    return "tag" in kept or "tags" in kept.get("and", {})


def speaks_of_sizes(kept: Mapping[str, Any]) -> bool:
    """Whether a filter has a condition on sizes."""
    return not {"larger", "smaller"}.isdisjoint(kept.keys() | kept.get("and", {}).keys())


def check_prefix(prefix: str) -> str:
    """The prefix. Raises InvalidRequest for one that no key can begin with."""
    if len(prefix.encode()) > MAX_PREFIX:
        raise S3Error("InvalidRequest", "The maximum size of a prefix is 1024")
    return prefix


def _conditions(given: types.LifecycleRuleFilter | types.LifecycleRuleAndOperator) -> dict[str, Any]:
    """The conditions that a filter and And have in common."""
    found: dict[str, Any] = {}
    if given.prefix is not None:
        found["prefix"] = check_prefix(given.prefix)
    larger, smaller = given.object_size_greater_than, given.object_size_less_than
    if larger is not None:
        if not 0 <= larger <= MAX_SIZE:
            raise S3Error("InvalidRequest", f"'ObjectSizeGreaterThan' should be between 0 and {MAX_SIZE}.")
        found["larger"] = larger
    if smaller is not None:
        if not 1 <= smaller <= MAX_SIZE:
            raise S3Error("InvalidRequest", f"'ObjectSizeLessThan' should be between 1 and {MAX_SIZE}.")
        found["smaller"] = smaller
    return found


def _check_sizes(found: Mapping[str, Any]) -> None:
    if "larger" in found and "smaller" in found and found["larger"] >= found["smaller"]:
        raise S3Error(
            "InvalidRequest", "'ObjectSizeLessThan' has to be a value greater than 'ObjectSizeGreaterThan'."
        )


def _tag(tag: types.Tag) -> list[str]:
    if not tag.key or tag.value is None:
        raise S3Error("MalformedXML")
    return [tag.key, tag.value]


def _check_tags(tags: list[list[str]]) -> None:
    if len({key for key, _ in tags}) < len(tags):
        raise S3Error("InvalidRequest", "Duplicate Tag Keys are not allowed.")
    if len(tags) > _MAX_TAGS:
        raise invalid_argument("Tag", None, f"A filter cannot have more than {_MAX_TAGS} tags")
