"""Blobs in a container of Azure Blob Storage, below one prefix.

    PREFIX/3f2a9c…          a blob
    PREFIX/s3gw-backend     the marker

azure-storage-blob speaks to the service. It does not retry; `s3gw.backends.resilience` does, for all
methods alike. Every body carries its MD5, so that the service stores what was sent or nothing; what is read
is compared with its digests by the layers above.

Credentials are found as the az command finds them: AZURE_STORAGE_CONNECTION_STRING, or AZURE_STORAGE_KEY or
AZURE_STORAGE_SAS_TOKEN with AZURE_STORAGE_ACCOUNT; else those of the machine, if azure-identity is installed.

This module is imported only where such a backend is opened: the library takes long to load.
"""

from __future__ import annotations

import io
import json
import os
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeVar
from uuid import UUID

from azure.core.exceptions import (
    AzureError,
    HttpResponseError,
    ResourceExistsError,
    ResourceNotFoundError,
)
from azure.core.pipeline.transport import AioHttpTransport
from azure.storage.blob.aio import ContainerClient

from s3gw.backend_url import AzureLocation
from s3gw.backends.base import Backend, BlobInfo, Buffer, Marker
from s3gw.backends.resilience import repeated
from s3gw.errors import BlobNotFound, ConfigError, Damaged, GatewayError, OutOfSpace, Unavailable

SINGLE = 64 << 20
"""Bytes above which a blob goes up in blocks."""
BLOCK = 16 << 20
PAGE = 1000
"""Blobs listed at a time."""
CONNECT_TIMEOUT = 5
READ_TIMEOUT = 30
"""Seconds that the service may be silent."""

_MARKER = "s3gw-backend"
_FULL = {"AccountLimitExceeded", "InsufficientStorage"}
_ABSENT = "BlobNotFound"
_REFUSED = (400, 401, 403)
_VARIABLES = (
    "give AZURE_STORAGE_CONNECTION_STRING, or AZURE_STORAGE_ACCOUNT with AZURE_STORAGE_KEY or "
    "AZURE_STORAGE_SAS_TOKEN"
)

T = TypeVar("T")


class Azure(Backend):
    """A container, or what is below a prefix of it. To be used within one event loop."""

    def __init__(self, location: AzureLocation, environment: Mapping[str, str] = os.environ) -> None:
        """Nothing is asked of the service yet."""
        self._location = location
        self._environment = environment
        self._prefix = f"{location.prefix}/" if location.prefix else ""
        self._made: ContainerClient | None = None

    async def put(self, name: str, buffers: Sequence[Buffer]) -> None:
        """Store a whole blob, by one Put Blob or in blocks, which are committed together."""
        await self._call(name, lambda: self._upload(self._prefix + name, b"".join(buffers)))

    async def read(self, name: str, offset: int, length: int) -> Buffer:
        """As Backend.read; nothing is asked for no bytes."""
        if length == 0:
            return b""
        return await self._call(name, lambda: self._read(self._prefix + name, offset, length))

    async def size(self, name: str) -> int:
        """Bytes of the blob."""
        properties = await self._call(name, self._blob(name).get_blob_properties)
        return int(properties.size)

    async def delete(self, name: str) -> None:
        """Delete the blob. A container that keeps deleted blobs or versions keeps this one, too."""
        try:
            await self._call(name, self._blob(name).delete_blob)
        except BlobNotFound:
            return

    async def list(self) -> AsyncIterator[BlobInfo]:
        """A page at a time, asked for again where it fails; ages by the service's clock."""
        dates: list[str] = []
        found = self._client.list_blobs(
            name_starts_with=self._prefix or None,
            results_per_page=PAGE,
            raw_response_hook=lambda answer: dates.append(answer.http_response.headers["Date"]),
        )
        pages = aiter(found.by_page())

        async def ask() -> Any:
            return await self._call(self._location.url, lambda: anext(pages, None))

        while (page := await repeated("list", ask)) is not None:
            now = parsedate_to_datetime(dates[-1])
            async for blob in page:
                if blob.name != self._prefix + _MARKER:
                    yield BlobInfo(blob.name[len(self._prefix) :], blob.size, _age(now, blob.last_modified))

    async def marker(self) -> Marker | None:
        """The marker's blob. Raises ConfigError where the container is not there or not ours to use."""
        return await self._checked(self._read_marker)

    async def mark(self, marker: Marker) -> Marker:
        """As Backend.mark. Of two at once the first wins."""
        return await self._checked(lambda: self._mark(marker))

    async def close(self) -> None:
        """Close the connections."""
        if self._made is not None:
            await self._made.close()

    # Of the service -----------------------------------------------------------------------------------

    @property
    def _client(self) -> ContainerClient:
        if self._made is None:
            self._made = _client(self._location, self._environment)
        return self._made

    def _blob(self, name: str) -> Any:
        return self._client.get_blob_client(self._prefix + name)

    async def _call(self, what: str, call: Callable[[], Awaitable[T]]) -> T:
        """Make a call; `what` names the blob or place in errors."""
        try:
            return await call()
        except HttpResponseError as error:
            raise _translated(what, error) from error
        except (AzureError, OSError) as error:
            raise Unavailable(f"{what}: {_line(error)}") from error

    async def _upload(self, name: str, data: bytes, *, overwrite: bool = True) -> None:
        await self._client.upload_blob(
            name, data, length=len(data), overwrite=overwrite, validate_content=True, max_concurrency=1
        )

    async def _read(self, name: str, offset: int, length: int) -> bytes:
        try:
            stream = await self._client.download_blob(name, offset=offset, length=length)
        except HttpResponseError as error:
            if error.status_code == 416:  # the blob ends before
                return b""
            raise
        return await stream.readall()

    async def _read_marker(self) -> Marker | None:
        try:
            stream = await self._client.download_blob(self._prefix + _MARKER)
        except ResourceNotFoundError as error:
            if _code(error) == _ABSENT:
                return None
            raise
        try:
            kept = json.loads(await stream.readall())
            backend = kept["backend"]
            return Marker(UUID(kept["store"]), None if backend is None else UUID(backend))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Damaged(f"{self._location.url} has a {_MARKER} that is not readable as a marker") from None

    async def _mark(self, marker: Marker) -> Marker:
        known = await self._read_marker()
        document = {"store": str(marker.store), "backend": marker.backend and str(marker.backend)}
        completes = known is not None and known.backend is None and known.store == marker.store
        if known is None or completes:
            try:
                name = self._prefix + _MARKER
                await self._upload(name, json.dumps(document).encode(), overwrite=completes)
            except ResourceExistsError:  # another gateway was first
                pass
        found = await self._read_marker()
        if found is None:
            raise Unavailable(f"{self._location.url} does not show what was just written to it")
        return found

    async def _checked(self, call: Callable[[], Awaitable[T]]) -> T:
        """Call at the start: what trying again does not mend is said in one line."""
        url = self._location.url

        async def checked() -> T:
            try:
                return await call()
            except HttpResponseError as error:
                code = _code(error)
                if code == "ContainerNotFound":
                    name = self._location.container
                    raise ConfigError(f"backend: {url}: there is no container {name!r}") from None
                if error.status_code in _REFUSED:
                    raise ConfigError(f"backend: {url}: refused ({code}); {_VARIABLES}") from None
                raise

        return await self._call(url, checked)


