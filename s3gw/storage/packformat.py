"""The bytes of a pack: its header, and frames. `docs/pack-format.md` explains them, for any reader.

This module knows nothing of backends or of the database: it builds buffers and parses them. `packscan` walks
through a whole pack.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from awscrt.checksums import crc32c

from s3gw.buffers import Room
from s3gw.errors import Damaged
from s3gw.keyring import DataKey
from s3gw.storage import codec as codecs

Buffer = bytes | bytearray | memoryview

VERSION = 1
ALIGNMENT = 4096
"""Group commits begin at multiples of this; the bytes before are zeros."""

_PACK = struct.Struct("<8sHHI16s16sQII")
_PACK_MAGIC = b"s3gwPACK"
PACK_HEADER_LENGTH = _PACK.size

_FRAME = struct.Struct("<4sBBHIIIIII")
_FRAME_MAGIC = b"\xf5FRM"
FRAME_FIXED_LENGTH = _FRAME.size
"""Bytes of a frame's header before its chunks are listed."""
_COUNT_AND_LENGTH = struct.Struct("<HI")
_RECORD = struct.Struct("<II32s")
_CRC = struct.Struct("<I")
MAX_CHUNKS = 4096
"""Chunks in one frame."""
MAX_PLAIN = 1 << 26
"""Plain bytes in one frame; the largest chunk of any preset is far below."""

ALONE = 256 << 10
"""Chunks of at least so many bytes have a frame of their own."""
TOGETHER = 512 << 10
"""Plain bytes up to which smaller neighbours share a frame."""


@dataclass(frozen=True, slots=True)
class PackHeader:
    """What the first bytes of a pack say. `pack` is the same in every replica; times are microseconds."""

    pack: UUID
    store: UUID
    created: int


@dataclass(frozen=True, slots=True)
class FrameChunk:
    """A chunk that goes into a frame."""

    domain_id: int
    digest: bytes
    data: Buffer


@dataclass(frozen=True, slots=True)
class EncodedFrame:
    """A frame ready to be written: `buffers` in order, `length` bytes together."""

    buffers: Sequence[Buffer]
    length: int
    payload_offset: int
    """Where the payload begins, from the frame's first byte."""
    stored_length: int
    """Bytes of the payload."""
    plain_length: int
    codec: int
    key_id: int | None
    starts: Sequence[int]
    """Where each chunk begins in the plain payload."""


