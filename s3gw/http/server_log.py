"""Records of server access logging: a line for each request to a bucket that is logged, in the format of AWS.

https://docs.aws.amazon.com/AmazonS3/latest/userguide/LogFormat.html
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections import deque
from datetime import UTC, datetime
from time import perf_counter
from urllib.parse import quote

from s3gw.access.principals import user_arn
from s3gw.db import access_log_records
from s3gw.db.access_log_records import LOGGING, Record
from s3gw.db.pool import Database
from s3gw.errors import GatewayError
from s3gw.http.client import source_address
from s3gw.http.exchange import HOST_ID, Exchange
from s3gw.http.log_operations import operation_of

log = logging.getLogger("s3gw.http")

MOST_WAITING = 20_000
"""Records that wait for the database at most; further ones are lost, and that is said."""
_TOGETHER = 500
_AGAIN_AFTER = 1.0
"""Seconds until records are offered again to a database that did not take them."""
_LONGEST = 4096
"""Characters kept of what a client says."""
_SECRET = re.compile(
    r"((?:^|[?&])(?:x-amz-signature|signature|x-amz-security-token|"
    r"x-amz-(?:copy-source-)?server-side-encryption-customer-key)=)[^&]*",
    re.IGNORECASE,
)
_PLAIN = "".join(chr(code) for code in range(33, 127) if chr(code) not in '"\\')


class ServerLog:
    """Keeps records of requests in the database, in batches, while it goes on."""

    def __init__(self, db: Database, proxies: tuple[str, ...] = ()) -> None:
        self._db = db
        self._proxies = proxies
        self._waiting: deque[Record] = deque()
        self._lost = 0
        self._task: asyncio.Task[None] | None = None

    def record(self, exchange: Exchange) -> None:
        """Keep the record of a request that has ended, if its bucket is logged.

        Of one that failed before its bucket was looked up, the database will know.
        """
        if exchange.bucket is None:
            return
        bucket = None if exchange.target is None else exchange.target.found.bucket
        if bucket is not None and (bucket.settings is None or LOGGING not in bucket.settings):
            return
        if bucket is not None and LOGGING not in bucket.documents:
            return
        if len(self._waiting) >= MOST_WAITING:
            self._lost += 1
            return
        self._waiting.append(Record(exchange.bucket, datetime.now(UTC), line_of(exchange, self._proxies)))
        if self._task is None:
            self._task = asyncio.create_task(self._keep(), name="server access log")

    async def close(self) -> None:
        """Keep what waits still, or say how much is lost."""
        if self._task is not None:
            try:
                async with asyncio.timeout(5):
                    await self._task
            except TimeoutError:
                self._lost += len(self._waiting)
        self._say_lost()

    async def _keep(self) -> None:
        """Until nothing waits: what came while a statement ran goes into the next."""
        try:
            while self._waiting:
                some = [self._waiting[at] for at in range(min(_TOGETHER, len(self._waiting)))]
                try:
                    await access_log_records.add(self._db, some)
                except GatewayError as error:
                    log.warning("access log records wait for the database: %s", error)
                    await asyncio.sleep(_AGAIN_AFTER)
                    continue
                for _ in some:
                    self._waiting.popleft()
                self._say_lost()
        finally:
            self._task = None

    def _say_lost(self) -> None:
        if self._lost:
            log.error("%d access log records are lost: the database did not take them", self._lost)
            self._lost = 0


def line_of(exchange: Exchange, proxies: tuple[str, ...] = ()) -> str:
    """The record without its first field, the owner of the bucket."""
    request = exchange.request
    came, target = exchange.came, exchange.target
    version = None if target is None else target.found.version
    size = None if version is None or version.delete_marker else version.size
    if came is not None and came.body.length:
        size = came.body.length
    now = perf_counter()
    uri = f"{request.method} {_SECRET.sub(lambda found: found[1] + 'REDACTED', request.raw_path)}"
    requester = None if came is None else came.account
    authenticated = None if came is None else came.authenticated
    signature, kind = "-", "-"
    if authenticated is not None:
        signature = "SigV4" if authenticated.version == 4 else "SigV2"
        kind = "QueryString" if authenticated.presigned else "AuthHeader"
        kind = "POST" if authenticated.form else kind
    fields = (
        exchange.bucket or "-",
        datetime.now(UTC).strftime("[%d/%b/%Y:%H:%M:%S +0000]"),
        _word(source_address(request, proxies)),
        "-" if requester is None else requester.canonical_id if requester.is_root else user_arn(requester),
        exchange.request_id,
        operation_of(exchange),
        "-" if not exchange.key else quote(exchange.key, safe="/-._~", errors="replace"),
        _quoted(f"{uri} HTTP/{request.version.major}.{request.version.minor}"),
        str(exchange.status or "-"),
        _word(exchange.error),
        str(exchange.bytes_out or "-"),
        "-" if size is None else str(size),
        str(round((now - exchange.started) * 1000)),
        "-" if not exchange.answered else str(round((exchange.answered - exchange.started) * 1000)),
        _quoted(request.headers.get("Referer")),
        _quoted(request.headers.get("User-Agent")),
        _word(None if came is None else came.address.query.get("versionId")),
        HOST_ID,
        signature,
        "-",
        kind,
        _word(request.headers.get("Host")),
        "-",
        "-",
        "-",
    )
    return " ".join(fields)


def _quoted(text: str | None) -> str:
    """In quotation marks, with nothing in it that could end them or the line."""
    if not text:
        return '"-"'
    return f'"{quote(text[:_LONGEST], safe=_PLAIN + " ", errors="surrogateescape")}"'


def _word(text: str | None) -> str:
    return quote(text[:_LONGEST], safe=_PLAIN, errors="surrogateescape") if text else "-"
