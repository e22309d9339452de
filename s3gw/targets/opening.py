"""Opening a target by its URL."""

from __future__ import annotations

from s3gw.target_url import Destination
from s3gw.targets.base import Target
from s3gw.targets.webhook import Webhook


async def open_target(destination: Destination) -> Target:
    """The target of a setting."""
    return await Webhook.open(destination.url, destination.token)
