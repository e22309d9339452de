"""Requests as bytes, signed ahead: SigV4 with the payload's SHA-256, as aws-cli signs over plain HTTP.

Written here and not taken from botocore, which takes many times as long: a second of load is tens of
thousands of requests.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple
from urllib.parse import quote

from bench.load.bodies import EMPTY, Body

_REGION = "us-east-1"
_EMPTY_SHA256 = hashlib.sha256().hexdigest()


class Request(NamedTuple):
    """One request, and what must come back."""

    head: bytes
    body: Body
    status: int
    """The status that is expected."""
    length: int | None
    """Bytes of the answer's body; None where any will do."""
    sha256: str | None
    """Digest of the answer's body, where it is to be checked."""
    bodiless: bool
    """Whether the answer has no body whatever its Content-Length: that of a HEAD."""


@dataclass(frozen=True)
class Target:
    """A server under load, and the key that requests are signed with."""

    port: int
    access_key: str
    secret_key: str
    host: str = "127.0.0.1"
    _keys: dict[str, bytes] = field(default_factory=dict, repr=False, compare=False)

    @property
    def endpoint(self) -> str:
        """Where it listens."""
        return f"http://{self.host}:{self.port}"

    def request(
        self,
        method: str,
        path: str,
        body: Body = EMPTY,
        *,
        query: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
        sha256: str | None = None,
        status: int = 200,
        length: int | None = None,
        check: str | None = None,
        age: int = 0,
    ) -> Request:
        """A signed request for a path of characters that need no escaping.

        `sha256` is the body's digest where the caller knows it, `headers` are signed, in lower case; `length`
        and `check` are the length and the SHA-256 that the answer must have. It is dated `age` seconds ago,
        so that equal requests can differ in their signatures.
        """
        asked = "&".join(f"{quote(k, '')}={quote(v, '')}" for k, v in sorted(query.items())) if query else ""
        digest = sha256 or (body.sha256() if body.size else _EMPTY_SHA256)
        date = _date(int(time.time()) - age)
        signed = {
            "host": f"{self.host}:{self.port}",
            "x-amz-content-sha256": digest,
            "x-amz-date": date,
            **(headers or {}),
        }
        names = sorted(signed)
        lines = [f"{name}:{signed[name]}" for name in names]
        canonical = "\n".join([method, path, asked, *lines, "", ";".join(names), digest])
        scope = f"{date[:8]}/{_REGION}/s3/aws4_request"
        text = f"AWS4-HMAC-SHA256\n{date}\n{scope}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
        signature = hmac.digest(self._key(date[:8]), text.encode(), "sha256").hex()
        authorization = (
            f"AWS4-HMAC-SHA256 Credential={self.access_key}/{scope}, "
            f"SignedHeaders={';'.join(names)}, Signature={signature}"
        )
        if method in ("PUT", "POST"):
            lines.append(f"content-length:{body.size}")
        target = f"{path}?{asked}" if asked else path
        head = f"{method} {target} HTTP/1.1\r\n" + "\r\n".join(
            [*(line.replace(":", ": ", 1) for line in lines), f"authorization: {authorization}", "", ""]
        )
        return Request(head.encode(), body, status, length, check, method == "HEAD")

    def _key(self, day: str) -> bytes:
        if day not in self._keys:
            key = f"AWS4{self.secret_key}".encode()
            for part in (day, _REGION, "s3", "aws4_request"):
                key = hmac.digest(key, part.encode(), "sha256")
            self._keys[day] = key
        return self._keys[day]


@lru_cache
def _date(when: int) -> str:
    return time.strftime("%Y%m%dT%H%M%SZ", time.gmtime(when))
