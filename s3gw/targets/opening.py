"""Opening a target by its URL. What speaks to queues is installed by an extra, and imported only here."""

from __future__ import annotations

from s3gw.errors import ConfigError
from s3gw.target_url import Destination
from s3gw.targets.base import Target
from s3gw.targets.webhook import Webhook

_EXTRAS = {
    "redis": "redis",
    "rediss": "redis",
    "nats": "nats",
    "tls": "nats",
    "amqp": "amqp",
    "amqps": "amqp",
}


async def open_target(destination: Destination) -> Target:
    """The target of a setting. Raises ConfigError where its library is not installed."""
    try:
        match destination.scheme:
            case "redis" | "rediss":
                from s3gw.targets.redis import RedisList

                return await RedisList.open(destination.url)
            case "nats" | "tls":
                from s3gw.targets.nats import Nats

                return await Nats.open(destination.url)
            case "amqp" | "amqps":
                from s3gw.targets.amqp import Amqp

                return await Amqp.open(destination.url)
            case _:
                return await Webhook.open(destination.url, destination.token)
    except ImportError as error:
        kind = _EXTRAS[destination.scheme]
        raise ConfigError(
            f"notify.{destination.name}: needs a library, {error.name}; install s3gw[{kind}]"
        ) from error
