"""Values for every shape of the S3 model, from a seed, and their form as the gateway's dataclasses."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from typing import Any

from botocore import xform_name
from botocore.model import ListShape, MapShape, OperationModel, Shape, StructureShape

from s3gw.protocol import types

ALL, REQUIRED, SOME = "all members", "required members", "some members"

_HEADER_ALPHABET = "abcXYZ019-_.=;/+()'!\"&<> "
_DOCUMENT_ALPHABET = "abcXYZ019-_./ &<>\"'%+\t\n\u00e9\u4e2d\U0001f600\u200b\u2028\x85\x9f"
_QUERY_ALPHABET = "abcXYZ019-_./ &<>\"'%+=?#\u00e9\u4e2d\U0001f600"


# Deprecated members that travel by the element of another one.
_SHADOWED = {"Event"}


class Values:
    """Makes values; `members` says how many of a structure's optional members get one."""

    def __init__(self, seed: str, members: str, *, extra: str = "") -> None:
        """`extra` characters may occur in documents."""
        self._random = random.Random(seed)
        self._members = members
        self._document_alphabet = _DOCUMENT_ALPHABET + extra

    def structure(self, shape: StructureShape, *, fixed: dict[str, Any] | None = None) -> dict[str, Any]:
        """Members by name; those in `fixed` as given, None meaning absent."""
        given = dict(fixed or {})
        made = {}
        candidates = [name for name in shape.members if name not in given and name not in _SHADOWED]
        names = [name for name in candidates if self._wanted(shape, name)]
        if shape.is_tagged_union:
            names = [self._random.choice(sorted(shape.members))]
        for name in names:
            made[name] = self.value(shape.members[name])
        return made | {
            name: value for name, value in given.items() if value is not None and name in shape.members
        }

    def _wanted(self, shape: StructureShape, name: str) -> bool:
        if name in shape.required_members or self._members == ALL:
            return True
        return self._members == SOME and self._random.random() < 0.4

    def value(self, shape: Shape) -> Any:
        """A value of any shape."""
        location = shape.serialization.get("location")
        if isinstance(shape, StructureShape):
            return self.structure(shape)
        if isinstance(shape, ListShape):
            make = self._word if location == "header" else lambda: self.value(shape.member)
            return [make() for _ in range(self._random.randint(1, 3))]
        if isinstance(shape, MapShape):
            return {
                self._word().lower(): self._text(_HEADER_ALPHABET) for _ in range(self._random.randint(1, 3))
            }
        match shape.type_name:
            case "string":
                return self._string(shape, location)
            case "integer" | "long":
                return self._random.choice([0, 1, 7, 2**31 - 1] + [2**45] * (shape.type_name == "long"))
            case "boolean":
                return self._random.random() < 0.5
            case "timestamp":
                return datetime(1999, 12, 31, 23, 59, 58, tzinfo=UTC) + timedelta(
                    seconds=self._random.randint(0, 2**30)
                )
            case "blob":
                return self._random.randbytes(20)
        raise AssertionError(shape)

    def _string(self, shape: Shape, location: str | None) -> str:
        choices: list[str] = getattr(shape, "enum", [])
        if choices:
            return self._random.choice(choices)
        alphabet = {"header": _HEADER_ALPHABET, None: self._document_alphabet}.get(location, _QUERY_ALPHABET)
        text = self._text(alphabet)
        bound: int = shape.metadata.get("min", 0)
        return text + "x" * max(0, bound - len(text))

    def _text(self, alphabet: str) -> str:
        inside = "".join(self._random.choice(alphabet) for _ in range(self._random.randint(0, 12)))
        return f"x{inside}y"

    def _word(self) -> str:
        return "".join(self._random.choice("abcdefgXYZ-0") for _ in range(8)) + "e"


def as_dataclass(shape: StructureShape, value: dict[str, Any], name: str | None = None) -> Any:
    """The gateway's dataclass for botocore's `value` of `shape`."""
    made = getattr(types, name or shape.name)
    return made(**{_attribute(key): _converted(shape.members[key], item) for key, item in value.items()})


def _attribute(name: str) -> str:
    return {"And": "and_"}.get(name) or str(xform_name(name))


def _converted(shape: Shape, value: Any) -> Any:
    if isinstance(shape, StructureShape):
        return as_dataclass(shape, value)
    if isinstance(shape, ListShape):
        return [_converted(shape.member, item) for item in value]
    return value


def class_name(operation: OperationModel, kind: str) -> str:
    """ "PutObjectInput" of PutObject and "Input"."""
    return f"{operation.name}{kind}"
