"""One whole pack out of copies that are damaged in different places.

All copies of a pack have the same bytes at the same places, so every frame may be taken from whichever copy
has it intact. A damaged header hides the frames behind it up to the next group commit; once it was mended,
they are found in the copy that has them.
"""

from __future__ import annotations

from s3gw.backends.base import Buffer
from s3gw.storage.packformat import PACK_HEADER_LENGTH
from s3gw.storage.packscan import PackScan


async def mend(one: bytearray, other: bytearray) -> bool:
    """Give each what it lacks and the other has intact; whether `one` has gained anything.

    Both are as long as the pack, with zeros where a copy ended before.
    """
    gained = False
    while True:
        more = await _give(other, one)
        gained = gained or more
        if not await _give(one, other):
            return gained


async def _give(source: bytearray, target: bytearray) -> bool:
    """Copy the frames that are intact in `source` alone, and the pack's header; whether there were any."""
    have, lack = await _intact(source), await _intact(target)
    stretches = [(at, end) for at, end in have.items() if at not in lack]
    for at, end in stretches:
        target[at:end] = source[at:end]
    return bool(stretches)


async def _intact(data: bytearray) -> dict[int, int]:
    """Where intact frames begin and end, and the pack's header where it is."""
    view = memoryview(data)

    async def read(offset: int, length: int) -> Buffer:
        return view[offset : offset + length]

    scan = PackScan(read)
    found = {one.frame.offset: one.frame.end async for one in scan if one.intact}
    if scan.header is not None:
        found[0] = PACK_HEADER_LENGTH
    return found
