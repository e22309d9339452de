"""Answers to what never became a request: what the HTTP parser refused, and headers that did not end."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from aiohttp import web
from aiohttp.http_exceptions import LineTooLong
from multidict import CIMultiDict

from s3gw.errors import S3Error


class Refusals(Protocol):
    """How a connection answers where no request reached the pipeline."""

    def answer(
        self, request: web.BaseRequest, error: S3Error
    ) -> tuple[int, Iterable[tuple[str, str]], bytes | None]:
        """Status, headers and body for a request that the HTTP parser refused."""
        ...

    def raw(self, error: S3Error) -> bytes:
        """A whole HTTP/1.1 response with `Connection: close`, for a request whose headers never ended."""
        ...


class Lingering(Protocol):
    """A connection that can be told to say nothing more."""

    async def linger(self) -> None:
        """Say so to the client, and drop what it still sends."""
        ...


class LastAnswer(web.Response):
    """An answer after which the connection drops whatever comes, since the parser can make nothing of it."""

    def __init__(
        self, connection: Lingering, status: int, headers: Iterable[tuple[str, str]], body: bytes | None
    ) -> None:
        super().__init__(status=status, headers=CIMultiDict(headers), body=body)
        self._connection = connection
        self.force_close()

    async def write_eof(self, data: bytes = b"") -> None:
        """Send it, then linger."""
        await super().write_eof(data)
        await self._connection.linger()


def refusal(status: int, exc: BaseException | None, message: str | None) -> S3Error:
    """What a client is told of a request that aiohttp's parser refused with `exc`."""
    if status >= 500:
        return S3Error("InternalError")
    if isinstance(exc, LineTooLong) or (message or "").startswith("Too many headers"):
        return S3Error("RequestHeaderSectionTooLarge")
    return S3Error("BadRequest", "An error occurred when parsing the HTTP request.")
