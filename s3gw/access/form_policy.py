"""The policy of a form upload: what its signer allows the form to say.

Reading and judging it is pure; who signed it is judged elsewhere.
https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-HTTPPOSTConstructPolicy.html
"""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from s3gw.errors import S3Error

_EXPIRATION = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z", re.ASCII)
_DIGITS = re.compile(r"\d{1,18}", re.ASCII)
_ONE_PROPERTY = "Invalid Simple-Condition: Simple-Conditions must have exactly one property specified."

# Fields that no condition need name: those that prove the policy, the file itself, and checksums, which can
# only make an upload fail.
_FREE = frozenset({"file", "policy", "signature", "awsaccesskeyid", "x-amz-signature"})
_FREE_PREFIXES = ("x-ignore-", "x-amz-checksum-")


class Condition(NamedTuple):
    """What one field must be."""

    operator: str
    """"eq" or "starts-with"; "content-length-range" for one whose bounds are no numbers."""
    name: str
    """As the policy writes it: with the leading $; of a length range the lower bound."""
    value: str
    spaced: bool = True
    """Whether errors repeat it with spaces: as the policy writes its lists; objects always."""

    @property
    def field(self) -> str | None:
        """The lower-case name of the field; None where the $ is missing, so that nothing can match."""
        return self.name[1:].lower() if self.name.startswith("$") else None

    @property
    def shown(self) -> str:
        """As errors repeat it, which for a customer's key they do not."""
        separators = None if self.spaced else (",", ":")
        said = [self.operator, self.name, "***" if self._is_secret else self.value]
        return json.dumps(said, ensure_ascii=False, separators=separators)

    @property
    def _is_secret(self) -> bool:
        return self.name.lower().endswith("-customer-key")

    def holds(self, fields: Mapping[str, str]) -> bool:
        """Whether the form's fields, by lower-case name, meet the condition."""
        if self.field is None:
            return False
        given = fields.get(self.field)
        if self.operator == "eq":
            return given == self.value
        if not self.value:  # any value, or none
            return True
        if given is None:
            return False
        values = [given]
        if self.field == "content-type":  # may be a list, of which every member must match
            values = [part.strip() for part in given.split(",")]
        return all(value.startswith(self.value) for value in values)


@dataclass(frozen=True, slots=True)
class FormPolicy:
    """A policy that was read."""

    expiration: datetime
    conditions: tuple[Condition, ...]
    smallest: int = 0
    """Bytes that the file must have at least."""
    largest: int | None = None

    def check(self, fields: Mapping[str, str], now: datetime) -> None:
        """Raise AccessDenied unless the policy has not expired and the fields are just those it allows.

        `fields` are by lower-case name, with the bucket of the request as "bucket".
        """
        if now >= self.expiration:
            raise _violated("Policy expired.")
        for condition in self.conditions:
            if not condition.holds(fields):
                raise _violated(f"Policy Condition failed: {condition.shown}")
        named = {condition.field for condition in self.conditions}
        for name in fields:
            if name not in named and name not in _FREE and not name.startswith(_FREE_PREFIXES):
                raise _violated(f"Extra input fields: {name}")

    def check_size(self, size: int, *, complete: bool = True) -> None:
        """Raise EntityTooLarge or, of a complete file, EntityTooSmall for `size` bytes."""
        if self.largest is not None and size > self.largest:
            fields = {"ProposedSize": str(size), "MaxSizeAllowed": str(self.largest)}
            raise S3Error("EntityTooLarge", fields=fields)
        if complete and size < self.smallest:
            fields = {"ProposedSize": str(size), "MinSizeAllowed": str(self.smallest)}
            raise S3Error("EntityTooSmall", fields=fields)


def parse_policy(encoded: str) -> FormPolicy:
    """Read a policy from its base64. Raises InvalidPolicyDocument."""
    document, spaced = _document(encoded)
    expiration = _expiration(document.get("expiration"))
    given = document.get("conditions")
    if given is None:
        raise _invalid("Policy missing conditions.")
    if not isinstance(given, list):
        raise _invalid("Invalid 'conditions' value: must be a List.")
    smallest, largest = _range(given)
    conditions = tuple(_condition(one, spaced) for one in given if not _is_range(one) or _words(one))
    return FormPolicy(expiration, conditions, smallest, largest)


