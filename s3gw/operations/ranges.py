"""Byte ranges of reads and of copied parts."""

from __future__ import annotations

import re
from typing import NamedTuple

from s3gw.db.body_rows import WHOLE, Stretch
from s3gw.errors import S3Error

# Longer numbers are no positions that anyone means, and would only cost time.
_RANGE = re.compile(r"bytes=(\d{0,40})-(\d{0,40})", re.ASCII | re.IGNORECASE)
_FAR = 1 << 62
_COPY_RANGE = re.compile(r"bytes=(\d{1,40})-(\d{1,40})", re.ASCII)


class Span(NamedTuple):
    """A run of an object's bytes: `length` from `start`."""

    start: int
    length: int

    def content_range(self, size: int) -> str:
        """The value of Content-Range for this part of `size` bytes."""
        return f"bytes {self.start}-{self.start + self.length - 1}/{size}"


def requested(header: str | None, size: int) -> Span | None:
    """The span that a Range header asks of an object of `size` bytes; None means the whole object.

    As RFC 9110 says, what does not parse is ignored; as S3 does, so are several ranges at once. Raises
    InvalidRange (416) for a range that begins past the end.
    """
    if header is None:
        return None
    found = _RANGE.fullmatch(header.strip())
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:
        length = min(int(found[2]), size)
        start = size - length
    else:
        start = int(found[1])
        end = int(found[2]) if found[2] else size - 1
        if found[2] and end < start:
            return None
        length = min(end, size - 1) - start + 1
    if length <= 0 or start >= size:
        raise _unsatisfiable(header, size)
    return Span(start, length)


def hinted(header: str | None) -> Stretch:
    """What a Range header probably asks for, whatever the size of the object is."""
    found = None if header is None else _RANGE.fullmatch(header.strip())
    if found is None or not (found[1] or found[2]):
        return WHOLE
    first, last = (min(int(digits or "0"), _FAR) for digits in (found[1], found[2]))
    if not found[1]:
        return Stretch(-last)
    return Stretch(first, last + 1 if found[2] else None)


def copied(header: str, size: int) -> Span:
    """The span that `x-amz-copy-source-range` asks of a source of `size` bytes.

    Unlike a read, it must be `bytes=first-last` and lie within the source, or it is InvalidArgument; where it
    does not even begin within the source, S3 says InvalidRequest.
    """
    found = _COPY_RANGE.fullmatch(header)
    if found is None or int(found[2]) < int(found[1]):
        raise S3Error(
            "InvalidArgument",
            "The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are "
            "the zero-based offsets of the first and last bytes to copy",
            fields={"ArgumentName": "x-amz-copy-source-range", "ArgumentValue": header},
        )
    start, end = int(found[1]), int(found[2])
    if start >= size:
        raise S3Error("InvalidRequest", "The specified copy range is invalid for the source object size")
    if end >= size:
        raise S3Error(
            "InvalidArgument",
            f"Range specified is not valid for source object of size: {size}",
            fields={"ArgumentName": "x-amz-copy-source-range", "ArgumentValue": header},
        )
    return Span(start, end - start + 1)


def _unsatisfiable(header: str, size: int) -> S3Error:
    return S3Error(
        "InvalidRange",
        fields={"RangeRequested": header, "ActualObjectSize": str(size)},
        headers={"Content-Range": f"bytes */{size}"},
    )
