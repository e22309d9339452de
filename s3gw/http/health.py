"""`/-/live`, `/-/ready` and `/-/health`, for balancers and people, without credentials and without secrets.

No bucket can be called "-", so these paths hide none. Where the host names a bucket they are keys like any
other, and this module is not asked.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Mapping
from time import monotonic
from typing import Any

from s3gw.errors import S3Error
from s3gw.http.addressing import HEALTH_BUCKET, Address
from s3gw.protocol.operation import Reply

Probe = Callable[[], Awaitable[Mapping[str, Any]]]
"""Examines the parts of a gateway. Answers a JSON object whose `status` is "ok" where it can serve."""

FRESH = 1.0
"""Seconds for which one examination answers everybody, so that anonymous requests cost nothing."""

PROBE_WITHIN = 5.0
"""Seconds after which an examination counts as failed."""

STARTING = {"status": "starting"}
STOPPING = {"status": "stopping"}


class Health:
    """What the three pages say."""

    def __init__(self) -> None:
        self.probe: Probe | None = None
        """Set once the gateway can serve."""
        self.stopping = False
        self._known: Mapping[str, Any] = STARTING
        self._until = 0.0
        self._lock = asyncio.Lock()

    @staticmethod
    def concerns(address: Address) -> bool:
        """Whether the request is for a page of the gateway's own, open or not."""
        return address.bucket == HEALTH_BUCKET and not address.virtual_host

    @staticmethod
    def is_open(address: Address) -> bool:
        """Whether the page is one that everybody may see."""
        return address.key in ("live", "ready", "health")

    async def page(self, method: str, address: Address) -> Reply:
        """The answer to a request for one of the open pages."""
        if method not in ("GET", "HEAD"):
            raise S3Error("MethodNotAllowed", headers={"Allow": "GET, HEAD"})
        if address.key == "live":
            return _json(200, {"status": "ok"})
        state = await self.state()
        status = 200 if state.get("status") == "ok" else 503
        return _json(status, state if address.key == "health" else {"status": state.get("status")})

    async def state(self) -> Mapping[str, Any]:
        """The whole state, examined at most once a second."""
        if self.stopping:
            return STOPPING
        if self.probe is None:
            return STARTING
        async with self._lock:
            if monotonic() >= self._until:
                self._known = await self._examine(self.probe)
                self._until = monotonic() + FRESH
            return self._known

    @staticmethod
    async def _examine(probe: Probe) -> Mapping[str, Any]:
        try:
            async with asyncio.timeout(PROBE_WITHIN):
                return await probe()
        except TimeoutError:
            return {"status": "failing"}


def _json(status: int, document: Mapping[str, Any]) -> Reply:
    body = json.dumps(document).encode() + b"\n"
    return Reply(
        status=status,
        headers=[("Content-Type", "application/json"), ("Cache-Control", "no-store")],
        body=body,
    )
