"""Events into a list of Redis: each is pushed to its end, and a reader takes them from its beginning."""

from __future__ import annotations

from typing import Self
from urllib.parse import parse_qs, urlsplit, urlunsplit

from redis.asyncio import Redis
from redis.exceptions import RedisError

from s3gw.errors import ConfigError
from s3gw.targets.base import TIMEOUT, NotTaken


class RedisList:
    """`redis://[:password@]host:6379/0?list=NAME`; rediss for TLS."""

    def __init__(self, url: str, name: str) -> None:
        self._name = name
        self._redis = Redis.from_url(url, socket_timeout=TIMEOUT, socket_connect_timeout=TIMEOUT)

    @classmethod
    async def open(cls, url: str) -> Self:
        """Ready to send. Raises ConfigError for a URL without a list."""
        parts = urlsplit(url)
        given = parse_qs(parts.query)
        if set(given) != {"list"}:
            raise ConfigError("notify: redis takes the name of a list, ?list=NAME")
        return cls(urlunsplit(parts._replace(query="")), given["list"][-1])

    async def send(self, message: bytes) -> None:
        """Push it. Raises NotTaken."""
        try:
            await self._redis.rpush(self._name, message)
        except (RedisError, OSError) as error:
            raise NotTaken(str(error) or type(error).__name__) from error

    async def close(self) -> None:
        """Close the connection."""
        await self._redis.aclose()
