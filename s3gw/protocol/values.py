"""Values as they stand in headers, query parameters and documents, and how they become Python's.

Everything here is called by the generated code. Dates without a zone are taken as UTC.
"""

from __future__ import annotations

import re
from base64 import b64encode
from collections.abc import AsyncIterable, Callable, Mapping
from datetime import UTC, datetime
from email.errors import HeaderParseError
from email.header import decode_header
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import Any

from s3gw.errors import S3Error
from s3gw.protocol.generated import SENSITIVE

Stream = bytes | bytearray | memoryview | AsyncIterable[bytes | bytearray | memoryview]
"""The bytes of an object in an answer; those of a request come by the call's body and the member is None."""

Convert = Callable[[str, str], Any]
"""Takes the name of a header or parameter and its text; raises S3Error."""

Table = Mapping[str, tuple[str, Convert | None]]
"""By name of a header or parameter: the attribute it fills, and its conversion unless it is text."""

NO_INTEGER = "not an integer or within integer range"
NO_ATTRIBUTES = (
    "The x-amz-object-attributes header specifying the attributes to be retrieved is either missing or empty"
)
_IGNORED = frozenset({"x-amz-max-parts"})
"""Headers that S3 takes no notice of where they are not the integers that they should be."""
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_BAD_DATE = (ValueError, TypeError, OverflowError, IndexError)
_LONGEST_DATE = 40
_METADATA = "x-amz-meta-"
_BASE64_WORD = re.compile(r"=\?[^?]*\?[bB]\?([^?]*)\?=")
_BASE64 = re.compile(r"[A-Za-z0-9+/]*={0,2}")


class Shape:
    """Base of the generated dataclasses: compared and shown by the fields that are set.

    What the model calls sensitive, customers' keys above all, is not shown.
    """

    __slots__ = ()

    def _set_fields(self) -> dict[str, Any]:
        named = ((name, getattr(self, name)) for name in self.__dataclass_fields__)  # type: ignore[attr-defined]
        return {name: value for name, value in named if value is not None}

    def __eq__(self, other: object) -> bool:
        if type(other) is not type(self):
            return NotImplemented
        return self._set_fields() == other._set_fields()

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        shown = {
            name: "***" if name in SENSITIVE else repr(value) for name, value in self._set_fields().items()
        }
        return f"{type(self).__name__}({', '.join(f'{name}={text}' for name, text in shown.items())})"


def invalid_argument(name: str, value: str | None, message: str) -> S3Error:
    """InvalidArgument with the elements by which S3 says which argument was wrong."""
    fields = {"ArgumentName": name}
    if value is not None:
        fields["ArgumentValue"] = value
    return S3Error("InvalidArgument", message, fields=fields)


def missing_argument(name: str) -> S3Error:
    """The error for a header or parameter that an operation cannot do without; InvalidArgument of most."""
    if name == "x-amz-object-attributes":
        return S3Error("InvalidRequest", NO_ATTRIBUTES)
    return invalid_argument(name, None, f"This operation needs {name}")


def fill(
    request: object, table: Table, values: Mapping[str, str], metadata: dict[str, str] | None = None
) -> None:
    """Set the attributes for those of `values` that `table` knows, and gather user metadata if wanted.

    Walks what the request has, which is less than what an operation could have.
    """
    for name, value in values.items():
        known = table.get(name)
        if known is not None:
            attribute, convert = known
            if convert is not None:
                setattr(request, attribute, convert(name, value))
            elif value.isascii():
                setattr(request, attribute, value)
            else:
                setattr(request, attribute, clean_text(value))
        elif metadata is not None and name.startswith(_METADATA):
            metadata[name[11:]] = metadata_value(value)


def clean_text(value: str) -> str:
    """`value` without the lone surrogates by which HTTP parsers carry bytes that are not UTF-8.

    Such a value is taken as Latin-1, which reads any bytes, since a database cannot hold surrogates.
    """
    try:
        value.encode()
    except UnicodeEncodeError:
        return value.encode("utf-8", "surrogateescape").decode("latin-1")
    return value


