"""What happens to every request, in one sequence. Its order is the security argument.

    website       a request to the website endpoint goes its own way, where GET and HEAD are all there is
    address       bucket and key, decided once, on the raw request target
    health        the gateway's own pages
    preflight     of a browser, which asks on its own: answered by the bucket's cross-origin rules
    route         which operation
    authenticate  who: the signature; a request without any claim is anonymous
    parse         headers and query into the operation's typed input
    look up       the bucket with its access documents, and the version of the key where it must be there
    authorise     whether this account may do this to this bucket and key
    form          of a form upload: its bounded fields, which say who and what; then authorise as above
    body          framing, chunk signatures and digests, verified while the bytes pass
    document      of operations that take one: bounded, then parsed into the input
    operation     the handler, from the registry
    render        the typed output into status, headers and body; what takes long begins to answer before

Nothing of a body is read, and "100 Continue" is not said, before the request is authorised. From
"authenticate" on it may happen twice (`attempts`): by what is remembered of the access key and the bucket,
and then by what is looked up.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Mapping
from datetime import UTC, datetime
from functools import partial
from time import perf_counter
from typing import Any

from aiohttp import HttpVersion11, web
from aiohttp.streams import EMPTY_PAYLOAD

from s3gw.config import Settings
from s3gw.db.assumed import Assumed
from s3gw.db.records import Account
from s3gw.errors import S3Error
from s3gw.http import access_log, respond, slow
from s3gw.http.addressing import Address, parse_address
from s3gw.http.attempts import Course, Keeping, settle
from s3gw.http.authorise import Gate
from s3gw.http.body import document_limit, open_body, read_document
from s3gw.http.client import Client
from s3gw.http.cross_origin import answer_headers, headers_of_failure
from s3gw.http.exchange import HOST_ID, ClientGone, Exchange
from s3gw.http.failures import as_s3_error
from s3gw.http.figures import RequestFigures
from s3gw.http.health import Health
from s3gw.http.identities import Asked, Identities
from s3gw.http.incoming import NO_BODY, Incoming, flat, hoisted, origin_of, refuse_encryption
from s3gw.http.monitoring import MONITORING, Monitoring
from s3gw.http.post_form import open_form
from s3gw.http.server_log import ServerLog
from s3gw.http.signature import Authenticated, authenticate
from s3gw.http.source import NO_SOURCE, BodySource, NoSource
from s3gw.http.website import Websites
from s3gw.operations.call import REGISTRY, Call, Registered, Services
from s3gw.operations.cors import preflight
from s3gw.operations.target import LookedUp
from s3gw.protocol import regions
from s3gw.protocol.operation import BodyKind, Head, Operation, Reply
from s3gw.protocol.routing import route

OBJECT_CHECKSUMS = frozenset({"CompleteMultipartUpload"})
"""Operations whose x-amz-checksum- headers speak of the object and not of their document."""
_NO_BODY, _DOCUMENT, _STREAM = BodyKind.NONE, BodyKind.DOCUMENT, BodyKind.STREAM
_DECIDED = Reply(200, [], None)
"""Of an attempt that ends with the decision; nobody is sent it."""


class Pipeline:
    """The handler of every request of one worker."""

    def __init__(
        self, settings: Settings, health: Health, monitoring: Monitoring, figures: RequestFigures
    ) -> None:
        self.settings = settings
        self._beside = regions.beside(settings.region, settings.regions)
        self.health = health
        self.monitoring = monitoring
        self.figures = figures
        self.services: Services | None = None
        """Set, with `identities`, once the gateway can serve; until then requests are answered 503."""
        self.identities: Identities | None = None
        self.server_log: ServerLog | None = None
        """Keeps records of requests to buckets that are logged."""
        self.closing = False
        """Whether every answer from now on is the last on its connection."""
        self._websites: Websites | None = None
        if settings.website_listen is not None or settings.website_domains:
            self._websites = Websites(settings)
        self._draining = False
        self._keeping = Keeping()
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
            if self.server_log is not None:
                self.server_log.record(exchange)

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
        if self._websites is not None:
            site = self._websites.bucket_of(request)
            if site is not None:
                return await self._websites.answer(exchange, site, None if self._draining else self.services)
        address = parse_address(request.raw_path, request.headers.get("Host", ""), self.settings.domains)
        if self.health.concerns(address):
            return await self._own_page(exchange, address)
        exchange.bucket, exchange.key = address.bucket, address.key
        services, identities = self._ready()
        if request.method == "OPTIONS":
            return await _preflight(exchange, address, services)
        headers = flat(request.headers)
        operation = route(request.method, address.bucket, address.key, address.query, headers)
        exchange.operation = operation.name
        kept = self._keeping.take(operation, headers)
        course = Course(keeps=kept is not None)
        attempt = partial(
            self._attempt, exchange, source, address, headers, operation, services, identities, course
        )
        try:
            return await settle(attempt, course, remember=kept is not None)
        finally:
            self._keeping.give(kept)
            if course.has_body:
                await course.close()

    async def _attempt(
        self,
        exchange: Exchange,
        source: BodySource | NoSource,
        address: Address,
        headers: Mapping[str, str],
        operation: Operation,
        services: Services,
        identities: Identities,
        course: Course,
        assumed: Assumed,
        remember: bool,
        handle: bool = True,
    ) -> Reply:
        """The sequence from "authenticate" on."""
        request = exchange.request
        asked = Asked(identities, assumed, remember=remember)
        came = exchange.came = await self._identify(exchange, address, headers, operation, asked)
        course.go_on(came)
        if operation.name == "PostObject":
            await self._open_form(exchange, source, came, asked)
        registered = _registered(came.account, operation)
        gate = Gate(came.sent(request, self.settings), registered)
        target = await gate.look_up(services.db, assumed, remember=remember)
        exchange.target = target
        refuse_encryption(came)
        if "Origin" in request.headers and target is not None:
            exchange.cross_origin = []
            exchange.cross_origin = answer_headers(target.found.bucket, request.method, came.headers)
        if not handle:
            return _DECIDED
        if operation.body is not _NO_BODY:
            await _take_body(came, request, source, gate, target, course)
        body, compared = course.handed(assumed)
        call = Call(
            services,
            gate.caller(target),
            exchange.request_id,
            body,
            came.origin,
            came.address.virtual_host,
            came.account is None,
            came.signature,
            Client(request, self.settings.trusted_proxies),
            target,
            gate,
            HOST_ID,
            compared,
        )
        answer = registered.handler(call, came.given)
        if operation.name in slow.OPERATIONS and request.version >= HttpVersion11:
            reply = await slow.reply(exchange, operation, answer, self.settings.slow_answer, call)
        else:
            reply = operation.render(await answer)
        if gate.charged:
            reply.headers.append(("x-amz-request-charged", "requester"))
        return reply

    async def _identify(
        self,
        exchange: Exchange,
        address: Address,
        headers: Mapping[str, str],
        operation: Operation,
        identities: Asked,
    ) -> Incoming:
        """By whom, with what input: all that the head of the request tells."""
        request = exchange.request
        authenticated = await authenticate(
            request.method,
            address,
            request.headers,
            identities,
            self.settings.region,
            datetime.now(UTC),
            version_2=self.settings.signature_v2,
            beside=self._beside,
        )
        account = _account(exchange, identities, authenticated)
        if authenticated is not None and authenticated.presigned:
            headers = {**hoisted(address), **headers}
        head = Head(request.method, address.bucket, address.key, address.query, headers)
        given = operation.parse(head)
        return Incoming(operation, address, headers, authenticated, account, given, given)

    async def _open_form(
        self, exchange: Exchange, source: BodySource | NoSource, came: Incoming, identities: Asked
    ) -> None:
        """Of a form upload the fields say who sends what where; nothing of the file is read for it."""
        request = exchange.request
        form = await open_form(
            source,
            request.headers,
            came.authenticated,
            came.given.bucket,
            identities,
            self.settings.region,
            self._beside,
        )
        came.body = form.body
        exchange.key = form.key
        if form.authenticated is not None:
            came.account = _account(exchange, identities, form.authenticated)
        came.take_form(form, origin_of(request))

    async def _own_page(self, exchange: Exchange, address: Address) -> Reply:
        request = exchange.request
        if self.health.is_open(address):
            exchange.operation = access_log.HEALTH
            return await self.health.page(request.method, address)
        exchange.operation = MONITORING
        return await self.monitoring.page(request, address, self.identities)

    def _ready(self) -> tuple[Services, Identities]:
        if self._draining or self.services is None or self.identities is None:
            raise S3Error("ServiceUnavailable")
        return self.services, self.identities

    def _send(
        self, exchange: Exchange, source: BodySource | NoSource, reply: Reply
    ) -> Awaitable[web.StreamResponse]:
        exchange.answered = perf_counter()
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
        if exchange.cross_origin is None and "Origin" in exchange.request.headers and failure.status < 500:
            await self._tell_browser(exchange)
        return await self._send(exchange, source, respond.error_reply(failure, exchange))

    async def _tell_browser(self, exchange: Exchange) -> None:
        if self.services is not None and exchange.bucket is not None:
            request = exchange.request
            exchange.cross_origin = await headers_of_failure(
                self.services.db, exchange.bucket, request.method, flat(request.headers)
            )


async def _preflight(exchange: Exchange, address: Address, services: Services) -> Reply:
    """Answer a browser that asks on its own, without credentials: a signature in the URL is that of the
    request to come."""
    exchange.cross_origin = []
    headers = flat(exchange.request.headers)
    operation = route("OPTIONS", address.bucket, address.key, address.query, headers)
    exchange.operation = operation.name
    given = operation.parse(Head("OPTIONS", address.bucket, address.key, address.query, headers))
    return operation.render(await preflight(services.db, given))


def _account(exchange: Exchange, identities: Asked, authenticated: Authenticated | None) -> Account | None:
    """Whose key has signed; None for an anonymous request."""
    if authenticated is None:
        return None
    known = identities.known(authenticated.access_key)
    assert known is not None, "its secret has verified the signature"
    exchange.account = known.account.name
    return known.account


def _registered(account: Account | None, operation: Operation) -> Registered:
    """The operation's handler. Raises NotImplemented where there is none, to those who are somebody."""
    registered = REGISTRY.get(operation.name)
    if registered is None and account is None:
        raise S3Error("AccessDenied")
    if registered is None:
        raise S3Error("NotImplemented", f"{operation.name} is not implemented")
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


async def _take_body(
    came: Incoming,
    request: web.BaseRequest,
    source: BodySource | NoSource,
    gate: Gate,
    target: LookedUp | None,
    course: Course,
) -> None:
    """Open the stream, or read the document and decide what had to wait for it: now that this is allowed."""
    operation = came.operation
    if operation.body is _STREAM and came.body is NO_BODY:
        came.body = open_body(source, request.headers, came.authenticated)
    elif operation.body is _DOCUMENT and operation.parse_document is not None:
        if not course.document_read:
            course.document_begun = True
            document = await read_document(
                source,
                request.headers,
                came.authenticated,
                limit=document_limit(operation.name),
                checksums=operation.name not in OBJECT_CHECKSUMS,
                digest_required=operation.checksum_required,
            )
            _parse_document(operation, came.given, document)
            course.document_read = True
        gate.decide_by_document(target)
        came.origin = origin_of(request)
