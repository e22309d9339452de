"""Compares one copy of a pack with the rows of its chunks."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from s3gw import keyring
from s3gw.backends.base import Backend, Buffer
from s3gw.db.pack_rows import ChunkRow, PackRow
from s3gw.db.packs import Replica
from s3gw.errors import Damaged
from s3gw.keyring import DataKey
from s3gw.storage import codec
from s3gw.storage.packscan import PackScan, ScannedFrame


@dataclass(slots=True)
class Compared:
    """What a copy has."""

    bad: dict[int, str] = field(default_factory=dict)
    """By the offsets of frames in which chunks are: what is wrong with them."""
    unverified: int = 0
    """Chunks whose bytes have their checksum, and could not be decrypted to be compared with their digest."""


async def compare(
    backend: Backend,
    replica: Replica,
    pack: PackRow,
    rows: Sequence[ChunkRow],
    keys: Mapping[int, DataKey],
    *,
    deep: bool,
) -> Compared:
    """Find every frame in which a chunk is. With `deep` its bytes are read and compared, too.

    Raises BlobNotFound, Unavailable, OSError.
    """
    wanted: dict[int, list[ChunkRow]] = {}
    for row in rows:
        wanted.setdefault(row.frame_offset, []).append(row)
    found = Compared(dict.fromkeys(wanted, "there is no frame"))
    # An open pack grows between the reading of its own row and of its chunks'.
    end = max(pack.needed, max((row.frame_offset + row.frame_length for row in rows), default=0))

    async def read(offset: int, length: int) -> Buffer:
        return await backend.read(replica.blob, offset, min(length, max(0, end - offset)))

    async for scanned in PackScan(read, payloads=deep):
        living = wanted.get(scanned.frame.payload_offset)
        if living is None:
            continue
        problem = _mismatch(scanned, living)
        if problem is None and deep:
            problem, unverified = await asyncio.to_thread(verify, scanned, living, keys)
            found.unverified += unverified
        if problem is None:
            del found.bad[scanned.frame.payload_offset]
        else:
            found.bad[scanned.frame.payload_offset] = problem
    return found


def _mismatch(scanned: ScannedFrame, rows: Sequence[ChunkRow]) -> str | None:
    frame = scanned.frame
    here = {(one.start, one.length, one.domain_id, one.digest) for one in frame.chunks}
    for row in rows:
        said = (row.frame_length, row.frame_plain, row.codec, row.key_id)
        if said != (frame.stored_length, frame.plain_length, frame.codec, frame.key_id):
            return f"the frame is another than the row of chunk {row.id} says"
        if (row.frame_start, row.length, row.domain_id, row.digest) not in here:
            return f"chunk {row.id} is not in the frame"
    return None


def verify(
    scanned: ScannedFrame, rows: Sequence[ChunkRow], keys: Mapping[int, DataKey]
) -> tuple[str | None, int]:
    """What is wrong with the bytes of a frame, and how many chunks could not be verified for want of a key.

    Processor work.
    """
    frame = scanned.frame
    if not scanned.intact:
        return "its bytes do not have their checksum", 0
    key = None if frame.key_id is None else keys.get(frame.key_id)
    if frame.key_id is not None and key is None:
        return None, len(rows)
    try:
        plain = memoryview(codec.decode(frame.codec, scanned.payload, frame.plain_length, key))
    except Damaged as error:
        return str(error), 0
    for row in rows:
        if keyring.digest(plain[row.frame_start : row.frame_start + row.length], key) != row.digest:
            return f"the bytes of chunk {row.id} do not have its digest", 0
    return None, 0
