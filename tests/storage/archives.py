"""Archives and streams for the tests of the chunker and its hints."""

from __future__ import annotations

import hashlib
import io
import struct
import tarfile
import zipfile
from collections.abc import Iterable, Sequence
from typing import IO

from s3gw.storage.chunker import Chunker
from s3gw.storage.presets import PRESETS

Members = Sequence[tuple[str, bytes]]


def noise(size: int, seed: object = 0) -> bytes:
    """Bytes that do not compress, the same at every run."""
    return hashlib.shake_128(repr(seed).encode()).digest(size)


def make_tar(members: Members, dialect: int = tarfile.GNU_FORMAT, mtime: int = 1) -> bytes:
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w", format=dialect) as archive:
        for name, data in members:
            info = tarfile.TarInfo(name)
            info.size = len(data)
            info.mtime = mtime
            archive.addfile(info, io.BytesIO(data))
    return out.getvalue()


class Pipe(io.RawIOBase):
    """A sink that cannot seek, which makes zipfile write data descriptors."""

    def __init__(self) -> None:
        self.data = bytearray()

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        self.data += memoryview(data)  # type: ignore[arg-type]
        return len(memoryview(data))  # type: ignore[arg-type]


def make_zip(
    members: Members,
    method: int = zipfile.ZIP_STORED,
    *,
    streamed: bool = False,
    zip64: bool = False,
) -> bytes:
    pipe = Pipe()
    buffer = io.BytesIO()
    target: IO[bytes] = pipe if streamed else buffer  # type: ignore[assignment]
    with zipfile.ZipFile(target, "w", method) as archive:
        for name, data in members:
            info = zipfile.ZipInfo(name)
            info.compress_type = method
            with archive.open(info, "w", force_zip64=zip64) as member:
                member.write(data)
    return bytes(pipe.data) if streamed else buffer.getvalue()


def tar_header(name: bytes, size: bytes, kind: bytes = b"0", magic: bytes = b"ustar\x0000") -> bytearray:
    """A header block with a valid checksum and a size field as given."""
    block = bytearray(512)
    block[: len(name)] = name
    block[100:108] = b"0000644\0"
    block[124:136] = size.ljust(12, b"\0")
    block[136:148] = b"00000000001\0"
    block[156:157] = kind
    block[257 : 257 + len(magic)] = magic
    return sealed(block)


def sealed(block: bytearray) -> bytearray:
    """The block with its checksum put right."""
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return block


def padded(data: bytes, block: int = 512) -> bytes:
    return data + bytes(-len(data) % block)


def local_header(name: bytes, size: int, *, flags: int = 0, extra: bytes = b"") -> bytes:
    head = struct.pack(
        "<4sHHHHHIIIHH", b"PK\x03\x04", 45, flags, 0, 0, 33, 0, size, size, len(name), len(extra)
    )
    return head + name + extra


def cut(
    data: bytes, preset: str = "cdc-64k", *, hints: bool = True, feeds: Iterable[int] = ()
) -> list[memoryview]:
    """The chunks of `data`, fed in blocks of the given sizes and then the rest at once."""
    chunker = Chunker(PRESETS[preset], hints)
    chunks: list[memoryview] = []
    at = 0
    for size in feeds:
        block = bytearray(data[at : at + size])
        chunks += chunker.feed(block)
        block[:] = bytes(len(block))  # the chunker must have copied what it needs
        at += size
        if at >= len(data):
            break
    chunks += chunker.feed(data[at:])
    chunks += chunker.finish()
    return chunks


def boundaries(chunks: Sequence[memoryview]) -> set[int]:
    """Where the chunks begin and end."""
    found = {0}
    at = 0
    for chunk in chunks:
        at += len(chunk)
        found.add(at)
    return found


def has_own_run(data: bytes, body: bytes, **kwargs: object) -> bool:
    """Whether chunks begin and end where `body` stands in `data`."""
    at = data.index(body)
    return {at, at + len(body)} <= boundaries(cut(data, **kwargs))  # type: ignore[arg-type]
