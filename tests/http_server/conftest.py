"""Servers whose operations need no store."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import pytest
import uvloop

from s3gw.app.measured import Measured
from s3gw.config import Settings
from s3gw.operations.call import REGISTRY
from tests.http_server.harness import Fakes, Running, look_up, start


def pytest_asyncio_loop_factories() -> dict[str, Callable[[], asyncio.AbstractEventLoop]]:
    """The loop that the gateway runs on."""
    return {"uvloop": uvloop.new_event_loop}


@pytest.fixture
def fakes(monkeypatch: pytest.MonkeyPatch) -> Fakes:
    """Operations that need no store, alone in the registry for the time of a test."""
    made = Fakes()
    for name in list(REGISTRY):
        monkeypatch.delitem(REGISTRY, name)
    for name, registered in made.registry().items():
        monkeypatch.setitem(REGISTRY, name, registered)
    monkeypatch.setattr("s3gw.http.authorise.look_up", look_up)
    return made


@pytest.fixture
async def new_server(fakes: Fakes) -> AsyncIterator[Callable[..., Awaitable[Running]]]:
    """Makes a server with settings such as body_timeout=0.2."""
    running: list[Running] = []

    async def make(*, ready: bool = True, measured: Measured | None = None, **settings: Any) -> Running:
        running.append(await start(Settings(**settings), fakes, ready=ready, measured=measured))
        return running[-1]

    yield make
    fakes.hold.set()
    for one in running:
        await one.stop()


@pytest.fixture
async def server(new_server: Callable[..., Awaitable[Running]]) -> Running:
    """A server with default settings."""
    return await new_server()
