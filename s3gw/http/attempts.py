"""Deciding by what is remembered, and once more by what is, where that was not so.

A request is authenticated and authorised by what earlier requests found out about its access key and its
bucket. What comes of it counts only once a statement has compared that with the database, in the snapshot in
which it took effect (see `s3gw.db.assumed`): then nothing had to be looked up before. Otherwise nothing has
happened yet but the reading of a short body, and the request begins again with what is looked up now, as also
where it would be refused. So nobody is refused, or let in, by what is not true any more.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from typing import Protocol, TypeVar

from s3gw.db.assumed import NOTHING, Assumed, Outdated
from s3gw.errors import S3Error, Unavailable
from s3gw.http.incoming import NO_BODY, Incoming
from s3gw.operations.call import Buffer, RequestBody
from s3gw.protocol.operation import BodyKind, Operation
from s3gw.storage.whole import LARGEST, SHORT

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

_KEPT = 48 << 20
"""Bytes of bodies longer than SHORT that are kept at once."""
_ATTEMPTS = 5
_STREAM = BodyKind.STREAM


class Attempt(Protocol[T_co]):
    """All steps of a request from its authentication on."""

    async def __call__(self, assumed: Assumed, remember: bool, handle: bool = True, /) -> T_co:
        """`assumed` is filled in with what is gone by; without `handle` it ends with the decision."""
        ...


class KeptBody:
    """A short body that can be iterated once more when it was read to its end."""

    __slots__ = ("_begun", "_blocks", "_body", "_ended", "announced_digest", "exact", "length")

    def __init__(self, body: RequestBody) -> None:
        self._body = body
        self._blocks: list[Buffer] = []
        self._begun = self._ended = False
        self.length = body.length
        self.exact = body.exact
        self.announced_digest = body.announced_digest

    @property
    def repeatable(self) -> bool:
        """Whether iterating it now would yield all of it."""
        return self._ended or not self._begun

    async def __aiter__(self) -> AsyncIterator[Buffer]:
        """The blocks."""
        if self._ended:
            for block in self._blocks:
                yield block
            return
        self._begun = True
        async for block in self._body:
            self._blocks.append(block)
            yield block
        self._ended = True

    async def read(self) -> Buffer:
        """As of the body; for the next attempt it is kept."""
        if self._ended:
            return self._blocks[0] if len(self._blocks) == 1 else b"".join(self._blocks)
        self._begun = True
        block = await self._body.read()
        self._blocks.append(block)
        self._ended = True
        return block

    def request_checksum(self, algorithm: str) -> None:
        """As of the body; a second attempt asks for the same."""
        if not self._ended:
            self._body.request_checksum(algorithm)

    @property
    def md5(self) -> bytes:
        """As of the body."""
        return self._body.md5

    @property
    def sha256(self) -> bytes | None:
        """As of the body."""
        return self._body.sha256

    @property
    def checksums(self) -> Mapping[str, str]:
        """As of the body."""
        return self._body.checksums


class Course:
    """What the attempts of one request have in common: what was read of its body, once."""

    __slots__ = ("_came", "_keeps", "_kept", "document_begun", "document_read")

    def __init__(self, *, keeps: bool = True) -> None:
        """`keeps` says that the body is short, and is kept for another attempt."""
        self._came: Incoming | None = None
        self._keeps = keeps
        self._kept: KeptBody | None = None
        self.document_begun = False
        self.document_read = False

    def go_on(self, came: Incoming) -> None:
        """An attempt has understood the head of the request: give it what the one before has read."""
        before, self._came = self._came, came
        if before is not None:
            came.body, came.origin = before.body, before.origin
            if self.document_read:
                came.given = came.asked = before.given

    def handed(self, assumed: Assumed) -> tuple[RequestBody, Assumed]:
        """The body for the handler, and what it has to compare.

        That is nothing where the body is read only once: what was decided when a long upload began holds to
        its end.
        """
        assert self._came is not None
        body = self._came.body
        if body is NO_BODY:
            return body, assumed
        if not self._keeps:
            return body, NOTHING
        if self._kept is None:
            self._kept = KeptBody(body)
        return self._kept, assumed

    @property
    def is_repeatable(self) -> bool:
        """Whether another attempt would have all of the body."""
        if self.document_begun and not self.document_read:
            return False
        return self._kept is None or self._kept.repeatable

    @property
    def has_body(self) -> bool:
        """Whether there is one to be closed."""
        return self._came is not None and self._came.body is not NO_BODY

    async def close(self) -> None:
        """Nothing more will be read."""
        if self._came is not None:
            await self._came.body.close()


class Keeping:
    """How much of bodies a process keeps for another attempt."""

    def __init__(self) -> None:
        self._longer = 0

    def take(self, operation: Operation, headers: Mapping[str, str]) -> int | None:
        """Bytes to be given back, where a request may be decided on before anything is compared; else None.

        That is judged by its head: a long body is not read for a request that would then be refused, and a
        client that asks first is not told to send one.
        """
        if operation.name == "PostObject":
            return None
        if operation.body is not _STREAM:
            return 0
        text = headers.get("x-amz-decoded-content-length", headers.get("content-length", ""))
        if not (text.isascii() and text.isdigit() and len(text) < 20):
            return None
        length = int(text)
        if length <= SHORT:
            return 0
        if length > LARGEST or "expect" in headers or self._longer + length > _KEPT:
            return None
        self._longer += length
        return length

    def give(self, length: int | None) -> None:
        """The request is over."""
        self._longer -= length or 0


async def settle(attempt: Attempt[T], course: Course, *, remember: bool) -> T:
    """What becomes of a request. Raises S3Error, Unavailable, and whatever the attempt raises."""
    assumed = Assumed()
    try:
        done = await attempt(assumed, remember)
        if not assumed.remembered:
            return done
        raise RuntimeError("an operation succeeded by what nobody has compared")
    except Outdated:
        pass
    except S3Error:
        if not assumed.remembered:
            raise
        if not course.is_repeatable:
            await attempt(Assumed(), False, False)
            raise
    for _ in range(_ATTEMPTS):
        try:
            return await attempt(Assumed(), False)
        except Outdated:
            continue
    raise Unavailable("the bucket or the access key is changed all the time")
