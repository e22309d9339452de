"""Packs for backends that cannot append: frames are gathered, and a pack goes up whole, by one PUT.

Every PUT costs a round trip, and on some services money, so frames of all uploads are put together: until a
pack is full, or the first of them has waited long enough. An upload that has more to come can wait longer
than one whose client waits for its answer. Several packs go up at once: nobody waits for the PUT of another.

What is in a pack is published after its PUT was answered. A PUT that failed, or whose outcome is unknown,
ends its pack: the same frames go up again in a new pack, under a new name, and the jobs remove what may have
come of the first.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from s3gw import pauses
from s3gw.backends.base import Buffer
from s3gw.errors import OutOfSpace, Unavailable
from s3gw.storage.pack_register import Pack, Register, Waiter, fail
from s3gw.storage.quorum import quorum

log = logging.getLogger(__name__)

FULL = 16 << 20
"""Bytes from which a pack goes up at once."""
LINGER = 0.25
"""Seconds that frames wait for others while their upload brings more."""
LINGER_LAST = 0.01
"""Seconds that the last frames of an upload wait for others."""
PUTS = 8
"""Packs that go up at once, full ones aside; beyond that more is gathered."""
_ATTEMPTS = 2
"""Packs that the same frames are tried in; the backend has tried each several times by then."""


class PutPacks:
    """Gathers frames into packs of one PUT each."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._waiting: list[Waiter] = []
        self._length = 0
        self._due = float("inf")
        self._timer: asyncio.TimerHandle | None = None
        self._putting: set[asyncio.Task[None]] = set()

    def add(self, waiter: Waiter) -> None:
        """Have the frames stored with whatever else comes soon."""
        self._waiting.append(waiter)
        self._length += waiter.length
        loop = asyncio.get_running_loop()
        self._due = min(self._due, loop.time() + (LINGER_LAST if waiter.last else LINGER))
        self._look()

    async def close(self) -> None:
        """Wait for the packs that go up. No append may be running."""
        if self._timer is not None:
            self._timer.cancel()
        await asyncio.gather(*self._putting, return_exceptions=True)

    def _look(self) -> None:
        """Let a pack go up where one is due; look again when the next may be."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        loop = asyncio.get_running_loop()
        while self._waiting:
            is_due = loop.time() >= self._due and len(self._putting) < PUTS
            if self._length < FULL and not is_due:
                break
            self._send()
        if self._waiting and len(self._putting) < PUTS:  # else looked at when one is done
            self._timer = loop.call_at(self._due, self._look)

    def _send(self) -> None:
        """One pack of those who have waited longest."""
        group: list[Waiter] = []
        length = 0
        while self._waiting and length < FULL:
            waiter = self._waiting.pop(0)
            self._length -= waiter.length
            if waiter.is_waiting:
                group.append(waiter)
                length += waiter.length
        if not self._waiting:
            self._due = float("inf")
        if group:
            task = asyncio.create_task(self._put(group))
            self._putting.add(task)
            task.add_done_callback(self._done)

    def _done(self, task: asyncio.Task[None]) -> None:
        self._putting.discard(task)
        self._look()

    async def _put(self, group: Sequence[Waiter]) -> None:
        try:
            for attempt in range(1, _ATTEMPTS + 1):
                try:
                    await self._put_once(group)
                except (OutOfSpace, Unavailable) as error:
                    if attempt == _ATTEMPTS or not any(waiter.is_waiting for waiter in group):
                        raise
                    log.warning("a pack did not go up, its frames go into another: %s", error)
                else:
                    return
        except BaseException as error:
            fail(group, error)
            if not isinstance(error, Exception):
                raise

    async def _put_once(self, group: Sequence[Waiter]) -> None:
        pack = await self._register.begin(appendable=False)
        try:
            await self._store(pack, group)
            await pauses.reach("pack.put")
            first = pack.size - sum(waiter.length for waiter in group)
            self._register.place(pack, group, first)
        finally:
            self._register.retire(pack)

    async def _store(self, pack: Pack, group: Sequence[Waiter]) -> None:
        buffers: list[Buffer] = [await self._register.header(pack)]
        for waiter in group:
            buffers.extend(waiter.buffers)
        backends, call = self._register.backends, self._register.call
        calls = {
            replica: call(replica, backends[replica.backend_id].put(replica.blob, buffers))
            for replica in pack.replicas
        }
        _, failures = await quorum(calls, self._register.needed)
        self._register.drop(pack, failures)
        pack.size = sum(map(len, buffers))
