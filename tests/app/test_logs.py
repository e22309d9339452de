"""Log lines: what they look like, and when they are written."""

from __future__ import annotations

import asyncio
import io
import json
import logging
from types import SimpleNamespace
from typing import Any

import pytest

from s3gw.app.logs import Gathering
from s3gw.http import access_log
from s3gw.http.access_log import AccessRecord, JsonFormatter, TextFormatter
from s3gw.http.exchange import Exchange


def logger(stream: io.StringIO, formatter: logging.Formatter) -> logging.Logger:
    """A logger of the test's own that writes to `stream`."""
    made = logging.Logger("test", logging.INFO)  # noqa: LOG001 - apart from the tree of all others
    handler = Gathering(stream)
    handler.setFormatter(formatter)
    made.addHandler(handler)
    return made


def test_without_a_loop_lines_are_written_at_once() -> None:
    stream = io.StringIO()
    logger(stream, JsonFormatter()).info("hello %s", "you")
    line = json.loads(stream.getvalue())
    assert (line["level"], line["logger"], line["message"]) == ("INFO", "test", "hello you")


async def test_lines_are_written_together_and_warnings_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("s3gw.app.logs.FLUSH_AFTER", 0.01)
    stream = io.StringIO()
    log = logger(stream, JsonFormatter())
    log.info("first")
    assert stream.getvalue() == ""
    log.warning("second")
    assert stream.getvalue().count("\n") == 2
    log.info("third")
    async with asyncio.timeout(60):
        while stream.getvalue().count("\n") < 3:
            await asyncio.sleep(0.005)


def test_a_traceback_stays_on_one_line() -> None:
    stream = io.StringIO()
    log = logger(stream, JsonFormatter())
    try:
        raise ZeroDivisionError
    except ZeroDivisionError:
        log.exception("failed")
    assert stream.getvalue().count("\n") == 1
    assert "ZeroDivisionError" in json.loads(stream.getvalue())["traceback"]


def test_text_for_people() -> None:
    stream = io.StringIO()
    logger(stream, TextFormatter()).warning("careful")
    assert stream.getvalue().endswith(" W careful\n")


def test_a_stream_that_takes_nothing_more_is_no_error() -> None:
    class Broken(io.StringIO):
        def write(self, text: str) -> int:
            raise BrokenPipeError

    logger(Broken(), TextFormatter()).warning("into the void")


def test_a_request_is_the_same_line_by_the_short_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("s3gw.http.access_log.time", lambda: 1e9)
    monkeypatch.setattr("s3gw.http.access_log.perf_counter", lambda: 5.0)
    request: Any = SimpleNamespace(method="GET", remote="127.0.0.1", headers={"User-Agent": "a"})
    exchange = Exchange(request, operation="GetObject", bucket="b", key="k\n", status=200, started=4.0)
    line = JsonFormatter().request(exchange)
    assert line == JsonFormatter().format(AccessRecord(exchange))
    assert json.loads(line)["key"] == "k\n"


async def test_requests_go_to_the_sink_and_gather_there(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr("s3gw.http.access_log._sink", None)
    caplog.set_level(logging.INFO, "s3gw.access")
    stream, lines = io.StringIO(), JsonFormatter()
    handler = Gathering(stream)
    access_log.write_to(lambda exchange: handler.add(lines.request(exchange)))
    request: Any = SimpleNamespace(method="GET", remote="127.0.0.1", headers={})
    for key in "ab":
        access_log.record(Exchange(request, operation="GetObject", bucket="b", key=key, status=200))
    access_log.record(Exchange(request, operation=access_log.HEALTH, status=200))
    assert stream.getvalue() == ""
    handler.flush()
    assert [json.loads(line)["key"] for line in stream.getvalue().splitlines()] == ["a", "b"]


def test_a_record_of_a_request_has_what_any_formatter_may_print() -> None:
    request: Any = SimpleNamespace(method="GET", remote="127.0.0.1", headers={})
    record = AccessRecord(Exchange(request, operation="GetObject", bucket="b", key="k", status=200))
    plain = logging.LogRecord("s3gw.access", logging.INFO, "", 0, "", (), None)
    assert set(plain.__dict__) <= set(record.__dict__)
    everything = logging.Formatter(" ".join(f"%({name})s" for name in plain.__dict__) + " %(message)s")
    assert "GetObject b/k 200" in everything.format(record)
