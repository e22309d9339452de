"""Where events may be told: names, as ARNs of buckets' rules give them, and URLs.

In the TOML file each is a table:

    [notify.hook]
    url = "https://example.com/events"
    token = "sent as Authorization: Bearer"

In the environment and on the command line it is NAME=URL, several of them separated by commas.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from s3gw.errors import ConfigError

SCHEMES = ("http", "https", "redis", "rediss", "nats", "tls", "amqp", "amqps")
_NAME = re.compile(r"[A-Za-z0-9_.-]{1,64}")


@dataclass(frozen=True, slots=True)
class Destination:
    """One target. Its URL may hold a password."""

    name: str
    url: str = field(repr=False)
    token: str | None = field(default=None, repr=False)

    @property
    def scheme(self) -> str:
        """What kind of service it is."""
        return urlsplit(self.url).scheme


def parse_all(value: Any) -> tuple[Destination, ...]:
    """Targets from what a setting may be: tables of the file, or NAME=URL. Raises ConfigError."""
    if isinstance(value, Mapping):
        found = [_of_table(str(name), table) for name, table in value.items()]
    else:
        items = value if isinstance(value, (list, tuple)) else [value]
        texts = [text.strip() for item in items for text in str(item).split(",") if text.strip()]
        found = [_of_text(text) for text in texts]
    if len({one.name for one in found}) < len(found):
        raise ConfigError("notify: two targets have one name")
    return tuple(found)


def _of_table(name: str, table: Any) -> Destination:
    if not isinstance(table, Mapping) or not set(table) <= {"url", "token"} or "url" not in table:
        raise ConfigError(f"notify.{name}: is a table of url and, perhaps, token")
    token = table.get("token")
    return _checked(name, str(table["url"]), None if token is None else str(token))


def _of_text(text: str) -> Destination:
    name, separator, url = text.partition("=")
    if not separator:
        raise ConfigError("notify: is not NAME=URL")
    return _checked(name.strip(), url.strip(), None)


def _checked(name: str, url: str, token: str | None) -> Destination:
    if not _NAME.fullmatch(name):
        raise ConfigError(f"notify: {name!r} is no name: letters, digits, dots, hyphens and underscores")
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        host = None
    if not host or parts.scheme not in SCHEMES:
        raise ConfigError(f"notify.{name}: takes a URL of {', '.join(SCHEMES)}")
    if token is not None and not re.fullmatch(r"[!-~]+", token):
        raise ConfigError(f"notify.{name}: a token takes visible ASCII characters")
    return Destination(name, url, token)
