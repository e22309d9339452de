"""Which backend of the database each given location is.

A backend is known by the marker that it carries, not by its URL: one that moved is found again, one of
another database is refused, and a directory that is empty because nothing is mounted there is not taken for a
new one.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from uuid import UUID, uuid4

from s3gw import backend_url
from s3gw.backend_url import Location
from s3gw.backends.base import Backend, Marker
from s3gw.backends.opening import open_backend
from s3gw.db import backends, instances, packs
from s3gw.db.instances import BackendRow
from s3gw.db.pool import Database
from s3gw.errors import BlobNotFound, ConfigError, Damaged

DEAD = "dead"
"""State of a backend that is lost: nobody has to name it."""


@dataclass(frozen=True, slots=True)
class Place:
    """A backend of the database, and where it is."""

    row: BackendRow
    location: Location


async def adopt(
    db: Database, locations: Sequence[Location], *, spare: Location | None = None
) -> tuple[Place, ...]:
    """Find the given backends in the database; mark and register those that are new.

    Call it within `instances.starting`. `spare` is a backend of this gateway's own that was not given: where
    it was registered and never used, it is forgotten. Raises ConfigError where a backend is another
    database's, has gone, or is missing among `locations`; Unavailable where one does not answer.
    """
    book = await _Book.read(db)
    known, new = await book.sort_out(locations)
    await book.add_managed(known)
    if spare is not None and (row := await book.find(spare)) and row.id not in {*known, *book.used}:
        await instances.forget_backend(db, row.id)
        book.rows.remove(row)
    book.refuse_missing(known)
    places = [await book.follow(book.row(number), location) for number, location in known.items()]
    for location, marker in new:
        places.append(await book.add(location, marker))
    return tuple(sorted(places, key=lambda place: place.row.id))


async def recognise(db: Database, locations: Sequence[Location]) -> tuple[Place, ...]:
    """As `adopt`, for a command: nothing is marked, registered or changed, and there must be no new one."""
    book = await _Book.read(db)
    known, new = await book.sort_out(locations)
    for location, _ in new:
        raise ConfigError(f"backend: {location.url} is no backend of this database")
    await book.add_managed(known)
    book.refuse_missing(known)
    return tuple(Place(book.row(number), location) for number, location in known.items())


async def confirmed(location: Location, row: BackendRow) -> None:
    """Raise ConfigError unless that backend of the database is there, Unavailable where nothing answers."""
    async with _asked(location) as backend:
        marker = await backend.marker()
    if marker is None or marker.backend != row.identity:
        raise ConfigError(f"backend: {row.url} is not {row.name!r}; is it mounted?")


async def add_backend(db: Database, location: Location, weight: int, reserve: int | None = None) -> None:
    """Mark and register a further backend, which gateways open without being given it.

    Call it within `instances.starting`. Raises ConfigError where it is one of this database's, or another's.
    """
    book = await _Book.read(db)
    known, new = await book.sort_out([location])
    if known:
        raise ConfigError(f"backend: {location.url} is {book.row(next(iter(known))).name!r} already")
    for place, marker in new:
        added = await book.add(place, marker)
        await backends.manage(db, added.row.id, weight, reserve)


@dataclass(slots=True)
class _Book:
    """The database's backends."""

    db: Database
    store: UUID
    rows: list[BackendRow]
    used: frozenset[int]

    @classmethod
    async def read(cls, db: Database) -> _Book:
        used = frozenset(await instances.used_backends(db))
        return cls(db, await packs.store_id(db), await instances.backends(db), used)

    def row(self, number: int) -> BackendRow:
        return next(row for row in self.rows if row.id == number)

    async def sort_out(
        self, locations: Iterable[Location]
    ) -> tuple[dict[int, Location], list[tuple[Location, Marker | None]]]:
        """The known ones by the ids of their rows, and the new ones with what they are marked with."""
        known: dict[int, Location] = {}
        new: list[tuple[Location, Marker | None]] = []
        for location in locations:
            async with _asked(location) as backend:
                marker = await backend.marker()
                row = await self._match(location, backend, marker)
            if row is None:
                new.append((location, marker))
            elif row.id in known:
                raise ConfigError(f"backend: {known[row.id].url} and {location.url} are the same one")
            else:
                known[row.id] = location
        return known, new

    async def find(self, location: Location) -> BackendRow | None:
        """The row of a backend that need not be there or be any of ours."""
        with suppress(ConfigError):
            known, _ = await self.sort_out([location])
            return next((self.row(number) for number in known), None)
        return None

    async def _match(self, location: Location, backend: Backend, marker: Marker | None) -> BackendRow | None:
        """The row of a backend; None where it is new."""
        here = next((row for row in self.rows if row.url == location.url), None)
        if marker is None:
            if here is None:
                return None
            # The library registers its directory without marking it.
            if here.identity is None and (here.id not in self.used or await _has_blobs(backend)):
                return here
            raise ConfigError(
                f"backend: {location.url} is where the packs of {here.name!r} were, and there are none; "
                "is it mounted?"
            )
        if marker.store != self.store:
            raise ConfigError(
                f"backend: {location.url} holds the packs of another database (store {marker.store})"
            )
        if marker.backend is not None:
            by_identity = [row for row in self.rows if row.identity == marker.backend]
            return by_identity[0] if by_identity else None
        # Marked by release 0.1.0, which had one backend a database.
        unnamed = [row for row in self.rows if row.identity is None]
        return here if here in unnamed else next(iter(unnamed), None)

    async def add_managed(self, known: dict[int, Location]) -> None:
        """Find those that a command added, where they are by their rows."""
        for row in self.rows:
            if row.managed and row.id not in known and row.state != DEAD:
                found, _ = await self.sort_out([backend_url.parse(row.url, row.name)])
                if row.id not in found:
                    raise ConfigError(
                        f"backend: {row.url} is not {row.name!r} any more; give where it is now"
                    )
                known.update(found)

    def refuse_missing(self, known: Mapping[int, Location]) -> None:
        """Refuse to start without a backend: what is on it could not be read."""
        for row in self.rows:
            if row.id not in known and row.state != DEAD:
                raise ConfigError(
                    f"backend: packs of this database belong on {row.name!r}, which was not given; "
                    f"add --backend {row.url}, or where it is now"
                )

    async def follow(self, row: BackendRow, location: Location) -> Place:
        """Keep up with a backend that moved, was renamed, or has no marker of its own yet."""
        identity = row.identity or await self._mark(location, uuid4())
        name = self._name(location, row)
        if (row.name, row.url, row.identity) != (name, location.url, identity):
            row = await instances.update_backend(self.db, row.id, name, location.url, identity)
        return Place(row, location)

    async def add(self, location: Location, marker: Marker | None) -> Place:
        """Register a new backend. Its marker is set first: a row without a marker means a lost backend."""
        identity = (marker and marker.backend) or await self._mark(location, uuid4())
        row = await instances.add_backend(self.db, self._name(location), location.url, identity)
        self.rows.append(row)
        return Place(row, location)

    async def _mark(self, location: Location, identity: UUID) -> UUID:
        async with _asked(location) as backend:
            marker = await backend.mark(Marker(self.store, identity))
        if marker.store != self.store or marker.backend is None:
            raise ConfigError(f"backend: {location.url} was taken by another database just now")
        return marker.backend

    def _name(self, location: Location, row: BackendRow | None = None) -> str:
        """What the backend is called: as given, as before, or by where it is."""
        others = {other.name for other in self.rows if row is None or other.id != row.id}
        if location.name is not None:
            if location.name in others:
                raise ConfigError(f"backend: another one is called {location.name!r} already")
            return location.name
        if row is not None:
            return row.name
        numbered = (f"{location.label}-{number}" for number in range(2, len(others) + 3))
        return next(name for name in (location.label, *numbered) if name not in others)


@asynccontextmanager
async def _asked(location: Location) -> AsyncIterator[Backend]:
    """The backend for a few questions; what it is not fit for is said in one line."""
    backend = open_backend(location)
    try:
        yield backend
    except Damaged as error:
        raise ConfigError(f"backend: {error}") from None
    except OSError as error:
        raise ConfigError(f"backend: {location.url}: {error.strerror}") from None
    finally:
        await backend.close()


async def _has_blobs(backend: Backend) -> bool:
    with suppress(BlobNotFound):
        async for _ in backend.list():
            return True
    return False
