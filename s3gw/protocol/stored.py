"""Structures of the model as JSON, for configurations that are kept as they were given."""

from __future__ import annotations

from dataclasses import fields, is_dataclass
from datetime import datetime
from types import NoneType, UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

from s3gw.protocol.values import Shape

Kept = TypeVar("Kept", bound=Shape)


def stored(value: Any) -> Any:
    """The JSON of a structure: its members by name, without those that are not set."""
    if is_dataclass(value) and not isinstance(value, type):
        named = ((field.name, getattr(value, field.name)) for field in fields(value))
        return {name: stored(one) for name, one in named if one is not None}
    if isinstance(value, list):
        return [stored(one) for one in value]
    return value.isoformat() if isinstance(value, datetime) else value


def restored(kind: type[Kept], document: dict[str, Any]) -> Kept:
    """The structure of that kind that `stored` made the document of; members unknown by now are left out."""
    hints = _hints(kind)
    members = {name: _value(hints[name], value) for name, value in document.items() if name in hints}
    return kind(**members)


_HINTS: dict[type[Shape], dict[str, Any]] = {}


def _hints(kind: type[Shape]) -> dict[str, Any]:
    found = _HINTS.get(kind)
    if found is None:
        hints = get_type_hints(kind).items()
        found = _HINTS[kind] = {name: _without_none(hint) for name, hint in hints}
    return found


def _without_none(hint: Any) -> Any:
    if isinstance(hint, UnionType):
        return next(one for one in get_args(hint) if one is not NoneType)
    return hint


def _value(hint: Any, value: Any) -> Any:
    if get_origin(hint) is list:
        (item,) = get_args(hint)
        return [_value(item, one) for one in value]
    if isinstance(hint, type) and issubclass(hint, Shape):
        return restored(hint, value)
    return datetime.fromisoformat(value) if hint is datetime else value
