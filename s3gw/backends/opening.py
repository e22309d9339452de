"""Open the backend that a location names."""

from __future__ import annotations

from uuid import UUID

from s3gw.backend_url import AzureLocation, FileLocation, Location, S3Location
from s3gw.backends.base import Backend, Reserve
from s3gw.backends.disk import Disk
from s3gw.backends.observed import Observed, Observer
from s3gw.backends.resilience import Policy, guarded, resilient


def open_observed(
    location: Location,
    name: str,
    observer: Observer | None,
    policy: Policy,
    *,
    reserve: Reserve,
    identity: UUID | None,
) -> Backend:
    """The backend as a store uses it: bounded by `policy`, and every call told.

    An observer sees a call as the store does, repetitions and waiting included.
    """
    backend = open_backend(location, reserve=reserve, identity=identity, silence=policy.seconds)
    wrap = guarded if isinstance(location, FileLocation) else resilient
    backend = wrap(backend, policy)
    return backend if observer is None else Observed(backend, name, observer)


def open_backend(
    location: Location,
    *,
    reserve: Reserve | None = None,
    identity: UUID | None = None,
    silence: float | None = None,
) -> Backend:
    """The backend there, for one process. Nothing is made or asked yet.

    `identity` is what its marker must say whenever a blob is made; None where that is not known yet. After
    `silence` seconds without any sign of a service it is waited for no longer, where it would be.
    """
    match location:
        case FileLocation():
            return Disk(location.path, reserve=reserve or 0, make=False, identity=identity)
        case S3Location():
            from s3gw.backends.s3 import S3  # loads botocore

            return S3(location, silence=silence)
        case AzureLocation():
            from s3gw.backends.azure import Azure  # loads azure-storage-blob

            return Azure(location)
