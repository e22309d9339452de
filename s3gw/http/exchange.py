"""One request on its way through the pipeline: what is known of it so far."""

from __future__ import annotations

import base64
import os
import random
from dataclasses import dataclass, field
from time import perf_counter
from typing import TYPE_CHECKING

from aiohttp import web

from s3gw.operations.target import LookedUp

if TYPE_CHECKING:
    from s3gw.http.incoming import Incoming

HOST_ID = base64.b64encode(os.urandom(42)).decode()
"""`x-amz-id-2` and HostId: drawn at start, so that it tells which process answered."""

_OF_PROCESS = (("x-amz-id-2", HOST_ID), ("Server", "s3gw"))
"""Headers that are the same in all answers of a process."""

_ids = random.Random(os.urandom(16))  # noqa: S311 - request ids must be distinct, not secret


def new_request_id() -> str:
    """Sixteen hexadecimal digits, as S3 writes them."""
    return f"{_ids.getrandbits(64):016X}"


class ClientGone(ConnectionError):
    """The connection to the client is lost, or was cut: there is nobody left to answer."""


@dataclass(slots=True)
class Exchange:
    """A request, and what the steps of the pipeline found out about it; the access log's source."""

    request: web.BaseRequest
    request_id: str = field(default_factory=new_request_id)
    started: float = field(default_factory=perf_counter)
    operation: str | None = None
    bucket: str | None = None
    key: str | None = None
    account: str | None = None
    status: int = 0
    error: str | None = None
    bytes_in: int = 0
    bytes_out: int = 0
    website: bool = False
    """Whether the request was for a website."""
    came: Incoming | None = None
    """What its head says, once that is understood."""
    target: LookedUp | None = None
    """What the request addresses, where that was looked up and is the requester's to use."""
    answered: float = 0.0
    """When the answer began, as `started`; 0 before."""
    cross_origin: list[tuple[str, str]] | None = None
    """What the answer to a request with Origin says to the browser; None until it is known."""

    @property
    def resource(self) -> str:
        """The path of an error document: never with its query, which may hold a presigned signature."""
        if self.bucket is None:
            return self.request.raw_path.partition("?")[0] or "/"
        return f"/{self.bucket}" if self.key is None else f"/{self.bucket}/{self.key}"

    @property
    def headers(self) -> list[tuple[str, str]]:
        """The headers that every answer carries."""
        common = [("x-amz-request-id", self.request_id), *_OF_PROCESS]
        return common if not self.cross_origin else common + self.cross_origin
