"""Whether what clients saw of one key could have come from one register that does one thing at a time.

The search is Wing and Gong's ("Testing and verifying concurrent objects", 1993) with Lowe's memory of the
states that were seen: take any operation that began before every other one that is left has ended, let the
register do it, and go on; where the register would have answered otherwise, go back.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import Literal


@dataclass(frozen=True, slots=True)
class Op:
    """One request for the key, and its answer."""

    kind: Literal["put", "get", "delete"]
    value: str | None
    """What was written, each value once; or what was read, None where there was no object."""
    began: float
    ended: float = inf
    """Never, where no answer came: then it may have happened at any time since, or not at all."""


def linearizable(history: Sequence[Op]) -> bool:
    """Whether the operations have an order, in keeping with their times, in which every read is right."""
    ops = sorted(_worth_trying(history), key=lambda op: op.began)
    answered = sum(1 << number for number, op in enumerate(ops) if op.ended < inf)
    seen: set[tuple[int, str | None]] = set()
    waiting: list[tuple[int, str | None]] = [(0, None)]
    while waiting:
        state = waiting.pop()
        if state in seen:
            continue
        seen.add(state)
        done, value = state
        if done & answered == answered:
            return True
        left = [number for number in range(len(ops)) if not done >> number & 1]
        first_end = min(ops[number].ended for number in left)
        for number in left:
            op = ops[number]
            if op.began > first_end:
                break
            if op.kind != "get":
                waiting.append((done | 1 << number, op.value))
            elif op.value == value:
                waiting.append((done | 1 << number, value))
    return False


def _worth_trying(history: Sequence[Op]) -> list[Op]:
    """Without what was not answered and that nobody saw the effect of: it need not have happened."""
    read = {op.value for op in history if op.kind == "get"}
    return [op for op in history if op.ended < inf or (op.kind != "get" and op.value in read)]
