"""Blobs as objects of an S3 service, below one prefix of a bucket.

    PREFIX/3f2a9c…          a blob
    PREFIX/s3gw-backend     the marker

botocore speaks to the service, in threads: it knows where AWS's tools find credentials and renews them. It
does not retry; `s3gw.backends.resilience` does, for all methods alike. Reads take a shorter way, that of
`s3gw.backends.s3_reads`.

Every body is covered by the signature (its SHA-256), so that a service stores what was sent or nothing. No
other checksums are asked for, since not every service knows them; what is read is compared with its digests
by the layers above.

This module is imported only where such a backend is opened: botocore takes half a second to load.
"""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from email.utils import parsedate_to_datetime
from functools import cache, partial
from typing import Any, TypeVar
from uuid import UUID

import botocore.session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError, ProfileNotFound
from botocore.loaders import Loader, create_loader

from s3gw.backend_url import S3Location
from s3gw.backends.base import Backend, BlobInfo, Buffer, Marker
from s3gw.backends.resilience import repeated
from s3gw.backends.s3_reads import Reads
from s3gw.errors import BlobNotFound, ConfigError, Damaged, GatewayError, OutOfSpace, Unavailable

CONNECTIONS = 32
"""Calls at once, each on a connection of its own."""
MULTIPART = 64 << 20
"""Bytes above which a blob goes up in parts; every service takes more than this in one PUT."""
PART = 16 << 20
PAGE = 1000
"""Blobs listed at a time."""
CONNECT_TIMEOUT = 5.0
READ_TIMEOUT = 30.0
"""Seconds that the service may be silent, at most."""

_MARKER = "s3gw-backend"
_ABSENT = {"NoSuchKey", "NotFound", "404"}
_FULL = {"InsufficientStorage", "QuotaExceeded", "StorageFull", "XMinioStorageFull"}
_ACTIONS = (
    "s3:ListBucket on the bucket; s3:GetObject, s3:PutObject, s3:DeleteObject on what is below the prefix"
)

T = TypeVar("T")


