"""Where a request came from: the peer, or whom a trusted proxy names."""

from __future__ import annotations

import ipaddress
from collections.abc import Sequence
from functools import lru_cache

from aiohttp import web

Networks = Sequence[str]


class Client:
    """Whoever sent a request, for operations; found out where one asks."""

    __slots__ = ("_proxies", "_request")

    def __init__(self, request: web.BaseRequest, proxies: Networks) -> None:
        self._request = request
        self._proxies = proxies

    @property
    def address(self) -> str:
        """See `source_address`."""
        return source_address(self._request, self._proxies)

    @property
    def secure(self) -> bool:
        """See `is_secure`."""
        return is_secure(self._request, self._proxies)


def source_address(request: web.BaseRequest, proxies: Networks) -> str:
    """The address for aws:SourceIp.

    X-Forwarded-For is read from its end, and only as far as the hops are proxies that the operator named:
    whatever stands before them the client may have written itself.
    """
    address = request.remote or ""
    if not proxies or not _trusted(address, tuple(proxies)):
        return address
    hops = [hop.strip() for line in request.headers.getall("X-Forwarded-For", []) for hop in line.split(",")]
    for hop in reversed(hops):
        address = hop
        if not _trusted(hop, tuple(proxies)):
            break
    return address


def is_secure(request: web.BaseRequest, proxies: Networks) -> bool:
    """Whether the client spoke TLS, to us or to a trusted proxy in front."""
    if request.secure:
        return True
    if not proxies or not _trusted(request.remote or "", tuple(proxies)):
        return False
    return request.headers.get("X-Forwarded-Proto", "").strip().lower() == "https"


def _trusted(address: str, proxies: tuple[str, ...]) -> bool:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped is not None:
        found = found.ipv4_mapped
    return any(found in network for network in _networks(proxies) if network.version == found.version)


@lru_cache(maxsize=8)
def _networks(proxies: tuple[str, ...]) -> tuple[ipaddress.IPv4Network | ipaddress.IPv6Network, ...]:
    return tuple(ipaddress.ip_network(one, strict=False) for one in proxies)
