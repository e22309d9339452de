"""Who sees the metrics, and where."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

import pytest

from s3gw.app.measured import Measured
from s3gw.config import Settings
from s3gw.http.monitoring import MetricsServer, Monitoring
from s3gw.http.server import Refusals, bind
from s3gw.metrics.board import Board
from tests import wire
from tests.http_server.harness import Fakes, Running, start

New = Callable[..., Awaitable[Running]]
TOKEN = "a-token-of-no-value"


def get(path: str, method: str = "GET", host: str = "x", **headers: str) -> bytes:
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    return f"{method} {path} HTTP/1.1\r\nhost: {host}\r\n{lines}\r\n".encode()


@pytest.fixture
def new_measured(new_server: New) -> New:
    """Makes a server that shows metrics."""

    async def make(*, ready: bool = True, **settings: Any) -> Running:
        board = Board(1, shared=False)
        measured = Measured(Settings(**settings), board, board.take())
        return await new_server(ready=ready, measured=measured, **settings)

    return make


async def test_only_to_the_token_and_to_the_root_key(new_measured: New) -> None:
    server = await new_measured(metrics_token=TOKEN)
    for headers in (
        {},
        {"authorization": "Bearer "},
        {"authorization": f"Bearer {TOKEN}x"},
        {"authorization": f"Bearer {TOKEN[:-1]}"},
        {"authorization": "Bearer \xff"},
        {"x-amz-date": TOKEN},
    ):
        said = await server.raw(get("/-/metrics", **headers))
        assert (said.status, said.code) == (403, "AccessDenied"), headers
        assert b"s3gw_" not in said.body
    for scheme in ("Bearer", "bearer"):
        said = await server.raw(get("/-/metrics", authorization=f"{scheme} {TOKEN}"))
        assert said.status == 200
        assert said.headers["Content-Type"].startswith("text/plain; version=0.0.4")
        assert said.headers["Cache-Control"] == "no-store"
        assert b"s3gw_build_info" in said.body
        assert TOKEN.encode() not in said.body
    assert (await server.request("GET", "/-/metrics")).status == 200
    wrong = await server.request("GET", "/-/metrics", signer=wire.Signer(server.gateway, secret="wrong"))
    assert (wrong.status, wrong.code) == (403, "SignatureDoesNotMatch")


async def test_without_a_token_no_bearer_is_right(new_measured: New) -> None:
    server = await new_measured()
    for value in ("Bearer", "Bearer ", "Bearer None", f"Bearer {TOKEN}"):
        assert (await server.raw(get("/-/metrics", authorization=value))).status == 403
    assert (await server.request("GET", "/-/metrics")).status == 200


async def test_the_token_opens_the_metrics_and_nothing_else(new_measured: New) -> None:
    server = await new_measured(metrics_token=TOKEN)
    for path in ("/-/other", "/-/", "/-", "/-/metrics/", "/bucket/key", "/"):
        said = await server.raw(get(path, authorization=f"Bearer {TOKEN}"))
        assert said.status in (400, 403), path
        assert said.code in ("AccessDenied", "InvalidArgument"), path


async def test_head_and_other_methods(new_measured: New) -> None:
    server = await new_measured(metrics_token=TOKEN)
    given = {"authorization": f"Bearer {TOKEN}"}
    said = await server.raw(get("/-/metrics", "HEAD", **given), "HEAD")
    assert (said.status, said.body) == (200, b"")
    refused = await server.raw(get("/-/metrics", "HEAD"), "HEAD")
    assert (refused.status, refused.body) == (403, b"")
    assert (await server.raw(get("/-/metrics", "DELETE", **given))).code == "MethodNotAllowed"
    assert (await server.raw(get("/-/metrics", "DELETE"))).code == "AccessDenied"


async def test_openmetrics_where_the_scraper_prefers_it(new_measured: New) -> None:
    server = await new_measured(metrics_token=TOKEN)
    accept = "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"
    said = await server.raw(get("/-/metrics", authorization=f"Bearer {TOKEN}", accept=accept))
    assert said.headers["Content-Type"].startswith("application/openmetrics-text; version=1.0.0")
    assert said.body.endswith(b"# EOF\n")


async def test_where_the_host_names_a_bucket_it_is_a_key(new_measured: New) -> None:
    server = await new_measured(metrics_token=TOKEN, domains=("s3.test",))
    said = await server.raw(get("/-/metrics", host="bucket.s3.test"))
    assert (said.status, said.code) == (403, "AccessDenied")
    said = await server.raw(get("/-/metrics", host="bucket.s3.test", authorization=f"Bearer {TOKEN}"))
    assert said.status in (400, 403)
    assert b"s3gw_build_info" not in said.body


async def test_before_it_can_serve_the_token_is_enough(new_measured: New) -> None:
    server = await new_measured(metrics_token=TOKEN, ready=False)
    assert (await server.raw(get("/-/metrics", authorization=f"Bearer {TOKEN}"))).status == 200
    assert (await server.request("GET", "/-/metrics")).status == 503


@pytest.mark.parametrize("token", [None, TOKEN])
async def test_a_port_of_its_own(fakes: Fakes, token: str | None) -> None:
    settings = Settings(metrics_token=token)
    board = Board(1, shared=False)
    sockets = bind("127.0.0.1", 0)
    measured = Measured(settings, board, board.take(), sockets)
    port = sockets[0].getsockname()[1]
    running = await start(settings, fakes, measured=measured)
    running.port = port
    given = {} if token is None else {"authorization": f"Bearer {token}"}
    async with measured.running():
        for path in ("/metrics", "/-/metrics", "/metrics?x=y"):
            assert (await running.raw(get(path, **given))).status == 200
        assert (await running.raw(get("/metrics", "HEAD", **given), "HEAD")).status == 200
        assert (await running.raw(get("/bucket/key", **given))).code == "NoSuchKey"
        assert (await running.raw(get("/metrics", "POST", **given))).code == "MethodNotAllowed"
        if token is not None:
            assert (await running.raw(get("/metrics"))).code == "AccessDenied"
            assert (await running.raw(get("/nothing"))).code == "AccessDenied"
    await running.stop()


async def test_a_failure_of_the_text_tells_nothing(fakes: Fakes) -> None:
    def render(accept: str) -> tuple[bytes, str]:
        raise RuntimeError("postgresql://root:hunter2@db")

    settings = Settings()
    sockets = bind("127.0.0.1", 0)
    running = await start(settings, fakes)
    port = sockets[0].getsockname()[1]
    server = MetricsServer(Monitoring(settings, render), Refusals.unseen(), settings.max_header_size)
    await server.start(sockets)
    said: wire.Answer = await Running(running.server, port, fakes).raw(get("/metrics"))
    assert (said.status, said.code) == (500, "InternalError")
    assert b"hunter2" not in said.body
    await server.stop()
    await running.stop()
