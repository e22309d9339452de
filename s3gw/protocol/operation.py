"""What the rest of the gateway sees of an operation: its name, its body, and both translations."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from s3gw.protocol.values import Stream


class BodyKind(Enum):
    """What a request carries."""

    NONE = "none"
    DOCUMENT = "document"
    """A bounded document, read whole and given to `parse_document`."""
    STREAM = "stream"


@dataclass(slots=True)
class Head:
    """A request without its body. Header names are lower case; repeated headers are joined by commas."""

    method: str
    bucket: str | None
    key: str | None
    query: Mapping[str, str]
    headers: Mapping[str, str]


@dataclass(slots=True)
class Reply:
    """An answer. A body of None is an answer without Content-Type and of length 0."""

    status: int
    headers: list[tuple[str, str]]
    body: Stream | None


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of S3."""

    name: str
    body: BodyKind
    parse: Callable[[Head], Any]
    """Headers and query to the operation's input, without its payload; S3Error on bad syntax."""
    parse_document: Callable[[Any, bytes], None] | None
    """Fill the input's payload from the document; S3Error MalformedXML and the like."""
    render: Callable[[Any], Reply]
    """The operation's output, or None where it has none, to the answer."""
    checksum_required: bool
    """Whether S3 wants Content-MD5 or a checksum with the request."""
