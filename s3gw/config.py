"""One frozen settings object; from the command line, the environment, a TOML file, the defaults, in this order.

Every setting has one name everywhere: `listen` is `--listen`, `S3GW_LISTEN` and `listen = …` in the file.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from s3gw.errors import ConfigError

CHUNKINGS = ("cdc-256k", "cdc-4m", "fixed-4m")


@dataclass(frozen=True, slots=True)
class Margins:
    """Every waiting time that deletion relies on, in seconds of the database's clock.

    None of them decides whether something may be deleted: the foreign keys do. They say when to try, and how
    long a slow reader may hold on to bytes that nothing names any more.
    """

    lease: float = 120.0
    """How long an upload or open pack may go without renewing before it counts as abandoned."""
    reader: float = 3600.0
    """How long replaced or deleted bytes stay readable for requests that began before."""
    tombstone: float = 3600.0
    """How long an emptied pack stays on its backend. At least the age of the oldest database backup that
    may be restored, where backups are to be restorable without loss."""
    sighting: float = 3600.0
    """How long a blob that no row names must go on being unnamed before it is removed."""
    completed_upload: float = 86400.0
    """How long CompleteMultipartUpload may be repeated."""


@dataclass(frozen=True, slots=True)
class Settings:
    """Settings of one gateway. Durations are seconds, sizes bytes."""

    data: Path = Path("data")
    listen: str = "127.0.0.1:9000"
    workers: int = 1
    database_url: str | None = None
    access_key: str | None = None
    secret_key: str | None = field(default=None, repr=False)
    region: str = "us-east-1"
    domains: tuple[str, ...] = ()
    """Host names under which a leading label names the bucket, such as "s3.example.com"."""
    chunking: str = "cdc-256k"
    archive_hints: bool = True
    reserve: int = 1 << 30
    """Free bytes below which a disk takes no more writes."""
    inline_limit: int = 8192
    """Stored bytes up to which an object's new chunks stay in the database."""
    header_timeout: float = 30.0
    body_timeout: float = 60.0
    """How long a body may stall, either way, before the connection is closed."""
    minimum_rate: int = 1024
    """Bytes a second that a body must average after its first minute."""
    shutdown_timeout: float = 30.0
    max_connections: int = 4096
    collect_interval: float = 60.0
    margins: Margins = field(default_factory=Margins)

    @property
    def host_port(self) -> tuple[str, int]:
        """The address to listen on."""
        host, _, port = self.listen.rpartition(":")
        return host.strip("[]"), int(port)


_SIZE = re.compile(r"(\d+)\s*([KMGT]i?B?)?", re.IGNORECASE)
_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
_TRUE = {"1": True, "true": True, "on": True, "yes": True, "0": False, "false": False, "off": False, "no": False}


def load(arguments: Mapping[str, Any], environment: Mapping[str, str] | None = None) -> Settings:
    """Settings from parsed command-line `arguments` (None counts as not given) and the rest.

    The file is `--config`, else `S3GW_CONFIG`; it must exist where it is named. Raises ConfigError.
    """
    env = os.environ if environment is None else environment
    path = arguments.get("config") or env.get("S3GW_CONFIG")
    values = _read_file(Path(path)) if path else {}
    margins = values.pop("margins", {})
    names = {f.name for f in fields(Settings)} - {"margins"}
    unknown = set(values) - names
    if unknown:
        raise ConfigError(f"{path}: unknown setting {min(unknown)!r}; known are {', '.join(sorted(names))}")
    for name in names:
        variable = f"S3GW_{name.upper()}"
        if env.get(variable):
            values[name] = env[variable]
        if arguments.get(name) is not None:
            values[name] = arguments[name]
    settings = Settings(
        **{name: _convert(name, value) for name, value in values.items()}, margins=_margins(margins, env)
    )
    _check(settings)
    return settings


def _read_file(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text())
    except OSError as error:
        raise ConfigError(f"{path}: cannot be read: {error.strerror}") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: is not TOML: {error}") from None


def _margins(values: Any, env: Mapping[str, str]) -> Margins:
    known = {f.name for f in fields(Margins)}
    if not isinstance(values, dict) or set(values) - known:
        raise ConfigError(f"[margins] takes {', '.join(sorted(known))}")
    merged = dict(values)
    for name in known:
        if given := env.get(f"S3GW_MARGIN_{name.upper()}"):
            merged[name] = given
    return Margins(**{name: _number(f"margins.{name}", value) for name, value in merged.items()})


def _convert(name: str, value: Any) -> Any:
    match name:
        case "data":
            return Path(str(value))
        case "workers" | "max_connections":
            return _integer(name, value)
        case "reserve" | "inline_limit" | "minimum_rate":
            return _size(name, value)
        case "header_timeout" | "body_timeout" | "shutdown_timeout" | "collect_interval":
            return _number(name, value)
        case "archive_hints":
            if isinstance(value, bool):
                return value
            if str(value).lower() not in _TRUE:
                raise ConfigError(f"{name}: {value!r} is neither on nor off")
            return _TRUE[str(value).lower()]
        case "domains":
            items = value if isinstance(value, (list, tuple)) else str(value).split(",")
            return tuple(item.strip().lower() for item in items if item.strip())
        case _:
            return str(value)


def _integer(name: str, value: Any) -> int:
    try:
        return int(str(value))
    except ValueError:
        raise ConfigError(f"{name}: {value!r} is not a whole number") from None


def _number(name: str, value: Any) -> float:
    try:
        number = float(str(value))
    except ValueError:
        raise ConfigError(f"{name}: {value!r} is not a number of seconds") from None
    if not 0 <= number < 1e9:
        raise ConfigError(f"{name}: {value!r} is out of bounds")
    return number


def _size(name: str, value: Any) -> int:
    found = _SIZE.fullmatch(str(value).strip())
    if not found:
        raise ConfigError(f"{name}: {value!r} is not a size such as 4096, 64M or 1GiB")
    return int(found[1]) * _UNITS[(found[2] or "")[:1].upper()]


def _check(settings: Settings) -> None:
    host, _, port = settings.listen.rpartition(":")
    if not host or not port.isdigit() or int(port) > 65535:
        raise ConfigError(f"listen: {settings.listen!r} is not HOST:PORT")
    if settings.chunking not in CHUNKINGS:
        raise ConfigError(f"chunking: {settings.chunking!r} is none of {', '.join(CHUNKINGS)}")
    if not 1 <= settings.workers <= 64:
        raise ConfigError("workers: must be from 1 to 64")
    if (settings.access_key is None) != (settings.secret_key is None):
        raise ConfigError("access_key and secret_key: give both or neither")
    if settings.access_key is not None and (len(settings.access_key) < 3 or len(settings.secret_key or "") < 8):
        raise ConfigError("access_key takes at least 3 characters, secret_key at least 8")
