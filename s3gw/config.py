"""One frozen settings object; from the command line, the environment, a TOML file, the defaults, in order.

Every setting has one name everywhere: `listen` is `--listen`, `S3GW_LISTEN` and `listen = …` in the file.
The exceptions are `secret_key` and `metrics_token`, which have no option, since every user of a machine can
read command lines.
"""

from __future__ import annotations

import ipaddress
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from s3gw import backend_url, sealing, target_url
from s3gw.errors import ConfigError

CHUNKINGS = ("cdc-256k", "cdc-64k", "cdc-4m", "fixed-4m")
LOG_FORMATS = ("auto", "json", "text")
NEW_BUCKETS = ("closed", "open")

# Secrets that other servers or their documentation ship: public, hence no protection on a network.
WELL_KNOWN_SECRETS = frozenset(
    {
        "12345678",
        "accesskey",
        "administrator",
        "changeme",
        "changeme123",
        "minio123",
        "minioadmin",
        "password",
        "password123",
        "rustfsadmin",
        "secretkey",
        "some_secret_key1",
        "supersecret",
        "test-secret",
        "verysecret",
        "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
    }
)


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
    backend: tuple[backend_url.Location, ...] = ()
    """Where packs are; none given: `packs` in the data directory."""
    access_key: str | None = None
    secret_key: str | None = field(default=None, repr=False)
    master_key: str | None = field(default=None, repr=False)
    """Seals what the database must not reveal: 32 bytes in base64 or hexadecimal."""
    other_master_keys: tuple[str, ...] = field(default=(), repr=False)
    """Further ones that open what they have sealed, while the master key is changed."""
    region: str = "us-east-1"
    regions: tuple[str, ...] = ()
    """Further regions that clients may sign for and make buckets in."""
    domains: tuple[str, ...] = ()
    """Host names under which a leading label names the bucket, such as "s3.example.com"."""
    website_listen: str | None = None
    """Where static websites are served by themselves; the host that is asked for names the bucket."""
    website_domains: tuple[str, ...] = ()
    """Host names under which a leading label names a bucket whose website is asked for, on any port."""
    trusted_proxies: tuple[str, ...] = ()
    """Addresses or networks of proxies whose X-Forwarded-For and X-Forwarded-Proto are believed."""
    sse_c_over_http: bool = True
    """Whether customers' keys are taken from requests without TLS, which S3 refuses."""
    signature_v2: bool = False
    """Whether requests may be signed by version 2, whose SHA-1 covers less; form uploads always may."""
    new_buckets: str = "closed"
    """"closed": public access blocked and no access control lists, as in S3 since April 2023; or "open":
    neither is so, as before then, and as clients and test suites of older services expect."""
    chunking: str = "cdc-256k"
    archive_hints: bool = True
    reserve: int = 1 << 30
    """Free bytes below which a disk takes no more writes."""
    replicas: int = 1
    """Copies of each pack, on as many backends."""
    write_quorum: int = 0
    """Copies that must be durable before an upload is acknowledged; 0 for all."""
    inline_limit: int = 8192
    """Stored bytes up to which an object's new chunks stay in the database."""
    header_timeout: float = 30.0
    """From the connection, or the first byte of a further request, to the end of its headers."""
    keepalive_timeout: float = 75.0
    """How long a connection may idle between two requests; longer than proxies keep theirs (60)."""
    body_timeout: float = 60.0
    """How long a body may stall, either way, before the connection is closed."""
    minimum_rate: int = 1024
    """Bytes a second that a body must average once `body_timeout` has passed."""
    slow_answer: float = 10.0
    """How long completing an upload or copying may take before the answer begins, and between its signs of
    life; less than clients wait for an answer (60)."""
    shutdown_timeout: float = 30.0
    """How long requests that run may go on after SIGTERM, or when their worker is replaced."""
    max_connections: int = 4096
    """Connections of one worker; more are answered 503 and closed."""
    guard_connections: bool = True
    """Bound headers and connections beyond what aiohttp does; off only if a release of it breaks that."""
    max_header_size: int = 32768
    """Bytes of the request line and all headers together."""
    log_format: str = "auto"
    """"json" or "text"; "auto" is text on a terminal and JSON otherwise."""
    access_log_interval: float = 300.0
    """Pause between two deliveries of server access logs."""
    collect_interval: float = 60.0
    """Pause between two rounds of the background jobs."""
    metrics_listen: str | None = None
    """Where metrics are served by themselves, without credentials unless there is a token."""
    metrics_token: str | None = field(default=None, repr=False)
    """What a scraper may present, on any port, as `Authorization: Bearer`."""
    metrics_interval: float = 300.0
    """At least so long do the figures of the store hold that cost a walk through its tables."""
    notify: tuple[target_url.Destination, ...] = ()
    """Where events may be told that buckets ask for; nothing else is ever called."""
    notify_keep: float = 86400.0
    """How long an event waits for a target that does not take it."""
    notify_limit: int = 100_000
    """Events at most that wait for one target."""
    lifecycle_day: float = 86400.0
    """Seconds that lifecycle rules count as a day; another number only for tests."""
    job_rest: float = 2.0
    """Seconds that compaction rests for each second it worked."""
    compact_rate: int = 0
    """Bytes a second that compaction reads at most; 0 for any."""
    compact_dead: float = 30.0
    """Percent of a pack that must be dead for its live bytes to be copied elsewhere."""
    scrub_period: float = 30 * 86400.0
    """Within which the job reads and verifies every copy of every pack; 0 for never."""
    margins: Margins = field(default_factory=Margins)

    @property
    def host_port(self) -> tuple[str, int]:
        """The address to listen on."""
        return _host_port(self.listen)

    @property
    def needed_replicas(self) -> int:
        """Copies that must be durable before an upload is acknowledged."""
        return self.write_quorum or self.replicas

    @property
    def metrics_host_port(self) -> tuple[str, int] | None:
        """The address to serve metrics on by themselves, if there is one."""
        return None if self.metrics_listen is None else _host_port(self.metrics_listen)

    @property
    def website_host_port(self) -> tuple[str, int] | None:
        """The address to serve websites on by themselves, if there is one."""
        return None if self.website_listen is None else _host_port(self.website_listen)

    @property
    def notifies(self) -> frozenset[str]:
        """The names of the targets that events may be told."""
        return frozenset(one.name for one in self.notify)

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the gateway."""
        host, _ = self.host_port
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return host == "localhost"


def _host_port(address: str) -> tuple[str, int]:
    host, _, port = address.rpartition(":")
    return host.strip("[]"), int(port)


_SIZE = re.compile(r"(\d+)\s*([KMGT]i?B?)?", re.IGNORECASE)
_UNITS = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40}
_SWITCH = {
    **dict.fromkeys(("1", "true", "on", "yes"), True),
    **dict.fromkeys(("0", "false", "off", "no"), False),
}
_SIZES = ("reserve", "inline_limit", "minimum_rate", "max_header_size", "compact_rate")
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
    if name in _SIZES:
        return parse_size(name, value)
    if name in _TIMES or name in ("shutdown_timeout", "job_rest", "compact_dead", "scrub_period"):
        return _number(name, value)
    match name:
        case "data":
            return Path(str(value))
        case "workers" | "max_connections" | "replicas" | "write_quorum" | "notify_limit":
            return _integer(name, value)
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


def parse_size(name: str, value: Any) -> int:
    """Bytes, from a number or a text such as 64M. Raises ConfigError."""
    found = _SIZE.fullmatch(str(value).strip())
    if not found:
        raise ConfigError(f"{name}: {value!r} is not a size such as 4096, 64M or 1GiB")
    return int(found[1]) * _UNITS[(found[2] or "")[:1].upper()]


def _check(settings: Settings) -> None:
    _check_address("listen", settings.listen)
    if settings.chunking not in CHUNKINGS:
        raise ConfigError(f"chunking: {settings.chunking!r} is none of {', '.join(CHUNKINGS)}")
    if settings.new_buckets not in NEW_BUCKETS:
        raise ConfigError(f"new_buckets: {settings.new_buckets!r} is none of {', '.join(NEW_BUCKETS)}")
    if settings.log_format not in LOG_FORMATS:
        raise ConfigError(f"log_format: {settings.log_format!r} is none of {', '.join(LOG_FORMATS)}")
    if not 1 <= settings.workers <= 64:
        raise ConfigError("workers: must be from 1 to 64")
    if settings.max_connections < 1:
        raise ConfigError("max_connections: must be at least 1")
    if not 1024 <= settings.max_header_size <= 1 << 20:
        raise ConfigError("max_header_size: must be from 1K to 1M")
    for name in _TIMES:
        if getattr(settings, name) <= 0:
            raise ConfigError(f"{name}: must be more than 0 seconds")
    _check_master_keys(settings)
    _check_websites(settings)
    _check_replicas(settings)
    _check_credentials(settings)
    _check_metrics(settings)
    _check_jobs(settings)


def _check_replicas(settings: Settings) -> None:
    if not 1 <= settings.replicas <= 16:
        raise ConfigError("replicas: must be from 1 to 16")
    if not 0 <= settings.write_quorum <= settings.replicas:
        raise ConfigError("write_quorum: must be from 1 to the number of replicas, or 0 for all of them")


def _check_master_keys(settings: Settings) -> None:
    if settings.other_master_keys and settings.master_key is None:
        raise ConfigError("other_master_keys: give the one that seals as master_key")
    named = [
        ("master_key", settings.master_key),
        *(("other_master_keys", one) for one in settings.other_master_keys),
    ]
    for name, key in named:
        try:
            if key is not None:
                sealing.parse_master(key)
        except ValueError as error:
            raise ConfigError(f"{name}: {error}") from None


def _check_address(name: str, address: str) -> None:
    host, _, port = address.rpartition(":")
    if not host or not port.isascii() or not port.isdigit() or int(port) > 65535:
        raise ConfigError(f"{name}: {address!r} is not HOST:PORT")


def _check_websites(settings: Settings) -> None:
    both = set(settings.domains) & set(settings.website_domains)
    if both:
        raise ConfigError(
            f"website_domains: {min(both)} stands in domains, too; a name can only be one of both"
        )
    if settings.website_listen is None:
        return
    _check_address("website_listen", settings.website_listen)
    port = settings.website_listen.rpartition(":")[2]
    if int(port) == 0 or port == settings.listen.rpartition(":")[2]:
        raise ConfigError("website_listen: needs a port of its own, other than that of listen")


def _check_jobs(settings: Settings) -> None:
    if not 1 <= settings.compact_dead <= 99:
        raise ConfigError("compact_dead: must be from 1 to 99 percent")
    if settings.notify_limit < 1:
        raise ConfigError("notify_limit: must be at least 1")


def _check_metrics(settings: Settings) -> None:
    if settings.metrics_listen is not None:
        _check_address("metrics_listen", settings.metrics_listen)
    token = settings.metrics_token
    if token is None:
        return
    if not re.fullmatch(r"[!-~]{16,256}", token):
        raise ConfigError("metrics_token: takes 16 to 256 visible ASCII characters")
    if token in WELL_KNOWN_SECRETS:
        raise ConfigError("metrics_token: is a published default; choose another")


def _check_credentials(settings: Settings) -> None:
    if (settings.access_key is None) != (settings.secret_key is None):
        raise ConfigError("access_key and secret_key: give both or neither")
    if settings.access_key is None or settings.secret_key is None:
        return
    if not re.fullmatch(r"[!-.0-~]{3,128}", settings.access_key):
        raise ConfigError("access_key: takes 3 to 128 visible ASCII characters other than /")
    if len(settings.secret_key) < 8:
        raise ConfigError("secret_key: takes at least 8 characters")
    if not settings.is_loopback and settings.secret_key in WELL_KNOWN_SECRETS:
        raise ConfigError(
            f"secret_key: is a published default, which may not guard {settings.listen}; "
            "choose another, or listen on 127.0.0.1"
        )
