"""multipart/form-data, taken apart while it streams: the fields in front of the file, then the file.

Only what S3 needs of RFC 7578: every part up to one called "file" is a field, whether or not it carries a
file name; what follows the file is read, bounded, and ignored. Linear in its input.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from s3gw.errors import S3Error
from s3gw.protocol.values import invalid_argument

if TYPE_CHECKING:
    from collections.abc import Callable

    from s3gw.http.body import Source
    from s3gw.http.framing import Piece
    from s3gw.operations.call import Buffer

MAX_PRELUDE = 20 * 1024
"""Bytes of the form before the content of its file: fields, their headers and the boundaries."""
MAX_EPILOGUE = 20 * 1024
"""Bytes after the content of the file."""
MAX_BOUNDARY = 200

_PARAMETER = re.compile(r';\s*([^\s=;"]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^;"]*)')
_BOUNDARY = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]*[\x21-\x7e])?")


def malformed() -> S3Error:
    """What a body that is not well-formed multipart/form-data is answered with."""
    return S3Error("MalformedPOSTRequest")


def one_file(count: int) -> S3Error:
    """What a form with no file, or with several, is answered with."""
    message = "POST requires exactly one file upload per request."
    return invalid_argument("file", str(count), message)


class Prelude(NamedTuple):
    """A form up to the content of its file."""

    fields: Mapping[str, str]
    """By lower-case name; values of a repeated one joined by commas, as repeated headers are."""
    filename: str | None
    """Of the file, without directories; None where its part names none."""
    rest: bytes
    """What has been read of the file's content and beyond."""
    size: int
    """Bytes before the content of the file."""


def parse_boundary(content_type: str | None) -> bytes:
    """The boundary that a Content-Type names.

    Raises PreconditionFailed for another type, MalformedPOSTRequest for a boundary that is missing or bad.
    """
    kind, _, parameters = (content_type or "").partition(";")
    if kind.strip().lower() != "multipart/form-data":
        condition = "Bucket POST must be of the enclosure-type multipart/form-data"
        raise S3Error("PreconditionFailed", fields={"Condition": condition})
    boundary = _parameters(";" + parameters).get("boundary", "")
    if len(boundary) > MAX_BOUNDARY or not _BOUNDARY.fullmatch(boundary):
        raise malformed()
    return boundary.encode()


async def read_prelude(source: Source, boundary: bytes) -> Prelude:
    """Read `source` up to the content of the part called "file".

    Raises MalformedPOSTRequest, MaxPostPreDataLengthExceededError, InvalidArgument where there is no file.
    """
    reader = _Reader(source)
    fields: dict[str, str] = {}
    delimiter = b"--" + boundary
    if await reader.until(delimiter):  # nothing belongs before the first boundary
        raise malformed()
    delimiter = b"\r\n" + delimiter
    while True:
        line = await reader.take(2)
        if line == b"--":
            raise one_file(0)
        if line != b"\r\n":
            raise malformed()
        name, filename = _disposition(await reader.until(b"\r\n\r\n"))
        if name == "file":
            base = None if filename is None else _base_name(filename)
            return Prelude(fields, base, reader.rest(), reader.at)
        value = (await reader.until(delimiter)).decode("utf-8", "surrogateescape")
        fields[name] = f"{fields[name]},{value}" if name in fields else value


