"""The open pack of a process, and the group commit: one sync for all uploads that wait."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence

from s3gw import pauses
from s3gw.backends.base import Buffer
from s3gw.errors import GatewayError, Unavailable
from s3gw.storage.pack_register import Pack, Register, Waiter, fail
from s3gw.storage.quorum import quorum

log = logging.getLogger(__name__)

PACK_SIZE = 24 << 20
"""Bytes from which a pack takes no further append; one append may carry it beyond."""
LACKING = 10.0
"""Seconds after which an open pack that lacks copies is ended, since only then they are made. While a backend
is away there is one pack in so long a time."""
_ATTEMPTS = 2
"""Packs that the same frames are tried in, where the second goes elsewhere."""


class OpenPacks:
    """Appends frames to this process's open pack."""

    def __init__(self, register: Register) -> None:
        self._register = register
        self._open: Pack | None = None
        self._waiting: list[Waiter] = []
        self._committing: asyncio.Task[None] | None = None
        self._turning = False

    def add(self, waiter: Waiter) -> None:
        """Have the frames appended."""
        self._waiting.append(waiter)
        if self._committing is None:
            self._committing = asyncio.create_task(self._commit())

    def leave(self, pack_id: int) -> None:
        """Append to that pack no more."""
        if self._open is not None and self._open.id == pack_id:
            self._open = None

    def lost(self, pack_id: int) -> None:
        """Others sealed or condemned that pack."""
        if self._open is not None and self._open.id == pack_id:
            self._retire(self._open)

    def turn(self) -> None:
        """Let the next frames go to a new pack, as soon as nothing is being appended to the present one."""
        if self._open is None:
            return
        if self._committing is None:
            self._retire(self._open)
        else:
            self._turning = True

    def turn_lacking(self) -> None:
        """As `turn`, where the present pack has lacked copies for some time; to be called again and again."""
        pack = self._open
        if pack is None or not pack.lacks_copies:
            return
        now = asyncio.get_running_loop().time()
        if pack.lacking_since is None:
            pack.lacking_since = now
        if now - pack.lacking_since >= LACKING:
            self.turn()

    async def close(self) -> None:
        """Retire the open pack. No append may be running."""
        if self._committing is not None:
            await asyncio.gather(self._committing, return_exceptions=True)
        if self._open is not None:
            self._retire(self._open)

    async def _commit(self) -> None:
        """Commit groups for as long as anyone waits."""
        try:
            while self._waiting:
                group = self._take_group()
                try:
                    await self._commit_group(group)
                except BaseException as error:
                    fail(group, error)
                    if not isinstance(error, Exception):
                        raise
        finally:
            self._committing = None

    def _take_group(self) -> list[Waiter]:
        """Everyone who waits, up to a full pack."""
        room = PACK_SIZE - (self._open.size if self._open else 0)
        group: list[Waiter] = []
        while self._waiting and (not group or room > 0):
            group.append(self._waiting.pop(0))
            room -= group[-1].length
        return [waiter for waiter in group if waiter.is_waiting]

    async def _commit_group(self, group: Sequence[Waiter]) -> None:
        """Append to the open pack. Where that fails, and others can take part in place of what failed, in
        another pack: what came of the first attempt is dead."""
        for attempt in range(1, _ATTEMPTS + 1):
            if not any(waiter.is_waiting for waiter in group):
                return
            if self._open is None:
                self._open = await self._begin()
            pack = self._open
            try:
                await self._commit_in(pack, group)
            except (GatewayError, OSError) as error:
                if attempt == _ATTEMPTS or not self._register.others(pack):
                    raise
                log.warning("pack %d takes no more, its frames go into another: %s", pack.id, error)
            else:
                return

    async def _commit_in(self, pack: Pack, group: Sequence[Waiter]) -> None:
        header = b"" if pack.size else await self._register.header(pack)
        buffers: list[Buffer] = [header] if header else []
        length = len(header)
        for waiter in group:
            buffers.extend(waiter.buffers)
            length += waiter.length
        try:
            offset = await self._append(pack, buffers)
        except BaseException:
            self._retire(pack)
            raise
        end = offset + length
        pack.size = end + max(-end % appender.alignment for appender in pack.appenders.values())
        await pauses.reach("pack.synced")
        self._register.place(pack, group, offset + len(header))
        if pack.size >= PACK_SIZE or self._turning:
            self._turning = False
            self._retire(pack)

    async def _append(self, pack: Pack, buffers: Sequence[Buffer]) -> int:
        """Append to all copies and wait for enough; the offset, which is the same in all."""
        call = self._register.call
        calls = {
            replica: call(replica, appender.append(buffers)) for replica, appender in pack.appenders.items()
        }
        offsets, failures = await quorum(calls, self._register.needed)
        if len(set(offsets.values())) != 1:
            raise Unavailable("the replicas of a pack differ in length")
        self._register.drop(pack, failures)
        for replica in failures:
            await pack.appenders.pop(replica).close()
        return next(iter(offsets.values()))

    async def _begin(self) -> Pack:
        """Register a pack, then create its blobs; another one where that fails and others could take it."""
        for attempt in range(1, _ATTEMPTS + 1):
            pack = await self._register.begin(appendable=True)
            try:
                return await self._opened(pack)
            except (GatewayError, OSError) as error:
                if attempt == _ATTEMPTS or not self._register.others(pack):
                    raise
                log.warning("pack %d cannot be begun, another is: %s", pack.id, error)
        raise AssertionError("unreachable")

    async def _opened(self, pack: Pack) -> Pack:
        try:
            backends, call = self._register.backends, self._register.call
            calls = {
                replica: call(replica, backends[replica.backend_id].open(replica.blob))
                for replica in pack.replicas
            }
            pack.appenders, failures = await quorum(calls, self._register.needed)
            self._register.drop(pack, failures)
        except BaseException:
            self._retire(pack)
            raise
        await pauses.reach("pack.opened")
        return pack

    def _retire(self, pack: Pack) -> None:
        self.leave(pack.id)
        self._register.retire(pack)
