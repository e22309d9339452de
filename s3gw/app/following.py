"""The backends of one process, which follow the database: what a command adds is opened, reserves are heeded.

Nothing is closed meanwhile: one that was removed is empty, and nobody asks for it any more.
"""

from __future__ import annotations

import asyncio
import logging

from s3gw import backend_url
from s3gw.app.adoption import DEAD, Place, confirmed
from s3gw.backends.base import Backend, Reserve
from s3gw.backends.observed import Observer
from s3gw.backends.opening import open_observed
from s3gw.backends.resilience import Policy
from s3gw.backends.several import Several
from s3gw.config import Settings
from s3gw.db import instances
from s3gw.db.instances import BackendRow
from s3gw.db.pool import Database
from s3gw.errors import ConfigError, GatewayError

log = logging.getLogger("s3gw.app")

FOLLOW = 5.0
"""Seconds between two looks at the rows."""


class Followed:
    """Opens backends for one process, and keeps up with what people change about them."""

    def __init__(
        self, db: Database, places: tuple[Place, ...], settings: Settings, observer: Observer | None
    ) -> None:
        self._db = db
        self._settings = settings
        self._observer = observer
        self._policy = Policy(
            settings.backend_timeout,
            settings.backend_attempts,
            settings.backend_calls,
            settings.backend_failures,
            settings.backend_down,
        )
        self._reserves: dict[int, Reserve] = {}
        self._locations = {place.row.id: place.location for place in places}
        self._lock = asyncio.Lock()
        self._trials: dict[int, asyncio.Task[None]] = {}
        self._refused: dict[int, str] = {}
        opened = {place.row.id: self._open(place) for place in places}
        self.backends = Several(opened, {place.row.id: place.row.name for place in places})
        self.backends.look = self.look

    async def look(self) -> None:
        """Open what was added, and heed the reserves as they are now. Raises Unavailable."""
        async with self._lock:
            for row in await instances.backends(self._db):
                if row.id in self._reserves:
                    self._reserves[row.id].bytes = self._reserve(row)
                elif row.managed and row.state != DEAD:
                    await self._join(row)

    async def run(self) -> None:
        """Look again and again."""
        while True:
            await asyncio.sleep(FOLLOW)
            try:
                await self.look()
            except GatewayError as error:
                log.info("what became of the backends is not known: %s", error)
            self.try_again()

    def try_again(self) -> None:
        """See what became of those that are down: nobody else may ask them for anything for long."""
        for number, backend in self.backends.items():
            if backend.is_down and number not in self._trials:
                self._trials[number] = asyncio.create_task(self._try(number, backend), name="try a backend")

    async def _try(self, number: int, backend: Backend) -> None:
        try:
            await backend.try_again()
        except (GatewayError, OSError) as error:
            log.debug("backend %d is still down: %s", number, error)
        finally:
            del self._trials[number]

    async def close(self) -> None:
        """Close all that were opened."""
        trials = list(self._trials.values())
        for trial in trials:
            trial.cancel()
        await asyncio.gather(*trials, return_exceptions=True)
        for backend in self.backends.values():
            await backend.close()

    async def _join(self, row: BackendRow) -> None:
        """Open it if it is there; what is wrong is said once."""
        try:
            location = backend_url.parse(row.url, row.name)
            await confirmed(location, row)
        except (ConfigError, GatewayError) as error:
            if self._refused.get(row.id) != str(error):
                self._refused[row.id] = str(error)
                log.error("backend %s, which was added, cannot be used here: %s", row.name, error)  # noqa: TRY400
            return
        self._locations[row.id] = location
        self.backends.join(row.id, row.name, self._open(Place(row, location)))
        log.info("backend %s was added, and is used from now on", row.name)

    def _open(self, place: Place) -> Backend:
        row = place.row
        reserve = self._reserves[row.id] = Reserve(self._reserve(row))
        return open_observed(
            place.location, row.name, self._observer, self._policy, reserve=reserve, identity=row.identity
        )

    def _reserve(self, row: BackendRow) -> int:
        """As the settings say of this place, else as the row does, else as the settings say of all."""
        own = getattr(self._locations.get(row.id), "reserve", None)
        return next(size for size in (own, row.reserve, self._settings.reserve) if size is not None)
