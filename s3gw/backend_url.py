"""Where a backend is, as the setting `backend` says it.

    file:///srv/packs
    s3://bucket/prefix?endpoint=https://host:port&region=eu-central-1&addressing=path
    azure://container/prefix?account=name&endpoint=https://host:port/name

A URL never carries a secret: the credentials of a service come from where its own tools look for them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from typing import Any
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit

from s3gw.errors import ConfigError
from s3gw.sizes import parse_size

ADDRESSINGS = ("path", "virtual")

_BUCKET = re.compile(r"[a-z0-9][a-z0-9._-]{1,61}[a-z0-9]")
_PREFIX = re.compile(r"[A-Za-z0-9!_.*'()-]+(/[A-Za-z0-9!_.*'()-]+)*")
_CONTAINER = re.compile(r"(?=.{3,63}\Z)[a-z0-9]+(-[a-z0-9]+)*")
_ACCOUNT = re.compile(r"[a-z0-9]{3,24}")
_REGION = re.compile(r"[A-Za-z0-9-]{1,64}")
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,62}")
_BETWEEN = re.compile(r"\s+|,\s*(?=[a-z0-9]+://)")
"""A URL may contain commas, but none that another URL follows."""


@dataclass(frozen=True, slots=True)
class FileLocation:
    """A directory of this machine."""

    path: Path
    name: str | None = None
    """What people call it; None leaves that to the gateway."""
    reserve: int | None = None
    """Free bytes that are left; None: as its row says, or the setting."""

    @property
    def url(self) -> str:
        """The URL that leads here."""
        return self.path.as_uri()

    @property
    def label(self) -> str:
        """A name for it, where none is given."""
        return "disk"


@dataclass(frozen=True, slots=True)
class S3Location:
    """A bucket of an S3 service, or what is below a prefix of it."""

    bucket: str
    prefix: str = ""
    """Without a slash at either end."""
    endpoint: str | None = None
    """None: AWS's own, of the region."""
    region: str | None = None
    """None: what AWS's configuration says, else us-east-1."""
    addressing: str | None = None
    """Whether the bucket stands in the path or in the host; None: in the path where an endpoint is given."""
    name: str | None = None

    @property
    def url(self) -> str:
        """The URL that leads here."""
        given = {"endpoint": self.endpoint, "region": self.region, "addressing": self.addressing}
        query = urlencode({name: value for name, value in given.items() if value}, safe=":/")
        path = f"/{quote(self.prefix)}" if self.prefix else ""
        return f"s3://{self.bucket}{path}{'?' + query if query else ''}"

    @property
    def label(self) -> str:
        """A name for it, where none is given."""
        return self.prefix.rpartition("/")[2] or self.bucket


@dataclass(frozen=True, slots=True)
class AzureLocation:
    """A container of Azure Blob Storage, or what is below a prefix of it."""

    container: str
    prefix: str = ""
    """Without a slash at either end."""
    account: str | None = None
    """None: what AZURE_STORAGE_ACCOUNT or the connection string says."""
    endpoint: str | None = None
    """None: Azure's own, of the account."""
    name: str | None = None

    @property
    def url(self) -> str:
        """The URL that leads here."""
        given = {"account": self.account, "endpoint": self.endpoint}
        query = urlencode({name: value for name, value in given.items() if value}, safe=":/")
        path = f"/{quote(self.prefix)}" if self.prefix else ""
        return f"azure://{self.container}{path}{'?' + query if query else ''}"

    @property
    def label(self) -> str:
        """A name for it, where none is given."""
        return self.prefix.rpartition("/")[2] or self.container


Location = FileLocation | S3Location | AzureLocation


def parse(url: str, name: str | None = None) -> Location:
    """The place that a URL names. Raises ConfigError, which never repeats a password."""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ConfigError("backend: a URL has a host or port that is none") from None
    if "@" in parts.netloc:
        raise ConfigError(
            "backend: a URL takes no user or password; credentials come from AWS_ACCESS_KEY_ID and "
            "AWS_SECRET_ACCESS_KEY, a profile, or the instance, or from AZURE_STORAGE_CONNECTION_STRING"
        )
    if name is not None and not _NAME.fullmatch(name):
        raise ConfigError(f"backend: {name!r} is not a name: letters, digits, '.', '_' and '-'")
    if parts.fragment:
        raise ConfigError(f"backend: {url!r} has a fragment; write # as %23")
    match parts.scheme:
        case "file":
            return _file(url, parts, name)
        case "s3" if port is None:
            return _s3(url, parts, name)
        case "s3":
            raise ConfigError(f"backend: {url!r}: the host of an s3:// URL is the bucket; see ?endpoint=")
        case "azure":
            return _azure(url, parts, name)
        case _:
            raise ConfigError(
                f"backend: {url!r} is neither file:///path nor s3://bucket/prefix nor azure://container/prefix"
            )


