"""Where a request came from."""

from __future__ import annotations

from typing import Any, cast

import pytest
from aiohttp import web
from aiohttp.test_utils import make_mocked_request
from multidict import CIMultiDict

from s3gw.http.client import is_secure, source_address


class _Peer:
    """A transport that knows its peer."""

    def __init__(self, address: str) -> None:
        self._address = address

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return (self._address, 1) if name == "peername" else default


def request_from(peer: str, *hops: str, proto: str = "https") -> web.BaseRequest:
    headers = CIMultiDict([("X-Forwarded-Proto", proto), *(("X-Forwarded-For", hop) for hop in hops)])
    return make_mocked_request("GET", "/", headers, transport=cast("Any", _Peer(peer)))


@pytest.mark.parametrize(
    ("peer", "hops", "proxies", "source"),
    [
        ("192.0.2.1", [], [], "192.0.2.1"),
        ("192.0.2.1", ["10.0.0.1"], [], "192.0.2.1"),
        ("192.0.2.1", ["10.0.0.1"], ["10.0.0.0/8"], "192.0.2.1"),
        ("10.0.0.9", ["192.0.2.1"], ["10.0.0.0/8"], "192.0.2.1"),
        ("10.0.0.9", ["1.2.3.4, 192.0.2.1, 10.0.0.8"], ["10.0.0.0/8"], "192.0.2.1"),
        ("10.0.0.9", ["1.2.3.4", "192.0.2.1"], ["10.0.0.9/32"], "192.0.2.1"),
        ("::ffff:10.0.0.9", ["2001:db8::1"], ["10.0.0.0/8"], "2001:db8::1"),
        ("10.0.0.9", [], ["10.0.0.0/8"], "10.0.0.9"),
        ("10.0.0.9", ["rubbish"], ["10.0.0.0/8"], "rubbish"),
    ],
)
def test_case_21_only_trusted_proxies_are_believed(
    peer: str, hops: list[str], proxies: list[str], source: str
) -> None:
    request = request_from(peer, *hops)
    assert source_address(request, proxies) == source
    assert is_secure(request, proxies) is (peer != "192.0.2.1")
