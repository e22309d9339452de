"""A service that takes connections and says nothing."""

from __future__ import annotations

import asyncio
import json
import socket
from collections.abc import Callable

import asyncpg
import pytest

from tests import upstream
from tests.gateway import Gateway, database_url

SILENT_FOR = 25.0
"""Seconds after which a command that waits for it as long as the client of the service would, is given up."""


@pytest.mark.slow
def test_it_is_listed_as_one_that_does_not_answer(new_gateway: Callable[..., Gateway]) -> None:
    gateway = new_gateway(**upstream.CREDENTIALS).start()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"s3://packs?endpoint=http://127.0.0.1:{silent.getsockname()[1]}&region=us-east-1"
        asyncio.run(register(gateway, url))
        told = json.loads(gateway.s3gw("backend", "list", "--json", timeout=SILENT_FOR))
    assert {one["url"] == url: "error" in one for one in told} == {True: True, False: False}


async def register(gateway: Gateway, url: str) -> None:
    """Have a further backend, which takes no packs."""
    connection = await asyncpg.connect(database_url(gateway))
    try:
        insert = "INSERT INTO backends (name, url, state) VALUES ('silent', $1, 'read-only')"
        await connection.execute(insert, url)
    finally:
        await connection.close()
