"""Rules for the whole run: where the process fixtures come from, and what a skip means."""

from __future__ import annotations

import logging
import os
from collections.abc import Generator, Iterator

import hypothesis
import pytest

from s3gw.app.logs import Gathering
from s3gw.http import access_log

pytest_plugins = ["tests.gateway", "tests.upstream", "tests.azurite", "tests.together"]

# How long an example takes tells of the machine, not of the code.
hypothesis.settings.register_profile("s3gw", deadline=None)
hypothesis.settings.load_profile("s3gw")

IN_CI = os.environ.get("CI", "").lower() in ("1", "true", "yes")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """In CI a skipped test has failed: there, everything that a test needs is there to be installed."""
    report = yield
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else report.longrepr
        report.outcome = "failed"
        report.longrepr = f"skipped, which CI does not allow: {reason}"
    return report


@pytest.fixture(autouse=True)
def _logging_is_left_as_it_was() -> Iterator[None]:
    """A command that runs in the test's process configures logging for the whole of it, with a handler whose
    stream is closed after the test."""
    loggers = (logging.getLogger(), logging.getLogger("s3gw"))
    levels = [logger.level for logger in loggers]
    parts = (logging.logThreads, logging.logProcesses, logging.logMultiprocessing)
    yield
    access_log.write_to(None)
    loggers[0].handlers[:] = [one for one in loggers[0].handlers if not isinstance(one, Gathering)]
    for logger, level in zip(loggers, levels, strict=True):
        logger.setLevel(level)
    logging.logThreads, logging.logProcesses, logging.logMultiprocessing = parts
