"""What in the tables does not fit together, without a look at any pack.

Nothing that a running gateway does is taken for a fault: each check is one statement, which sees one moment,
and what it finds counts only where it is found again a little later.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Sequence
from typing import TypeVar

from s3gw.config import Margins
from s3gw.db import checking, scrub
from s3gw.db.checking import CHECKS, Check
from s3gw.db.pool import Database
from s3gw.fsck.findings import Finding

AGAIN = 1.0
"""Seconds between two looks at what seems wrong."""
_WINDOWS = {"manifests": 128, "chunks": 8192, "packs": 1024}
_KEYS = 2048
_PATIENCE = 3600.0
"""Seconds by which jobs may be late."""

T = TypeVar("T", bound=Hashable)


async def check(db: Database, margins: Margins, copies: int, most: int) -> AsyncIterator[Finding]:
    """Everything. `copies` is how many a pack should have; at most `most` objects are told with a finding."""
    for one in CHECKS:
        async for finding in _by_id(db, one, copies, most):
            yield finding
    for table in checking.BODIES:
        async for finding in _by_key(db, table):
            yield finding
    if loose := await checking.loose_pieces(db):
        yield Finding("pieces-leaked", f"{len(loose)} lists of pieces", f"the first is {loose[0]}", ids=loose)
    for sequence, (last, used) in (await checking.behind(db)).items():
        yield Finding(
            "numbers-behind", f"sequence {sequence}", f"it is at {last}, and {used} is in use", ids=[used]
        )
    for table, count in (await checking.overdue(db, margins.reader, margins.tombstone, _PATIENCE)).items():
        yield Finding("overdue", table, f"{count} rows")


async def _by_id(db: Database, one: Check, copies: int, most: int) -> AsyncIterator[Finding]:
    after = 0
    while (until := await checking.window(db, one.table, after, _WINDOWS[one.table])) is not None:

        async def look(after: int = after, until: int = until) -> Sequence[checking.Wrong]:
            return await checking.wrong(db, one, after, until, copies)

        for found in await _twice(look):
            objects: list[str] = []
            if one.kind == "manifest-broken":
                objects = [lost.address for lost in await scrub.needing(db, [], most, [found.id])]
            elif one.kind == "chunk-impossible":
                objects = [lost.address for lost in await scrub.needing(db, [found.id], most)]
            subject = f"{one.table.removesuffix('s')} {found.id}"
            yield Finding(one.kind, subject, found.what, objects, ids=[found.id])
        after = until


async def _by_key(db: Database, table: str) -> AsyncIterator[Finding]:
    after = (0, "")
    while (until := await checking.key_window(db, table, after, _KEYS)) is not None:

        async def look(
            after: tuple[int, str] = after, until: tuple[int, str] = until
        ) -> Sequence[checking.WrongBody]:
            return await checking.wrong_bodies(db, table, after, until)

        for found in await _twice(look):
            address = f"s3://{found.bucket}/{found.key}"
            if table == "uploads":
                yield Finding("body-wrong", f"part {found.version} of {address}", found.what)
            else:
                address = f"{address} (version {found.version})"
                yield Finding("body-wrong", address, found.what, [address])
        after = until


async def _twice(look: Callable[[], Awaitable[Sequence[T]]]) -> Sequence[T]:
    """What both of two looks find."""
    first = await look()
    if not first:
        return first
    await asyncio.sleep(AGAIN)
    again = set(await look())
    return [one for one in first if one in again]
