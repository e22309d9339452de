"""GetObject and HeadObject."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from datetime import UTC, datetime
from operator import attrgetter
from typing import Any, NamedTuple

from s3gw.db import objects
from s3gw.db.objects import Found, ObjectPart
from s3gw.db.records import ObjectVersion
from s3gw.errors import S3Error
from s3gw.operations import (
    checksums,
    conditions,
    customer_keys,
    encrypting,
    encryption,
    etags,
    expiry,
    locks,
    properties,
    ranges,
    restore,
)
from s3gw.operations.call import Buffer, Call, operation
from s3gw.operations.conditions import UNCONDITIONAL, Conditions, Verdict
from s3gw.operations.lookup import existing_bucket, find, version_of
from s3gw.operations.ranges import Span
from s3gw.protocol import types
from s3gw.protocol.values import http_date

_AT_ONCE = 64 << 10
"""Bytes up to which an object is handed on in one piece, so that it is sent with its headers."""

# Members that replace a header of the answer → member of the output.
_OVERRIDES: Mapping[str, str] = {
    "response_cache_control": "cache_control",
    "response_content_disposition": "content_disposition",
    "response_content_encoding": "content_encoding",
    "response_content_language": "content_language",
    "response_content_type": "content_type",
    "response_expires": "expires",
}
_GIVEN_OVERRIDES = attrgetter(*_OVERRIDES)
_GIVEN_CONDITIONS = attrgetter(*Conditions._fields)
_NO_OVERRIDES = (None,) * len(_OVERRIDES)


@operation("GetObject", "s3:GetObject")
async def get_object(call: Call, request: types.GetObjectInput) -> types.GetObjectOutput:
    """The object, a range of it, or one of its parts.

    The first block is read before this returns, so that bytes which cannot be had are told as an error and
    not as a broken connection.
    """
    overrides = _overrides(call, request)
    found, version = await _find(call, request, inline=True)
    record = encryption.of(version.properties)
    assert found.bucket is not None
    customer = None
    if encrypting.concerns(request, record):
        customer = await encrypting.for_reading(call, request, found.bucket, record)
    by_part = request.part_number is not None
    selected = await _select_part(call, request, version) if by_part else _select(request, version)
    output = types.GetObjectOutput()
    _describe(output, request, version, selected, overrides)
    if locks.of(version.properties):
        await locks.show(call, output, found)
    _show_expiry(output, request, found)
    if customer is not None:
        customer.show(output)
    key = None if customer is None else customer.key
    start, length = selected.span
    if length == 0:
        output.body = b""
    elif found.inline is not None:
        output.body = bytes(await call.services.store.inline(found.inline, start, length, key=key))
    else:
        blocks = call.services.store.read(version.body, start, length, rows=found.rows, key=key)
        output.body = await _begun(blocks, length)
    return output


@operation("HeadObject", "s3:GetObject")
async def head_object(call: Call, request: types.HeadObjectInput) -> types.HeadObjectOutput:
    """What GetObject would say, without the bytes: no KMS key is needed for that."""
    overrides = _overrides(call, request)
    found, version = await _find(call, request, inline=False)
    record = encryption.of(version.properties)
    customer = None
    if customer_keys.concerns(request, record):
        customer = await customer_keys.for_reading(call, request, record)
    by_part = request.part_number is not None
    selected = await _select_part(call, request, version) if by_part else _select(request, version)
    output = types.HeadObjectOutput()
    _describe(output, request, version, selected, overrides)
    if locks.of(version.properties):
        await locks.show(call, output, found)
    _show_expiry(output, request, found)
    if customer is not None:
        customer.show(output)
    return output


class _Selected(NamedTuple):
    """The bytes that a request asked for; `partial` where they are announced as a range."""

    span: Span
    partial: bool = False
    checksums: Mapping[str, str] | None = None
    parts_count: int | None = None


async def _find(call: Call, request: Any, *, inline: bool) -> tuple[Found, ObjectVersion]:
    found = await find(call, request.bucket, request.key, request.version_id, inline=inline)
    existing_bucket(found.bucket, request.bucket, request.expected_bucket_owner)
    version = version_of(found, request.key, request.version_id)
    given = _GIVEN_CONDITIONS(request)
    if given != UNCONDITIONAL:
        _judge(Conditions(*given), version)
    return found, version


def _show_expiry(output: Any, request: Any, found: Found) -> None:
    """Only current versions expire so; of one that was named it is not known whether it is that."""
    bucket, version = found.bucket, found.version
    if bucket is None or version is None or not expiry.expires(bucket):
        return
    if request.version_id is not None and bucket.versioning is not None:
        return
    tagged = version.properties.extra.get("tags")
    expiry.show(output, bucket, version.key, version.size, tagged, version.modified_at)


def _judge(given: Conditions, version: ObjectVersion) -> None:
    verdict, header = given.judge(version.etag, version.modified_at, datetime.now(UTC))
    if verdict is Verdict.FAILED:
        raise conditions.failed(header)
    if verdict is Verdict.UNCHANGED:
        raise S3Error("NotModified", headers=_validators(version))


def _validators(version: ObjectVersion) -> dict[str, str]:
    """The headers that a 304 repeats, so that a cache can refresh what it holds."""
    headers = {"ETag": etags.quote(version.etag), "Last-Modified": http_date(version.modified_at)}
    for name in ("Cache-Control", "Expires"):
        if name in version.properties.headers:
            headers[name] = version.properties.headers[name]
    return headers


def _select(request: Any, version: ObjectVersion) -> _Selected:
    """Which bytes are asked for, where not by partNumber. Raises InvalidRange."""
    if request.range is None:
        return _Selected(Span(0, version.size), False, version.properties.checksums)
    heeded = conditions.range_applies(request.if_range, version.etag, version.modified_at)
    span = ranges.requested(request.range if heeded else None, version.size)
    if span is None:
        return _Selected(Span(0, version.size), False, version.properties.checksums)
    # As in S3, a range that is everything shows the checksum of everything.
    whole = span.length == version.size
    return _Selected(span, partial=True, checksums=version.properties.checksums if whole else None)


async def _select_part(call: Call, request: Any, version: ObjectVersion) -> _Selected:
    """The bytes of a part. Raises InvalidRequest, InvalidArgument, InvalidPartNumber."""
    number: int = request.part_number
    if request.range is not None:
        raise S3Error("InvalidRequest", "Cannot specify both Range header and partNumber query parameter")
    if not 1 <= number <= 10000:
        raise S3Error(
            "InvalidArgument",
            "Part number must be an integer between 1 and 10000, inclusive",
            fields={"ArgumentName": "partNumber", "ArgumentValue": str(number)},
        )
    if version.parts_count is None:
        if number != 1:
            raise _no_part(number, 1)
        # An object that was put in one piece is its own first part.
        return _Selected(
            Span(0, version.size), partial=version.size > 0, checksums=version.properties.checksums
        )
    part = await objects.part(call.services.db, version.body, number)
    if part is None or part.offset + part.size > version.size:  # appended since
        raise _no_part(number, version.parts_count)
    return _Selected(
        Span(part.offset, part.size),
        partial=part.size > 0,
        checksums=_part_checksums(part, version),
        parts_count=version.parts_count,
    )


def _part_checksums(part: ObjectPart, version: ObjectVersion) -> dict[str, str]:
    """The part's own checksum by the object's algorithm, with the object's type."""
    shown = {name: part.checksums[name] for name in version.properties.checksums if name in part.checksums}
    if shown and "type" in version.properties.checksums:
        shown["type"] = version.properties.checksums["type"]
    return shown


