"""One request as far as the steps of the pipeline have understood it."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from aiohttp import web

from s3gw.config import Settings
from s3gw.db.records import Account
from s3gw.http.addressing import Address
from s3gw.http.body import Body
from s3gw.http.facts import Sent
from s3gw.http.payload import content_encoding
from s3gw.http.post_form import PostForm
from s3gw.http.signature import Authenticated, hoisted_headers
from s3gw.operations.call import Buffer
from s3gw.protocol.beyond import fill_post_object
from s3gw.protocol.operation import Operation
from s3gw.protocol.values import invalid_argument

if TYPE_CHECKING:
    from s3gw.http.canonical import Headers

_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")


class NoBody:
    """The body of an operation that takes none; whatever was sent with it is not looked at."""

    length = 0
    md5 = bytes.fromhex("d41d8cd98f00b204e9800998ecf8427e")
    sha256 = None
    checksums: Mapping[str, str] = {}
    exact = True
    announced_digest = False

    def __aiter__(self) -> AsyncIterator[Buffer]:
        """No blocks."""
        return self

    async def __anext__(self) -> Buffer:
        """Nothing."""
        raise StopAsyncIteration

    async def read(self) -> Buffer:
        """Nothing."""
        return b""

    def request_checksum(self, algorithm: str) -> None:
        """Nothing to compute."""

    async def close(self) -> None:
        """Nothing to close."""


NO_BODY = NoBody()
_ENCRYPTION = "x-amz-server-side-encryption"
_NOT_ENCRYPTING = frozenset(
    {"GetObject", "HeadObject", "GetObjectAttributes", "ListParts", "UploadPart", "UploadPartCopy"}
)
"""Operations on objects that do not choose how one is encrypted, and may not say they did."""


@dataclass(slots=True)
class Incoming:
    """A request between its steps: each adds what it found out."""

    operation: Operation
    address: Address
    headers: Mapping[str, str]
    """By lower-case name: what the request is decided by."""
    authenticated: Authenticated | None
    account: Account | None
    given: Any
    """The operation's input."""
    asked: Any
    """What the request is decided upon: the same, but for a form what a PutObject would have asked."""
    body: Body | NoBody = NO_BODY
    origin: str = ""

    def take_form(self, form: PostForm, origin: str) -> None:
        """A form upload is what its form says: the key, who signed it, and what it asks for."""
        self.address = self.address._replace(key=form.key)
        if form.authenticated is not None:
            self.authenticated = form.authenticated
        self.asked = fill_post_object(self.given, form.key, form.fields, form.headers)
        self.headers = _of_form(self.headers, form.headers, self.asked.tagging)
        self.origin = origin

    @property
    def signature(self) -> int:
        """The version by which it was signed, 0 where it was not. Forms may be signed by either wherever one
        is asked for, and so count as 4."""
        if self.authenticated is None:
            return 0
        return 4 if self.authenticated.form else self.authenticated.version

    def sent(self, request: web.BaseRequest, settings: Settings) -> Sent:
        """For the decision."""
        return Sent(
            request, self.headers, self.address.query, self.account, self.authenticated, settings, self.asked
        )


def flat(given: Headers) -> dict[str, str]:
    """Headers by lower-case name, repeated ones joined by commas, Content-Encoding as it is to be kept."""
    headers: dict[str, str] = {}
    for name, value in given.items():
        lower = name.lower()
        headers[lower] = f"{headers[lower]},{value}" if lower in headers else value
    if "content-encoding" in headers:
        kept = content_encoding(headers.pop("content-encoding"))
        if kept is not None:
            headers["content-encoding"] = kept
    return headers


def hoisted(address: Address) -> dict[str, str]:
    """Headers that a presigned request gives in its query, where the HTTP parser has not looked at them."""
    found = hoisted_headers(address)
    for name, value in found.items():
        if _CONTROL.search(value):
            raise invalid_argument(name, None, "Header value cannot contain control characters")
    return found


def refuse_encryption(came: Incoming) -> None:
    """Raise InvalidArgument, as S3 does, for the header of an upload on an operation that is none."""
    if came.operation.name in _NOT_ENCRYPTING and _ENCRYPTION in came.headers:
        message = "x-amz-server-side-encryption header is not supported for this operation."
        raise invalid_argument(_ENCRYPTION, came.headers[_ENCRYPTION], message)


def origin_of(request: web.BaseRequest) -> str:
    """Scheme and authority that the client used."""
    return f"{request.scheme}://{request.headers.get('Host', '')}"


def _of_form(sent: Mapping[str, str], form: Mapping[str, str], tagging: str | None) -> dict[str, str]:
    """The headers by which a form upload is decided: the form's, and such of the request as ask nothing."""
    headers = {name: value for name, value in sent.items() if not name.startswith("x-amz-")} | dict(form)
    return headers if tagging is None else headers | {"x-amz-tagging": tagging}
