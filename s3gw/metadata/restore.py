"""Reads an export back into an empty database."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from datetime import datetime
from typing import Any

from s3gw.db import migrations, restoring
from s3gw.db.restoring import Loader
from s3gw.errors import ConfigError, Damaged
from s3gw.metadata.dump import Exported
from s3gw.metadata.format import Buffer, Kind, Reader
from s3gw.sealing import Masters

_PAUSED = "sightings"
"""The job that removes files which no row names: those that were written after the export, too."""


async def restore(
    url: str,
    masters: Masters,
    source: AsyncIterator[Buffer],
    *,
    unsealed: bool = False,
    advance: Callable[[int], None] = lambda _: None,
) -> Exported:
    """Fill the empty database at `url` with an export: all of it or nothing. `advance` is told of bytes.

    One that is not sealed is taken where no master key is known, or it is to be `unsealed`: whoever can write
    to a backend could otherwise put another there.
    The database is then of this release, numbers go on behind those that may have been given out since the
    export, and the job that removes unnamed files is paused. Raises ConfigError where the database is not
    empty or the export of a later release, Sealed without its master key, Damaged, Unavailable.
    """
    reader = Reader(source)
    head = await reader.begin()
    try:
        schema, store = int(head["schema"]), str(head["store"])
        made_at = datetime.fromisoformat(str(head["made_at"]))
    except (KeyError, ValueError):
        raise Damaged("the head of the export is damaged") from None
    if head.get("master") is None and masters.ids and not unsealed:
        raise ConfigError(
            "restore: the export is not sealed, though there is a master key, by which exports are sealed; "
            "where it was made before there was one, say --unsealed"
        )
    async with restoring.loading(url, schema) as loader:
        filling = _Filling(loader, advance)
        async for kind, block in reader.blocks(masters):
            await filling.take(kind, block)
        await loader.pause(_PAUSED)
    await migrations.migrate(url)
    return Exported(
        store, made_at, schema, sum(filling.counts.values()), filling.bytes, head["master"] is not None
    )


class _Filling:
    """What was loaded so far."""

    def __init__(self, loader: Loader, advance: Callable[[int], None]) -> None:
        self._loader = loader
        self._advance = advance
        self._table: dict[str, Any] | None = None
        self.counts: dict[str, int] = {}
        self.bytes = 0

    async def take(self, kind: Kind, block: bytes) -> None:
        match kind:
            case Kind.TABLE:
                self._table = json.loads(block)
                self.counts[self._table["name"]] = 0
            case Kind.ROWS:
                if self._table is None:
                    raise Damaged("the export has rows of no table")
                name = self._table["name"]
                self.counts[name] += await self._loader.rows(name, self._table["columns"], block)
                self.bytes += len(block)
                self._advance(len(block))
            case Kind.SEQUENCES:
                await self._loader.advance(json.loads(block))
            case Kind.END:
                if json.loads(block)["rows"] != self.counts:
                    raise Damaged("the export does not have the rows that it says it has")