@dataclass(frozen=True, slots=True)
class ChunkEntry:
    """A chunk as a frame's header lists it; `start` counts in the plain payload."""

    domain_id: int
    digest: bytes
    start: int
    length: int


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame that was read. Offsets count in the pack."""

    offset: int
    payload_offset: int
    stored_length: int
    plain_length: int
    codec: int
    key_id: int | None
    chunks: Sequence[ChunkEntry]
    checksum: int
    """CRC32C of the payload as stored."""

    @property
    def end(self) -> int:
        """The first byte behind the frame."""
        return self.payload_offset + self.stored_length


def build_header(pack: UUID, store: UUID, created: int) -> bytes:
    """The first bytes of a pack; `created` in microseconds since 1970."""
    head = _PACK.pack(_PACK_MAGIC, VERSION, _PACK.size, 0, pack.bytes, store.bytes, created, 0, 0)
    return head[: -_CRC.size] + _CRC.pack(crc32c(head[: -_CRC.size]))


def parse_header(data: Buffer) -> PackHeader:
    """Read what `build_header` wrote. Raises Damaged."""
    if len(data) < _PACK.size:
        raise Damaged("the pack ends within its header")
    magic, version, length, _, pack, store, created, _, checksum = _PACK.unpack_from(data)
    if magic != _PACK_MAGIC or checksum != crc32c(bytes(data[: _PACK.size - _CRC.size])):
        raise Damaged("this is not a pack, or its header is damaged")
    if version != VERSION or length != _PACK.size:
        raise Damaged(f"the pack is of version {version}, which this release cannot read")
    return PackHeader(UUID(bytes=pack), UUID(bytes=store), created)


def plan_frames(lengths: Iterable[int]) -> list[range]:
    """Which neighbours share a frame, as ranges of indices in order.

    Small chunks compress badly alone, since zstd starts without a context; large ones lose little, and alone
    a range read decodes no neighbour.
    """
    groups: list[range] = []
    first = at = held = 0
    for at, length in enumerate(lengths):
        if held and (length >= ALONE or held + length > TOGETHER or at - first >= MAX_CHUNKS):
            groups.append(range(first, at))
            first, held = at, 0
        held += length
        if length >= ALONE:
            groups.append(range(first, at + 1))
            first, held = at + 1, 0
    if held:
        groups.append(range(first, at + 1))
    return groups


def build_frame(
    chunks: Sequence[FrameChunk], compress: bool | int, key: DataKey | None = None, room: Room | None = None
) -> EncodedFrame:
    """One frame of `chunks` in order. Processor work, for a thread; chunks that stay raw are not copied.

    What is encrypted stands in `room`, where that is given.
    """
    if not 0 < len(chunks) <= MAX_CHUNKS:
        raise ValueError(f"a frame takes 1 to {MAX_CHUNKS} chunks, not {len(chunks)}")
    starts: list[int] = []
    plain_length = 0
    for chunk in chunks:
        starts.append(plain_length)
        plain_length += len(chunk.data)
    if plain_length > MAX_PLAIN:
        raise ValueError(f"a frame takes up to {MAX_PLAIN} plain bytes, not {plain_length}")
    codec, payload = _encode([chunk.data for chunk in chunks], compress, key, room)
    key_id = None if key is None else key.id
    stored_length = sum(len(buffer) for buffer in payload)
    records = b"".join(_RECORD.pack(chunk.domain_id, len(chunk.data), chunk.digest) for chunk in chunks)
    head = _frame_head(codec, records, plain_length, payload, key_id)
    return EncodedFrame(
        buffers=[head, *payload],
        length=len(head) + stored_length,
        payload_offset=len(head),
        stored_length=stored_length,
        plain_length=plain_length,
        codec=codec,
        key_id=key_id,
        starts=starts,
    )


def rekeyed_head(frame: Frame, payload: Buffer, key_id: int) -> bytes:
    """The header of the same frame, whose payload is now encrypted by another key."""
    records = b"".join(_RECORD.pack(each.domain_id, each.length, each.digest) for each in frame.chunks)
    return _frame_head(frame.codec, records, frame.plain_length, [payload], key_id)


def _frame_head(
    codec: int, records: bytes, plain_length: int, payload: Sequence[Buffer], key_id: int | None
) -> bytes:
    checksum = 0
    for buffer in payload:
        checksum = crc32c(buffer, checksum)
    head = _FRAME.pack(
        _FRAME_MAGIC,
        codec,
        0,
        len(records) // _RECORD.size,
        _FRAME.size + len(records),
        plain_length,
        sum(len(buffer) for buffer in payload),
        key_id or 0,
        checksum,
        0,
    )
    return head[: -_CRC.size] + _CRC.pack(crc32c(records, crc32c(head[: -_CRC.size]))) + records


def _encode(
    parts: list[Buffer], compress: bool | int, key: DataKey | None, room: Room | None
) -> tuple[int, list[Buffer]]:
    if not compress and key is None:
        return codecs.RAW, parts
    plain = parts[0] if len(parts) == 1 else b"".join(parts)
    codec, payload = codecs.encode(plain, compress, key, room)
    return codec, [payload]


def frame_header_length(data: Buffer) -> int | None:
    """How long the frame header is that begins with the `FRAME_FIXED_LENGTH` bytes of `data`, None where
    they cannot begin one."""
    if len(data) < _FRAME.size or bytes(data[:4]) != _FRAME_MAGIC:
        return None
    count, length = _COUNT_AND_LENGTH.unpack_from(data, 6)
    return length if 0 < count <= MAX_CHUNKS and length == _FRAME.size + count * _RECORD.size else None


def parse_frame(data: Buffer, offset: int) -> Frame | None:
    """The frame whose whole header is `data`, at `offset` of its pack; None where that is damaged."""
    if frame_header_length(data) != len(data):
        return None
    _, codec, reserved, _, length, plain, stored, key_id, checksum, own = _FRAME.unpack_from(data)
    head = bytes(data)
    records = head[_FRAME.size :]
    if reserved or own != crc32c(records, crc32c(head[: _FRAME.size - _CRC.size])):
        return None
    entries: list[ChunkEntry] = []
    start = 0
    for domain_id, size, digest in _RECORD.iter_unpack(records):
        entries.append(ChunkEntry(domain_id, digest, start, size))
        start += size
    if start != plain:
        return None
    return Frame(offset, offset + length, stored, plain, codec, key_id or None, entries, checksum)


def payload_intact(frame: Frame, payload: Buffer) -> bool:
    """Whether `payload` is what was stored in `frame`; needs no key."""
    return len(payload) == frame.stored_length and crc32c(payload) == frame.checksum
