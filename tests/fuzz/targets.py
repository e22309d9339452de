"""What is fuzzed: functions of bytes that end quietly, whatever the bytes are, unless there is a bug.

A refusal below 500 is an answer; any other exception is a finding, and so is a forgery that is accepted.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Coroutine
from contextlib import suppress
from functools import partial
from typing import Any, TypeVar

from multidict import CIMultiDict

from s3gw.access.form_policy import parse_policy
from s3gw.errors import S3Error
from s3gw.http import canonical, uri
from s3gw.http.addressing import parse_address
from s3gw.http.form_parts import FileEnd, parse_boundary, read_prelude
from s3gw.http.form_signature import authenticate_form
from s3gw.http.framing import ChunkEnd, Deframer
from s3gw.http.signature import authenticate
from s3gw.operations import ranges
from s3gw.operations.copy_source import parse_copy_source
from s3gw.protocol.errors import error_document
from s3gw.protocol.operation import Head, Operation
from s3gw.protocol.routing import OPERATIONS, route
from tests.fuzz.seeds import BOUNDARY
from tests.http.edge_requests import HOST, NOW, REGION, STAMP, OneKey

T = TypeVar("T")
_DOCUMENTS = tuple(one for one in OPERATIONS.values() if one.parse_document is not None)
_METHODS = ("GET", "PUT", "POST", "DELETE", "HEAD")


def run(work: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that never waits for anything."""
    try:
        work.send(None)
    except StopIteration as done:
        result: T = done.value
        return result
    raise AssertionError("it waited")


def refusal(action: Callable[[], Any]) -> str | None:
    """The code with which `action` refuses; None where it does not. Anything else comes out."""
    try:
        action()
    except S3Error as error:
        if error.status >= 500 and error.code != "NotImplemented":
            raise
        error_document(error, "/bucket", "", "").decode()
        return error.code
    return None


def text_of(data: bytes) -> str:
    """Bytes as the HTTP parser hands them on."""
    return data.decode("utf-8", "surrogateescape")


def signature_header(data: bytes) -> None:
    """An Authorization header that nobody signed."""
    value = text_of(data)
    headers = CIMultiDict(
        {
            "Host": HOST,
            "Authorization": value,
            "x-amz-date": STAMP,
            "x-amz-content-sha256": "UNSIGNED-PAYLOAD",
        }
    )
    address = parse_address("/bucket/key", HOST, ())
    for version_2 in (False, True):
        work = authenticate("GET", address, headers, OneKey(), REGION, NOW, version_2=version_2)
        assert refusal(partial(run, work)) is not None, "accepted"


def signature_query(data: bytes) -> None:
    """A query that nobody signed: refused, or without any claim."""
    found: list[Any] = []

    def ask(version_2: bool) -> None:
        address = parse_address(f"/bucket/key?{text_of(data)}", HOST, ())
        headers = CIMultiDict({"Host": HOST})
        found.append(run(authenticate("PUT", address, headers, OneKey(), REGION, NOW, version_2=version_2)))

    for version_2 in (False, True):
        refusal(partial(ask, version_2))
    assert all(one is None for one in found), "accepted"


def canonical_request(data: bytes) -> None:
    """A request target: every canonical form means the same key, and it routes or is refused."""
    target = "/" + text_of(data)

    def ask() -> None:
        address = parse_address(target, HOST, ("example.com",))
        for path in canonical.canonical_paths(address.raw_path):
            assert uri.decode(path) == uri.decode(address.raw_path)
        query = canonical.canonical_query(address.pairs)
        assert sorted(uri.parse_query(query)) == sorted(address.pairs)
        for method in _METHODS:
            refusal(partial(_parse, method, address.bucket, address.key, address.query))

    refusal(ask)


def _parse(method: str, bucket: str | None, key: str | None, query: Any) -> None:
    operation = route(method, bucket, key, query, {})
    operation.parse(Head(method, bucket, key, query, {}))


def chunked(data: bytes) -> None:
    """An aws-chunked body means the same however it is cut into pieces."""
    for signed in (False, True):
        whole = _deframed([data], signed)
        assert _deframed([data[at : at + 1] for at in range(len(data))], signed) == whole
        for at in range(1, min(len(data), 64)):
            assert _deframed([data[:at], data[at:]], signed) == whole


