"""One frozen settings object; from the command line, the environment, a TOML file, the defaults, in order.

Every setting has one name everywhere: `listen` is `--listen`, `S3GW_LISTEN` and `listen = …` in the file.
The exceptions are `secret_key` and `metrics_token`, which have no option, since every user of a machine can
read command lines.
"""

from __future__ import annotations

import ipaddress
import os
import tomllib
from collections.abc import Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any

from s3gw import backend_url, target_url
from s3gw.config_checks import CHUNKINGS, check
from s3gw.errors import ConfigError
from s3gw.settings import Margins, Settings
from s3gw.sizes import parse_size

__all__ = ["CHUNKINGS", "Margins", "Settings", "load", "parse_size"]

_SWITCH = {
    **dict.fromkeys(("1", "true", "on", "yes"), True),
    **dict.fromkeys(("0", "false", "off", "no"), False),
}
_SIZES = (
    "reserve",
    "database_reserve",
    "inline_limit",
    "minimum_rate",
    "max_header_size",
    "compact_rate",
    "rechunk_rate",
)
_TIMES = (
    "header_timeout",
    "keepalive_timeout",
    "body_timeout",
    "slow_answer",
    "collect_interval",
    "metrics_interval",
    "lifecycle_day",
    "notify_keep",
    "access_log_interval",
    "backend_timeout",
    "backend_down",
)
_NUMBERS = (
    "workers",
    "max_connections",
    "replicas",
    "write_quorum",
    "notify_limit",
    "export_keep",
    "backend_attempts",
    "backend_calls",
    "backend_failures",
)


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
    check(settings, _TIMES)
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
    if name in _SIZES:
        return parse_size(name, value)
    if name in _TIMES or name in (
        "shutdown_timeout",
        "job_rest",
        "compact_dead",
        "scrub_period",
        "export_interval",
    ):
        return _number(name, value)
    if name in _NUMBERS:
        return _integer(name, value)
    match name:
        case "data":
            return Path(str(value))
        case "notify":
            return target_url.parse_all(value)
        case "archive_hints" | "guard_connections" | "signature_v2" | "sse_c_over_http":
            if str(value).lower() not in _SWITCH:
                raise ConfigError(f"{name}: {value!r} is neither on nor off")
            return _SWITCH[str(value).lower()]
        case "backend":
            return backend_url.parse_all(value)
        case "domains" | "website_domains":
            items = value if isinstance(value, (list, tuple)) else str(value).split(",")
            return tuple(str(item).strip().lower() for item in items if str(item).strip())
        case "other_master_keys":
            items = value if isinstance(value, (list, tuple)) else str(value).split(",")
            return tuple(str(item).strip() for item in items if str(item).strip())
        case "trusted_proxies":
            items = value if isinstance(value, (list, tuple)) else str(value).split(",")
            return tuple(_network(name, str(item).strip()) for item in items if str(item).strip())
        case _:
            return str(value)


def _network(name: str, value: str) -> str:
    try:
        return str(ipaddress.ip_network(value, strict=False))
    except ValueError:
        raise ConfigError(f"{name}: {value!r} is neither an address nor a network") from None


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
