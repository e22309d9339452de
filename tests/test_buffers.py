"""Large buffers: long enough, and kept by whoever looks at them."""

from __future__ import annotations

import mmap
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from s3gw.buffers import KEPT, Room, allocate, give_up_unused

MIB = 1 << 20


@pytest.mark.parametrize("size", [0, 1, 2 * MIB - 1, 2 * MIB, 4 * MIB + 1])
def test_a_buffer_is_at_least_as_long_as_asked_for(size: int) -> None:
    assert size <= len(allocate(size)) < size + MIB


def test_a_view_keeps_the_buffer() -> None:
    view = allocate(4 * MIB)[-5:]
    view[:] = b"bytes"
    others = [allocate(4 * MIB) for _ in range(20)]
    for other in others:
        other[-5:] = b"other"
    assert bytes(view) == b"bytes"


@settings(max_examples=30, deadline=None)
@given(choose=st.data())
def test_a_buffer_is_never_shared(choose: st.DataObject) -> None:
    """Whatever views are kept and dropped, in whatever order: what one holds, nobody else writes to."""
    kept: list[tuple[memoryview, bytes]] = []
    for number in range(choose.draw(st.integers(1, 30))):
        buffer = allocate(choose.draw(st.sampled_from((3, 2 * MIB, 4 * MIB))))
        mark = number.to_bytes(3, "big")
        buffer[:3], buffer[-3:] = mark, mark
        views = (buffer, buffer[:3], buffer[-3:].toreadonly())
        kept.append((views[choose.draw(st.integers(0, 2))], mark))
        del buffer, views
        for _ in range(choose.draw(st.integers(0, len(kept)))):
            kept.pop(choose.draw(st.integers(0, len(kept) - 1)))
        assert all(bytes(view[:3]) == mark for view, mark in kept)


def test_an_unused_buffer_is_used_again() -> None:
    give_up_unused()
    first = allocate(2 * MIB)
    first[:4] = b"mark"
    part = first[:1]
    del first
    assert bytes(allocate(2 * MIB)[:4]) != b"mark"
    del part
    assert bytes(allocate(2 * MIB)[:4]) == b"mark"


def test_only_so_many_unused_buffers_are_kept() -> None:
    give_up_unused()
    many = [allocate(2 * MIB) for _ in range(KEPT // MIB)]
    for buffer in many:
        buffer[:4] = b"mark"
    del many, buffer
    again = [allocate(2 * MIB) for _ in range(KEPT // MIB)]
    assert sum(bytes(buffer[:4]) == b"mark" for buffer in again) == KEPT // (2 * MIB)


def test_buffers_that_are_used_take_the_place_of_others() -> None:
    give_up_unused()
    many = [allocate(2 * MIB) for _ in range(KEPT // (2 * MIB))]
    del many
    kept = allocate(5 * MIB)
    kept[:4] = b"mark"
    del kept
    assert bytes(allocate(5 * MIB)[:4]) == b"mark"


def test_threads_that_take_and_drop() -> None:
    def work(number: int) -> bool:
        mark = bytes([number]) * 8
        intact = True
        for _ in range(500):
            buffer = allocate(2 * MIB)
            buffer[:8] = mark
            view = buffer[:8]
            del buffer
            intact = intact and bytes(view) == mark
        return intact

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(work, range(8)))


def test_a_system_without_huge_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    give_up_unused()
    monkeypatch.delattr(mmap, "MADV_HUGEPAGE")
    assert len(allocate(4 * MIB)) == 4 * MIB


def test_a_kernel_without_huge_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    give_up_unused()
    monkeypatch.setattr(mmap, "MADV_HUGEPAGE", 9999)
    assert len(allocate(4 * MIB)) == 4 * MIB


def test_a_room_gives_parts_of_one_buffer() -> None:
    room = Room(3 * MIB)
    parts = [room.take(MIB), room.take(2 * MIB)]
    for number, part in enumerate(parts):
        part[:] = bytes([number]) * len(part)
    assert [bytes(part[-2:]) for part in parts] == [b"\0\0", b"\1\1"]
    assert parts[0].obj is parts[1].obj
    assert room.taken == bytes(parts[0]) + bytes(parts[1])


def test_a_room_that_is_full_gives_other_memory() -> None:
    room = Room(10)
    assert not room.taken
    first, second = room.take(8), room.take(8)
    first[:], second[:] = b"a" * 8, b"b" * 8
    assert room.taken == b"a" * 8
    assert bytes(first) == b"a" * 8
    assert len(second) == 8
