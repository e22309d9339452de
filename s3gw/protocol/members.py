"""Some members of the model's shapes, read at once: most requests set none of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any, Generic, NamedTuple, TypeVar

Name = TypeVar("Name")


class _Reading(NamedTuple):
    """How the members of one type are read."""

    names: tuple[Any, ...]
    values: Callable[[Any], tuple[Any, ...]]
    unset: tuple[None, ...]


class Members(Generic[Name]):
    """Members by what they are called elsewhere, such as the header that a member stands for."""

    def __init__(self, names: Mapping[Name, str]) -> None:
        """The member by each name; a type may lack some."""
        self._names = names
        self._readings: dict[type, _Reading] = {}

    def given(self, shape: Any) -> dict[Name, Any]:
        """The values that are set, and not empty, by name."""
        reading = self._readings.get(type(shape)) or self._read(type(shape))
        values = reading.values(shape)
        if values == reading.unset:
            return {}
        return {name: value for name, value in zip(reading.names, values, strict=True) if value}

    def any_given(self, shape: Any) -> bool:
        """Whether one is set, be it empty."""
        reading = self._readings.get(type(shape)) or self._read(type(shape))
        return bool(reading.values(shape) != reading.unset)

    def _read(self, kind: type) -> _Reading:
        there = {name: member for name, member in self._names.items() if hasattr(kind, member)}
        reading = _Reading(tuple(there), _values_of(tuple(there.values())), (None,) * len(there))
        self._readings[kind] = reading
        return reading


def _values_of(members: tuple[str, ...]) -> Callable[[Any], tuple[Any, ...]]:
    if len(members) > 1:
        return attrgetter(*members)
    return lambda shape: tuple(getattr(shape, member) for member in members)
