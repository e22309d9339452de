"""Events as messages of NATS: kept by JetStream where the URL says so, else for whoever listens then."""

from __future__ import annotations

from typing import Any, Self
from urllib.parse import parse_qs, urlsplit, urlunsplit

import nats
from nats.errors import Error

from s3gw.errors import ConfigError
from s3gw.targets.base import TIMEOUT, NotTaken


class Nats:
    """`nats://[user:password@]host:4222/SUBJECT?jetstream=on`; tls for TLS."""

    def __init__(self, url: str, subject: str, *, jetstream: bool) -> None:
        self._url = url
        self._subject = subject
        self._jetstream = jetstream
        self._client: Any = None

    @classmethod
    async def open(cls, url: str) -> Self:
        """Ready to send; the connection is made by the first message. Raises ConfigError."""
        parts = urlsplit(url)
        subject = parts.path.removeprefix("/")
        given = parse_qs(parts.query)
        if not subject or not set(given) <= {"jetstream"}:
            raise ConfigError("notify: nats takes a subject, nats://HOST:PORT/SUBJECT, and ?jetstream=on")
        kept = given.get("jetstream", ["off"])[-1] == "on"
        return cls(urlunsplit(parts._replace(path="", query="")), subject, jetstream=kept)

    async def send(self, message: bytes) -> None:
        """Publish it, and have the server say that it has it. Raises NotTaken."""
        try:
            if self._client is None:
                self._client = await nats.connect(
                    self._url, connect_timeout=TIMEOUT, allow_reconnect=False, error_cb=_heard
                )
            if self._jetstream:
                await self._client.jetstream().publish(self._subject, message, timeout=TIMEOUT)
            else:
                await self._client.publish(self._subject, message)
                await self._client.flush(timeout=int(TIMEOUT))
        except (TimeoutError, Error, OSError) as error:
            await self.close()
            raise NotTaken(str(error) or type(error).__name__) from error

    async def close(self) -> None:
        """Close the connection."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()


async def _heard(_: Exception) -> None:
    """What the library would log is raised by `send`."""
