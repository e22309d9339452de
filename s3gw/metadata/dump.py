"""Writes an export: every table as it is at one moment, while gateways go on."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from importlib.metadata import version

from s3gw import sealing
from s3gw.db import exporting
from s3gw.db.pool import Database
from s3gw.metadata.format import Kind, Sink, Writer
from s3gw.sealing import Masters

_BLOCK = 1 << 20
"""Bytes of rows that are gathered to one block, which ends with a row."""
_SALT = 16


@dataclass(frozen=True, slots=True)
class Exported:
    """What an export holds."""

    store: str
    made_at: datetime
    """The moment of which it is, by the database's clock."""
    schema: int
    rows: int
    bytes: int
    """Of rows as text, neither compressed nor sealed."""
    sealed: bool
    """Whether it takes the master key to be read."""


async def dump(
    db: Database,
    masters: Masters,
    sink: Sink,
    *,
    expect: Callable[[int], None] = lambda _: None,
    advance: Callable[[int], None] = lambda _: None,
) -> Exported:
    """Write all that the database knows to `sink`; sealed by the master key, where there is one.

    `expect` is told about how many bytes there are, `advance` how many were written. Memory does not depend
    on how much it is. Raises Unavailable.
    """
    master = masters.to_seal()
    async with exporting.snapshot(db) as snapshot:
        expect(sum(table.size for table in snapshot.tables))
        head = {
            "store": str(snapshot.store_id),
            "made_at": snapshot.made_at.isoformat(),
            "schema": snapshot.schema,
            "release": version("s3gw"),
            "master": None if master is None else sealing.master_id(master),
        }
        writer = await Writer.begin(sink, head, master, os.urandom(_SALT))
        counts: dict[str, int] = {}
        size = 0
        for table in snapshot.tables:
            await writer.document(Kind.TABLE, {"name": table.name, "columns": list(table.columns)})
            rows = _Rows(writer, advance)
            await snapshot.rows(table, rows.take)
            await rows.flush()
            counts[table.name] = rows.count
            size += rows.bytes
        await writer.document(Kind.SEQUENCES, await snapshot.sequences())
        await writer.document(Kind.END, {"rows": counts})
    return Exported(
        str(snapshot.store_id),
        snapshot.made_at,
        snapshot.schema,
        sum(counts.values()),
        size,
        master is not None,
    )


class _Rows:
    """Gathers rows of a table to blocks. A line feed ends a row and stands nowhere else: COPY escapes it."""

    def __init__(self, writer: Writer, advance: Callable[[int], None]) -> None:
        self._writer = writer
        self._advance = advance
        self._held = bytearray()
        self.count = 0
        self.bytes = 0

    async def take(self, data: bytes) -> None:
        self._held += data
        if len(self._held) >= _BLOCK and (end := self._held.rfind(b"\n") + 1):
            await self._write(end)

    async def flush(self) -> None:
        if self._held:
            await self._write(len(self._held))

    async def _write(self, end: int) -> None:
        block = bytes(self._held[:end])
        del self._held[:end]
        self.count += block.count(b"\n")
        self.bytes += len(block)
        await self._writer.block(Kind.ROWS, block)
        self._advance(len(block))