class S3(Backend):
    """A bucket, or what is below a prefix of one."""

    def __init__(
        self, location: S3Location, *, connections: int = CONNECTIONS, silence: float | None = None
    ) -> None:
        """Nothing is asked of the service yet. `silence` is for how many seconds at most a call waits for any
        sign of it: a thread that nobody waits for any more is not to hold up calls that come later."""
        self._location = location
        self._bucket = location.bucket
        self._prefix = f"{location.prefix}/" if location.prefix else ""
        self._connections = connections
        self._silence = silence
        self._pool = ThreadPoolExecutor(connections, thread_name_prefix="s3")
        self._making = threading.Lock()
        self._made: tuple[Any, Reads] | None = None

    async def put(self, name: str, buffers: Sequence[Buffer]) -> None:
        """Store a whole blob, by one PUT or in parts."""
        length = sum(map(len, buffers))
        await self._run(name, self._put_parts if length > MULTIPART else self._put, name, buffers)

    async def read(self, name: str, offset: int, length: int) -> Buffer:
        """As Backend.read; nothing is asked for no bytes."""
        if length == 0:
            return b""
        return await self._run(name, self._read, name, offset, length)

    async def size(self, name: str) -> int:
        """Bytes of the object."""
        return await self._run(name, self._size, name)

    async def delete(self, name: str) -> None:
        """Delete the object. A versioned bucket keeps a version, which its own rules must expire."""
        await self._run(name, self._delete, name)

    async def list(self) -> AsyncIterator[BlobInfo]:
        """A page at a time, asked for again where it fails; ages by the service's clock."""
        token: str | None = None
        while True:
            ask = partial(self._run, self._location.url, self._page, token)
            found, token = await repeated("list", ask)
            for info in found:
                yield info
            if token is None:
                return

    async def marker(self) -> Marker | None:
        """The marker's object. Raises ConfigError where the bucket is not there or not ours to use."""
        return await self._run(self._location.url, self._checked, self._read_marker)

    async def mark(self, marker: Marker) -> Marker:
        """As Backend.mark. Of two at once the first wins where the service knows If-None-Match."""
        return await self._run(self._location.url, self._checked, self._mark, marker)

    async def close(self) -> None:
        """Close the connections, once the calls that run have ended."""
        await asyncio.to_thread(self._pool.shutdown, cancel_futures=True)
        if self._made is not None:
            self._made[0].close()

    # In threads ---------------------------------------------------------------------------------------

    async def _run(self, what: str, function: Callable[..., T], *args: Any) -> T:
        """Call in a thread; `what` names the blob or place in errors."""

        def call() -> T:
            try:
                return function(*args)
            except ClientError as error:
                raise _translated(what, error) from error
            except (BotoCoreError, OSError) as error:
                raise Unavailable(f"{what}: {error}") from error

        return await asyncio.get_running_loop().run_in_executor(self._pool, call)

    @property
    def _connected(self) -> tuple[Any, Reads]:
        with self._making:
            if self._made is None:
                self._made = _connect(self._location, self._connections, self._silence)
            return self._made

    @property
    def _client(self) -> Any:
        return self._connected[0]

    def _key(self, name: str) -> str:
        return self._prefix + name

    def _put(self, name: str, buffers: Sequence[Buffer]) -> None:
        self._client.put_object(Bucket=self._bucket, Key=self._key(name), Body=b"".join(buffers))

    def _put_parts(self, name: str, buffers: Sequence[Buffer]) -> None:
        client, place = self._client, {"Bucket": self._bucket, "Key": self._key(name)}
        place["UploadId"] = client.create_multipart_upload(**place)["UploadId"]
        try:
            parts = []
            for number, part in enumerate(_parts(buffers), 1):
                answer = client.upload_part(**place, PartNumber=number, Body=part)
                parts.append({"PartNumber": number, "ETag": answer["ETag"]})
            client.complete_multipart_upload(**place, MultipartUpload={"Parts": parts})
        except BaseException:
            _abort(client, place)
            raise

    def _read(self, name: str, offset: int, length: int) -> bytes:
        return self._connected[1].read(self._bucket, self._key(name), offset, length)

    def _size(self, name: str) -> int:
        length: int = self._client.head_object(Bucket=self._bucket, Key=self._key(name))["ContentLength"]
        return length

    def _delete(self, name: str) -> None:
        try:
            self._client.delete_object(Bucket=self._bucket, Key=self._key(name))
        except ClientError as error:
            if not _is_absent(error):
                raise

    def _page(self, token: str | None) -> tuple[Sequence[BlobInfo], str | None]:
        more = {} if token is None else {"ContinuationToken": token}
        answer = self._client.list_objects_v2(Bucket=self._bucket, Prefix=self._prefix, MaxKeys=PAGE, **more)
        now = parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"])
        found = [
            BlobInfo(entry["Key"][len(self._prefix) :], entry["Size"], _age(now, entry["LastModified"]))
            for entry in answer.get("Contents", ())
            if entry["Key"] != self._prefix + _MARKER
        ]
        return found, answer["NextContinuationToken"] if answer["IsTruncated"] else None

    def _read_marker(self) -> Marker | None:
        try:
            text = self._client.get_object(Bucket=self._bucket, Key=self._key(_MARKER))["Body"].read()
        except ClientError as error:
            if _is_absent(error):
                return None
            raise
        try:
            kept = json.loads(text)
            backend = kept["backend"]
            return Marker(UUID(kept["store"]), None if backend is None else UUID(backend))
        except (ValueError, KeyError, TypeError, AttributeError):
            raise Damaged(f"{self._key(_MARKER)} in {self._bucket} is not readable as a marker") from None

    def _mark(self, marker: Marker) -> Marker:
        known = self._read_marker()
        if known is None:
            self._write_marker(marker, first=True)
        elif known.backend is None and known.store == marker.store:
            self._write_marker(marker, first=False)
        found = self._read_marker()
        if found is None:
            raise Unavailable(f"{self._location.url} does not show what was just written to it")
        return found

    def _write_marker(self, marker: Marker, *, first: bool) -> None:
        document = {"store": str(marker.store), "backend": marker.backend and str(marker.backend)}
        place = {"Bucket": self._bucket, "Key": self._key(_MARKER), "Body": json.dumps(document).encode()}
        if not first:
            self._client.put_object(**place)
            return
        try:
            self._client.put_object(**place, IfNoneMatch="*")
        except ClientError as error:
            match _status(error):
                case 409 | 412:  # another gateway was first
                    return
                case 400 | 501:  # the service does not know the condition
                    self._client.put_object(**place)
                case _:
                    raise

    def _checked(self, function: Callable[..., T], *args: Any) -> T:
        """Call at the start: what trying again does not mend is said in one line."""
        url = self._location.url
        try:
            return function(*args)
        except (NoCredentialsError, ProfileNotFound) as error:
            raise ConfigError(f"backend: {url}: {error}; give AWS_ACCESS_KEY_ID or AWS_PROFILE") from None
        except ClientError as error:
            code = error.response["Error"].get("Code", "")
            if code == "NoSuchBucket":
                raise ConfigError(f"backend: {url}: there is no bucket {self._bucket!r}") from None
            if _status(error) in (301, 400, 401, 403) and code not in ("RequestTimeout", "BadDigest"):
                raise ConfigError(
                    f"backend: {url}: refused ({code}); credentials, region and endpoint must fit, "
                    f"and allow {_ACTIONS}"
                ) from None
            raise