def parse_all(value: Any) -> tuple[Location, ...]:
    """Every place that a setting names: URLs between spaces or commas, a URL, a table, or a list."""
    found: list[Location] = []
    for one in _each(value):
        if isinstance(one, Mapping):
            if not {"url"} <= set(one) <= {"url", "name", "reserve"}:
                raise ConfigError("backend: a table takes url, name and reserve")
            name = one.get("name")
            location = parse(str(one["url"]), None if name is None else str(name))
            found.append(reserving(location, one["reserve"]) if "reserve" in one else location)
        else:
            found.append(parse(str(one)))
    urls = [location.url for location in found]
    for url in urls:
        if urls.count(url) > 1:
            raise ConfigError(f"backend: {url} is given twice")
    return tuple(found)


def reserving(location: Location, size: Any) -> Location:
    """The place with a reserve of its own. Raises ConfigError where it does not tell what is free."""
    if not isinstance(location, FileLocation):
        raise ConfigError(f"backend: {location.url} does not tell what is free, and takes no reserve")
    return replace(location, reserve=parse_size("reserve", size))


def _each(value: Any) -> Iterable[Any]:
    if isinstance(value, str):
        return [url for url in _BETWEEN.split(value) if url]
    if isinstance(value, Mapping):
        return [value]
    if isinstance(value, list | tuple):
        return value
    raise ConfigError(f"backend: {value!r} is neither a URL nor a list of them")


def _file(url: str, parts: SplitResult, name: str | None) -> FileLocation:
    path = unquote(parts.path)
    if parts.netloc not in ("", "localhost") or not path.startswith("/") or parts.query:
        raise ConfigError(f"backend: {url!r} is not file:///path, with an absolute path and nothing else")
    if ".." in PurePosixPath(path).parts or "\0" in path or not path.strip("/"):
        raise ConfigError(f"backend: {url!r} does not name a directory that packs could be in")
    return FileLocation(Path("/" + path.strip("/")), name)


def _s3(url: str, parts: SplitResult, name: str | None) -> S3Location:
    bucket = parts.netloc
    if not _BUCKET.fullmatch(bucket):
        raise ConfigError(f"backend: {url!r}: {bucket!r} is not the name of a bucket")
    prefix = _prefix(url, parts)
    options = _options(url, parts, ("endpoint", "region", "addressing"))
    region, addressing = options.get("region"), options.get("addressing")
    if region is not None and not _REGION.fullmatch(region):
        raise ConfigError(f"backend: {region!r} is not a region")
    if addressing is not None and addressing not in ADDRESSINGS:
        raise ConfigError(f"backend: addressing {addressing!r} is none of {', '.join(ADDRESSINGS)}")
    endpoint = options.get("endpoint")
    return S3Location(bucket, prefix, endpoint and _endpoint(endpoint), region, addressing, name)


def _azure(url: str, parts: SplitResult, name: str | None) -> AzureLocation:
    container = parts.netloc
    if not _CONTAINER.fullmatch(container):
        raise ConfigError(f"backend: {url!r}: {container!r} is not the name of a container")
    options = _options(url, parts, ("account", "endpoint"))
    account, endpoint = options.get("account"), options.get("endpoint")
    if account is not None and not _ACCOUNT.fullmatch(account):
        raise ConfigError(f"backend: {account!r} is not the name of a storage account")
    path = f"/{account}" if account and endpoint and endpoint.rstrip("/").endswith(f"/{account}") else ""
    return AzureLocation(
        container, _prefix(url, parts), account, endpoint and _endpoint(endpoint, path), name
    )


def _prefix(url: str, parts: SplitResult) -> str:
    prefix = unquote(parts.path).strip("/")
    if prefix and not _PREFIX.fullmatch(prefix):
        raise ConfigError(f"backend: {url!r}: the prefix takes letters, digits, / and !_.*'()-")
    return prefix


def _options(url: str, parts: SplitResult, known: tuple[str, ...]) -> dict[str, str]:
    given = parse_qsl(parts.query, keep_blank_values=True)
    options = dict(given)
    if len(options) != len(given) or not options.keys() <= set(known):
        raise ConfigError(f"backend: {url!r} takes each of {', '.join(known)} once, and nothing else")
    return options


def _endpoint(url: str, path: str = "") -> str:
    """An endpoint without a path, or with this one, as emulators of Azure have the account in it."""
    try:
        parts = urlsplit(url)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if not valid or "@" in parts.netloc or parts.path.rstrip("/") != path or parts.query or parts.fragment:
        raise ConfigError("backend: an endpoint is http://host:port or https://host:port, and nothing else")
    return f"{parts.scheme}://{parts.netloc}{path}"
