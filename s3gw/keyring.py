"""Data-encryption keys: how chunks are encrypted and named. Pure; where keys are kept is `db`'s and `app`'s.

Every chunk belongs to a domain, and a domain to at most one named key, which may have been rotated: its data
keys are numbered, and a chunk says by which of them it was encrypted. docs/decisions/0019-encryption.md.
"""

from __future__ import annotations

import hmac
import os
import struct
from hashlib import sha256
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from s3gw.buffers import Room
from s3gw.errors import Damaged

Buffer = bytes | bytearray | memoryview

NONCE_LENGTH = 12
TAG_LENGTH = 16
OVERHEAD = NONCE_LENGTH + TAG_LENGTH
"""Bytes by which encryption makes a payload longer."""
KEY_LENGTH = 32
_BOUND_TO = struct.Struct("<8s16sII")
_MAGIC = b"s3gwAEAD"
_SHA256 = sha256()
"""Copied, since OpenSSL looks an algorithm up by its name whenever one is made."""


class DataKey:
    """A key that encrypts the payloads of one domain by AES-256-GCM. Safe to use in several threads."""

    __slots__ = ("_aead", "_bound_to", "_naming", "domain_id", "id")

    def __init__(
        self, number: int, domain_id: int, store: UUID, material: bytes, naming: bytes | None = None
    ) -> None:
        """`number` is what frames and rows of chunks call it; `material` are its 32 bytes.

        With `naming` chunks are named by HMAC-SHA256: who has not the key cannot tell what they hold.
        """
        self._naming = naming
        self.id = number
        self.domain_id = domain_id
        self._aead = AESGCM(material)
        self._bound_to = _BOUND_TO.pack(_MAGIC, store.bytes, domain_id, number)

    def __repr__(self) -> str:
        return f"DataKey({self.id}, domain {self.domain_id})"

    def seal(self, plain: Buffer, room: Room | None = None) -> Buffer:
        """A random nonce, the ciphertext, the tag, in `room` where that is given. Processor work."""
        nonce = os.urandom(NONCE_LENGTH)
        if room is None:
            return nonce + self._aead.encrypt(nonce, plain, self._bound_to)
        sealed = room.take(len(plain) + OVERHEAD)
        sealed[:NONCE_LENGTH] = nonce
        self._aead.encrypt_into(nonce, plain, self._bound_to, sealed[NONCE_LENGTH:])
        return sealed

    def open(self, sealed: Buffer, room: Room | None = None) -> Buffer:
        """What `seal` was given. Processor work. Raises Damaged where it was altered, or is another key's."""
        if len(sealed) < OVERHEAD:
            raise Damaged("the encrypted bytes are too short")
        view = memoryview(sealed)
        nonce, rest = view[:NONCE_LENGTH], view[NONCE_LENGTH:]
        try:
            if room is None:
                return self._aead.decrypt(nonce, rest, self._bound_to)
            plain = room.take(len(sealed) - OVERHEAD)
            self._aead.decrypt_into(nonce, rest, self._bound_to, plain)
        except InvalidTag:
            raise Damaged(f"the encrypted bytes were altered, or not encrypted by key {self.id}") from None
        return plain

    @property
    def names_by_hmac(self) -> bool:
        """Whether chunks are not named by their SHA-256."""
        return self._naming is not None

    def digest(self, plain: Buffer) -> bytes:
        """What a chunk is called in the key's domain. Processor work."""
        if self._naming is None:
            return _sha256(plain)
        return hmac.digest(self._naming, plain, "sha256")


class DualKey(DataKey):
    """A key of two: what one has encrypted the other encrypts again. For SSE's `aws:kms:dsse`."""

    __slots__ = ("_inner",)

    def __init__(self, number: int, domain_id: int, store: UUID, material: bytes) -> None:
        """`material` is that of both, one behind the other."""
        super().__init__(number, domain_id, store, material[:KEY_LENGTH])
        self._inner = DataKey(number, domain_id, store, material[KEY_LENGTH:])

    def seal(self, plain: Buffer, room: Room | None = None) -> Buffer:
        """As of `DataKey`, twice."""
        return super().seal(self._inner.seal(plain), room)

    def open(self, sealed: Buffer, room: Room | None = None) -> Buffer:
        """As of `DataKey`, twice."""
        return self._inner.open(super().open(sealed), room)


def of_material(number: int, domain_id: int, store: UUID, material: bytes) -> DataKey:
    """The key that has this material: one, or two where it is that of two."""
    kind = DualKey if len(material) == 2 * KEY_LENGTH else DataKey
    return kind(number, domain_id, store, material)


def digest(plain: Buffer, key: DataKey | None, known: bytes | None = None) -> bytes:
    """What a chunk is called in the domain of the key, or in one without; `known` may be its SHA-256."""
    if key is not None and (known is None or key.names_by_hmac):
        return key.digest(plain)
    return _sha256(plain) if known is None else known


def _sha256(plain: Buffer) -> bytes:
    digest = _SHA256.copy()
    digest.update(plain)
    return digest.digest()


def of_customer(number: int, domain_id: int, store: UUID, secret: bytes) -> DataKey:
    """The key that belongs to a customer's secret in this store."""
    material, naming = (
        hmac.digest(secret, b"s3gw customer " + purpose + store.bytes, "sha256")
        for purpose in (b"encrypts", b"names   ")
    )
    return DataKey(number, domain_id, store, material, naming)


def new_material(*, dual: bool = False) -> bytes:
    """Random bytes for a key, or for one of two."""
    return os.urandom(2 * KEY_LENGTH if dual else KEY_LENGTH)