class _Transport(AioHttpTransport):  # type: ignore[misc]
    """Hands bodies to aiohttp as files, which it sends piece by piece."""

    async def send(self, request: Any, **config: Any) -> Any:
        """As the library's own."""
        if isinstance(request.data, bytes):
            request.data = io.BytesIO(request.data)
        return await super().send(request, **config)


def _client(location: AzureLocation, environment: Mapping[str, str]) -> ContainerClient:
    """A client with the first credentials that are there. Raises ConfigError where there are none."""
    options: dict[str, Any] = {
        "retry_total": 0,
        "transport": _Transport(connection_timeout=CONNECT_TIMEOUT, read_timeout=READ_TIMEOUT),
        "max_single_put_size": SINGLE,
        "max_block_size": BLOCK,
    }
    url = location.url
    try:
        if connection := environment.get("AZURE_STORAGE_CONNECTION_STRING"):
            return ContainerClient.from_connection_string(connection, location.container, **options)
        account = location.account or environment.get("AZURE_STORAGE_ACCOUNT")
        if account is None:
            raise ConfigError(f"backend: {url}: no account is known; {_VARIABLES}")
        endpoint = location.endpoint or f"https://{account}.blob.core.windows.net"
        credential = _credential(location, account, environment)
        return ContainerClient(endpoint, location.container, credential=credential, **options)
    except ValueError as error:
        raise ConfigError(f"backend: {url}: {_line(error)}") from None


def _credential(location: AzureLocation, account: str, environment: Mapping[str, str]) -> Any:
    if key := environment.get("AZURE_STORAGE_KEY"):
        return {"account_name": account, "account_key": key}
    if token := environment.get("AZURE_STORAGE_SAS_TOKEN"):
        return token
    try:
        from azure.identity.aio import DefaultAzureCredential
    except ImportError:
        raise ConfigError(
            f"backend: {location.url}: no credentials; {_VARIABLES}, or install azure-identity"
        ) from None
    return DefaultAzureCredential()


def _age(now: datetime, then: datetime) -> float:
    return max(0.0, (now - then).total_seconds())


def _code(error: HttpResponseError) -> str:
    code = getattr(error, "error_code", None) or error.status_code or ""
    return str(getattr(code, "value", code))


def _line(error: Exception) -> str:
    """Of a message of the library, which may go on for many lines, the first."""
    return next(iter(str(error).splitlines()), type(error).__name__)


def _translated(what: str, error: HttpResponseError) -> GatewayError:
    """The service's error as one of ours. Whatever is not known to last may pass."""
    code = _code(error)
    if code == _ABSENT or (error.status_code == 404 and code == "404"):  # HEAD has no document
        return BlobNotFound(what)
    if error.status_code == 507 or code in _FULL:
        return OutOfSpace(f"{what}: {code}")
    return Unavailable(f"{what}: {error.status_code} {code}")
