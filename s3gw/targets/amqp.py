"""Events as messages of an AMQP broker such as RabbitMQ: persistent, and taken when it confirms them."""

from __future__ import annotations

from typing import Any, Self
from urllib.parse import parse_qs, urlsplit, urlunsplit

import aio_pika
from aio_pika.exceptions import AMQPError

from s3gw.errors import ConfigError
from s3gw.targets.base import TIMEOUT, NotTaken


class Amqp:
    """`amqp://user:password@host:5672/VHOST?routing_key=QUEUE&exchange=NAME`; amqps for TLS.

    Without an exchange the routing key is the name of a queue. A message that the broker routes nowhere is
    not taken.
    """

    def __init__(self, url: str, exchange: str, routing_key: str) -> None:
        self._url = url
        self._name = exchange
        self._routing_key = routing_key
        self._connection: Any = None
        self._exchange: Any = None

    @classmethod
    async def open(cls, url: str) -> Self:
        """Ready to send; the connection is made by the first message. Raises ConfigError."""
        parts = urlsplit(url)
        given = parse_qs(parts.query)
        if not set(given) <= {"exchange", "routing_key"} or "routing_key" not in given:
            raise ConfigError("notify: amqp takes ?routing_key=KEY and, perhaps, &exchange=NAME")
        plain = urlunsplit(parts._replace(query=""))
        return cls(plain, given.get("exchange", [""])[-1], given["routing_key"][-1])

    async def send(self, message: bytes) -> None:
        """Publish it, and have the broker confirm it. Raises NotTaken."""
        try:
            if self._exchange is None:
                await self._connect()
            kept = aio_pika.Message(
                message, content_type="application/json", delivery_mode=aio_pika.DeliveryMode.PERSISTENT
            )
            await self._exchange.publish(kept, self._routing_key, mandatory=True, timeout=TIMEOUT)
        except (TimeoutError, AMQPError, OSError, RuntimeError) as error:
            await self.close()
            raise NotTaken(str(error) or type(error).__name__) from error

    async def _connect(self) -> None:
        self._connection = await aio_pika.connect(self._url, timeout=TIMEOUT)
        channel = await self._connection.channel(publisher_confirms=True, on_return_raises=True)
        self._exchange = (
            await channel.get_exchange(self._name, ensure=True) if self._name else channel.default_exchange
        )

    async def close(self) -> None:
        """Close the connection."""
        connection, self._connection, self._exchange = self._connection, None, None
        if connection is not None:
            await connection.close()
