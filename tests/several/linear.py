"""Whether what clients saw of one key could have come from one register that does one thing at a time.

The search is Wing and Gong's ("Testing and verifying concurrent objects", 1993) with Lowe's memory of the
states that were seen: take any operation that began before every other one that is left has ended, let the
register do it, and go on; where the register would have answered otherwise, go back.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import inf
from typing import Literal

Kind = Literal["put", "get", "delete", "swap", "refused"]


@dataclass(frozen=True, slots=True)
class Op:
    """One request for the key, and its answer.

    A `swap` is a write on condition that the register holds `expected`; one that was `refused` found
    something else.
    """

    kind: Kind
    value: str | None
    """What was written, each value once; or what was read, None where there was no object."""
    began: float
    ended: float = inf
    """Never, where no answer came: then it may have happened at any time since, or not at all."""
    expected: str | None = None

    def can_follow(self, value: str | None) -> bool:
        """Whether a register that holds `value` would have answered so."""
        match self.kind:
            case "get":
                return value == self.value
            case "swap":
                return value == self.expected
            case "refused":
                return value != self.expected
        return True

    def leaves(self, value: str | None) -> str | None:
        """What a register that held `value` holds afterwards."""
        return value if self.kind in ("get", "refused") else self.value


State = tuple[int, frozenset[int], str | None]
"""Which answered operations are done, which of those without an answer are, and what the register holds."""


def linearizable(history: Sequence[Op]) -> bool:
    """Whether the operations have an order, in keeping with their times, in which every answer is right."""
    answered = sorted((op for op in history if op.ended < inf), key=lambda op: op.began)
    unknown = sorted(
        (op for op in history if op.ended == inf and op.kind in ("put", "delete", "swap")),
        key=lambda op: op.began,
    )
    everything = (1 << len(answered)) - 1
    seen: set[State] = set()
    waiting: list[State] = [(0, frozenset(), None)]
    while waiting:
        state = waiting.pop()
        if state in seen:
            continue
        seen.add(state)
        if state[0] == everything:
            return True
        waiting.extend(reversed(list(_next(state, answered, unknown))))
    return False


def _next(state: State, answered: Sequence[Op], unknown: Sequence[Op]) -> Iterator[State]:
    """Where one more answered operation leads, perhaps after some that were not answered.

    Those happen right before what shows their effect: had it been something else that came next, then that
    replaced what they wrote unseen, and they need not have happened.
    """
    done, used, value = state
    candidates: list[int] = []
    first_end = inf
    for number in range((~done & (done + 1)).bit_length() - 1, len(answered)):
        if done >> number & 1:
            continue
        if answered[number].began > first_end:
            break
        candidates.append(number)
        first_end = min(first_end, answered[number].ended)
    for number in candidates:
        op = answered[number]
        for after, held in _ways(op, used, value, [one for one in unknown if one.began <= first_end]):
            yield done | 1 << number, after, op.leaves(held)


def _ways(
    op: Op, used: frozenset[int], value: str | None, unknown: Sequence[Op]
) -> Iterator[tuple[frozenset[int], str | None]]:
    """What may have happened for the register to answer so: nothing, or some of what was not answered."""
    if op.can_follow(value):
        yield used, value
        return
    deleted = False
    for number, one in enumerate(unknown):
        if number in used or not op.can_follow(one.leaves(value)):
            continue
        if one.kind == "delete":  # one is as good as the other: the first that was begun
            if deleted:
                continue
            deleted = True
        for before, _ in _ways(one, used | {number}, value, unknown):
            yield before, one.value
