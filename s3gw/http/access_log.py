"""One line for each request: JSON for machines, or a short text for people on a terminal.

A line holds the decoded bucket and key, never the query, the headers or the body, so that no signature,
secret or customer key can be in it.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from json.encoder import encode_basestring_ascii
from time import perf_counter, time

from s3gw.http.exchange import Exchange

log = logging.getLogger("s3gw.access")

HEALTH = "Health"
"""The operation of the gateway's own pages, which probes ask for all the time: not logged."""

MAX_TEXT = 256
"""Characters of a client's own words that are kept."""


_sink: Callable[[Exchange], None] | None = None


def write_to(sink: Callable[[Exchange], None] | None) -> None:
    """From now on give finished requests to `sink` and not to the logger: a record and the handlers that it
    passes cost as much again as the line."""
    global _sink
    _sink = sink


def record(exchange: Exchange) -> None:
    """Log a finished request."""
    if exchange.operation == HEALTH:
        return
    if _sink is not None:
        _sink(exchange)
    elif log.isEnabledFor(logging.INFO):
        log.handle(AccessRecord(exchange))


_PLACE = logging.LogRecord(log.name, logging.INFO, __file__, 0, "", (), None, "record").__dict__
"""Everything that a log record has, as it is for every request."""


class AccessRecord(logging.LogRecord):
    """A log record of one request, which is made into text by the formatter that wants it.

    It skips what LogRecord finds out about the place in the program, which costs more than the line itself:
    those attributes, which a handler of somebody else's may print, are the same for all requests.
    """

    def __init__(self, exchange: Exchange) -> None:
        self.__dict__.update(_PLACE)
        self.created = time()
        self.msecs = self.created % 1 * 1000
        self.exchange = exchange
        self.duration = (perf_counter() - exchange.started) * 1000

    def getMessage(self) -> str:  # noqa: N802 - the name is logging's
        """For a person: what, where, how it ended, how long it took."""
        exchange = self.exchange
        path = "/".join(part for part in (exchange.bucket, exchange.key) if part is not None)
        outcome = f"{exchange.status} {exchange.error}" if exchange.error else str(exchange.status)
        what = f"{exchange.operation or exchange.request.method} {ascii(path)[1:-1]}"
        measure = f"in={exchange.bytes_in} out={exchange.bytes_out} {self.duration:.1f}ms"
        return f"{exchange.request_id} {exchange.request.remote} {what} {outcome} {measure}"


def _members(exchange: Exchange, duration: float) -> str:
    """The members of the line's JSON object; written out, since this is done for every request."""
    request = exchange.request
    agent = request.headers.get("User-Agent")
    key = exchange.key
    asked = _asked(request.remote, exchange.account, request.method, exchange.operation, exchange.bucket)
    return (
        f'"request_id": "{exchange.request_id}", {asked}, '
        f'"key": {"null" if key is None else encode_basestring_ascii(key)}, '
        f'"status": {exchange.status}, "error": {_name(exchange.error)}, '
        f'"bytes_in": {exchange.bytes_in}, "bytes_out": {exchange.bytes_out}, '
        f'"ms": {duration:.3f}, "agent": {_name(agent and agent[:MAX_TEXT])}'
    )


@lru_cache(maxsize=1024)
def _asked(
    remote: str | None, account: str | None, method: str, operation: str | None, bucket: str | None
) -> str:
    """The members that most requests of a client have in common; kept like each name."""
    return (
        f'"remote": {_name(remote)}, "account": {_name(account)}, "method": {_name(method)}, '
        f'"operation": {_name(operation)}, "bucket": {_name(bucket)}'
    )


@lru_cache(maxsize=1024)
def _name(value: str | None) -> str:
    """The JSON of what most requests have in common; kept, since looking it up is cheaper than a call."""
    return "null" if value is None else encode_basestring_ascii(value)


class JsonFormatter(logging.Formatter):
    """Every record as one line of JSON; of an access record its fields, of others level, logger, message."""

    def __init__(self) -> None:
        super().__init__()
        self._second = -1
        self._text = ""

    def format(self, record: logging.LogRecord) -> str:
        """One line without line breaks, ASCII only."""
        when = self._time(record.created)
        if isinstance(record, AccessRecord):
            return f'{{"time": "{when}", {_members(record.exchange, record.duration)}}}'
        line = {
            "time": when,
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return json.dumps(line)

    def request(self, exchange: Exchange) -> str:
        """The line of a request that has just finished, as `format` makes it of its record."""
        duration = (perf_counter() - exchange.started) * 1000
        return f'{{"time": "{self._time(time())}", {_members(exchange, duration)}}}'

    def _time(self, created: float) -> str:
        """ISO 8601 in UTC; the second's text is made once for all lines in it."""
        second = int(created)
        if second != self._second:
            self._second = second
            self._text = datetime.fromtimestamp(second, UTC).strftime("%Y-%m-%dT%H:%M:%S")
        return f"{self._text}.{int((created - second) * 1000):03d}Z"


class TextFormatter(logging.Formatter):
    """Every record as text; control characters of a client's words are escaped by what is formatted."""

    default_msec_format = "%s.%03d"

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname).1s %(message)s", "%H:%M:%S")
