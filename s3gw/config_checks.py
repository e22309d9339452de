"""Which settings cannot be: each is refused at the start by one line that says what to do."""

from __future__ import annotations

import re
from collections.abc import Iterable

from s3gw import sealing
from s3gw.errors import ConfigError
from s3gw.settings import Settings

CHUNKINGS = ("cdc-256k", "cdc-64k", "cdc-1m", "cdc-4m", "fixed-4m", "fixed-64k", "fixed-8k")
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


def check(settings: Settings, positive: Iterable[str]) -> None:
    """Raise ConfigError at the first that cannot be; `positive` are those that must be more than 0."""
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
    for name in positive:
        if getattr(settings, name) <= 0:
            raise ConfigError(f"{name}: must be more than 0 seconds")
    _check_master_keys(settings)
    _check_websites(settings)
    _check_replicas(settings)
    _check_backends(settings)
    _check_credentials(settings)
    _check_metrics(settings)
    _check_jobs(settings)


def _check_replicas(settings: Settings) -> None:
    if not 1 <= settings.replicas <= 16:
        raise ConfigError("replicas: must be from 1 to 16")
    if not 0 <= settings.write_quorum <= settings.replicas:
        raise ConfigError("write_quorum: must be from 1 to the number of replicas, or 0 for all of them")


def _check_backends(settings: Settings) -> None:
    for name in ("backend_attempts", "backend_calls", "backend_failures"):
        if not 1 <= getattr(settings, name) <= 1000:
            raise ConfigError(f"{name}: must be from 1 to 1000")


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
    if settings.export_keep < 1:
        raise ConfigError("export_keep: must be at least 1")
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
