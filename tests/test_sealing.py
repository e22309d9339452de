"""Seals open with their master key and for what they belong to, and not otherwise."""

from __future__ import annotations

import pytest

from s3gw.sealing import Sealed, master_id, new_master, parse_master, seal, show_master, unseal

MASTER = bytes(range(32))


def test_a_seal_opens() -> None:
    assert unseal(MASTER, seal(MASTER, b"secret", b"row 1"), b"row 1") == b"secret"


def test_no_two_seals_are_alike() -> None:
    assert len({seal(MASTER, b"secret", b"") for _ in range(1000)}) == 1000


@pytest.mark.parametrize("at", range(6 + 28))
def test_any_altered_byte_is_noticed(at: int) -> None:
    sealed = bytearray(seal(MASTER, b"secret", b"row 1"))
    sealed[at] ^= 1
    with pytest.raises(Sealed):
        unseal(MASTER, bytes(sealed), b"row 1")


@pytest.mark.parametrize(("master", "associated"), [(bytes(32), b"row 1"), (MASTER, b"row 2")])
def test_another_key_or_place(master: bytes, associated: bytes) -> None:
    with pytest.raises(Sealed):
        unseal(master, seal(MASTER, b"secret", b"row 1"), associated)


def test_a_short_seal() -> None:
    with pytest.raises(Sealed):
        unseal(MASTER, b"short", b"")


def test_master_keys_as_text() -> None:
    master = new_master()
    assert parse_master(show_master(master)) == parse_master(master.hex()) == master
    assert len(master_id(master)) == 16
    assert master_id(master) != master_id(MASTER)


@pytest.mark.parametrize("text", ["", "abc", "zz" * 32, show_master(MASTER)[:-4], "a" * 44])
def test_texts_that_are_no_master_key(text: str) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        parse_master(text)
