"""The website endpoint: pages to people and their browsers, anonymously, as S3 serves static websites.

A request is a website's by where it arrived (`website_listen`) or by its host (`website_domains`). Everything
it shows is what GetObject gives anybody; there are no listings, no signatures and no sub-resources.
https://docs.aws.amazon.com/AmazonS3/latest/userguide/WebsiteEndpoints.html
"""

from __future__ import annotations

from html import escape
from http import HTTPStatus
from typing import NamedTuple

from aiohttp import web

from s3gw.config import Settings
from s3gw.db import buckets
from s3gw.db.objects import Found
from s3gw.errors import S3Error
from s3gw.http import uri
from s3gw.http.addressing import MAX_KEY_BYTES, label_of_host, without_port
from s3gw.http.authorise import Gate
from s3gw.http.client import Client, is_secure
from s3gw.http.cross_origin import answer_headers
from s3gw.http.exchange import HOST_ID, Exchange
from s3gw.http.facts import Sent
from s3gw.http.failures import as_s3_error
from s3gw.http.incoming import NO_BODY, flat
from s3gw.operations.call import REGISTRY, Call, Services
from s3gw.operations.cors import preflight
from s3gw.operations.names import missing_bucket
from s3gw.operations.properties import REDIRECT
from s3gw.operations.target import LookedUp
from s3gw.operations.website import location, matching_rule, quoted, website_of
from s3gw.protocol import OPERATIONS
from s3gw.protocol.operation import Head, Reply

_HEEDED = frozenset(
    {"range", "if-range", "if-match", "if-none-match", "if-modified-since", "if-unmodified-since"}
)
"""Headers of a request that say something to the object; no other has a meaning here."""
_METHODS = {"GET": "GetObject", "HEAD": "HeadObject"}


class Visit(NamedTuple):
    """A request to a website, understood."""

    exchange: Exchange
    services: Services
    bucket: str
    raw_path: str
    raw_query: str
    key: str
    """Of the path: empty, or up to a slash, where an index document is asked for."""

    @property
    def request(self) -> web.BaseRequest:
        """The request."""
        return self.exchange.request


