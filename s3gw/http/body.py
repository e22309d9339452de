"""The body of a request as its sender meant it: without framing, verified while it passes.

A body is read in blocks of up to a MiB. While the consumer works on one block, its digests are computed in
threads and the next block is received; nothing counts as verified before the iteration has ended.
"""

from __future__ import annotations

import asyncio
import hmac
from base64 import b64encode
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Mapping
from functools import partial
from typing import TYPE_CHECKING, Protocol

from s3gw.buffers import allocate
from s3gw.errors import S3Error
from s3gw.http import digests as digest_module
from s3gw.http.chunk_signatures import ChunkSignatures
from s3gw.http.digests import Digests, Expected, checksum_value, expected
from s3gw.http.framing import ChunkEnd, Deframer, Piece, incomplete
from s3gw.http.payload import PLAIN, Form, form_of

if TYPE_CHECKING:
    from s3gw.http.canonical import Headers
    from s3gw.http.signature import Authenticated
    from s3gw.operations.call import Buffer

BLOCK = 1 << 20
"""Bytes from which on a block is handed over. A body of at most as many comes as one."""
ON_THE_SPOT = 256 << 10
"""Bytes up to which a block is hashed on the spot; see `storage.whole.QUICK`."""
DOCUMENT_LIMIT = 1 << 20
LARGE_DOCUMENT_LIMIT = 8 << 20
"""Of the documents that list up to 1,000 keys of 1,024 escaped bytes, or 10,000 parts with checksums."""
_LIMITS = {
    "CompleteMultipartUpload": LARGE_DOCUMENT_LIMIT,
    "DeleteObjects": LARGE_DOCUMENT_LIMIT,
    "PutBucketWebsite": 128 << 10,
}
_MAX_LENGTH = 1 << 60


class Framing(Protocol):
    """Finds the data of a body in what is sent."""

    trailers: dict[str, str]
    trailer_signature: str | None

    def feed(self, data: Buffer) -> list[Piece]:
        """The next bytes as they were sent → what of them is data."""
        ...

    def finish(self) -> None:
        """Nothing more comes. Raises S3Error where that is too early."""
        ...


class Source(Protocol):
    """Where the bytes of a body come from: blocks that nobody changes once they were handed over."""

    def __aiter__(self) -> AsyncIterator[Buffer]: ...

    def __anext__(self) -> Awaitable[Buffer]: ...

    def aclose(self) -> Awaitable[None]:
        """Nothing more will be read."""
        ...


def open_body(
    source: Source,
    headers: Headers,
    authenticated: Authenticated | None,
    *,
    md5: bool = True,
    checksums: bool = True,
) -> Body:
    """The body that `headers` describe, its bytes coming from `source`; nothing is read yet.

    `md5` says whether the MD5 is wanted even if the client sent none; `checksums` whether the
    x-amz-checksum- headers speak of this body. Raises S3Error: MissingContentLength (411) where the length
    is not announced, and whatever is wrong with the announced digests.
    """
    form = _form(headers, authenticated)
    promised = expected(headers, form, with_checksums=checksums)
    deframer = signatures = None
    if form.chunked:
        length = _length(headers, "x-amz-decoded-content-length")
        announced = frozenset((promised.trailer,) if promised.trailer else ())
        deframer = Deframer(length, signed=form.signed_chunks, trailer=form.trailer, announced=announced)
        if form.signed_chunks:
            if authenticated is None:
                raise S3Error("AccessDenied")
            signatures = ChunkSignatures(authenticated)
    else:
        length = _length(headers, "Content-Length")
        _refuse_stray_framing(headers)
    return Body(source, length, form, promised, deframer, signatures, md5=md5)


def body_of_file(source: Source, headers: Headers, length: int, framing: Framing | None = None) -> Body:
    """The file of a form upload, with the digests that `headers` promise for it.

    `length` is exact, or the most that there can be where `framing` has yet to find the end of the file.
    """
    promised = expected(headers, PLAIN)
    return Body(source, length, PLAIN, promised, framing, None, md5=True, exact=framing is None)


def document_limit(operation: str) -> int:
    """Bytes that the document of an operation may have."""
    return _LIMITS.get(operation, DOCUMENT_LIMIT)


