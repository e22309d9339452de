"""Where log lines go: to standard error, as JSON, or as text when a person is watching."""

from __future__ import annotations

import asyncio
import logging
import sys
from contextlib import suppress
from typing import TextIO

from s3gw.http import access_log
from s3gw.http.access_log import JsonFormatter, TextFormatter

FLUSH_AFTER = 0.05
"""Seconds for which lines may wait, so that many requests share one write."""


def configure(log_format: str) -> None:
    """Send the gateway's own records from INFO, and others' from WARNING, to standard error."""
    text = sys.stderr.isatty() if log_format == "auto" else log_format == "text"
    logging.logThreads = logging.logProcesses = logging.logMultiprocessing = False  # nobody prints them
    handler = Gathering(sys.stderr)
    lines = JsonFormatter()
    handler.setFormatter(TextFormatter() if text else lines)
    access_log.write_to(None if text else lambda exchange: handler.add(lines.request(exchange)))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("s3gw").setLevel(logging.INFO)


class Gathering(logging.StreamHandler[TextIO]):
    """Gathers lines below WARNING while an event loop runs; everything else is written at once."""

    def __init__(self, stream: TextIO) -> None:
        super().__init__(stream)
        self._lines: list[str] = []
        self._pending: asyncio.TimerHandle | None = None

    def add(self, line: str) -> None:
        """Write a line soon. In the event loop's thread."""
        self._lines.append(line + self.terminator)
        if self._pending is None:
            self._pending = asyncio.get_running_loop().call_later(FLUSH_AFTER, self.flush)

    def emit(self, record: logging.LogRecord) -> None:
        """Format the record, and write it now or soon."""
        try:
            self._lines.append(self.format(record) + self.terminator)
            if record.levelno >= logging.WARNING:
                self.flush()
            elif self._pending is None:
                self._pending = asyncio.get_running_loop().call_later(FLUSH_AFTER, self.flush)
        except RuntimeError:  # no loop runs in this thread
            self.flush()

    def flush(self) -> None:
        """Write what was gathered."""
        if self._pending is not None:
            self._pending.cancel()
            self._pending = None
        lines, self._lines = self._lines, []
        with suppress(OSError):  # a full disk or a closed pipe: there is nowhere left to say so
            self.stream.write("".join(lines))
            super().flush()
