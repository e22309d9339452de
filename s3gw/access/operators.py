"""The operators of policy conditions.

https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
"""

from __future__ import annotations

import base64
import binascii
import ipaddress
import operator
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from s3gw.access.malformed import malformed
from s3gw.access.wildcard import Pattern, Resolve, compile_pattern

Matches = Callable[[Any, str, Resolve], bool]


@dataclass(frozen=True, slots=True)
class Operator:
    """One operator: how its values are read, and when one of them matches a value of the request.

    `compile` raises ValueError for what cannot be such a value; a value of the request that cannot be read
    matches nothing.
    """

    name: str
    compile: Callable[[str, bool], Any]
    matches: Matches
    negative: bool = False
    """Whether none of the values may match."""


def _pattern(text: str, variables: bool) -> Pattern:
    return compile_pattern(text, variables=variables)


def _equals(want: Pattern, value: str, resolve: Resolve) -> bool:
    return want.equals(value, resolve)


def _equals_folded(want: Pattern, value: str, resolve: Resolve) -> bool:
    return want.equals(value, resolve, fold=True)


def _like(want: Pattern, value: str, resolve: Resolve) -> bool:
    return want.matches(value, resolve)


def _arns(text: str, variables: bool) -> tuple[Pattern, ...]:
    parts = text.split(":", 5)
    if text != "*" and (len(parts) != 6 or parts[0] != "arn"):
        raise ValueError(text)
    return tuple(compile_pattern(part, variables=variables) for part in parts)


def _arn_like(want: tuple[Pattern, ...], value: str, resolve: Resolve) -> bool:
    if len(want) == 1:
        return True
    parts = value.split(":", 5)
    return len(parts) == 6 and all(
        pattern.matches(part, resolve) for pattern, part in zip(want, parts, strict=True)
    )


def _number(text: str, _variables: bool = False) -> float:
    number = float(text)
    if number != number or number in (float("inf"), float("-inf")):
        raise ValueError(text)
    return number


def _date(text: str, _variables: bool = False) -> float:
    """Seconds since 1970 of an ISO 8601 date or of a number of seconds."""
    try:
        return _number(text)
    except ValueError:
        found = datetime.fromisoformat(text)
        return (found if found.tzinfo else found.replace(tzinfo=UTC)).timestamp()


def _compared(read: Callable[[str], float], compare: Callable[[float, float], bool]) -> Matches:
    def matches(want: float, value: str, _resolve: Resolve) -> bool:
        try:
            return compare(read(value), want)
        except (ValueError, OverflowError):
            return False

    return matches


def _truth(text: str, _variables: bool = False) -> str:
    if text.lower() not in ("true", "false"):
        raise ValueError(text)
    return text.lower()


def _same_truth(want: str, value: str, _resolve: Resolve) -> bool:
    return want == value.lower()


def _bytes(text: str, _variables: bool = False) -> bytes:
    try:
        return base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(text) from error


def _same_bytes(want: bytes, value: str, _resolve: Resolve) -> bool:
    try:
        return want == _bytes(value)
    except ValueError:
        return False


Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def _network(text: str, _variables: bool = False) -> Network:
    return ipaddress.ip_network(text, strict=False)


def _in_network(want: Network, value: str, _resolve: Resolve) -> bool:
    try:
        address = ipaddress.ip_address(value)
    except ValueError:
        return False
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return address.version == want.version and address in want


_COMPARISONS = {
    "Equals": operator.eq,
    "LessThan": operator.lt,
    "LessThanEquals": operator.le,
    "GreaterThan": operator.gt,
    "GreaterThanEquals": operator.ge,
}
NULL = "Null"


def _table() -> dict[str, Operator]:
    made = [
        Operator("StringEquals", _pattern, _equals),
        Operator("StringNotEquals", _pattern, _equals, negative=True),
        Operator("StringEqualsIgnoreCase", _pattern, _equals_folded),
        Operator("StringNotEqualsIgnoreCase", _pattern, _equals_folded, negative=True),
        Operator("StringLike", _pattern, _like),
        Operator("StringNotLike", _pattern, _like, negative=True),
        Operator("NumericNotEquals", _number, _compared(_number, operator.eq), negative=True),
        Operator("DateNotEquals", _date, _compared(_date, operator.eq), negative=True),
        Operator("Bool", _truth, _same_truth),
        Operator("BinaryEquals", _bytes, _same_bytes),
        Operator("IpAddress", _network, _in_network),
        Operator("NotIpAddress", _network, _in_network, negative=True),
        Operator("ArnEquals", _arns, _arn_like),
        Operator("ArnLike", _arns, _arn_like),
        Operator("ArnNotEquals", _arns, _arn_like, negative=True),
        Operator("ArnNotLike", _arns, _arn_like, negative=True),
        Operator(NULL, _truth, _same_truth),
    ]
    for name, compare in _COMPARISONS.items():
        made.append(Operator(f"Numeric{name}", _number, _compared(_number, compare)))
        made.append(Operator(f"Date{name}", _date, _compared(_date, compare)))
    return {one.name.lower(): one for one in made}


_OPERATORS = _table()


@dataclass(frozen=True, slots=True)
class Qualified:
    """An operator with its prefix and suffix."""

    operator: Operator
    quantifier: str = ""
    """"forallvalues", "foranyvalue" or nothing."""
    if_exists: bool = False


def parse_operator(text: str) -> Qualified:
    """`[ForAllValues:|ForAnyValue:]Name[IfExists]`. Raises MalformedPolicy for one that there is not."""
    quantifier, colon, name = text.lower().rpartition(":")
    if colon and quantifier not in ("forallvalues", "foranyvalue"):
        raise malformed(f"Invalid Condition type : {text}", text)
    base = name.removesuffix("ifexists")
    found = _OPERATORS.get(base)
    if found is None or (found.name == NULL and (base != name or quantifier)):
        raise malformed(f"Invalid Condition type : {text}", text)
    return Qualified(found, quantifier, base != name)
