"""Sealing small secrets for the database with the gateway's master key, which stands outside of it.

AES-256-GCM: 12 bytes of random nonce, the ciphertext, 16 bytes of tag. What a seal belongs to goes in as
associated data, so that a row cannot be given the seal of another.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
from collections.abc import Callable, Sequence

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from s3gw.errors import GatewayError

MASTER_LENGTH = 32
_NONCE = 12
_TAG = 16


class Sealed(GatewayError):
    """A seal does not open: it was made by another master key, belongs to something else, or was altered."""


def new_master() -> bytes:
    """A random master key."""
    return os.urandom(MASTER_LENGTH)


def parse_master(text: str) -> bytes:
    """The master key of a text: 32 bytes in base64 or hexadecimal. Raises ValueError."""
    text = text.strip()
    try:
        key = bytes.fromhex(text) if len(text) == 2 * MASTER_LENGTH else base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        key = b""
    if len(key) != MASTER_LENGTH:
        raise ValueError("is not 32 bytes in base64 or hexadecimal")
    return key


def show_master(master: bytes) -> str:
    """The text that `parse_master` reads."""
    return base64.b64encode(master).decode()


def master_id(master: bytes) -> str:
    """What tells master keys apart and reveals nothing of them: 16 hexadecimal digits."""
    return hashlib.sha256(b"s3gw master key\0" + master).hexdigest()[:16]


class Masters:
    """The master keys that a process knows: the first seals, and each opens what it has sealed.

    There is more than one while the master key is changed, and for as long as the old one is kept.
    """

    def __init__(self, look: Callable[[], Sequence[bytes]]) -> None:
        """`look` reads the keys, which a command may change beside a running gateway."""
        self._look = look
        self._known = {master_id(master): master for master in look()}

    @classmethod
    def only(cls, master: bytes | None) -> Masters:
        """Just that one, or none."""
        return cls(lambda: [] if master is None else [master])

    @property
    def ids(self) -> list[str]:
        """Of all that are known now."""
        return list(self._known)

    def to_seal(self) -> bytes | None:
        """The one that seals now."""
        self._look_again()
        return next(iter(self._known.values()), None)

    def find(self, number: str) -> bytes | None:
        """The one of that id."""
        if number not in self._known:
            self._look_again()
        return self._known.get(number)

    def short(self, number: int) -> bytes | None:
        """The one of that short id."""
        for again in (False, True):
            if again:
                self._look_again()
            for known, master in self._known.items():
                if short_id(known) == number:
                    return master
        return None

    def _look_again(self) -> None:
        self._known = {master_id(master): master for master in self._look()}


def short_id(number: str) -> int:
    """What the database keeps of an id beside a secret: 31 bits of it."""
    return int(number, 16) >> 33


def seal(master: bytes, plain: bytes, associated: bytes) -> bytes:
    """`plain`, unreadable without `master`, and bound to `associated`."""
    nonce = os.urandom(_NONCE)
    return nonce + AESGCM(master).encrypt(nonce, plain, associated)


def unseal(master: bytes, sealed: bytes, associated: bytes) -> bytes:
    """What `seal` was given. Raises Sealed."""
    if len(sealed) < _NONCE + _TAG:
        raise Sealed("the seal is too short")
    try:
        return AESGCM(master).decrypt(sealed[:_NONCE], sealed[_NONCE:], associated)
    except InvalidTag:
        raise Sealed("the seal does not open with this master key") from None
