"""Stretches of blobs from an S3 service, without most of what botocore does around a request.

A call of the client takes two milliseconds of the processor, of which the wire is the smaller part. So a GET
is signed here and sent through the client's own session: its connections, TLS, certificates, proxies and
timeouts.

Nothing of the service is guessed. The first GET is the client's, which resolves endpoint, addressing and
region; what it sent is taken to pieces, and only if the very same signature comes out of them again are later
GETs built from them. Where it does not (no signature, one of another kind, more headers signed), the client
makes them all. The client also interprets every answer but the bytes asked for, so that errors stay what they
are.
"""

from __future__ import annotations

import hmac
import re
import threading
import time
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from urllib.parse import quote, urlsplit

from botocore.awsrequest import AWSPreparedRequest
from botocore.exceptions import ClientError
from botocore.response import StreamingBody

_ALGORITHM = "AWS4-HMAC-SHA256"
_NO_BODY = sha256().hexdigest()
_SCOPE = re.compile(rf"{_ALGORITHM} Credential=[^/]+/[0-9]{{8}}/([^/]+)/([^/]+)/aws4_request, .*")
_RANGE = re.compile(r"bytes ([0-9]+)-([0-9]+)/([0-9]+|\*)")


@dataclass(frozen=True, slots=True)
class Shape:
    """What the GETs of one bucket have in common."""

    origin: str
    """Scheme and authority, as they stand in the URL."""
    path: str
    """What stands before the key."""
    host: str
    region: str
    service: str
    agent: str

    def request(self, credentials: Any, key: str, asked: str, date: str) -> AWSPreparedRequest:
        """A signed GET of the stretch that the header Range names; `date` as X-Amz-Date has it.

        https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html
        """
        path = self.path + quote(key, safe="/~")
        signed = {
            "host": self.host,
            "range": asked,
            "x-amz-content-sha256": _NO_BODY,
            "x-amz-date": date,
        }
        if credentials.token:
            signed["x-amz-security-token"] = credentials.token
        names = ";".join(signed)
        lines = "".join(f"{name}:{value}\n" for name, value in signed.items())
        canonical = f"GET\n{path}\n\n{lines}\n{names}\n{_NO_BODY}"
        scope = f"{date[:8]}/{self.region}/{self.service}/aws4_request"
        text = f"{_ALGORITHM}\n{date}\n{scope}\n{sha256(canonical.encode()).hexdigest()}"
        signing_key = f"AWS4{credentials.secret_key}".encode()
        for step in scope.split("/"):
            signing_key = hmac.digest(signing_key, step.encode(), "sha256")
        signature = hmac.digest(signing_key, text.encode(), "sha256").hex()
        authorization = (
            f"{_ALGORITHM} Credential={credentials.access_key}/{scope}, "
            f"SignedHeaders={names}, Signature={signature}"
        )
        headers: Any = {**signed, "authorization": authorization, "user-agent": self.agent}
        return AWSPreparedRequest("GET", self.origin + path, headers, None, stream_output=True)


class Reads:
    """Reads by one client. Called in threads, several at once."""

    def __init__(self, client: Any, credentials: Any) -> None:
        """`credentials` are the client's, or None where it found none."""
        self._client = client
        self._credentials = credentials
        # Private, but there since 2018; without it every read is the client's.
        self._session: Any = getattr(getattr(client, "_endpoint", None), "http_session", None)
        self._shape: Shape | None = None
        self._call = threading.local()
        client.meta.events.register("before-send.s3.GetObject", self._before_send)

    def read(self, bucket: str, key: str, offset: int, length: int) -> bytes:
        """The bytes, or fewer where the blob ends. Raises what the client raises."""
        asked = f"bytes={offset}-{offset + length - 1}"
        answer = None
        if self._shape is not None:
            date = time.strftime("%Y%m%dT%H%M%SZ", time.gmtime())
            credentials = self._credentials.get_frozen_credentials()  # renews them when it is time
            answer = self._session.send(self._shape.request(credentials, key, asked, date))
            data = _stretch(answer, offset, length)
            if data is not None:
                return data
            answer = _final(answer)
        return self._by_client(bucket, key, offset, length, asked, answer)

    def _by_client(self, bucket: str, key: str, offset: int, length: int, asked: str, answer: Any) -> bytes:
        """The client's call. An answer that is there already is the one it gets."""
        self._call.key, self._call.answer = key, answer
        try:
            found = self._client.get_object(Bucket=bucket, Key=key, Range=asked)
        except ClientError as error:
            if error.response["ResponseMetadata"]["HTTPStatusCode"] == 416:  # the blob ends before
                return b""
            raise
        finally:
            self._call.key = self._call.answer = None
        data: bytes = found["Body"].read()
        # A service may answer with the whole object. The status does not tell: some say 200 with a part.
        return data if "ContentRange" in found else data[offset : offset + length]

    def _before_send(self, request: Any, **_: Any) -> Any:
        """Called by the client; what is returned is the answer, and nothing is sent."""
        answer, self._call.answer = getattr(self._call, "answer", None), None
        key = getattr(self._call, "key", None)
        if answer is None and key is not None and None not in (self._session, self._credentials):
            self._shape = _shape(request, key, self._credentials.get_frozen_credentials())
        return answer


def _shape(request: Any, key: str, credentials: Any) -> Shape | None:
    """How the client's request is made; None where the same request cannot be made again here."""
    sent = {name.lower(): _text(value) for name, value in request.headers.items()}
    url, tail = urlsplit(request.url), quote(key, safe="/~")
    scope = _SCOPE.fullmatch(sent.get("authorization", ""))
    if scope is None or url.query or not url.path.endswith(f"/{tail}"):
        return None
    shape = Shape(
        origin=f"{url.scheme}://{url.netloc}",
        path=url.path[: -len(tail)],
        host=sent.get("host", url.netloc),
        region=scope[1],
        service=scope[2],
        agent=sent.get("user-agent", ""),
    )
    again = shape.request(credentials, key, sent.get("range", ""), sent.get("x-amz-date", ""))
    same = again.url == request.url and again.headers["authorization"] == sent["authorization"]
    return shape if same else None


def _stretch(answer: Any, offset: int, length: int) -> bytes | None:
    """The bytes that were asked for, or all from there to the end of the blob; None for any other answer."""
    if answer.status_code not in (200, 206):
        return None
    headers = answer.headers
    data: bytes = StreamingBody(answer.raw, headers.get("content-length")).read()
    told = headers.get("content-range")
    if told is None:  # the whole object; no part of it says so with 206
        return data[offset : offset + length] if answer.status_code == 200 else None
    found = _RANGE.fullmatch(told)
    if found is None or int(found[1]) != offset or len(data) != int(found[2]) - offset + 1:
        return None
    return data if len(data) == length or found[3] == str(offset + len(data)) else None


def _final(answer: Any) -> Any:
    """The answer, if asking once more is not for now; None where the client is to ask for itself, since
    another region, address or signature might do better."""
    if answer.status_code in (404, 416, 429) or answer.status_code >= 500:
        return answer
    answer.raw.drain_conn()  # so that the connection is used again
    return None


def _text(value: str | bytes) -> str:
    return value if isinstance(value, str) else value.decode("latin-1")
