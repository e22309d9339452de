"""The marker of a directory of blobs: two small files that say whose it is.

    ROOT/store      the id of the store whose packs these are
    ROOT/backend    the id of this backend; missing in directories of release 0.1.0

Each is made once and never changed, so that of two gateways that mark one directory at once, one finds the
other's.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path
from uuid import UUID

from s3gw.backends.base import Marker
from s3gw.errors import Damaged


def read(root: Path) -> Marker | None:
    """The marker of a directory; None where it has none or is not there. Raises Damaged, OSError."""
    store = _read(root / "store")
    return None if store is None else Marker(store, identity(root))


def identity(root: Path) -> UUID | None:
    """The id of the backend alone."""
    return _read(root / "backend")


def write(root: Path, marker: Marker) -> Marker:
    """Give the directory, which must exist, a marker, or what is missing of one; the marker it has then."""
    _create(root / "store", marker.store)
    if marker.backend is not None and _read(root / "store") == marker.store:
        _create(root / "backend", marker.backend)
    found = read(root)
    assert found is not None
    return found


def _read(path: Path) -> UUID | None:
    try:
        return UUID(path.read_text().strip())
    except FileNotFoundError:
        return None
    except ValueError:
        raise Damaged(f"{path} is not readable as an id; restore it") from None


def _create(path: Path, value: UUID) -> None:
    """Make the file, wholly and durably, unless it is there."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(handle, "w") as file:
            file.write(f"{value}\n")
            file.flush()
            os.fsync(handle)
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(draft)
    finally:
        draft.unlink()
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
