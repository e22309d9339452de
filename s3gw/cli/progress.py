"""How far a long command is: a bar on a terminal, a line now and then elsewhere."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic

from s3gw.cli.output import size
from s3gw.jobs.job import Progress

_WIDTH = 30
_REDRAW = 0.2
"""Seconds between two drawings of the bar."""
_LINE = 10.0
"""Seconds between two lines where nobody watches."""


@asynccontextmanager
async def shown(what: str, progress: Progress) -> AsyncIterator[None]:
    """Show `progress`, whose amounts are bytes, on standard error while the context lasts."""
    showing = asyncio.create_task(_show(what, progress, terminal=sys.stderr.isatty()))
    try:
        yield
    finally:
        showing.cancel()
        await asyncio.gather(showing, return_exceptions=True)


async def _show(what: str, progress: Progress, *, terminal: bool) -> None:
    began = monotonic()
    try:
        while True:
            await asyncio.sleep(_REDRAW if terminal else _LINE)
            line = text(what, progress, monotonic() - began)
            sys.stderr.write(f"\r{line}\x1b[K" if terminal else f"{line}\n")
            sys.stderr.flush()
    finally:
        if terminal:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()


def text(what: str, progress: Progress, seconds: float) -> str:
    """A bar with the part that is done, and how fast it goes; only the amount where the whole is unknown."""
    done = progress.done or 0
    rate = f"{size(int(done / seconds))}/s" if seconds > 0 else ""
    if not progress.total:
        return f"{what}: {size(done)} {rate}".rstrip()
    part = min(1.0, done / progress.total)
    bar = "#" * round(part * _WIDTH)
    return f"{what} [{bar:.<{_WIDTH}}] {part:4.0%} {size(done)} of {size(progress.total)} {rate}".rstrip()
