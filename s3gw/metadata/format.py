"""The bytes of an export: a header that anybody can read, then blocks, compressed and sealed.

    ┌──────────┬─────────┬──────────┬────────┬───────────┬────────┬───────┬─
    │ s3gwMETA │ version │ reserved │ length │ JSON head │ CRC32C │ block │ …
    └──────────┴─────────┴──────────┴────────┴───────────┴────────┴───────┴─
    0          8         10         12       16

A block is a head of 16 bytes (kind, 3 bytes reserved, number, length, CRC32C of these and the payload) and a
payload: zstd, then AES-256-GCM where the head of the export names a master key. The key is made for this
export alone, by HKDF-SHA256 of the master key with the head's salt and a digest of the head; the nonce is
the block's number, and kind and number are bound in. So blocks cannot be altered, left out, exchanged or
brought in from another export; that the last one is of the kind END tells that the export is whole. Numbers
are little-endian.
docs/decisions/0028-metadata-exports.md.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import struct
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from enum import IntEnum
from typing import Any

import zstandard
from awscrt.checksums import crc32c
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from s3gw.errors import Damaged
from s3gw.sealing import Masters, Sealed

Buffer = bytes | bytearray | memoryview
Sink = Callable[[bytes], Coroutine[Any, Any, None]]

VERSION = 1
_HEAD = struct.Struct("<8sHHI")
_MAGIC = b"s3gwMETA"
_BLOCK = struct.Struct("<B3sII")
_BOUND = struct.Struct("<BI")
_CRC = struct.Struct("<I")
_MAX_HEAD = 1 << 20
_MAX_BLOCK = 1 << 28
"""Bytes of a block's payload that are believed, compressed or not: a row has no more."""
_LEVEL = 3


class Kind(IntEnum):
    """What a block holds."""

    TABLE = 1
    """JSON: name and columns of the table whose rows follow."""
    ROWS = 2
    """Whole rows, as COPY of PostgreSQL writes them as text."""
    SEQUENCES = 3
    """JSON: what sequences had given out."""
    END = 4
    """JSON: how many rows each table has. The last block."""


class Writer:
    """Writes the blocks of one export to a sink."""

    def __init__(self, sink: Sink, head: Mapping[str, Any], aead: AESGCM | None, raw: bytes) -> None:
        """Made by `begin`."""
        self._sink = sink
        self._aead = aead
        self._raw = raw
        self._number = 0
        self.head = head

    @classmethod
    async def begin(cls, sink: Sink, head: Mapping[str, Any], master: bytes | None, salt: bytes) -> Writer:
        """Write the head. With a master key everything behind it is sealed."""
        head = {**head, "salt": salt.hex()}
        raw = json.dumps(head).encode()
        start = _HEAD.pack(_MAGIC, VERSION, 0, len(raw)) + raw
        await sink(start + _CRC.pack(crc32c(start)))
        aead = None if master is None else _cipher(master, salt, raw)
        return cls(sink, head, aead, raw)

    async def block(self, kind: Kind, plain: Buffer) -> None:
        """Write one block; compressing and sealing is done in a thread."""
        await self._sink(await asyncio.to_thread(self._encode, kind, bytes(plain)))

    async def document(self, kind: Kind, document: object) -> None:
        """Write one block of JSON."""
        await self.block(kind, json.dumps(document).encode())

    def _encode(self, kind: Kind, plain: bytes) -> bytes:
        number = self._number
        self._number += 1
        payload = zstandard.ZstdCompressor(level=_LEVEL, write_content_size=True).compress(plain)
        if self._aead is not None:
            payload = self._aead.encrypt(_nonce(number), payload, _BOUND.pack(kind, number))
        head = _BLOCK.pack(kind, bytes(3), number, len(payload))
        return head + _CRC.pack(crc32c(payload, crc32c(head))) + payload


class Reader:
    """Reads the blocks of one export."""

    def __init__(self, source: AsyncIterator[Buffer]) -> None:
        self._source = source
        self._held = bytearray()
        self._raw = b""
        self.head: dict[str, Any] = {}
        """What the head says, once it was read."""

    async def begin(self) -> dict[str, Any]:
        """Read the head. Raises Damaged where this is no export, or one of a later release."""
        start = await self._take(_HEAD.size)
        magic, version, _, length = _HEAD.unpack(start)
        if magic != _MAGIC:
            raise Damaged("this is not an export of metadata")
        if version != VERSION or length > _MAX_HEAD:
            raise Damaged(f"the export is of version {version}, which this release cannot read")
        self._raw = await self._take(length)
        (checksum,) = _CRC.unpack(await self._take(_CRC.size))
        if checksum != crc32c(start + self._raw):
            raise Damaged("the head of the export is damaged")
        try:
            self.head = json.loads(self._raw)
        except ValueError:
            raise Damaged("the head of the export is damaged") from None
        return self.head

    async def blocks(self, masters: Masters) -> AsyncIterator[tuple[Kind, bytes]]:
        """Every block; the last is of the kind END. Raises Damaged, and Sealed without the master key."""
        aead = self._opening(masters)
        number, kind = 0, None
        while kind is not Kind.END:
            head = await self._take(_BLOCK.size)
            code, _, counted, length = _BLOCK.unpack(head)
            (checksum,) = _CRC.unpack(await self._take(_CRC.size))
            if counted != number or length > _MAX_BLOCK or code not in Kind.__members__.values():
                raise Damaged(f"block {number} of the export is damaged")
            payload = await self._take(length)
            if crc32c(payload, crc32c(head)) != checksum:
                raise Damaged(f"block {number} of the export is damaged")
            kind = Kind(code)
            yield kind, await asyncio.to_thread(_decode, aead, kind, number, payload)
            number += 1
        if self._held or await self._more():
            raise Damaged("the export goes on behind its end")

    def _opening(self, masters: Masters) -> AESGCM | None:
        wanted = self.head.get("master")
        if wanted is None:
            return None
        master = masters.find(str(wanted))
        if master is None:
            raise Sealed(
                f"the export was sealed by the master key {wanted}, which is not known: give it as "
                "S3GW_MASTER_KEY, or put the file master-key into the data directory"
            )
        return _cipher(master, bytes.fromhex(str(self.head["salt"])), self._raw)

    async def _more(self) -> Buffer:
        async for data in self._source:
            return data
        return b""

    async def _take(self, length: int) -> bytes:
        while len(self._held) < length:
            more = await self._more()
            if not more:
                raise Damaged("the export breaks off: it is not whole")
            self._held += more
        taken = bytes(self._held[:length])
        del self._held[:length]
        return taken


def _cipher(master: bytes, salt: bytes, raw: bytes) -> AESGCM:
    info = b"s3gw metadata export\0" + hashlib.sha256(raw).digest()
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=salt, info=info).derive(master))


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "little")


def _decode(aead: AESGCM | None, kind: Kind, number: int, payload: bytes) -> bytes:
    try:
        if aead is not None:
            payload = aead.decrypt(_nonce(number), payload, _BOUND.pack(kind, number))
        size = zstandard.frame_content_size(payload)
        if not 0 <= size <= _MAX_BLOCK:
            raise Damaged(f"block {number} of the export is damaged")
        return zstandard.ZstdDecompressor().decompress(payload, max_output_size=max(size, 1))
    except (InvalidTag, zstandard.ZstdError):
        raise Damaged(f"block {number} of the export is damaged, or sealed by another key") from None
