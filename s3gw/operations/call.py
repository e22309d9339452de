"""What an operation is given, and how it is registered.

An operation is `async def put_object(call, request) -> output`: the request is the generated input type of
the S3 model, the output the generated output type. It never sees HTTP.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from s3gw.db.assumed import NOTHING, Assumed
from s3gw.operations.target import Access, LookedUp, NoAccess

if TYPE_CHECKING:
    from s3gw.config import Settings
    from s3gw.db.pool import Database
    from s3gw.db.records import Account
    from s3gw.storage.store import Store

Buffer = bytes | bytearray | memoryview


class RequestBody(Protocol):
    """The decoded bytes of an upload, verified while they pass.

    Iterating yields blocks and, after the last of them, checks framing, signatures, digests and length; a
    mismatch is raised as S3Error from the iteration, so nothing may be published before it has ended. The
    first read answers `Expect: 100-continue`.
    """

    length: int
    """Decoded bytes, known before the first read; where it is not `exact`, the most that there can be."""
    exact: bool
    """Whether there will be just `length` bytes; of the file in a large form that is not known."""
    announced_digest: bool
    """Whether the client has sent, or announced as a trailer, a digest of it: Content-MD5 or a checksum."""

    def __aiter__(self) -> AsyncIterator[Buffer]:
        """Blocks of at most a few MiB, which are never changed: whoever keeps one keeps its memory."""
        ...

    async def read(self) -> Buffer:
        """All of it as one, in place of iterating; of a body that is short."""
        ...

    def request_checksum(self, algorithm: str) -> None:
        """Also compute "CRC32", "SHA256" or another that S3 knows; only before the first read."""
        ...

    @property
    def md5(self) -> bytes:
        """MD5 of the decoded bytes; after the end."""
        ...

    @property
    def sha256(self) -> bytes | None:
        """SHA-256 of the decoded bytes, where it was computed anyway; after the end."""
        ...

    @property
    def checksums(self) -> Mapping[str, str]:
        """Base64 by algorithm name, of those the client sent or that were requested; after the end."""
        ...


@dataclass(frozen=True, slots=True)
class Services:
    """The parts every operation works with, put together once by `app`."""

    settings: Settings
    db: Database
    store: Store


class Client(Protocol):
    """Who sent a request."""

    @property
    def address(self) -> str:
        """The client's, as far as the proxies in between are trusted."""
        ...

    @property
    def secure(self) -> bool:
        """Whether the client spoke TLS, to this gateway or to a proxy that it trusts."""
        ...


class NoClient(NamedTuple):
    """Of a call that nobody sent."""

    address: str = ""
    secure: bool = False


NO_ACCESS = NoAccess()
NO_CLIENT = NoClient()


@dataclass(slots=True)
class Call:
    """One authenticated and authorised request."""

    services: Services
    account: Account
    request_id: str
    body: RequestBody
    """Of operations whose body is a stream; empty for all others."""
    origin: str
    """Scheme and authority the client used, for Location: "http://127.0.0.1:9000". Of operations that take a
    document; empty for all others."""
    virtual_host: bool = False
    """Whether the bucket was named by the host."""
    anonymous: bool = False
    """Whether the request was not signed; some members of a request are not for everyone."""
    signature: int = 0
    """The version by which the request was signed: 2 or 4; 0 where it was not. Forms count as 4."""
    client: Client = NO_CLIENT
    target: LookedUp | None = None
    """What the pipeline looked up already, for `lookup.bucket_of` and `lookup.find`."""
    access: Access = NO_ACCESS
    """For what only the handler can ask: keys of a document, the source of a copy."""
    host_id: str = ""
    """What tells which process answered, `x-amz-id-2`."""
    assumed: Assumed = NOTHING
    """What the decision went by. The operations in `target.REMEMBERING` hand it to their first statement,
    which compares it."""
    announced: Any = None
    """The output as far as its headers are known already while the operation works, for an answer that begins
    before the outcome is known."""


Handler = Callable[[Call, Any], Awaitable[Any]]


@dataclass(frozen=True, slots=True)
class Registered:
    """An operation that is implemented: its handler and the IAM actions that it requires."""

    name: str
    handler: Handler
    actions: tuple[str, ...]


REGISTRY: dict[str, Registered] = {}


def operation(name: str, *actions: str) -> Callable[[Handler], Handler]:
    """Register the decorated function as the S3 operation `name`, requiring the IAM `actions`."""

    def register(handler: Handler) -> Handler:
        if name in REGISTRY:
            raise ValueError(f"{name} is registered twice")
        REGISTRY[name] = Registered(name, handler, actions)
        return handler

    return register
