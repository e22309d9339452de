"""Large buffers: long enough, and kept by whoever looks at them."""

from __future__ import annotations

import mmap

import pytest

from s3gw.storage.buffers import allocate

MIB = 1 << 20


@pytest.mark.parametrize("size", [0, 1, 2 * MIB - 1, 2 * MIB, 4 * MIB + 1])
def test_a_buffer_is_at_least_as_long_as_asked_for(size: int) -> None:
    assert size <= len(allocate(size)) < size + 2 * MIB


def test_a_view_keeps_the_buffer() -> None:
    view = memoryview(allocate(4 * MIB))
    view[-5:] = b"bytes"
    assert bytes(view[-5:]) == b"bytes"


def test_a_system_without_huge_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delattr(mmap, "MADV_HUGEPAGE")
    assert len(allocate(4 * MIB)) == 4 * MIB


def test_a_kernel_without_huge_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mmap, "MADV_HUGEPAGE", 9999)
    assert len(allocate(4 * MIB)) == 4 * MIB
