"""One of several copies: the next is asked where one fails, or takes long.

Where a copy was no good, its backend is asked last for some seconds, so that not every read waits for it.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeVar

from s3gw.db.packs import Replica
from s3gw.errors import BlobNotFound, Damaged, Unavailable

log = logging.getLogger(__name__)

T = TypeVar("T")

DELAY = 0.25
"""Seconds after which the next copy is asked, too."""
PENALTY = 5.0
"""Seconds for which a backend that failed, or was slow, is asked last."""


class Hedge:
    """Reads from whichever copy answers first. Safe for concurrent use within one event loop."""

    def __init__(self) -> None:
        self._until: dict[int, float] = {}

    async def read(
        self, replicas: Sequence[Replica], call: Callable[[Replica], Coroutine[Any, Any, T]]
    ) -> T | Exception:
        """What `call` returned for the first replica for which it succeeded, or the last error.

        BlobNotFound, Damaged, Unavailable and OSError count as failures; whatever else is raised ends all.
        """
        if len(replicas) == 1:
            return await self._one(replicas[0], call)
        loop = asyncio.get_running_loop()
        waiting = self._ordered(replicas, loop.time())
        running: dict[asyncio.Task[T | Exception], Replica] = {}
        trouble: Exception = Unavailable("there is no copy")
        try:
            while waiting or running:
                if waiting:
                    replica = waiting.pop(0)
                    running[asyncio.create_task(self._one(replica, call))] = replica
                limit = DELAY if waiting else None
                done, _ = await asyncio.wait(running, timeout=limit, return_when=asyncio.FIRST_COMPLETED)
                if not done:  # all that were asked are slow
                    for replica in running.values():
                        self._until[replica.backend_id] = loop.time() + PENALTY
                for task in done:
                    del running[task]
                    result = task.result()
                    if not isinstance(result, Exception):
                        return result
                    trouble = result
            return trouble
        finally:
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    async def _one(
        self, replica: Replica, call: Callable[[Replica], Coroutine[Any, Any, T]]
    ) -> T | Exception:
        try:
            return await call(replica)
        except (BlobNotFound, Damaged, Unavailable, OSError) as error:
            log.warning("copy %s on backend %d: %s", replica.blob, replica.backend_id, error)
            self._until[replica.backend_id] = asyncio.get_running_loop().time() + PENALTY
            return error

    def _ordered(self, replicas: Sequence[Replica], now: float) -> list[Replica]:
        """Those of backends without trouble first; among them in an order that is each copy's own, so that
        the copies of different packs share the load."""
        return sorted(replicas, key=lambda one: (self._until.get(one.backend_id, 0.0) > now, one.name.int))
