"""Where log lines go: to standard error, as JSON, or as text when a person is watching."""

from __future__ import annotations

import logging
import sys

from s3gw.http.access_log import JsonFormatter, TextFormatter


def configure(log_format: str) -> None:
    """Send the gateway's own records from INFO, and others' from WARNING, to standard error."""
    text = sys.stderr.isatty() if log_format == "auto" else log_format == "text"
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(TextFormatter() if text else JsonFormatter())
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("s3gw").setLevel(logging.INFO)
