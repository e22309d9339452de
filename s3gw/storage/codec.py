"""What is stored of plain bytes: compressed by zstd where that pays, then encrypted where there is a key.

Codec numbers are part of the pack format and of every chunk row; they are never reused.
"""

from __future__ import annotations

import threading

import zstandard

from s3gw.buffers import Room
from s3gw.errors import Damaged
from s3gw.keyring import DataKey

Buffer = bytes | bytearray | memoryview

RAW = 0
ZSTD = 1

_LEVEL = 3
_PROBE_ABOVE = 32 << 10
"""Plain bytes above which a sample decides whether compression is tried at all."""
_PROBE_PIECES = 4
_PROBE_PIECE = 4 << 10
_WORTHWHILE = 0.97
"""Compressed bytes are kept only when they are at most this part of the plain bytes: less does not pay for
decompressing at every read."""


class _Contexts(threading.local):
    """zstd objects of one thread: they hold megabytes, and no two threads may use one at once."""

    def __init__(self) -> None:
        self.compressors: dict[int, zstandard.ZstdCompressor] = {}
        self.prober = zstandard.ZstdCompressor(level=1)
        self.decompressor = zstandard.ZstdDecompressor()

    def compressor(self, level: int) -> zstandard.ZstdCompressor:
        """Of that level; only the last is kept, since the higher ones hold tens of megabytes."""
        if level not in self.compressors:
            self.compressors = {level: zstandard.ZstdCompressor(level=level, write_content_size=True)}
        return self.compressors[level]


_contexts = _Contexts()


def encode(
    plain: Buffer, compress: bool | int, key: DataKey | None = None, room: Room | None = None
) -> tuple[int, Buffer]:
    """The codec number and the bytes to store: `plain` itself where nothing is to change it.

    `compress` is zstd's level, True for the usual one, False for none.
    What is encrypted stands in `room`, where that is given.
    """
    codec, packed = _compressed(plain, compress)
    return codec, packed if key is None else key.seal(packed, room)


def encode_within(
    limit: int, plain: Buffer, compress: bool | int, key: DataKey | None = None
) -> tuple[int, bytes] | None:
    """What `encode` gives, where that is at most `limit` bytes; else None, and nothing was encrypted."""
    codec, packed = _compressed(plain, compress)
    if len(packed) > limit:
        return None
    data = packed if key is None else key.seal(packed)
    return (codec, bytes(data)) if len(data) <= limit else None


def _compressed(plain: Buffer, compress: bool | int) -> tuple[int, Buffer]:
    if not compress or len(plain) == 0 or not _compressible(plain):
        return RAW, plain
    packed = _contexts.compressor(_LEVEL if compress is True else compress).compress(plain)
    if len(packed) > _WORTHWHILE * len(plain):
        return RAW, plain
    return ZSTD, packed


def decode(
    codec: int, data: Buffer, plain_length: int, key: DataKey | None = None, room: Room | None = None
) -> Buffer:
    """The plain bytes, exactly `plain_length` of them. Raises Damaged where that is not what `data` holds.

    Memory is bounded by `plain_length`, whatever the compressed bytes pretend. What is decrypted stands in
    `room`, where that is given.
    """
    if key is not None:
        data = key.open(data, room)
    if codec == RAW:
        if len(data) != plain_length:
            raise Damaged(f"{len(data)} bytes are stored where {plain_length} were expected")
        return data
    if codec != ZSTD:
        raise Damaged(f"codec {codec} is unknown")
    try:
        if zstandard.frame_content_size(data) != plain_length:
            raise Damaged("the compressed bytes announce another length")
        plain = _contexts.decompressor.decompress(data, max_output_size=plain_length, allow_extra_data=False)
    except zstandard.ZstdError as error:
        raise Damaged(f"the compressed bytes cannot be read: {error}") from None
    if len(plain) != plain_length:
        raise Damaged("the compressed bytes are of another length")
    return plain


def _compressible(plain: Buffer) -> bool:
    """Whether a sample from all over `plain` shrinks; small buffers are their own sample."""
    length = len(plain)
    if length <= _PROBE_ABOVE:
        return True
    view = memoryview(plain)
    stride = (length - _PROBE_PIECE) // (_PROBE_PIECES - 1)
    sample = b"".join(view[at : at + _PROBE_PIECE] for at in range(0, stride * _PROBE_PIECES, stride))
    return len(_contexts.prober.compress(sample)) <= _WORTHWHILE * len(sample)