class Websites:
    """Which requests are for websites, and their answers."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        address = settings.website_host_port
        self._port = None if address is None else address[1]

    def bucket_of(self, request: web.BaseRequest) -> str | None:
        """The bucket whose website the request is for, or None for a request to the S3 endpoint.

        A label before one of `website_domains` names it. Of what arrives at `website_listen` under another
        name, that name is the bucket's, as when a domain points there.
        """
        host = request.headers.get("Host", "")
        label = label_of_host(host, self._settings.website_domains)
        if label is None and self._port is not None and request.transport is not None:
            sockname = request.transport.get_extra_info("sockname")
            if sockname is not None and sockname[1] == self._port:
                return without_port(host.lower()).rstrip(".")
        return label

    async def answer(self, exchange: Exchange, name: str, services: Services | None) -> Reply:
        """A page, a redirect, or an error as a page; raises nothing."""
        exchange.bucket, exchange.website = name, True
        exchange.operation = _METHODS.get(exchange.request.method)
        raw_path, _, raw_query = exchange.request.raw_path.partition("?")
        try:
            if services is None:
                raise S3Error("ServiceUnavailable")
            if exchange.request.method == "OPTIONS" and "Origin" in exchange.request.headers:
                return await self._preflight(exchange, name, services)
            if exchange.operation is None:
                fields = {"Method": exchange.request.method, "ResourceType": "OBJECT"}
                raise S3Error("MethodNotAllowed", fields=fields, headers={"Allow": "GET, HEAD"})
            exchange.key = _key(raw_path)
            return await self._page(Visit(exchange, services, name, raw_path, raw_query, exchange.key))
        except Exception as error:  # noqa: BLE001 - as in the pipeline, but told as a page
            return _error_page(exchange, as_s3_error(error, exchange.request_id))

    async def _preflight(self, exchange: Exchange, name: str, services: Services) -> Reply:
        chosen = OPERATIONS["OptionsObject"]
        exchange.operation = chosen.name
        given = chosen.parse(Head("OPTIONS", name, "", {}, flat(exchange.request.headers)))
        return chosen.render(await preflight(services.db, given))

    async def _page(self, visit: Visit) -> Reply:
        bucket = await buckets.get(visit.services.db, visit.bucket)
        if bucket is None:
            raise missing_bucket(visit.bucket)
        exchange, request = visit.exchange, visit.request
        exchange.target = LookedUp(visit.bucket, None, None, False, Found(bucket, None))
        document = website_of(bucket)
        if "Origin" in request.headers:
            exchange.cross_origin = answer_headers(bucket, request.method, flat(request.headers))
        if "all" in document:
            return self._redirect(visit, {"redirect": document["all"]})
        rule = matching_rule(document, visit.key, None)
        if rule is not None:
            return self._redirect(visit, rule)
        try:
            return await self._document(visit, document["index"])
        except Exception as error:  # noqa: BLE001 - whatever it was may have a page or a rule
            failure = as_s3_error(error, exchange.request_id)
        if failure.status < 400:
            return Reply(failure.status, list(failure.headers.items()), None)
        exchange.error = failure.code
        rule = matching_rule(document, visit.key, failure.status)
        if rule is not None:
            return self._redirect(visit, rule)
        if "error" not in document or failure.status >= 500:
            return _error_page(exchange, failure)
        return await self._error_document(visit, document["error"], failure)

    async def _document(self, visit: Visit, index: str) -> Reply:
        """The object, or the index document of a folder. Raises S3Error."""
        key = visit.key
        if not key or key.endswith("/"):
            return await _moved(await self._object(visit, key + index))
        try:
            return await _moved(await self._object(visit, key))
        except S3Error as error:
            if error.code not in ("NoSuchKey", "AccessDenied"):
                raise
            if not await self._readable(visit, f"{key}/{index}"):
                raise
        folder = quoted(visit.raw_path) + "/"
        if folder.startswith("//"):  # which a browser would take for another host
            folder = self._root(visit) + folder
        return Reply(302, [("Location", folder)], None)

    async def _error_document(self, visit: Visit, key: str, failure: S3Error) -> Reply:
        """The page that the owner has for errors, with the status of the error."""
        try:
            reply = await _moved(await self._object(visit, key, plain=True))
        except Exception as error:  # noqa: BLE001 - then the error is told without it, and why
            nested = as_s3_error(error, visit.exchange.request_id)
            return _error_page(visit.exchange, failure, nested, key)
        if reply.status != 301:
            reply.status = failure.status
            reply.headers += _error_headers(failure)
        return reply

    async def _readable(self, visit: Visit, key: str) -> bool:
        try:
            await self._object(visit, key, plain=True, operation="HeadObject")
        except S3Error:
            return False
        return True

    async def _object(
        self, visit: Visit, key: str, *, plain: bool = False, operation: str | None = None
    ) -> Reply:
        """What GetObject or HeadObject gives anybody; `plain` without the conditions of the request."""
        if len(key.encode()) > MAX_KEY_BYTES:
            raise S3Error("NoSuchKey", fields={"Key": key})
        chosen = OPERATIONS[operation or _METHODS[visit.request.method]]
        headers = {} if plain else flat(visit.request.headers)
        heeded = {name: value for name, value in headers.items() if name in _HEEDED}
        given = chosen.parse(Head(visit.request.method, visit.bucket, key, {}, heeded))
        facts = flat(visit.request.headers)
        facts.pop("authorization", None)
        sent = Sent(visit.request, facts, {}, None, None, self._settings, given)
        gate = Gate(sent, REGISTRY[chosen.name])
        target = await gate.look_up(visit.services.db)
        visit.exchange.target = target
        call = Call(
            visit.services,
            gate.caller(target),
            visit.exchange.request_id,
            NO_BODY,
            "",
            True,
            anonymous=True,
            client=Client(visit.request, self._settings.trusted_proxies),
            target=target,
            access=gate,
        )
        return chosen.render(await REGISTRY[chosen.name].handler(call, given))

    def _root(self, visit: Visit) -> str:
        scheme = "https" if is_secure(visit.request, self._settings.trusted_proxies) else "http"
        return f"{scheme}://{visit.request.headers.get('Host', '')}"

    def _redirect(self, visit: Visit, rule: dict[str, dict[str, str]]) -> Reply:
        scheme, _, host = self._root(visit).partition("://")
        target = location(rule, visit.key, visit.raw_path, visit.raw_query, scheme, host)
        return Reply(int(rule["redirect"].get("code", 301)), [("Location", target)], None)


def _key(raw_path: str) -> str:
    if not raw_path.startswith("/"):
        raise uri.invalid_uri()
    return uri.decode(raw_path[1:])


async def _moved(reply: Reply) -> Reply:
    """The reply, or the redirect that its object stands for."""
    target = next((value for name, value in reply.headers if name.lower() == REDIRECT), None)
    if target is None:
        return reply
    close = getattr(reply.body, "aclose", None)
    if close is not None:  # nobody will read it
        await close()
    return Reply(301, [("Location", target)], None)


def _error_headers(failure: S3Error) -> list[tuple[str, str]]:
    headers = [("x-amz-error-code", failure.code)]
    if failure.message.isascii() and failure.message.isprintable():
        headers.append(("x-amz-error-message", failure.message))
    headers += [
        (f"x-amz-error-detail-{name}", uri.encode_path(value)) for name, value in failure.fields.items()
    ]
    return headers


def _error_page(
    exchange: Exchange, failure: S3Error, nested: S3Error | None = None, nested_key: str = ""
) -> Reply:
    """The error as S3 shows it to people; with what kept the owner's own page from being shown."""
    exchange.error = failure.code
    title = f"{failure.status} {HTTPStatus(failure.status).phrase}"
    items = [("Code", failure.code), ("Message", failure.message), *failure.fields.items()]
    items += [("RequestId", exchange.request_id), ("HostId", HOST_ID)]
    page = f"<html>\n<head><title>{title}</title></head>\n<body>\n<h1>{title}</h1>\n{_listed(items)}"
    if nested is not None:
        page += "<h3>An Error Occurred While Attempting to Retrieve a Custom Error Document</h3>\n"
        told = [("Code", nested.code), ("Message", nested.message), *nested.fields.items()]
        page += _listed(
            told if "Key" in nested.fields or nested.code != "NoSuchKey" else [*told, ("Key", nested_key)]
        )
    body = f"{page}<hr/>\n</body>\n</html>\n".encode(errors="replace")
    headers = [
        *failure.headers.items(),
        *_error_headers(failure),
        ("Content-Type", "text/html; charset=utf-8"),
    ]
    if exchange.request.method == "HEAD":
        return Reply(failure.status, headers, None)
    return Reply(failure.status, headers, body)


def _listed(items: list[tuple[str, str]]) -> str:
    lines = "".join(f"<li>{name}: {escape(value)}</li>\n" for name, value in items)
    return f"<ul>\n{lines}</ul>\n"
