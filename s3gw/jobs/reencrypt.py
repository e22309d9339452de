"""Leaving versions of keys: what they have encrypted is encrypted anew, by the version that does so now.

Packs are compacted for it, whatever lives in them; chunks that stand in rows are written anew there. What is
done needs not be done again, so a run that was broken off is gone on with by the next.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass

from s3gw import pauses
from s3gw.config import Settings
from s3gw.db import compaction, placement, rekeying
from s3gw.db.pool import Database
from s3gw.db.rekeying import Rewritten, Row
from s3gw.errors import Damaged, Unavailable
from s3gw.jobs.compact import Compactor
from s3gw.jobs.job import Job, Progress
from s3gw.storage import codec
from s3gw.storage.keys import Keys
from s3gw.storage.relocate import Turning

log = logging.getLogger(__name__)

NAME = "reencrypt"
_LOOK = 3600.0
"""Seconds between two runs where something under such a version was still being written, or is damaged; what
is asked for begins at once."""
_AGAIN = 6.0
"""Seconds before another walk for what was still being written; gateways end their open packs by then."""
_WALKS = 5


@dataclass(frozen=True, slots=True)
class Reencryptor:
    """Encrypts anew with the keys, the backends and the open packs of a compactor."""

    db: Database
    compactor: Compactor
    keys: Keys
    again: float = _AGAIN

    async def run(self, progress: Progress) -> None:
        """Walk through everything until nothing is left under the versions that are to be left.

        Raises Damaged where something cannot be encrypted anew, Unavailable where something is still being
        written; the versions stay then.
        """
        turning = await self.keys.turning()
        if not turning:
            return
        self.compactor.packs.turn()
        used: list[int] = []
        for walk in range(_WALKS):
            if walk:
                await asyncio.sleep(self.again)
            damaged = await self._packs(turning, progress) + await self._rows(turning, progress)
            used = await rekeying.settle(self.db, list(turning))
            if damaged:
                raise Damaged(f"{damaged} packs or chunks cannot be read, and keep their keys; see the log")
            if not used:
                return
        raise Unavailable(f"something is still being written under keys {', '.join(map(str, used))}")

    async def _packs(self, turning: Turning, progress: Progress) -> int:
        """Walk through all packs; how many of them could not be dealt with."""
        end, _ = await placement.last_pack(self.db)
        progress.expect(await rekeying.bytes_under(self.db, list(turning)))
        last, bad = 0, 0
        while last < end and (found := await rekeying.packs_under(self.db, list(turning), last)):
            last = found[-1]
            victims = await compaction.judge(self.db, found)
            await self.compactor.compact(victims, turning, progress)
            bad += sum(pack.pack_id in self.compactor.unreadable for pack in victims)
        return bad

    async def _rows(self, turning: Turning, progress: Progress) -> int:
        """Walk through all rows; how many of them could not be dealt with."""
        bad, last = 0, 0
        at: int | None = 0
        while at is not None:
            last = at
            rows, at = await rekeying.rows_under(self.db, list(turning), last)
            if rows:
                done = await asyncio.to_thread(_turned, rows, turning)
                await pauses.reach("reencrypt.turned")
                bad += len(rows) - len(done)
                changed = await rekeying.rewrite(self.db, done)
                progress.add(rows=changed, bytes=sum(len(row.data) for row in done))
            await progress.worked(sum(len(row.data) for row in rows))
        return bad


def _turned(rows: Sequence[Row], turning: Turning) -> list[Rewritten]:
    """The rows under their new keys, but for those that are damaged. Processor work."""
    done = []
    for row in rows:
        old, new = turning[row.key_id]
        try:
            packed = old.open(row.data)
            if old.digest(codec.decode(row.codec, packed, row.length)) != row.digest:
                raise Damaged("it does not match its digest")
        except Damaged as error:
            log.error("chunk %s: %s", row.digest.hex(), error)  # noqa: TRY400
            continue
        done.append(Rewritten(row.id, old.id, new.id, bytes(new.seal(packed))))
    return done


def job(db: Database, compactor: Compactor, keys: Keys, settings: Settings) -> Job:
    """For `Runner`."""
    return Job(NAME, max(_LOOK, settings.collect_interval), Reencryptor(db, compactor, keys).run)