def _connect(location: S3Location, connections: int, silence: float | None) -> tuple[Any, Reads]:
    """A client, and what reads by it."""
    session = botocore.session.get_session()
    session.register_component("data_loader", _loader(session.get_config_variable("data_path")))
    patience = READ_TIMEOUT if silence is None else min(READ_TIMEOUT, silence)
    addressing = location.addressing or ("path" if location.endpoint else "auto")
    client = session.create_client(
        "s3",
        endpoint_url=location.endpoint,
        region_name=location.region or session.get_config_variable("region") or "us-east-1",
        config=Config(
            signature_version="s3v4",
            max_pool_connections=connections,
            connect_timeout=min(CONNECT_TIMEOUT, patience),
            read_timeout=patience,
            tcp_keepalive=True,
            retries={"total_max_attempts": 1},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            s3={"addressing_style": addressing, "payload_signing_enabled": True},  # type: ignore[arg-type]
        ),
    )
    return client, Reads(client, session.get_credentials())


@cache
def _loader(data_path: str | None) -> Loader:
    """What reads AWS's descriptions of its services, and keeps them: 12 MB that all backends may share."""
    return create_loader(data_path)


def _parts(buffers: Sequence[Buffer]) -> list[bytes]:
    whole = memoryview(b"".join(buffers))
    return [bytes(whole[at : at + PART]) for at in range(0, len(whole), PART)]


def _abort(client: Any, place: dict[str, Any]) -> None:
    """Give back the space of the parts, if the service still answers; the bucket's rules do it otherwise."""
    try:
        client.abort_multipart_upload(**place)
    except (ClientError, BotoCoreError):
        return


def _age(now: datetime, then: datetime) -> float:
    return max(0.0, (now - then).total_seconds())


def _status(error: ClientError) -> int:
    return int(error.response["ResponseMetadata"]["HTTPStatusCode"])


def _is_absent(error: ClientError) -> bool:
    return error.response["Error"].get("Code", "") in _ABSENT


def _translated(what: str, error: ClientError) -> GatewayError:
    """The service's error as one of ours. Whatever is not known to last may pass."""
    code = error.response["Error"].get("Code", "")
    if _is_absent(error):
        return BlobNotFound(what)
    if _status(error) == 507 or code in _FULL:
        return OutOfSpace(f"{what}: {code}")
    return Unavailable(f"{what}: {_status(error)} {code}")