def metadata_value(value: str) -> str:
    """User metadata from its header: text outside ASCII travels as encoded words (RFC 2047)."""
    if not value.isascii():
        return clean_text(value)
    if "=?" not in value or any(not _BASE64.fullmatch(word) for word in _BASE64_WORD.findall(value)):
        return value  # the decoder would drop what it cannot read
    try:
        return "".join(
            part if isinstance(part, str) else part.decode(charset or "ascii")
            for part, charset in decode_header(value)
        )
    except (HeaderParseError, LookupError, ValueError):
        return value


def metadata_header(value: str) -> str:
    """User metadata as a header: as it stands where it is printable ASCII, else as an encoded word."""
    if value.isascii() and value.isprintable():
        return value
    return f"=?UTF-8?B?{b64encode(value.encode()).decode()}?="


def decimal(value: str) -> int | None:
    """An integer of plain digits with an optional minus; None for all else that Python would accept too."""
    digits = value.removeprefix("-")
    return int(value) if digits.isascii() and digits.isdecimal() and len(digits) <= 19 else None


def integer(name: str, value: str) -> int | None:
    """An integer; an empty one counts as absent."""
    if not value:
        return None
    number = decimal(value)
    if number is None:
        if name in _IGNORED:
            return None
        raise invalid_argument(name, value, f"Provided {name} {NO_INTEGER}")
    return number


def boolean(name: str, value: str) -> bool | None:
    """ "true" or "false"; an empty one counts as absent."""
    match value.lower():
        case "true":
            return True
        case "false":
            return False
        case "":
            return None
    raise invalid_argument(name, value, f"Provided {name} is neither true nor false")


def header_text(name: str, value: str) -> str:
    """Text that will stand in a response header, hence without control characters."""
    if not value.isprintable() and any(ord(character) < 32 or ord(character) == 127 for character in value):
        raise invalid_argument(name, None, "Header value cannot contain control characters")
    return value


def text_list(name: str, value: str) -> list[str]:
    """Words separated by commas."""
    return [word for word in (part.strip() for part in value.split(",")) if word]


def _aware(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def condition_date(name: str, value: str) -> datetime | None:
    """The date of a condition: None when it cannot be read, since HTTP says such a condition is ignored."""
    return read_date(value)


def date(name: str, value: str) -> datetime:
    """A date in either form that S3 uses, ISO 8601 or that of HTTP."""
    moment = read_date(value)
    if moment is None:
        raise invalid_argument(name, value, f"Provided {name} is not a date")
    return moment


def retention_date(name: str, value: str) -> datetime:
    """The end of an object's retention, in ISO 8601 alone."""
    moment = read_date(value) if value.strip()[4:5] == "-" else None
    if moment is None:
        raise invalid_argument(name, value, "The retain until date must be provided in ISO 8601 format")
    return moment


def read_date(value: str) -> datetime | None:
    """A date in ISO 8601 or in HTTP's form; None when it is neither."""
    value = value.strip()
    if len(value) > _LONGEST_DATE:
        return None
    parse = datetime.fromisoformat if value[4:5] == "-" else parsedate_to_datetime
    try:
        return _aware(parse(value))
    except _BAD_DATE:
        return None


def iso_date(moment: datetime) -> str:
    """As dates stand in documents; S3 keeps whole seconds and still writes milliseconds."""
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    return moment.isoformat(timespec="seconds")[:19] + ".000Z"


def precise_date(moment: datetime) -> str:
    """The same with its milliseconds."""
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    return moment.isoformat(timespec="milliseconds")[:23] + "Z"


@lru_cache(maxsize=4096)
def http_date(moment: datetime) -> str:
    """As dates stand in headers (RFC 9110, IMF-fixdate), without regard to the locale."""
    if moment.tzinfo is not UTC:
        moment = moment.astimezone(UTC)
    return (
        f"{_DAYS[moment.weekday()]}, {moment.day:02d} {_MONTHS[moment.month]} {moment.year:04d}"
        f" {moment.hour:02d}:{moment.minute:02d}:{moment.second:02d} GMT"
    )
