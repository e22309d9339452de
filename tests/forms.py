"""Form uploads as browsers send them, signed by an implementation of its own."""

from __future__ import annotations

import hashlib
import hmac
import json
from base64 import b64encode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from tests import wire
from tests.gateway import Gateway

BOUNDARY = "----formboundary7MA4YWxk"


def expiration(seconds: float = 600) -> str:
    """An instant from now, as policies write it."""
    return (datetime.now(UTC) + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%SZ")


def policy_of(conditions: Sequence[Any], seconds: float = 600) -> dict[str, Any]:
    """A policy document."""
    return {"expiration": expiration(seconds), "conditions": list(conditions)}


def encode(policy: Any) -> str:
    """A policy as it stands in its field; text is taken as it is."""
    text = policy if isinstance(policy, str) else json.dumps(policy)
    return b64encode(text.encode()).decode()


def sign_2(gateway: Gateway, policy: Any, key: tuple[str, str] | None = None) -> dict[str, str]:
    """The fields by which signature version 2 signs a policy; `key` is another key and its secret."""
    access_key, secret = key or (gateway.access_key, gateway.secret_key)
    encoded = encode(policy)
    digest = hmac.new(secret.encode(), encoded.encode(), hashlib.sha1).digest()
    return {
        "AWSAccessKeyId": access_key,
        "policy": encoded,
        "signature": b64encode(digest).decode(),
    }


def sign_4(gateway: Gateway, policy: dict[str, Any]) -> dict[str, str]:
    """The fields by which signature version 4 signs a policy, to which their conditions are added."""
    signer = wire.Signer(gateway)
    fields = {
        "x-amz-algorithm": "AWS4-HMAC-SHA256",
        "x-amz-credential": f"{gateway.access_key}/{signer.scope}",
        "x-amz-date": signer.stamp,
    }
    conditions = [*policy["conditions"], *({name: value} for name, value in fields.items())]
    encoded = encode({**policy, "conditions": conditions})
    return {**fields, "policy": encoded, "x-amz-signature": signer.sign(encoded)}


def part(name: str, value: bytes, filename: str | None = None) -> bytes:
    """One part of a form, with the boundary before it."""
    named = f'form-data; name="{name}"' + ("" if filename is None else f'; filename="{filename}"')
    return f"--{BOUNDARY}\r\nContent-Disposition: {named}\r\n\r\n".encode() + value + b"\r\n"


def body_of(
    fields: Mapping[str, str],
    file: bytes | None = b"content",
    *,
    filename: str | None = "upload.txt",
    after: bytes = b"",
    filenames: bool = False,
) -> bytes:
    """The body of a form; with `filenames` every part carries one, as some clients do."""
    parts = [part(name, value.encode(), name if filenames else None) for name, value in fields.items()]
    if file is not None:
        parts.append(part("file", file, filename))
    return b"".join(parts) + after + f"--{BOUNDARY}--\r\n".encode()


def post(
    gateway: Gateway,
    bucket: str,
    body: bytes,
    *,
    headers: Mapping[str, str] | None = None,
    host: str | None = None,
) -> wire.Answer:
    """Send a form that nobody signed but by its fields."""
    given = {
        "host": host or f"127.0.0.1:{gateway.port}",
        "content-type": f"multipart/form-data; boundary={BOUNDARY}",
        "content-length": str(len(body)),
        **(headers or {}),
    }
    given = {name: value for name, value in given.items() if value}
    target = "/" if host else f"/{bucket}"
    return wire.raw(gateway, wire.head("POST", target, given) + body, "POST")


def upload(
    gateway: Gateway,
    bucket: str,
    fields: Mapping[str, str],
    file: bytes | None = b"content",
    *,
    conditions: Sequence[Any] = (),
    version: int = 4,
    **given: Any,
) -> wire.Answer:
    """A form with a policy that allows the bucket, its fields and what `conditions` say."""
    allowed = [{"bucket": bucket}, *(["starts-with", f"${name}", ""] for name in fields), *conditions]
    policy = policy_of(allowed)
    signed = sign_4(gateway, policy) if version == 4 else sign_2(gateway, policy)
    host = given.pop("host", None)
    return post(gateway, bucket, body_of({**fields, **signed}, file, **given), host=host)
