"""The resources of a policy statement: a bucket, or keys of it, by ARN."""

from __future__ import annotations

from dataclasses import dataclass

from s3gw.access.malformed import malformed
from s3gw.access.wildcard import Pattern, Resolve, compile_pattern

_PREFIX = "arn:aws:s3:::"


@dataclass(frozen=True, slots=True)
class Resource:
    """One pattern of "bucket" or "bucket/key"."""

    pattern: Pattern

    def matches(self, name: str, resolve: Resolve) -> bool:
        """Whether the bucket or the bucket/key of that name is meant."""
        return self.pattern.matches(name, resolve)

    @property
    def buckets(self) -> bool:
        """Whether it can mean a bucket."""
        return "/" not in self.pattern.text

    @property
    def keys(self) -> bool:
        """Whether it can mean keys."""
        text = self.pattern.text
        return "/" in text or "*" in text or "${" in text


def parse_resources(given: object, bucket: str, *, variables: bool) -> tuple[Resource, ...]:
    """A Resource or NotResource element of the policy of `bucket`, which each of them must concern.

    Raises MalformedPolicy "Policy has invalid resource".
    """
    values = given if isinstance(given, list) else [given]
    if not values:
        raise malformed("Policy has invalid resource")
    found = []
    for value in values:
        if not isinstance(value, str):
            raise malformed("Policy has invalid resource")
        name = value.removeprefix(_PREFIX)
        if name == value or not _concerns(name, bucket, variables):
            raise malformed("Policy has invalid resource", value)
        found.append(Resource(compile_pattern(name, variables=variables)))
    return tuple(found)


def _concerns(name: str, bucket: str, variables: bool) -> bool:
    head = name.partition("/")[0]
    if not head or (variables and "${" in head):
        return False
    return compile_pattern(head).matches(bucket)
