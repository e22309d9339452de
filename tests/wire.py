"""Requests byte by byte, signed by an implementation of its own, for what no client would send."""

from __future__ import annotations

import contextlib
import hashlib
import hmac
import http.client
import re
import socket
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import quote

from tests.gateway import Gateway

EMPTY = hashlib.sha256(b"").hexdigest()
UNSIGNED = "UNSIGNED-PAYLOAD"
SIGNED_CHUNKS = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD"
UNSIGNED_TRAILER = "STREAMING-UNSIGNED-PAYLOAD-TRAILER"


@dataclass
class Answer:
    """A response, read to its end."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def code(self) -> str:
        """The code in the S3 error document, or "" where there is none."""
        found = re.search(rb"<Code>(\w+)</Code>", self.body)
        return found[1].decode() if found else ""


@dataclass
class Signer:
    """SigV4 with what one gateway was started with, unless told otherwise."""

    gateway: Gateway
    secret: str = ""
    now: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def stamp(self) -> str:
        """The time of signing, as the protocol writes it."""
        return self.now.strftime("%Y%m%dT%H%M%SZ")

    @property
    def scope(self) -> str:
        """The credential scope."""
        return f"{self.stamp[:8]}/us-east-1/s3/aws4_request"

    def sign(self, text: str) -> str:
        """The signature of `text` by the key of this day, region and service."""
        key = ("AWS4" + (self.secret or self.gateway.secret_key)).encode()
        for part in self.scope.split("/"):
            key = hmac.digest(key, part.encode(), "sha256")
        return hmac.digest(key, text.encode(), "sha256").hex()

    def headers(
        self, method: str, path: str, query: str, payload: str, extra: Mapping[str, str]
    ) -> dict[str, str]:
        """All headers of a request signed in its Authorization header; every given one is signed."""
        given = {
            "host": f"127.0.0.1:{self.gateway.port}",
            "x-amz-date": self.stamp,
            "x-amz-content-sha256": payload,
            **{name.lower(): value for name, value in extra.items()},
        }
        signed, canonical = self._canonical(method, path, query, payload, given)
        credential = f"{self.gateway.access_key}/{self.scope}"
        signature = self.sign(self._to_sign(canonical))
        given["authorization"] = (
            f"AWS4-HMAC-SHA256 Credential={credential},SignedHeaders={signed},Signature={signature}"
        )
        return given

    def presigned(
        self, method: str, path: str, expires: int | str = 300, query: str = "", payload: str = UNSIGNED
    ) -> str:
        """A request target signed in its query, with `host` alone as signed header."""
        credential = quote(f"{self.gateway.access_key}/{self.scope}", safe="")
        fields = (
            f"X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential={credential}&X-Amz-Date={self.stamp}"
            f"&X-Amz-Expires={expires}&X-Amz-SignedHeaders=host"
        )
        query = f"{query}&{fields}" if query else fields
        _, canonical = self._canonical(
            method, path, query, payload, {"host": f"127.0.0.1:{self.gateway.port}"}
        )
        return f"{path}?{query}&X-Amz-Signature={self.sign(self._to_sign(canonical))}"

    def chunked(self, chunks: Iterable[bytes], seed: str) -> bytes:
        """An aws-chunked body with a signature on every chunk, the empty last one included."""
        framed, previous = b"", seed
        for chunk in [*chunks, b""]:
            text = "\n".join(
                (
                    "AWS4-HMAC-SHA256-PAYLOAD",
                    self.stamp,
                    self.scope,
                    previous,
                    EMPTY,
                    hashlib.sha256(chunk).hexdigest(),
                )
            )
            previous = self.sign(text)
            framed += f"{len(chunk):x};chunk-signature={previous}\r\n".encode() + chunk + b"\r\n"
        return framed

    def _to_sign(self, canonical: str) -> str:
        digest = hashlib.sha256(canonical.encode()).hexdigest()
        return f"AWS4-HMAC-SHA256\n{self.stamp}\n{self.scope}\n{digest}"

    @staticmethod
    def _canonical(
        method: str, path: str, query: str, payload: str, headers: Mapping[str, str]
    ) -> tuple[str, str]:
        names = sorted(headers)
        pairs = sorted(pair if "=" in pair else pair + "=" for pair in query.split("&") if pair)
        lines = "".join(f"{name}:{headers[name].strip()}\n" for name in names)
        signed = ";".join(names)
        return signed, "\n".join((method, path, "&".join(pairs), lines, signed, payload))


def request(
    gateway: Gateway,
    method: str,
    path: str,
    query: str = "",
    *,
    headers: Mapping[str, str] | None = None,
    body: bytes = b"",
    payload: str | None = None,
    signer: Signer | None = None,
    half_close: bool = False,
    timeout: float = 30,
) -> Answer:
    """Send one request signed in its header and read the answer. Content-Length is added where missing."""
    given = {name.lower(): value for name, value in (headers or {}).items()}
    if body and "content-length" not in given:
        given["content-length"] = str(len(body))
    length = given.pop("content-length", None)
    payload = hashlib.sha256(body).hexdigest() if payload is None else payload
    signed = (signer or Signer(gateway)).headers(method, path, query, payload, given)
    if length is not None:
        signed["content-length"] = length
    target = f"{path}?{query}" if query else path
    return raw(gateway, head(method, target, signed) + body, method, half_close=half_close, timeout=timeout)


def chunked_put(
    gateway: Gateway,
    path: str,
    chunks: list[bytes],
    *,
    headers: Mapping[str, str] | None = None,
    tamper: Callable[[bytes], bytes] = bytes,
    half_close: bool = False,
) -> Answer:
    """PUT with a signature on every chunk; `tamper` may change the framed body afterwards."""
    signer = Signer(gateway)
    given = {
        "content-encoding": "aws-chunked",
        "x-amz-decoded-content-length": str(sum(map(len, chunks))),
        **(headers or {}),
    }
    signed = signer.headers("PUT", path, "", SIGNED_CHUNKS, given)
    body = tamper(signer.chunked(chunks, signed["authorization"].rpartition("=")[2]))
    signed.setdefault("content-length", str(len(body)))
    return raw(gateway, head("PUT", path, signed) + body, "PUT", half_close=half_close)


def trailer_put(
    gateway: Gateway,
    path: str,
    framed: bytes,
    *,
    decoded: int | None,
    trailer: str = "x-amz-checksum-crc32",
    signer: Signer | None = None,
    headers: Mapping[str, str] | None = None,
    half_close: bool = False,
) -> Answer:
    """PUT of a body that is framed but not signed, as it is given, with a trailer announced."""
    given = {"content-encoding": "aws-chunked", "x-amz-trailer": trailer, **(headers or {})}
    if decoded is not None:
        given["x-amz-decoded-content-length"] = str(decoded)
    return request(
        gateway,
        "PUT",
        path,
        headers=given,
        body=framed,
        payload=UNSIGNED_TRAILER,
        signer=signer,
        half_close=half_close,
    )


def frame(*chunks: bytes, trailer: str = "") -> bytes:
    """Chunks framed without signatures, ended by the empty one and `trailer`, a line without its CRLF."""
    framed = b"".join(f"{len(chunk):x}\r\n".encode() + chunk + b"\r\n" for chunk in chunks if chunk)
    return framed + b"0\r\n" + (trailer.encode() + b"\r\n" if trailer else b"") + b"\r\n"


def head(method: str, target: str, headers: Mapping[str, str]) -> bytes:
    """The head of a request, nothing added."""
    lines = [f"{method} {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape")


def raw(
    gateway: Gateway, data: bytes, method: str = "GET", *, half_close: bool = False, timeout: float = 30
) -> Answer:
    """Send bytes as they are, read one answer; status 0 where the connection closes without one."""
    with connect(gateway, timeout) as connection:
        with contextlib.suppress(OSError):  # refused before all was sent; the answer may still be there
            connection.sendall(data)
        if half_close:
            connection.shutdown(socket.SHUT_WR)
        return answer(connection, method)


def connect(gateway: Gateway, timeout: float = 30) -> socket.socket:
    """A new connection."""
    return socket.create_connection(("127.0.0.1", gateway.port), timeout)


def answer(connection: socket.socket, method: str = "GET") -> Answer:
    """Read one answer; status 0 where the connection closes without one."""
    with http.client.HTTPResponse(connection, method=method) as response:
        try:
            response.begin()
            return Answer(response.status, response.headers, response.read())
        except (http.client.HTTPException, ConnectionError):
            return Answer(0, http.client.HTTPMessage(), b"")