def _document(encoded: str) -> tuple[dict[str, Any], bool]:
    """The policy, and whether it is written with spaces between strings."""
    if not encoded:
        raise _invalid("Expecting '{' but found End-of-Input")
    try:
        text = b64decode("".join(encoded.split()), validate=True)
    except ValueError:
        raise _invalid("invalid Base64 encoding.") from None
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise _invalid("Invalid JSON.") from None
    if not isinstance(document, dict):
        raise _invalid("Invalid JSON.")
    for name in document:
        if name.lower() not in ("expiration", "conditions"):
            raise _invalid(f'Unexpected: "{_shown(name)}"')
    return document, b'", "' in text


def _expiration(value: Any) -> datetime:
    if value is None:
        raise _invalid("Policy missing expiration.")
    if not isinstance(value, str):
        raise _invalid("Invalid JSON.")
    wrong = _invalid(f"Invalid 'expiration' value: '{_shown(value)}'")
    if not _EXPIRATION.fullmatch(value):
        raise wrong
    try:
        return datetime.fromisoformat(value[:19]).replace(tzinfo=UTC)
    except ValueError:
        raise wrong from None


def _is_range(condition: Any) -> bool:
    return (
        isinstance(condition, list)
        and bool(condition)
        and isinstance(condition[0], str)
        and condition[0].lower() == "content-length-range"
    )


def _words(condition: list[Any]) -> bool:
    """Whether a length range has a word for a bound, so that no file is within it."""
    return any(_size(bound) is None for bound in condition[1:])


def _range(conditions: Iterable[Any]) -> tuple[int, int | None]:
    """The bounds that all length ranges of numbers together leave."""
    smallest, largest = 0, None
    for condition in conditions:
        if not _is_range(condition):
            continue
        if len(condition) != 3:
            raise _invalid("Invalid content-length-range: wrong number of arguments.")
        low, high = _size(condition[1]), _size(condition[2])
        if low is None or high is None:
            continue
        smallest = max(smallest, low)
        largest = high if largest is None else min(largest, high)
    return smallest, largest


def _size(value: Any) -> int | None:
    """A bound of a length range; None for a word."""
    if isinstance(value, str):
        return int(value) if _DIGITS.fullmatch(value) else None
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise _invalid("Invalid JSON.")


def _condition(given: Any, spaced: bool) -> Condition:
    if isinstance(given, dict):
        if len(given) != 1:
            raise _invalid(_ONE_PROPERTY)
        [(name, value)] = given.items()
        if not isinstance(value, str):
            raise _invalid("Invalid Simple-Condition: value must be a string.")
        return Condition("eq", f"${name}", value)
    if not isinstance(given, list):
        raise _invalid("Invalid condition test: must be a List or Object.")
    if not given:
        raise _invalid("Invalid Condition: missing operation identifier.")
    if _is_range(given):  # of words; S3 takes it for a condition like any other, which no form meets
        return Condition("content-length-range", str(given[1]), str(given[2]), spaced)
    if not all(isinstance(part, str) for part in given):
        raise _invalid("Invalid JSON.")
    operator = given[0].lower()
    if operator not in ("eq", "starts-with"):
        raise _invalid(f"Invalid Condition: unknown operation '{_shown(given[0])}'.")
    if len(given) != 3:
        raise _invalid(f"Invalid {operator}: wrong number of arguments.")
    return Condition(operator, given[1], given[2], spaced)


def _shown(value: str) -> str:
    """`value` as it can stand in an error document."""
    return value[:256].encode(errors="replace").decode()


def _invalid(reason: str) -> S3Error:
    return S3Error("InvalidPolicyDocument", f"Invalid Policy: {reason}")


def _violated(reason: str) -> S3Error:
    return S3Error("AccessDenied", f"Invalid according to Policy: {reason.encode(errors='replace').decode()}")
