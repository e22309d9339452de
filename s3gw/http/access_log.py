"""One line for each request: JSON for machines, or a short text for people on a terminal.

A line holds the decoded bucket and key, never the query, the headers or the body, so that no signature,
secret or customer key can be in it.
"""

from __future__ import annotations

import json
import logging
from datetime import UTC, datetime
from time import perf_counter, time
from typing import Any

from s3gw.http.exchange import Exchange

log = logging.getLogger("s3gw.access")

HEALTH = "Health"
"""The operation of the gateway's own pages, which probes ask for all the time: not logged."""

MAX_TEXT = 256
"""Characters of a client's own words that are kept."""


def record(exchange: Exchange) -> None:
    """Log a finished request."""
    if exchange.operation != HEALTH and log.isEnabledFor(logging.INFO):
        log.handle(AccessRecord(exchange))


class AccessRecord(logging.LogRecord):
    """A log record with the fields of one request.

    It skips what LogRecord finds out about the place in the program, which costs more than the line itself.
    """

    def __init__(self, exchange: Exchange) -> None:
        request = exchange.request
        agent = request.headers.get("User-Agent")
        self.created = time()
        self.msecs = self.created % 1 * 1000
        self.name, self.levelno, self.levelname = log.name, logging.INFO, "INFO"
        self.msg, self.args = "", ()
        self.exc_info = self.exc_text = self.stack_info = None
        self.fields: dict[str, str | int | float | None] = {
            "request_id": exchange.request_id,
            "remote": request.remote,
            "account": exchange.account,
            "method": request.method,
            "operation": exchange.operation,
            "bucket": exchange.bucket,
            "key": exchange.key,
            "status": exchange.status,
            "error": exchange.error,
            "bytes_in": exchange.bytes_in,
            "bytes_out": exchange.bytes_out,
            "ms": round((perf_counter() - exchange.started) * 1000, 3),
            "agent": None if agent is None else agent[:MAX_TEXT],
        }

    def getMessage(self) -> str:  # noqa: N802 - the name is logging's
        """For a person: what, where, how it ended, how long it took."""
        fields = self.fields
        path = "/".join(str(fields[name]) for name in ("bucket", "key") if fields[name] is not None)
        outcome = f"{fields['status']} {fields['error']}" if fields["error"] else str(fields["status"])
        what = f"{fields['operation'] or fields['method']} {ascii(path)[1:-1]}"
        measure = f"in={fields['bytes_in']} out={fields['bytes_out']} {fields['ms']}ms"
        return f"{fields['request_id']} {fields['remote']} {what} {outcome} {measure}"


_encode = json.JSONEncoder().encode


class JsonFormatter(logging.Formatter):
    """Every record as one line of JSON; of an access record its fields, of others level, logger, message."""

    def __init__(self) -> None:
        super().__init__()
        self._second = -1
        self._text = ""

    def format(self, record: logging.LogRecord) -> str:
        """One line without line breaks, ASCII only."""
        line: dict[str, Any] = {"time": self._time(record.created)}
        if isinstance(record, AccessRecord):
            return _encode(line | record.fields)
        line |= {"level": record.levelname, "logger": record.name, "message": record.getMessage()}
        if record.exc_info:
            line["traceback"] = self.formatException(record.exc_info)
        return _encode(line)

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
