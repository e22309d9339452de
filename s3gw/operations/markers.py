"""Where a page of a listing goes on: opaque tokens, and the arguments that bound a page."""

from __future__ import annotations

import base64
import binascii
from urllib.parse import quote

from s3gw.errors import S3Error
from s3gw.protocol.values import NO_INTEGER, invalid_argument

MAX_PAGE = 1000
_VERSION = "1"


def token(after: str) -> str:
    """An opaque continuation token for a listing that stopped at the key or prefix `after`."""
    return base64.urlsafe_b64encode((_VERSION + after).encode()).decode()


def after_token(text: str) -> str:
    """What `token` was made of. Raises InvalidArgument for anything else."""
    try:
        decoded = base64.b64decode(text.encode("ascii"), altchars=b"-_", validate=True).decode()
    except (binascii.Error, UnicodeError):
        decoded = ""
    if not decoded.startswith(_VERSION) or "\0" in decoded:
        raise S3Error(
            "InvalidArgument",
            "The continuation token provided is incorrect",
            fields={"ArgumentName": "continuation-token"},
        )
    return decoded.removeprefix(_VERSION)


def page_size(argument: str, given: int | None, highest: int = MAX_PAGE) -> int:
    """How many entries a page may have; more than `highest` counts as that. Raises InvalidArgument."""
    if given is None:
        return highest
    if not 0 <= given <= 2147483647:
        raise bad_number(argument, given)
    return min(given, highest)


def bad_number(argument: str, given: int) -> S3Error:
    """InvalidArgument for a count outside of what S3 takes, in its words."""
    if given > 0:
        return invalid_argument(argument, str(given), f"Provided {argument} {NO_INTEGER}")
    name = "maxKeys" if argument == "max-keys" else argument  # the one that S3 writes otherwise
    message = f"Argument {name} must be an integer between 0 and 2147483647"
    return invalid_argument(argument, str(given), message)


class Encoder:
    """Encodes names of a listing as its `encoding-type` asks: not at all, or as in a URL."""

    def __init__(self, encoding_type: str | None) -> None:
        if encoding_type not in (None, "url"):
            raise S3Error(
                "InvalidArgument",
                "Invalid Encoding Method specified in Request",
                fields={"ArgumentName": "encoding-type", "ArgumentValue": encoding_type or ""},
            )
        self._url = encoding_type == "url"

    def __call__(self, name: str) -> str:
        """The name as the document shows it; `/` stays."""
        return quote(name, safe="/") if self._url else name

    def optional(self, name: str | None) -> str | None:
        """The same of a name that may be absent."""
        return None if name is None else self(name)
