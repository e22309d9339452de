"""Percent-encoding as S3 does it: decoded once, never normalised, encoded like AWS for signing.

Everything here is linear in its input: regular expressions never backtrack.
"""

from __future__ import annotations

import re
from urllib.parse import quote, unquote_to_bytes

from s3gw.errors import S3Error

Pairs = tuple[tuple[str, str], ...]

_PLAIN_VALUE = re.compile(r"[A-Za-z0-9\-._~]*")
_PLAIN_PATH = re.compile(r"[A-Za-z0-9\-._~/]*")
_CANONICAL_PATH = re.compile(
    r"(?:[A-Za-z0-9\-._~/]++"
    r"|%(?:[01][0-9A-F]|2[0-9A-C]|3[A-F]|40|5[B-E]|60|7[BCDF]|[89A-F][0-9A-F]))*+"
)
"""What `encode_path` may write: unreserved characters, and escapes of all others. The quantifiers are
possessive, so that nothing is ever tried twice."""
_HEX = frozenset("0123456789abcdefABCDEF")
MAX_PARAMETERS = 1000


def invalid_uri() -> S3Error:
    """What a request target that cannot be decoded is answered with."""
    return S3Error("InvalidURI", "Couldn't parse the specified URI.")


def decode(text: str) -> str:
    """`text` percent-decoded once. Raises InvalidURI for a stray %, for what is not UTF-8 and for NUL.

    The HTTP parser hands raw bytes beyond ASCII as UTF-8 or as surrogate escapes; both become bytes again
    here before they are judged.
    """
    if "%" not in text and text.isascii():
        if "\0" in text:
            raise invalid_uri()
        return text
    if not _well_formed(text):
        raise invalid_uri()
    try:
        decoded = unquote_to_bytes(text.encode("utf-8", "surrogateescape")).decode("utf-8")
    except UnicodeError:
        raise invalid_uri() from None
    if "\0" in decoded:
        raise invalid_uri()
    return decoded


def _well_formed(text: str) -> bool:
    """Whether each % stands before two hexadecimal digits."""
    at = text.find("%")
    while at >= 0:
        if len(text) < at + 3 or text[at + 1] not in _HEX or text[at + 2] not in _HEX:
            return False
        at = text.find("%", at + 3)
    return True


def parse_query(raw: str) -> Pairs:
    """The parameters of a raw query in order, decoded; `+` is a space; a name alone has the value "".

    Raises InvalidURI as `decode` does, and for more parameters than any S3 request has.
    """
    if not raw:
        return ()
    parts = raw.split("&")
    if len(parts) > MAX_PARAMETERS:
        raise invalid_uri()
    if "+" in raw:
        parts = [part.replace("+", " ") for part in parts]
    pairs = []
    for part in parts:
        if part:
            name, _, value = part.partition("=")
            pairs.append((decode(name), decode(value)))
    return tuple(pairs)


def encode(text: str) -> str:
    """`text` as AWS's UriEncode writes it: everything but unreserved characters, in upper-case hex."""
    return text if _PLAIN_VALUE.fullmatch(text) else quote(text, safe="-._~")


def encode_path(path: str) -> str:
    """As `encode`, with slashes left alone."""
    return path if _PLAIN_PATH.fullmatch(path) else quote(path, safe="/-._~")


def is_canonical_path(raw: str) -> bool:
    """Whether `raw`, a well-formed raw path, is already what `encode_path` would make of it decoded."""
    return _CANONICAL_PATH.fullmatch(raw) is not None
