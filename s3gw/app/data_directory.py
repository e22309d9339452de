"""The directory in which a gateway keeps what is its own: its lock, its identity, its root key.

DATA/
  lock            held by the one running gateway
  instance        the gateway's id, which leases in the database are bound to
  root-key.json   the generated root key, mode 600
  master-key      the generated master key in base64, mode 600
  master-key-next     the one that it is being changed to
  master-key-old-ID   those that it was before
  pg/             the embedded PostgreSQL
  packs/          the local disk backend, where no other is given
"""

from __future__ import annotations

import fcntl
import json
import os
import secrets
import string
import uuid
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Self

from s3gw import sealing
from s3gw.config import Settings
from s3gw.errors import ConfigError
from s3gw.sealing import Masters

_LETTERS = string.ascii_uppercase + string.digits
_SECRET = string.ascii_letters + string.digits
_MASTER, _NEXT, _OLD = "master-key", "master-key-next", "master-key-old-"


@dataclass(frozen=True, slots=True)
class Credentials:
    """The root account's key."""

    access_key: str
    secret_key: str = field(repr=False)
    generated: bool = False
    """Whether the gateway made it up itself, and keeps it."""


class DataDirectory:
    """An opened data directory; the lock is held by whoever asked for it until the process ends."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock: int | None = None

    @classmethod
    def create(cls, path: Path) -> Self:
        """The directory, created for its owner alone where it is missing. Raises ConfigError."""
        try:
            missing = [one for one in (path, *path.parents) if not one.exists()]
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            for one in missing:
                _sync(one.parent)
            return cls(path.resolve(strict=True))
        except OSError as error:
            raise ConfigError(f"data: {path}: {error.strerror}") from None

    @classmethod
    def existing(cls, path: Path) -> Self:
        """The directory of a gateway that was started before. Raises ConfigError where there is none."""
        if not path.is_dir():
            raise ConfigError(f"data: {path}: no gateway has been started there")
        return cls(path.resolve())

    @property
    def packs(self) -> Path:
        """Where the local disk backend keeps its packs."""
        return self.path / "packs"

    def lock(self) -> None:
        """Be the one gateway of this directory until the process ends. Raises ConfigError where one runs."""
        try:
            handle = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise ConfigError(f"data: {self.path}: {error.strerror}") from None
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            holder = os.read(handle, 32).decode(errors="replace").strip()
            os.close(handle)
            by = f" (process {holder})" if holder.isdigit() else ""
            raise ConfigError(f"data: {self.path} is in use by another gateway{by}") from None
        os.ftruncate(handle, 0)
        os.pwrite(handle, f"{os.getpid()}\n".encode(), 0)
        self._lock = handle

    def unlock(self) -> None:
        """Let the next gateway have the directory."""
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def instance_id(self) -> uuid.UUID:
        """The id of the gateway that lives here, made up once."""
        path = self.path / "instance"
        try:
            return uuid.UUID(path.read_text().strip())
        except FileNotFoundError:
            made = uuid.uuid4()
            _write(path, f"{made}\n")
            return made
        except (OSError, ValueError):
            raise ConfigError(f"{path}: is not readable as the id of a gateway") from None

    def credentials(self, settings: Settings) -> Credentials:
        """The root key: the one in the settings, else the one kept here, generated once."""
        if settings.access_key is not None and settings.secret_key is not None:
            return Credentials(settings.access_key, settings.secret_key)
        path = self.path / "root-key.json"
        try:
            kept = json.loads(path.read_text())
            return Credentials(str(kept["access_key"]), str(kept["secret_key"]), generated=True)
        except FileNotFoundError:
            access = "S3GW" + "".join(secrets.choice(_LETTERS) for _ in range(16))
            secret = "".join(secrets.choice(_SECRET) for _ in range(40))
            _write(path, json.dumps({"access_key": access, "secret_key": secret}) + "\n")
            return Credentials(access, secret, generated=True)
        except (OSError, ValueError, KeyError, TypeError):
            raise ConfigError(f"{path}: is not readable as a root key; restore it, or remove it") from None

    def master_key(self, settings: Settings, *, make: bool = False) -> bytes | None:
        """The master key: the one in the settings, else the one kept here; `make` generates one where there
        is none."""
        if settings.master_key is not None:
            return sealing.parse_master(settings.master_key)
        path = self.path / _MASTER
        master = self._read_master(path)
        if master is None and make:
            master = sealing.new_master()
            _write(path, sealing.show_master(master) + "\n")
        return master

    def masters(self, settings: Settings) -> Masters:
        """All master keys, as they are whenever one is asked for."""
        return Masters(partial(self.master_keys, settings))

    def master_keys(self, settings: Settings) -> list[bytes]:
        """The master keys, the one that seals first. Raises ConfigError for a file that holds none."""
        if settings.master_key is not None:
            return list(map(sealing.parse_master, (settings.master_key, *settings.other_master_keys)))
        paths = [self.path / _MASTER, self.path / _NEXT, *sorted(self.path.glob(f"{_OLD}*"))]
        found = [self._read_master(path) for path in paths]
        return [master for master in found if master is not None]

    def next_master(self) -> bytes:
        """The master key to change to: made, or the one that an earlier attempt has made."""
        path = self.path / _NEXT
        master = self._read_master(path)
        if master is None:
            master = sealing.new_master()
            _write(path, sealing.show_master(master) + "\n")
        return master

    def change_master(self) -> Path:
        """Have the next master key be the one that seals, once all is sealed by it; where the old one is.

        Cut off at any point, every key that was there still is.
        """
        path = self.path / _MASTER
        old = self._read_master(path)
        assert old is not None
        kept = self.path / f"{_OLD}{sealing.master_id(old)}"
        if not kept.exists():
            _write(kept, sealing.show_master(old) + "\n")
        try:
            (self.path / _NEXT).rename(path)
            _sync(self.path)
        except OSError as error:
            raise ConfigError(f"{path}: cannot be written: {error.strerror}") from None
        return kept

    def _read_master(self, path: Path) -> bytes | None:
        try:
            return sealing.parse_master(path.read_text())
        except FileNotFoundError:
            return None
        except (OSError, ValueError):
            raise ConfigError(f"{path}: is not readable as a master key; restore it") from None


def _write(path: Path, text: str) -> None:
    """Create a file for its owner alone, wholly or not at all, and durably."""
    draft = path.with_name(f"{path.name}.{secrets.token_hex(4)}")
    try:
        handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(text)
            file.flush()
            os.fsync(handle)
        draft.rename(path)
        _sync(path.parent)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise ConfigError(f"{path}: cannot be written: {error.strerror}") from None


def _sync(directory: Path) -> None:
    """Make the names in a directory durable."""
    handle = os.open(directory, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
