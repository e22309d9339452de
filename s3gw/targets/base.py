"""What every target does."""

from __future__ import annotations

from typing import Protocol

from s3gw.errors import Unavailable

TIMEOUT = 10.0
"""Seconds that a target has to take one message."""


class NotTaken(Unavailable):
    """The target did not take a message, or did not say that it did. The message says why, for operators."""


class Target(Protocol):
    """A place that takes messages."""

    async def send(self, message: bytes) -> None:
        """Hand over one message, a JSON document; when this returns, the target has it. Raises NotTaken."""
        ...

    async def close(self) -> None:
        """Let go of connections."""
        ...
