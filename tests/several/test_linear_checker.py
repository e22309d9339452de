"""The judge of histories, judged: by cases, by what is legal as it was made, and by trying every order."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations, permutations
from math import inf

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.several.linear import Kind, Op, linearizable


def test_operations_one_after_another() -> None:
    history = [
        Op("get", None, 0, 1),
        Op("put", "a", 2, 3),
        Op("get", "a", 4, 5),
        Op("delete", None, 6, 7),
        Op("get", None, 8, 9),
    ]
    assert linearizable(history)


@pytest.mark.parametrize("seen", ["a", "b"])
def test_of_two_writes_at_once_either_may_be_last(seen: str) -> None:
    history = [Op("put", "a", 0, 10), Op("put", "b", 1, 9), Op("get", seen, 11, 12), Op("get", seen, 13, 14)]
    assert linearizable(history)


def test_readers_must_agree_on_the_order() -> None:
    writes = [Op("put", "a", 0, 10), Op("put", "b", 1, 9)]
    reads = [Op("get", "a", 11, 12), Op("get", "b", 13, 14)]
    assert not linearizable(writes + reads)
    assert not linearizable([*writes, *reads, Op("get", "a", 15, 16)])


def test_a_stale_read_is_found() -> None:
    history = [Op("put", "a", 0, 1), Op("put", "b", 2, 3), Op("get", "a", 4, 5)]
    assert not linearizable(history)
    assert linearizable([*history[:2], Op("get", "a", 2.5, 5)])  # it began before the second write had ended


def test_a_write_that_is_lost_is_found() -> None:
    assert not linearizable([Op("put", "a", 0, 1), Op("get", None, 2, 3)])


def test_an_update_that_is_lost_is_found() -> None:
    """Of two that replace the same, one must be told that it is not there any more."""
    first = [Op("put", "a", 0, 1), Op("swap", "b", 2, 9, "a")]
    assert not linearizable([*first, Op("swap", "c", 3, 8, "a")])
    assert linearizable([*first, Op("refused", "c", 3, 8, "a")])
    assert not linearizable([*first, Op("refused", "c", 3, 8, "a"), Op("get", "a", 10, 11)])
    assert not linearizable([Op("swap", "b", 2, 9, None), Op("swap", "c", 3, 8, None)])


def test_what_was_not_answered_may_happen_late_or_never_but_not_twice() -> None:
    unknown = Op("put", "a", 0)
    assert linearizable([unknown, Op("get", None, 1, 2)])
    assert linearizable([unknown, Op("get", None, 1, 2), Op("get", "a", 3, 4)])
    assert linearizable([unknown, Op("put", "b", 1, 2), Op("get", "a", 3, 4)])
    assert not linearizable([unknown, Op("get", "a", 1, 2), Op("put", "b", 3, 4), Op("get", "a", 5, 6)])
    assert not linearizable([unknown, Op("get", "a", 1, 2), Op("get", None, 3, 4)])


def test_a_refusal_may_be_due_to_what_was_not_answered() -> None:
    before, refusal = Op("put", "a", 0, 1), Op("refused", "c", 2, 3, "a")
    assert not linearizable([before, refusal])
    assert linearizable([before, Op("put", "b", 0), refusal])
    assert not linearizable([before, Op("put", "b", 0), refusal, Op("get", "a", 4, 5)])


VALUES = [f"v{number}" for number in range(8)]
KINDS: st.SearchStrategy[Kind] = st.sampled_from(["put", "put", "get", "get", "delete", "swap", "swap"])
SLACK = st.integers(0, 5)


@st.composite
def legal(draw: st.DrawFn) -> list[Op]:
    """What a register was asked, at moments one after another, by clients who waited before and after; some
    never heard, and what some asked for never happened."""
    history: list[Op] = []
    held: str | None = None
    for moment in range(draw(st.integers(1, 7))):
        kind, value = draw(KINDS), VALUES[moment]
        began, ended = moment - draw(SLACK) - 0.4, moment + draw(SLACK) + 0.4
        expected = draw(st.sampled_from([held, held, None, *VALUES[:moment]]))
        op = Op(kind, None if kind == "delete" else value, began, ended)
        if kind == "get":
            op = replace(op, value=held)
        elif kind == "swap":
            op = replace(op, kind="swap" if held == expected else "refused", expected=expected)
        happened = draw(st.integers(0, 5)) > 0
        if not happened or draw(st.integers(0, 4)) == 0:
            op = replace(op, kind="swap" if op.kind == "refused" else op.kind, ended=inf)
        if happened and op.can_follow(held):
            held = op.leaves(held)
        history.append(op)
    return draw(st.permutations(history))


@st.composite
def mutated(draw: st.DrawFn) -> list[Op]:
    """A legal one of which something was changed."""
    history = draw(legal())
    for _ in range(draw(st.integers(1, 2))):
        at = draw(st.integers(0, len(history) - 1))
        op = history[at]
        match draw(st.integers(0, 3)):
            case 0 if op.kind == "get":
                op = replace(op, value=draw(st.sampled_from([None, *VALUES])))
            case 1 if op.kind in ("swap", "refused") and op.ended < inf:
                op = replace(op, kind="refused" if op.kind == "swap" else "swap")
            case 2:
                later = draw(st.integers(-6, 6))
                op = replace(op, began=op.began + later, ended=op.ended + later)
            case _ if op.kind in ("put", "delete") and op.ended < inf:
                op = replace(op, ended=op.began + 0.1)
        history[at] = op
    return history


def by_trying(history: list[Op]) -> bool:
    """The same judgement by every order of every choice of what happened."""
    answered = [op for op in history if op.ended < inf]
    unknown = [op for op in history if op.ended == inf]
    return any(
        _is_right(order)
        for count in range(len(unknown) + 1)
        for happened in combinations(unknown, count)
        for order in permutations([*answered, *happened])
    )


def _is_right(order: tuple[Op, ...]) -> bool:
    held: str | None = None
    latest = -inf
    for op in order:
        latest = max(latest, op.began)
        if op.ended < latest or not op.can_follow(held):
            return False
        held = op.leaves(held)
    return True


@settings(deadline=None, max_examples=60)
@given(legal())
def test_what_a_register_did_is_accepted(history: list[Op]) -> None:
    assert linearizable(history)


@settings(deadline=None, max_examples=60)
@given(mutated())
def test_what_was_changed_is_judged_as_by_trying_every_order(history: list[Op]) -> None:
    if len(history) <= 5:  # or there are too many orders
        assert linearizable(history) == by_trying(history)
