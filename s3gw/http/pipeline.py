"""What happens to every request, in one sequence. Its order is the security argument.

    address       bucket and key, decided once, on the raw request target
    health        the gateway's own pages
    route         which operation
    authenticate  who: the signature; a request without any claim is anonymous
    parse         headers and query into the operation's typed input
    look up       the bucket with its access documents, and the version of the key where it must be there
    authorise     whether this account may do this to this bucket and key
    form          of a form upload: its bounded fields, which say who and what; then authorise as above
    body          framing, chunk signatures and digests, verified while the bytes pass
    document      of operations that take one: bounded, then parsed into the input
    operation     the handler, from the registry
    render        the typed output into status, headers and body

Nothing of a body is read, and "100 Continue" is not said, before the request is authorised.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Mapping
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from aiohttp import web
from aiohttp.streams import EMPTY_PAYLOAD

from s3gw.config import Settings
from s3gw.db.records import Account
from s3gw.errors import S3Error
from s3gw.http import access_log, respond
from s3gw.http.addressing import Address, parse_address
from s3gw.http.authorise import Gate
from s3gw.http.body import Body, document_limit, open_body, read_document
from s3gw.http.exchange import ClientGone, Exchange
from s3gw.http.facts import Sent
from s3gw.http.failures import as_s3_error
from s3gw.http.figures import RequestFigures
from s3gw.http.health import Health
from s3gw.http.identities import Asked, Identities
from s3gw.http.monitoring import MONITORING, Monitoring
from s3gw.http.payload import content_encoding
from s3gw.http.post_form import open_form
from s3gw.http.signature import Authenticated, authenticate, hoisted_headers
from s3gw.http.source import NO_SOURCE, BodySource, NoSource
from s3gw.operations.call import REGISTRY, Buffer, Call, Registered, Services
from s3gw.protocol.beyond import fill_post_object
from s3gw.protocol.operation import BodyKind, Head, Operation, Reply
from s3gw.protocol.routing import route
from s3gw.protocol.values import invalid_argument

if TYPE_CHECKING:
    from s3gw.http.canonical import Headers

_CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")

OBJECT_CHECKSUMS = frozenset({"CompleteMultipartUpload"})
"""Operations whose x-amz-checksum- headers speak of the object and not of their document."""


class Pipeline:
    """The handler of every request of one worker."""

    def __init__(
        self, settings: Settings, health: Health, monitoring: Monitoring, figures: RequestFigures
    ) -> None:
        self.settings = settings
        self.health = health
        self.monitoring = monitoring
        self.figures = figures
        self.services: Services | None = None
        """Set, with `identities`, once the gateway can serve; until then requests are answered 503."""
        self.identities: Identities | None = None
        self.closing = False
        """Whether every answer from now on is the last on its connection."""
        self._draining = False
        self._running = 0
        self._drained = asyncio.Event()

    async def __call__(self, request: web.BaseRequest) -> web.StreamResponse:
        """Answer one request, whatever happens, and log it."""
        settings = self.settings
        exchange = Exchange(request)
        source: BodySource | NoSource = NO_SOURCE
        if request.content is not EMPTY_PAYLOAD:
            source = BodySource(request, stall=settings.body_timeout, minimum_rate=settings.minimum_rate)
        self._running += 1
        try:
            try:
                return await self._send(exchange, source, await self._process(exchange, source))
            except ClientGone:
                raise
            except Exception as error:  # noqa: BLE001 - the last resort: whatever it was becomes an S3 error
                return await self._fail(exchange, source, error)
        except (ClientGone, asyncio.CancelledError) as ended:
            exchange.error = exchange.error or type(ended).__name__
            raise
        finally:
            self._running -= 1
            if self._draining and not self._running:
                self._drained.set()
            exchange.bytes_in = source.received
            self.figures.record(exchange)
            access_log.record(exchange)

    @property
    def running(self) -> int:
        """How many requests are under way."""
        return self._running

    async def drain(self) -> None:
        """From now on refuse what is new; return when nothing runs any more."""
        self._draining = True
        if self._running:
            await self._drained.wait()

    async def _process(self, exchange: Exchange, source: BodySource | NoSource) -> Reply:
        """The sequence."""
        request = exchange.request
        given_headers = request.headers
        host = given_headers.get("Host", "")
        address = parse_address(request.raw_path, host, self.settings.domains)
        if self.health.concerns(address):
            return await self._own_page(exchange, address)
        exchange.bucket, exchange.key = address.bucket, address.key
        services, identities = self._ready()

        headers = _flat(given_headers)
        operation = route(request.method, address.bucket, address.key, address.query, headers)
        exchange.operation = operation.name
        authenticated = await authenticate(
            request.method,
            address,
            given_headers,
            identities,
            self.settings.region,
            datetime.now(UTC),
            version_2=self.settings.signature_v2,
        )
        account = None
        if authenticated is not None:
            account = await _account(identities, authenticated.access_key)
            exchange.account = account.name
        if authenticated is not None and authenticated.presigned:
            headers = _hoisted(address) | headers
        given = operation.parse(Head(request.method, address.bucket, address.key, address.query, headers))
        body: Body | NoBody = NO_BODY
        origin = ""
        try:
            asked = given
            if operation.name == "PostObject":
                form = await open_form(
                    source, given_headers, authenticated, given.bucket, identities, self.settings.region
                )
                body = form.body
                address = address._replace(key=form.key)
                exchange.key = form.key
                if form.authenticated is not None:
                    authenticated = form.authenticated
                    account = await _account(identities, authenticated.access_key)
                    exchange.account = account.name
                asked = fill_post_object(given, form.key, form.fields, form.headers)
                headers = _of_form(headers, form.headers, asked.tagging)
                origin = f"{request.scheme}://{host}"
            registered = _registered(account, operation)
            sent = Sent(request, headers, address.query, account, authenticated, self.settings, asked)
            gate = Gate(sent, registered)
            target = await gate.look_up(services.db)
            if operation.body is BodyKind.STREAM and body is NO_BODY:
                body = open_body(source, given_headers, authenticated)
            elif operation.body is BodyKind.DOCUMENT and operation.parse_document is not None:
                document = await _document(source, request, authenticated, operation)
                _parse_document(operation, given, document)
                gate.decide_by_document(target)
                origin = f"{request.scheme}://{host}"
            call = Call(
                services,
                gate.caller(target),
                exchange.request_id,
                body,
                origin,
                address.virtual_host,
                anonymous=account is None,
                target=target,
                access=gate,
            )
            return operation.render(await registered.handler(call, given))
        finally:
            await body.close()

    async def _own_page(self, exchange: Exchange, address: Address) -> Reply:
        request = exchange.request
        if self.health.is_open(address):
            exchange.operation = access_log.HEALTH
            return await self.health.page(request.method, address)
        exchange.operation = MONITORING
        return await self.monitoring.page(request, address, self.identities)

    def _ready(self) -> tuple[Services, Asked]:
        if self._draining or self.services is None or self.identities is None:
            raise S3Error("ServiceUnavailable")
        return self.services, Asked(self.identities)

    def _send(
        self, exchange: Exchange, source: BodySource | NoSource, reply: Reply
    ) -> Awaitable[web.StreamResponse]:
        return respond.send(
            exchange,
            reply,
            close=self.closing or self._draining or not source.leaves_connection_usable,
            stall=self.settings.body_timeout,
            minimum_rate=self.settings.minimum_rate,
        )

    async def _fail(
        self, exchange: Exchange, source: BodySource | NoSource, error: Exception
    ) -> web.StreamResponse:
        failure = as_s3_error(error, exchange.request_id)
        exchange.error = failure.code
        return await self._send(exchange, source, respond.error_reply(failure, exchange))


class NoBody:
    """The body of an operation that takes none; whatever was sent with it is not looked at."""

    length = 0
    md5 = bytes.fromhex("d41d8cd98f00b204e9800998ecf8427e")
    checksums: Mapping[str, str] = {}
    exact = True

    def __aiter__(self) -> AsyncIterator[Buffer]:
        """No blocks."""
        return self

    async def __anext__(self) -> Buffer:
        """Nothing."""
        raise StopAsyncIteration

    def request_checksum(self, algorithm: str) -> None:
        """Nothing to compute."""

    async def close(self) -> None:
        """Nothing to close."""


NO_BODY = NoBody()


def _flat(given: Headers) -> dict[str, str]:
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


def _of_form(sent: dict[str, str], form: Mapping[str, str], tagging: str | None) -> dict[str, str]:
    """The headers by which a form upload is decided: the form's, and such of the request as ask nothing."""
    headers = {name: value for name, value in sent.items() if not name.startswith("x-amz-")} | dict(form)
    return headers if tagging is None else headers | {"x-amz-tagging": tagging}


