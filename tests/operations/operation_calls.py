"""Calling operations without HTTP: real database, real store, bodies from memory."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Awaitable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from s3gw.db.records import Account
from s3gw.errors import S3Error
from s3gw.operations import REGISTRY, Call, Services
from s3gw.operations.call import NoClient
from s3gw.operations.checksums import MEMBERS, given
from s3gw.protocol import OPERATIONS, checksums, types
from s3gw.protocol.operation import Reply

EMPTY_MD5 = "d41d8cd98f00b204e9800998ecf8427e"
MIB = 1 << 20


class _Everything:
    """Of calls that may do anything."""

    def allows(self, *_: Any) -> bool:
        return True

    def may_read(self, *_: Any) -> bool:
        return True


EVERYTHING = _Everything()


class MemoryBody:
    """A request body in memory; `sent` names the checksums that the client is taken to have sent.

    Before it ends it awaits `last`, and raises `broken`.
    """

    exact = True
    sha256 = None

    def __init__(
        self,
        data: bytes,
        sent: Sequence[str] = (),
        broken: S3Error | None = None,
        last: Awaitable[Any] | None = None,
    ) -> None:
        self.length = len(data)
        self._data = data
        self._algorithms = list(sent)
        self._broken = broken
        self.announced_digest = bool(sent)
        self._last = last
        self._ended = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for start in range(0, len(self._data), 100_000):
            yield self._data[start : start + 100_000]
        if self._last is not None:
            await self._last
        if self._broken is not None:
            raise self._broken
        self._ended = True

    async def read(self) -> bytes:
        return b"".join([block async for block in self])

    def request_checksum(self, algorithm: str) -> None:
        self._algorithms.append(algorithm)

    @property
    def md5(self) -> bytes:
        assert self._ended
        return hashlib.md5(self._data).digest()

    @property
    def checksums(self) -> Mapping[str, str]:
        assert self._ended
        return {name: checksum(name, self._data) for name in self._algorithms}


def checksum(algorithm: str, data: bytes) -> str:
    """The checksum of `data` in base64."""
    running = checksums.new(algorithm)
    running.update(data)
    return checksums.encode(running.digest())


def md5(data: bytes) -> str:
    """The ETag of `data`, quoted."""
    return f'"{hashlib.md5(data).hexdigest()}"'


@dataclass(frozen=True, slots=True)
class Operations:
    """The operations on one database and one store, as called by one account."""

    services: Services
    account: Account

    async def do(
        self,
        request: Any,
        data: bytes = b"",
        *,
        sent: Sequence[str] = (),
        broken: S3Error | None = None,
        last: Awaitable[Any] | None = None,
        account: Account | None = None,
        anonymous: bool = False,
        virtual_host: bool = False,
        signature: int = 4,
        secure: bool = True,
        md5: bool = False,
    ) -> Any:
        """The operation's output; that it can be rendered is checked as well.

        `sent` names the checksums that came in a trailer; those in headers stand in the request. `md5` says
        that a Content-MD5 came.
        """
        name = type(request).__name__.removesuffix("Input")
        sent = [*sent, *given(request)]
        body = MemoryBody(data, sent, broken, last)
        body.announced_digest |= md5
        call = Call(
            self.services,
            account or self.account,
            "REQUEST",
            body,
            "http://s3.example",
            virtual_host,
            anonymous,
            0 if anonymous else signature,
            NoClient(secure=secure),
            access=EVERYTHING,
        )
        output = await REGISTRY[name].handler(call, request)
        self.render(name, output)
        return output

    def render(self, name: str, output: Any) -> Reply:
        """The answer that the output makes."""
        return OPERATIONS[name].render(output)

    async def create(self, bucket: str = "bucket") -> None:
        """Create a bucket."""
        await self.do(types.CreateBucketInput(bucket=bucket))

    async def put(self, key: str, data: bytes = b"", *, bucket: str = "bucket", **members: Any) -> Any:
        """PutObject."""
        return await self.do(types.PutObjectInput(bucket=bucket, key=key, **members), data)

    async def get(self, key: str, *, bucket: str = "bucket", **members: Any) -> tuple[Any, bytes]:
        """GetObject, and the bytes of its body."""
        output = await self.do(types.GetObjectInput(bucket=bucket, key=key, **members))
        return output, await content(output.body)

    async def head(self, key: str, *, bucket: str = "bucket", **members: Any) -> Any:
        """HeadObject."""
        return await self.do(types.HeadObjectInput(bucket=bucket, key=key, **members))

    async def begin(self, key: str, *, bucket: str = "bucket", **members: Any) -> str:
        """CreateMultipartUpload; the id of the upload."""
        output = await self.do(types.CreateMultipartUploadInput(bucket=bucket, key=key, **members))
        assert isinstance(output.upload_id, str)
        return output.upload_id

    async def part(
        self, key: str, upload_id: str, number: int, data: bytes, *, bucket: str = "bucket", **members: Any
    ) -> Any:
        """UploadPart, with a Content-MD5 unless `md5` is False."""
        md5 = members.pop("md5", True)
        request = types.UploadPartInput(
            bucket=bucket, key=key, upload_id=upload_id, part_number=number, **members
        )
        return await self.do(request, data, md5=md5)

    async def complete(
        self,
        key: str,
        upload_id: str,
        parts: Sequence[types.CompletedPart],
        *,
        bucket: str = "bucket",
        **members: Any,
    ) -> Any:
        """CompleteMultipartUpload."""
        return await self.do(
            types.CompleteMultipartUploadInput(
                bucket=bucket,
                key=key,
                upload_id=upload_id,
                multipart_upload=types.CompletedMultipartUpload(parts=list(parts)),
                **members,
            )
        )

    async def multipart(self, key: str, blobs: Sequence[bytes], **members: Any) -> Any:
        """Put an object in parts; the output of Complete."""
        upload_id = await self.begin(key, **members)
        parts = []
        for number, blob in enumerate(blobs, 1):
            output = await self.part(key, upload_id, number, blob)
            parts.append(completed(number, output))
        return await self.complete(key, upload_id, parts)

    async def refused(self, request: Any, data: bytes = b"", **arguments: Any) -> S3Error:
        """The error by which an operation ends."""
        with pytest.raises(S3Error) as caught:
            await self.do(request, data, **arguments)
        return caught.value


def completed(number: int, output: Any) -> types.CompletedPart:
    """An entry of the document of Complete, from what UploadPart answered."""
    part = types.CompletedPart(part_number=number, e_tag=output.e_tag)
    for name in MEMBERS.values():
        setattr(part, name, getattr(output, name))
    return part


async def content(body: Any) -> bytes:
    """All bytes of an output's body."""
    if body is None:
        return b""
    if isinstance(body, (bytes, bytearray, memoryview)):
        return bytes(body)
    return b"".join([bytes(block) async for block in body])