def _no_part(number: int, count: int) -> S3Error:
    return S3Error(
        "InvalidPartNumber", fields={"ActualPartCount": str(count), "PartNumberRequested": str(number)}
    )


def _describe(
    output: Any, request: Any, version: ObjectVersion, selected: _Selected, overrides: Mapping[str, Any]
) -> None:
    """Set everything but the body."""
    properties.show(output, version.properties)
    encryption.show(output, encryption.of(version.properties))
    output.restore = restore.header(version.properties.storage_class)
    output.accept_ranges = "bytes"
    output.last_modified = version.modified_at
    output.content_length = selected.span.length
    output.e_tag = etags.quote(version.etag)
    output.version_id = version.version_id
    output.parts_count = selected.parts_count
    if selected.partial:
        output.content_range = selected.span.content_range(version.size)
    if selected.checksums and (request.checksum_mode or "").upper() == "ENABLED":
        checksums.show(output, selected.checksums)
    for member, value in overrides.items():
        setattr(output, member, value)


def _overrides(call: Call, request: Any) -> dict[str, Any]:
    """The headers of the answer that the query replaces, by member of the output."""
    given = _GIVEN_OVERRIDES(request)
    if given == _NO_OVERRIDES:
        return {}
    chosen = {
        target: value for target, value in zip(_OVERRIDES.values(), given, strict=True) if value is not None
    }
    if call.anonymous:
        raise S3Error(
            "InvalidRequest", "Request specific response headers cannot be used for anonymous GET requests."
        )
    return chosen


async def _begun(blocks: AsyncIterator[Buffer], length: int) -> Any:
    """The blocks with the first one read already; as one value where it is all there is."""
    first = await anext(blocks)
    if len(first) == length:
        async for _ in blocks:  # ends the reader, and with it what it holds
            pass
        return bytes(first) if length <= _AT_ONCE else first
    return _Begun(first, blocks)


class _Begun:
    """Blocks of which the first was read already; closing it closes the reader, started or not."""

    def __init__(self, first: Buffer, rest: AsyncIterator[Buffer]) -> None:
        self._first: Buffer | None = first
        self._rest = rest

    def __aiter__(self) -> _Begun:
        return self

    async def __anext__(self) -> Buffer:
        first, self._first = self._first, None
        return await anext(self._rest) if first is None else first

    async def aclose(self) -> None:
        """End the reader and what it fetched ahead."""
        close = getattr(self._rest, "aclose", None)
        if close is not None:
            await close()
