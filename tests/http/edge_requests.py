"""Requests for the tests of the edge, signed by a second, plain implementation of signature version 4."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import AsyncGenerator, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import quote, unquote, urlsplit

from multidict import CIMultiDict

from s3gw.http.addressing import parse_address
from s3gw.http.signature import Authenticated, authenticate

NOW = datetime(2026, 5, 4, 12, 30, 0, tzinfo=UTC)
STAMP = "20260504T123000Z"
REGION = "us-east-1"
ACCESS_KEY = "AKIAIOSFODNN7EXAMPLE"
SECRET_KEY = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
HOST = "s3.example.com:9000"
EMPTY = hashlib.sha256(b"").hexdigest()
UNSIGNED = "UNSIGNED-PAYLOAD"
SIGNED_CHUNKS = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
SIGNED_TRAILER = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER"
UNSIGNED_TRAILER = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"


class OneKey:
    """`Secrets` that know a single key."""

    def known_secret(self, access_key: str) -> str | None:
        """None: all are looked up."""

    async def secret(self, access_key: str) -> str | None:
        """Its secret."""
        return SECRET_KEY if access_key == ACCESS_KEY else None


async def check(
    method: str,
    target: str,
    headers: Mapping[str, str],
    *,
    now: datetime = NOW,
    region: str = REGION,
    domains: tuple[str, ...] = (),
) -> Authenticated | None:
    """Address and authenticate a request as the pipeline does."""
    given = CIMultiDict(headers)
    address = parse_address(target, given.get("Host", ""), domains)
    return await authenticate(method, address, given, OneKey(), region, now)


def derive(secret: str = SECRET_KEY, stamp: str = STAMP, region: str = REGION) -> bytes:
    """A signing key."""
    key = ("AWS4" + secret).encode()
    for part in (stamp[:8], region, "s3", "aws4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key


def _query(raw: str) -> str:
    pairs = [part.partition("=") for part in raw.split("&") if part]
    encoded = [(quote(unquote(n), safe="-._~"), quote(unquote(v), safe="-._~")) for n, _, v in pairs]
    return "&".join(f"{name}={value}" for name, value in sorted(encoded))


def signature_of(
    method: str,
    target: str,
    headers: Mapping[str, str],
    names: Sequence[str],
    payload: str,
    *,
    secret: str = SECRET_KEY,
    stamp: str = STAMP,
    region: str = REGION,
) -> str:
    """The signature over the raw path of `target`, its query and the headers `names`."""
    path, _, query = target.partition("?")
    lower = {name.lower(): value for name, value in headers.items()}
    lines = "".join(f"{name}:{lower.get(name, '').strip()}\n" for name in names)
    request = "\n".join((method, path, _query(query), lines, ";".join(names), payload))
    scope = f"{stamp[:8]}/{region}/s3/aws4_request"
    digest = hashlib.sha256(request.encode("utf-8", "surrogateescape")).hexdigest()
    text = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{digest}"
    return hmac.new(derive(secret, stamp, region), text.encode(), hashlib.sha256).hexdigest()


def signed(
    method: str,
    target: str,
    headers: Mapping[str, str] | None = None,
    *,
    payload: str = EMPTY,
    secret: str = SECRET_KEY,
    access_key: str = ACCESS_KEY,
    stamp: str = STAMP,
    region: str = REGION,
    names: Sequence[str] | None = None,
) -> CIMultiDict[str]:
    """The headers of a request with an Authorization header; all are signed unless `names` says which."""
    result = CIMultiDict({"Host": HOST, "x-amz-date": stamp, "x-amz-content-sha256": payload})
    result.update(headers or {})
    chosen = sorted({name.lower() for name in result}) if names is None else list(names)
    value = signature_of(method, target, result, chosen, payload, secret=secret, stamp=stamp, region=region)
    result["Authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={access_key}/{stamp[:8]}/{region}/s3/aws4_request, "
        f"SignedHeaders={';'.join(chosen)}, Signature={value}"
    )
    return result


def presigned(
    method: str,
    target: str,
    headers: Mapping[str, str] | None = None,
    *,
    expires: int | str = 3600,
    stamp: str = STAMP,
    region: str = REGION,
    secret: str = SECRET_KEY,
    access_key: str = ACCESS_KEY,
    payload: str = UNSIGNED,
    names: Sequence[str] | None = None,
) -> str:
    """The target of a presigned request; `headers` are signed beside the host."""
    given = {"Host": HOST} | dict(headers or {})
    chosen = sorted({name.lower() for name in given}) if names is None else list(names)
    credential = f"{access_key}/{stamp[:8]}/{region}/s3/aws4_request"
    target += "&" if "?" in target else "?"
    target += (
        f"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={quote(credential, safe='')}&X-Amz-Date={stamp}"
        f"&X-Amz-Expires={expires}&X-Amz-SignedHeaders={quote(';'.join(chosen), safe='')}"
    )
    value = signature_of(method, target, given, chosen, payload, secret=secret, stamp=stamp, region=region)
    return f"{target}&X-Amz-Signature={value}"


def chunk_text(kind: str, previous: str, *digests: str, stamp: str = STAMP, region: str = REGION) -> bytes:
    """What is signed for a chunk or a trailer."""
    scope = f"{stamp[:8]}/{region}/s3/aws4_request"
    return "\n".join((f"AWS4-HMAC-SHA256-{kind}", stamp, scope, previous, *digests)).encode()


def signed_chunks(seed: str, chunks: Iterable[bytes], trailer: tuple[str, str] | None = None) -> bytes:
    """A body in signed aws-chunked framing, with a signed trailer where one is given."""
    key = derive()
    previous = seed
    out = bytearray()
    for chunk in (*chunks, b""):
        text = chunk_text("PAYLOAD", previous, EMPTY, hashlib.sha256(chunk).hexdigest())
        previous = hmac.new(key, text, hashlib.sha256).hexdigest()
        out += f"{len(chunk):x};chunk-signature={previous}\r\n".encode() + chunk
        out += b"\r\n" if chunk else b""
    if trailer is not None:
        line = f"{trailer[0]}:{trailer[1]}\n".encode()
        text = chunk_text("TRAILER", previous, hashlib.sha256(line).hexdigest())
        value = hmac.new(key, text, hashlib.sha256).hexdigest()
        out += line[:-1] + f"\r\nx-amz-trailer-signature:{value}\r\n".encode()
    return bytes(out + b"\r\n")


def unsigned_chunks(chunks: Iterable[bytes], trailer: tuple[str, str] | None = None) -> bytes:
    """A body in unsigned aws-chunked framing."""
    out = b"".join(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n" for chunk in chunks)
    line = f"{trailer[0]}:{trailer[1]}\r\n".encode() if trailer else b""
    return out + b"0\r\n" + line + b"\r\n"


async def source(*blocks: bytes) -> AsyncGenerator[bytes, None]:
    """The bytes of a request body, as they arrive."""
    for block in blocks:
        yield block


def split_url(url: str) -> str:
    """The request target of a URL."""
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")