async def read_document(
    source: Source,
    headers: Headers,
    authenticated: Authenticated | None,
    *,
    limit: int = DOCUMENT_LIMIT,
    checksums: bool = True,
    digest_required: bool = False,
) -> bytes:
    """A whole body of at most `limit` bytes, verified like any other; b"" where the request has none.

    With `digest_required` the client must have sent Content-MD5 or a checksum. `too_large` is the code of
    the error for a body over the limit, which is refused before it is read.
    """
    if digest_required and not _has_digest(headers):
        message = "Missing required header for this request: Content-MD5 OR x-amz-checksum-*"
        raise S3Error("InvalidRequest", message)
    if "Content-Length" not in headers and "Transfer-Encoding" not in headers:
        headers = headers.copy()
        headers["Content-Length"] = "0"
    body = open_body(source, headers, authenticated, md5=False, checksums=checksums)
    if body.length > limit:
        code = "MalformedXML" if limit >= DOCUMENT_LIMIT else "MaxMessageLengthExceeded"
        raise S3Error(code, fields={"MaxMessageLengthBytes": str(limit)})
    return b"".join([bytes(block) async for block in body])


def _has_digest(headers: Headers) -> bool:
    if "Content-MD5" in headers or "x-amz-trailer" in headers:
        return True
    return any(digest_module.names_checksum(name) for name in headers)


def _form(headers: Headers, authenticated: Authenticated | None) -> Form:
    declared = headers.get("x-amz-content-sha256") if authenticated is None else authenticated.payload
    return PLAIN if declared is None else form_of(declared)


def _length(headers: Headers, name: str) -> int:
    text = headers.get(name)
    number = text is not None and text.isascii() and text.isdigit()
    if text is None or not (number or name == "Content-Length"):
        raise S3Error("MissingContentLength")
    if not number or len(text) > 20 or int(text) > _MAX_LENGTH:
        fields = {"ArgumentName": name, "ArgumentValue": text[:256]}
        raise S3Error("InvalidArgument", f"{name} is not a number of bytes", fields=fields)
    return int(text)


def _refuse_stray_framing(headers: Headers) -> None:
    """Refuse a body that says it is aws-chunked while its signature says otherwise.

    Taken literally, its framing would become part of the object. Where the body's digest was signed this
    cannot happen by accident, and the header is merely dropped.
    """
    encoding = headers.get("Content-Encoding")
    if encoding is None or headers.get("x-amz-content-sha256") != "UNSIGNED-PAYLOAD":
        return
    if any(part.strip().lower() == "aws-chunked" for part in encoding.split(",")):
        message = (
            "aws-chunked encoding is not supported when x-amz-content-sha256 UNSIGNED-PAYLOAD is supplied."
        )
        fields = {"ArgumentName": "Content-Encoding", "ArgumentValue": encoding[:256]}
        raise S3Error("InvalidArgument", message, fields=fields)


def _joined(parts: list[Buffer], size: int) -> Buffer:
    """The parts as one, which nobody changes any more."""
    if len(parts) == 1:
        return parts[0]
    if size < BLOCK:
        return b"".join(parts)
    block = allocate(size)[:size]
    at = 0
    for part in parts:
        block[at : at + len(part)] = part
        at += len(part)
    return block.toreadonly()