def _deframed(pieces: list[bytes], signed: bool) -> tuple[str | None, bytes, tuple[str, ...]]:
    names = frozenset(("x-amz-checksum-crc32",))
    subject = Deframer(16, signed=signed, trailer=True, announced=names)
    out, ends = bytearray(), []

    def feed() -> None:
        for piece in pieces:
            for one in subject.feed(piece):
                if isinstance(one, ChunkEnd):
                    ends.append(one.signature)
                else:
                    out.extend(one)
        subject.finish()

    code = refusal(feed)
    return (code, b"", ()) if code else (None, bytes(out), tuple(ends))


def xml(data: bytes) -> None:
    """A document of every operation that takes one."""
    for operation in _DOCUMENTS:
        refusal(partial(_read_document, operation, data))


def _read_document(operation: Operation, data: bytes) -> None:
    query = {"uploadId": "u", "id": "i", "annotationName": "a"}
    given = operation.parse(Head("PUT", "bucket", "key", query, {}))
    assert operation.parse_document is not None
    operation.parse_document(given, data)


def byte_range(data: bytes) -> None:
    """A Range, and that of a copy: within the object, or refused."""
    header = text_of(data)
    for size in (0, 1, 10, 5 << 40):
        for read in (ranges.requested, ranges.copied):
            with suppress(S3Error):
                span = read(header, size)
                if span is not None:
                    assert 0 <= span.start < span.start + span.length <= size


def copy_source(data: bytes) -> None:
    """A copy source: a bucket without a slash and a key, or refused."""

    def ask() -> None:
        found = parse_copy_source(text_of(data))
        assert found.bucket
        assert "/" not in found.bucket
        assert found.key
        found.key.encode()

    refusal(ask)


class _Pieces:
    """A source of a form's bytes."""

    def __init__(self, pieces: list[bytes]) -> None:
        self._pieces = [piece for piece in pieces if piece]

    def __aiter__(self) -> _Pieces:
        return self

    async def __anext__(self) -> bytes:
        if not self._pieces:
            raise StopAsyncIteration
        return self._pieces.pop(0)

    async def aclose(self) -> None:
        """Nothing to end."""


def form(data: bytes) -> None:
    """A form means the same however it is cut into pieces, and nobody is believed to have signed it."""
    whole = _form([data])
    for at in range(1, min(len(data), 200)):
        assert _form([data[:at], data[at:]]) == whole
    assert _form([data[at : at + 1] for at in range(len(data))]) == whole


def _form(pieces: list[bytes]) -> tuple[str | None, Any]:
    content = bytearray()
    fields: dict[str, str] = {}
    names: list[str | None] = []

    async def ask() -> None:
        given = _Pieces(pieces)
        prelude = await read_prelude(given, BOUNDARY)
        fields.update(prelude.fields)
        names.append(prelude.filename)
        assert await authenticate_form(prelude.fields, OneKey(), REGION) is None, "accepted"
        end = FileEnd(BOUNDARY, lambda size, complete: None)
        for piece in [prelude.rest, *given._pieces]:
            for one in end.feed(piece):
                assert not isinstance(one, ChunkEnd)
                content.extend(one)
        end.finish()

    code = refusal(lambda: run(ask()))
    return (code, None) if code else (None, (bytes(content), fields, names))


def content_type(data: bytes) -> None:
    """A Content-Type of a form."""
    refusal(lambda: parse_boundary(text_of(data)))


def policy(data: bytes) -> None:
    """A policy: one that names no key lets no form pass."""

    def ask() -> None:
        found = parse_policy(base64.b64encode(data).decode())
        fields = {"bucket": "bucket", "key": "key"}
        assert not found.smallest < 0
        code = refusal(lambda: found.check(fields, NOW))
        if not re.search(rb"(?i)k|\\u", data):
            assert code is not None, "accepted"

    refusal(ask)
    refusal(lambda: parse_policy(text_of(data)))


TARGETS: dict[str, Callable[[bytes], None]] = {
    one.__name__: one
    for one in (
        signature_header,
        signature_query,
        canonical_request,
        chunked,
        xml,
        byte_range,
        copy_source,
        form,
        content_type,
        policy,
    )
}