class _Reader:
    """Takes pieces off the front of a source, at most `MAX_PRELUDE` bytes in all."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._buffer = bytearray()
        self.at = 0

    async def until(self, mark: bytes) -> bytes:
        """What comes before `mark`, which is taken as well."""
        searched = self.at
        while (found := self._buffer.find(mark, searched)) < 0:
            searched = max(self.at, len(self._buffer) - len(mark) + 1)
            await self._more()
        taken = bytes(self._buffer[self.at : found])
        self._advance(found + len(mark))
        return taken

    async def take(self, count: int) -> bytes:
        """The next `count` bytes."""
        while len(self._buffer) < self.at + count:
            await self._more()
        taken = bytes(self._buffer[self.at : self.at + count])
        self._advance(self.at + count)
        return taken

    def rest(self) -> bytes:
        """What has been read and not taken."""
        return bytes(self._buffer[self.at :])

    def _advance(self, to: int) -> None:
        if to > MAX_PRELUDE:
            raise S3Error("MaxPostPreDataLengthExceededError")
        self.at = to

    async def _more(self) -> None:
        if len(self._buffer) > MAX_PRELUDE:
            raise S3Error("MaxPostPreDataLengthExceededError")
        try:
            self._buffer += await anext(self._source)
        except StopAsyncIteration:
            raise malformed() from None


def _disposition(headers: bytes) -> tuple[str, str | None]:
    """The lower-case name, and the file name if any, that the headers of a part give."""
    for line in headers.decode("utf-8", "surrogateescape").split("\r\n"):
        header, _, value = line.partition(":")
        if header.strip().lower() != "content-disposition":
            continue
        kind, _, parameters = value.partition(";")
        found = _parameters(";" + parameters)
        name = found.get("name", "").lower()
        if kind.strip().lower() != "form-data" or not name or not name.isprintable():
            raise malformed()
        return name, found.get("filename")
    raise malformed()


def _parameters(text: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in _PARAMETER.findall(text):
        # Backslashes are left, but for those before a quote: old browsers send paths of Windows.
        value = value[1:-1].replace('\\"', '"') if value.startswith('"') else value.strip()
        found.setdefault(name.lower(), value)
    return found


def _base_name(filename: str) -> str:
    return re.split(r"[/\\]", filename)[-1]


class FileEnd:
    """Cuts the content of the file off at its boundary. Has the part of a body's deframer.

    `check_size` is told how many bytes there are, and whether they are all.
    """

    def __init__(self, boundary: bytes, check_size: Callable[[int, bool], None]) -> None:
        self._delimiter = b"\r\n--" + boundary
        self._check_size = check_size
        self._held = b""
        self._tail: bytearray | None = None
        self.size = 0
        self.trailers: dict[str, str] = {}
        self.trailer_signature: str | None = None

    def feed(self, data: Buffer) -> list[Piece]:
        """The next bytes of the form → what of them is content. Raises as `check_size` does."""
        if self._tail is not None:
            self._keep_tail(data)
            return []
        near = self._held + bytes(data)
        found = near.find(self._delimiter)
        if found >= 0:
            self._held = b""
            self._tail = bytearray()
            self._keep_tail(near[found + len(self._delimiter) :])
            return self._content(near, found)
        kept = max(0, len(near) - len(self._delimiter) + 1)
        self._held = near[kept:]
        return self._content(near, kept)

    def finish(self) -> None:
        """Nothing more comes. Raises MalformedPOSTRequest where the form did not end."""
        tail = self._tail
        if tail is None:
            raise malformed()
        if not tail.startswith(b"--"):
            if not tail.startswith(b"\r\n") or self._delimiter + b"--" not in tail:
                raise malformed()
            self._check_tail(bytes(tail))
        self._check_size(self.size, True)

    def _content(self, near: bytes, count: int) -> list[Piece]:
        if not count:
            return []
        self.size += count
        self._check_size(self.size, False)
        return [memoryview(near)[:count]]

    def _keep_tail(self, data: Buffer) -> None:
        assert self._tail is not None
        if len(self._tail) + len(data) > MAX_EPILOGUE:
            raise malformed()
        self._tail += data

    def _check_tail(self, tail: bytes) -> None:
        """Refuse further files; fields after the file are ignored, as S3 documents."""
        files = 1
        for part in tail.partition(self._delimiter + b"--")[0].split(self._delimiter):
            headers, separator, _ = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
            if not separator:
                raise malformed()
            files += _disposition(headers)[0] == "file"
        if files > 1:
            raise one_file(files)


class Replayed:
    """A source that first gives what was read of it already."""

    def __init__(self, first: bytes, source: Source) -> None:
        self._first = first
        self._source = source

    def __aiter__(self) -> Replayed:
        return self

    async def __anext__(self) -> Buffer:
        """The next block."""
        if self._first:
            first, self._first = self._first, b""
            return first
        return await anext(self._source)

    async def aclose(self) -> None:
        """Nothing more will be read."""
        await self._source.aclose()


async def gather_file(source: Source, end: FileEnd) -> bytes:
    """The whole content of a file, of a form that is small enough for memory."""
    pieces = []
    async for block in source:
        pieces += [bytes(piece) for piece in end.feed(block) if isinstance(piece, memoryview)]
    end.finish()
    return b"".join(pieces)


class Whole:
    """A source of bytes that are there."""

    def __init__(self, data: bytes) -> None:
        self._data = data

    def __aiter__(self) -> Whole:
        return self

    async def __anext__(self) -> Buffer:
        """All of them, once."""
        if not self._data:
            raise StopAsyncIteration
        data, self._data = self._data, b""
        return data

    async def aclose(self) -> None:
        """Nothing to end."""
