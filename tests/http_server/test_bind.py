"""Listening sockets, and what is said where they cannot be."""

from __future__ import annotations

import socket

import pytest

from s3gw.errors import ConfigError
from s3gw.http.server import bind


def test_a_free_port_is_found() -> None:
    (one,) = bind("127.0.0.1", 0)
    with one:
        assert one.getsockname()[1] > 0


def test_a_name_with_several_addresses() -> None:
    found = bind("localhost", 0)
    assert found
    for one in found:
        one.close()


@pytest.mark.parametrize(
    ("host", "reason"), [("192.0.2.1", "Cannot assign"), ("name.invalid", "listen: name.invalid")]
)
def test_an_address_that_is_not_here(host: str, reason: str) -> None:
    with pytest.raises(ConfigError, match=reason):
        bind(host, 9000)


def test_a_port_in_use() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ConfigError, match=f"127.0.0.1:{port}: Address already in use"):
            bind("127.0.0.1", port)
