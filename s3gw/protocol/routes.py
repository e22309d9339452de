"""The shape of the routing table."""

from __future__ import annotations

from typing import Literal, NamedTuple


class Choice(NamedTuple):
    """An operation of a route, taken when the header or parameter `name` is there (with `value`, if any)."""

    operation: str
    kind: Literal["header", "query", "otherwise"]
    name: str
    value: str | None