def _hoisted(address: Address) -> dict[str, str]:
    """Headers that a presigned request gives in its query, where the HTTP parser has not looked at them."""
    hoisted = hoisted_headers(address)
    for name, value in hoisted.items():
        if _CONTROL.search(value):
            raise invalid_argument(name, None, "Header value cannot contain control characters")
    return hoisted


async def _account(identities: Asked, access_key: str) -> Account:
    account = await identities.account(access_key)
    if account is None:  # revoked between the two questions
        raise S3Error("InvalidAccessKeyId")
    return account


def _registered(account: Account | None, operation: Operation) -> Registered:
    """The operation's handler. Raises NotImplemented where there is none, to those who are somebody."""
    registered = REGISTRY.get(operation.name)
    if registered is None:
        raise S3Error("AccessDenied" if account is None else "NotImplemented")
    return registered


def _parse_document(operation: Operation, given: Any, document: bytes) -> None:
    """Parse the document into the input. Raises S3Error, for access control lists by a code of their own."""
    assert operation.parse_document is not None
    try:
        operation.parse_document(given, document)
    except S3Error as error:
        if error.code == "MalformedXML" and operation.name in ("PutBucketAcl", "PutObjectAcl"):
            raise S3Error("MalformedACLError") from error
        raise


async def _document(
    source: BodySource | NoSource,
    request: web.BaseRequest,
    authenticated: Authenticated | None,
    operation: Operation,
) -> bytes:
    return await read_document(
        source,
        request.headers,
        authenticated,
        limit=document_limit(operation.name),
        checksums=operation.name not in OBJECT_CHECKSUMS,
        digest_required=operation.checksum_required,
    )