class Body:
    """A `RequestBody`: iterate it once, then ask for its digests."""

    def __init__(
        self,
        source: Source,
        length: int,
        form: Form,
        promised: Expected,
        deframer: Framing | None,
        signatures: ChunkSignatures | None,
        *,
        md5: bool,
        exact: bool = True,
    ) -> None:
        self.length = length
        self.exact = exact
        self.announced_digest = promised.md5 is not None or promised.algorithm is not None
        self._source = source
        self._form = form
        self._promised = promised
        self._deframer = deframer
        self._signatures = signatures
        self._digests = Digests(())
        if md5 or promised.md5 is not None:
            self._digests.add("MD5")
        if form.sha256 is not None:
            self._digests.add("SHA256")
        if promised.algorithm is not None:
            self._digests.add(promised.algorithm)
        self._named = {promised.algorithm} if promised.algorithm is not None else set()
        self._received = 0
        self._ended = False
        self._started = False
        self._running: list[asyncio.Future[None]] = []
        self._ahead: asyncio.Task[tuple[Buffer, list[Piece]]] | None = None

    def request_checksum(self, algorithm: str) -> None:
        """Also compute `algorithm`; before the first read."""
        if self._started:
            raise RuntimeError("a checksum was requested of a body that is being read")
        self._digests.add(algorithm)
        self._named.add(algorithm)

    @property
    def md5(self) -> bytes:
        """MD5 of the decoded bytes; after the end."""
        return self._digests.digest("MD5")

    @property
    def sha256(self) -> bytes | None:
        """SHA-256 of the decoded bytes, where it had to be computed; after the end."""
        return self._digests.digest("SHA256") if "SHA256" in self._digests else None

    @property
    def checksums(self) -> Mapping[str, str]:
        """Base64 by algorithm name, of those the client sent or that were requested; after the end."""
        return {name: value for name, value in self._digests.checksums().items() if name in self._named}

    async def __aiter__(self) -> AsyncGenerator[Buffer, None]:
        """The blocks; all checks are done when the iteration has ended."""
        if self._started:
            raise RuntimeError("a body can be read only once")
        self._started = True
        try:
            block, pieces = await self._gather()
            while True:
                if not self._ended:
                    self._ahead = asyncio.create_task(self._gather())
                self._start_hashing(block, pieces)
                if block:
                    yield block
                for future in self._running:
                    await future
                self._running.clear()
                if self._ahead is None:
                    break
                block, pieces = await self._ahead
                self._ahead = None
            self._check()
        finally:
            await self.close()

    async def read(self) -> Buffer:
        """All of it as one, in place of iterating, and checked; of less than BLOCK bytes."""
        if self._started or self.length >= BLOCK:
            raise RuntimeError("a body can be read only once, and at once only a short one")
        self._started = True
        try:
            block, pieces = await self._gather()
            self._start_hashing(block, pieces)
            for future in self._running:
                await future
            self._running.clear()
            self._check()
        finally:
            await self.close()
        return block

    async def close(self) -> None:
        """End what an iteration that was broken off has left running. May be called at any time."""
        left: list[asyncio.Future[None] | asyncio.Task[tuple[Buffer, list[Piece]]]] = list(self._running)
        if self._ahead is not None:
            self._ahead.cancel()
            left.append(self._ahead)
        self._running = []
        self._ahead = None
        if left:
            await asyncio.gather(*left, return_exceptions=True)
        await self._source.aclose()

    async def _gather(self) -> tuple[Buffer, list[Piece]]:
        """The next block, and in signed framing what the signatures are checked with."""
        parts: list[Buffer] = []
        script: list[Piece] = []
        size = 0
        while size < BLOCK:
            if self._deframer is None and self._received + size >= self.length:
                self._ended = True
                break
            try:
                data = await anext(self._source)
            except StopAsyncIteration:
                self._ended = True
                break
            if self._deframer is None:
                parts.append(data)
                size += len(data)
                continue
            pieces = self._deframer.feed(data)
            script += pieces
            for piece in pieces:
                if not isinstance(piece, ChunkEnd):
                    parts.append(piece)
                    size += len(piece)
        self._received += size
        if self._received > self.length:
            raise incomplete()
        return _joined(parts, size), script

    def _start_hashing(self, block: Buffer, pieces: list[Piece]) -> None:
        """Compute the digests of a block, in threads where that pays."""
        if len(block) <= ON_THE_SPOT:
            self._digests.update(block)
            if self._signatures is not None:
                self._signatures.follow(pieces)
            return
        jobs = [partial(digest_module.update_lane, lane, block) for lane in self._digests.lanes()]
        if self._signatures is not None:
            jobs.append(partial(self._signatures.follow, pieces))
        loop = asyncio.get_running_loop()
        self._running = [loop.run_in_executor(None, job) for job in jobs]

    def _check(self) -> None:
        """Everything that can only be judged at the end."""
        if self._deframer is not None:
            self._deframer.finish()
            self._check_trailer(self._deframer)
        elif self._received != self.length:
            raise S3Error(
                "IncompleteBody",
                "You did not provide the number of bytes specified by the Content-Length HTTP header",
            )
        self._check_sha256()
        self._check_md5()
        self._check_checksum()

    def _check_trailer(self, deframer: Framing) -> None:
        if self._signatures is not None and deframer.trailer_signature is not None:
            self._signatures.check_trailer(deframer.trailers, deframer.trailer_signature)
        name, algorithm = self._promised.trailer, self._promised.algorithm
        if name is not None and algorithm is not None:
            self._promised.value = checksum_value(name, deframer.trailers[name], algorithm, trailing=True)

    def _check_sha256(self) -> None:
        if self._form.sha256 is None:
            return
        computed = self._digests.digest("SHA256")
        if not hmac.compare_digest(computed, self._form.sha256):
            raise S3Error(
                "XAmzContentSHA256Mismatch",
                fields={
                    "ClientComputedContentSHA256": self._form.sha256.hex(),
                    "S3ComputedContentSHA256": computed.hex(),
                },
            )

    def _check_md5(self) -> None:
        if self._promised.md5 is not None and self._promised.md5 != self.md5:
            raise S3Error(
                "BadDigest",
                "The Content-MD5 you specified did not match what we received.",
                fields={
                    "ExpectedDigest": self._promised.md5.hex(),
                    "CalculatedDigest": b64encode(self.md5).decode(),
                },
            )

    def _check_checksum(self) -> None:
        algorithm = self._promised.algorithm
        if algorithm is not None and self._digests.digest(algorithm) != self._promised.value:
            message = f"The {algorithm} you specified did not match the calculated checksum."
            raise S3Error("BadDigest", message)
