"""The gateway's own pages."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import pytest

from s3gw.http import health
from s3gw.http.addressing import parse_address
from s3gw.http.health import Health
from tests.http_server.harness import Running

New = Callable[..., Awaitable[Running]]


def get(path: str, method: str = "GET", host: str = "x") -> bytes:
    return f"{method} {path} HTTP/1.1\r\nhost: {host}\r\n\r\n".encode()


async def test_pages_without_credentials(server: Running) -> None:
    for page in ("live", "ready", "health"):
        said = await server.raw(get(f"/-/{page}"))
        assert said.status == 200
        assert json.loads(said.body)["status"] == "ok"
        assert said.headers["Content-Type"] == "application/json"
        assert (await server.raw(get(f"/-/{page}", "HEAD"), "HEAD")).status == 200
    assert json.loads((await server.raw(get("/-/ready"))).body) == {"status": "ok"}


async def test_not_ready_before_it_can_serve(new_server: New) -> None:
    server = await new_server(ready=False)
    assert (await server.raw(get("/-/live"))).status == 200
    assert (await server.raw(get("/-/ready"))).status == 503
    said = await server.request("GET", "/bkt/1")
    assert (said.status, said.code) == (503, "ServiceUnavailable")
    assert said.headers["Retry-After"]


async def test_only_these_pages_and_only_reading(server: Running) -> None:
    assert (await server.raw(get("/-/live", "DELETE"))).status == 405
    assert (await server.request("GET", "/-/other")).code == "InvalidBucketName"


async def test_where_the_host_names_a_bucket_they_are_keys(new_server: New) -> None:
    server = await new_server(domains=("s3.test",))
    said = await server.raw(get("/-/live", host="bucket.s3.test"))
    assert (said.status, said.code) == (403, "AccessDenied")


async def test_one_examination_answers_everybody_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    counted: list[int] = []

    async def probe() -> Mapping[str, Any]:
        counted.append(1)
        return {"status": "ok"}

    pages = Health()
    pages.probe = probe
    address = parse_address("/-/health", "x", ())
    for _ in range(10):
        assert (await pages.page("GET", address)).status == 200
    assert len(counted) == 1
    monkeypatch.setattr(health, "FRESH", 0.0)
    pages = Health()
    pages.probe = probe
    for _ in range(3):
        await pages.page("GET", address)
    assert len(counted) == 4
