"""Open the backend that a location names."""

from __future__ import annotations

from uuid import UUID

from s3gw.backend_url import FileLocation, Location
from s3gw.backends.base import Backend
from s3gw.backends.disk import Disk
from s3gw.errors import ConfigError


def open_backend(location: Location, *, reserve: int = 0, identity: UUID | None = None) -> Backend:
    """The backend there, for one process. Nothing is made or asked yet.

    `identity` is what its marker must say whenever a blob is made; None where that is not known yet.
    """
    match location:
        case FileLocation():
            return Disk(location.path, reserve=reserve, make=False, identity=identity)
    raise ConfigError(f"backend: {location.url}: this release keeps packs in file:///path only")
