"""The aws-chunked framing of a body, taken apart without touching a socket or a key.

    <hexadecimal size>[;chunk-signature=<64 hex>] CRLF <data> CRLF      any number of times, and then
    0[;chunk-signature=<64 hex>] CRLF [<name>:<value> CRLF …] [x-amz-trailer-signature:<64 hex> CRLF] CRLF

https://docs.aws.amazon.com/AmazonS3/latest/API/sigv4-streaming.html and sigv4-streaming-trailers.html
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from s3gw.errors import S3Error

if TYPE_CHECKING:
    from s3gw.operations.call import Buffer

MIN_CHUNK = 8192
"""Bytes that every chunk but the last must have."""
MAX_LINE = 1024
MAX_TRAILER_LINES = 16
TRAILER_SIGNATURE = "x-amz-trailer-signature"

_SIZE = re.compile(rb"[0-9a-fA-F]{1,16}")
_SIGNATURE = re.compile(rb"[0-9a-f]{64}")
_NAME = re.compile(rb"[A-Za-z0-9-]+")
_SLACK = 4
"""Line ends after the end that are forgiven: some clients end the trailer once more."""


def incomplete() -> S3Error:
    """What a body that ends early, or is framed wrongly, is answered with."""
    return S3Error("IncompleteBody", "The request body terminated unexpectedly")


def _malformed_trailer() -> S3Error:
    return S3Error("MalformedTrailerError")


@dataclass(frozen=True, slots=True)
class ChunkEnd:
    """All data of a chunk has been yielded; `signature` is what its header claimed for it."""

    signature: str


Piece = memoryview | ChunkEnd


class _State(Enum):
    HEADER = 0
    DATA = 1
    AFTER_DATA = 2
    TRAILER = 3
    END = 4


class Deframer:
    """Turns the bytes of an aws-chunked body into its data.

    `length` is x-amz-decoded-content-length; `signed` whether chunks carry signatures; `trailer` whether a
    trailer may follow and `announced` the names x-amz-trailer gave, all of which must then come, once.
    """

    def __init__(
        self, length: int, *, signed: bool, trailer: bool, announced: frozenset[str] = frozenset()
    ) -> None:
        self._length = length
        self._signed = signed
        self._trailer = trailer
        self._announced = announced
        self._state = _State.HEADER
        self._line = bytearray()
        self._received = 0
        self._left = 0
        self._chunk = 0
        self._size = 0
        self._signature = ""
        self._lines = 0
        self._slack = _SLACK
        self.trailers: dict[str, str] = {}
        """What the trailer said, by lower-case name in order; after the end."""
        self.trailer_signature: str | None = None

    @property
    def finished(self) -> bool:
        """Whether the end of the framing has been seen."""
        return self._state is _State.END

    def feed(self, data: Buffer) -> list[Piece]:
        """The next bytes off the wire → views into them of what is data, and ends of signed chunks.

        Raises S3Error at the first byte that cannot be right, so that memory is bounded by `data`.
        """
        out: list[Piece] = []
        view = memoryview(data)
        at = 0
        while at < len(data):
            if self._state is _State.DATA:
                taken = view[at : at + self._left]
                out.append(taken)
                at += len(taken)
                self._left -= len(taken)
                self._received += len(taken)
                if not self._left:
                    self._state = _State.AFTER_DATA
                    self._end_chunk(out)
            elif self._state is _State.END:
                self._check_slack(bytes(view[at:]))
                return out
            else:
                at = self._take_line(view, at, out)
        return out

    def finish(self) -> None:
        """Nothing more comes. Raises IncompleteBody where that is too early or too little."""
        if not self.finished or self._received != self._length:
            raise incomplete()

    def _take_line(self, data: memoryview, at: int, out: list[Piece]) -> int:
        near = bytes(data[at : at + MAX_LINE])
        end = near.find(b"\n")
        if end < 0:
            self._line += near
            if len(self._line) >= (2 if self._state is _State.AFTER_DATA else MAX_LINE):
                raise _malformed_trailer() if self._state is _State.TRAILER else incomplete()
            return len(data)
        line = bytes(self._line) + near[:end]
        self._line.clear()
        match self._state:
            case _State.HEADER:
                self._header(line, out)
            case _State.AFTER_DATA:
                if line != b"\r":
                    raise incomplete()
                self._state = _State.HEADER
            case _:
                self._trailer_line(line)
        return at + end + 1

    def _header(self, line: bytes, out: list[Piece]) -> None:
        size_text, separator, extension = line[:-1].partition(b";")
        if line[-1:] != b"\r" or not _SIZE.fullmatch(size_text):
            raise incomplete()
        if self._signed:
            name, _, signature = extension.partition(b"=")
            if name != b"chunk-signature" or not _SIGNATURE.fullmatch(signature):
                raise incomplete()
            self._signature = signature.decode()
        elif separator:
            raise incomplete()
        size = int(size_text, 16)
        if size and self._chunk and self._size < MIN_CHUNK:
            raise S3Error(
                "InvalidChunkSizeError",
                f"Only the last chunk is allowed to have a size less than {MIN_CHUNK} bytes",
                fields={"Chunk": str(self._chunk), "BadChunkSize": str(self._size)},
            )
        if size > self._length - self._received:
            raise incomplete()
        self._chunk += 1
        self._size = self._left = size
        self._state = _State.DATA if size else _State.TRAILER
        if not size:
            self._end_chunk(out)

    def _end_chunk(self, out: list[Piece]) -> None:
        if self._signed:
            out.append(ChunkEnd(self._signature))

    def _trailer_line(self, line: bytes) -> None:
        self._lines += 1
        line = line.removesuffix(b"\r")
        if not line:
            # The published examples put a blank line between the trailer and its signature.
            if not self._awaits_signature() or self._lines > MAX_TRAILER_LINES:
                self._end_trailer()
            return
        name, separator, value = line.partition(b":")
        if (
            not self._trailer
            or not separator
            or not _NAME.fullmatch(name)
            or not value.isascii()
            or self._lines > MAX_TRAILER_LINES
            or self.trailer_signature is not None
        ):
            raise _malformed_trailer() if self._trailer else incomplete()
        self._keep_trailer(name.decode().lower(), value.decode().strip(" \t"))

    def _keep_trailer(self, name: str, value: str) -> None:
        if name == TRAILER_SIGNATURE and self._signed:
            if not _SIGNATURE.fullmatch(value.encode()):
                raise _malformed_trailer()
            self.trailer_signature = value
        elif name in self._announced and name not in self.trailers:
            self.trailers[name] = value
        else:
            raise _malformed_trailer()

    def _awaits_signature(self) -> bool:
        return self._signed and self._trailer and self.trailer_signature is None

    def _end_trailer(self) -> None:
        if self._awaits_signature() or self._announced - self.trailers.keys():
            raise _malformed_trailer()
        self._state = _State.END

    def _check_slack(self, rest: bytes) -> None:
        self._slack -= len(rest)
        if self._slack < 0 or rest.strip(b"\r\n"):
            raise S3Error("InvalidRequest", "The request body goes on after its last chunk.")
