"""What a parent tells its workers, in a form that a worker of another release understands.

A worker is spawned, so it runs the code that is installed at that time, which may be newer than that of its
parent. Records are therefore sent by the names of their fields: a field that the worker does not know is left
out, and one that the parent did not know takes its default.
"""

from __future__ import annotations

import importlib
from dataclasses import dataclass, fields, is_dataclass
from typing import Any


@dataclass
class Sent:
    """A record on its way: where its class is, and its fields by name."""

    module: str
    name: str
    values: dict[str, Any]


def send(value: Any) -> Any:
    """`value` with every dataclass in it, also within tuples, as `Sent`."""
    if is_dataclass(value) and not isinstance(value, type):
        values = {one.name: send(getattr(value, one.name)) for one in fields(value)}
        return Sent(type(value).__module__, type(value).__qualname__, values)
    if type(value) is tuple:
        return tuple(map(send, value))
    return value


def receive(value: Any) -> Any:
    """What `send` was given, of the classes that are here. Raises TypeError where one needs a field more."""
    if isinstance(value, Sent):
        kind = getattr(importlib.import_module(value.module), value.name)
        known = {one.name for one in fields(kind) if one.init}
        return kind(**{name: receive(each) for name, each in value.values.items() if name in known})
    if type(value) is tuple:
        return tuple(map(receive, value))
    return value
